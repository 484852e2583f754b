"""Bounds for the difference of two areas under the ROC curve on the same rows.

Two bounds, and the outer one decides:

* DeLong's variance of the difference, at t + γ (2z² + 1)/6 standard errors on the side to which the
  contributions of the rows are skewed, γ the skewness of the difference (the Cornish–Fisher term of
  a studentised mean; Johnson, JASA 73 (1978)), and at t on the other, t with Welch's degrees of
  freedom: rare large losses make the difference look too good and its variance too small at once;
* the bounds of the two areas, put together by their correlation: √(a² + b² − 2ρab), a and b how far
  the bounds of the areas lie from them (Zou and Donner, Statistics in Medicine 27 (2008)). Near an
  area of 1 few rows are misplaced, and a sample without them looks both better and surer than it
  is: the first bound alone misses 13 times too often at alpha 0.05/90, with 50 positives, 500
  negatives and areas of 0.97 and 0.99.

The first knows only of the rows on which the two scores were seen to differ. Where they are few, or
none for identical scores, it says nothing of rows that the sample has not shown, so
1 − alpha^(1/k), k = min(m, n), is added to it: if the two differ on shares e₁ of positives and e₀
of negatives, their areas differ by at most 1 − (1 − e₁)(1 − e₀), and none is seen with probability
(1 − e₁)^m (1 − e₀)^n; whatever makes the areas differ by more is seen with probability 1 − alpha.
That is 3.0/k at alpha 0.05, a rule of three. Few are fewer than 8 rows, counted by the
participation ratio (Σ|g|)² / Σg² of a class, g how differently a row is placed, and put together
over both classes as Welch does with degrees of freedom.

With a ``factor`` f the second area counts f times: "within 1 % of the champion" is a lower bound of
θ₁ − 0.99 θ₂ at 0. Under sampling weights or repeated entities the variance is linearised (see
:mod:`deploycheck.stats.linearised`), and rows are counted by entities.
"""

from dataclasses import dataclass
from math import exp, expm1, inf, log
from typing import Any

import numpy as np

from deploycheck.stats.auc import Area, area_bounds, placed_area
from deploycheck.stats.bounds import Bounds, Floats, as_level, as_number, as_side, normal_quantile
from deploycheck.stats.linearised import moments, quantile
from deploycheck.stats.placements import OneClass, placements, two_classes

METHOD = "DeLong and MOVER, correlated"
FEW_METHOD = "DeLong and MOVER, correlated; rule of three for rows not seen"
FEW = 8
SMALLEST_LEVEL, LARGEST_LEVEL = 1e-15, 0.4999
_ROUNDS = 60


@dataclass(frozen=True)
class AreaDifference:
    """The first area minus ``factor`` times the second, with DeLong's variance of that.

    ``differing`` is the effective number of rows that the two score differently, ``df`` how well
    the variance is known, and ``areas`` the two areas with ``correlation`` of their errors; without
    them their bounds are not asked. Under weights or entities ``m`` and ``n`` are the fewest
    independent units that the classes are worth.
    """

    value: float
    variance: float
    m: float
    n: float
    skewness: float
    differing: float
    df: float = inf
    areas: tuple[Area, Area] | None = None
    correlation: float = 0.0
    factor: float = 1.0

    @property
    def few(self) -> bool:
        """Whether too few rows differ for their variance to stand for all."""
        return self.differing < FEW

    @property
    def pairs(self) -> float:
        """How many pairs of a positive and a negative have no row, and no entity, in common."""
        return min(self.m, self.n, inf if self.areas is None else self.areas[0].pairs)

    def reach(self, alpha: float, side: str) -> float:
        """How far the lower (``side="max"``) or upper bound at level 1 − alpha lies from value."""
        z = float(normal_quantile(alpha))
        away = -self.skewness if side == "max" else self.skewness
        steps = quantile(alpha, self.df) + max(away, 0.0) * (2 * z * z + 1) / 6
        reach = float(steps * self.variance**0.5)
        if self.few:
            reach -= expm1(log(alpha) / self.pairs)
        return max(reach, self._recovered(alpha, side))

    def _recovered(self, alpha: float, side: str) -> float:
        """The same, by the bounds of the two areas."""
        if self.areas is None:
            return 0.0
        first, second = (area_bounds(one, alpha) for one in self.areas)
        if side == "max":
            a = self.areas[0].value - first.low
            b = self.factor * (second.high - self.areas[1].value)
        else:
            a = first.high - self.areas[0].value
            b = self.factor * (self.areas[1].value - second.low)
        return float(max(a * a + b * b - 2 * self.correlation * a * b, 0.0) ** 0.5)


def area_difference(
    positives: Any,
    negatives: Any,
    versus_positives: Any,
    versus_negatives: Any,
    *,
    counts: Any = None,
    weights: Any = None,
    clusters: Any = None,
    factor: float = 1.0,
) -> AreaDifference:
    """The first area minus ``factor`` times the second, in O((m + n) log(m + n)).

    The scores of one class are parallel: the i-th of both belong to one row. ``counts``,
    ``weights`` and ``clusters`` as for :func:`deploycheck.stats.auc.area`. Raises ValueError for
    unequal lengths, a factor that is not above 0, and as that function does.
    """
    times = as_number(factor, "factor")
    if times <= 0:
        raise ValueError(f"factor must be above 0, not {times:g}")
    classes = two_classes(
        (positives, versus_positives), (negatives, versus_negatives), counts, weights, clusters
    )
    first, second = placements(*classes, 0), placements(*classes, 1)
    spread = moments(classes, (first[0] - times * second[0], first[1] - times * second[1]))
    alone = [moments(classes, values) for values in (first, second)]
    areas = (
        placed_area(classes, first, alone[0]),
        placed_area(classes, second, alone[1]),
    )
    return AreaDifference(
        value=areas[0].value - times * areas[1].value,
        variance=spread.variance,
        m=classes[0].units,
        n=classes[1].units,
        skewness=spread.skewness,
        differing=_differing(classes, (first[0] - second[0], first[1] - second[1])),
        df=spread.df,
        areas=areas,
        correlation=_correlation(alone[0].variance, times**2 * alone[1].variance, spread.variance),
        factor=times,
    )


def _correlation(first: float, second: float, difference: float) -> float:
    """Of two errors with these variances, whose difference has that variance."""
    if first <= 0 or second <= 0:
        return 0.0
    found = (first + second - difference) / (2 * (first * second) ** 0.5)
    return float(min(max(found, -1.0), 1.0))


def _differing(classes: tuple[OneClass, OneClass], gaps: tuple[Floats, Floats]) -> float:
    """How many rows the variance rests on: both classes' numbers, put together as Welch's df."""
    sums, shares = 0.0, 0.0
    for one, gap in zip(classes, gaps, strict=True):
        parts = one.parts(np.abs(gap))
        size = one.total(parts)
        square = one.total(parts * parts)
        if one.codes is not None:
            of_entity = np.bincount(one.codes, parts if one.counts is None else parts * one.counts)
            square = float((of_entity * of_entity).sum())
        if square > 0:
            sums += square
            shares += square**3 / size**2
    return float(sums**2 / shares) if shares > 0 else 0.0


def auc_difference_bounds(found: AreaDifference, alpha: float) -> Bounds:
    """The bounds of the difference, each at level 1 − alpha, within [−factor, 1]."""
    level = as_level(alpha)
    low = max(found.value - found.reach(level, "max"), -found.factor)
    high = min(found.value + found.reach(level, "min"), 1.0)
    return Bounds(low, high, FEW_METHOD if found.few else METHOD)


def auc_difference_pvalue(found: AreaDifference, bound: float, side: str = "max") -> float:
    """The smallest level whose bound clears ``bound``: 1 above one half, at least 1e-15."""
    limit = as_number(bound, "bound")
    gap = found.value - limit if as_side(side) == "max" else limit - found.value
    if gap <= 0 or found.reach(LARGEST_LEVEL, side) > gap:
        return 1.0
    if found.reach(SMALLEST_LEVEL, side) <= gap:
        return SMALLEST_LEVEL
    out, kept = log(SMALLEST_LEVEL), log(LARGEST_LEVEL)
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        out, kept = (out, middle) if found.reach(exp(middle), side) <= gap else (middle, kept)
    return exp(kept)


def power_auc_difference(
    found: AreaDifference, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power at a true difference ``effect``, with the variance that was found."""
    limit, truth = as_number(bound, "bound"), as_number(effect, "effect")
    gap = truth - limit if as_side(side) == "max" else limit - truth
    room = gap - found.reach(as_level(alpha), side)
    if found.variance == 0:
        return float(room >= 0)
    from scipy.special import ndtr

    return float(ndtr(room / found.variance**0.5))
