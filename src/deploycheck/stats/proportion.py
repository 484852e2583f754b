"""Bounds for one proportion."""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import (
    Bounds,
    Floats,
    as_counts,
    as_level,
    as_scalar_counts,
    normal_quantile,
)

EXACT = "Clopper\N{EN DASH}Pearson exact"


def exact_low(hits: Floats, n: Floats, alpha: Any) -> Floats:
    """The Clopper–Pearson lower bound of counts that were checked before.

    Fractional counts are those of effective rows (:mod:`deploycheck.stats.effective`).
    """
    from scipy.special import betaincinv

    some = np.where(hits == 0, 1.0, hits)
    return np.where(hits == 0, 0.0, betaincinv(some, n - some + 1, alpha))


def exact_high(hits: Floats, n: Floats, alpha: Any) -> Floats:
    """The Clopper–Pearson upper bound of counts that were checked before, as :func:`exact_low`."""
    from scipy.special import betainccinv

    some = np.where(hits == n, 0.0, hits)
    return np.where(hits == n, 1.0, betainccinv(some + 1, n - some, alpha))


def clopper_pearson(hits: Any, n: Any, alpha: float) -> tuple[Floats, Floats]:
    """Each bound covers the true proportion with probability at least 1 − alpha, whatever p and n.

    Scalars or arrays that broadcast; two float arrays come back (0-d for scalars). No hits give
    low 0, all hits give high 1. Raises ValueError for what is no count or no level. Source:
    Clopper and Pearson, Biometrika 26 (1934).
    """
    x, size = as_counts(hits, n)
    level = as_level(alpha)
    return exact_low(x, size, level), exact_high(x, size, level)


def wilson(hits: Any, n: Any, alpha: float) -> tuple[Floats, Floats]:
    """Wilson's score bounds: short, for display alone; they fall below their level at small n.

    Scalars or arrays that broadcast; errors as for :func:`clopper_pearson`. Source: Wilson, JASA
    22 (1927).
    """
    x, size = as_counts(hits, n)
    z = normal_quantile(as_level(alpha))
    centre = x + z * z / 2
    half = z * np.sqrt(x * (size - x) / size + z * z / 4)
    low = np.where(x == 0, 0.0, (centre - half) / (size + z * z))
    high = np.where(x == size, 1.0, (centre + half) / (size + z * z))
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def proportion_bounds(hits: Any, n: Any, alpha: float) -> Bounds:
    """The bounds that decide about one proportion: Clopper–Pearson, for single counts."""
    x, size = as_scalar_counts(hits, n)
    low, high = clopper_pearson(x, size, alpha)
    return Bounds(float(low), float(high), EXACT)
