import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Undefined
from deploycheck.authoring.groups import GroupParams, Rate, assess


def rate(name, hits, of, size=None):
    return Rate({"g": name}, hits, of, of if size is None else size)


def sort(rates, **params):
    made = GroupParams(by=("g",), **params)
    found = assess(made, ("g",), rates)
    return [
        [r.slice["g"] for r in found.compared],
        [r.slice["g"] for r, _ in found.small],
        [r.slice["g"] for r, _ in found.excluded],
    ]


def test_a_group_is_compared_small_or_excluded():
    rates = [rate("a", 1, 50), rate("b", 0, 49), rate("c", 0, 0), rate("d", 1, 1)]
    assert sort(rates, min_n=50) == [["a"], ["b", "c", "d"], []]
    assert sort(rates, min_n=50, min_share=0.49) == [["a", "b"][:1], ["b"], ["c", "d"]]
    assert sort(rates, min_n=1, exclude=["a"]) == [["b", "d"], ["c"], ["a"]]


def test_the_share_is_of_all_rows_the_floor_of_the_denominator():
    rates = [rate("a", 5, 40, size=900), rate("b", 5, 10, size=100)]
    assert sort(rates, min_n=20, min_share=0.1) == [["a"], ["b"], []]
    assert sort(rates, min_n=20, min_share=0.11) == [["a"], [], ["b"]]


def test_no_rows_at_all():
    assert sort([]) == [[], [], []]
    assert sort([rate("a", 0, 0)]) == [[], ["a"], []]


def test_what_is_said_of_the_others():
    made = GroupParams(by=("g",), min_n=10, min_share=0.05)
    found = assess(made, ("g",), [rate("a", 9, 95), rate("b", 2, 9), rate("c", 1, 4)])
    small, excluded = found.notes("gap", "selection rate")
    assert small == Undefined(
        "gap", 9, "selection rate: not assessed: 9 rows, fewer than 10", None, slice={"g": "b"}
    )
    assert excluded == Undefined(
        "gap",
        4,
        "selection rate: excluded by the policy's min_share 5 %: 4 rows, 3.70 % of all",
        None,
        slice={"g": "c"},
        context=True,
    )
    alone = found.incomparable("gap")
    assert (alone.n, alone.slice, alone.context) == (95, {"by": "g"}, False)
    assert alone.reason == "fewer than two groups can be compared: 1 of 3"


def test_splits_are_single_columns_and_then_all_of_them():
    assert GroupParams(by=("a", "b")).splits == (("a",), ("b",))
    assert GroupParams(by=("a", "b"), intersections=True).splits == (("a",), ("b",), ("a", "b"))
    assert GroupParams(by=("a",), intersections=True).splits == (("a",),)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"by": []},
        {"by": ["a", "a"]},
        {"by": "a", "min_n": 0},
        {"by": "a", "min_n": True},
        {"by": "a", "min_n": 1.5},
        {"by": "a", "min_share": 1},
        {"by": "a", "min_share": -0.1},
        {"by": "a", "min_share": float("nan")},
        {"by": "a", "intersections": "yes"},
        {"by": "a", "exclude": [["x"]]},
        {"by": "a", "min": 3},
    ],
)
def test_parameters_are_strict(params):
    with pytest.raises(ValidationError):
        GroupParams.model_validate(params)


def test_values_to_exclude_are_written_as_the_data_names_them():
    assert GroupParams(by="a", exclude=[1, 1.0, True, "x"]).exclude == ("1", "1", "true", "x")
