"""Bounds for the range and the ratio range of a rate over groups.

The range is the largest difference, the ratio range the smallest ratio, over ordered pairs of
groups of one family. A statement that *all* pairs are safe needs each pair's own bound at alpha
(intersection–union, Berger 1982); a statement that *some* pair is unsafe needs bounds that hold for
all pairs at once (Bonferroni). No pair is picked by the data before its bound is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats import difference, ratio
from deploycheck.stats.bounds import Floats, as_counts, as_level
from deploycheck.stats.scores import TwoSamples

LARGEST_NUMBER = 1000
_CHUNK = 50_000

Pair = tuple[int, int]
Lower = Callable[[TwoSamples, float], tuple[Floats, Floats]]


@dataclass(frozen=True)
class GroupBounds:
    """A range or ratio range with its two bounds, and the pair of groups behind each number.

    Pairs are positions (i, j): the difference is p_i − p_j, the ratio p_i / p_j. ``pairs`` counts
    the ordered pairs; ``pair_alpha`` is the level at which each stood on the corrected side.
    """

    value: float
    low: float
    high: float
    pair: Pair
    low_pair: Pair
    high_pair: Pair
    pairs: int
    alpha: float
    pair_alpha: float
    method: str


def ordered_pairs(family: Sequence[Any]) -> int:
    """How many ordered pairs of groups share a family."""
    sizes: dict[Any, int] = {}
    for name in family:
        sizes[name] = sizes.get(name, 0) + 1
    return sum(size * (size - 1) for size in sizes.values())


def range_bounds(
    hits: Any, of: Any, family: Sequence[Any], alpha: float, pair_alpha: float | None = None
) -> GroupBounds:
    """The largest difference of rates between two groups of a family, with its bounds.

    ``hits``, ``of`` and ``family`` have one member a group. ``high`` is the worst of the upper
    bounds at ``alpha``: it lies below the truth with probability at most alpha. ``low`` is the best
    of the lower bounds at ``pair_alpha`` (default alpha divided by the number of ordered pairs):
    it lies above the truth with probability at most pairs × pair_alpha. Over several slices pass
    alpha divided by the ordered pairs of all of them (:func:`ordered_pairs`). Raises ValueError
    where no two groups share a family, over 1,000 groups, and for what is no count or no level.
    """
    x, n, first, second = _pairs(hits, of, family)
    level, each = _levels(alpha, pair_alpha, first.size)
    gaps = x[first] / n[first] - x[second] / n[second]
    loose, loose_by = _lower(difference.difference_lower, x, n, first, second, level)
    tight, tight_by = _lower(difference.difference_lower, x, n, first, second, each)
    widest, least, best = (int(np.argmax(gaps)), int(np.argmin(loose)), int(np.argmax(tight)))
    return GroupBounds(
        value=float(gaps[widest]),
        low=max(float(tight[best]), 0.0),  # a range is never negative
        high=0.0 - float(loose[least]),
        pair=(int(first[widest]), int(second[widest])),
        low_pair=(int(first[best]), int(second[best])),
        high_pair=(int(second[least]), int(first[least])),  # upper of (i, j) is −lower of (j, i)
        pairs=first.size,
        alpha=level,
        pair_alpha=each,
        method=_method(difference.METHODS, tight_by[best], loose_by[least]),
    )


def ratio_range_bounds(
    hits: Any, of: Any, family: Sequence[Any], alpha: float, pair_alpha: float | None = None
) -> GroupBounds:
    """The smallest ratio of rates between two groups of a family, with its bounds.

    As :func:`range_bounds`, turned: ``low`` is the worst of the lower bounds at ``alpha``, ``high``
    the best of the upper bounds at ``pair_alpha``. Groups without a hit give low 0; where no group
    of any family has a hit, the ratio is undefined: value ``nan``, low 0, high 1.
    """
    x, n, first, second = _pairs(hits, of, family)
    level, each = _levels(alpha, pair_alpha, first.size)
    rate = x / n
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(x[second] > 0, rate[first] / rate[second], np.inf)
    loose, loose_by = _lower(ratio.ratio_lower, x, n, first, second, level)
    tight, tight_by = _lower(ratio.ratio_lower, x, n, first, second, each)
    smallest, worst, best = (int(np.argmin(ratios)), int(np.argmin(loose)), int(np.argmax(tight)))
    value = float(ratios[smallest])
    return GroupBounds(
        value=value if np.isfinite(value) else nan,
        low=float(loose[worst]),
        high=min(float(ratio.inverse(tight[best : best + 1])[0]), 1.0),  # never above one
        pair=(int(first[smallest]), int(second[smallest])),
        low_pair=(int(first[worst]), int(second[worst])),
        high_pair=(int(second[best]), int(first[best])),  # upper of (i, j) is 1 / lower of (j, i)
        pairs=first.size,
        alpha=level,
        pair_alpha=each,
        method=_method(ratio.METHODS, loose_by[worst], tight_by[best]),
    )


def _pairs(
    hits: Any, of: Any, family: Sequence[Any]
) -> tuple[Floats, Floats, NDArray[np.intp], NDArray[np.intp]]:
    x, n = as_counts(hits, of)
    if x.ndim != 1 or x.size != len(family):
        raise ValueError("hits, of and family must be lists of one length, a member for each group")
    if x.size > LARGEST_NUMBER:
        raise ValueError(f"{x.size} groups; at most {LARGEST_NUMBER} can be compared in pairs")
    numbers: dict[Any, int] = {}
    label = np.array([numbers.setdefault(name, len(numbers)) for name in family], dtype=np.intp)
    together = label[:, None] == label[None, :]
    np.fill_diagonal(together, val=False)
    first, second = np.nonzero(together)
    if first.size == 0:
        raise ValueError("no two groups share a family; a range needs at least two")
    return x, n, first, second


def _levels(alpha: float, pair_alpha: float | None, pairs: int) -> tuple[float, float]:
    level = as_level(alpha)
    if pair_alpha is None:
        return level, level / pairs
    return level, as_level(pair_alpha, "pair_alpha")


def _lower(
    bound: Lower,
    x: Floats,
    n: Floats,
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    alpha: float,
) -> tuple[Floats, Floats]:
    """The lower bounds of all pairs, a chunk at a time, so that memory stays small."""
    low, method = np.empty(first.size), np.empty(first.size)
    for start in range(0, first.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        i, j = first[part], second[part]
        low[part], method[part] = bound(TwoSamples(x[i], n[i], x[j], n[j]), alpha)
    return low, method


def _method(names: Sequence[str], low: Any, high: Any) -> str:
    below, above = names[int(low)], names[int(high)]
    text = below if below == above else f"low: {below}; high: {above}"
    return f"{text}; all pairs"
