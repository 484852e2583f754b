"""What checkers on tables share: which columns are looked at, and how they are named."""

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.table import Table

NAME = 80


def quoted(name: str) -> str:
    """A column or label for a reader: in quotes, cut at 80 characters."""
    return repr(name if len(name) <= NAME else name[: NAME - 1] + "…")


def chosen(table: Table, columns: tuple[str, ...] | None) -> tuple[str, ...]:
    """``columns``, or every column of ``table`` where none are named.

    :raises EvidenceError: a column that the table has not.
    """
    if columns is None:
        return tuple(table.columns)
    for column in columns:
        if column not in table.columns:
            raise EvidenceError(
                f"{table.name} has no column {column}",
                f"it has {', '.join(list(table.columns)[:20])}",
                code="DC019",
            )
    return columns
