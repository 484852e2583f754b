"""Bounds for the mean of independent numbers between two known ends, at every n.

Scaled to [0, 1], with V the sample variance, alpha is spent in two parts. A tenth bounds the
variance from above: V averages (x_i − x_j)² / 2, which lies in [0, 1/2], over pairs, of which
n // 2 at a time are independent; so P(V ≤ v) ≤ exp(−(n // 2) KL(2v, 2σ²)) (Hoeffding, JASA 58
(1963), section 5). The rest bounds the mean, given that variance: Hoeffding's Theorem 3, of which
Bennett's and Bernstein's inequalities are weaker forms,

    P(x̄ − μ ≥ t) ≤ exp(−n KL((s + b t) / (s + b²), s / (s + b²))),  b = 1 − μ,

with s the smaller of that bound and μ(1 − μ), the largest variance of all. Both parts together
hold at every n and for every distribution; they are never wider than the empirical Bernstein
bounds of Maurer and Pontil (2009), and need neither spread in the data nor normality.
"""

from dataclasses import dataclass
from math import exp, inf, log
from typing import Any

from deploycheck.stats.bounds import Bounds, as_level, as_number, as_side
from deploycheck.stats.coins import exponent, furthest_above

METHOD = "Hoeffding, empirical variance"
FOR_VARIANCE = 0.1
SMALLEST_LEVEL = 1e-15
_ROUNDS = 100
_SLACK = 1e-9


@dataclass(frozen=True)
class _Sample:
    """Mean and variance on the scale [0, 1]; ``width`` is the length of the original scale."""

    mean: float
    variance: float
    n: int
    low: float
    width: float

    def flipped(self) -> "_Sample":
        return _Sample(1 - self.mean, self.variance, self.n, self.low, self.width)


def bounded_mean_bounds(mean: Any, sd: Any, n: Any, low: Any, high: Any, alpha: float) -> Bounds:
    """The bounds of the mean, each at level 1 − alpha, within [low, high].

    ``sd`` is the sample standard deviation (n − 1). Raises ValueError for fewer than two values,
    ends that are not low < high, a mean outside them, and a deviation that numbers between the
    ends cannot have.
    """
    sample, level = _checked(mean, sd, n, low, high), as_level(alpha)
    below = _lower(sample, level)
    above = 1 - _lower(sample.flipped(), level)
    return Bounds(sample.low + sample.width * below, sample.low + sample.width * above, METHOD)


def bounded_mean_pvalue(
    mean: Any, sd: Any, n: Any, low: Any, high: Any, bound: float, side: str = "max"
) -> float:
    """The smallest level whose bound clears ``bound``: 1 above one half, at least 1e-15."""
    sample = _checked(mean, sd, n, low, high)
    limit = (as_number(bound, "bound") - sample.low) / sample.width
    if as_side(side) == "min":
        sample, limit = sample.flipped(), 1 - limit
    if not _clears(sample, limit, 0.5):
        return 1.0
    if _clears(sample, limit, SMALLEST_LEVEL):
        return SMALLEST_LEVEL
    small, large = log(SMALLEST_LEVEL), log(0.5)
    for _ in range(_ROUNDS):
        middle = (small + large) / 2
        small, large = (small, middle) if _clears(sample, limit, exp(middle)) else (middle, large)
    return exp(large)


def power_bounded_mean(
    mean: Any,
    sd: Any,
    n: Any,
    low: Any,
    high: Any,
    bound: float,
    effect: float,
    alpha: float,
    side: str = "max",
) -> float:
    """The power at a true mean ``effect``, by the normal approximation of the sample mean.

    The variance there is taken as its upper bound in the data, or as the same share of the largest
    possible variance as in the data, whichever is more.
    """
    sample, level = _checked(mean, sd, n, low, high), as_level(alpha)
    limit = (as_number(bound, "bound") - sample.low) / sample.width
    truth = (as_number(effect, "effect") - sample.low) / sample.width
    if as_side(side) == "min":
        sample, limit, truth = sample.flipped(), 1 - limit, 1 - truth
    if not 0 <= truth <= 1:
        raise ValueError("effect lies outside the ends")
    most = sample.mean * (1 - sample.mean)
    spread = _variance_bound(sample, level * FOR_VARIANCE)
    if most > 0:
        spread = max(spread, min(1.0, sample.variance / most) * truth * (1 - truth))
    spread = min(spread, truth * (1 - truth))
    reached = _Sample(0.0, spread, sample.n, sample.low, sample.width)
    least, enough = max(limit, 0.0), 1.0
    for _ in range(_ROUNDS):  # the smallest mean whose bound clears
        middle = (least + enough) / 2
        clears = _clears(_Sample(middle, reached.variance, sample.n, 0.0, 1.0), limit, level)
        least, enough = (least, middle) if clears else (middle, enough)
    if not _clears(_Sample(enough, spread, sample.n, 0.0, 1.0), limit, level):
        return 0.0
    if spread == 0:
        return float(truth >= enough)
    from scipy.special import ndtr

    return float(ndtr((truth - enough) / (spread / sample.n) ** 0.5))


def _lower(sample: _Sample, alpha: float) -> float:
    """The smallest mean that the data do not exclude: where the tail probability reaches alpha."""
    variance = _variance_bound(sample, alpha * FOR_VARIANCE)
    allowed = -log(alpha * (1 - FOR_VARIANCE))
    out, kept = 0.0, sample.mean
    if sample.n * _exponent(sample.mean, 0.0, variance) <= allowed:
        return 0.0
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        if sample.n * _exponent(sample.mean, middle, variance) > allowed:
            out = middle
        else:
            kept = middle
    return out


def _clears(sample: _Sample, limit: float, alpha: float) -> bool:
    return _lower(sample, alpha) >= limit


def _exponent(mean: float, truth: float, variance: float) -> float:
    """The exponent of Hoeffding's Theorem 3, for a sample mean at or above the truth."""
    s, b, t = min(variance, truth * (1 - truth)), 1 - truth, mean - truth
    if t <= 0:
        return 0.0
    if s <= 0:
        return inf
    whole = s + b * b
    return exponent((s + b * t) / whole, s / whole)


def _variance_bound(sample: _Sample, alpha: float) -> float:
    """The largest variance that the sample variance does not exclude, at most 1/4."""
    return min(
        furthest_above(min(2 * sample.variance, 1.0), -log(alpha) / (sample.n // 2)) / 2, 0.25
    )


def _checked(mean: Any, sd: Any, n: Any, low: Any, high: Any) -> _Sample:
    centre, spread, size = as_number(mean, "mean"), as_number(sd, "sd"), as_number(n, "n")
    least, most = as_number(low, "low"), as_number(high, "high")
    if size != int(size) or size < 2:
        raise ValueError(f"n must be a whole number of at least 2, not {size:g}")
    if not least < most:
        raise ValueError(f"low must lie below high, not {least:g} and {most:g}")
    width = most - least
    if not width < inf:
        raise ValueError("low and high are too far apart")
    scaled, variance = (centre - least) / width, (spread / width) ** 2
    if not -_SLACK <= scaled <= 1 + _SLACK:
        raise ValueError(f"the mean {centre:g} lies outside {least:g} to {most:g}")
    scaled = min(max(scaled, 0.0), 1.0)
    if spread < 0:
        raise ValueError(f"sd must not be negative, not {spread:g}")
    if variance > scaled * (1 - scaled) * size / (size - 1) + _SLACK:
        raise ValueError(f"numbers between {least:g} and {most:g} cannot have the sd {spread:g}")
    return _Sample(scaled, variance, int(size), least, width)
