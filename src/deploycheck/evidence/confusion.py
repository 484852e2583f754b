"""Counts of what was predicted and what was true, by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Selected:
    """How many rows of one group are predicted the favourable outcome.

    :param slice: value of each column of the group; empty for all rows.
    :param hits: rows with the favourable prediction, ``of`` all rows of the group.
    """

    slice: Mapping[str, str]
    hits: int
    of: int


@dataclass(frozen=True)
class Confusion:
    """True and false positives and negatives of one group."""

    slice: Mapping[str, str]
    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def rows(self) -> int:
        """Rows of the group, or the sum of their frequency weights."""
        return self.tp + self.fp + self.fn + self.tn


@dataclass(frozen=True)
class Matrix:
    """Rows of one group by true and predicted label.

    :param rows: int64 of shape (labels, labels): ``rows[target, prediction]``.
    """

    slice: Mapping[str, str]
    rows: NDArray[np.int64] = field(repr=False, compare=False)
