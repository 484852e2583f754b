"""Bounds and p-values of rates that are worth a fractional number of independent rows.

Sampling weights and repeated entities make a rate less certain than its number of rows says: it is
worth *effective rows*, rate · (1 − rate) over its variance. Each function here takes rates and
effective rows and puts rate · rows hits of them, both fractional, into the formula that decides
about counts: the incomplete beta function of Clopper and Pearson, the scores of
Miettinen–Nurminen and Koopman, with the rule of :mod:`deploycheck.stats.choice`. Whole numbers
give the bounds of counts.

Sources: Korn and Graubard, Survey Methodology 24 (1998) 193–201, for one proportion; Rao and Scott,
Biometrics 48 (1992) 577–585, for comparing them. The level holds approximately, as well as the
effective rows are known: the caller estimates them and never gives more than there are rows.

A rate of 0 or 1 has no variance to show how many rows it is worth; the caller takes them from the
weights alone (Kish) there. Throughout: rates in [0, 1], rows above zero. What is neither raises
ValueError.
"""

from collections.abc import Sequence
from typing import Any

from deploycheck.stats import groups
from deploycheck.stats.bounds import Bounds, Floats, as_effective, as_level
from deploycheck.stats.difference import pair_difference_bounds
from deploycheck.stats.groups import GroupBounds
from deploycheck.stats.proportion import EXACT, exact_high, exact_low
from deploycheck.stats.pvalues import exact_pvalue, pair_difference_pvalue, pair_ratio_pvalue
from deploycheck.stats.ratio import pair_ratio_bounds
from deploycheck.stats.samples import as_effective_pair
from deploycheck.stats.scores import TwoSamples

OF_ROWS = ", of effective rows"


def proportion_bounds(rate: Any, rows: Any, alpha: float) -> Bounds:
    """The bounds that decide about one rate, Korn and Graubard's; single numbers."""
    x, n = as_effective(rate, rows)
    if x.ndim:
        raise ValueError("rate and effective rows must be single numbers here")
    level = as_level(alpha)
    return Bounds(float(exact_low(x, n, level)), float(exact_high(x, n, level)), EXACT + OF_ROWS)


def difference_bounds(rate1: Any, rows1: Any, rate2: Any, rows2: Any, alpha: float) -> Bounds:
    """The bounds that decide about p1 − p2; single numbers."""
    return _named(pair_difference_bounds(_single(rate1, rows1, rate2, rows2), alpha))


def ratio_bounds(rate1: Any, rows1: Any, rate2: Any, rows2: Any, alpha: float) -> Bounds:
    """The bounds that decide about p1 / p2; single numbers; ends as for counts."""
    return _named(pair_ratio_bounds(_single(rate1, rows1, rate2, rows2), alpha))


def range_bounds(
    rates: Any,
    rows: Any,
    family: Sequence[Any],
    alpha: float,
    pair_alpha: float | None = None,
    *,
    family_alpha: float | None = None,
) -> GroupBounds:
    """The largest difference of rates; lists as for :func:`deploycheck.stats.groups.range_bounds`.

    Groups of plain counts may stand among the others, as hits / rows and rows.
    """
    found = groups.of_pairs(as_effective(rates, rows), family, alpha, pair_alpha, family_alpha)
    return groups.named(groups.range_of(found), OF_ROWS)


def ratio_range_bounds(
    rates: Any,
    rows: Any,
    family: Sequence[Any],
    alpha: float,
    pair_alpha: float | None = None,
    *,
    family_alpha: float | None = None,
) -> GroupBounds:
    """The smallest ratio of rates, as :func:`range_bounds`."""
    found = groups.of_pairs(as_effective(rates, rows), family, alpha, pair_alpha, family_alpha)
    return groups.named(groups.ratio_range_of(found), OF_ROWS)


def proportion_pvalue(rate: Any, rows: Any, bound: float, side: str = "max") -> Floats:
    """The p-value of one rate against a bound; scalars or arrays that broadcast."""
    x, n = as_effective(rate, rows)
    return exact_pvalue(x, n, bound, side)


def difference_pvalue(
    rate1: Any, rows1: Any, rate2: Any, rows2: Any, bound: float, side: str = "max"
) -> Floats:
    """The p-value of p1 − p2 against a bound; scalars or arrays that broadcast."""
    pair, shape = as_effective_pair(rate1, rows1, rate2, rows2)
    return pair_difference_pvalue(pair, bound, side).reshape(shape)


def ratio_pvalue(
    rate1: Any, rows1: Any, rate2: Any, rows2: Any, bound: float, side: str = "max"
) -> Floats:
    """The p-value of p1 / p2 against a bound; scalars or arrays that broadcast."""
    pair, shape = as_effective_pair(rate1, rows1, rate2, rows2)
    return pair_ratio_pvalue(pair, bound, side).reshape(shape)


def _single(rate1: Any, rows1: Any, rate2: Any, rows2: Any) -> TwoSamples:
    pair, shape = as_effective_pair(rate1, rows1, rate2, rows2)
    if shape:
        raise ValueError("rates and effective rows must be single numbers here")
    return pair


def _named(bounds: Bounds) -> Bounds:
    return Bounds(bounds.low, bounds.high, bounds.method + OF_ROWS)
