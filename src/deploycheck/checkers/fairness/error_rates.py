"""Checker ``fairness.error_rates``."""

from collections.abc import Callable, Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Proportion, Undefined
from deploycheck.authoring.groups import GroupParams, Rate, assess
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.predictions import Confusion, Predictions

# Each rate as (hits, of) of a confusion table.
RATES: dict[str, Callable[[Confusion], tuple[int, int]]] = {
    "false_positive_rate": lambda c: (c.fp, c.fp + c.tn),
    "false_negative_rate": lambda c: (c.fn, c.fn + c.tp),
    "true_positive_rate": lambda c: (c.tp, c.tp + c.fn),
    "true_negative_rate": lambda c: (c.tn, c.tn + c.fp),
    "positive_predictive_value": lambda c: (c.tp, c.tp + c.fp),
    "false_omission_rate": lambda c: (c.fn, c.fn + c.tn),
}


class ErrorRates(GroupParams):
    """Nothing beyond what every checker on groups takes."""


@checker(
    "fairness.error_rates",
    measures=[
        Measure("false_positive_rate", "probability", "lower", "FP ÷ (FP + TN), by group."),
        Measure("false_negative_rate", "probability", "lower", "FN ÷ (FN + TP), by group."),
        Measure("true_positive_rate", "probability", "higher", "TP ÷ (TP + FN), by group."),
        Measure("true_negative_rate", "probability", "higher", "TN ÷ (TN + FP), by group."),
        Measure("positive_predictive_value", "probability", "higher", "TP ÷ (TP + FP), by group."),
        Measure("false_omission_rate", "probability", "lower", "FN ÷ (FN + TN), by group."),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target", "prediction", "positive"],
)
def error_rates(params: ErrorRates, predictions: Predictions) -> Iterator[Estimate]:
    """No group bears more errors of a kind than allowed.

    Why: An error rate that is fine on average can be intolerable for one group; a floor on the
    whole data set does not see it.

    Fix: Look at the group's training rows and features, and at how its labels were made. Moving
    one common threshold trades false positives of all groups against false negatives of all.

    Definition: In each group, with respect to `positive`: false_positive_rate = FP ÷ (FP + TN),
    false_negative_rate = FN ÷ (FN + TP), true_positive_rate = TP ÷ (TP + FN), true_negative_rate =
    TN ÷ (TN + FP), positive_predictive_value = TP ÷ (TP + FP), false_omission_rate = FN ÷
    (FN + TN). Groups are the values of each column of `by`, and with `intersections` their
    combinations.

    Bounds: Clopper–Pearson for each rate. To pass, every group must clear the bound; to fail,
    bounds that hold for all groups at once.

    Undefined: A rate that rests on fewer than `min_n` rows, or on none (one class, a constant
    prediction, one row), is not assessed and makes the control inconclusive, unless `min_share`
    or `exclude` declares the group out. Without any group (an empty table, or all of them
    excluded) nothing can be said. A missing protected value is the group `(missing)`. A missing
    target or prediction is an error, and so is a positive value that never occurs.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Chouldechova 2017, "Fair prediction with disparate impact"; Verma and Rubin 2018,
    "Fairness definitions explained".

    Example:
        check: fairness.error_rates
        with: {data: test, by: [race], min_n: 100}
        require: {false_positive_rate: {max: 0.3}}
    """
    for split in params.splits:
        counts = predictions.confusion(split)
        for name, rate_of in RATES.items():
            rates = [Rate(c.slice, *rate_of(c), c.rows) for c in counts]
            groups = assess(params, split, rates)
            for rate in groups.compared:
                yield Proportion(name, rate.hits, rate.of, slice=rate.slice)
            yield from groups.notes(name)
            if not groups.compared and not groups.small:
                reason = "there is no group that is not excluded"
                yield Undefined(name, 0, reason, slice={"by": groups.by})
