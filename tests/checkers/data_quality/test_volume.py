import math
from datetime import date

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.data_quality.volume import Volume, volume


def groups(run, table, values, dtype=None, **params):
    found = run(volume, {"by": "x", **params}, table=table(x=pl.Series(values, dtype=dtype)))
    assert isinstance(found, tuple), found
    return {e.slice.get("x"): getattr(e, "value", None) for e in found[1:]}


def test_rows_of_the_data_set(run, table):
    assert run(volume, table=table(x=[1, None, 3])) == (Count("rows", 3),)


def test_rows_of_each_value_of_each_column(run, table):
    sample = table(y=[1, 0, 1, 1], sex=["f", None, "m", "f"])
    assert run(volume, {"by": ["y", "sex"]}, table=sample) == (
        Count("rows", 4, context=True),
        Count("rows", 1, of=4, slice={"y": "0"}),
        Count("rows", 3, of=4, slice={"y": "1"}),
        Count("rows", 1, of=4, slice={"sex": "(missing)"}),
        Count("rows", 2, of=4, slice={"sex": "f"}),
        Count("rows", 1, of=4, slice={"sex": "m"}),
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, False, True, None], {"true": 2, "false": 1, "(missing)": 1}),
        ([1.0, 0.5, -0.0, 0.0, math.nan, None], {"1": 1, "0.5": 1, "0": 2, "(missing)": 2}),
        ([1e20, math.inf], {"100000000000000000000": 1, "inf": 1}),
        ([date(2026, 1, 1)] * 2, {"2026-01-01": 2}),
        (["a", "A", "a ", ""], {"a": 1, "A": 1, "a ": 1, "": 1}),
        (["1", "1.0"], {"1": 1, "1.0": 1}),
        (["(missing)"], {"(missing)": 1}),
        (["'; drop", "a\nb", "x" * 500], {"'; drop": 1, "a\nb": 1, "x" * 500: 1}),
    ],
)
def test_how_values_are_named(run, table, values, expected):
    assert groups(run, table, values) == expected


def test_one_row_constant_and_all_missing(run, table):
    assert groups(run, table, ["a"]) == {"a": 1}
    assert groups(run, table, ["a"] * 9) == {"a": 9}
    assert groups(run, table, [None] * 9, pl.String) == {"(missing)": 9}


def test_a_group_that_is_lost_has_no_rows(run, table):
    found = groups(run, table, ["a", "a", "c"], expected={"x": ["a", "b"]})
    assert found == {"a": 2, "b": 0, "c": 1}
    assert groups(run, table, [1.0, 2.0], expected={"x": [1, 3.0]}) == {"1": 1, "2": 1, "3": 0}
    assert groups(run, table, [True], expected={"x": [True, False]}) == {"true": 1, "false": 0}


def test_an_empty_table_has_no_rows_and_no_groups(run, table):
    empty = table(x=pl.Series([], dtype=pl.String))
    assert run(volume, table=empty) == (Count("rows", 0),)
    assert run(volume, table=table(pl.DataFrame())) == (Count("rows", 0),)
    assert run(volume, {"by": "x"}, table=empty) == (
        Count("rows", 0, context=True),
        Undefined("rows", 0, "no rows", slice={"by": "x"}),
    )
    lost = run(volume, {"by": "x", "expected": {"x": ["a"]}}, table=empty)
    assert (lost[-1].slice, lost[-1].value) == ({"x": "a"}, 0)


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(volume, {"by": "y"}, table=table(x=[1]))) == "DC019"


def test_columns_that_make_no_groups_are_errors(run, table, code):
    def asked(values):
        return code(run(volume, {"by": "x"}, table=table(x=values)))

    assert asked([[1], [2]]) == "DC203"
    assert asked(list(range(10_001))) == "DC203"
    assert asked([None, "(missing)"]) == "DC203"


@pytest.mark.parametrize(
    "params",
    [
        {"by": []},
        {"by": ["x", "x"]},
        {"by": "x", "expected": {"y": ["a"]}},
        {"expected": {"x": ["a"]}},
        {"by": "x", "expected": {"x": "a"}},
        {"by": "x", "expected": {"x": [None]}},
        {"by": "x", "minimum": 3},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Volume(**params)
