import math
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Proportion, Undefined
from deploycheck.checkers.data_quality.leak_split import LeakSplit, leak_split


@pytest.fixture
def leak(run, table, by_place):
    """``leak(train, test, **params)``: the estimates by name and column."""

    def leak(train, test, **params):
        made = [
            replace(table(frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)), name=name)
            for frame, name in ((train, "train"), (test, "test"))
        ]  # fmt: skip
        found = run(leak_split, params, train=made[0], test=made[1])
        return by_place(found) if isinstance(found, tuple) else found

    return leak


def rows(found):
    return found["shared_rows",].value


def test_rows_and_entities_in_both(leak):
    found = leak(
        {"id": [1, 2, 3, 3], "x": ["a", "b", "c", "d"], "y": [0, 1, 0, 1]},
        {"id": [3, 4, 2], "x": ["c", "a", "z"], "y": [0, 0, 1]},
        id="id",
    )
    assert found["shared_ids", "id"] == Count(
        "shared_ids", 2, of=3, slice={"column": "id"}, details=("2 rows of the test data are about them",)
    )  # fmt: skip
    assert found["shared_rows",] == Count("shared_rows", 2, of=3, details=("2 columns compared",))
    assert found["shared_row_rate",] == Proportion(
        "shared_row_rate", hits=2, of=3, details=("2 columns compared",)
    )


def test_agrees_with_a_loop_over_the_rows(leak):
    rng = np.random.default_rng(3)

    def drawn(size):
        return pl.DataFrame(
            {
                "a": rng.integers(0, 6, size),
                "b": [("x", "y", None)[i] for i in rng.integers(0, 3, size)],
                "c": [(0.0, -0.0, math.nan, None, 1.5)[i] for i in rng.integers(0, 5, size)],
            },
            strict=False,
        )

    def plain(frame):
        missing = ("missing",)
        return [
            tuple(missing if v is None or v != v else 0.0 if v == 0 else v for v in row)
            for row in frame.rows()
        ]

    for _ in range(20):
        train, test = drawn(40), drawn(30)
        seen = {*plain(train)}
        assert rows(leak(train, test)) == sum(row in seen for row in plain(test))
        found = leak(train, test, id=["a"], columns=["b", "c"])
        assert found["shared_ids", "a"].value == len({*train["a"]} & {*test["a"]})


def test_nothing_shared_is_zero(leak):
    found = leak({"id": [1, 2], "x": [1, 2]}, {"id": [3, 4], "x": [3, 4]}, id="id")
    assert found["shared_ids", "id"].value == rows(found) == 0
    assert found["shared_row_rate",].hits == 0


def test_everything_shared(leak):
    frame = {"x": list(range(500)), "y": ["a"] * 500}
    assert rows(leak(frame, frame)) == 500


def test_ids_are_left_out_of_the_rows_unless_they_are_named(leak):
    train, test = {"id": [1, 2], "x": [7, 8]}, {"id": [3, 4], "x": [8, 9]}
    assert rows(leak(train, test, id="id")) == 1
    assert rows(leak(train, test)) == 0
    assert rows(leak(train, test, columns="x")) == 1
    assert rows(leak(train, test, id="id", columns=["id", "x"])) == 0


def test_each_id_is_looked_at_by_itself(leak):
    found = leak(
        {"person": [1, 2], "home": ["a", "b"], "x": [0, 0]},
        {"person": [3, 4], "home": ["b", "b"], "x": [1, 1]},
        id=["person", "home"],
    )
    assert found["shared_ids", "person"].value == 0
    assert found["shared_ids", "home"].value == 1
    assert found["shared_ids", "home"].details == ("2 rows of the test data are about them",)


def test_a_missing_id_names_nobody_and_missing_values_of_rows_are_equal(leak):
    found = leak({"id": [None, 1], "x": [None, 1]}, {"id": [None, 2], "x": [None, 2]}, id="id")
    assert found["shared_ids", "id"].value == 0
    assert found["shared_ids", "id"].details == (
        "1 rows of the training data have no id",
        "1 rows of the test data have no id",
    )
    assert rows(found) == 1


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (pl.Series([1, 2], dtype=pl.Int64), pl.Series([1.0, 2.5]), 1),
        (pl.Series([1, 2], dtype=pl.Int32), pl.Series([2, 2**63], dtype=pl.UInt64), 1),
        (pl.Series([0.1], dtype=pl.Float32), pl.Series([0.1]), 1),
        (pl.Series([None], dtype=pl.String), pl.Series([1, 2]), 0),
        (pl.Series([None], dtype=pl.String), pl.Series([None, 2], dtype=pl.Int64), 1),
        (
            pl.Series([datetime.fromisoformat("2026-01-01")], dtype=pl.Datetime("ms")),
            pl.Series([datetime.fromisoformat("2026-01-01")], dtype=pl.Datetime("ns")),
            1,
        ),
        (pl.Series([date(2026, 1, 1)]), pl.Series([date(2026, 1, 1)]), 1),
        (pl.Series(["é"]), pl.Series(["e\u0301"]), 0),
        (pl.Series([True]), pl.Series([True, False]), 1),
    ],
)
def test_values_are_compared_as_what_they_are(leak, one, other, shared):
    assert rows(leak({"x": one}, {"x": other})) == shared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["1"], [1]),
        ([True], [1]),
        ([date(2026, 1, 1)], [datetime.fromisoformat("2026-01-01")]),
        (
            [datetime.fromisoformat("2026-01-01")],
            pl.Series([datetime.fromisoformat("2026-01-01")]).dt.replace_time_zone("UTC"),
        ),
    ],
)
def test_columns_of_two_kinds_are_an_error_and_not_all_different(leak, code, one, other):
    assert code(leak({"x": one}, {"x": other})) == "DC203"


@pytest.mark.parametrize("empty", ["train", "test"])
def test_no_rows_are_no_pass(leak, empty):
    none = pl.DataFrame(schema={"id": pl.Int64, "x": pl.Int64})
    some = pl.DataFrame({"id": [1], "x": [2]})
    pair = (none, some) if empty == "train" else (some, none)
    found = leak(*pair, id="id")
    assert {type(e) for e in found.values()} == {Undefined}
    assert f"no rows in {empty}" in found["shared_rows",].reason


def test_without_an_id_nothing_is_said_of_entities(leak):
    found = leak({"x": [1]}, {"x": [2]})
    assert found["shared_ids",] == Undefined("shared_ids", 0, "the control names no `id`")
    nobody = pl.DataFrame({"id": pl.Series([None], dtype=pl.Int64), "x": [1]})
    found = leak(nobody, {"id": [1], "x": [2]}, id="id")
    assert isinstance(found["shared_ids", "id"], Undefined)


def test_one_row_constant_and_all_missing(leak):
    assert rows(leak({"x": [1]}, {"x": [1]})) == 1
    assert rows(leak({"x": [1] * 9}, {"x": [1] * 4})) == 4
    missing = {"x": pl.Series([None] * 3, dtype=pl.Int64)}
    assert rows(leak(missing, missing)) == 3


def test_nested_columns_are_left_out_with_a_note_or_refused_by_name(leak, code):
    frame = {"x": [1, 2], "tags": [[1], [2]]}
    found = leak(frame, frame)
    assert found["shared_rows",].details == (
        "1 columns compared",
        "1 columns of nested values are left out",
    )
    assert code(leak(frame, frame, columns=["x", "tags"])) == "DC203"
    assert code(leak({"tags": [[1]]}, {"tags": [[1]]})) == "DC203"


def test_columns_that_are_not_there(leak, code):
    assert code(leak({"x": [1]}, {"x": [1]}, columns="y")) == "DC019"
    assert code(leak({"x": [1], "y": [1]}, {"x": [1]}, columns="y")) == "DC019"
    assert code(leak({"x": [1]}, {"x": [1]}, id="y")) == "DC019"
    assert code(leak({"x": [1]}, {"y": [1]})) == "DC203"


def test_one_data_set_given_twice_is_an_error(run, table, code):
    same = table(x=[1, 2])
    assert code(run(leak_split, train=same, test=same)) == "DC203"


@pytest.mark.parametrize("params", [{"id": []}, {"columns": ["x", "x"]}, {"by": "x"}])
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        LeakSplit(**params)
