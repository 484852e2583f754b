"""One-sided p-values of "the effect is within its bound", consistent with the bounds themselves.

``side="max"`` tests H0 *effect ≤ bound*, ``side="min"`` H0 *effect ≥ bound*. Everywhere p ≤ alpha
exactly where the bound at level 1 − alpha, as ``*_bounds`` chooses it, excludes the effect that H0
allows (lower bound at or above ``bound``, upper bound at or below it).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from deploycheck.stats import difference, ratio
from deploycheck.stats.bounds import Flags, Floats, as_counts, as_number, as_side
from deploycheck.stats.choice import LATTICE, critical, score_use
from deploycheck.stats.mean import checked_mean
from deploycheck.stats.proportion import exact_high, exact_low
from deploycheck.stats.samples import as_pair
from deploycheck.stats.scores import ScoreOf, TwoSamples, difference_score, ratio_score

SMALLEST_Z, LARGEST_Z = 0.0, 8.0
_ROUNDS = 60


def proportion_pvalue(hits: Any, n: Any, bound: float, side: str = "max") -> Floats:
    """The exact binomial p-value of one proportion against a bound in [0, 1].

    Scalars or arrays that broadcast; a float array comes back (0-d for scalars).
    """
    x, size = as_counts(hits, n)
    limit = as_number(bound, "bound")
    if not 0 <= limit <= 1:
        raise ValueError(f"bound must lie between 0 and 1, not {limit}")
    from scipy.special import betainc, betaincc

    if as_side(side) == "max":
        some = np.maximum(x, 1)
        return np.where(x == 0, 1.0, betainc(some, size - some + 1, limit))
    some = np.minimum(x, size - 1)
    return np.where(x == size, 1.0, betaincc(some + 1, size - some, limit))


def difference_pvalue(
    x1: Any, n1: Any, x2: Any, n2: Any, bound: float, side: str = "max"
) -> Floats:
    """The p-value of p1 − p2 against a bound in [−1, 1]: score or exact, as the bounds choose.

    Scalars or arrays that broadcast. What no level below one half rejects is 1; what the smallest
    level (6e-16) still rejects is that level.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    limit = as_number(bound, "bound")
    if not -1 <= limit <= 1:
        raise ValueError(f"bound must lie between -1 and 1, not {limit}")
    if as_side(side) == "min":
        pair, limit = pair.swapped(), -limit

    def exact(low: Floats, high: Floats) -> Floats:
        return low - high

    answer = smallest_alpha(pair, limit, limit, difference_score, difference.FEWEST_HITS, exact)
    return answer.reshape(shape)


def ratio_pvalue(x1: Any, n1: Any, x2: Any, n2: Any, bound: float, side: str = "max") -> Floats:
    """The p-value of p1 / p2 against a positive bound: score or exact, as the bounds choose.

    Scalars or arrays that broadcast; extremes as for :func:`difference_pvalue`.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    limit = as_number(bound, "bound")
    if limit <= 0:
        raise ValueError(f"bound must be positive, not {limit}")
    if as_side(side) == "min":
        pair, limit = pair.swapped(), 1 / limit

    def exact(low: Floats, high: Floats) -> Floats:
        return low / high

    at = float(np.log(limit))
    return smallest_alpha(pair, limit, at, ratio_score, ratio.FEWEST_HITS, exact).reshape(shape)


def mean_pvalue(mean: Any, sd: Any, n: Any, bound: float, side: str = "max") -> float:
    """The t-test p-value of a mean against a bound; errors as for ``mean_bounds``."""
    centre, spread, size = checked_mean(mean, sd, n)
    limit = as_number(bound, "bound")
    from scipy.special import stdtr

    t = (centre - limit) / (spread / size**0.5)
    return float(stdtr(size - 1, -t if as_side(side) == "max" else t))


def smallest_alpha(
    pair: TwoSamples,
    bound: float,
    at: float,
    score: ScoreOf,
    fewest_hits: int,
    exact: Callable[[Floats, Floats], Floats],
    lattice: float = LATTICE,
) -> Floats:
    """The smallest alpha whose lower bound reaches ``bound``; ``at`` is it on the score's scale."""
    from scipy.special import ndtr

    found = score(np.full_like(pair.x1, at), pair)
    spread = np.sqrt(found.variance)
    value = np.divide(found.gap, spread, out=np.where(found.gap > 0, np.inf, 0.0), where=spread > 0)

    def rejects(z: Floats) -> Flags:
        alpha = ndtr(-z)
        use = score_use(pair, alpha, fewest_hits, lattice)
        reached = use.allowed & (value >= critical(use, found.tilt(use.z)))
        low = exact_low(pair.x1, pair.n1, alpha / 2)
        high = exact_high(pair.x2, pair.n2, alpha / 2)
        return reached | (exact(low, high) >= bound)

    low, high = np.full_like(value, SMALLEST_Z), np.full_like(value, LARGEST_Z)
    least, most = rejects(low), rejects(high)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        yes = rejects(middle)
        low, high = np.where(yes, middle, low), np.where(yes, high, middle)
    return np.where(most, ndtr(-LARGEST_Z), np.where(least, ndtr(-low), 1.0))
