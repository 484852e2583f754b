"""Checker ``fairness.equal_opportunity``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.groups import GroupParams, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.parity import rate_gap
from deploycheck.authoring.rates import Which, rates
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

DIFFERENCE = "equal_opportunity_difference"
RATIO = "equal_opportunity_ratio"
RATE: Which = "true_positive_rate"


class EqualOpportunity(GroupParams):
    """Nothing beyond what every comparison of groups takes."""


@checker(
    "fairness.equal_opportunity",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="Highest minus lowest true-positive rate over the groups.",
            low=0.0,
            plan=Sampling("range", of="positives"),
        ),
        Measure(
            RATIO,
            unit="ratio",
            better="higher",
            doc="Lowest ÷ highest true-positive rate over the groups.",
            high=1.0,
            plan=Sampling("ratio_range", of="positives"),
        ),
        Measure(
            RATE,
            unit="probability",
            better="higher",
            doc="TP ÷ (TP + FN), for each group.",
            plan=Sampling("proportion", of="positives"),
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target", "prediction", "positive"],
)
def equal_opportunity(params: EqualOpportunity, predictions: Predictions) -> Iterator[Estimate]:
    """Those who qualify are found at similar rates in all groups.

    Why: Where the positive label is the good one, a gap means that people who would have repaid,
    succeeded or recovered are passed over because of the group they are in.

    Fix: See which group is behind. Few training rows of the group, or features that tell less
    about it, are the usual causes: collect more, or choose the threshold with both groups in
    view. `fairness.equalized_odds` looks at the false positives too.

    Definition: With TPR(g) = TP ÷ (TP + FN) in group g, with respect to `positive`:
    equal_opportunity_difference = max TPR(g) − min TPR(g) and equal_opportunity_ratio =
    min TPR(g) ÷ max TPR(g) over the groups of each column of `by`; both equal fairlearn's
    functions of the same name.

    Bounds: The score methods of Miettinen and Nurminen (difference) and of Koopman (ratio) for each
    ordered pair of groups; where there are too few events for them, Clopper–Pearson of both rates.
    To pass, the worst pair must clear the bound; to fail, bounds that hold for all pairs at once.

    Undefined: A group with fewer than `min_n` positive rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out. With fewer than two groups to
    compare (an empty table, one row, no positives, a constant protected column) nothing can be
    said; nor about the ratio where no positive is found in any group. A missing protected value
    is the group `(missing)`, or an error with `missing: error`. A missing target or prediction is
    an error, and so is a positive value that never occurs. With more than two labels, all but
    `positive` are negative; a regression is refused. Sampling weights and repeated entities are
    counted by what the rows are worth.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Hardt, Price and Srebro 2016, "Equality of opportunity in supervised learning"
    (NeurIPS); Miettinen and Nurminen 1985 and Koopman 1984 for the bounds.

    Example:
        check: fairness.equal_opportunity
        with: {data: test, by: [sex], min_n: 50}
        require: {equal_opportunity_difference: {max: 0.1}}
    """
    for split in params.splits:
        groups = assess(params, split, rates(predictions, split, RATE))
        yield from rate_gap(groups, DIFFERENCE, RATIO, RATE, "true-positive rate")
