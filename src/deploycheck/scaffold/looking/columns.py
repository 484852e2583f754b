"""The columns of one data file, read as the engine reads them."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from deploycheck.authoring.errors import EvidenceError
from deploycheck.engine.language.place import FORBIDDEN
from deploycheck.scaffold.found import Column, Kind

if TYPE_CHECKING:
    import polars as pl

    from deploycheck.authoring.files import Files
    from deploycheck.scaffold.looking.walk import Entry, Limits

__all__ = ["Look", "NoRows", "looked_at"]

MOST_VALUES = 20
_LONGEST_VALUE = 200
_MOST_CELLS = 20_000_000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_TEXTS = {"text", "json", "unknown", "ambiguous"}


class NoRows(Exception):
    """The file has columns and no rows."""

    def __init__(self) -> None:
        super().__init__("it has a header and no rows; there is nothing to propose from")


@dataclass(frozen=True)
class Look:
    """What was seen in one data file.

    :param rows: how many there are, ``None`` where only the first ones were looked at.
    :param looked: how many were looked at.
    :param ranges: least and greatest number of each column of numbers that has one.
    """

    rows: int | None
    looked: int
    columns: tuple[Column, ...]
    ranges: Mapping[str, tuple[float, float]]
    notes: tuple[str, ...] = ()

    def unique(self, column: Column) -> bool:
        """Whether every row that was looked at has a value of its own."""
        return not column.missing and column.distinct == self.looked


def looked_at(entry: Entry, files: Files, limits: Limits) -> Look:
    """The columns of a data file.

    :raises EvidenceError: the engine could not read it either.
    :raises NoRows: it has none.
    """
    frame, kinds, rows, notes = (
        _csv(entry, files, limits) if entry.suffix == ".csv" else _lazy(entry, files, limits)
    )
    if not frame.height:
        raise NoRows
    columns: list[Column] = []
    ranges: dict[str, tuple[float, float]] = {}
    for series in frame.iter_columns():
        kind = cast("Kind", kinds[series.name])
        column, between = _column(series, kind)
        columns.append(column)
        if between is not None:
            ranges[series.name] = between
    return Look(rows, frame.height, tuple(columns), ranges, tuple(notes))


_Read = tuple["pl.DataFrame", Mapping[str, str], int | None, Sequence[str]]


def _csv(entry: Entry, files: Files, limits: Limits) -> _Read:
    """All of a small file; the first rows of a large one."""
    from deploycheck.authoring.delimited import read_csv

    data, whole = _head(entry, files, limits.head)
    _refuse_separator(data, entry.path)
    if not whole:
        data = data[: _end(data)]
    try:
        frame, kinds = read_csv(data, entry.path)
    except EvidenceError:
        _refuse_other_content(entry, files)
        raise
    if whole:
        return frame, kinds, frame.height, ()
    note = f"only its first {frame.height:,} rows were looked at; later ones may change a kind"
    return frame, kinds, None, (note,)


def _head(entry: Entry, files: Files, most: int) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether that is all of it."""
    from deploycheck.sandbox.sealed import open_plainly

    try:
        with os.fdopen(open_plainly(files.path(entry.path)), "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise EvidenceError(f"{entry.path} cannot be read: {error.strerror or error}") from None
    return data[:most], len(data) <= most


def _end(data: bytes) -> int:
    """The end of the last line that no quote goes on from; the end where there is none."""
    even = data.count(b'"') % 2 == 0
    at = len(data)
    while at > 0:
        line = data.rfind(b"\n", 0, at)
        if line < 0:
            break
        even ^= data.count(b'"', line, at) % 2 == 1
        if even:
            return line + 1
        at = line
    return len(data)


def _refuse_other_content(entry: Entry, files: Files) -> None:
    """Say what a file holds that is no text.

    :raises EvidenceError: it is of a known format.
    """
    from deploycheck.sandbox.formats import format_of

    try:
        kind = format_of(files.path(entry.path))
    except OSError as error:
        raise EvidenceError(f"{entry.path} cannot be read: {error.strerror or error}") from None
    if kind not in _TEXTS:
        raise EvidenceError(
            f"{entry.path} is named CSV, its content is {kind}", "name it as what it is"
        )


def _refuse_separator(data: bytes, path: str) -> None:
    """Say which separator a file has instead of commas.

    :raises EvidenceError: its first line has another one.
    """
    line = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0][:100_000].decode(errors="replace")
    if FORBIDDEN.search(line) or "\ufffd" in line:
        return  # no text
    counts = {name: line.count(mark) for mark, name in _SEPARATORS.items()}
    name = max(counts, key=lambda each: counts[each])
    if counts[name] > line.count(","):
        raise EvidenceError(f"{path} is separated by {name}", "write it with commas")


def _lazy(entry: Entry, files: Files, limits: Limits) -> _Read:
    """The first rows of a Parquet or Arrow file, and the number of all."""
    from deploycheck.authoring.columnar import ARROW, PARQUET, begun, scanned
    from deploycheck.authoring.delimited import MOST_COLUMNS, reading

    form = PARQUET if entry.suffix in {".parquet", ".pq"} else ARROW
    try:
        made = scanned(files, entry.path, begun(files, [entry.path]), form)
    except OSError as error:
        raise EvidenceError(f"{entry.path} cannot be read: {error.strerror or error}") from None
    width = len(made.kinds)
    if not width:
        raise NoRows
    if width > MOST_COLUMNS:
        raise EvidenceError(f"{entry.path} has more than {MOST_COLUMNS:,} columns")
    with reading(entry.path):
        frame = made.frame.head(min(limits.rows, _MOST_CELLS // width)).collect()
    return frame, made.kinds, made.rows, ()


def _column(series: pl.Series, kind: Kind) -> tuple[Column, tuple[float, float] | None]:
    """What a column holds; not a number is no value."""
    from deploycheck.authoring.delimited import reading

    total = len(series)
    with reading(f"column {series.name}"):
        if kind == "float":
            series = series.fill_nan(None)
        present = series.drop_nulls()
        distinct = present.n_unique() if kind != "other" else _distinct(present)
        few = 0 < distinct <= MOST_VALUES and kind != "other"
        values = _values(present) if few else ()
        between = _range(present) if kind in {"integer", "float"} and len(present) else None
    missing = (total - len(present)) / total if total else 0.0
    return Column(series.name, kind, distinct, missing, values), between


def _distinct(series: pl.Series) -> int:
    """Distinct values of a column of lists and the like; 0 where they cannot be counted."""
    import polars as pl

    try:
        return series.n_unique()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return 0


def _range(series: pl.Series) -> tuple[float, float] | None:
    low, high = float(series.min()), float(series.max())  # type: ignore[arg-type]  # numbers alone
    return (low, high) if math.isfinite(low) and math.isfinite(high) else None


def _values(series: pl.Series) -> tuple[tuple[str | int | float | bool, int], ...]:
    """Distinct values with their counts, the most frequent first; none where one is overlong."""
    counted = series.value_counts(name="how often").rows()
    made = [(_plain(value), int(count)) for value, count in counted]
    if any(isinstance(value, str) and len(value) > _LONGEST_VALUE for value, _ in made):
        return ()
    return tuple(sorted(made, key=lambda pair: (-pair[1], str(pair[0]))))


def _plain(value: object) -> str | int | float | bool:
    """A value as a release would write it: ``1.0`` is 1, a day is ISO 8601."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, str | int):
        return value
    return str(value).replace(" ", "T")
