"""Bounds for the difference of two independent proportions, p1 − p2."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Bounds, Floats, as_level, normal_quantile
from deploycheck.stats.choice import chosen_lower, score_use
from deploycheck.stats.proportion import exact_high, exact_low
from deploycheck.stats.roots import decreasing_roots
from deploycheck.stats.samples import as_pair, as_scalar_pair, both_methods
from deploycheck.stats.scores import TwoSamples, difference_score

METHODS = (
    "Miettinen\N{EN DASH}Nurminen score",
    "Miettinen\N{EN DASH}Nurminen score, skewness-corrected",
    "Clopper\N{EN DASH}Pearson of each rate at alpha/2",
)
FEWEST_HITS = 0


def difference_bounds(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> Bounds:
    """The bounds that decide about p1 − p2, for single counts; each holds at level 1 − alpha.

    Which method bounds which side follows the rule in :mod:`deploycheck.stats.choice`. Raises
    ValueError for what is no count or no level.
    """
    return pair_difference_bounds(as_scalar_pair(x1, n1, x2, n2), alpha)


def pair_difference_bounds(pair: TwoSamples, alpha: float) -> Bounds:
    """As :func:`difference_bounds`, of counts that were checked before; they may be fractional."""
    level = as_level(alpha)
    low, below = difference_lower(pair, level)
    high, above = difference_lower(pair.swapped(), level)
    return Bounds(float(low[0]), 0.0 - float(high[0]), both_methods(METHODS, below, above))


def difference_lower(
    pair: TwoSamples, alpha: float, each: float | None = None
) -> tuple[Floats, Floats]:
    """The lower bounds of many differences at once, and the index of each one's method.

    The upper bound of p1 − p2 is minus the lower bound of the swapped pair. ``each`` is the error
    of one Clopper–Pearson bound where the exact method stands, by default alpha / 2.
    """
    exact = exact_lower(pair, alpha, alpha / 2 if each is None else each)
    use = score_use(pair, np.full_like(exact, alpha), FEWEST_HITS)
    return chosen_lower(pair, use, difference_score, _bracket(pair), exact)


def miettinen_nurminen(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """The score bounds of Miettinen and Nurminen, with N/(N − 1), nothing corrected.

    Scalars or arrays that broadcast; two float arrays come back. 0/n against n/n gives low −1,
    n/n against 0/n high 1; 0/n against 0/n is an ordinary case. Source: Statistics in Medicine 4
    (1985) 213–226.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    z = np.broadcast_to(normal_quantile(as_level(alpha)), pair.x1.shape)
    low, high = _score_lower(pair, z), 0.0 - _score_lower(pair.swapped(), z)
    return low.reshape(shape), high.reshape(shape)


def exact_difference(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """Conservative bounds at every n: two Clopper–Pearson bounds at alpha/2 each, subtracted.

    Scalars or arrays that broadcast. By Bonferroni each bound errs with at most alpha.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    half = as_level(alpha) / 2
    low = exact_low(pair.x1, pair.n1, half) - exact_high(pair.x2, pair.n2, half)
    high = exact_high(pair.x1, pair.n1, half) - exact_low(pair.x2, pair.n2, half)
    return low.reshape(shape), high.reshape(shape)


def exact_lower(pair: TwoSamples, _: Any, half: Any) -> Floats:
    """The exact lower bounds of counts checked before, with error ``half`` for each rate."""
    return np.asarray(exact_low(pair.x1, pair.n1, half) - exact_high(pair.x2, pair.n2, half))


def _score_lower(pair: TwoSamples, z: Floats) -> Floats:
    low, high = _bracket(pair)

    def clearance(points: Floats, members: NDArray[np.intp]) -> Floats:
        return difference_score(points, pair.at(members)).clearance(z[members])

    roots = decreasing_roots(clearance, low, high)
    return np.where(high <= low, low, roots)  # 0/n against n/n has nothing below it


def _bracket(pair: TwoSamples) -> tuple[Floats, Floats]:
    observed = pair.x1 / pair.n1 - pair.x2 / pair.n2
    return np.full_like(observed, -1.0), observed
