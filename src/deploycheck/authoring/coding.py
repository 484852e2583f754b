"""Columns of a frame as codes into their distinct values, made by the table library."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.coded import MISSING, Coded, value_text

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


def grouped(column: pl.Series) -> Coded:
    """A column as groups, by the text of its values; missing ones are a group of their own.

    :raises EvidenceError: the group of the missing values and one of the data have the same name.
    """
    made = coded(column, value_text)
    if not column.null_count():
        return made
    if MISSING in made.values:
        raise EvidenceError(
            f"column {column.name} has missing values and the text {MISSING!r}",
            f"list {MISSING!r} in the data set's `missing`, or rename it",
            "DC203",
        )
    values = tuple(sorted((*made.values, MISSING)))
    return Coded(values, _placed(made, values, values.index(MISSING)))


def coded(column: pl.Series, text: Callable[[object], str], most: int | None = None) -> Coded:
    """Codes into the sorted texts of the distinct values; -1 is missing.

    :param text: the text of a value; values with the same text get the same code.
    :param most: the most distinct values there may be.
    :raises EvidenceError: there are more.
    """
    import polars as pl

    distinct = column.drop_nulls().unique()
    if most is not None and len(distinct) > most:
        raise EvidenceError(
            f"column {column.name} has {len(distinct):,} distinct values: that is a number or a "
            "name, no class",
            "name the column with the labels, or bin it with `derive`",
            "DC203",
        )
    texts = [text(value) for value in distinct.to_list()]
    values = tuple(sorted(set(texts)))
    place = {value: code for code, value in enumerate(values)}
    codes = column.replace_strict(
        distinct, [place[told] for told in texts], default=-1, return_dtype=pl.Int64
    )
    return Coded(values, codes.to_numpy())


def recoded(column: Coded, labels: tuple[str, ...]) -> NDArray[np.int64]:
    """The same values as codes into ``labels``, which holds them all; -1 stays missing."""
    return _placed(column, labels, -1)


def _placed(column: Coded, labels: tuple[str, ...], missing: int) -> NDArray[np.int64]:
    import numpy as np

    of = {label: code for code, label in enumerate(labels)}
    # The code -1 of a missing value takes the last place.
    place = np.array([*(of[value] for value in column.values), missing], dtype=np.int64)
    return place[column.codes]
