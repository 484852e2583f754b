"""Bounds for the range and the ratio range of a rate over groups.

The range is the largest difference, the ratio range the smallest ratio, over ordered pairs of
groups of one family. A statement that *all* pairs are safe needs each pair's own bound at alpha
(intersection–union, Berger 1982); a statement that *some* pair is unsafe needs bounds that hold for
all pairs at once, whose levels come from :mod:`deploycheck.stats.maxt`. No pair is picked by the
data before its bound is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats import difference, ratio
from deploycheck.stats.bounds import Floats, as_counts, as_level
from deploycheck.stats.maxt import group_level, pair_level
from deploycheck.stats.scores import TwoSamples

LARGEST_NUMBER = 1000
_CHUNK = 50_000

Pair = tuple[int, int]
Lower = Callable[[TwoSamples, float, float | None], tuple[Floats, Floats]]


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


@dataclass(frozen=True)
class Pairs:
    """Checked groups, the ordered pairs of one family, and the levels of their bounds.

    ``each`` is the level of a pair on the corrected side, ``half`` that of one Clopper–Pearson
    bound there, where the exact method stands.
    """

    x: Floats
    n: Floats
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    alpha: float
    each: float
    half: float


def ordered_pairs(family: Sequence[Any]) -> int:
    """How many ordered pairs of groups share a family."""
    return sum(size * (size - 1) for size in family_sizes(family))


def family_sizes(family: Sequence[Any]) -> list[int]:
    """How many groups each family has."""
    sizes: dict[Any, int] = {}
    for name in family:
        sizes[name] = sizes.get(name, 0) + 1
    return list(sizes.values())


def range_bounds(
    hits: Any,
    of: Any,
    family: Sequence[Any],
    alpha: float,
    pair_alpha: float | None = None,
    *,
    family_alpha: float | None = None,
) -> GroupBounds:
    """The largest difference of rates between two groups of a family, with its bounds.

    ``hits``, ``of`` and ``family`` have one member a group. ``high`` is the worst of the upper
    bounds at ``alpha``: it lies below the truth with probability at most alpha. ``low`` is the best
    of the lower bounds that hold for all pairs at once with error ``family_alpha`` (default
    alpha): it lies above the truth with no larger probability. ``pair_alpha`` sets the level of
    each pair by hand instead; the error is then at most pairs × pair_alpha. Raises ValueError where
    no two groups share a family, over 1,000 groups, and for what is no count or no level.
    """
    return range_of(of_pairs(as_counts(hits, of), family, alpha, pair_alpha, family_alpha))


def range_of(found: Pairs) -> GroupBounds:
    """As :func:`range_bounds`, of groups that were checked before."""
    x, n, first, second = found.x, found.n, found.first, found.second
    gaps = x[first] / n[first] - x[second] / n[second]
    loose, loose_by = _lower(difference.difference_lower, found, found.alpha, None)
    tight, tight_by = _lower(difference.difference_lower, found, found.each, found.half)
    widest, least, best = (int(np.argmax(gaps)), int(np.argmin(loose)), int(np.argmax(tight)))
    return GroupBounds(
        value=float(gaps[widest]),
        low=max(float(tight[best]), 0.0),  # a range is never negative
        high=0.0 - float(loose[least]),
        pair=(int(first[widest]), int(second[widest])),
        low_pair=(int(first[best]), int(second[best])),
        high_pair=(int(second[least]), int(first[least])),  # upper of (i, j) is −lower of (j, i)
        pairs=first.size,
        alpha=found.alpha,
        pair_alpha=found.each,
        method=_method(difference.METHODS, tight_by[best], loose_by[least]),
    )


def ratio_range_bounds(
    hits: Any,
    of: Any,
    family: Sequence[Any],
    alpha: float,
    pair_alpha: float | None = None,
    *,
    family_alpha: float | None = None,
) -> GroupBounds:
    """The smallest ratio of rates between two groups of a family, with its bounds.

    As :func:`range_bounds`, turned: ``low`` is the worst of the lower bounds at ``alpha``, ``high``
    the best of the upper bounds that hold at once. Groups without a hit give low 0; where no group
    of any family has a hit, the ratio is undefined: value ``nan``, low 0, high 1.
    """
    return ratio_range_of(of_pairs(as_counts(hits, of), family, alpha, pair_alpha, family_alpha))


def ratio_range_of(found: Pairs) -> GroupBounds:
    """As :func:`ratio_range_bounds`, of groups that were checked before."""
    x, n, first, second = found.x, found.n, found.first, found.second
    rate = x / n
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(x[second] > 0, rate[first] / rate[second], np.inf)
    loose, loose_by = _lower(ratio.ratio_lower, found, found.alpha, None)
    tight, tight_by = _lower(ratio.ratio_lower, found, found.each, found.half)
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
        alpha=found.alpha,
        pair_alpha=found.each,
        method=_method(ratio.METHODS, loose_by[worst], tight_by[best]),
    )


def of_pairs(
    counts: tuple[Floats, Floats],
    family: Sequence[Any],
    alpha: float,
    pair_alpha: float | None = None,
    family_alpha: float | None = None,
) -> Pairs:
    """The pairs of groups whose hits and sizes were checked before; they may be fractional."""
    x, n = counts
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
    level = as_level(alpha)
    if pair_alpha is not None:
        if family_alpha is not None:
            raise ValueError("give pair_alpha or family_alpha, not both")
        each = as_level(pair_alpha, "pair_alpha")
        return Pairs(x, n, first, second, level, each, each / 2)
    shared = level if family_alpha is None else as_level(family_alpha, "family_alpha")
    sizes = family_sizes(family)
    each, half = pair_level(shared, sizes), group_level(shared, sizes)
    return Pairs(x, n, first, second, level, each, half)


def named(found: GroupBounds, what: str) -> GroupBounds:
    """The same bounds, their method followed by ``what``."""
    return replace(found, method=found.method + what)


def _lower(bound: Lower, found: Pairs, alpha: float, half: float | None) -> tuple[Floats, Floats]:
    """The lower bounds of all pairs, a chunk at a time, so that memory stays small."""
    x, n = found.x, found.n
    low, method = np.empty(found.first.size), np.empty(found.first.size)
    for start in range(0, found.first.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        i, j = found.first[part], found.second[part]
        low[part], method[part] = bound(TwoSamples(x[i], n[i], x[j], n[j]), alpha, half)
    return low, method


def _method(names: Sequence[str], low: Any, high: Any) -> str:
    below, above = names[int(low)], names[int(high)]
    text = below if below == above else f"low: {below}; high: {above}"
    return f"{text}; all pairs"
