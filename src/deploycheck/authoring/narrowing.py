"""Binning and narrowing of a data set by the release's closed grammar, typed on both sides.

A row whose value is missing satisfies ``min``, ``max``, ``equals`` and ``one_of`` never, and
``not_one_of`` always: it is none of the values that are left out. NaN is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.model.release import DataSet, Derive, Where

if TYPE_CHECKING:
    import polars as pl

_NUMBERS = {"integer", "float"}
_ORDERED = {*_NUMBERS, "date", "datetime"}
_INT64 = 2**63


def narrowed(
    frame: pl.LazyFrame,
    kinds: Mapping[str, str],
    data_set: DataSet,
    *,
    name: str,
    void: frozenset[str] = frozenset(),
) -> tuple[pl.LazyFrame, dict[str, str]]:
    """The frame with ``derive`` columns added and ``where`` applied, and the kind of each column.

    :param kinds: kind of each column of the frame.
    :param name: name of the data set, for messages.
    :param void: columns without any value; every comparison with them is well typed.
    :raises EvidenceError: an unknown column (``DC019``); a bound of another type than the column,
        edges that do not increase, or labels that do not fit (``DC203``).
    """
    known = dict(kinds)
    for column, derive in data_set.derive.items():
        here = f"data.{name}.derive.{column}"
        if column in kinds:
            raise EvidenceError(
                f"{here}: the file has a column {column}", "give it another name", "DC019"
            )
        _known(derive.bin, kinds, here)
        if kinds[derive.bin] not in _NUMBERS and derive.bin not in void:
            raise _wrong(f"{here}: column {derive.bin} is {kinds[derive.bin]}, not a number")
        frame = frame.with_columns(_binned(derive, here).alias(column))
        known[column] = "text"
    schema = frame.collect_schema() if data_set.where else {}
    for index, where in enumerate(data_set.where):
        here = f"data.{name}.where.{index}"
        _known(where.column, known, here)
        zone = getattr(schema[where.column], "time_zone", None)
        asked = _Column(where.column, known[where.column], zone, where.column in void)
        for condition in _conditions(where, asked, here):
            frame = frame.filter(condition)
    if data_set.time is not None:
        _known(data_set.time, known, f"data.{name}.time")
    return frame, known


def bin_labels(derive: Derive) -> tuple[str, ...]:
    """The names of the bins: as declared, or ``< 25``, ``[25, 40)``, ``>= 40``."""
    if derive.labels is not None:
        return derive.labels
    edges = [_number(edge) for edge in derive.edges]
    inner = list(pairwise(edges))
    if derive.closed == "left":
        between = [f"[{low}, {high})" for low, high in inner]
        return (f"< {edges[0]}", *between, f">= {edges[-1]}")
    between = [f"({low}, {high}]" for low, high in inner]
    return (f"<= {edges[0]}", *between, f"> {edges[-1]}")


def _number(edge: float) -> str:
    return str(int(edge)) if float(edge).is_integer() else repr(float(edge))


def _binned(derive: Derive, here: str) -> pl.Expr:
    import polars as pl

    edges = [float(edge) for edge in derive.edges]
    if not all(map(math.isfinite, edges)):
        raise _wrong(f"{here}: an edge is not finite")
    if any(low >= high for low, high in pairwise(edges)):
        raise _wrong(f"{here}: the edges do not increase")
    labels = bin_labels(derive)
    if len(labels) != len(edges) + 1:
        raise _wrong(f"{here}: {len(edges)} edges make {len(edges) + 1} bins, not {len(labels)}")
    if len(set(labels)) != len(labels):
        raise _wrong(f"{here}: two bins have the same label")
    value = pl.col(derive.bin).cast(pl.Float64).fill_nan(None)
    # The number of edges below is the place of the bin. `cut` does the same, under a name and with
    # a signature that change between versions of Polars.
    reached = [value.ge(edge) if derive.closed == "left" else value.gt(edge) for edge in edges]
    place = pl.sum_horizontal([one.cast(pl.Int32) for one in reached])
    named = place.replace_strict(list(range(len(labels))), list(labels), return_dtype=pl.String)
    return pl.when(value.is_not_null()).then(named)


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str
    zone: str | None
    void: bool


def _conditions(where: Where, column: _Column, here: str) -> Iterable[pl.Expr]:
    import polars as pl

    value = pl.col(column.name)
    if column.kind == "float":
        value = value.fill_nan(None)
    given = {
        word: bound
        for word in ("min", "max", "equals", "one_of", "not_one_of", "present")
        if (bound := getattr(where, word)) is not None
    }
    if not given:
        raise _wrong(f"{here}: nothing is asked of column {column.name}")
    for word, bound in given.items():
        place = f"{here}.{word}"
        if word == "present":
            yield value.is_not_null() if bound else value.is_null()
        elif column.void:
            # No row has a value, so only the condition that a missing one satisfies keeps any.
            yield pl.lit(word == "not_one_of")
        elif word in {"one_of", "not_one_of"}:
            found = _is_one_of(value, [_typed(one, column, place) for one in bound])
            yield (~found).fill_null(value=True) if word == "not_one_of" else found
        else:
            typed = _typed(bound, column, place)
            if word != "equals" and column.kind not in _ORDERED:
                raise _wrong(f"{place}: column {column.name} is {column.kind} and has no order")
            yield _compared(value, word, typed)


def _compared(value: pl.Expr, word: str, bound: Any) -> pl.Expr:
    if word == "min":
        return value.ge(bound)
    return value.le(bound) if word == "max" else value.eq(bound)


def _is_one_of(value: pl.Expr, options: list[Any]) -> pl.Expr:
    import polars as pl

    # One comparison each: a list of several number types would be compared as floats, all of it.
    return pl.any_horizontal([pl.lit(value=False), *(value.eq(one) for one in options)])


def _typed(bound: Any, column: _Column, here: str) -> Any:
    """The bound as the column's own type.

    :raises EvidenceError: it is of another type.
    """
    kind = column.kind
    if kind in _NUMBERS and isinstance(bound, int | float) and not isinstance(bound, bool):
        if not math.isfinite(bound):
            raise _wrong(f"{here}: {bound} is not finite")
        if float(bound).is_integer() and abs(bound) < _INT64:
            return int(bound)
        return float(bound)
    if kind == "boolean" and isinstance(bound, bool):
        return bound
    if kind == "text" and isinstance(bound, str):
        return str(bound)
    if kind in {"date", "datetime"} and isinstance(bound, str):
        return _instant(bound, column, here)
    told = {bool: "boolean", str: "text"}.get(type(bound), "a number")
    raise _wrong(f"{here}: column {column.name} is {kind}, {bound!r} is {told}")


def _instant(text: str, column: _Column, here: str) -> date | datetime:
    day = column.kind == "date"
    try:
        made = date.fromisoformat(text) if day else datetime.fromisoformat(text)
    except ValueError:
        shape = "2026-12-01" if day else "2026-12-01T00:00:00"
        raise _wrong(f"{here}: {text!r} is no {column.kind}; write it like {shape}") from None
    if not isinstance(made, datetime):
        return made
    if len(text) <= len("2026-12-01"):
        raise _wrong(f"{here}: {text} names a day, the column moments; write the time too")
    if (made.tzinfo is None) != (column.zone is None):
        told = "no zone" if column.zone is None else "a zone"
        raise _wrong(f"{here}: column {column.name} has {told}, {text} the opposite")
    return made


def _known(column: str, kinds: Mapping[str, str], here: str) -> None:
    if column not in kinds:
        from difflib import get_close_matches

        close = get_close_matches(column, kinds, n=1)
        raise EvidenceError(
            f"{here}: the data set has no column {column!r}",
            f"did you mean {close[0]!r}?" if close else "",
            "DC019",
        )


def _wrong(message: str) -> EvidenceError:
    return EvidenceError(message, "mend the release", "DC203")
