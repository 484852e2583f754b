"""Bounds for one area under the ROC curve: P(a positive scores above a negative), ties half.

Three one-sided bounds, and the outermost decides:

* DeLong's variance on the logit scale, where the curve is neither 0 nor 1 and the variance not
  zero (Qin and Hotilovac, Statistical Methods in Medical Research 17 (2008));
* Newcombe's method 5 (Statistics in Medicine 25 (2006) 559–573): the error is taken at the area
  supposed, as Hanley and McNeil have it for exponential scores, with (m + n)/2 − 1 for both m − 1
  and n − 1; so it has a width at an area of 1;
* the Chernoff–Hoeffding bound of a two-sample U-statistic with k = min(m, n) (JASA 58 (1963),
  section 5), which holds at every k and for every distribution. It decides where the others rely
  on too little: with k below 20, and for a lower bound where k (1 − area), as many rows of the
  smaller class as are misplaced, is below 2 (for an upper one, k · area). Without it, positives of
  three times the negatives' deviation are missed three times too often.

Under sampling weights or repeated entities DeLong's variance is the linearised one of
:mod:`deploycheck.stats.linearised`, with Student's t in place of the normal; method 5 takes m and n
divided by how much that variance is larger than of independent rows; and k counts entities, by
Kish's effective number.
"""

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Bounds, as_level, as_number, as_side
from deploycheck.stats.coins import exponent, furthest_below
from deploycheck.stats.linearised import Moments, exceeds, moments, quantile
from deploycheck.stats.placements import OneClass, placements, two_classes

METHODS = ("logit DeLong", "Newcombe method 5", "Hoeffding, two samples")
FEW_ROWS = 20
FEW_MISPLACED = 2
_ROUNDS = 60  # halves an interval of length 1 down to rounding


@dataclass(frozen=True)
class Area:
    """An area with its variance, from ``m`` positives and ``n`` negatives.

    Under weights or entities ``m`` and ``n`` are effective numbers of independent rows, ``df`` the
    degrees of freedom of the variance, and ``units`` the fewest independent units of a class.
    """

    value: float
    variance: float
    m: float
    n: float
    df: float = inf
    units: float = inf

    @property
    def pairs(self) -> float:
        """How many pairs of a positive and a negative have no row, and no entity, in common."""
        return min(self.m, self.n, self.units)

    @property
    def relies_on_little(self) -> bool:
        """Whether a lower bound needs one that holds for every distribution."""
        return self.pairs < FEW_ROWS or self.pairs * (1 - self.value) < FEW_MISPLACED

    def flipped(self) -> "Area":
        """The area of the negated scores."""
        return Area(1 - self.value, self.variance, self.m, self.n, self.df, self.units)


def area(
    positives: Any,
    negatives: Any,
    *,
    counts: Any = None,
    weights: Any = None,
    clusters: Any = None,
) -> Area:
    """The area under the curve and its variance, in O((m + n) log(m + n)).

    Equal to scikit-learn's ``roc_auc_score``. ``counts`` (whole numbers: how many equal rows each
    score stands for), ``weights`` (sampling weights) and ``clusters`` (whole numbers: the entity of
    each row, the same in both classes) are None or a pair of arrays parallel to ``positives`` and
    ``negatives``. Rows of a count or weight of 0 are left out. Raises ValueError for fewer than two
    scores, or entities, of a class, and for what is no finite number. Source: DeLong, DeLong and
    Clarke-Pearson, Biometrics 44 (1988); Obuchowski, Biometrics 53 (1997).
    """
    classes = two_classes((positives,), (negatives,), counts, weights, clusters)
    values = placements(*classes, any_order=True)
    return placed_area(classes, values, moments(classes, values))


def placed_area(
    classes: tuple[OneClass, OneClass], values: tuple[Any, Any], spread: Moments
) -> Area:
    """The area of rows whose placements are ``values``, with their moments."""
    first, second = classes
    value = min(max(first.mean(values[0]), 0.0), 1.0)
    if first.simple:
        return Area(value, spread.variance, first.rows, second.rows)
    units = min(first.units, second.units)
    if first.codes is not None and second.codes is not None:
        # An entity of both classes can be the positive of one pair, or the negative of another.
        units = min(units, (1 + max(int(first.codes.max()), int(second.codes.max()))) / 2)
    least = Area(value, spread.variance, first.units, second.units, spread.df, units)
    if spread.variance == 0 or least.relies_on_little or least.flipped().relies_on_little:
        return least  # the variance is not known well enough to tell how much rows are worth
    m, n = (max(one.units, one.rows / spread.inflation) for one in classes)
    return Area(value, spread.variance, m, n, spread.df, units)


def auc_bounds(positives: Any, negatives: Any, alpha: float) -> Bounds:
    """The bounds that decide about one area, each at level 1 − alpha; errors as for ``area``."""
    return area_bounds(area(positives, negatives), alpha)


def area_bounds(found: Area, alpha: float) -> Bounds:
    """As :func:`auc_bounds`, from what :func:`area` found."""
    level = as_level(alpha)
    low, below = _lower(found, level)
    high, above = _lower(found.flipped(), level)
    names = METHODS[below], METHODS[above]
    text = names[0] if below == above else f"low: {names[0]}; high: {names[1]}"
    return Bounds(low, 1 - high, text)


def area_pvalue(found: Area, bound: float, side: str = "max") -> float:
    """The p-value of an area against a bound: the largest of its methods', 1 above one half."""
    limit = as_number(bound, "bound")
    if as_side(side) == "min":
        found, limit = found.flipped(), 1 - limit
    if limit <= 0:
        return 0.0  # every area is at least 0
    if found.value <= limit or limit >= 1:
        return 1.0
    from scipy.special import logit

    spread = newcombe_variance(limit, found.m, found.n) ** 0.5
    worst = exceeds((found.value - limit) / spread, found.df)
    if 0 < found.value < 1 and found.variance > 0:
        error = found.variance**0.5 / (found.value * (1 - found.value))
        worst = max(worst, exceeds(float(logit(found.value) - logit(limit)) / error, found.df))
    if found.relies_on_little:
        worst = max(worst, float(np.exp(-found.pairs * exponent(found.value, limit))))
    return worst if worst < 0.5 else 1.0


def power_area(
    m: float, n: float, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power at a true area ``effect``, by the normal approximation and Newcombe's variance."""
    limit, truth = as_number(bound, "bound"), as_number(effect, "effect")
    level = as_level(alpha)
    if as_side(side) == "min":
        limit, truth = 1 - limit, 1 - truth
    if not 0 <= truth <= 1:
        raise ValueError("an area lies between 0 and 1")
    spread = newcombe_variance(truth, m, n) ** 0.5
    # The smallest area that clears the bound, its variance taken as Newcombe's.
    out, kept = max(limit, 0.0), 1.0
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        seen = Area(middle, newcombe_variance(middle, m, n), m, n)
        out, kept = (out, middle) if area_pvalue(seen, limit) <= level else (middle, kept)
    if area_pvalue(Area(kept, newcombe_variance(kept, m, n), m, n), limit) > level:
        return 0.0
    if spread == 0:
        return float(truth >= kept)
    from scipy.special import ndtr

    return float(ndtr((truth - kept) / spread))


def newcombe_variance(theta: float, m: float, n: float) -> float:
    """The variance of method 5 at an area ``theta``."""
    more = ((m + n) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
    return theta * (1 - theta) * (1 + more) / (m * n)


def _lower(found: Area, alpha: float) -> tuple[float, int]:
    """The outermost lower bound, and the index of its method."""
    from scipy.special import expit, logit

    z = quantile(alpha, found.df)
    bounds = [2.0, _newcombe_lower(found, z)]
    if 0 < found.value < 1 and found.variance > 0:
        error = found.variance**0.5 / (found.value * (1 - found.value))
        bounds[0] = float(expit(logit(found.value) - z * error))
    if found.relies_on_little:
        bounds.append(furthest_below(found.value, -float(np.log(alpha)) / found.pairs))
    method = int(np.argmin(bounds))
    return max(bounds[method], 0.0), method


def _newcombe_lower(found: Area, z: float) -> float:
    out, kept = 0.0, found.value
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        reach = z * newcombe_variance(middle, found.m, found.n) ** 0.5
        out, kept = (middle, kept) if found.value - middle > reach else (out, middle)
    return out
