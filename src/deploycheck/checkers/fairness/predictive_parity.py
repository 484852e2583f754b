"""Checker ``fairness.predictive_parity``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.groups import GroupParams, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.parity import rate_gap
from deploycheck.authoring.rates import Which, rates
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

DIFFERENCE = "predictive_parity_difference"
RATIO = "predictive_parity_ratio"
RATE: Which = "positive_predictive_value"


class PredictiveParity(GroupParams):
    """Nothing beyond what every comparison of groups takes."""


@checker(
    "fairness.predictive_parity",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="Highest minus lowest positive predictive value over the groups.",
            low=0.0,
            plan=Sampling("range", of="predicted"),
        ),
        Measure(
            RATIO,
            unit="ratio",
            better="higher",
            doc="Lowest ÷ highest positive predictive value over the groups.",
            high=1.0,
            plan=Sampling("ratio_range", of="predicted"),
        ),
        Measure(
            RATE,
            unit="probability",
            better="higher",
            doc="TP ÷ (TP + FP), for each group.",
            plan=Sampling("proportion", of="predicted"),
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target", "prediction", "positive"],
)
def predictive_parity(params: PredictiveParity, predictions: Predictions) -> Iterator[Estimate]:
    """A positive prediction is as often right in all groups.

    Why: Whoever acts on a positive prediction takes it to mean the same for everyone. Where it is
    right for 8 of 10 in one group and for 5 of 10 in another, the second group pays for the errors.

    Fix: Compare the base rates first. Where they differ, equal predictive values and equal error
    rates cannot both be had unless the model is perfect; say which of the two the use demands. Then
    look at calibration within the group (`fairness.calibration_groups`) and at its labels.

    Definition: With PPV(g) = TP ÷ (TP + FP) in group g, with respect to `positive`:
    predictive_parity_difference = max PPV(g) − min PPV(g) and predictive_parity_ratio =
    min PPV(g) ÷ max PPV(g) over the groups of each column of `by`. They equal the difference and
    ratio of fairlearn's MetricFrame with scikit-learn's precision.

    Bounds: The score methods of Miettinen and Nurminen (difference) and of Koopman (ratio) for each
    ordered pair of groups, given the number of positive predictions; where there are too few events
    for them, Clopper–Pearson of both rates. To pass, the worst pair must clear the bound; to fail,
    bounds that hold for all pairs at once.

    Undefined: A group with fewer than `min_n` positive predictions is not assessed and makes the
    control inconclusive, unless `min_share` or `exclude` declares it out. With fewer than two
    groups to compare (an empty table, one row, no positive predictions, a constant protected
    column) nothing can be said; nor about the ratio where no positive prediction is right. A
    missing protected value is the group `(missing)`, or an error with `missing: error`. A missing
    target or prediction is an error, and so is a positive value that never occurs. With more than
    two labels, all but `positive` are negative; a regression is refused. Sampling weights and
    repeated entities are counted by what the rows are worth.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Chouldechova 2017, "Fair prediction with disparate impact" (Big Data 5); Miettinen and
    Nurminen 1985 and Koopman 1984 for the bounds.

    Example:
        check: fairness.predictive_parity
        with: {data: test, by: [race], min_n: 50}
        require: {predictive_parity_difference: {max: 0.1}}
    """
    for split in params.splits:
        groups = assess(params, split, rates(predictions, split, RATE))
        yield from rate_gap(groups, DIFFERENCE, RATIO, RATE, "positive predictive value")
