"""Checker ``champion.subgroup_regression``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploycheck.authoring.answered import same_rows, truly_positive
from deploycheck.authoring.champions import (
    MEASURES,
    ChampionParams,
    group_sizes,
    measure_of,
    measured,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.contrasts import subset
from deploycheck.authoring.estimates import Estimate, Undefined
from deploycheck.authoring.groups import GroupParams, assess
from deploycheck.authoring.metrics.sample import places
from deploycheck.evidence.coded import combined
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ONE_CLASS = {"recall": True, "specificity": False}


class SubgroupRegression(GroupParams, ChampionParams):
    """The groups that are looked at, and what is compared in each."""


@checker(
    "champion.subgroup_regression",
    measures=MEASURES,
    roles=["target"],
)
def subgroup_regression(
    params: SubgroupRegression, predictions: Predictions, champion: Predictions
) -> Iterator[Estimate]:
    """No declared group of people is served worse by the candidate than by the champion.

    Why: A candidate that is better on average can be worse for one region, age or language. Those
    people see a product that got worse overnight, and no figure over all rows shows it.

    Fix: Look at the rows of the group that the champion has right and the candidate wrong: fewer
    training rows than before, another threshold, a feature that is filled less often for them?
    An inconclusive group needs more rows; a group too small to be judged at all can be declared
    out, or watched by an alarm (`decide: {kind: detect}`).

    Definition: The measures of `champion.non_inferior` in each group: the values of each column of
    `by`, and with `intersections` their combinations. difference = metric(candidate) −
    metric(champion) on the rows of the group, or error_reduction where `metric` is an error.
    By default the release must show for every group that it is not worse by more than the margin.
    With `decide: {kind: detect}` the check is an alarm instead: it fails where harm beyond `min`
    is shown in any group, with one error rate over all of them, and passes only where harm of the
    size `detect` would have been found.

    Bounds: Those of `champion.non_inferior`, in each group. To pass, every group must clear the
    bound; to fail, bounds that hold for all groups at once.

    Undefined: A group with fewer than `min_n` rows (positive ones for recall, negative ones for
    specificity; entities where they repeat, Kish's number under sampling weights) is not assessed
    and makes the control inconclusive, unless `min_share` or `exclude` declares it out; so does a
    group without the rows that its metric needs (one class, too few of one). Without any group (an
    empty table, or all of them excluded) nothing can be said. A constant prediction is compared as
    it is. A missing value of a column of `by` is the group `(missing)`. A missing target or
    prediction is an error; so are rows that are not the same for both. A metric of another task is
    refused when the plan is made.

    Cost: One comparison of each row for each column of `by`, O(n); for areas a sort.

    Source: Chung et al. 2019, "Slice Finder: automated data slicing for model validation" (ICDE);
    Berger 1982 for passing only where all of them do; Holm 1979 for the alarm.

    Example:
        check: champion.subgroup_regression
        with: {data: test, by: [sex], min_n: 50}
        require: {difference: {min: -0.05}}
    """
    same_rows(predictions, champion)
    counted = _counted(params.metric, predictions)
    name = measure_of(params.metric)
    for split in params.splits:
        slices, codes = combined(predictions.groups, split, predictions.rows)
        rows = places(codes, len(slices))
        groups = assess(params, split, group_sizes(slices, rows, counted, predictions))
        kept = {tuple(rate.slice.items()) for rate in groups.compared}
        for place, mine in zip(slices, rows, strict=True):
            if tuple(place.items()) in kept:
                yield from measured(
                    params.metric, subset(predictions, mine), subset(champion, mine), place
                )
        for rate, reason in groups.small:
            yield Undefined(name, rate.of, reason, slice=rate.slice)
        for rate, reason in groups.excluded:
            yield Undefined(name, rate.of, reason, slice=rate.slice, context=True)
        if not groups.compared and not groups.small:
            reason = "there is no group that is not excluded"
            yield Undefined(name, 0, reason, slice={"by": groups.by})


def _counted(metric: str, predictions: Predictions) -> "NDArray[np.bool_]":
    """The rows that the metric is of."""
    import numpy as np

    if metric not in ONE_CLASS:
        return np.ones(predictions.rows, dtype=np.bool_)
    made: NDArray[np.bool_] = truly_positive(predictions) == ONE_CLASS[metric]
    return made
