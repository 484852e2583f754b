"""``Samples``: columns of a data set as values in memory, read in one scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deploycheck.authoring.coding import grouped
from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.delimited import reading
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.coded import Coded
from deploycheck.evidence.samples import Samples
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST_ROWS = 50_000_000
MOST_VALUES = 500_000_000  # rows × columns: 4 GB
MOST_TEXTS = 100_000  # different texts of one column


@collector
class ColumnSamples:
    """The columns that controls name, or every column where a control names none."""

    evidence = Samples

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the data, after proving that every named column is there."""
        del params
        rows = rows_of(source)
        _named(source, rows.columns)
        return Description(rows.digest)

    def collect(self, source: Source, params: NoParams, table: Table) -> Samples:
        """Reads the columns in one scan.

        :raises EvidenceError: more than 50 million rows or 500 million values.
        """
        del params
        names = _named(source, table.columns)
        flat = [name for name in names if table.columns[name] != "other"]
        left_out = {
            name: "it holds neither numbers, text, truth values nor times"
            for name in names
            if table.columns[name] == "other"
        }
        rows, frame = _scan(table, flat)
        numbers, texts = {}, {}
        for name in flat:
            if table.columns[name] in {"integer", "float"}:
                numbers[name] = _numbers(frame[name])
            else:
                made = _coded(frame[name])
                if isinstance(made, str):
                    left_out[name] = made
                else:
                    texts[name] = made
            frame = frame.drop(name)  # a column is in memory once, beside the one at work
        times = frozenset(name for name in texts if table.columns[name] in {"date", "datetime"})
        return Samples(table.name, table.digest, rows, numbers, texts, left_out, times)


def _named(source: Source, known: Mapping[str, str]) -> tuple[str, ...]:
    """The columns to read, in the order of the data set.

    :raises EvidenceError: one that a control names is not there.
    """
    columns = list(known)
    for name in source.columns:
        if name not in columns:
            raise EvidenceError(
                f"data set {source.subject} has no column {name!r}", "mend the policy", "DC019"
            )
    if source.everything or not source.columns:
        return tuple(columns)
    return tuple(name for name in columns if name in source.columns)


def _scan(table: Table, columns: list[str]) -> tuple[int, pl.DataFrame]:
    import polars as pl

    with reading(f"data set {table.name}"):
        rows = int(table.frame.select(pl.len()).collect().item())
        if rows > MOST_ROWS:
            raise EvidenceError(
                f"data set {table.name} has {rows:,} rows, more than {MOST_ROWS:,}",
                "narrow it with `where`",
            )
        if rows * len(columns) > MOST_VALUES:
            raise EvidenceError(
                f"data set {table.name} has {rows:,} rows of {len(columns):,} columns, more than "
                f"{MOST_VALUES:,} values",
                "name the `columns` that matter in every control that compares samples",
            )
        frame: pl.DataFrame = table.frame.select(columns).collect(engine="streaming")
    table.unchanged()
    return rows, frame


def _numbers(column: pl.Series) -> NDArray[np.float64]:
    """The numbers as float64; whole numbers beyond 2⁵³ lose their last digits."""
    import polars as pl

    return column.cast(pl.Float64).fill_null(float("nan")).rechunk().to_numpy()


def _coded(column: pl.Series) -> Coded | str:
    """The texts of the values as codes, or why that makes no sense."""
    if (distinct := column.n_unique()) > MOST_TEXTS:
        return f"it has {distinct:,} different values: those are names, no categories"
    try:
        return grouped(column)
    except EvidenceError as error:
        return str(error)
