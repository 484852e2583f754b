"""Checker ``data_quality.freshness``."""

from collections.abc import Generator
from datetime import UTC, date, datetime, time

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.columns import chosen, quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Column, Params
from deploycheck.authoring.requests import Values, ValuesAnswer
from deploycheck.evidence.table import Table

AGE = "age_seconds"


class Freshness(Params):
    column: Column = Field(description="Column with the time of each row, a date or a moment.")
    tolerance_s: float = Field(
        60.0,
        ge=0,
        le=86_400,
        strict=True,
        description="Seconds that the newest time may lie in the future, since clocks differ; its "
        "age is 0 then. Further ahead it is an error.",
    )


@checker(
    "data_quality.freshness",
    measures=[
        Measure(
            AGE,
            unit="s",
            better="lower",
            doc="The instant that the run is as of minus the newest time of the column.",
        ),
    ],
    kind="exact",
)
def freshness(
    params: Freshness, table: Table, as_of: AsOf
) -> Generator[Estimate | Values, ValuesAnswer, None]:
    """The newest row is young enough.

    Why: A feed that stopped leaves a table that looks whole. A model that is judged or fed with it
    answers about a world that is gone.

    Fix: Find the job that should have written since, and run it again. If the data are meant to
    be old, such as a frozen test set, leave the control out, or run with `--as-of`.

    Definition: age_seconds = t − max(column), with t the instant the run is as of (`--as-of`, by
    default its start). A moment without a time zone is taken as UTC, and so is a date, which
    counts from its beginning: the row may be as old as that. Rows without a time are left out and
    counted in the details. A newest time that lies at most `tolerance_s` in the future has age 0.

    Bounds: The age is exact.

    Undefined: An empty table, or a column with all times missing, has no newest time, and the
    control is inconclusive. One row, or a constant column, is the newest. A time further in the
    future than `tolerance_s` is an error, since the clock or the data are wrong, and one such row
    would hide that all others are old. A column that is neither date nor moment is an error; one
    that the table has not is refused when the plan is made.

    Cost: One pass over the column; for Parquet, mostly its statistics.

    Source: Soda, freshness check; ISO/IEC 25012, currentness.

    Example:
        check: data_quality.freshness
        with: {data: production, column: month}
        require: {age_seconds: {max: 62 days}}
    """
    (column,) = chosen(table, (params.column,))
    kind = table.columns[column]
    place = {"column": column}
    wanted = {"rows": table.rows(), "missing": table.missing(column)}
    if kind in {"date", "datetime"}:
        wanted["newest"] = table.col(column).max()
    found = (yield Values(table, wanted)).numbers
    rows, missing = int(found["rows"]), int(found["missing"] or 0)
    if missing == rows:  # of a CSV, such a column is text
        yield Undefined(AGE, rows, "no row has a time" if rows else "no rows", slice=place)
        return
    if "newest" not in found:
        raise EvidenceError(
            f"column {quoted(column)} is {kind}, neither date nor moment",
            "store it as a date or timestamp; in CSV write 2026-12-01 or 2026-12-01T09:30:00Z",
            code="DC203",
        )
    newest, details = _moment(found["newest"])
    ahead = (newest - as_of).total_seconds()
    if ahead > params.tolerance_s:
        raise EvidenceError(
            f"the newest time of column {quoted(column)} lies {ahead:,.0f} s in the future",
            "mend the clock or the rows; narrow the data set with `where` if they are forecasts",
            code="DC203",
        )
    if missing:
        details += (f"{missing:,} of {rows:,} rows have no time",)
    yield Statistic(AGE, max(-ahead, 0.0), of=rows, slice=place, details=details)


def _moment(newest: date) -> tuple[datetime, tuple[str, ...]]:
    """The newest time as a moment with a zone, and what had to be assumed."""
    if not isinstance(newest, datetime):
        return (
            datetime.combine(newest, time(), UTC),
            ("a date counts from its beginning, in UTC",),
        )
    if newest.tzinfo is None:
        return newest.replace(tzinfo=UTC), ("times without a zone are taken as UTC",)
    return newest, ()
