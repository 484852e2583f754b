import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Proportion, Undefined
from deploycheck.checkers.data_quality.completeness import Completeness, completeness


def test_counts_nulls_and_nan_in_every_column(run, table):
    found = run(
        completeness,
        table=table(age=[1, None, 3], score=[math.nan, None, 0.0], name=["", "NA", None]),
    )
    assert found == (
        Proportion("missing_rate", 1, 3, slice={"column": "age"}),
        Count("missing_rows", 1, of=3, slice={"column": "age"}),
        Proportion("missing_rate", 2, 3, slice={"column": "score"}),
        Count("missing_rows", 2, of=3, slice={"column": "score"}),
        Proportion("missing_rate", 1, 3, slice={"column": "name"}),
        Count("missing_rows", 1, of=3, slice={"column": "name"}),
    )


def test_looks_at_the_named_columns_alone(run, table):
    found = run(completeness, {"columns": "b"}, table=table(a=[None], b=[1], c=[None]))
    assert {e.slice["column"] for e in found} == {"b"}


@pytest.mark.parametrize(
    ("values", "sentinels", "missing"),
    [
        (["NA", "na", " NA", None], ["NA"], 2),
        (["", " ", "x"], [""], 1),
        (["-999", "-999.0", "1"], [-999], 1),
        ([-999, 5, 7], [-999], 1),
        ([-999, 5, 7], [-999.0], 1),
        ([-999, 5, 7], ["-999"], 0),
        ([1, 0, 7], [0.5, 1e300], 0),
        ([-999.0, 0.5, math.nan], [-999, 0.5], 3),
        ([True, False, None], [1, "true"], 1),
        ([9, 9, None], [9], 3),
    ],
)
def test_sentinels_are_compared_exactly_and_by_type(run, table, values, sentinels, missing):
    found = run(completeness, {"sentinels": sentinels}, table=table(x=values))
    assert found[1].value == missing


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int64, pl.UInt64, pl.Float32])
def test_a_sentinel_outside_the_type_matches_nothing(run, table, dtype):
    frame = pl.DataFrame({"x": pl.Series([1, 2, None], dtype=dtype)})
    found = run(completeness, {"sentinels": [-999, 2**63 - 1]}, table=table(frame))
    assert found[0] == Proportion("missing_rate", 1, 3, slice={"column": "x"})


def test_small_and_empty_tables(run, table):
    assert run(completeness, table=table(x=[None]))[0].hits == 1
    assert run(completeness, table=table(x=[1]))[0].hits == 0
    empty = run(completeness, table=table(x=pl.Series([], dtype=pl.Int64)))
    assert all(isinstance(e, Undefined) and e.reason == "no rows" for e in empty)
    assert [e.name for e in empty] == ["missing_rate", "missing_rows"]


def test_a_column_of_nulls_alone_is_all_missing(run, table):
    frame = pl.DataFrame({"x": pl.Series([None] * 5, dtype=pl.Null)})
    assert run(completeness, table=table(frame))[0] == Proportion(
        "missing_rate", 5, 5, slice={"column": "x"}
    )


def test_a_table_without_columns_measures_nothing(run, table, code):
    assert code(run(completeness, table=table(pl.DataFrame()))) == "DC304"


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(completeness, {"columns": ["y"]}, table=table(x=[1]))) == "DC019"


def test_types_that_hold_anything(run, table):
    frame = pl.DataFrame({"list": [[1], None], "struct": [{"a": 1}, {"a": None}]})
    found = run(completeness, {"sentinels": ["x", 1]}, table=table(frame))
    assert [e.value for e in found if isinstance(e, Count)] == [1, 0]


@pytest.mark.parametrize(
    "sentinels", [[True], [math.nan], [math.inf], [None], "NA", [["NA"]], ["x" * 201], [10**400]]
)
def test_sentinels_are_texts_and_finite_numbers(sentinels):
    with pytest.raises(ValidationError):
        Completeness(sentinels=sentinels)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(), st.sampled_from([-999.0, 0.0])), min_size=1))
def test_agrees_with_numpy(values):
    from contextlib import nullcontext

    from deploycheck.engine.resolve import Job, measure
    from deploycheck.evidence.table import Table

    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    job = Job(
        "it",
        completeness,
        Completeness(sentinels=(-999,)),
        {"table": Table("t", {"x": "float"}, "", frame.lazy())},
    )
    (rate, _) = measure([job], lambda keys: nullcontext())["it"]
    plain = np.array([np.nan if v is None else v for v in values])
    assert Fraction(rate.hits, rate.of) == Fraction(
        int((np.isnan(plain) | (plain == -999)).sum()), len(values)
    )
