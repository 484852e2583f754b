"""Checker ``fairness.error_rates``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Undefined
from deploycheck.authoring.groups import GroupParams, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.rates import Which, several
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

RATES: tuple[Which, ...] = (
    "false_positive_rate",
    "false_negative_rate",
    "true_positive_rate",
    "true_negative_rate",
    "positive_predictive_value",
    "false_omission_rate",
)


class ErrorRates(GroupParams):
    """Nothing beyond what every checker on groups takes."""


@checker(
    "fairness.error_rates",
    measures=[
        Measure(
            "false_positive_rate",
            "probability",
            "lower",
            "FP ÷ (FP + TN), by group.",
            plan=Sampling("proportion", of="negatives"),
        ),
        Measure(
            "false_negative_rate",
            "probability",
            "lower",
            "FN ÷ (FN + TP), by group.",
            plan=Sampling("proportion", of="positives"),
        ),
        Measure(
            "true_positive_rate",
            "probability",
            "higher",
            "TP ÷ (TP + FN), by group.",
            plan=Sampling("proportion", of="positives"),
        ),
        Measure(
            "true_negative_rate",
            "probability",
            "higher",
            "TN ÷ (TN + FP), by group.",
            plan=Sampling("proportion", of="negatives"),
        ),
        Measure(
            "positive_predictive_value",
            "probability",
            "higher",
            "TP ÷ (TP + FP), by group.",
            plan=Sampling("proportion", of="predicted"),
        ),
        Measure(
            "false_omission_rate",
            "probability",
            "lower",
            "FN ÷ (FN + TN), by group.",
            plan=Sampling("proportion", of="not_predicted"),
        ),
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
    bounds that hold for all groups at once. Under sampling weights or repeated entities each rate
    has the bounds of fewer, effective rows.

    Undefined: A rate that rests on fewer than `min_n` rows, or on none (one class, a constant
    prediction, one row), is not assessed and makes the control inconclusive, unless `min_share` or
    `exclude` declares the group out. Nor is one that rests on fewer than 20 different entities,
    where they repeat. Without any group (an empty table, or all of them excluded) nothing can be
    said. A missing protected value is the group `(missing)`. A missing target or prediction is an
    error, and so is a positive value that never occurs.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Chouldechova 2017, "Fair prediction with disparate impact"; Verma and Rubin 2018,
    "Fairness definitions explained".

    Example:
        check: fairness.error_rates
        with: {data: test, by: [race], min_n: 100}
        require: {false_positive_rate: {max: 0.3}}
    """
    for split in params.splits:
        for name, rates in several(predictions, split, RATES).items():
            groups = assess(params, split, rates)
            for rate in groups.compared:
                yield rate.proportion(name)
            yield from groups.notes(name)
            if not groups.compared and not groups.small:
                reason = "there is no group that is not excluded"
                yield Undefined(name, 0, reason, slice={"by": groups.by})
