"""Answers what one select cannot say: duplicates, counts by value, numbers to go on with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.requests import (
    Answer,
    Counts,
    CountsAnswer,
    DuplicateCount,
    Duplicates,
    Request,
    Shared,
    TopTwo,
    TopTwoAnswer,
    Values,
    ValuesAnswer,
)
from deploycheck.engine.scan.equality import HASH, by_repetition, canonical, native
from deploycheck.engine.scan.equality import hashed as _hash
from deploycheck.engine.scan.failures import Junk
from deploycheck.engine.scan.numbers import Ask, changed_since, evaluate
from deploycheck.engine.scan.shared import refuse_unasked, shared
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import polars as pl

REQUESTS = frozenset({Duplicates, Counts, TopTwo, Values, Shared})
_Alike = Duplicates | Counts | TopTwo | Shared


def answer_all(
    requests: Sequence[tuple[str, Request]],
    guard: Callable[[Sequence[str]], AbstractContextManager[None]],
) -> list[Answer | BaseException]:
    """The answer to each request, or what went wrong with it, in their order.

    :param requests: each with the key of the job that asks. Equal requests are computed once.
    :param guard: entered around the work, with the keys of all jobs that wait for it.
    """
    answers: list[Answer | BaseException | None] = [None] * len(requests)
    alike: dict[Any, tuple[_Alike, list[int]]] = {}
    asks: list[Ask] = []
    asking: list[tuple[int, tuple[str, ...]]] = []
    for place, (key, request) in enumerate(requests):
        try:
            _check(request)
            if isinstance(request, Values):
                expressions = tuple(request.expressions.values())
                asks.append(Ask(key, request.table, expressions))
                asking.append((place, tuple(request.expressions)))
            else:
                alike.setdefault(_identity(request), (request, []))[1].append(place)
        except Exception as error:  # noqa: BLE001 - the request was made by a checker
            answers[place] = error
    for (place, names), numbers in zip(asking, evaluate(asks, guard), strict=True):
        if isinstance(numbers, BaseException):
            answers[place] = numbers
        else:
            answers[place] = ValuesAnswer(dict(zip(names, numbers, strict=True)))
    for asked, places in alike.values():
        found = _answered(asked, [requests[place][0] for place in places], guard)
        for place in places:
            answers[place] = found
    return [Junk("the request has no answer") if a is None else a for a in answers]


def _identity(request: _Alike) -> tuple[Any, ...]:
    if isinstance(request, Shared):
        frames = (id(request.one.frame), id(request.other.frame))
        return (Shared, *frames, request.columns, request.other_columns, request.missing)
    frame = id(request.table.frame)
    if isinstance(request, Duplicates):
        return (Duplicates, frame, tuple(request.key))
    if isinstance(request, TopTwo):
        return (TopTwo, frame, request.column)
    return (Counts, frame, tuple(request.by), request.limit)


def _check(request: Request) -> None:
    """Whether the request can be asked at all.

    :raises Junk: it is made of the wrong things.
    :raises EvidenceError: a column that the table has not.
    """
    if isinstance(request, Shared):
        refuse_unasked(request)
        return
    if not isinstance(request.table, Table):
        raise Junk("a request asks a Table")
    if isinstance(request, Values):
        _check_values(request)
        return
    columns = _columns(request)
    if type(columns) is not tuple or not all(isinstance(column, str) for column in columns):
        raise Junk("a request names its columns in a tuple")
    if len(set(columns)) != len(columns):
        raise Junk("a request names a column twice")
    if isinstance(request, Counts) and (not columns or type(request.limit) is not int):
        raise Junk("`Counts` names at least one column and a whole number as its limit")
    for column in columns:
        if column not in request.table.columns:
            raise EvidenceError(
                f"{request.table.name} has no column {column}",
                f"it has {', '.join(list(request.table.columns)[:20])}",
                code="DC019",
            )


def _check_values(request: Values) -> None:
    import narwhals as nw

    if type(request.expressions) is not dict or not request.expressions:
        raise Junk("`Values` asks for expressions in a dictionary, by name")
    if not all(isinstance(e, nw.Expr) for e in request.expressions.values()):
        raise Junk("`Values` asks for expressions, and one of these is none")


def _columns(request: Duplicates | Counts | TopTwo) -> tuple[str, ...]:
    if isinstance(request, TopTwo):
        return (request.column,)
    return request.key if isinstance(request, Duplicates) else request.by


def _answered(
    request: _Alike,
    keys: Sequence[str],
    guard: Callable[[Sequence[str]], AbstractContextManager[None]],
) -> Answer | BaseException:
    found: Answer | BaseException = Junk("the request was stopped before it was answered")
    try:
        with guard(keys):
            found = _found(request)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - Polars panics are BaseExceptions
        found = error
    tables = [request.one, request.other] if isinstance(request, Shared) else [request.table]
    return next((gone for table in tables if (gone := changed_since(table))), found)


def _found(request: _Alike) -> Answer:
    if isinstance(request, Shared):
        return shared(request)
    if isinstance(request, Duplicates):
        return _duplicates(request)
    return _top_two(request) if isinstance(request, TopTwo) else _counts(request)


def _duplicates(request: Duplicates) -> DuplicateCount:
    """Exact. Rows with equal values have equal hashes, so a hash that stands alone is a distinct
    row; only rows that share a hash are compared value by value.
    """
    import polars as pl

    frame = native(request.table)
    columns = list(request.key) or frame.collect_schema().names()
    if not columns:
        return DuplicateCount(0, 0, 0)
    values = frame.select(canonical(frame, columns))
    nothing = pl.all_horizontal(pl.col(columns).is_null())
    seen = values.select(_hash(columns).alias("hash"), nothing.alias("nothing"))
    found = seen.collect(engine="streaming")
    rows, missing = found.height, int(found["nothing"].sum())
    alone, shared = by_repetition(found["hash"])
    del found
    if not len(shared):
        return DuplicateCount(rows, rows, missing)
    alone, groups = _grouped(values, columns, rows, alone, shared)
    distinct = groups.select(pl.len()).collect(engine="streaming")
    return DuplicateCount(rows, alone + int(distinct.item()), missing)


def _grouped(
    values: pl.LazyFrame, columns: list[str], rows: int, alone: int, shared: Any
) -> tuple[int, pl.LazyFrame]:
    """How many rows are known to be distinct, and the rows of each value of all the others."""
    import polars as pl

    if 2 * alone < rows:  # most rows are suspects, and sorting them out costs more than it saves
        alone = 0
    else:
        marked = values.with_columns(_hash(columns).alias(HASH))
        repeated = pl.LazyFrame({HASH: shared})
        values = marked.join(repeated, on=HASH, how="semi").select(columns)
    return alone, values.group_by(columns).agg(pl.len().alias(HASH))


def _top_two(request: TopTwo) -> TopTwoAnswer:
    """Exact, and as :func:`_duplicates` without a table of all values that occur once."""
    import polars as pl

    frame = native(request.table)
    columns = [request.column]
    every = frame.select(canonical(frame, columns))
    values = every.drop_nulls()
    hashes = values.select(_hash(columns).alias("hash")).collect(engine="streaming")["hash"]
    total = int(every.select(pl.len()).collect(engine="streaming").item())
    rows = len(hashes)
    alone, shared = by_repetition(hashes)
    del hashes
    most: list[int] = []
    distinct = alone
    if len(shared):
        alone, groups = _grouped(values, columns, rows, alone, shared)
        counts = pl.col(HASH)
        asked = groups.select(counts.len().alias("groups"), counts.top_k(2).implode().alias("most"))
        found = asked.collect(engine="streaming")
        most = [int(count) for count in found["most"].item()]
        distinct = alone + int(found["groups"].item())
    first, second = sorted([*most, *[1] * min(alone, 2), 0, 0], reverse=True)[:2]
    return TopTwoAnswer(total, total - rows, distinct, first, second)


def _counts(request: Counts) -> CountsAnswer:
    import polars as pl

    frame = native(request.table)
    columns = list(request.by)
    names = [f"by{place}" for place in range(len(columns))]
    texts = [
        values.cast(pl.String).alias(name)
        for values, name in zip(canonical(frame, columns), names, strict=True)
    ]
    grouped = frame.select(texts).group_by(names).agg(pl.len().alias("rows"))
    found = grouped.head(request.limit + 1).collect(engine="streaming")
    if found.height > request.limit:
        raise EvidenceError(
            f"{', '.join(columns)}: more than {request.limit:,} combinations of values",
            "name fewer columns, or bin them with `derive`",
            code="DC203",
        )
    rows = {tuple(row[:-1]): int(row[-1]) for row in found.rows()}
    ordered = sorted(rows, key=lambda values: [(v is None, v or "") for v in values])
    return CountsAnswer({values: rows[values] for values in ordered})
