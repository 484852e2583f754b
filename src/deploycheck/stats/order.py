"""Bounds for a quantile by order statistics: no model of the distribution at all."""

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level, as_number

METHOD = "order statistics, exact"


@dataclass(frozen=True)
class QuantileBounds:
    """Two one-sided bounds with the levels they attain; an infinite one means n is too small."""

    low: float
    high: float
    low_level: float
    high_level: float
    method: str = METHOD


def quantile(values: Any, q: float) -> float:
    """The smallest of the values with at least the share q at or below it (inverse of the CDF)."""
    ordered, share = _checked(values, q)
    n = ordered.size
    rank = max(1, int(n * share) - 1)
    while rank / n < share:
        rank += 1
    return float(ordered[rank - 1])


def quantile_bounds(values: Any, q: float, alpha: float) -> QuantileBounds:
    """Two of the values that bound the q quantile of their distribution, each at level 1 − alpha.

    ``low`` is the largest order statistic that lies above the quantile with probability at most
    alpha, ``high`` the smallest that lies below it so; −inf or inf where there is none (the upper
    bound of the 0.99 quantile at 95 % needs 299 values). The values are independent draws, ties
    allowed; the attained levels are binomial and exact without ties, at least so with them.
    Raises ValueError for no values, NaN, infinities, and q outside (0, 1). Source: Thompson,
    Annals of Mathematical Statistics 7 (1936).
    """
    ordered, share = _checked(values, q)
    level = as_level(alpha)
    from scipy.special import bdtr, bdtrc

    n = ordered.size
    rank = np.arange(1, n + 1)
    reached = bdtrc(rank - 1, n, share)  # rank or more of n lie at or below the quantile
    below = bdtr(rank - 1, n, share)  # fewer than rank do
    lows, highs = np.flatnonzero(reached >= 1 - level), np.flatnonzero(below >= 1 - level)
    low_at, high_at = (lows[-1] if lows.size else None), (highs[0] if highs.size else None)
    return QuantileBounds(
        low=-inf if low_at is None else float(ordered[low_at]),
        high=inf if high_at is None else float(ordered[high_at]),
        low_level=1.0 if low_at is None else float(reached[low_at]),
        high_level=1.0 if high_at is None else float(below[high_at]),
    )


def values_needed(q: float, alpha: float) -> int:
    """The fewest values whose largest is an upper bound of the q quantile at level 1 − alpha."""
    share, level = as_share(q), as_level(alpha)
    n = max(1, int(np.log(level) / np.log(share)) - 1)
    while share**n > level:
        n += 1
    return n


def as_share(q: Any) -> float:
    """A share strictly between 0 and 1; raises ValueError otherwise."""
    share = as_number(q, "q")
    if not 0 < share < 1:
        raise ValueError(f"q must lie between 0 and 1, not {share}")
    return share


def _checked(values: Any, q: float) -> tuple[Floats, float]:
    raw = np.asarray(values)
    if raw.dtype.kind not in "iuf" or raw.ndim != 1:
        raise ValueError("values must be a list of numbers")
    if raw.size == 0:
        raise ValueError("there are no values; a quantile needs at least one")
    numbers = raw.astype(np.float64)
    if not np.all(np.isfinite(numbers)):
        raise ValueError("values must be finite")
    return np.sort(numbers), as_share(q)
