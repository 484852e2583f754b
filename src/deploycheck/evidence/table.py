"""A data set as expressions: what to compute on it is said here, when is the engine's business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import narwhals as nw


@dataclass(frozen=True)
class Table:
    """Rows and columns of one data set.

    :param name: name of the data set in the release.
    :param columns: kind of each column: integer, float, boolean, text, date, datetime, other.
    :param digest: digest of what it was made from.
    :param frame: the lazy native frame; the engine's, not for checkers.
    :param unchanged: raises EvidenceError if the file is no longer the one that ``digest`` is of;
        whoever scans the frame asks it afterwards.
    """

    subject: ClassVar[str] = "data"

    name: str
    columns: Mapping[str, str]
    digest: str
    frame: Any = field(repr=False, compare=False)
    unchanged: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def col(self, column: str) -> nw.Expr:
        """The values of ``column``, as an expression."""
        import narwhals as nw

        return nw.col(column)

    def rows(self) -> nw.Expr:
        """The number of rows, as an expression."""
        return _rows()

    def missing(self, column: str) -> nw.Expr:
        """Whether a value is absent: null, or NaN in a float column."""
        return _missing(column, self.columns[column] == "float")


# One object for all who ask: the engine computes an expression object once, however many
# controls hold it.
@lru_cache(maxsize=1)
def _rows() -> nw.Expr:
    import narwhals as nw

    return nw.len()


@lru_cache(maxsize=10_000)
def _missing(column: str, may_be_nan: bool) -> nw.Expr:
    import narwhals as nw

    absent = nw.col(column).is_null()
    return absent | nw.col(column).is_nan().fill_null(False) if may_be_nan else absent
