"""Which columns name a row, and which say when it was."""

from collections.abc import Iterator

from deploycheck.scaffold.found import Column, Proposal
from deploycheck.scaffold.looking.columns import Look
from deploycheck.scaffold.looking.walk import shown, words

__all__ = ["ids", "times"]

_NAMED = {"id", "ids", "uuid", "guid", "key", "identifier"}
_ALONE = {"id", "uuid", "guid", "row id", "identifier"}
_LOOSE = {"number", "no", "nr", "code", "ref", "reference", "index", "name", "email"}
_JOINED = ("id", "uuid")  # as in `rowid`, `customerid`
_TIMES = {"time", "timestamp", "date", "datetime", "month", "year", "day", "week", "at", "dt"}
_ENOUGH = 20  # rows from which on it means something that all values differ
_PART = 0.2  # share of rows that have a value of their own where entities have several rows


def ids(look: Look, taken: set[str]) -> Iterator[Proposal]:
    """Columns that may say which person or thing a row is about, the likeliest first.

    Sure is the only column that is named an id and has another value in every row.

    :param taken: columns that have a role already.
    """
    found = []
    for column in look.columns:
        usable = column.kind in {"integer", "text"} and column.distinct and not column.missing
        usable = usable and not _TIMES & set(words(column.name))
        if usable and column.name not in taken and (rank := _rank(column, look)):
            found.append((rank, column))
    found.sort(key=lambda each: -each[0])
    sure = [column for rank, column in found if rank >= _SURE]
    for rank, column in found[:3]:
        yield Proposal("id", column.name, _why(column, look, rank), sure == [column])


_SURE, _LIKELY, _ENTITY, _UNIQUE = 40, 30, 20, 10


def _rank(column: Column, look: Look) -> int:
    said = words(column.name)
    joined = len(said) == 1 and said[0].endswith(_JOINED) and len(said[0]) > _SHORTEST
    named = " ".join(said) in _ALONE or bool(set(said[-1:]) & _NAMED) or joined
    if look.unique(column):
        if named:
            return _SURE + (" ".join(said) in _ALONE)
        if set(said[-1:]) & _LOOSE and look.looked >= _ENOUGH:
            return _LIKELY
        return _UNIQUE if column.kind == "text" and look.looked >= _ENOUGH else 0
    return _ENTITY if named and column.distinct >= _PART * look.looked else 0


_SHORTEST = 4


def _why(column: Column, look: Look, rank: int) -> str:
    if not look.unique(column):
        return f"its name says id; {look.looked:,} rows have {column.distinct:,} values"
    differ = f"all of {look.looked:,} rows differ in it"
    return f"its name says id, and {differ}" if rank >= _SURE else differ


def times(look: Look) -> Iterator[Proposal]:
    """Columns that say when a row was; sure is the only one."""
    found = [column for column in look.columns if column.kind in {"date", "datetime"}]
    found.sort(key=lambda column: not _TIMES & set(words(column.name)))
    for column in found[:3]:
        what = "dates" if column.kind == "date" else "times"
        yield Proposal("time", column.name, f"{shown(column.name)} holds {what}", len(found) == 1)
