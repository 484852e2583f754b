"""Checker ``performance.slice_floor``."""

from collections.abc import Iterator
from dataclasses import replace

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Undefined
from deploycheck.authoring.groups import GroupParams, Rate, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics import by_slice, regression, scores
from deploycheck.authoring.rates import Which, rates, several
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

RATES: dict[str, Which] = {
    "precision": "positive_predictive_value",
    "recall": "true_positive_rate",
    "specificity": "true_negative_rate",
    "false_positive_rate": "false_positive_rate",
    "false_negative_rate": "false_negative_rate",
    "f1": "jaccard",
}


def _by_slice(measure: Measure) -> Measure:
    """The same measure of a slice."""
    return replace(measure, doc=f"{measure.doc[:-1]}, by slice.")


class SliceFloor(GroupParams):
    """Nothing beyond what every checker on groups takes."""


@checker(
    "performance.slice_floor",
    measures=[
        Measure(
            "accuracy",
            "score",
            "higher",
            "Rows predicted right ÷ rows, by slice.",
            plan=Sampling("proportion"),
        ),
        Measure(
            "precision",
            "score",
            "higher",
            "TP ÷ (TP + FP), by slice.",
            plan=Sampling("proportion", "predicted"),
        ),
        Measure(
            "recall",
            "score",
            "higher",
            "TP ÷ (TP + FN), by slice.",
            plan=Sampling("proportion", "positives"),
        ),
        Measure(
            "specificity",
            "score",
            "higher",
            "TN ÷ (TN + FP), by slice.",
            plan=Sampling("proportion", "negatives"),
        ),
        Measure(
            "false_positive_rate",
            "probability",
            "lower",
            "FP ÷ (FP + TN), by slice.",
            plan=Sampling("proportion", "negatives"),
        ),
        Measure(
            "false_negative_rate",
            "probability",
            "lower",
            "FN ÷ (FN + TP), by slice.",
            plan=Sampling("proportion", "positives"),
        ),
        Measure(
            "f1",
            "score",
            "higher",
            "2 TP ÷ (2 TP + FP + FN), by slice.",
            plan=Sampling("f1"),
        ),
        Measure(
            "roc_auc",
            "score",
            "higher",
            "P(the score of a positive row > that of a negative row), ties half, by slice.",
            plan=Sampling("auc"),
        ),
        *map(_by_slice, scores.MEASURES),
        *map(_by_slice, regression.MEASURES),
    ],
    roles=["target"],
    version="2",
)
def slice_floor(params: SliceFloor, predictions: Predictions) -> Iterator[Estimate]:
    """The model predicts at least as well as required in every declared slice.

    Why: A model that is right on average can be useless for one region, product or age band; a
    floor on the whole data set does not see it.

    Fix: Look at the worst slice: how many training rows has it, are its features filled, are its
    labels made in the same way? Collect more of it, or say that the model is not for it and narrow
    both the data set and the use.

    Definition: The metrics of `performance.floor` of the same names, in each slice: the values of
    each column of `by`, and with `intersections` their combinations. With more than two labels,
    or without a positive one, only the accuracy is measured; those of scores need a score in every
    row, and a regression has those of numbers alone.

    Bounds: Those of performance.floor: Clopper–Pearson for each rate, analytic BCa for functions of
    means. To pass, every slice must clear the bound; to fail, bounds that hold for all slices at
    once. Under sampling weights or repeated entities each rate has the bounds of fewer, effective
    rows.

    Undefined: A rate that rests on fewer than `min_n` rows, or on none (one class, a constant
    prediction, one row), is not assessed and makes the control inconclusive, unless `min_share` or
    `exclude` declares the slice out. Nor is one that rests on fewer than 20 different entities,
    where they repeat. What performance.floor needs more rows for (100 for means of errors, two of
    each class for roc_auc, 50 for average_precision), a slice needs, too. Without any slice (an
    empty table, or all of them excluded) nothing can be said. A missing value of a column of `by`
    is the slice `(missing)`. A missing target or prediction is an error, and so is a positive value
    that never occurs; a column that is absent is refused when the plan is made.

    Cost: One count over the coded groups, O(n) for each column of `by`; with scores one sort of
    each slice.

    Source: Chung et al. 2019, "Slice Finder: automated data slicing for model validation" (ICDE);
    Clopper and Pearson 1934 for the bounds.

    Example:
        check: performance.slice_floor
        with: {data: test, by: [sex], min_n: 50}
        require: {accuracy: {min: 0.4}}
    """
    is_binary = predictions.task != "multiclass" and len(predictions.labels) <= 2
    for split in params.splits:
        if predictions.task == "regression":
            yield from by_slice.of_numbers(params, predictions, split)
            continue
        yield from _slices(params, split, "accuracy", rates(predictions, split, "accuracy"))
        if not is_binary or predictions.positive is None:
            continue
        found = several(predictions, split, tuple(RATES.values()))
        for name, which in RATES.items():
            yield from _slices(params, split, name, found[which])
        yield from by_slice.of_scores(params, predictions, split)


def _slices(
    params: SliceFloor, split: tuple[str, ...], name: str, found: list[Rate]
) -> Iterator[Estimate]:
    slices = assess(params, split, found)
    is_f1 = name == "f1"
    for rate in slices.compared:
        yield rate.proportion(name, scale="f1" if is_f1 else "identity")
    for note in slices.notes(name):
        share = note.value
        yield note if share is None or not is_f1 else replace(note, value=2 * share / (1 + share))
    if not slices.compared and not slices.small:
        yield Undefined(name, 0, "there is no slice that is not excluded", slice={"by": slices.by})
