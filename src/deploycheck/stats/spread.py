"""Range and ratio range over groups of any measure, from each group's own two bounds.

For an ordered pair of independent groups with values t and bounds l, u, each at level 1 − α, the
bounds of the difference are those of MOVER (Zou and Donner, Statistics in Medicine 27 (2008);
Newcombe, Statistics in Medicine 17 (1998), method 10):

    lower of t₁ − t₂:  t₁ − t₂ − √((t₁ − l₁)² + (u₂ − t₂)²)

and of the ratio those of Donner and Zou (Statistics in Medicine 21 (2002) and Statistical Methods
in Medical Research 21 (2012)), whose lower one is, free of cancellation,

    lower of t₁ / t₂:  l₁ (2 t₁ − l₁) / (t₁ t₂ + √((t₁ t₂)² − l₁ u₂ (2 t₁ − l₁) (2 t₂ − u₂)))

The upper bound of t₁ − t₂ is minus the lower one of t₂ − t₁, of t₁ / t₂ one over that of t₂ / t₁.
Bounds recovered so keep the level where each group's do, in small samples and skew ones too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Floats

LARGEST_NUMBER = 1000

Pair = tuple[int, int]


@dataclass(frozen=True)
class Member:
    """One group's value and bounds: at alpha, and at the level of one of many pairs.

    Bounds may be infinite.
    """

    value: float
    low: float
    high: float
    low_corrected: float
    high_corrected: float


@dataclass(frozen=True)
class SpreadBounds:
    """A spread, its two bounds, and the positions (i, j) of the groups that make the spread.

    The difference is of i less j, the ratio i over j.
    """

    value: float
    low: float
    high: float
    pair: Pair


def difference_spread(members: Sequence[Member], family: Sequence[Any]) -> SpreadBounds:
    """The largest difference between two groups of a family, with its bounds.

    ``high`` is the worst upper bound over all ordered pairs, by each group's bounds at alpha: it
    lies below the truth with probability at most alpha (intersection–union, Berger 1982). ``low``
    is the best lower bound, by the corrected ones. Raises ValueError where no two groups share a
    family, over 1,000 groups, and for bounds that do not enclose their value.
    """
    t, low, high, tight_low, tight_high = _columns(members)
    first, second = _pairs(family)
    gaps = t[first] - t[second]
    loose = gaps + _length(high[first] - t[first], t[second] - low[second])
    tight = gaps - _length(t[first] - tight_low[first], tight_high[second] - t[second])
    widest = int(np.argmax(gaps))
    return SpreadBounds(
        value=float(gaps[widest]),
        low=max(float(tight.max()), 0.0),  # a largest difference is never negative
        high=float(loose.max()),
        pair=(int(first[widest]), int(second[widest])),
    )


def ratio_spread(members: Sequence[Member], family: Sequence[Any]) -> SpreadBounds:
    """The smallest ratio between two groups of a family, of values above zero.

    As :func:`difference_spread`, turned: ``low`` is the worst lower bound over all ordered pairs,
    ``high`` the best upper one. Raises ValueError for a value of at most 0.
    """
    t, low, high, tight_low, tight_high = _columns(members)
    if not np.all(t > 0):
        raise ValueError("a ratio needs values above zero")
    first, second = _pairs(family)
    ratios = t[first] / t[second]
    loose = _ratio_lower(t[first], low[first], t[second], high[second])
    tight = _ratio_lower(t[first], tight_low[first], t[second], tight_high[second])
    smallest = int(np.argmin(ratios))
    best = float(tight.max())  # the upper bound of i over j is one over the lower one of j over i
    return SpreadBounds(
        value=float(ratios[smallest]),
        low=float(loose.min()),
        high=1.0 if best <= 1 else 1 / best,
        pair=(int(first[smallest]), int(second[smallest])),
    )


def _ratio_lower(t1: Floats, low1: Floats, t2: Floats, high2: Floats) -> Floats:
    """The lower bounds of t1 / t2; 0 where the first may be 0 or the second is unbounded."""
    low1 = np.maximum(low1, 0)
    bounded = np.isfinite(high2)
    high2 = np.where(bounded, high2, t2)
    above = low1 * (2 * t1 - low1)
    square = (t1 * t2) ** 2 - above * high2 * (2 * t2 - high2)
    return np.where(bounded, above / (t1 * t2 + np.sqrt(np.maximum(square, 0))), 0.0)


def _length(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.hypot(one, other))


def _columns(members: Sequence[Member]) -> tuple[Floats, ...]:
    table = np.array(
        [(m.value, m.low, m.high, m.low_corrected, m.high_corrected) for m in members],
        dtype=np.float64,
    ).reshape(-1, 5)
    t, low, high, tight_low, tight_high = table.T
    sound = (low <= t) & (t <= high) & (tight_low <= t) & (t <= tight_high) & np.isfinite(t)
    if not sound.all():  # NaN fails this too
        raise ValueError("a group's bounds do not enclose its value")
    return t, low, high, tight_low, tight_high


def _pairs(family: Sequence[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    if len(family) > LARGEST_NUMBER:
        raise ValueError(f"{len(family)} groups; at most {LARGEST_NUMBER} can be compared in pairs")
    numbers: dict[Any, int] = {}
    label = np.array([numbers.setdefault(name, len(numbers)) for name in family], dtype=np.intp)
    together = label[:, None] == label[None, :]
    np.fill_diagonal(together, val=False)
    first, second = np.nonzero(together)
    if first.size == 0:
        raise ValueError("no two groups share a family; a spread needs at least two")
    return first, second
