"""The age of the training data, by the run's own clock."""

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.estimates import Statistic, Undefined
from deploycheck.checkers.maintenance.age import TrainingAge, age

naive = datetime.fromisoformat
NOW = AsOf(2026, 12, 1, 12, 0, 0, 0, UTC)


@pytest.fixture
def aged(run, table):
    def aged(values, dtype=None, now=NOW, column="t", **params):
        sample = table(t=pl.Series(values, dtype=dtype), x=pl.Series([1] * len(values)))
        return run(age, {"column": column, **params}, table=sample, as_of=now)

    return aged


def days(found):
    (one,) = found
    assert isinstance(one, Statistic), found
    return one.value


def test_days_since_the_newest_row(aged):
    (found,) = aged([naive("2026-11-01T12:00"), naive("2026-10-01"), None])
    assert found == Statistic(
        "age_days",
        30.0,
        of=2,
        details=("the newest time is 2026-11-01T12:00:00Z", "1 of 3 rows have no time"),
    )


def test_a_date_is_its_midnight_and_a_zone_counts(aged):
    assert days(aged([date(2026, 11, 30), date(2026, 1, 1)])) == 1.5
    east = [datetime(2026, 12, 1, 14, tzinfo=timezone(timedelta(hours=5)))]
    assert days(aged(east)) == 3 / 24


def test_one_row_and_a_constant_column_have_an_age(aged):
    assert days(aged([date(2026, 12, 1)])) == 0.5
    assert days(aged([date(2026, 12, 1)] * 9)) == 0.5


def test_a_time_may_be_ahead_of_the_clock_by_the_tolerance_and_no_more(aged, code):
    assert days(aged([naive("2026-12-01T12:01")])) == 0
    assert code(aged([naive("2026-12-01T12:01:01")])) == "DC203"
    assert code(aged([date(2026, 12, 2)])) == "DC203"
    assert days(aged([date(2026, 12, 2)], tolerance_s=86_400.0)) == 0
    ahead = [datetime(2026, 12, 1, 12, 0, 0, 1, tzinfo=UTC)]
    assert days(aged(ahead)) == 0
    assert code(aged(ahead, tolerance_s=0.0)) == "DC203"


def test_a_date_that_stands_for_something_else_never_looks_new(aged, code):
    found = aged([date(9999, 12, 31), date(2001, 1, 1)])
    assert code(found) == "DC203"
    assert "9999-12-31" in str(found.error)


def test_the_age_grows_with_the_clock_alone(aged):
    later = AsOf(2027, 12, 1, 12, 0, 0, 0, UTC)
    assert days(aged([date(2026, 12, 1)], now=later)) == 365.5


@pytest.mark.parametrize(
    ("values", "dtype", "reason"),
    [
        ([], pl.Date, "no rows"),
        ([], pl.String, "no rows"),
        ([None, None], pl.Datetime("us", "UTC"), "no row has a time"),
        ([None, None], pl.String, "no row has a time"),
    ],
)
def test_without_any_time_there_is_no_age(aged, values, dtype, reason):
    (found,) = aged(values, dtype)
    assert isinstance(found, Undefined)
    assert (found.reason, found.context) == (reason, False)


@pytest.mark.parametrize("values", [["yesterday"], [1_700_000_000], [1.5], [True], [[1]]])
def test_what_is_no_time_is_an_error(aged, code, values):
    assert code(aged(values)) == "DC203"


def test_a_column_that_is_not_there(aged, code):
    assert code(aged([date(2026, 1, 1)], column="when")) == "DC019"


@pytest.mark.parametrize(
    "params", [{}, {"column": None}, {"column": ["t"]}, {"column": "t", "max": 3}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        TrainingAge(**params)
