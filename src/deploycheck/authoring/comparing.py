"""What checkers of drift share: their parameters, a column of two data sets, what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import Field

from deploycheck.authoring.estimates import Undefined
from deploycheck.authoring.figures import Bar, Bars
from deploycheck.authoring.params import Columns, Params
from deploycheck.evidence.coded import MISSING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_BARS = 30
ROWS_PER_CATEGORY = 5


class DriftParams(Params):
    """Parameters of every checker that compares two data sets column by column."""

    columns: Columns | None = Field(
        None, description="Columns that are compared; those that suit the check where none are."
    )
    min_n: int = Field(
        30,
        ge=30,
        strict=True,
        description="Rows with a value that a column must have in both data sets; with fewer, "
        "nothing is said of it and the control is inconclusive.",
    )


@dataclass(frozen=True)
class Numbers:
    """A numeric column of both data sets: finite and infinite values, the missing ones counted."""

    column: str
    reference: NDArray[np.float64] = field(repr=False)
    current: NDArray[np.float64] = field(repr=False)
    missing: tuple[int, int] = (0, 0)

    @property
    def sizes(self) -> tuple[int, int]:
        """Values in the reference and in the current data."""
        return len(self.reference), len(self.current)

    def told(self) -> tuple[str, ...]:
        """The missing values of both, for a reader."""
        return _missing_told(self.sizes, self.missing)


@dataclass(frozen=True)
class Categories:
    """A column of both data sets as rows by category; a missing value counts apart.

    :param values: the categories of either, sorted.
    :param reference: rows of each in the reference, int64; ``current`` likewise.
    """

    column: str
    values: tuple[str, ...] = field(repr=False)
    reference: NDArray[np.int64] = field(repr=False)
    current: NDArray[np.int64] = field(repr=False)
    missing: tuple[int, int] = (0, 0)

    @property
    def sizes(self) -> tuple[int, int]:
        """Values in the reference and in the current data."""
        return int(self.reference.sum()), int(self.current.sum())

    def with_missing(self) -> Categories:
        """The same with the missing values as a category of their own, if there are any."""
        import numpy as np

        if not any(self.missing):
            return self
        return Categories(
            self.column,
            (*self.values, MISSING),
            np.append(self.reference, self.missing[0]),
            np.append(self.current, self.missing[1]),
        )

    def told(self) -> tuple[str, ...]:
        """The missing values of both, for a reader."""
        return _missing_told(self.sizes, self.missing)


def _missing_told(sizes: tuple[int, int], missing: tuple[int, int]) -> tuple[str, ...]:
    if not any(missing):
        return ()
    shares = [f"{100 * m / (m + n):.2f} %" for n, m in zip(sizes, missing, strict=True)]
    return (f"missing: {shares[0]} of the reference, {shares[1]} of the current data",)


@dataclass(frozen=True)
class Silent:
    """A column of which nothing can be said, with the reason.

    :param context: it was not asked for by name, and is left out on the check's own terms.
    """

    column: str
    reason: str
    context: bool = False

    def notes(self, names: Iterable[str]) -> Iterator[Undefined]:
        """The reason, for each measure."""
        for name in names:
            place = {"column": self.column}
            yield Undefined(name, 0, self.reason, slice=place, context=self.context)


def too_few(part: Numbers | Categories, min_n: int) -> Silent | None:
    """Says that one of the data sets has too few values of a column, if it has."""
    for size, where in zip(part.sizes, ("the reference", "the current data"), strict=True):
        if size < min_n:
            return Silent(part.column, f"{size:,} values in {where}, fewer than {min_n:,}")
    return None


def too_sparse(part: Categories) -> Silent | None:
    """Says that there are too few rows for so many categories, if there are."""
    rows, categories = sum(part.sizes), len(part.values)
    if rows >= ROWS_PER_CATEGORY * categories:
        return None
    few = f"{rows:,} rows in both for {categories:,} categories"
    return Silent(part.column, f"{few}, fewer than {ROWS_PER_CATEGORY} for each")


def by_size(measure: str, unit: str, values: Mapping[str, float]) -> Bars:
    """The figure of a drift check: the largest values of a measure, by column."""
    largest = sorted(values.items(), key=lambda item: (-item[1], item[0]))[:MOST_BARS]
    bars = tuple(Bar(column, value) for column, value in largest)
    return Bars(f"drift by column: {measure}", bars, unit)
