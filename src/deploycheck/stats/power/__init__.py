"""Power of every estimand by the bounds that decide about it, and what buys it.

:mod:`~deploycheck.stats.power.counts`, :mod:`~deploycheck.stats.power.numbers`,
:mod:`~deploycheck.stats.power.ranges` and :mod:`~deploycheck.stats.power.spreads` hold the designs,
:mod:`~deploycheck.stats.power.search` the questions asked of them, and
:mod:`~deploycheck.stats.power.joint` the power of a policy.
"""

from deploycheck.stats.power.binomial import power_proportion, rows_needed_proportion
from deploycheck.stats.power.contrast import power_difference
from deploycheck.stats.power.counts import (
    OneProportion,
    OneQuantile,
    PairedDifference,
    ProportionRatio,
    TwoProportions,
)
from deploycheck.stats.power.design import Design
from deploycheck.stats.power.joint import Joint, each_for_joint, joint_power
from deploycheck.stats.power.mean import power_mean
from deploycheck.stats.power.numbers import (
    NoisyDistance,
    NoncentralEffect,
    OneArea,
    OneBoundedMean,
    OneMean,
    SmoothValue,
    TwoAreas,
)
from deploycheck.stats.power.ranges import RateRange, RateRatioRange
from deploycheck.stats.power.search import (
    Rows,
    detectable,
    fails,
    passable,
    passes,
    rows_needed,
)
from deploycheck.stats.power.spreads import GroupSpread

__all__ = [
    "Design",
    "GroupSpread",
    "Joint",
    "NoisyDistance",
    "NoncentralEffect",
    "OneArea",
    "OneBoundedMean",
    "OneMean",
    "OneProportion",
    "OneQuantile",
    "PairedDifference",
    "ProportionRatio",
    "RateRange",
    "RateRatioRange",
    "Rows",
    "SmoothValue",
    "TwoAreas",
    "TwoProportions",
    "detectable",
    "each_for_joint",
    "fails",
    "joint_power",
    "passable",
    "passes",
    "power_difference",
    "power_mean",
    "power_proportion",
    "rows_needed",
    "rows_needed_proportion",
]
