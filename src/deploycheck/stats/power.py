"""Power of the one-sided tests of :mod:`deploycheck.stats.pvalues`, and the rows that buy it.

Power is the probability that the bound at level 1 − alpha clears ``bound`` when the true effect is
``effect``. ``side="max"``: the lower bound lies at or above it; ``side="min"``: the upper bound at
or below it.
"""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level, as_number, as_side, normal_quantile
from deploycheck.stats.choice import critical, score_use
from deploycheck.stats.difference import FEWEST_HITS
from deploycheck.stats.mean import checked_mean
from deploycheck.stats.proportion import exact_high, exact_low
from deploycheck.stats.scores import TwoSamples, difference_score

LARGEST_ROWS = 10**12
_LARGEST_EXACT_T = 10_000  # beyond it the normal distribution is the t distribution to 1e-4
_STEPS = 4000


def power_proportion(n: Any, bound: float, effect: float, alpha: float, side: str = "max") -> float:
    """The exact power of the binomial test of one proportion at ``n`` rows."""
    size = as_number(n, "n")
    if size < 1 or size != int(size):
        raise ValueError(f"n must be a whole number of at least 1, not {size:g}")
    limit, truth = _rates(bound, effect)
    level = as_level(alpha)
    if as_side(side) == "min":
        limit, truth = 1 - limit, 1 - truth
    return float(_power_above(np.array([size]), limit, truth, level)[0])


def rows_needed_proportion(bound: float, effect: float, alpha: float, power: float) -> int:
    """The rows from which the bound of one proportion clears ``bound`` with the wanted power.

    The side follows from where ``effect`` lies. Power is a saw-tooth in n: the answer is the first
    n from which it stays at or above ``power``, found one by one up to some 4,000 rows and beyond
    that to one part in a thousand, where the teeth have become too small to matter. Raises
    ValueError where effect equals bound, which no number of rows can tell apart.
    """
    limit, truth = _rates(bound, effect)
    level, target = as_level(alpha), as_number(power, "power")
    if not 0 < target < 1:
        raise ValueError(f"power must lie between 0 and 1, not {target}")
    if limit == truth:
        raise ValueError("effect equals bound; no number of rows tells them apart")
    if truth < limit:
        limit, truth = 1 - limit, 1 - truth
    start = _normal_rows(limit, truth, level, target)
    high = 2 * start + 100
    while float(_power_above(np.array([float(high)]), limit, truth, level)[0]) < target:
        high *= 2
        if high > LARGEST_ROWS:
            raise ValueError("effect lies so near to bound that over 10**12 rows are needed")
    grid = np.unique(np.linspace(1, high, min(high, _STEPS)).round())
    reached = _power_above(grid, limit, truth, level) >= target
    failed = np.flatnonzero(~reached)
    return int(grid[failed[-1] + 1]) if failed.size else 1


def power_difference(
    p1: float,
    n1: Any,
    p2: float,
    n2: Any,
    bound: float,
    alpha: float,
    side: str = "max",
) -> float:
    """The power of the test of p1 − p2 at true rates p1 and p2, by the normal approximation.

    Source: Farrington and Manning, Statistics in Medicine 9 (1990), with the critical value that
    the bounds use. Where the expected counts are too few for a score, the exact bound at them.
    """
    first, second = _rates(p1, p2)
    limit, level = as_number(bound, "bound"), as_level(alpha)
    sizes = (as_number(n1, "n1"), as_number(n2, "n2"))
    if min(sizes) < 1:
        raise ValueError("n1 and n2 must be at least 1")
    pair = TwoSamples(
        *(np.array([v]) for v in (first * sizes[0], sizes[0], second * sizes[1], sizes[1]))
    )
    if as_side(side) == "min":
        pair, limit = pair.swapped(), -limit
    return _power_of_pair(pair, limit, level)


def power_mean(
    n: Any, sd: Any, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power of the t test of a mean: noncentral t up to 10,000 values, normal beyond."""
    truth, spread, size = checked_mean(effect, sd, n)
    limit, level = as_number(bound, "bound"), as_level(alpha)
    from scipy.special import nctdtr, ndtr, stdtrit

    shift = (truth - limit) / (spread / size**0.5)
    if as_side(side) == "min":
        shift = -shift
    reach = -float(stdtrit(size - 1, level))
    if size > _LARGEST_EXACT_T:
        return float(ndtr(shift - reach))
    return float(1 - nctdtr(size - 1, shift, reach))


def _power_of_pair(pair: TwoSamples, bound: float, alpha: float) -> float:
    from scipy.special import ndtr

    rate1, rate2 = pair.x1 / pair.n1, pair.x2 / pair.n2
    spread = np.sqrt(rate1 * (1 - rate1) / pair.n1 + rate2 * (1 - rate2) / pair.n2)
    use = score_use(pair, np.full_like(pair.x1, alpha), FEWEST_HITS)
    if use.allowed[0] and -1 < bound < 1:
        null = difference_score(np.full_like(pair.x1, bound), pair)
        room = null.gap - critical(use, null.tilt(use.z)) * np.sqrt(null.variance)
    else:
        exact = exact_low(pair.x1, pair.n1, alpha / 2) - exact_high(pair.x2, pair.n2, alpha / 2)
        room = exact - bound
    if spread[0] == 0:
        return float(room[0] >= 0)
    return float(ndtr(room[0] / spread[0]))


def _power_above(n: Floats, bound: float, truth: float, alpha: float) -> Floats:
    """P(the lower bound reaches ``bound``) for each n, by the first number of hits that does it."""
    from scipy.special import betainc

    if bound == 0:  # any hit shows that the rate is above zero
        return -np.expm1(n * np.log1p(-truth)) if truth < 1 else np.ones_like(n)
    low, high = np.zeros_like(n), n + 1  # no hits never suffice; n + 1 stands for "cannot be"
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        tail = betainc(np.maximum(middle, 1), n - np.maximum(middle, 1) + 1, bound)
        enough = (middle >= 1) & (tail <= alpha)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    hits = np.minimum(high, n)
    return np.where(high > n, 0.0, betainc(hits, n - hits + 1, truth))


def _normal_rows(bound: float, truth: float, alpha: float, power: float) -> int:
    z_error, z_power = float(normal_quantile(alpha)), float(normal_quantile(1 - power))
    spread = z_error * (bound * (1 - bound)) ** 0.5 + z_power * (truth * (1 - truth)) ** 0.5
    rows = (spread / (truth - bound)) ** 2
    if not rows < LARGEST_ROWS:
        raise ValueError("effect lies so near to bound that over 10**12 rows are needed")
    return max(1, int(rows))


def _rates(first: Any, second: Any) -> tuple[float, float]:
    one, two = as_number(first, "rate"), as_number(second, "rate")
    if not (0 <= one <= 1 and 0 <= two <= 1):
        raise ValueError(f"rates must lie between 0 and 1, not {one} and {two}")
    return one, two
