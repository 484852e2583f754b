"""How old data are: the newest time of a column against the run's one clock."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.columns import chosen, quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.requests import Values, ValuesAnswer
from deploycheck.evidence.table import Table
from deploycheck.model.base import format_instant


@dataclass(frozen=True)
class Age:
    """How old the newest of ``rows`` rows is.

    :param age: time since the newest row, at least zero; ``None`` where no row has a time.
    :param newest: the newest time, as it is written in reports.
    :param missing: rows without a time.
    """

    age: timedelta | None
    newest: str
    rows: int
    missing: int

    @property
    def details(self) -> tuple[str, ...]:
        """The newest time, and how many rows have none."""
        found = [f"the newest time is {self.newest}"] if self.newest else []
        if self.missing:
            found.append(f"{self.missing:,} of {self.rows:,} rows have no time")
        return tuple(found)


def newest_age(
    table: Table, column: str, as_of: AsOf, tolerance: timedelta
) -> Generator[Values, ValuesAnswer, Age]:
    """The age of the newest row of ``table``, for a checker that says ``yield from``.

    A date is its midnight, and a time without a zone is in UTC.

    :param tolerance: how far ahead of the clock the newest time may lie; its age is zero then.
        Anything further ahead is an error: a date such as 9999-12-31 that stands for something
        else would make stale data look new for ever.
    :raises EvidenceError: the table has no such column (``DC019``); the column holds no times, or
        times of the future (``DC203``).
    """
    chosen(table, (column,))
    absent = table.missing(column)
    asked = {"rows": table.rows(), "missing": absent}
    if table.columns[column] in {"date", "datetime"}:
        asked["newest"] = table.col(column).max()
    numbers = (yield Values(table, asked)).numbers
    rows, missing = int(numbers["rows"] or 0), int(numbers["missing"] or 0)
    if rows == missing:  # of a CSV, such a column is text
        return Age(None, "", rows, missing)
    newest = numbers.get("newest")
    if not isinstance(newest, date):
        raise EvidenceError(
            f"column {quoted(column)} of {table.name} holds no dates or times",
            "write them like 2026-12-01 or 2026-12-01T00:00:00Z",
            code="DC203",
        )
    stamp = _instant(newest)
    written = format_instant(stamp) if isinstance(newest, datetime) else newest.isoformat()
    if stamp - as_of > tolerance:
        raise EvidenceError(
            f"the newest time in column {quoted(column)} of {table.name} is {written}, after "
            f"{format_instant(as_of)}, which the run is as of",
            "mend times of the future, or leave those rows out with the data set's `where`",
            code="DC203",
        )
    return Age(max(-(stamp - as_of), timedelta(0)), written, rows, missing)


def _instant(newest: date) -> datetime:
    if not isinstance(newest, datetime):
        return datetime.combine(newest, time(), UTC)
    if newest.tzinfo is None:
        return newest.replace(tzinfo=UTC)
    return newest.astimezone(UTC)
