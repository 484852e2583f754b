"""The textbook bounds that the product does not use to decide, to be shown beside its own."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from deploycheck.stats.bounds import Bounds
from deploycheck.stats.proportion import wilson

Floats = NDArray[np.float64]


def wald_lower(hits: Floats, n: Floats, alpha: float) -> Floats:
    """p − z·√(p(1 − p)/n)."""
    rate = hits / n
    return rate + ndtri(alpha) * np.sqrt(rate * (1 - rate) / n)


def newcombe_lower(x1: Floats, n1: Floats, x2: Floats, n2: Floats, alpha: float) -> Floats:
    """Newcombe's hybrid of two Wilson bounds (1998, method 10)."""
    p1, p2 = x1 / n1, x2 / n2
    low, high = wilson(x1, n1, alpha)[0], wilson(x2, n2, alpha)[1]
    return p1 - p2 - np.hypot(p1 - low, high - p2)


def log_ratio_lower(x1: Floats, n1: Floats, x2: Floats, n2: Floats, alpha: float) -> Floats:
    """Katz's log ratio; nothing is said (low 0) where a sample has no hits."""
    some = (x1 > 0) & (x2 > 0)
    a, b = np.where(some, x1, 1), np.where(some, x2, 1)
    spread = np.sqrt(np.maximum(1 / a - 1 / n1 + 1 / b - 1 / n2, 0))
    return np.where(some, (a / n1) / (b / n2) * np.exp(ndtri(alpha) * spread), 0.0)


def wald_area(value: float, variance: float, alpha: float) -> Bounds:
    """An estimate and z standard errors."""
    reach = -float(ndtri(alpha)) * variance**0.5
    return Bounds(value - reach, value + reach, "Wald")


def wald_paired_lower(first: Floats, second: Floats, n: Floats, alpha: float) -> Floats:
    """The difference of paired proportions less z standard errors."""
    difference = (first - second) / n
    spread = np.sqrt(((first + second) / n - difference**2) / n)
    return difference + ndtri(alpha) * spread


def interval(resampled: Floats, alpha: float) -> Bounds:
    """The percentiles of a bootstrap."""
    low, high = np.quantile(resampled, [alpha, 1 - alpha])
    return Bounds(float(low), float(high), "percentile bootstrap")
