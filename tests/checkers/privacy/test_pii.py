"""Identifiers of people are counted by column and kind, and never told."""

from datetime import date

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Proportion, Undefined
from deploycheck.checkers.privacy.pii import Pii, pii

CARD = "4111111111111111"


@pytest.fixture
def searched(run, table):
    """Rate and distinct values by column and kind."""

    def searched(params=None, **columns):
        estimates = run(pii, params, table=table(**columns))
        assert isinstance(estimates, tuple), estimates
        rates = {tuple(e.slice.values()): e for e in estimates if e.name == "pii_rate"}
        values = {tuple(e.slice.values()): e for e in estimates if e.name == "pii_values"}
        assert list(rates) == list(values)
        assert len(estimates) == 2 * len(rates)
        assert all(isinstance(e, Proportion) for e in rates.values())
        return {at: (e.hits, e.of, values[at].value) for at, e in rates.items()}

    return searched


def test_rows_and_distinct_values_by_column_and_kind(searched):
    note = ["a@lee.org", "a@lee.org", f"b@lee.org {CARD}", None, "nothing"]
    assert searched(note=note, other=["x"] * 5) == {
        ("note", "card"): (1, 5, 1),
        ("note", "email"): (3, 5, 2),
        ("other",): (0, 5, 0),
    }


def test_no_value_is_ever_told(run, table):
    found = run(pii, table=table(note=["ann@lee.org", CARD]))
    told = repr(found)
    assert "lee" not in told
    assert "4111" not in told
    assert "'note': email in 1 of 2 rows, 1 values" in found[2].details


@pytest.mark.parametrize(
    "values",
    [
        [int(CARD), int(CARD), 3],
        pl.Series([float(CARD), float(CARD), None]),
        pl.Series([int(CARD), int(CARD), None], dtype=pl.UInt64),
        pl.Series([float(CARD), float(CARD), float("nan")]),
    ],
)
def test_cards_in_columns_of_numbers(searched, values):
    assert searched(n=values) == {("n", "card"): (2, 3, 1)}


def test_small_numbers_are_not_looked_at_one_by_one(searched):
    many = list(range(2000))
    assert searched({"most_values": 10}, n=many) == {("n",): (0, 2000, 0)}
    assert searched({"kinds": ["email"], "most_values": 1}, n=[int(CARD), 1]) == {("n",): (0, 2, 0)}


def test_numbers_that_are_no_cards(searched):
    assert searched(n=[1_700_000_000_000, -int(CARD)]) == {("n",): (0, 2, 0)}
    assert searched(n=[float("inf"), 4.5e15 + 0.5, 1e300]) == {("n",): (0, 3, 0)}


def test_only_the_columns_and_kinds_that_are_named(searched):
    columns = {"a": ["x@lee.org"], "b": [CARD]}
    assert searched({"columns": "a"}, **columns) == {("a", "email"): (1, 1, 1)}
    assert searched({"kinds": ["card"]}, **columns) == {("a",): (0, 1, 0), ("b", "card"): (1, 1, 1)}


def test_dates_and_truth_values_hold_none(searched):
    sample = {"d": [date(2026, 1, 1)], "t": [True]}
    assert searched(**sample) == {(): (0, 1, 0)}
    assert searched({"columns": ["d"]}, **sample) == {("d",): (0, 1, 0)}


def test_one_row_constant_and_all_missing(searched):
    assert searched(a=["a@lee.org"]) == {("a", "email"): (1, 1, 1)}
    assert searched(a=["a@lee.org"] * 7) == {("a", "email"): (7, 7, 1)}
    assert searched(a=pl.Series([None] * 7, dtype=pl.String)) == {("a",): (0, 7, 0)}
    assert searched(a=pl.Series([None] * 7, dtype=pl.Int64)) == {("a",): (0, 7, 0)}


def test_an_empty_table_says_nothing(run, table):
    for empty in (table(a=pl.Series([], dtype=pl.String)), table(a=pl.Series([], dtype=pl.Int64))):
        assert run(pii, table=empty) == (
            Undefined("pii_rate", 0, "no rows"),
            Undefined("pii_values", 0, "no rows"),
        )


def test_more_values_than_are_looked_at_are_an_error(run, table, code):
    sample = table(a=[f"word {i}" for i in range(11)])
    assert code(run(pii, {"most_values": 10}, table=sample)) == "DC203"
    assert run(pii, {"most_values": 11}, table=sample)[1] == Count(
        "pii_values", 0, slice={"column": "a"}
    )


def test_nested_values_are_an_error_unless_others_are_named(run, table, code):
    sample = table(a=[["a@lee.org"]], b=["x"])
    assert code(run(pii, table=sample)) == "DC203"
    assert len(run(pii, {"columns": "b"}, table=sample)) == 2


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(pii, {"columns": "b"}, table=table(a=["x"]))) == "DC019"


def test_a_hostile_name_and_a_huge_value(searched):
    name = "x\n\x1b[31m" * 50
    assert list(searched(**{name: ["a" * (1 << 20) + " b@lee.org"]})) == [(name, "email")]


@pytest.mark.parametrize(
    "params",
    [
        {"columns": []},
        {"kinds": []},
        {"kinds": ["name"]},
        {"kinds": ["email", "email"]},
        {"most_values": 0},
        {"most_values": True},
        {"most_values": 1.5},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Pii(**params)
