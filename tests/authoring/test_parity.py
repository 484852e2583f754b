import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.parity import parts, repeated, sort_parts
from deploycheck.evidence.coded import Coded


@pytest.fixture
def groups():
    return {"g": Coded.of(["b", "a", None, "a"]), "h": Coded.of(["x", "x", "y", "y"])}


def test_parts_are_the_rows_of_each_value(groups):
    found = parts(groups, ("g",), 4)
    assert [(p.slice, p.rows.tolist(), p.counted) for p in found] == [
        ({"g": "(missing)"}, [2], 1),
        ({"g": "a"}, [1, 3], 2),
        ({"g": "b"}, [0], 1),
    ]


def test_every_row_is_in_one_combination(groups):
    found = parts(groups, ("g", "h"), 4)
    assert sorted(row for part in found for row in part.rows.tolist()) == [0, 1, 2, 3]
    assert [tuple(p.slice.values()) for p in found] == [
        ("(missing)", "y"), ("a", "x"), ("a", "y"), ("b", "x"),
    ]  # fmt: skip


def test_frequency_weights_count_and_repeat(groups):
    weights = np.array([3, 0, 1, 2])
    found = parts(groups, ("g",), 4, weights)
    assert [part.counted for part in found] == [1, 2, 3]
    assert [repeated(part, weights, 3).tolist() for part in found] == [[2], [3, 3], [0, 0, 0]]
    with pytest.raises(EvidenceError, match="3 rows is more than can be resampled"):
        repeated(found[2], weights, 2)


def test_no_rows_have_no_parts():
    assert parts({"g": Coded.of([])}, ("g",), 0) == []


def test_a_column_that_was_not_collected_is_an_error(groups):
    with pytest.raises(EvidenceError, match="was not collected"):
        parts(groups, ("race",), 4)


def test_groups_are_sorted_by_what_they_rest_on(groups):
    found = parts(groups, ("g",), 4)
    params = GroupParams(by="g", min_n=2, exclude=["b"])
    made = sort_parts(params, ("g",), found)
    assert [part.slice["g"] for part in made.compared] == ["a"]
    assert {part.slice["g"]: reason[:8] for part, reason in made.others} == {
        "(missing)": "not asse",
        "b": "excluded",
    }
    made = sort_parts(params, ("g",), found, basis={0: 5, 1: 1, 2: 9})
    assert [part.slice["g"] for part in made.compared] == ["(missing)"]
    notes = [(e.name, e.context) for e in made.unsaid(["one", "two"], "rows")]
    assert notes == [("one", False), ("one", True), ("two", False), ("two", True)]
