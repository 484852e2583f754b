"""Questions to a table that one fused select cannot answer.

A checker that needs an answer yields the request and receives the answer from the ``yield``::

    answer = yield Duplicates(table, key=("application_id",))
    yield Count("duplicate_keys", answer.duplicates)

The engine gathers the requests of all controls on a data set and answers them together; the same
request of several controls is computed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploycheck.evidence.table import Table


@dataclass(frozen=True)
class Duplicates:
    """How many rows repeat an earlier row.

    :param table: the table that is asked.
    :param key: columns that are compared; empty means all. Two missing values are equal.

    Answered by :class:`DuplicateCount`.
    """

    table: Table
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class DuplicateCount:
    """``duplicates`` = ``rows`` − ``distinct``; ``missing`` rows have no value in the whole key."""

    rows: int
    distinct: int
    missing: int

    @property
    def duplicates(self) -> int:
        return self.rows - self.distinct


@dataclass(frozen=True)
class Counts:
    """How many rows each combination of values has.

    :param table: the table that is asked.
    :param by: the columns. Values come back as text; a missing one as ``None``.
    :param limit: more combinations than this are refused as an error.

    Answered by :class:`CountsAnswer`.
    """

    table: Table
    by: tuple[str, ...]
    limit: int = 10_000


@dataclass(frozen=True)
class CountsAnswer:
    """Rows of each combination, in the order of their values as text."""

    rows: Mapping[tuple[str | None, ...], int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


@dataclass(frozen=True)
class TopTwo:
    """How often the two most frequent values of a column occur, whatever their number.

    :param table: the table that is asked.
    :param column: the column. Missing values are counted apart, and are no value.

    Answered by :class:`TopTwoAnswer`.
    """

    table: Table
    column: str


@dataclass(frozen=True)
class TopTwoAnswer:
    """``most`` and ``second`` are rows of the two most frequent of ``distinct`` values.

    Zero where there is no such value; ``missing`` of the ``rows`` have none.
    """

    rows: int
    missing: int
    distinct: int
    most: int
    second: int


@dataclass(frozen=True)
class Values:
    """The numbers of some expressions, for a checker that needs them to go on.

    Also the one way to read two tables in one checker: an estimate's expression belongs to the
    only table that its checker takes, and with two there is no telling which.

    :param table: the table that is asked.
    :param expressions: by a name of the author's choice; as in an estimate, one that is true or
        false for each row counts the rows where it is true.

    Answered by :class:`ValuesAnswer`.
    """

    table: Table
    expressions: dict[str, Any]


@dataclass(frozen=True)
class ValuesAnswer:
    """The number of each expression, under the same name; ``None`` where there is none."""

    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class Shared:
    """Which rows of one table occur in another.

    :param one: the table that is searched.
    :param other: the table whose rows are looked for in ``one``.
    :param columns: columns of ``one`` that are compared. A whole number and another number are
        compared as numbers.
    :param other_columns: columns of ``other`` in the same order; empty where the names are the
        same.
    :param missing: whether two missing values are equal; if not, a row with a missing value is
        equal to none.

    Answered by :class:`SharedCount`.
    """

    one: Table
    other: Table
    columns: tuple[str, ...]
    other_columns: tuple[str, ...] = ()
    missing: bool = True


@dataclass(frozen=True)
class SharedCount:
    """``shared`` rows of ``other`` occur in ``one``; they have ``distinct`` different values.

    ``one_rows`` and ``other_rows`` are the rows of both; ``one_missing`` and ``other_missing`` of
    them are equal to none, since they have a missing value.
    """

    one_rows: int
    other_rows: int
    one_missing: int
    other_missing: int
    shared: int
    distinct: int


Request = Duplicates | Counts | TopTwo | Values | Shared
Answer = DuplicateCount | CountsAnswer | TopTwoAnswer | ValuesAnswer | SharedCount
