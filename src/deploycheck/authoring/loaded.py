"""Columns of a data set in memory, as evidence on outcomes is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.delimited import reading
from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

MOST_ROWS = 50_000_000


@dataclass(frozen=True)
class Read:
    """Columns of a data set in memory; NaN is null. ``rows`` counts them, also without columns."""

    rows: int
    frame: pl.DataFrame


def read_columns(table: Table, names: Iterable[str]) -> Read:
    """The columns, in one scan.

    :raises EvidenceError: they cannot be read, or are longer than 50,000,000 rows.
    """
    import polars as pl

    asked = list(dict.fromkeys(names))
    with reading(f"data set {table.name}"):
        rows = int(table.frame.select(pl.len()).collect().item())
        if rows > MOST_ROWS:
            raise EvidenceError(
                f"data set {table.name} has {rows:,} rows, more than {MOST_ROWS:,}",
                "narrow it with `where`, or give frequencies as weights",
            )
        frame: pl.DataFrame = table.frame.select(asked).collect()
    table.unchanged()
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    if floats:
        frame = frame.with_columns(pl.col(floats).fill_nan(None))
    return Read(rows, frame)


@dataclass(frozen=True)
class Weighted:
    """The weights of a data set: frequencies, sampling weights, or none of both."""

    frequencies: NDArray[Any] | None = None
    sampling: NDArray[Any] | None = None


def weighted(frame: pl.DataFrame, column: str | None, *, sampled: bool) -> Weighted:
    """The column of weights as what the release says it is; missing ones as NaN."""
    if column is None:
        return Weighted()
    if sampled:
        return Weighted(sampling=floats(frame[column]))
    return Weighted(frequencies=plain_numbers(frame[column]))


def entities(frame: pl.DataFrame, entity: str | None, name: str) -> NDArray[Any] | None:
    """A code for the entity that each row is about, int64; ``None`` where nobody says.

    :raises EvidenceError: a row does not say whom it is about; it may be anybody.
    """
    if entity is None:
        return None
    import numpy as np
    import polars as pl

    column = frame[entity]
    if unknown := column.null_count():
        raise missing(unknown, frame.height, f"entity ({entity})", entity, name)
    return (column.rank("dense").cast(pl.Int64) - 1).to_numpy().astype(np.int64)


def refuse_repeated(frame: pl.DataFrame, entity: str | None, name: str) -> None:
    """Rows of one entity are not independent, and the bounds of this evidence take them to be.

    :raises EvidenceError: the release says which entity a row is about, and some repeat.
    """
    if entity is None:
        return
    entities = int(frame[entity].n_unique())
    if entities < frame.height:
        raise EvidenceError(
            f"the {frame.height:,} rows of data set {name} are about {entities:,} different "
            f"{entity}; this check has no bounds for repeated entities",
            "keep one row of each, or leave `id` out of `columns` and say so",
            "DC112",
        )


def plain_numbers(column: pl.Series) -> NDArray[Any]:
    """The numbers as they are, integers exactly; missing ones as NaN."""
    import polars as pl

    return (column if column.dtype.is_numeric() else column.cast(pl.Float64)).to_numpy()


def floats(column: pl.Series) -> NDArray[Any]:
    """The numbers as float64; missing ones as NaN."""
    import polars as pl

    return column.cast(pl.Float64).to_numpy()


def finite(values: NDArray[Any], role: str, column: str, name: str) -> NDArray[Any]:
    """The numbers, one and finite in every row.

    :raises EvidenceError: one is missing or infinite.
    """
    import numpy as np

    if unknown := int(np.isnan(values).sum()):
        raise missing(unknown, len(values), role, column, name)
    if infinite := int(np.isinf(values).sum()):
        raise EvidenceError(
            f"{infinite:,} of {len(values):,} rows of {name} have an infinite {role} ({column})",
            "write a finite number, or narrow the data set with `where`",
            "DC203",
        )
    return values


def missing(unknown: int, rows: int, role: str, column: str, name: str) -> EvidenceError:
    """The error for rows without a value, with the way out."""
    return EvidenceError(
        f"{unknown:,} of {rows:,} rows of {name} have no {role}",
        f"narrow the data set with `where: [{{column: {column}, present: true}}]`",
        "DC203",
    )


def told(labels: Iterable[str]) -> str:
    """Up to eight labels for a reader."""
    names = list(labels)
    return ", ".join(repr(label[:40]) for label in names[:8]) + (", …" if len(names) > 8 else "")
