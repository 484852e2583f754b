"""Values of rows so that equal ones compare equal, and a number that equal ones have in common."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import polars as pl

HASH = "\0hash"  # no column of a file has this name


def native(table: Table) -> pl.LazyFrame:
    import polars as pl

    frame = table.frame
    if isinstance(frame, pl.DataFrame | pl.LazyFrame):
        return frame.lazy()
    raise EvidenceError(f"{table.name} is no Polars frame, and only those answer this request")


def canonical(frame: pl.LazyFrame, columns: Sequence[str]) -> list[pl.Expr]:
    """The columns so that equal values compare equal: NaN is missing, -0.0 is 0.0."""
    import polars as pl

    schema = frame.collect_schema()
    made = []
    for column in columns:
        kind, values = schema[column], pl.col(column)
        if kind == pl.Object:
            raise EvidenceError(
                f"column {column} holds Python objects, which cannot be compared",
                "store it as text or numbers",
                code="DC203",
            )
        if kind.is_float():
            # Adding zero would do, but Polars takes that for nothing to do.
            zero = pl.lit(0.0, dtype=kind)
            values = pl.when(values == zero).then(zero).otherwise(values.fill_nan(None))
        elif kind == pl.Categorical:
            values = values.cast(pl.String)
        made.append(values.alias(column))
    return made


def hashed(columns: Sequence[str]) -> pl.Expr:
    """One number for the values of a row; a seed for each column, so that equal ones differ."""
    import polars as pl

    return reduce(
        lambda left, right: left ^ right,
        (pl.col(column).hash(seed) for seed, column in enumerate(columns)),
    )


def by_repetition(hashes: pl.Series) -> tuple[int, Any]:
    """How many hashes stand alone, and the distinct ones that do not."""
    import numpy as np

    ordered = np.array(hashes.to_numpy())
    ordered.sort()
    same = ordered[1:] == ordered[:-1]  # as the one before
    if not same.any():
        return len(ordered), ordered[:0]
    after = np.append(False, same)
    repeated = after | np.append(same, False)
    return len(ordered) - int(repeated.sum()), ordered[repeated & ~after]
