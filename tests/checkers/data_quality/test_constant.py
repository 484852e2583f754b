import math

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Proportion, Statistic, Undefined
from deploycheck.checkers.data_quality.constant import Constant, constant


def count(run, table, params=None, **columns):
    (found,) = [
        e for e in run(constant, params, table=table(**columns)) if e.name == "constant_columns"
    ]
    return found


def near_zero(values, ratio=19, share=0.1):
    """caret's nearZeroVar, but for its `<=` of the distinct share, by value counts of Polars."""
    present = pl.Series(values).drop_nulls()
    counts = sorted(present.value_counts()["count"].to_list(), reverse=True)
    if len(counts) < 2:
        return True
    return counts[0] / counts[1] > ratio and len(counts) / len(values) < share


def test_near_zero_variance_and_one_value(run, table):
    found = count(
        run,
        table,
        one=["x"] * 100,
        rare=["x"] * 96 + ["y"] * 4,
        even=["x", "y"] * 50,
        id=list(range(100)),
    )
    assert found == Count(
        "constant_columns",
        2,
        of=4,
        details=(
            "column 'one': one value",
            "column 'rare': 96 rows have the most frequent of 2 values, 4 the second",
        ),
    )


@pytest.mark.parametrize("rare", [1, 4, 5, 6, 50])
@pytest.mark.parametrize("others", [0, 7, 8, 9])
def test_agrees_with_the_definition(run, table, rare, others):
    """19 to 1 and a tenth of the rows are the edges, on both sides of which it is tried."""
    values = [f"o{i}" for i in range(others)] + ["b"] * rare + ["a"] * (100 - rare - others)
    assert count(run, table, x=values).value == int(near_zero(values))


def test_the_bounds_themselves_are_not_beyond(run, table):
    assert count(run, table, x=["a"] * 95 + ["b"] * 5).value == 0  # 19 times, not more
    assert count(run, table, x=["a"] * 96 + ["b"] * 4).value == 1
    assert count(run, table, x=["a"] * 28 + ["b", "c"]).value == 0  # 3 of 30, not less
    assert count(run, table, x=["a"] * 29 + ["b", "c"]).value == 1


def test_the_numbers_of_each_column_stand_beside_the_count(run, table, by_place):
    found = by_place(run(constant, table=table(x=[1, 1, 1, 2, None], y=[None] * 4 + [3])))
    assert found["frequency_ratio", "x"] == Statistic(
        "frequency_ratio", 3.0, of=4, slice={"column": "x"}
    )
    assert found["distinct_share", "x"] == Proportion("distinct_share", 2, 5, slice={"column": "x"})
    assert found["frequency_ratio", "y"] == Undefined(
        "frequency_ratio", 1, "fewer than two distinct values", slice={"column": "y"}
    )
    assert found["distinct_share", "y"].hits == 1
    assert found["constant_columns",].details == ("column 'y': one value",)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1], "one value"),
        ([None], "no value at all"),
        ([None] * 50, "no value at all"),
        ([math.nan, None, math.nan], "no value at all"),
        ([math.nan, 0.0, -0.0], "one value"),
        ([False] * 30, "one value"),
    ],
)
def test_one_row_missing_and_constant_values(run, table, values, said):
    assert count(run, table, x=values).details == (f"column 'x': {said}",)


def test_an_empty_table_is_no_pass(run, table):
    for frame in (pl.DataFrame({"x": pl.Series([], dtype=pl.Int64)}), pl.DataFrame()):
        found = run(constant, table=table(frame))
        assert all(isinstance(e, Undefined) for e in found)
        assert found[-1] == Undefined("constant_columns", 0, "no rows")


def test_bounds_of_the_policys_own(run, table):
    values = ["a"] * 60 + ["b"] * 30 + ["c"] * 10
    assert count(run, table, x=values).value == 0
    assert count(run, table, {"frequency_ratio": 1.5}, x=values).value == 1
    assert count(run, table, {"frequency_ratio": 2}, x=values).value == 0
    tight = {"frequency_ratio": 1.5, "distinct_share": 0.03}
    assert count(run, table, tight, x=values).value == 0


def test_looks_at_the_named_columns_alone(run, table, code):
    found = count(run, table, {"columns": "b"}, a=[1, 1], b=[1, 2])
    assert (found.value, found.of) == (0, 1)
    assert code(run(constant, {"columns": ["y"]}, table=table(x=[1]))) == "DC019"


def test_nested_values_and_hostile_names(run, table):
    found = count(run, table, **{"a\nb": [[1], [1]], "x" * 500: [1, 1], "hash": [1, 2]})
    assert found.value == 2
    assert found.details[0] == "column 'a\\nb': one value"
    assert len(found.details[1]) < 120


def test_many_columns_are_counted_and_the_first_shown(run, table):
    found = count(run, table, **{f"c{i}": [1, 1] for i in range(103)})
    assert (found.value, len(found.details), found.details[-1]) == (103, 101, "and 3 more")


@pytest.mark.parametrize(
    "params",
    [
        {"frequency_ratio": 0.5},
        {"frequency_ratio": math.nan},
        {"frequency_ratio": math.inf},
        {"frequency_ratio": True},
        {"frequency_ratio": "19"},
        {"distinct_share": 0},
        {"distinct_share": 10},
        {"columns": []},
    ],
)
def test_bounds_that_mean_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Constant(**params)
