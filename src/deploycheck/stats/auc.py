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
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Bounds, Floats, as_level, as_number, as_side, normal_quantile
from deploycheck.stats.coins import exponent, furthest_below

METHODS = ("logit DeLong", "Newcombe method 5", "Hoeffding, two samples")
FEW_ROWS = 20
FEW_MISPLACED = 2
_ROUNDS = 100


@dataclass(frozen=True)
class Area:
    """An area with DeLong's variance, from ``m`` positives and ``n`` negatives."""

    value: float
    variance: float
    m: int
    n: int

    @property
    def pairs(self) -> int:
        """How many pairs of a positive and a negative have no row in common."""
        return min(self.m, self.n)

    @property
    def relies_on_little(self) -> bool:
        """Whether a lower bound needs one that holds for every distribution."""
        return self.pairs < FEW_ROWS or self.pairs * (1 - self.value) < FEW_MISPLACED

    def flipped(self) -> "Area":
        """The area of the negated scores."""
        return Area(1 - self.value, self.variance, self.m, self.n)


def area(positives: Any, negatives: Any) -> Area:
    """The area under the curve and its variance, in O((m + n) log(m + n)).

    Equal to scikit-learn's ``roc_auc_score``. Raises ValueError for fewer than two scores of a
    class and for what is no finite number. Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44
    (1988); Sun and Xu, IEEE Signal Processing Letters 21 (2014).
    """
    of_positives, of_negatives = placements(positives, negatives)
    m, n = of_positives.size, of_negatives.size
    variance = of_positives.var(ddof=1) / m + of_negatives.var(ddof=1) / n
    return Area(float(of_positives.mean()), float(variance), m, n)


def placements(positives: Any, negatives: Any) -> tuple[Floats, Floats]:
    """For each positive the share of negatives below it, for each negative of positives above.

    Ties count half. The means of both are the area, and their variances DeLong's.
    """
    high, low = as_scores(positives, "positives"), as_scores(negatives, "negatives")
    return _below(high, np.sort(low)), 1 - _below(low, np.sort(high))


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
    from scipy.special import logit, ndtr

    spread = newcombe_variance(limit, found.m, found.n) ** 0.5
    worst = float(ndtr(-(found.value - limit) / spread))
    if 0 < found.value < 1 and found.variance > 0:
        error = found.variance**0.5 / (found.value * (1 - found.value))
        worst = max(worst, float(ndtr(-(logit(found.value) - logit(limit)) / error)))
    if found.relies_on_little:
        worst = max(worst, float(np.exp(-found.pairs * exponent(found.value, limit))))
    return worst if worst < 0.5 else 1.0


def power_area(
    m: int, n: int, bound: float, effect: float, alpha: float, side: str = "max"
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


def newcombe_variance(theta: float, m: int, n: int) -> float:
    """The variance of method 5 at an area ``theta``."""
    more = ((m + n) / 2 - 1) * ((1 - theta) / (2 - theta) + theta / (1 + theta))
    return theta * (1 - theta) * (1 + more) / (m * n)


def _lower(found: Area, alpha: float) -> tuple[float, int]:
    """The outermost lower bound, and the index of its method."""
    from scipy.special import expit, logit

    z = float(normal_quantile(alpha))
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


def _below(values: Floats, others: Floats) -> Floats:
    """The share of the sorted ``others`` below each value, ties half."""
    left = np.searchsorted(others, values, side="left")
    right = np.searchsorted(others, values, side="right")
    return np.asarray((left + right) / (2 * others.size))


def as_scores(values: Any, name: str) -> Floats:
    """Finite scores of at least two rows, as a float array; raises ValueError otherwise."""
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a list of numbers")
    if raw.size < 2:
        raise ValueError(f"{name}: {raw.size} scores; an area needs at least two of each class")
    scores = raw.astype(np.float64)
    if not np.all(np.isfinite(scores)):
        raise ValueError(f"{name} must be finite")
    return scores
