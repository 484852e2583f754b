"""What all sequences share: bounds after each row, checked values, sums that go on."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from deploycheck.stats.bounds import Floats


@dataclass(frozen=True)
class Band:
    """Two one-sided bounds after each row of a batch, as arrays of shape (rows of the batch).

    With probability 1 − alpha no ``low`` of any time lies above the mean, and likewise no ``high``
    below. While the mean does not change, so hold the running maximum of ``low`` and the running
    minimum of ``high``; that these cross tells that it did.
    """

    low: Floats
    high: Floats


class Stream(Protocol):
    """A confidence sequence: a state that takes the next rows."""

    def update(self, values: Any) -> tuple[Self, Band]:
        """The state after ``values``, and the bounds after each of them."""
        ...


def as_values(values: Any, low: float = -np.inf, high: float = np.inf) -> Floats:
    """A batch as a float array of shape (rows); it may be empty.

    Raises ValueError for what is no list of finite numbers, or lies outside [low, high].
    """
    raw = np.asarray(values)
    if raw.ndim != 1 or (raw.size and raw.dtype.kind not in "biuf"):
        raise ValueError("values must be a one-dimensional array of numbers")
    numbers = raw.astype(np.float64)
    if not np.all(np.isfinite(numbers)):
        raise ValueError("values must be finite")
    if np.any((numbers < low) | (numbers > high)):
        raise ValueError(f"values must lie between {low:g} and {high:g}")
    return numbers


def running(before: float | Floats, values: Floats) -> Floats:
    """Sums along the first axis that go on from ``before``, one after the other.

    So the last digit is the same whether rows come at once or in batches.
    """
    start = np.asarray(before, dtype=np.float64)[None]
    with np.errstate(over="ignore"):
        sums = np.cumsum(np.concatenate([start, values]), axis=0)[1:]
    if not np.all(np.isfinite(sums)):  # an infinite bound would be beyond every limit
        raise ValueError("values sum to more than a number can hold")
    return sums


def rows_after(rows: int, values: Floats) -> Floats:
    """How many rows there have been after each of ``values``."""
    return np.arange(rows + 1, rows + values.size + 1, dtype=np.float64)
