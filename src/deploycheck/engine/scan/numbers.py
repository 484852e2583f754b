"""Computes expressions on tables: those of all jobs on one table in one pass over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deploycheck.engine.scan.failures import Junk
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import narwhals as nw

CHUNK = 2_000


@dataclass(frozen=True)
class Ask:
    """What one job wants to know of one table."""

    key: str
    table: Table
    expressions: tuple[Any, ...] = field(repr=False)


@dataclass(frozen=True)
class _Piece:
    """Part of an ask that fits into one pass; ``place`` is the ask's place among all."""

    place: int
    ask: Ask
    expressions: tuple[Any, ...]


def the_table(evidence: Iterable[object]) -> Table:
    """The table that an estimate's expressions belong to.

    :raises Junk: there is none, or more than one frame that could be meant.
    """
    tables = [item for item in evidence if isinstance(item, Table)]
    if not tables:
        raise Junk("the checker yields a table's expression and takes no table")
    if len({id(table.frame) for table in tables}) > 1:
        raise Junk(
            "the checker takes two tables, and an expression does not say which it is about; "
            "ask each one with `yield Values(table, …)`"
        )
    return tables[0]


def evaluate(
    asks: Sequence[Ask], guard: Callable[[Sequence[str]], AbstractContextManager[None]]
) -> list[tuple[Any, ...] | BaseException]:
    """The numbers of every ask, or what went wrong with it, in the order of ``asks``.

    If a pass fails, it is halved until the ask that is to blame stands alone.
    """
    results: list[list[Any]] = [[] for _ in asks]
    errors: dict[int, BaseException] = {}
    for chunk in _chunks(asks):
        _settle(chunk, guard, results, errors)
    return [errors.get(place, tuple(numbers)) for place, numbers in enumerate(results)]


def _chunks(asks: Sequence[Ask]) -> Iterator[list[_Piece]]:
    frames: dict[int, list[_Piece]] = {}
    for place, ask in enumerate(asks):
        for start in range(0, len(ask.expressions), CHUNK):
            piece = _Piece(place, ask, ask.expressions[start : start + CHUNK])
            frames.setdefault(id(ask.table.frame), []).append(piece)
    for pieces in frames.values():
        chunk: list[_Piece] = []
        size = 0
        for piece in pieces:
            if chunk and size + len(piece.expressions) > CHUNK:
                yield chunk
                chunk, size = [], 0
            chunk.append(piece)
            size += len(piece.expressions)
        yield chunk


def _settle(
    pieces: list[_Piece],
    guard: Callable[[Sequence[str]], AbstractContextManager[None]],
    results: list[list[Any]],
    errors: dict[int, BaseException],
) -> None:
    pieces = [piece for piece in pieces if piece.place not in errors]
    if not pieces:
        return
    numbers: list[tuple[Any, ...]] = []
    failed: BaseException | None = None
    try:
        with guard([piece.ask.key for piece in pieces]):
            numbers = _select(pieces)
        for piece, row in zip(pieces, numbers, strict=True):
            results[piece.place].extend(row)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - Polars panics are BaseExceptions
        failed = error
    if (changed := changed_since(pieces[0].ask.table)) is not None:
        errors.update((piece.place, changed) for piece in pieces)
    elif failed is not None and len(pieces) == 1:
        errors[pieces[0].place] = failed
    elif failed is not None:
        middle = len(pieces) // 2
        _settle(pieces[:middle], guard, results, errors)
        _settle(pieces[middle:], guard, results, errors)


def _select(pieces: Sequence[_Piece]) -> list[tuple[Any, ...]]:
    """One pass: the numbers of every piece. An expression object that stands twice runs once."""
    import narwhals as nw

    frame = lazy(pieces[0].ask.table.frame)
    names: dict[int, str] = {}
    columns: dict[str, nw.Expr] = {}
    for piece in pieces:
        for expression in piece.expressions:
            if id(expression) not in names:
                names[id(expression)] = name = f"x{len(names)}"
                columns[name] = expression
    schema = frame.select(**columns).collect_schema()
    for name, kind in schema.items():
        if kind == nw.Boolean:
            # An integer, because not every engine sums booleans.
            columns[name] = columns[name].cast(nw.Int64).sum()
    # Two rows are enough to tell that an expression is no single number.
    row = one_row(frame.select(**columns).head(2))
    return [tuple(row[names[id(e)]] for e in piece.expressions) for piece in pieces]


def changed_since(table: Table) -> Exception | None:
    """Why numbers of a scan do not count: the file is no longer the one that was digested."""
    try:
        table.unchanged()
    except Exception as error:  # noqa: BLE001 - whatever it is, the file cannot be vouched for
        return error
    return None


def lazy(native: Any) -> nw.LazyFrame[Any]:
    """The narwhals lazy frame over a native frame."""
    import narwhals as nw

    frame: nw.LazyFrame[Any] = nw.from_native(native).lazy()
    return frame


def one_row(frame: nw.LazyFrame[Any]) -> dict[str, Any]:
    """The only row, as plain Python values.

    :raises Junk: there is not exactly one.
    """
    rows = collect(frame).rows(named=True)
    if len(rows) != 1:
        raise Junk(
            "an expression gives one value for each row; sum, count or average it to one number"
        )
    return dict(rows[0])


def collect(frame: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
    """The result of a lazy frame, by the streaming engine where there is one."""
    if frame.implementation.is_polars():
        return frame.collect(engine="streaming")
    return frame.collect()
