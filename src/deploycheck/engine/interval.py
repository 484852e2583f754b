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
    Statistic,
)
from deploycheck.engine.found import Found, Missing, Unjudgeable, counted, plain, rounded
from deploycheck.engine.models import MODELLED, model


def pairs(estimate: Estimate) -> int:
    """How many one-sided bounds the corrected side of an estimate is the extreme of."""
    if not isinstance(estimate, Range | RatioRange):
        return 1
    sizes: dict[str, int] = {}
    for group in estimate.groups:
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
        hits, of = counted(estimate.hits, estimate.of, estimate.name)
        share = hits / of
        return _fact(rounded(2 * share / (1 + share) if estimate.scale == "f1" else share), of)
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
    if isinstance(estimate, MODELLED):
        return _modelled(estimate, alpha)
    make = _MAKERS.get(type(estimate))
    if make is None:
        raise Unjudgeable(
            "DC309",
            f"{estimate.name} is a {type(estimate).__name__}, which has no sampling model; "
            "declare the check kind='exact', or yield an estimate that has one",
        )
    try:
        return make(estimate, alpha, alpha if corrected is None else corrected)
    except ValueError as error:
        raise Unjudgeable("DC305", f"{estimate.name}: {error}") from None


def _modelled(estimate: Any, alpha: float) -> Found:
    made = model(estimate)
    try:
        bounds = made.bounds(alpha)
    except ValueError as error:
        raise Unjudgeable("DC305", f"{estimate.name}: {error}") from None
    low, high = rounded(float(bounds.low)), rounded(float(bounds.high))
    return Found(rounded(made.value), low, high, bounds.method, made.n)


def _proportion(estimate: Proportion, alpha: float, _: float) -> Found:
    from deploycheck.stats.proportion import proportion_bounds

    hits, of = counted(estimate.hits, estimate.of, estimate.name)
    found = proportion_bounds(hits, of, alpha)
    value, low, high = hits / of, float(found.low), float(found.high)
    if estimate.scale == "f1":
        value, low, high = (2 * p / (1 + p) for p in (value, low, high))
    return Found(rounded(value), rounded(low), rounded(high), found.method, of)


def _two(estimate: Difference | Ratio) -> tuple[int, int, int, int]:
    one = counted(estimate.hits, estimate.of, estimate.name)
    return (*one, *counted(estimate.versus_hits, estimate.versus_of, estimate.name))


def _difference(estimate: Difference, alpha: float, _: float) -> Found:
    from deploycheck.stats.difference import difference_bounds

    x1, n1, x2, n2 = _two(estimate)
    found = difference_bounds(x1, n1, x2, n2, alpha)
    value, low, high = x1 / n1 - x2 / n2, float(found.low), float(found.high)
    if estimate.scale == "balanced":
        value, low, high = ((1 + d) / 2 for d in (value, low, high))
    return Found(rounded(value), rounded(low), rounded(high), found.method, n1 + n2)


def _ratio(estimate: Ratio, alpha: float, _: float) -> Found:
    from deploycheck.stats.ratio import ratio_bounds

    x1, n1, x2, n2 = _two(estimate)
    if x2 == 0:
        raise Missing("the rate it is divided by is zero")
    found = ratio_bounds(x1, n1, x2, n2, alpha)
    value = (x1 / n1) / (x2 / n2)
    return Found(rounded(value), rounded(float(found.low)), rounded(float(found.high)),
                 found.method, n1 + n2)  # fmt: skip


def _extreme(estimate: Range | RatioRange, alpha: float, corrected: float) -> Found:
    from deploycheck.stats.groups import range_bounds, ratio_range_bounds

    groups = estimate.groups
    sizes: dict[str, int] = {}
    for group in groups:
        sizes[group.family] = sizes.get(group.family, 0) + 1
    if not groups or min(sizes.values()) < 2:
        raise Missing("there are fewer than two groups to compare")
    counts = [counted(g.hits, g.of, f"{estimate.name}, {dict(g.slice)}") for g in groups]
    hits, of = [h for h, _ in counts], [n for _, n in counts]
    families = [group.family for group in groups]
    if isinstance(estimate, RatioRange):
        if all(h == 0 for h in hits):
            raise Missing("no group has a single hit, so there is no ratio")
        found = ratio_range_bounds(hits, of, families, alpha, corrected / pairs(estimate))
    else:
        found = range_bounds(hits, of, families, alpha, corrected / pairs(estimate))
    first, second = found.pair
    if hits[first] * of[second] < hits[second] * of[first]:
        first, second = second, first
    low, high = rounded(float(found.low)), rounded(float(found.high))
    return Found(rounded(float(found.value)), low, high, found.method, sum(of),
                 (groups[first], groups[second]))  # fmt: skip


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
    Proportion: _proportion,
    Difference: _difference,
    Ratio: _ratio,
    Range: _extreme,
    RatioRange: _extreme,
    Mean: _mean,
    Quantile: _quantile,
}
