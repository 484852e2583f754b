"""Checker ``champion.superior``."""

from collections.abc import Iterator

from deploycheck.authoring.answered import same_rows
from deploycheck.authoring.champions import MARGIN, MEASURES, RelativeParams, measured
from deploycheck.authoring.checker import checker
from deploycheck.authoring.compared import compared
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.predictions import Predictions


class Superior(RelativeParams):
    """Nothing beyond what every comparison with the champion takes."""


@checker(
    "champion.superior",
    measures=[
        *MEASURES,
        Measure(
            MARGIN,
            unit="number",
            better="higher",
            doc="With `relative`: the metric of the candidate minus (1 + relative) times that of "
            "the champion, or of an error (1 - relative) times that of the champion minus that of "
            "the candidate; from 0 on the candidate is better by that share of the champion.",
        ),
    ],
    roles=["target"],
)
def superior(
    params: Superior, predictions: Predictions, champion: Predictions
) -> Iterator[Estimate]:
    """The candidate is better than the champion, by a gain that is worth the change.

    Why: A new model costs reviews, migrations and surprises. Where the reason to release it is
    that it is better, the data must show that, and not only that it is not worse.

    Fix: An inconclusive control needs more rows, or a candidate that is better by more. If being
    as good is enough (a model that is cheaper, faster or explained more easily), say so by
    `champion.non_inferior` with a margin.

    Definition: As in `champion.non_inferior`: difference = metric(candidate) − metric(champion), or
    error_reduction = metric(champion) − metric(candidate) where `metric` is an error. The least
    gain stands in the policy: `min: 0` asks for any gain that the data can show, `min: 0.01` for
    one of a point at least. With `relative: 0.05` relative_margin = metric(candidate) − 1.05 ×
    metric(champion), or 0.95 × metric(champion) − metric(candidate) of an error, and `min: 0` says
    "better by five percent of the champion". Only the measures that `require` names are judged,
    and all of them must hold; so no correction for several is made.

    Bounds: Those of `champion.non_inferior`. They have a width where no row tells the two models
    apart, so that a model is never better than itself.

    Undefined: As in `champion.non_inferior`: without rows (an empty table, or one class where only
    the other counts) there is no metric, one row is too few, a constant prediction is compared as
    it is, and what is missing or not of the same rows is an error.

    Cost: One comparison of each row, O(n); for areas one sort, O(n log n); beside the answers of
    both models.

    Source: Dietterich 1998, "Approximate statistical tests for comparing supervised classification
    learning algorithms"; Tango 1998 and DeLong, DeLong and Clarke-Pearson 1988 for the bounds.

    Example:
        check: champion.superior
        with: {data: test, metric: accuracy}
        require: {difference: {min: 0.005}}
    """
    same_rows(predictions, champion)
    yield from measured(params.metric, predictions, champion, {})
    if params.relative is not None:
        factor = params.factor(-params.relative)
        yield compared(MARGIN, params.metric, predictions, champion, factor=factor)
