import math

import polars as pl
import pytest

from deploycheck.authoring.estimates import Count, Proportion, Undefined
from deploycheck.checkers.data_quality.duplicates import duplicates


def test_rows_beyond_the_first_of_each_set(run, table):
    sample = table(a=[1, 1, 1, 2, 2, 3], b=["x", "x", "x", "y", "z", None])
    assert run(duplicates, table=sample) == (
        Count("duplicate_rows", 2, of=6),
        Proportion("duplicate_rate", hits=2, of=6),
    )


def test_agrees_with_the_data_frames_own_method(run, table):
    pandas_like = pl.DataFrame(
        {"a": [i * 7919 % 13 for i in range(500)], "b": [str(i % 5) for i in range(500)]}
    )
    found = run(duplicates, table=table(pandas_like))
    assert found[0].value == 500 - pandas_like.unique().height == 500 - 65


def test_the_documented_number_that_no_longer_holds(run, table):
    """Duplicates of a part of the columns are many more than of all."""
    sample = table(sex=["f", "m"] * 50, id=list(range(100)))
    assert run(duplicates, table=sample)[0].value == 0
    assert run(duplicates, {"columns": ["sex"]}, table=sample)[0].value == 98


def test_missing_equals_missing_and_zero_equals_zero(run, table):
    assert run(duplicates, table=table(x=[None, math.nan, 0.0, -0.0]))[0].value == 2


@pytest.mark.parametrize(("values", "count"), [([1], 0), ([1] * 10, 9), ([None] * 10, 9)])
def test_one_row_and_constant_rows(run, table, values, count):
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    assert run(duplicates, table=table(frame))[0] == Count("duplicate_rows", count, of=len(values))


def test_an_empty_table_is_no_pass(run, table):
    found = run(duplicates, table=table(x=pl.Series([], dtype=pl.String)))
    assert found == (
        Undefined("duplicate_rows", 0, "no rows"),
        Undefined("duplicate_rate", 0, "no rows"),
    )


def test_a_table_without_columns_is_no_pass(run, table):
    found = run(duplicates, table=table(pl.DataFrame()))
    assert all(isinstance(e, Undefined) for e in found)


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(duplicates, {"columns": ["y"]}, table=table(x=[1]))) == "DC019"


def test_columns_that_are_swapped_are_other_rows(run, table):
    assert run(duplicates, table=table(a=["x", "y"], b=["y", "x"]))[0].value == 0
    assert run(duplicates, table=table(a=["ab", "a"], b=["c", "bc"]))[0].value == 0
