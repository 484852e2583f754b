"""Power of the exact binomial test of one proportion, and the rows that buy it.

Power is the probability that the bound at level 1 − alpha clears ``bound`` when the true rate is
``effect``. ``side="max"``: the lower bound lies at or above it; ``side="min"``: the upper bound at
or below it.
"""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level, as_number, as_side, normal_quantile

LARGEST_ROWS = 10**12
_STEPS = 4000


def power_proportion(n: Any, bound: float, effect: float, alpha: float, side: str = "max") -> float:
    """The exact power of the binomial test of one proportion at ``n`` rows."""
    size = as_number(n, "n")
    if size < 1 or size != int(size):
        raise ValueError(f"n must be a whole number of at least 1, not {size:g}")
    limit, truth = as_rates(bound, effect)
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
    limit, truth = as_rates(bound, effect)
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


def as_rates(first: Any, second: Any) -> tuple[float, float]:
    """Two rates between 0 and 1; raises ValueError for anything else."""
    one, two = as_number(first, "rate"), as_number(second, "rate")
    if not (0 <= one <= 1 and 0 <= two <= 1):
        raise ValueError(f"rates must lie between 0 and 1, not {one} and {two}")
    return one, two
