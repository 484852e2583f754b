import math
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Proportion, Undefined
from deploycheck.checkers.data_quality.domain import Domain, domain

NOON = datetime.fromisoformat("2026-01-01T12:00:00")


def violations(run, table, rule, values):
    found = run(domain, {"rules": {"x": rule}}, table=table(x=values))
    assert isinstance(found, tuple), found
    rate, count = found
    assert (rate.name, count.name) == ("violation_rate", "violations")
    if isinstance(count, Undefined):
        return None
    assert (rate.hits, rate.of) == (count.value, count.of)
    return count.value, count.of


@pytest.mark.parametrize(
    ("closed", "wrong"), [("both", 2), ("left", 3), ("right", 3), ("neither", 4)]
)
def test_says_which_side_a_bound_is_on(run, table, closed, wrong):
    rule = {"min": 18, "max": 65, "closed": closed}
    assert violations(run, table, rule, [17, 18, 40, 65, 66]) == (wrong, 5)


def test_missing_values_are_neither_wrong_nor_counted(run, table):
    assert violations(run, table, {"max": 1}, [0.5, 2.0, math.nan, None]) == (1, 2)
    assert violations(run, table, {"one_of": ["a"]}, ["a", None, "b"]) == (1, 2)
    assert violations(run, table, {"pattern": "a"}, ["a", None, "b"]) == (1, 2)


def test_infinity_is_a_value(run, table):
    assert violations(run, table, {"max": 1e308}, [math.inf, 1.0, -math.inf]) == (1, 3)


@pytest.mark.parametrize(
    ("rule", "values", "wrong"),
    [
        ({"one_of": [1, 2]}, [1, 2, 3], 1),
        ({"one_of": [1, 2.5]}, [1.0, 2.5, 3.0], 1),
        ({"one_of": [True]}, [True, False, True], 1),
        ({"one_of": ["a", "B"]}, ["a", "b", "B "], 2),
        ({"min": 0, "one_of": [-1, 1]}, [-1, 1, 2], 2),
        ({"min": "2026-01-01"}, [date(2025, 12, 31), date(2026, 1, 1)], 1),
        ({"max": "2026-01-01T12:00:00"}, [NOON, NOON + timedelta(seconds=1)], 1),
        ({"pattern": "[0-9]{5}"}, ["12345", "1234", "123456", "12345\n", "a12345"], 4),
        ({"pattern": "a|bc"}, ["a", "bc", "abc", "ac"], 2),
        ({"pattern": r"\d+"}, ["12", "١٢", "1２"], 2),
        ({"pattern": r"\w"}, ["a", "é", "_"], 1),
    ],
)
def test_values_against_rules(run, table, rule, values, wrong):
    assert violations(run, table, rule, values) == (wrong, len(values))


def test_several_columns_each_by_itself(run, table, by_place):
    rules = {"age": {"min": 18}, "sex": {"one_of": ["f", "m"]}}
    found = by_place(run(domain, {"rules": rules}, table=table(age=[1, 20], sex=["x", "f"])))
    assert found["violation_rate", "age"] == Proportion(
        "violation_rate", 1, 2, slice={"column": "age"}
    )
    assert found["violations", "sex"] == Count("violations", 1, of=2, slice={"column": "sex"})


def test_nothing_there_is_no_pass(run, table):
    assert violations(run, table, {"min": 0}, pl.Series([], dtype=pl.Int64)) is None
    assert violations(run, table, {"min": 0}, pl.Series([None, None], dtype=pl.Int64)) is None


def test_one_row_and_a_constant_column(run, table):
    assert violations(run, table, {"min": 0}, [-1]) == (1, 1)
    assert violations(run, table, {"min": 0}, [3] * 50) == (0, 50)


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(domain, {"rules": {"y": {"min": 0}}}, table=table(x=[1]))) == "DC019"


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ({"pattern": "1"}, [1, 2]),
        ({"min": 0}, ["a"]),
        ({"min": "0"}, [1]),
        ({"min": "0"}, ["1"]),
        ({"min": "yesterday"}, [date(2026, 1, 1)]),
        ({"min": 20260101}, [date(2026, 1, 1)]),
        ({"one_of": ["1"]}, [1]),
        ({"one_of": [1]}, ["1"]),
        ({"one_of": [1]}, [True]),
        ({"one_of": [True]}, [1]),
        ({"one_of": [1.5]}, [1]),
        ({"one_of": ["2026-01-01"]}, [date(2026, 1, 1)]),
    ],
)
def test_a_rule_that_does_not_suit_its_column_is_an_error(run, table, code, rule, values):
    assert code(run(domain, {"rules": {"x": rule}}, table=table(x=values))) == "DC203"


def test_a_bound_beyond_the_type_is_compared_as_a_number(run, table):
    small = pl.Series([1, 100, -100], dtype=pl.Int8)
    assert violations(run, table, {"min": -999, "max": 1000}, small) == (0, 3)
    assert violations(run, table, {"one_of": [1, 1000]}, small) == (2, 3)
    assert violations(run, table, {"one_of": [-1, 2**63 - 1], "max": 1e300}, small) == (3, 3)
    large = pl.Series([1, 2**64 - 1], dtype=pl.UInt64)
    assert violations(run, table, {"min": -1, "max": 2**63 - 1}, large) == (1, 2)
    assert violations(run, table, {"one_of": [-1, 1]}, large) == (1, 2)


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"x": {}},
        {"x": {"closed": "left"}},
        {"x": {"min": 2, "max": 1}},
        {"x": {"min": 1, "max": 1, "closed": "left"}},
        {"x": {"min": 1, "max": "2026-01-01"}},
        {"x": {"min": True}},
        {"x": {"min": math.nan}},
        {"x": {"min": 10**400}},
        {"x": {"one_of": []}},
        {"x": {"pattern": ""}},
        {"x": {"pattern": "("}},
        {"x": {"pattern": "(?=a)"}},
        {"x": {"pattern": "a" * 1001}},
        {"x": {"mni": 1}},
    ],
)
def test_rules_that_say_nothing_or_nonsense_are_refused(rules):
    with pytest.raises(ValidationError):
        Domain(rules=rules)


def test_a_hostile_text_takes_linear_time(run, table):
    values = ["a" * 200_000 + "b"] * 5
    assert violations(run, table, {"pattern": "(?:a*)*a*a*c"}, values) == (5, 5)
