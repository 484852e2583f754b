"""The level of each pair where bounds of all ordered pairs of groups must hold at once.

The largest of (p̂i − p̂j − pi + pj) / √(vi + vj) over all ordered pairs of k independent normal
estimates is at most a studentised range over √2: exactly so for equal variances, and on the safe
side for all others (the Tukey–Kramer conjecture; Hayter, Annals of Statistics 12 (1984) 61–75). So
one critical value z stands for all pairs,

    Σ over families  P(range of k standard normals > √2 z)  ≤  alpha,

and each pair's level is 1 − Φ(z). Families may share rows: their errors are added up. The value
depends on the numbers of groups alone, never on the data, and no level is smaller than
Bonferroni's: for alpha 0.05 the pairs of 3, 10 and 20 groups stand at 2.34, 3.16 and 3.54 standard
errors and not at 2.39, 3.26 and 3.65. Logarithms of ratios are differences, so the same level
serves a ratio range.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level, normal_quantile

_WIDEST, _STEP = 9.0, 0.05  # the trapezoid rule is exact to rounding for what decays so fast
_ROUNDS = 60


def pair_level(alpha: float, sizes: Sequence[int]) -> float:
    """The error of each ordered pair's bound, so that all pairs of all families err at most alpha.

    ``sizes`` are the numbers of groups of the families; those below two have no pairs. Never below
    alpha over the number of ordered pairs. Raises ValueError where no family has a pair.
    """
    level = as_level(alpha)
    counts = tuple(sorted(int(size) for size in sizes if size > 1))
    if not counts:
        raise ValueError("no two groups share a family; a range needs at least two")
    return _solved(level, counts)


def group_level(alpha: float, sizes: Sequence[int]) -> float:
    """The error of each one-sided bound of a rate, so that all of all groups err at most alpha.

    Two bounds a group: the exact bounds of all pairs are made of them, and hold at once with them.
    """
    level = as_level(alpha)
    groups = sum(int(size) for size in sizes if size > 1)
    if groups == 0:
        raise ValueError("no two groups share a family; a range needs at least two")
    return level / (2 * groups)


def range_tail(width: Any, groups: int) -> Floats:
    """The probability that ``groups`` independent standard normals spread wider than ``width``.

    k ∫ φ(x) [Φ(x)^(k−1) − (Φ(x) − Φ(x − w))^(k−1)] dx, where x is the largest of them. Scalars or
    arrays; equal to ``scipy.stats.studentized_range.sf(width, groups, inf)``.
    """
    from scipy.special import ndtr

    if groups < 2:
        raise ValueError("a range needs at least two groups")
    x = np.arange(-_WIDEST, _WIDEST + _STEP, _STEP)
    density = _STEP * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    wide = np.asarray(width, dtype=np.float64)[..., None]
    whole, left_out = ndtr(x), ndtr(x - wide)
    # a^m − b^m with b = a − left_out, in a form that keeps its digits where left_out is small
    share = np.minimum(left_out / whole, 1 - 1e-16)
    gap = -np.expm1((groups - 1) * np.log1p(-share))
    return np.asarray(groups * np.sum(density * whole ** (groups - 1) * gap, axis=-1))


@lru_cache(maxsize=256)
def _solved(alpha: float, sizes: tuple[int, ...]) -> float:
    from scipy.special import ndtr

    pairs = sum(size * (size - 1) for size in sizes)
    low, high = float(normal_quantile(0.5)), float(normal_quantile(alpha / pairs))
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        tail = sum(float(range_tail(2**0.5 * middle, size)) for size in sizes)
        low, high = (middle, high) if tail > alpha else (low, middle)
    return max(float(ndtr(-high)), alpha / pairs)  # not below it by a rounding either
