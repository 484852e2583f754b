"""A stream against a reference that is a sample itself.

A reference taken for known is wrong by its own error, and a stream that is looked at for long
enough finds out: with 300 rows of reference, three of four streams without any change end in an
alarm. So half of alpha bounds the mean of the reference, once; the other half bounds that of the
stream, at all times; and their difference holds at all times with probability 1 − alpha.
"""

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from deploycheck.stats.bounded import bounded_mean_bounds
from deploycheck.stats.bounds import Bounds, as_level
from deploycheck.stats.proportion import clopper_pearson
from deploycheck.stats.sequential.bernoulli import Proportion
from deploycheck.stats.sequential.betting import Betting
from deploycheck.stats.sequential.looks import Band, Stream, as_values

FOR_REFERENCE = 0.5
S = TypeVar("S", bound=Stream)


@dataclass(frozen=True)
class Shift(Generic[S]):
    """The state of the comparison: bounds of the reference's mean, and the stream's sequence."""

    reference: Bounds
    stream: S

    def update(self, values: Any) -> tuple["Shift[S]", Band]:
        """The state after ``values``, and bounds of stream minus reference after each.

        Each is at the sum of both levels. Errors as of the stream.
        """
        stream, band = self.stream.update(values)
        made = Band(band.low - self.reference.high, band.high - self.reference.low)
        return replace(self, stream=stream), made


def proportion_shift(hits: Any, rows: Any, alpha: float) -> Shift[Proportion]:
    """A stream's rate minus that of a reference of ``hits`` in ``rows``, each bound at 1 − alpha.

    The reference is bounded by Clopper and Pearson, the stream by a beta mixture. Raises ValueError
    for what is no count, and an alpha outside (0, 0.5).
    """
    level = as_level(alpha)
    low, high = clopper_pearson(hits, rows, level * FOR_REFERENCE)
    known = Bounds(float(low), float(high), "Clopper-Pearson")
    return Shift(known, Proportion(level * (1 - FOR_REFERENCE)))


def mean_shift(reference: Any, alpha: float) -> Shift[Betting]:
    """A stream's mean minus that of ``reference``, numbers in [0, 1], each bound at 1 − alpha.

    Raises ValueError for fewer than two numbers, such as are not in [0, 1], and an alpha outside
    (0, 0.5).
    """
    level = as_level(alpha)
    numbers = as_values(reference, 0.0, 1.0)
    if numbers.size < 2:
        raise ValueError(f"a reference of {numbers.size} rows has no bounds")
    mean, sd = float(np.mean(numbers)), float(np.std(numbers, ddof=1))
    known = bounded_mean_bounds(mean, sd, numbers.size, 0, 1, level * FOR_REFERENCE)
    return Shift(known, Betting(level * (1 - FOR_REFERENCE)))
