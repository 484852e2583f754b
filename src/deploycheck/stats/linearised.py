"""The variance of a sum of two class means, by linearisation, with weights and repeated entities.

A weighted area or difference of areas changes, to first order, by the weighted placement of a row
less the class mean, times the share of the row's weight in its class. Squares of these are added
over rows or, where entities repeat, over entities. An entity with rows in both classes adds to
both, and the product of the two sums is counted: Obuchowski, Biometrics 53 (1997) 567-578, formulas
2 to 5, of which this is the weighted form; for single rows of equal weight it is DeLong's variance.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from deploycheck.stats.bounds import Floats, normal_quantile
from deploycheck.stats.placements import OneClass


@dataclass(frozen=True)
class Moments:
    """Variance and third central moment of a sum of two class means.

    ``independent`` is what the variance would be if all rows were independent and weighed the same,
    with the placements distributed as they are. ``df`` says how well the variance is known: Welch's
    degrees of freedom of the two classes or, under weights or entities, those that follow from the
    kurtosis of what was squared.
    """

    variance: float
    third: float
    independent: float
    df: float

    @property
    def skewness(self) -> float:
        """The skewness of the sum."""
        return self.third / self.variance**1.5 if self.variance > 0 else 0.0

    @property
    def inflation(self) -> float:
        """By how much weights and entities make the variance larger, at least 1."""
        return max(self.variance / self.independent, 1.0) if self.independent > 0 else 1.0


def moments(classes: tuple[OneClass, OneClass], values: tuple[Floats, Floats]) -> Moments:
    """The moments of the sum of the class means of ``values``, one array for each class."""
    centred = tuple(v - one.mean(v) for one, v in zip(classes, values, strict=True))
    parts = tuple(one.parts(d) for one, d in zip(classes, centred, strict=True))
    squares = tuple(p * p for p in parts)
    each = tuple(one.total(s) for one, s in zip(classes, squares, strict=True))
    variances = [one.rows / (one.rows - 1) * s for one, s in zip(classes, each, strict=True)]
    third = sum(one.total(s * p) for one, s, p in zip(classes, squares, parts, strict=True))
    if classes[0].simple:
        return Moments(sum(variances), third, sum(variances), _welch(classes, variances))
    independent = sum(
        one.mean(d * d) / (one.rows - 1) for one, d in zip(classes, centred, strict=True)
    )
    if classes[0].codes is not None and classes[1].codes is not None:
        return _of_entities(classes, parts, independent)
    fourth = sum(one.total(s * s) for one, s in zip(classes, squares, strict=True))
    df = _df(sum(each), fourth, classes[0].rows + classes[1].rows)
    return Moments(sum(variances), third, independent, df)


def _of_entities(
    classes: tuple[OneClass, OneClass], parts: tuple[Floats, ...], independent: float
) -> Moments:
    size = 1 + max(int(one.codes.max()) for one in classes if one.codes is not None)
    first, second = (
        np.bincount(one.codes, p if one.counts is None else p * one.counts, size)
        for one, p in zip(classes, parts, strict=True)
        if one.codes is not None
    )
    variance = 2 * size / (size - 1) * float((first * second).sum())
    for one, sums in zip(classes, (first, second), strict=True):
        variance += one.entities / (one.entities - 1) * float((sums * sums).sum())
    both = first + second
    square = both * both
    df = _df(float(square.sum()), float((square * square).sum()), size)
    return Moments(max(variance, 0.0), float((square * both).sum()), independent, df)


def quantile(alpha: float, df: float) -> float:
    """What Student's t, or a standard normal where ``df`` is infinite, exceeds with ``alpha``."""
    if df == inf:
        return float(normal_quantile(alpha))
    from scipy.special import stdtrit

    return -float(stdtrit(df, alpha))


def exceeds(deviations: float, df: float) -> float:
    """The probability that Student's t, or a standard normal, exceeds ``deviations``."""
    from scipy.special import ndtr, stdtr

    return float(ndtr(-deviations)) if df == inf else float(stdtr(df, -deviations))


def _welch(classes: tuple[OneClass, OneClass], variances: list[float]) -> float:
    spread = sum(v * v / (one.rows - 1) for one, v in zip(classes, variances, strict=True))
    return sum(variances) ** 2 / spread if spread > 0 else sum(o.rows - 1 for o in classes)


def _df(square: float, fourth: float, units: float) -> float:
    """Degrees of freedom of a variance Σu², from Σu⁴: twice its square over its own variance."""
    spread = fourth - square * square / units
    if square <= 0 or spread <= 0:
        return max(units - 1, 1.0)
    return min(max(2 * square * square / spread, 1.0), max(units - 1, 1.0))
