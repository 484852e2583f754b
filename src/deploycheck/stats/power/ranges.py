"""Designs of a range and a ratio range of a rate over groups.

All pairs of groups must be safe for PASS, so power falls with their number. It is simulated: 10,000
draws of all groups (4,000 where they are of more than six sizes), the same at every call, each put
to the very tests that decide; it is known to some half a point. Among groups of one size only the
highest and the lowest rate can decide, since bounds are monotone in the hits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Flags, Floats, normal_quantile
from deploycheck.stats.maxt import group_level, pair_level
from deploycheck.stats.power.binomial import as_rates
from deploycheck.stats.power.over_groups import Ends, OverGroups, uniform
from deploycheck.stats.pvalues import PairTest, difference_test, ratio_test
from deploycheck.stats.scores import TwoSamples

RUNS, RUNS_OF_MANY, MANY = 10_000, 4_000, 6
_TAIL = 9.0

_FAR = 2.0  # at so many critical values from the limit, and one more error, every bound is clear
_NEVER = 9.0  # a pair expected so many errors further is not clear in one of 10**12 runs


@dataclass(frozen=True)
class Contrast:
    """The test of a contrast of two rates, and how many errors it roughly lies above a limit."""

    test: Callable[[TwoSamples, float], PairTest]
    errors_above: Callable[[TwoSamples, float], Floats]

    def rejects(
        self, pair: TwoSamples, limit: float, alpha: float, each: float | None = None
    ) -> Flags:
        """Where the lower bound reaches the limit; only what is not plain is put to the test."""
        far = self.errors_above(pair, limit)
        reached = far > _FAR * float(normal_quantile(alpha if each is None else each)) + 1
        unclear = np.flatnonzero(~reached & (far > 0))  # no bound lies above what was observed
        some = self.test(pair.at(unclear), limit)
        reached[unclear] = some.rejects(np.full(unclear.size, alpha), each)
        return reached


def _errors_of_difference(pair: TwoSamples, limit: float) -> Floats:
    gap = pair.x1 / pair.n1 - pair.x2 / pair.n2 - limit
    return np.asarray(gap / np.sqrt(_variance(pair.x1, pair.n1) + _variance(pair.x2, pair.n2)))


def _errors_of_ratio(pair: TwoSamples, limit: float) -> Floats:
    gap = pair.x1 / pair.n1 - limit * pair.x2 / pair.n2
    second = limit * limit * _variance(pair.x2, pair.n2)
    return np.asarray(gap / np.sqrt(_variance(pair.x1, pair.n1) + second))


def _variance(x: Floats, n: Floats) -> Floats:
    # two hits and two misses more: a spread even where all rows are alike
    rate = (x + 2) / (n + 4)
    return np.asarray(rate * (1 - rate) / (n + 4))


DIFFERENCE = Contrast(difference_test, _errors_of_difference)
RATIO = Contrast(ratio_test, _errors_of_ratio)


@dataclass(frozen=True)
class Simulated:
    """Rates and rows of groups of some families, to be drawn and tested in all ordered pairs."""

    rates: tuple[float, ...]
    sizes: tuple[int, ...]
    family: tuple[Any, ...]

    @property
    def runs(self) -> int:
        """The number of draws."""
        return RUNS_OF_MANY if len(set(self.sizes)) > MANY else RUNS

    def all_within(self, contrast: Contrast, limit: float, alpha: float) -> float:
        """How often the lower bounds at ``alpha`` of all contrasts of ordered pairs reach limit."""
        hits, kept = self._draws(), np.ones(self.runs, dtype=bool)
        plain = _FAR * float(normal_quantile(alpha)) + _NEVER
        for low, high in self._pairs(hits):
            if contrast.errors_above(TwoSamples(*low.expected, *high.expected), limit)[0] > plain:
                continue
            rows = np.flatnonzero(kept)
            pair = TwoSamples(*low.at(rows), *high.at(rows))
            kept[rows] = contrast.rejects(pair, limit, alpha)
        return float(kept.mean())

    def any_beyond(self, contrast: Contrast, limit: float, alpha: float) -> float:
        """How often a lower bound of some contrast, all of them holding at once, reaches limit."""
        counts = [self.family.count(name) for name in dict.fromkeys(self.family)]
        level, each = pair_level(alpha, counts), group_level(alpha, counts)
        hits, found = self._draws(), np.zeros(self.runs, dtype=bool)
        for low, high in self._pairs(hits):
            rows = np.flatnonzero(~found)
            pair = TwoSamples(*high.at(rows), *low.at(rows))
            found[rows] = contrast.rejects(pair, limit, level, each)
        return float(found.mean())

    def _draws(self) -> Floats:
        """Hits of each group in each run: quantiles of the same uniform numbers at every call."""
        chance = uniform(self.runs, len(self.sizes))
        groups = enumerate(zip(self.sizes, self.rates, strict=True))
        return np.stack([_hits(chance[:, g], n, p) for g, (n, p) in groups], axis=1)

    def _pairs(self, hits: Floats) -> list[tuple["_Extreme", "_Extreme"]]:
        """The lowest of each size against the highest of each size, within each family.

        Smallest groups first: where power is low most runs are decided by them.
        """
        made: list[tuple[_Extreme, _Extreme]] = []
        rates = np.array(self.rates)
        for name in dict.fromkeys(self.family):
            members: dict[int, list[int]] = {}
            for g, (of, size) in enumerate(zip(self.family, self.sizes, strict=True)):
                if of == name:
                    members.setdefault(size, []).append(g)
            lows = [_Extreme(hits[:, of].min(axis=1), size, float(rates[of].min()), len(of))
                    for size, of in members.items()]  # fmt: skip
            highs = [_Extreme(hits[:, of].max(axis=1), size, float(rates[of].max()), len(of))
                     for size, of in members.items()]  # fmt: skip
            made += [
                (low, high)
                for low in lows
                for high in highs
                if low.size != high.size or low.groups > 1
            ]
        return sorted(made, key=lambda two: min(two[0].size, two[1].size))


@dataclass(frozen=True)
class _Extreme:
    """The lowest or highest hits among groups of one size, in each run; and their extreme rate."""

    hits: Floats
    size: int
    rate: float
    groups: int

    @property
    def expected(self) -> tuple[Floats, Floats]:
        """Hits and size at the extreme rate."""
        return np.array([self.rate * self.size]), np.array([float(self.size)])

    def at(self, rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Hits and sizes in these runs."""
        hits = self.hits[rows]
        return hits, np.full_like(hits, self.size)


@dataclass(frozen=True, kw_only=True)
class _Rates(OverGroups):
    """Groups and the rate about which theirs lie, which is that of all where they are alike."""

    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        as_rates(self.rate, self.rate)

    def simulated(self, n: int, ends: Ends, *, halves: bool) -> Simulated:
        """The groups with their rates at the low end, the middle and the high end of ``ends``."""
        return Simulated(self.arranged(n, ends, halves=halves), self.sizes(n), self.names)


@dataclass(frozen=True, kw_only=True)
class RateRange(_Rates):
    """The largest minus the smallest rate over groups, at most ``limit``; 0 where all are alike."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.required != "at_most" or not 0 < self.limit <= 1:
            raise ValueError("a range is required to be at_most a limit above 0, up to 1")

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Simulated, with the same draws at every call."""
        if min(self.sizes(n)) < 1:
            return 0.0
        low = min(max(self.rate - true / 2, 0.0), 1.0 - true)
        groups = self.simulated(n, (low, low + true / 2, low + true), halves=side == "min")
        if side == "min":
            return groups.all_within(DIFFERENCE, -self.limit, alpha)
        return groups.any_beyond(DIFFERENCE, self.limit, alpha)


@dataclass(frozen=True, kw_only=True)
class RateRatioRange(_Rates):
    """The smallest over the largest rate of groups, at least ``limit``; 1 where all are alike.

    ``rate`` is the largest of the rates.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.required != "at_least" or not 0 <= self.limit < 1:
            raise ValueError("a ratio range is required to be at_least a limit from 0, below 1")
        if self.rate == 0:
            raise ValueError("there is no ratio of rates that are zero")

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Simulated, with the same draws at every call."""
        if min(self.sizes(n)) < 1:
            return 0.0
        ends = (self.rate * true, self.rate * true**0.5, self.rate)
        groups = self.simulated(n, ends, halves=side == "max")
        if side == "max":
            return groups.all_within(RATIO, self.limit, alpha)
        return groups.any_beyond(RATIO, 1 / self.limit, alpha)


def _hits(chance: Floats, n: int, p: float) -> Floats:
    """The binomial quantiles of these chances."""
    from scipy.special import bdtr

    reach = _TAIL * (n * p * (1 - p)) ** 0.5 + 20
    counts = np.arange(max(0, int(n * p - reach)), min(n, int(n * p + reach) + 1) + 1)
    if counts.size > RUNS:  # so many rows that the lattice is too fine to matter
        from scipy.special import ndtri

        spread = (n * p * (1 - p)) ** 0.5
        return np.asarray(np.clip(np.rint(n * p + ndtri(chance) * spread), 0, n))
    places = np.searchsorted(bdtr(counts, n, p), chance)
    return np.asarray(counts[np.minimum(places, counts.size - 1)], dtype=np.float64)
