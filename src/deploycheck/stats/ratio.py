"""Bounds for the ratio of two independent proportions, p1 / p2."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Bounds, Floats, as_level, normal_quantile
from deploycheck.stats.choice import chosen_lower, score_use
from deploycheck.stats.exact_ratio import exact_lower
from deploycheck.stats.roots import decreasing_roots
from deploycheck.stats.samples import as_pair, as_scalar_pair, both_methods
from deploycheck.stats.scores import TwoSamples, ratio_score

METHODS = (
    "Koopman score",
    "Koopman score, skewness-corrected",
    "Clopper\N{EN DASH}Pearson of each rate at alpha/2 or given all hits",
)
FEWEST_HITS = 10


def ratio_bounds(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> Bounds:
    """The bounds that decide about p1 / p2, for single counts; each holds at level 1 − alpha.

    No hits in the first sample give low 0, no hits in the second give high ``inf``, none in either
    both: nothing is known of the ratio then. Which method bounds which side follows the rule in
    :mod:`deploycheck.stats.choice`. Raises ValueError for what is no count or no level.
    """
    return pair_ratio_bounds(as_scalar_pair(x1, n1, x2, n2), alpha)


def pair_ratio_bounds(pair: TwoSamples, alpha: float) -> Bounds:
    """As :func:`ratio_bounds`, of counts that were checked before; they may be fractional."""
    level = as_level(alpha)
    low, below = ratio_lower(pair, level)
    high, above = ratio_lower(pair.swapped(), level)
    return Bounds(float(low[0]), float(inverse(high)[0]), both_methods(METHODS, below, above))


def ratio_lower(pair: TwoSamples, alpha: float, each: float | None = None) -> tuple[Floats, Floats]:
    """The lower bounds of many ratios at once, and the index of each one's method.

    The upper bound of p1 / p2 is one over the lower bound of the swapped pair. ``each`` is the
    error of one Clopper–Pearson bound where the exact method stands, by default alpha / 2.
    """
    exact = exact_lower(pair, alpha, alpha / 2 if each is None else each)
    use = score_use(pair, np.full_like(exact, alpha), FEWEST_HITS)
    with np.errstate(divide="ignore"):
        low, method = chosen_lower(pair, use, ratio_score, _bracket(pair), np.log(exact))
    return np.where(method == len(METHODS) - 1, exact, np.exp(low)), method


def inverse(bounds: Floats) -> Floats:
    """One over each bound; zero becomes ``inf``."""
    with np.errstate(divide="ignore"):
        return 1 / bounds


def koopman(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """The score bounds of Koopman, nothing corrected.

    Scalars or arrays that broadcast; two float arrays come back. No hits in the first sample give
    low 0, in the second high ``inf``. Source: Biometrics 40 (1984) 513–517.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    z = np.broadcast_to(normal_quantile(as_level(alpha)), pair.x1.shape)
    low, high = _score_lower(pair, z), inverse(_score_lower(pair.swapped(), z))
    return low.reshape(shape), high.reshape(shape)


def _score_lower(pair: TwoSamples, z: Floats) -> Floats:
    low, high = _bracket(pair)

    def clearance(points: Floats, members: NDArray[np.intp]) -> Floats:
        return ratio_score(points, pair.at(members)).clearance(z[members])

    roots = decreasing_roots(clearance, low, high)
    return np.where(pair.x1 == 0, 0.0, np.exp(roots))


def _bracket(pair: TwoSamples) -> tuple[Floats, Floats]:
    """Logarithms between which the bound lies: far below the observed ratio, and at it.

    Without hits in the second sample the observed ratio is infinite and the bracket ends where
    the score has become negligible.
    """
    hits = np.maximum(pair.x1, 1)
    observed = np.log(hits / pair.n1) - np.log(np.maximum(pair.x2, 1) / pair.n2)
    high = np.where(pair.x2 == 0, observed + 60, observed)
    return observed - 60, high
