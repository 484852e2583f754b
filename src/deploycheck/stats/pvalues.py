"""One-sided p-values of "the effect is within its bound", consistent with the bounds themselves.

``side="max"`` tests H0 *effect ≤ bound*, ``side="min"`` H0 *effect ≥ bound*. Everywhere p ≤ alpha
exactly where the bound at level 1 − alpha, as ``*_bounds`` chooses it, excludes the effect that H0
allows (lower bound at or above ``bound``, upper bound at or below it).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats import difference, ratio
from deploycheck.stats.bounds import Flags, Floats, as_counts, as_number, as_side
from deploycheck.stats.choice import LATTICE, critical, score_use
from deploycheck.stats.exact_ratio import exact_lower
from deploycheck.stats.mean import checked_mean
from deploycheck.stats.samples import as_pair
from deploycheck.stats.scores import Score, ScoreOf, TwoSamples, difference_score, ratio_score

SMALLEST_Z, LARGEST_Z = 0.0, 8.0
_ROUNDS = 60


ExactOf = Callable[[TwoSamples, Floats, Floats], Floats]


@dataclass(frozen=True)
class PairTest:
    """Whether lower bounds of many contrasts reach one bound, at any level, without a search.

    ``score`` is how many standard errors each contrast lies above the bound, under it.
    """

    pair: TwoSamples
    bound: float
    score: Floats
    found: Score
    fewest_hits: int
    exact: ExactOf
    lattice: float = LATTICE

    @classmethod
    def of(
        cls,
        pair: TwoSamples,
        bound: float,
        at: float,
        score: ScoreOf,
        fewest_hits: int,
        exact: ExactOf,
        lattice: float = LATTICE,
    ) -> "PairTest":
        """The tests at ``bound``; ``at`` is it on the score's own scale."""
        found = score(np.full_like(pair.x1, at), pair)
        spread = np.sqrt(found.variance)
        far = np.where(found.gap > 0, np.inf, 0.0)
        value = np.divide(found.gap, spread, out=far, where=spread > 0)
        return cls(pair, bound, value, found, fewest_hits, exact, lattice)

    def rejects(self, alpha: Floats, each: float | None = None) -> Flags:
        """Where the lower bound at these levels reaches the bound; ``each`` as for the bounds."""
        pair, half = self.pair, alpha / 2 if each is None else np.full_like(alpha, each)
        use = score_use(pair, alpha, self.fewest_hits, self.lattice)
        reached = use.allowed & (self.score >= critical(use, self.found.tilt(use.z)))
        rest = np.flatnonzero(~reached)  # the exact bound is dear, and needed only for these
        reached[rest] = self.exact(pair.at(rest), alpha[rest], half[rest]) >= self.bound
        return reached


def proportion_pvalue(hits: Any, n: Any, bound: float, side: str = "max") -> Floats:
    """The exact binomial p-value of one proportion against a bound in [0, 1].

    Scalars or arrays that broadcast; a float array comes back (0-d for scalars).
    """
    x, size = as_counts(hits, n)
    return exact_pvalue(x, size, bound, side)


def exact_pvalue(x: Floats, size: Floats, bound: float, side: str) -> Floats:
    """As :func:`proportion_pvalue`, of counts that were checked before; they may be fractional."""
    limit = as_number(bound, "bound")
    if not 0 <= limit <= 1:
        raise ValueError(f"bound must lie between 0 and 1, not {limit}")
    from scipy.special import betainc, betaincc

    if as_side(side) == "max":
        some = np.where(x == 0, 1.0, x)
        return np.where(x == 0, 1.0, betainc(some, size - some + 1, limit))
    some = np.where(x == size, 0.0, x)
    return np.where(x == size, 1.0, betaincc(some + 1, size - some, limit))


def difference_pvalue(
    x1: Any, n1: Any, x2: Any, n2: Any, bound: float, side: str = "max"
) -> Floats:
    """The p-value of p1 − p2 against a bound in [−1, 1]: score or exact, as the bounds choose.

    Scalars or arrays that broadcast. What no level below one half rejects is 1; what the smallest
    level (6e-16) still rejects is that level.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    return pair_difference_pvalue(pair, bound, side).reshape(shape)


def pair_difference_pvalue(pair: TwoSamples, bound: float, side: str) -> Floats:
    """As :func:`difference_pvalue`, of counts that were checked before; they may be fractional."""
    limit = as_number(bound, "bound")
    if not -1 <= limit <= 1:
        raise ValueError(f"bound must lie between -1 and 1, not {limit}")
    if as_side(side) == "min":
        pair, limit = pair.swapped(), -limit
    return smallest_alpha(difference_test(pair, limit))


def difference_test(pair: TwoSamples, bound: float) -> PairTest:
    """The tests of p1 − p2 ≤ bound that the lower bounds of differences turn round."""
    fewest, exact = difference.FEWEST_HITS, difference.exact_lower
    return PairTest.of(pair, bound, bound, difference_score, fewest, exact)


def ratio_pvalue(x1: Any, n1: Any, x2: Any, n2: Any, bound: float, side: str = "max") -> Floats:
    """The p-value of p1 / p2 against a positive bound: score or exact, as the bounds choose.

    Scalars or arrays that broadcast; extremes as for :func:`difference_pvalue`.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    return pair_ratio_pvalue(pair, bound, side).reshape(shape)


def pair_ratio_pvalue(pair: TwoSamples, bound: float, side: str) -> Floats:
    """As :func:`ratio_pvalue`, of counts that were checked before; they may be fractional."""
    limit = as_number(bound, "bound")
    if limit <= 0:
        raise ValueError(f"bound must be positive, not {limit}")
    if as_side(side) == "min":
        pair, limit = pair.swapped(), 1 / limit
    return smallest_alpha(ratio_test(pair, limit))


def ratio_test(pair: TwoSamples, bound: float) -> PairTest:
    """The tests of p1 / p2 ≤ bound that the lower bounds of ratios turn round."""
    at = float(np.log(bound))
    return PairTest.of(pair, bound, at, ratio_score, ratio.FEWEST_HITS, exact_lower)


def mean_pvalue(mean: Any, sd: Any, n: Any, bound: float, side: str = "max") -> float:
    """The t-test p-value of a mean against a bound; errors as for ``mean_bounds``."""
    centre, spread, size = checked_mean(mean, sd, n)
    limit = as_number(bound, "bound")
    from scipy.special import stdtr

    t = (centre - limit) / (spread / size**0.5)
    return float(stdtr(size - 1, -t if as_side(side) == "max" else t))


def smallest_alpha(test: PairTest) -> Floats:
    """The smallest level at which each pair is rejected: 1 above one half, at least 6e-16."""
    from scipy.special import ndtr

    low, high = np.full_like(test.score, SMALLEST_Z), np.full_like(test.score, LARGEST_Z)
    least, most = test.rejects(ndtr(-low)), test.rejects(ndtr(-high))
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        yes = test.rejects(ndtr(-middle))
        low, high = np.where(yes, middle, low), np.where(yes, high, middle)
    return np.where(most, ndtr(-LARGEST_Z), np.where(least, ndtr(-low), 1.0))
