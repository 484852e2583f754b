"""Bounds for any statistic of independent rows, by resampling them or their entities.

BCa (Efron, JASA 82 (1987) 171–185), with the acceleration by the jackknife. As for smooth functions
of means (:mod:`deploycheck.stats.smooth`), whose closed form BCa has there, z is Student's t with
the degrees of freedom of the variance estimate, each bound is the outer one of those at a and at
a (1 + 2 / h), and there is none with h, the units in effect behind the variance, below
2.5 ln(1 / alpha), nor with fewer than 10 units.

A resample in which the statistic is not a number counts as the lowest for a lower bound and as the
highest for an upper one. A quantile that lies beyond all resamples is infinite.
"""

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, exp, inf
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Bounds, Floats, as_level, as_number, as_side
from deploycheck.stats.draws import Draws, Statistic, as_size, as_value, independent, jackknife
from deploycheck.stats.slopes import FEWEST
from deploycheck.stats.smooth import FEW_PER_LOG, check_enough
from deploycheck.stats.tails import freedom, reach, tail
from deploycheck.stats.units import Unbounded

METHOD = "BCa bootstrap"
FEWEST_RESAMPLES, MOST_RESAMPLES = 2_000, 100_000
PER_TAIL = 100  # resamples expected beyond a bound
MOST_ROWS = 500_000_000  # rows drawn over all resamples, where that leaves 2,000
_FOR_TESTS = 0.005


@dataclass(frozen=True)
class Resampling:
    """A statistic at its rows, and what the jackknife says of it; resamples are drawn when asked.

    :param behind: units in effect behind the variance.
    :param error: standard error, by the jackknife.
    """

    statistic: Statistic
    draws: Draws
    seed: int
    value: float
    error: float
    acceleration: float
    behind: float
    _drawn: dict[int, tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    @property
    def n(self) -> int:
        """Independent units."""
        return self.draws.n

    @cached_property
    def freedom(self) -> float:
        """Degrees of freedom of the variance estimate."""
        return freedom(self.behind, self.n)

    def resamples(self, alpha: float) -> tuple[Floats, Floats]:
        """Sorted values of as many resamples as ``alpha`` needs, for a lower and an upper bound.

        They depend on the seed and their number alone, not on what was asked before.
        """
        count = resamples_for(alpha, self.draws.rows)
        if count not in self._drawn:
            random = np.random.default_rng(np.random.SeedSequence([self.seed, 1]))
            values = np.empty(count)
            for number in range(count):
                units = random.integers(0, self.n, self.n)
                values[number] = as_value(self.statistic(self.draws.of(units)))
            unknown = np.isnan(values)
            self._drawn[count] = (
                np.sort(np.where(unknown, -inf, values)),
                np.sort(np.where(unknown, inf, values)),
            )
        return self._drawn[count]


def resampling(statistic: Statistic, rows: Any, seed: Any, clusters: Any = None) -> Resampling:
    """The value of a statistic, and its jackknife over units or, where they are many, parts.

    :param statistic: takes an array of row numbers, with repeats; returns a number.
    :raises ValueError: what is no number of rows, no seed or no entity for each row, or a statistic
        that returns no number.
    :raises Unbounded: too few units, a statistic that is not defined or does not vary.
    """
    size = as_size(rows, "rows")
    draws = independent(size, clusters)
    number = as_size(seed, "seed")
    if size == 0:
        raise Unbounded("there are no rows to count")
    value = as_value(statistic(np.arange(size)))
    if not np.isfinite(value):
        raise Unbounded("it is not defined at these rows")
    if draws.n < FEWEST:
        raise Unbounded(
            f"{draws.n} independent rows or entities are too few for a bound; it takes {FEWEST}",
            value,
        )
    error, acceleration, behind = jackknife(statistic, draws, number)
    if not error > 1e-13 * abs(value):
        raise Unbounded("no row moves it, so nothing is known of how it varies", value)
    return Resampling(statistic, draws, number, value, error, acceleration, behind)


def resamples_for(alpha: float, rows: int) -> int:
    """How many resamples a bound takes: 100 beyond it, at least 2,000, as many as rows allow."""
    wanted = min(ceil(PER_TAIL / alpha), MOST_RESAMPLES, MOST_ROWS // max(rows, 1))
    return max(wanted, FEWEST_RESAMPLES)


def resampled_bounds(found: Resampling, alpha: float) -> Bounds:
    """The bounds that decide, each at level 1 − alpha.

    :raises Unbounded: too few units in effect for this alpha.
    """
    level = as_level(alpha)
    check_enough(found.behind, found.n, level)
    below, above = found.resamples(level)
    far = reach(level, found.freedom, found.n)
    lows, highs = [found.value], [found.value]
    for acceleration in _accelerations(found):
        lows.append(_at(below, _share(found, below, above, -far, acceleration), ends=-inf))
        highs.append(_at(above, _share(found, below, above, far, acceleration), ends=inf))
    return Bounds(min(lows), max(highs), METHOD)


def resampled_pvalue(found: Resampling, bound: float, side: str = "max") -> float:
    """The p-value that inverts the bound, no smaller than its resamples can tell; 1 above a half.

    :param side: ``"max"``: H0 is that the truth is at most ``bound``; ``"min"``: at least.
    """
    limit = as_number(bound, "bound")
    lower = as_side(side) == "max"
    if not (limit < found.value if lower else limit > found.value):
        return 1.0
    below, above = found.resamples(_FOR_TESTS)
    beyond = np.sum(below <= limit) if lower else np.sum(above >= limit)
    worst = _inverted(found, float(beyond), lower=lower)
    return worst if worst < 0.5 else 1.0


def _inverted(found: Resampling, beyond: float, *, lower: bool) -> float:
    """The alpha of a bound that so many resamples lie beyond."""
    from scipy.special import ndtri

    below, above = found.resamples(_FOR_TESTS)
    z0 = _z0(found, below, above)
    share = min((beyond + 1) / (below.size + 1), 1 - 1e-12)
    quantile = float(ndtri(share)) * (1 if lower else -1) - z0
    worst = exp(-found.behind / FEW_PER_LOG)
    for acceleration in _accelerations(found):
        divisor = 1 + acceleration * quantile
        z = quantile / divisor - z0 if divisor > 0 else 0.0
        worst = max(worst, float(tail(-z if lower else z, found.freedom, found.n)))
    return worst


def power_resampled(
    found: Resampling, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power at a true value ``effect``, by the standard error and the normal approximation."""
    from scipy.special import ndtr

    limit, truth, level = as_number(bound, "bound"), as_number(effect, "effect"), as_level(alpha)
    lower = as_side(side) == "max"
    if _inverted(found, 0, lower=lower) > level:
        return 0.0  # no resample beyond the bound would not be enough
    gap = (truth - limit) * (1 if lower else -1)
    return float(ndtr(gap / found.error - reach(level, found.freedom, found.n)))


def bca_interval(found: Resampling, alpha: float) -> tuple[float, float]:
    """BCa as published, with normal quantiles and nothing added; for comparison."""
    from scipy.special import ndtri

    z = float(-ndtri(as_level(alpha)))
    below, above = found.resamples(alpha)
    shares = [_share(found, below, above, s * z, found.acceleration) for s in (-1, 1)]
    return float(np.quantile(below, shares[0])), float(np.quantile(above, shares[1]))


def _accelerations(found: Resampling) -> tuple[float, float]:
    return found.acceleration, found.acceleration * (1 + 2 / found.behind)


def _z0(found: Resampling, below: Floats, above: Floats) -> float:
    """The bias correction: the share of resamples below the value, ties half."""
    from scipy.special import ndtri

    less = np.searchsorted(below, found.value, "left") + np.searchsorted(above, found.value, "left")
    least = np.searchsorted(below, found.value, "right")
    most = np.searchsorted(above, found.value, "right")
    share = float(less + least + most) / (4 * below.size)
    return float(ndtri(min(max(share, 1 / below.size), 1 - 1 / below.size)))


def _share(
    found: Resampling, below: Floats, above: Floats, far: float, acceleration: float
) -> float:
    """The share of resamples below the bound, ``far`` normal deviations from the value."""
    from scipy.special import ndtr

    z0 = _z0(found, below, above)
    w = z0 + far
    divisor = 1 - acceleration * w
    return float(ndtr(z0 + w / divisor)) if divisor > 0 else float(far > 0)


def _at(values: Floats, share: float, ends: float) -> float:
    """The order statistic at ``share`` of sorted values, on the outer side; or ``ends``."""
    place = share * (values.size + 1)
    if ends < 0:
        return ends if place < 1 else float(values[min(int(place), values.size) - 1])
    number = ceil(place)
    return ends if number > values.size else float(values[max(number, 1) - 1])
