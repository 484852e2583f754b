"""Checker ``fairness.calibration_groups``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Distance, Estimate, Mean, Member, Spread, Undefined
from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.bins import ScoreBins
from deploycheck.authoring.parity import Part, Sorted, parts, sort_parts
from deploycheck.evidence.scores import Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ERROR, SLOPE, GAP = "calibration_error", "calibration_slope", "calibration_slope_difference"


class CalibrationGroups(ScoreBins, GroupParams):
    min_n: int = Field(
        100,
        ge=1,
        strict=True,
        description="Rows that a group's calibration must rest on; a group with fewer is not "
        "assessed, and the control is inconclusive.",
    )


@checker(
    "fairness.calibration_groups",
    measures=[
        Measure(
            ERROR,
            unit="probability",
            better="lower",
            doc="In each group, the mean over rows of |observed rate of their bin - mean score of "
            "their bin|.",
        ),
        Measure(
            GAP,
            unit="number",
            better="lower",
            doc="Largest minus smallest calibration slope over the groups.",
            low=0.0,
        ),
        Measure(
            SLOPE,
            unit="number",
            better="none",
            doc="In each group, the slope of the logistic regression of the target on the logit of "
            "the score; 1 is perfect.",
        ),
    ],
    tasks=["binary_classification"],
    roles=["target", "positive"],
)
def calibration_groups(params: CalibrationGroups, scores: Scores) -> Iterator[Estimate]:
    """A score means the same probability in every group.

    Why: Scores that are right on average can say too little of one group and too much of another.
    Whoever decides by the number then decides wrongly about both, and no ranking metric sees it.

    Fix: Look at the groups' slopes and base rates. Recalibrate on rows of all groups, with the
    group's own intercept where the law allows it, or with the features that tell them apart. Where
    base rates differ, calibrated scores and equal error rates cannot both be had.

    Definition: In each group, calibration_error (ECE) = Σ_b n_b ÷ n · |rate_b − mean score_b| over
    the declared bins, each with its upper edge; a `max` is held against every group, and the
    details have the error less its estimated bias. calibration_slope is b of
    logit P(positive) = a + b · logit(score) by maximum likelihood, and
    calibration_slope_difference the largest less the smallest b over the groups.

    Bounds: As in `performance.calibration`: the triangle inequality with the Gaussian tail of the
    bins' noise for the error, which holds whether or not the truth is zero; Student t with the
    standard errors of maximum likelihood for slopes. To pass, every group, and the worst pair of
    them, must clear the bound; to fail, bounds that hold for all at once.

    Undefined: A group with fewer than `min_n` rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out. A group of one class, or whose
    scores are all alike or separate the classes, has no slope. With fewer than two groups (an empty
    table, one row, a constant protected column) there is no difference. A missing protected value
    is the group `(missing)`, or an error with `missing: error`. A missing score or target is an
    error, and so are scores outside 0 to 1. Not supported and refused: more than two labels,
    regression, sampling weights, repeated entities.

    Cost: One count by bin and a handful of Newton steps for each group, O(n) each.

    Source: Pleiss, Raghavan, Wu, Kleinberg and Weinberger 2017, "On fairness and calibration"
    (NeurIPS); Kumar, Liang and Ma 2019, "Verified uncertainty calibration" (NeurIPS).

    Example:
        check: fairness.calibration_groups
        with: {data: test, by: [sex], bins: 10}
        require: {calibration_error: {max: 0.3}}
    """
    if scores.target is None:
        raise EvidenceError(
            "the release has no target", "set `columns.target` in the release", "DC203"
        )
    outside = int(((scores.scores < 0) | (scores.scores > 1)).sum())
    if outside:
        raise EvidenceError(
            f"{outside:,} of {scores.rows:,} scores of {scores.name} lie outside 0 to 1: they are "
            "no probabilities, and have no calibration",
            "give the model's probability as the score",
            "DC203",
        )
    for split in params.splits:
        found = parts(scores.groups, split, scores.rows, scores.weights)
        yield from _of_split(params, sort_parts(params, split, found), scores, scores.target)


def _of_split(
    params: CalibrationGroups, groups: Sorted, scores: Scores, target: NDArray[np.float64]
) -> Iterator[Estimate]:
    members: list[Member] = []
    for part in groups.compared:
        weights = None if scores.weights is None else scores.weights[part.rows]
        given = (scores.scores[part.rows], target[part.rows], weights)
        yield _error(part, given, params.cuts)
        slope = _slope(part, given)
        yield slope
        if isinstance(slope, Mean):
            members.append(Member(part.slice, slope))
        else:
            yield Undefined(GAP, part.counted, slope.reason, slice=part.slice)
    yield from groups.unsaid([ERROR, SLOPE, GAP], "rows")
    if len(members) >= 2:
        yield Spread(GAP, tuple(members), slice={"by": groups.assessed.by})
        return
    yield groups.assessed.incomparable(GAP)
    if not groups.parts:
        for name in (ERROR, SLOPE):
            yield Undefined(name, 0, "there is no group", slice={"by": groups.assessed.by})


def _error(part: Part, given: tuple[Any, Any, Any], cuts: list[float]) -> Distance:
    from deploycheck.stats.calibration import ece

    found = ece(*given, cuts)
    details = (f"less its estimated bias {found.debiased:.4g}",)
    # One row more of deviation, for bins in which nearly all rows have one outcome: as in
    # performance.calibration, where it is measured.
    scale = found.scale + 1 / found.n
    return Distance(
        ERROR, found.value, found.center, scale, found.n, slice=part.slice, details=details
    )


def _slope(part: Part, given: tuple[Any, Any, Any]) -> Mean | Undefined:
    from deploycheck.stats.calibration import logistic_calibration

    try:
        found = logistic_calibration(*given)
    except ValueError as error:  # every other cause was ruled out before
        return Undefined(SLOPE, part.counted, str(error), slice=part.slice)
    return Mean(SLOPE, found.slope, found.slope_se * found.n**0.5, found.n, slice=part.slice)
