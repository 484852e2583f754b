"""The two most frequent values of a column, counted exactly however many values there are."""

import math
from collections import Counter
from contextlib import nullcontext
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.requests import TopTwo, TopTwoAnswer
from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.engine.scan import requests
from deploycheck.evidence.table import Table


def ask(*asked):
    """The answers to these columns; a checker's failure where there is one."""
    answers = []

    @checker("some.check", measures=[Measure("x", "count", "lower", "A number.")])
    def check():
        """Asks."""
        for request in asked:
            answers.append((yield request))
        yield Count("x", 1)

    (found,) = measure([Job("a", check, NoParams(), {})], lambda keys: nullcontext()).values()
    return found if isinstance(found, Failed) else answers


def top(values, dtype=None):
    series = pl.Series("x", values, dtype=dtype)
    kind = "float" if series.dtype.is_float() else "other"
    (answer,) = ask(TopTwo(Table("t", {"x": kind}, "", series.to_frame().lazy()), "x"))
    return answer


def expected(values):
    """By the standard library: NaN is missing, -0.0 is 0.0."""
    present = [v for v in values if v is not None and v == v]
    most = [count for _, count in Counter(present).most_common(2)]
    first, second = (*most, 0, 0)[:2]
    return TopTwoAnswer(len(values), len(values) - len(present), len(set(present)), first, second)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([], pl.Int64),
        ([7], pl.Int64),
        ([None], pl.String),
        ([None] * 5, pl.Null),
        ([1] * 9, pl.Int8),
        ([1, 2], pl.UInt64),
        ([1, 1, 2, 2, 3], pl.Int64),
        ([1, 1, 1, 2, 3, 4, 5, 6], pl.Int64),
        ([0.0, -0.0, math.nan, None, math.inf], pl.Float64),
        ([True, False, True, None], pl.Boolean),
        (["é", "e\u0301", "", "", " ", "a\0", "a"], pl.String),
        (["x", "x", None, "y"], pl.Categorical),
        ([Decimal("1.10"), Decimal("1.1"), Decimal(2)], pl.Decimal(10, 2)),
    ],
)
def test_by_the_standard_library(values, dtype):
    assert top(values, dtype) == expected(values)


texts = st.one_of(st.none(), st.sampled_from(["", "a", "b", "a\0", "ab"]))
reals = st.one_of(st.none(), st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 1e-310]))


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.lists(texts, max_size=30), st.lists(st.integers(0, 40), max_size=30)))
def test_texts_and_numbers_agree_with_a_counter(values):
    assert top(values, pl.String if any(isinstance(v, str) for v in values) else None) == expected(
        values
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(reals, max_size=30))
def test_floats_agree_with_a_counter(values):
    assert top(values, pl.Float64) == expected(values)


@pytest.mark.parametrize("modulus", [1, 3, 100])
def test_values_that_share_a_hash_are_told_apart(monkeypatch, modulus):
    """With a hash that nearly all values share, the counts are still those of the values."""
    monkeypatch.setattr(requests, "_hash", lambda columns: pl.col(columns[0]) % modulus)
    values = [5, 5, 5, 8, 8, 11, *range(20, 60)]
    assert top(values, pl.Int64) == expected(values)


def test_few_repeats_among_many_values():
    """Only rows that share a hash are grouped; all others are known to stand alone."""
    values = np.random.default_rng(3).permutation(np.append(np.arange(200_000), [9] * 40 + [4] * 7))
    assert top(values) == TopTwoAnswer(200_047, 0, 200_000, 41, 8)
    assert top(np.arange(100_000)) == TopTwoAnswer(100_000, 0, 100_000, 1, 1)
    assert top(np.append(np.arange(100_000), 9)) == TopTwoAnswer(100_001, 0, 100_000, 2, 1)


def test_nested_values_are_compared_whole():
    assert top([[1, 2], [1, 2], None, [2], []]) == TopTwoAnswer(5, 1, 3, 2, 1)
    assert top([{"a": 1}, {"a": 1}, {"a": None}]) == TopTwoAnswer(3, 0, 2, 2, 1)


def test_several_columns_of_one_table_have_an_answer_each():
    table = Table(
        "t",
        {"a": "integer", "hash": "text"},
        "",
        pl.LazyFrame({"a": [1, 1, 2], "hash": ["x", None, None]}),
    )
    first, second, again = ask(TopTwo(table, "a"), TopTwo(table, "hash"), TopTwo(table, "a"))
    assert first == again == TopTwoAnswer(3, 0, 2, 2, 1)
    assert second == TopTwoAnswer(3, 2, 1, 1, 0)


def test_what_cannot_be_asked_is_refused():
    table = Table("t", {"a": "integer"}, "", pl.LazyFrame({"a": [1]}))
    assert ask(TopTwo("no table", "a")).code == "DC304"
    assert ask(TopTwo(table, ("a",))).code == "DC304"
    assert ask(TopTwo(table, 1)).code == "DC304"
    assert ask(TopTwo(table, "b")).code == "DC019"
    objects = pl.DataFrame({"o": pl.Series([object(), object()], dtype=pl.Object)})
    assert ask(TopTwo(Table("t", {"o": "other"}, "", objects.lazy()), "o")).code == "DC203"


def test_a_file_that_changed_meanwhile_has_no_answer():
    def changed():
        raise RuntimeError("changed")

    table = Table("t", {"a": "integer"}, "", pl.LazyFrame({"a": [1, 2]}), changed)
    found = ask(TopTwo(table, "a"))
    assert isinstance(found, Failed)
    assert str(found.error) == "changed"
