"""Estimates: what a checker yields. Sufficient statistics under a name, never a verdict.

Numbers may be Python numbers or expressions on a :class:`~deploycheck.evidence.table.Table`,
which the engine fills in before anything is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from deploycheck.authoring.labels import Labels, Number
from deploycheck.authoring.row_estimates import Auc, AucDifference, Quantile, Resampled, Smooth

__all__ = [
    "KINDS",
    "Auc",
    "AucDifference",
    "BoundedMean",
    "ChiSquared",
    "Count",
    "Difference",
    "Distance",
    "Estimate",
    "Group",
    "Labels",
    "Mean",
    "Member",
    "Number",
    "Paired",
    "Proportion",
    "Quantile",
    "Range",
    "Ratio",
    "RatioRange",
    "Resampled",
    "Smooth",
    "Spread",
    "Statistic",
    "Undefined",
]


@dataclass(frozen=True)
class Proportion(Labels):
    """``hits`` of ``of`` rows; a random sample of Bernoulli trials.

    ``scale="f1"`` reports 2p / (1 + p) of the proportion p: the F1 score is that function of
    TP / (TP + FP + FN), so its bounds are exact.

    ``effective`` is how many independent rows the proportion is worth, where that is not ``of``:
    under sampling weights or repeated entities. ``of`` is then still the number of rows, and
    ``hits`` the weighted rate times ``of``.
    """

    name: str
    hits: Number
    of: Number
    scale: Literal["identity", "f1"] = "identity"
    effective: Number = None


@dataclass(frozen=True)
class Group:
    """One group of a range or ratio: ``hits`` of ``of`` rows in ``slice``.

    Groups are compared only with those of the same ``family``: true-positive rates with
    true-positive rates, sexes with sexes. ``effective`` as for a :class:`Proportion`.
    """

    slice: Mapping[str, str]
    hits: Number
    of: Number
    family: str = ""
    effective: Number = None


@dataclass(frozen=True)
class Difference(Labels):
    """p1 − p2 of two independent proportions.

    ``scale="balanced"`` reports (1 + difference) / 2: balanced accuracy is that function of
    true-positive minus false-positive rate. ``effective`` as for a :class:`Proportion`; both have
    it, or none.
    """

    name: str
    hits: Number
    of: Number
    versus_hits: Number
    versus_of: Number
    scale: Literal["identity", "balanced"] = "identity"
    effective: Number = None
    versus_effective: Number = None


@dataclass(frozen=True)
class Ratio(Labels):
    """p1 / p2 of two independent proportions; ``effective`` as for a :class:`Difference`."""

    name: str
    hits: Number
    of: Number
    versus_hits: Number
    versus_of: Number
    effective: Number = None
    versus_effective: Number = None


@dataclass(frozen=True)
class Range(Labels):
    """Largest minus smallest proportion over groups, the worst family counting."""

    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class RatioRange(Labels):
    """Smallest divided by largest proportion over groups, the worst family counting."""

    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Mean(Labels):
    """Mean of ``n`` independent numbers with sample standard deviation ``sd``."""

    name: str
    mean: Number
    sd: Number
    n: Number


@dataclass(frozen=True)
class Count(Labels):
    """An exact count, size or other whole number."""

    name: str
    value: Number
    of: Number = None


@dataclass(frozen=True)
class Statistic(Labels):
    """An exact number or name without a sampling model; only exact bounds can judge it."""

    name: str
    value: Number | str
    of: Number = None


@dataclass(frozen=True)
class BoundedMean(Labels):
    """Mean of ``n`` independent numbers between ``low`` and ``high``, with sample deviation ``sd``.

    Its bounds hold at every ``n``, also where all numbers are equal.
    """

    name: str
    mean: Number
    sd: Number
    n: Number
    low: float
    high: float


@dataclass(frozen=True)
class Paired(Labels):
    """p1 − p2 of two proportions on the same rows, from the four cells of their table.

    ``both`` rows are hits of the first and the second, ``first`` of the first alone, ``second``
    of the second alone, ``neither`` of none.
    """

    name: str
    both: Number
    first: Number
    second: Number
    neither: Number


@dataclass(frozen=True)
class Distance(Labels):
    """A distance whose estimate lies within the noise of the truth, on either side.

    The truth is the norm of a vector, such as a difference of two distributions, and ``value`` the
    norm of that vector plus centred noise. So |``value`` − truth| is at most the norm of the noise,
    whose upper tail beyond ``center`` is at most that of a normal distribution with deviation
    ``scale``, and ``value`` is on average not below the truth. Both hold whether or not the truth
    is zero, where the bootstrap fails. Give the value as it is, not debiased.

    :param value: the distance in the data, at least 0.
    :param center: mean (or median) of the noise; the value expected where nothing differs.
    :param scale: standard deviation of its tail, greater than 0.
    :param n: rows behind it.
    """

    name: str
    value: Number
    center: Number
    scale: Number
    n: Number


@dataclass(frozen=True)
class ChiSquared(Labels):
    """An effect size with a noncentral chi-squared statistic: Cramér's V, PSI.

    ``statistic`` ~ χ²(``df``, noncentrality λ), and the effect is (λ / ``n``)^(1 / ``power``);
    the value shown is (``statistic`` / ``n``)^(1 / ``power``).

    :param n: what λ is divided by: rows for Cramér's V of two rows (power 2), m·n / (m + n) for
        PSI (power 1).
    :param rows: rows behind it, for display; by default ``n``.
    :param inflation: by how much the statistic varies more than χ²(``df``, λ), at least 1.
    """

    name: str
    statistic: Number
    df: int
    n: Number
    power: int = 2
    rows: Number = None
    inflation: Number = 1.0


@dataclass(frozen=True)
class Member:
    """One group of a :class:`Spread`: any estimate that has bounds, of rows of its own."""

    slice: Mapping[str, str]
    estimate: "Estimate"
    family: str = ""


@dataclass(frozen=True)
class Spread(Labels):
    """Largest difference or smallest ratio of any measure over groups, the worst family counting.

    Members are independent of one another. Proportions have bounds of their own for this:
    :class:`Range` and :class:`RatioRange`.
    """

    name: str
    members: tuple[Member, ...]
    how: Literal["difference", "ratio"] = "difference"


@dataclass(frozen=True)
class Undefined(Labels):
    """Nothing can be said about ``name`` in this slice: 0/0, one class, a group too small.

    It makes the control INCONCLUSIVE, unless ``context`` (an exclusion that the policy declared).
    ``value`` is what would have been the point estimate, for display.
    """

    name: str
    n: Number
    reason: str
    value: float | None = None


Estimate = (
    Proportion
    | Difference
    | Ratio
    | Range
    | RatioRange
    | Mean
    | Quantile
    | Count
    | Statistic
    | BoundedMean
    | Paired
    | Auc
    | AucDifference
    | Distance
    | ChiSquared
    | Smooth
    | Resampled
    | Spread
    | Undefined
)
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Estimate)}
