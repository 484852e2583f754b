"""Estimates → numbers with bounds. The one place where statistics meet what checkers yield."""

import math
from collections.abc import Callable
from typing import Any

from deploycheck.authoring.estimates import (
    Count,
    Difference,
    Estimate,
    Mean,
    Proportion,
    Quantile,
    Range,
    Ratio,
    RatioRange,
    Spread,
    Statistic,
)
from deploycheck.engine import shares, spreads
from deploycheck.engine.found import Found, Missing, Unjudgeable, plain, rounded
from deploycheck.engine.models import MODELLED, judged, model


def pairs(estimate: Estimate) -> int:
    """How many one-sided bounds the corrected side of an estimate is the extreme of."""
    if not isinstance(estimate, Range | RatioRange | Spread):
        return 1
    sizes: dict[str, int] = {}
    for group in estimate.members if isinstance(estimate, Spread) else estimate.groups:
        sizes[group.family] = sizes.get(group.family, 0) + 1
    return max(1, sum(k * (k - 1) for k in sizes.values()))


def exact(estimate: Estimate) -> Found:
    """The number itself, as a fact about the rows that are there.

    :raises Unjudgeable, Missing: as :func:`counted`.
    """
    if isinstance(estimate, Count):
        value = plain(estimate.value, estimate.name)
        if value != int(value):
            raise Unjudgeable("DC305", f"{estimate.name} is {value}, not a whole number")
        return _fact(int(value), _rows(estimate))
    if isinstance(estimate, Statistic):
        if isinstance(estimate.value, str):
            return Found(estimate.value, math.nan, math.nan, "exact", _rows(estimate))
        return _fact(rounded(plain(estimate.value, estimate.name)), _rows(estimate))
    if isinstance(estimate, Proportion):
        part = shares.whole(estimate)
        value = 2 * part.rate / (1 + part.rate) if estimate.scale == "f1" else part.rate
        return _fact(rounded(value), part.of)
    if isinstance(estimate, MODELLED):
        made = model(estimate)
        return _fact(rounded(made.value), made.n)
    found = sampled(estimate, 0.05)
    return _fact(found.value, found.n, found.pair)


def _fact(value: Any, n: Any, pair: Any = None) -> Found:
    return Found(value, value, value, "exact", n, pair)


def _rows(estimate: Count | Statistic) -> int | float | None:
    return None if estimate.of is None else plain(estimate.of, f"{estimate.name}: rows")


def sampled(estimate: Estimate, alpha: float, corrected: float | None = None) -> Found:
    """The number with one-sided bounds at level 1 − ``alpha``.

    :param corrected: error probability of the side of an extreme that is the best of many bounds;
        it is spread over the pairs of groups. By default ``alpha``.
    :raises Unjudgeable: junk, or an estimate without a sampling model.
    :raises Missing: nothing was there to count.
    """
    return sampler(estimate)(alpha, corrected)


def sampler(estimate: Estimate) -> Callable[..., Found]:
    """:func:`sampled` of one estimate at any alpha; what all have in common is done once.

    :raises Unjudgeable, Missing: as :func:`sampled`, at once or when called.
    """
    if isinstance(estimate, MODELLED):
        return _modelled(estimate)
    if isinstance(estimate, Spread):
        return spreads.spread(estimate, pairs(estimate), sampler)
    make = _MAKERS.get(type(estimate))
    if make is None:
        raise Unjudgeable(
            "DC309",
            f"{estimate.name} is a {type(estimate).__name__}, which has no sampling model; "
            "declare the check kind='exact', or yield an estimate that has one",
        )

    def at(alpha: float, corrected: float | None = None) -> Found:
        with judged(estimate.name):
            return make(estimate, alpha, alpha if corrected is None else corrected)

    return at


def _modelled(estimate: Any) -> Callable[..., Found]:
    made = model(estimate)

    def at(alpha: float, _: float | None = None) -> Found:
        try:
            with judged(estimate.name):
                bounds = made.bounds(alpha)
        except Missing as error:
            raise Missing(str(error), made.value, made.n) from None
        low, high = rounded(float(bounds.low)), rounded(float(bounds.high))
        return Found(rounded(made.value), low, high, bounds.method, made.n)

    return at


def _mean(estimate: Mean, alpha: float, _: float) -> Found:
    from deploycheck.stats.mean import mean_bounds

    mean, sd, n = averaged(estimate)
    found = mean_bounds(mean, sd, n, alpha)
    return Found(rounded(mean), rounded(float(found.low)), rounded(float(found.high)),
                 found.method, n)  # fmt: skip


def averaged(estimate: Mean) -> tuple[float, float, float]:
    """Mean, standard deviation and number of values.

    :raises Missing: too few values, or values that do not vary.
    """
    n = plain(estimate.n, f"{estimate.name}: n")
    if n < 2:
        raise Missing(f"a mean of {n:g} has no bounds")
    mean, sd = plain(estimate.mean, estimate.name), plain(estimate.sd, f"{estimate.name}: sd")
    if sd == 0:
        raise Missing("all values are equal, so nothing is known of how they vary")
    return mean, sd, n


def _quantile(estimate: Quantile, alpha: float, _: float) -> Found:
    from deploycheck.stats.order import quantile, quantile_bounds

    values = [plain(v, estimate.name) for v in estimate.values]
    if not values:
        raise Missing("there are no values")
    found = quantile_bounds(values, estimate.q, alpha)
    return Found(rounded(float(quantile(values, estimate.q))), rounded(float(found.low)),
                 rounded(float(found.high)), found.method, len(values))  # fmt: skip


_MAKERS: dict[type[Any], Callable[[Any, float, float], Found]] = {
    Proportion: shares.proportion,
    Difference: shares.difference,
    Ratio: shares.ratio,
    Range: shares.extreme,
    RatioRange: shares.extreme,
    Mean: _mean,
    Quantile: _quantile,
}
