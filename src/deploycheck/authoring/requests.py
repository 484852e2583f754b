"""Questions to a table that one fused select cannot answer.

A checker that needs an answer yields the request and receives the answer from the ``yield``::

    answer = yield Duplicates(table, key=("application_id",))
    yield Count("duplicate_keys", answer.duplicates)

The engine gathers the requests of all controls on a data set and answers them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

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


Request = Duplicates | Counts
Answer = DuplicateCount | CountsAnswer
