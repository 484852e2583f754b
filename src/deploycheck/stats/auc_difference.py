"""Bounds for the difference of two areas under the ROC curve on the same rows.

DeLong's variance of the difference, at z + γ (2z² + 1)/6 standard errors on the side to which the
contributions of the rows are skewed, γ the skewness of the difference (the Cornish–Fisher term of a
studentised mean; Johnson, JASA 73 (1978)), and at z on the other: rare large losses make the
difference look too good and its variance too small at once.

That variance knows only of the rows on which the two scores were seen to differ. Where they are
few, or none for identical scores, it says nothing of rows that the sample has not shown, so
1 − alpha^(1/k), k = min(m, n), is added: if the two differ on shares e₁ of positives and e₀ of
negatives, their areas differ by at most 1 − (1 − e₁)(1 − e₀), and none is seen with probability
(1 − e₁)^m (1 − e₀)^n; whatever makes the areas differ by more is seen with probability 1 − alpha.
That is 3.0/k at alpha 0.05, a rule of three. Few are fewer than 20 rows, counted by the
participation ratio (Σ|g|)² / Σg² of a class, g how differently a row is placed, and put together
over both classes as Welch does with degrees of freedom.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats.auc import placements
from deploycheck.stats.bounds import Bounds, Floats, as_level, as_number, as_side, normal_quantile

METHOD = "DeLong, correlated"
FEW_METHOD = "DeLong, correlated; rule of three for rows not seen"
FEW = 20
SMALLEST_LEVEL = 1e-15
_ROUNDS = 100


@dataclass(frozen=True)
class AreaDifference:
    """The first area minus the second, with DeLong's variance of that difference.

    ``differing`` is the effective number of rows that the two score differently.
    """

    value: float
    variance: float
    m: int
    n: int
    skewness: float
    differing: float

    @property
    def few(self) -> bool:
        """Whether too few rows differ for their variance to stand for all."""
        return self.differing < FEW

    def reach(self, alpha: float, side: str) -> float:
        """How far the lower (``side="max"``) or upper bound at level 1 − alpha lies from value."""
        z = float(normal_quantile(alpha))
        away = -self.skewness if side == "max" else self.skewness
        reach = (z + max(away, 0.0) * (2 * z * z + 1) / 6) * float(self.variance**0.5)
        if self.few:
            reach -= float(np.expm1(np.log(alpha) / min(self.m, self.n)))
        return reach


def area_difference(
    positives: Any, negatives: Any, versus_positives: Any, versus_negatives: Any
) -> AreaDifference:
    """The difference of two areas and its variance, in O((m + n) log(m + n)).

    The scores of one class are parallel: the i-th of both belong to one row. Raises ValueError for
    unequal lengths, and as :func:`deploycheck.stats.auc.area`.
    """
    first = placements(positives, negatives)
    second = placements(versus_positives, versus_negatives)
    names = "positives", "negatives"
    gaps: list[Floats] = []
    for one, other, name in zip(first, second, names, strict=True):
        if one.size != other.size:
            raise ValueError(f"{name}: {one.size} scores of the first, {other.size} of the second")
        gaps.append(one - other)
    m, n = gaps[0].size, gaps[1].size
    variance = gaps[0].var(ddof=1) / m + gaps[1].var(ddof=1) / n
    differing = _differing(gaps)
    third = sum(float(np.mean((g - g.mean()) ** 3)) / g.size**2 for g in gaps)
    skewness = third / float(variance) ** 1.5 if variance > 0 else 0.0
    return AreaDifference(float(gaps[0].mean()), float(variance), m, n, skewness, differing)


def _differing(gaps: list[Floats]) -> float:
    """How many rows the variance rests on: both classes' numbers, put together as Welch's df."""
    weights, shares = 0.0, 0.0
    for gap in gaps:
        square = float(np.dot(gap, gap))
        if square > 0:
            weight = square / gap.size**2
            weights += weight
            shares += weight**2 * square / float(np.abs(gap).sum()) ** 2
    return weights**2 / shares if shares > 0 else 0.0


def auc_difference_bounds(found: AreaDifference, alpha: float) -> Bounds:
    """The bounds of the difference, each at level 1 − alpha, within [−1, 1]."""
    level = as_level(alpha)
    low = max(found.value - found.reach(level, "max"), -1.0)
    high = min(found.value + found.reach(level, "min"), 1.0)
    return Bounds(low, high, FEW_METHOD if found.few else METHOD)


def auc_difference_pvalue(found: AreaDifference, bound: float, side: str = "max") -> float:
    """The smallest level whose bound clears ``bound``: 1 above one half, at least 1e-15."""
    limit = as_number(bound, "bound")
    gap = found.value - limit if as_side(side) == "max" else limit - found.value
    if found.reach(0.5, side) > gap or gap <= 0:
        return 1.0
    if found.reach(SMALLEST_LEVEL, side) <= gap:
        return SMALLEST_LEVEL
    out, kept = np.log(SMALLEST_LEVEL), np.log(0.5)
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        out, kept = (
            (out, middle) if found.reach(float(np.exp(middle)), side) <= gap else (middle, kept)
        )
    return float(np.exp(kept))


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
