"""Typed CSV files as one frame, each column of one kind in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deploycheck.authoring.columnar import refuse_other_columns, refuse_other_types

if TYPE_CHECKING:
    import polars as pl

_NUMBERS = frozenset({"integer", "float"})


def joined(
    parts: Mapping[str, tuple[pl.DataFrame, dict[str, str]]],
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The rows of all files in order, and the kind of each column.

    A column without values in one file is of the kind it has in the others; whole numbers in one
    and others in another are floats, as they would be in one file.

    :param parts: frame and kinds of each file.
    :raises EvidenceError: other columns, or a column of another kind (``DC203``).
    """
    import polars as pl

    first, one = next(iter(parts.values()))
    if len(parts) == 1:
        return first, one
    refuse_other_columns({name: frame.columns for name, (frame, _) in parts.items()})
    void = {
        name: frozenset(c for c in frame.columns if frame[c].null_count() == frame.height)
        for name, (frame, _) in parts.items()
    }
    refuse_other_types({n: frame.schema for n, (frame, _) in parts.items()}, void, _NUMBERS)
    made: dict[str, str] = {}
    types: dict[str, pl.DataType] = {}
    for name, (frame, kinds) in parts.items():
        for column in frame.columns:
            # Of two kinds one is float, which holds both.
            if column not in void[name] and made.get(column) in {None, "integer"}:
                made[column], types[column] = kinds[column], frame.schema[column]
    columns = first.columns
    whole = pl.concat(
        [
            frame.select(pl.col(c).cast(types.get(c, pl.String())) for c in columns)
            for frame, _ in parts.values()
        ]
    )
    return whole, {column: made.get(column, "text") for column in columns}
