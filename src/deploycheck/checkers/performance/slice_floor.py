"""Checker ``performance.slice_floor``."""

from collections.abc import Callable, Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Proportion, Undefined
from deploycheck.authoring.groups import GroupParams, Rate, assess
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.predictions import Confusion, Predictions

RATES: dict[str, Callable[[Confusion], tuple[int, int]]] = {
    "precision": lambda c: (c.tp, c.tp + c.fp),
    "recall": lambda c: (c.tp, c.tp + c.fn),
    "specificity": lambda c: (c.tn, c.tn + c.fp),
    "false_positive_rate": lambda c: (c.fp, c.fp + c.tn),
    "false_negative_rate": lambda c: (c.fn, c.fn + c.tp),
}


class SliceFloor(GroupParams):
    """Nothing beyond what every checker on groups takes."""


@checker(
    "performance.slice_floor",
    measures=[
        Measure("accuracy", "score", "higher", "Rows predicted right ÷ rows, by slice."),
        Measure("precision", "score", "higher", "TP ÷ (TP + FP), by slice."),
        Measure("recall", "score", "higher", "TP ÷ (TP + FN), by slice."),
        Measure("specificity", "score", "higher", "TN ÷ (TN + FP), by slice."),
        Measure("false_positive_rate", "probability", "lower", "FP ÷ (FP + TN), by slice."),
        Measure("false_negative_rate", "probability", "lower", "FN ÷ (FN + TP), by slice."),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target"],
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
    or without a positive one, only the accuracy is measured.

    Bounds: Clopper–Pearson for each rate. To pass, every slice must clear the bound; to fail,
    bounds that hold for all slices at once.

    Undefined: A rate that rests on fewer than `min_n` rows, or on none (one class, a constant
    prediction, one row), is not assessed and makes the control inconclusive, unless `min_share` or
    `exclude` declares the slice out. Without any slice (an empty table, or all of them excluded)
    nothing can be said. A missing value of a column of `by` is the slice `(missing)`. A missing
    target or prediction is an error, and so is a positive value that never occurs; a column that
    is absent is refused when the plan is made.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Chung et al. 2019, "Slice Finder: automated data slicing for model validation" (ICDE);
    Clopper and Pearson 1934 for the bounds.

    Example:
        check: performance.slice_floor
        with: {data: test, by: [sex], min_n: 50}
        require: {accuracy: {min: 0.4}}
    """
    is_binary = predictions.task != "multiclass" and len(predictions.labels) <= 2
    for split in params.splits:
        matrices = predictions.confusion_matrix(split)
        rates = [
            Rate(m.slice, int(m.rows.trace()), int(m.rows.sum()), int(m.rows.sum()))
            for m in matrices
        ]
        yield from _slices(params, split, "accuracy", rates)
        if not is_binary or predictions.positive is None:
            continue
        counts = predictions.confusion(split)
        for name, rate_of in RATES.items():
            rates = [Rate(c.slice, *rate_of(c), c.rows) for c in counts]
            yield from _slices(params, split, name, rates)


def _slices(
    params: SliceFloor, split: tuple[str, ...], name: str, rates: list[Rate]
) -> Iterator[Estimate]:
    slices = assess(params, split, rates)
    for rate in slices.compared:
        yield Proportion(name, rate.hits, rate.of, slice=rate.slice)
    yield from slices.notes(name)
    if not slices.compared and not slices.small:
        yield Undefined(name, 0, "there is no slice that is not excluded", slice={"by": slices.by})
