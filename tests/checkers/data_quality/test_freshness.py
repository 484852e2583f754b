from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest
from pydantic import ValidationError

from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.estimates import Statistic, Undefined
from deploycheck.checkers.data_quality.freshness import Freshness, freshness

NOW = AsOf(2026, 12, 1, 12, tzinfo=UTC)
HOUR = 3600.0


def fresh(run, table, values, dtype=None, **params):
    made = table(at=pl.Series(values, dtype=dtype))
    found = run(freshness, {"column": "at", **params}, table=made, as_of=NOW)
    if not isinstance(found, tuple):
        return found
    (only,) = found
    return only


def age(run, table, values, **params):
    found = fresh(run, table, values, **params)
    assert isinstance(found, Statistic), found
    return found.value


def test_the_age_of_the_newest_time(run, table):
    times = [datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)]
    assert fresh(run, table, times) == Statistic(
        "age_seconds", 3 * HOUR, of=2, slice={"column": "at"}
    )


def test_zones_are_moments(run, table):
    east = timezone(timedelta(hours=9))
    assert age(run, table, [datetime(2026, 12, 1, 20, tzinfo=east)]) == HOUR
    berlin = pl.Series([datetime(2026, 12, 1, 11, 30, tzinfo=UTC)]).dt.convert_time_zone(
        "Europe/Berlin"
    )
    assert age(run, table, berlin) == HOUR / 2


def test_a_time_without_a_zone_is_taken_as_utc_and_it_is_said(run, table):
    found = fresh(run, table, [datetime.fromisoformat("2026-12-01T11:00:00")])
    assert (found.value, found.details) == (HOUR, ("times without a zone are taken as UTC",))


def test_a_date_counts_from_its_beginning(run, table):
    """A row of yesterday may be as old as yesterday's first moment: never younger than it is."""
    assert age(run, table, [date(2026, 11, 30)]) == 36 * HOUR
    assert age(run, table, [date(2026, 12, 1)]) == 12 * HOUR


def test_missing_times_are_left_out_and_counted(run, table):
    found = fresh(run, table, [None, datetime(2026, 12, 1, 11, tzinfo=UTC), None])
    assert found.value == HOUR
    assert found.details == ("2 of 3 rows have no time",)


def test_a_little_ahead_is_now_and_more_is_an_error(run, table, code):
    ahead = [NOW - timedelta(days=9), datetime(2026, 12, 1, 12, 1, tzinfo=UTC)]
    assert age(run, table, ahead) == 0
    assert code(fresh(run, table, ahead, tolerance_s=59)) == "DC203"
    assert age(run, table, ahead, tolerance_s=60.0) == 0
    assert code(fresh(run, table, [date(2026, 12, 2)])) == "DC203"
    assert age(run, table, [date(2026, 12, 2)], tolerance_s=86_400) == 0


def test_one_row_and_a_constant_column(run, table):
    assert age(run, table, [datetime(2026, 12, 1, 12, tzinfo=UTC)]) == 0
    assert age(run, table, [date(2026, 11, 30)] * 50) == 36 * HOUR


@pytest.mark.parametrize("dtype", [pl.Datetime("us", "UTC"), pl.Date, pl.String, pl.Null])
def test_no_rows_and_all_missing_are_no_pass(run, table, dtype):
    place = {"column": "at"}
    assert fresh(run, table, [], dtype) == Undefined("age_seconds", 0, "no rows", slice=place)
    assert fresh(run, table, [None] * 3, dtype) == Undefined(
        "age_seconds", 3, "no row has a time", slice=place
    )


@pytest.mark.parametrize("values", [["2026-12-01"], [1_790_000_000], [1.5], [True], [[1]]])
def test_what_is_no_time_is_an_error(run, table, code, values):
    assert code(fresh(run, table, values)) == "DC203"


def test_a_column_that_is_not_there(run, table, code):
    assert code(run(freshness, {"column": "y"}, table=table(x=[1]), as_of=NOW)) == "DC019"


def test_precision_survives(run, table):
    for unit in ("ms", "us", "ns"):
        times = pl.Series(
            [datetime.fromisoformat("2026-12-01T11:59:59.500000")], dtype=pl.Datetime(unit)
        )
        assert age(run, table, times) == 0.5


@pytest.mark.parametrize(
    "params",
    [{}, {"column": ["at"]}, {"column": "at", "tolerance_s": -1}, {"column": "at", "tolerance_s": True},
     {"column": "at", "tolerance_s": 1e6}, {"column": "at", "max": 3}],
)  # fmt: skip
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Freshness(**params)
