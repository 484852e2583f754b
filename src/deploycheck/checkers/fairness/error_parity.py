"""Checker ``fairness.error_parity``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from deploycheck.authoring.answered import numbers
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Member, Smooth, Spread, Undefined
from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.parity import Sorted, parts, sort_parts
from deploycheck.authoring.rates import independent
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ABSOLUTE, SQUARED, SIGNED = "mean_absolute_error", "root_mean_squared_error", "mean_error"
ABSOLUTE_RATIO, SQUARED_RATIO = f"{ABSOLUTE}_ratio", f"{SQUARED}_ratio"
SIGNED_DIFFERENCE = f"{SIGNED}_difference"
GAPS = {ABSOLUTE: ABSOLUTE_RATIO, SQUARED: SQUARED_RATIO, SIGNED: SIGNED_DIFFERENCE}


class ErrorParity(GroupParams):
    min_n: int = Field(
        100,
        ge=1,
        strict=True,
        description="Rows that a group's mean error must rest on; a group with fewer is not "
        "assessed, and the control is inconclusive.",
    )


@checker(
    "fairness.error_parity",
    measures=[
        Measure(
            ABSOLUTE_RATIO,
            unit="ratio",
            better="higher",
            doc="Smallest ÷ largest mean absolute error over the groups.",
            high=1.0,
        ),
        Measure(
            SQUARED_RATIO,
            unit="ratio",
            better="higher",
            doc="Smallest ÷ largest root mean squared error over the groups.",
            high=1.0,
        ),
        Measure(
            SIGNED_DIFFERENCE,
            unit="number",
            better="lower",
            doc="Largest minus smallest mean of predicted - true over the groups.",
            low=0.0,
        ),
        Measure(
            ABSOLUTE,
            unit="number",
            better="lower",
            doc="Mean of |predicted - true|, in each group.",
            low=0.0,
        ),
        Measure(
            SQUARED,
            unit="number",
            better="lower",
            doc="Root of the mean of (predicted - true)², in each group.",
            low=0.0,
        ),
        Measure(
            SIGNED,
            unit="number",
            better="none",
            doc="Mean of predicted - true, in each group; above zero is too much.",
        ),
    ],
    roles=["target"],
)
def error_parity(params: ErrorParity, predictions: Predictions) -> Iterator[Estimate]:
    """A regression is as far off in one group as in another.

    Why: A price, a wait or a dose that is off by ten per cent for one group and by twenty for the
    other serves the second badly, however good the average is. And one that is too high for one
    group and too low for the other moves money from people to people.

    Fix: Look at the group with the largest error: few training rows, a wider spread of the target,
    a feature that is missing there. A difference of mean errors asks for a feature that tells the
    groups' levels apart, or for a correction by group where the law allows it.

    Definition: In each group, with e = predicted − true: mean_absolute_error = mean |e|,
    root_mean_squared_error = √(mean e²), mean_error = mean e. The ratios are smallest ÷ largest and
    mean_error_difference is largest − smallest over the groups of each column of `by`, as
    fairlearn's MetricFrame has them. "At most 1.2 times" is a ratio of at least 0.834.

    Bounds: Those of a smooth function of means in each group, corrected for skewness; ratio and
    difference by those of each ordered pair of groups. To pass, the worst pair must clear the
    bound; to fail, bounds that hold for all pairs at once.

    Undefined: A group with fewer than `min_n` rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out. With fewer than two groups to
    compare (an empty table, one row, a constant protected column) nothing can be said; nor about a
    ratio where no group has an error. A group whose errors are all equal has no bounds. Errors with
    heavy tails want more rows. A missing protected value is the group `(missing)`, or an error with
    `missing: error`. A missing target or prediction is an error. Not supported and refused: labels
    (see `fairness.metric_frame` for their losses), sampling weights, repeated entities.

    Cost: O(n) for each column of `by`.

    Source: Agarwal, Dudík and Wu 2019, "Fair regression: quantitative definitions and
    reduction-based algorithms" (ICML).

    Example:
        check: fairness.error_parity
        with: {data: test, by: [sex]}
        require: {mean_absolute_error_ratio: {min: 0.834}}
    """
    if predictions.task != "regression":
        raise EvidenceError(
            "labels have no distance from one another, and no mean error",
            "choose a check that is for labels; fairness.metric_frame takes any loss",
            "DC203",
        )
    independent(predictions, "the error by group")
    true, predicted = numbers(predictions)
    errors = predicted - true
    for split in params.splits:
        found = parts(predictions.groups, split, predictions.rows, predictions.weights)
        yield from _of_split(sort_parts(params, split, found), errors, predictions.weights)


def _of_split(
    groups: Sorted, errors: NDArray[np.float64], weights: NDArray[np.int64] | None
) -> Iterator[Estimate]:
    place = {"by": groups.assessed.by}
    for name, gap in GAPS.items():
        members: list[Member] = []
        largest = 0.0
        for part in groups.compared:
            counts = None if weights is None else weights[part.rows]
            made = _mean(name, errors[part.rows], counts, part.slice)
            yield made
            if isinstance(made, Smooth):
                members.append(Member(part.slice, made))
                largest = max(largest, float(abs(made.terms).max()))
            else:
                yield Undefined(gap, part.counted, made.reason, slice=part.slice)
        yield from groups.unsaid([name, gap], "rows")
        if len(members) < 2:
            yield groups.assessed.incomparable(gap)
            if not groups.parts:
                yield Undefined(name, 0, "there is no group", slice=place)
        elif name != SIGNED and largest == 0:
            yield Undefined(gap, len(errors), "no group has an error", slice=place)
        else:
            how: Literal["difference", "ratio"] = "difference" if name == SIGNED else "ratio"
            yield Spread(gap, tuple(members), how=how, slice=place)


def _mean(
    name: str,
    errors: NDArray[np.float64],
    counts: NDArray[np.int64] | None,
    where: Mapping[str, str],
) -> Smooth | Undefined:
    """One measure of one group's errors."""
    import numpy as np

    with np.errstate(over="ignore"):
        terms, of = {
            ABSOLUTE: (np.abs(errors), _first),
            SQUARED: (errors**2, _root),
            SIGNED: (errors, _first),
        }[name]
    if not np.isfinite(terms).all():
        return Undefined(name, len(errors), "errors too large to be added up", slice=where)
    return Smooth(name, terms[:, None], of, counts, slice=where)


def _first(means: NDArray[np.float64]) -> NDArray[np.float64]:
    return means[..., 0]


def _root(means: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    made: NDArray[np.float64] = np.sqrt(np.maximum(means[..., 0], 0.0))
    return made
