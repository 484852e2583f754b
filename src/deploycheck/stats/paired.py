"""Bounds for p1 − p2 of two proportions on the same rows.

With ``first`` rows hit by the first alone and ``second`` by the second alone, of ``n``, the
difference is (first − second) / n. Tango's score takes its variance at the maximum-likelihood
rates under the difference supposed, so that it has a width where no row is discordant. Where it may
be trusted follows the rule of :mod:`deploycheck.stats.choice`, read with x1 = first, x2 = second
and n1 = n2 = n; elsewhere two Clopper–Pearson bounds at alpha/2 stand.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import (
    Bounds,
    Floats,
    as_level,
    as_number,
    as_side,
    as_whole,
    normal_quantile,
)
from deploycheck.stats.choice import chosen_lower, critical, score_use
from deploycheck.stats.difference import exact_lower
from deploycheck.stats.pvalues import PairTest, smallest_alpha
from deploycheck.stats.roots import decreasing_roots
from deploycheck.stats.samples import both_methods
from deploycheck.stats.scores import Score, TwoSamples

METHODS = (
    "Tango score",
    "Tango score, skewness-corrected",
    "Clopper\N{EN DASH}Pearson of each discordant share at alpha/2",
)
FEWEST_HITS = 0
LATTICE = 0.04  # where every row is discordant the difference moves in steps of 2/n, not 1/n


def paired_bounds(both: Any, first: Any, second: Any, neither: Any, alpha: float) -> Bounds:
    """The bounds that decide about p1 − p2 on the same rows; each holds at level 1 − alpha.

    Raises ValueError for what is no count, for no rows, and for what is no level. Source: Tango,
    Statistics in Medicine 17 (1998) 891–908.
    """
    pair, level = as_table(both, first, second, neither), as_level(alpha)
    low, below = paired_lower(pair, level)
    high, above = paired_lower(pair.swapped(), level)
    return Bounds(float(low[0]), 0.0 - float(high[0]), both_methods(METHODS, below, above))


def tango(both: Any, first: Any, second: Any, neither: Any, alpha: float) -> tuple[Floats, Floats]:
    """The score bounds of Tango for p1 − p2 on the same rows, nothing corrected.

    Single counts; two float arrays of one member come back. They do not decide alone: a one-sided
    bound misses too often where few rows are discordant. Source: Statistics in Medicine 17 (1998)
    891–908.
    """
    pair, z = as_table(both, first, second, neither), normal_quantile(as_level(alpha))[None]
    return _score_lower(pair, z), 0.0 - _score_lower(pair.swapped(), z)


def paired_lower(pair: TwoSamples, alpha: float) -> tuple[Floats, Floats]:
    """The lower bounds of many paired differences at once, and the index of each one's method.

    The upper bound of p1 − p2 is minus the lower bound of the swapped pair.
    """
    exact = exact_lower(pair, alpha, alpha / 2)
    use = score_use(pair, np.full_like(exact, alpha), FEWEST_HITS, LATTICE)
    observed = (pair.x1 - pair.x2) / pair.n1
    return chosen_lower(pair, use, tango_score, (np.full_like(observed, -1.0), observed), exact)


def paired_pvalue(
    both: Any, first: Any, second: Any, neither: Any, bound: float, side: str = "max"
) -> float:
    """The p-value of p1 − p2 on the same rows against a bound in [−1, 1], as the bounds choose."""
    pair, limit = as_table(both, first, second, neither), _difference(bound, "bound")
    if as_side(side) == "min":
        pair, limit = pair.swapped(), -limit

    return float(smallest_alpha(paired_test(pair, limit))[0])


def paired_test(pair: TwoSamples, bound: float) -> PairTest:
    """The tests of p1 − p2 ≤ bound that the lower bounds of paired differences turn round."""
    return PairTest.of(pair, bound, bound, tango_score, FEWEST_HITS, exact_lower, LATTICE)


def power_paired(
    first: Any, second: Any, n: Any, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power at a true difference ``effect``, by the normal approximation.

    The share of discordant rows is the one seen, or the effect itself where that is larger.
    """
    rows, level = as_number(n, "n"), as_level(alpha)
    truth, limit = _difference(effect, "effect"), _difference(bound, "bound")
    if rows < 1:
        raise ValueError("n must be at least 1")
    discordant = min(1.0, max((float(first) + float(second)) / rows, abs(truth)))
    if as_side(side) == "min":
        truth, limit = -truth, -limit
    counts = rows * (discordant + truth) / 2, rows, rows * (discordant - truth) / 2, rows
    pair = TwoSamples(*(np.array([float(count)]) for count in counts))
    spread = ((discordant - truth * truth) / rows) ** 0.5
    use = score_use(pair, np.full(1, level), FEWEST_HITS, LATTICE)
    if use.allowed[0] and -1 < limit < 1:
        null = tango_score(np.full(1, limit), pair)
        room = null.gap - critical(use, null.tilt(use.z)) * np.sqrt(null.variance)
    else:
        room = exact_lower(pair, level, level / 2) - limit
    if spread <= 0:
        return float(room[0] >= 0)
    from scipy.special import ndtr

    return float(ndtr(room[0] / spread))


def tango_score(delta: Floats, pair: TwoSamples) -> Score:
    """Tango's score for p1 − p2 = delta; ``x1`` and ``x2`` are the discordant rows of ``n1``."""
    n = pair.n1
    second = _second_alone(delta, pair)
    discordant = 2 * second + delta
    variance = np.maximum(discordant - delta * delta, 0)
    return Score(
        gap=(pair.x1 - pair.x2) / n - delta,
        variance=variance / n,
        third=(delta - 3 * delta * discordant + 2 * delta**3) / (n * n),
    )


def _score_lower(pair: TwoSamples, z: Floats) -> Floats:
    def clearance(points: Floats, members: NDArray[np.intp]) -> Floats:
        return tango_score(points, pair.at(members)).clearance(z[members])

    observed = (pair.x1 - pair.x2) / pair.n1
    least = np.full_like(observed, -1.0)
    roots = decreasing_roots(clearance, least, observed)
    return np.where(observed <= -1, least, roots)  # nothing lies below −1


def _second_alone(delta: Floats, pair: TwoSamples) -> Floats:
    """The maximum-likelihood share of rows hit by the second alone, given the difference."""
    n = pair.n1
    b = -pair.x1 - pair.x2 + (2 * n - pair.x1 + pair.x2) * delta
    c = -pair.x2 * delta * (1 - delta)
    root = np.sqrt(np.maximum(b * b - 8 * n * c, 0))
    # The larger root of 2n q² + b q + c, written so that nothing cancels.
    whole = np.where(b > 0, b + root, 1.0)
    share = np.where(b > 0, -2 * c / whole, (root - b) / (4 * n))
    return np.clip(share, np.maximum(0.0, -delta), (1 - delta) / 2)


def as_table(both: Any, first: Any, second: Any, neither: Any) -> TwoSamples:
    """The discordant rows and the number of all; raises ValueError for what is no count."""
    cells = [
        as_whole(cell, name)
        for cell, name in (
            (both, "both"),
            (first, "first"),
            (second, "second"),
            (neither, "neither"),
        )
    ]
    if any(cell.ndim for cell in cells):
        raise ValueError("the four counts must be single numbers")
    n = sum(float(cell) for cell in cells)
    if n == 0:
        raise ValueError("there are no rows")
    size = np.array([n])
    return TwoSamples(np.array([float(cells[1])]), size, np.array([float(cells[2])]), size)


def _difference(value: Any, name: str) -> float:
    number = as_number(value, name)
    if not -1 <= number <= 1:
        raise ValueError(f"{name} must lie between -1 and 1, not {number}")
    return number
