"""A data set as expressions: what to compute on it is said here, when is the engine's business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """

    subject: ClassVar[str] = "data"

    name: str
    columns: Mapping[str, str]
    digest: str
    frame: Any = field(repr=False, compare=False)

    def col(self, column: str) -> nw.Expr:
        """The values of ``column``, as an expression."""
        import narwhals as nw

        return nw.col(column)

    def rows(self) -> nw.Expr:
        """The number of rows, as an expression."""
        import narwhals as nw

        return nw.len()

    def missing(self, column: str) -> nw.Expr:
        """Whether a value is absent: null, or NaN in a float column."""
        absent = self.col(column).is_null()
        if self.columns[column] != "float":
            return absent
        return absent | self.col(column).is_nan().fill_null(False)
