"""Answers which rows of one table occur in another: exactly, holding little more than hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.requests import Shared, SharedCount
from deploycheck.engine.scan.equality import HASH, canonical, hashed, native
from deploycheck.engine.scan.failures import Junk
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import polars as pl

_TIMES = ("ms", "us", "ns")


def refuse_unasked(request: Shared) -> None:
    """Whether the request can be asked at all.

    :raises Junk: it is made of the wrong things.
    :raises EvidenceError: a column that a table has not, or that holds nested values.
    """
    sides = ((request.one, request.columns), (request.other, _others(request)))
    if type(request.missing) is not bool:
        raise Junk("`Shared` says with true or false whether missing values are equal")
    for table, columns in sides:
        if not isinstance(table, Table):
            raise Junk("a request asks a Table")
        if type(columns) is not tuple or not all(isinstance(column, str) for column in columns):
            raise Junk("a request names its columns in a tuple")
        if not columns or len(set(columns)) != len(columns):
            raise Junk("`Shared` names at least one column, and none twice")
        for column in columns:
            if column not in table.columns:
                raise EvidenceError(
                    f"{table.name} has no column {column}",
                    f"it has {', '.join(list(table.columns)[:20])}",
                    code="DC019",
                )
            if table.columns[column] == "other":
                raise EvidenceError(
                    f"column {column} of {table.name} holds nested values, which are not compared",
                    "name other columns",
                    code="DC203",
                )
    if len(request.columns) != len(_others(request)):
        raise Junk("`Shared` compares as many columns of one table as of the other")


def _others(request: Shared) -> tuple[str, ...]:
    return request.other_columns or request.columns


def shared(request: Shared) -> SharedCount:
    """Rows with equal values have equal hashes, so only rows whose hash the other table has too
    are compared, value by value.
    """
    import polars as pl

    one, other = _alike(request)
    names = one.collect_schema().names()
    nothing = pl.any_horizontal(pl.col(names).is_null()) & (not request.missing)
    counted = [_rows(frame, nothing) for frame in (one, other)]
    one, other = one.filter(~nothing), other.filter(~nothing)
    mark = hashed(names).alias(HASH)
    seen = one.select(mark).unique().collect(engine="streaming").lazy()
    suspects = other.select(mark).unique().join(seen, on=HASH, how="semi")
    both = suspects.collect(engine="streaming")
    total = distinct = 0
    if both.height:
        left, right = (
            frame.with_columns(mark).join(both.lazy(), on=HASH, how="semi").select(names)
            for frame in (one, other)
        )
        found = right.join(left.unique(), on=names, how="semi", nulls_equal=True)
        sizes = found.group_by(names).agg(pl.len().alias(HASH)).select(HASH)
        told = sizes.select(pl.col(HASH).sum().alias("rows"), pl.len().alias("values"))
        total, distinct = (int(number) for number in told.collect(engine="streaming").row(0))
    (one_rows, one_missing), (other_rows, other_missing) = counted
    return SharedCount(one_rows, other_rows, one_missing, other_missing, total, distinct)


def _rows(frame: pl.LazyFrame, nothing: pl.Expr) -> tuple[int, int]:
    import polars as pl

    asked = frame.select(pl.len().alias("rows"), nothing.sum().alias("nothing"))
    rows, missing = asked.collect(engine="streaming").row(0)
    return int(rows), int(missing)


def _alike(request: Shared) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The compared columns of both tables, under common names and types."""
    sides = []
    for table, columns in ((request.one, request.columns), (request.other, _others(request))):
        frame = native(table)
        values = canonical(frame, columns)
        sides.append(frame.select(v.alias(f"c{i}") for i, v in enumerate(values)))
    one, other = sides
    left, right = one.collect_schema(), other.collect_schema()
    casts = []
    for name, column in zip(left.names(), request.columns, strict=True):
        common = _common(left[name], right[name])
        if common is None:
            common = _of_the_other(one, other, name, column, request)
        casts.append((name, common))
    return _cast(one, casts), _cast(other, casts)


def _cast(frame: pl.LazyFrame, casts: list[tuple[str, pl.DataType]]) -> pl.LazyFrame:
    import polars as pl

    return frame.select(pl.col(name).cast(common) for name, common in casts)


def _common(left: pl.DataType, right: pl.DataType) -> pl.DataType | None:
    """A type that holds the values of both, or ``None``."""
    import polars as pl

    texts = (pl.String, pl.Categorical, pl.Enum)
    made: pl.DataType | None = None
    if isinstance(left, texts) and isinstance(right, texts):
        made = pl.String()
    elif pl.Null in (left, right) or left == right:
        made = right if left == pl.Null else left
    elif left.is_integer() and right.is_integer():
        made = pl.Int128()
    elif left.is_float() and right.is_float():
        # What was stored shorter has lost its last digits; the same number must still be found.
        made = pl.Float32()
    elif left.is_numeric() and right.is_numeric():
        made = pl.Float64()
    elif (
        isinstance(left, pl.Datetime)
        and isinstance(right, pl.Datetime)
        and (left.time_zone is None) == (right.time_zone is None)
    ):
        finer = max(left.time_unit, right.time_unit, key=_TIMES.index)
        made = pl.Datetime(finer, left.time_zone and "UTC")
    return made


def _of_the_other(
    one: pl.LazyFrame, other: pl.LazyFrame, name: str, column: str, request: Shared
) -> pl.DataType:
    """The type of the only side that has values: a column without any is of no kind.

    :raises EvidenceError: both have values.
    """
    import polars as pl

    sides = (one, other)
    present = [
        bool(frame.select(pl.col(name).is_not_null().any()).collect(engine="streaming").item())
        for frame in sides
    ]
    if all(present):
        kinds = [t.columns[c] for t, c in _kinds(request, column)]
        raise EvidenceError(
            f"column {column} is {kinds[0]} in {request.one.name} and {kinds[1]} in "
            f"{request.other.name}; times compare only where both have a zone or none",
            "write the column alike in both data sets",
            code="DC203",
        )
    return pl.String()


def _kinds(request: Shared, column: str) -> tuple[tuple[Table, str], tuple[Table, str]]:
    beside = _others(request)[request.columns.index(column)]
    return (request.one, column), (request.other, beside)
