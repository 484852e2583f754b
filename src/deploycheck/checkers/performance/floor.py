"""Checker ``performance.floor``."""

from collections.abc import Iterator

from deploycheck.authoring.answered import (
    by_class,
    mean_error,
    missing_scores,
    numbers,
    rate,
    too_few,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Auc, Difference, Estimate, Proportion, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.predictions import Confusion, Predictions


@checker(
    "performance.floor",
    measures=[
        Measure("accuracy", unit="score", better="higher", doc="Rows predicted right ÷ rows."),
        Measure(
            "balanced_accuracy", unit="score", better="higher", doc="(recall + specificity) ÷ 2."
        ),
        Measure("precision", unit="score", better="higher", doc="TP ÷ (TP + FP)."),
        Measure("recall", unit="score", better="higher", doc="TP ÷ (TP + FN)."),
        Measure("f1", unit="score", better="higher", doc="2 TP ÷ (2 TP + FP + FN)."),
        Measure("jaccard", unit="score", better="higher", doc="TP ÷ (TP + FP + FN)."),
        Measure("specificity", unit="score", better="higher", doc="TN ÷ (TN + FP)."),
        Measure("false_positive_rate", unit="probability", better="lower", doc="FP ÷ (FP + TN)."),
        Measure("false_negative_rate", unit="probability", better="lower", doc="FN ÷ (FN + TP)."),
        Measure(
            "roc_auc",
            unit="score",
            better="higher",
            doc="P(the score of a positive row > that of a negative row), ties counting half.",
        ),
        Measure(
            "mean_absolute_error",
            unit="number",
            better="lower",
            doc="Mean of the absolute differences of true and predicted number, in their unit.",
            low=0.0,
        ),
    ],
    roles=["target"],
    version="2",
)
def floor(predictions: Predictions) -> Iterator[Estimate]:
    """The model predicts at least as well as required.

    Why: A model below its floor decides wrongly more often than its owner accepted, whatever else
    it does well.

    Fix: Look at the confusion table: which error is too frequent? Collect more rows of that
    class, move the threshold, or mend the features. An inconclusive control needs more test rows.

    Definition: From the counts TP, FP, FN, TN with respect to `positive`, by the formulas of the
    measures below; they equal scikit-learn's functions of the same name. Each is a proportion, or
    a function of one (F1) or two (balanced accuracy), and bounded as such. With more than two
    labels only the accuracy is measured, since the others need one class to be the positive one.
    roc_auc is measured where there are scores beside the labels: the model's, or those of
    `columns.score`. For a regression there is mean_absolute_error alone.

    Bounds: Clopper–Pearson for each proportion, and through its function for F1; the score method
    of Miettinen and Nurminen for balanced accuracy, as a difference of two independent rates; for
    the area the outermost of logit DeLong, Newcombe's method 5 and, in small classes, Hoeffding.
    Student t for the mean absolute error; in simulations the upper bound at 95 % covers 92 to 94 %
    for normal, Laplace and t(5) errors from 100 rows on, and 89 % for t(3) errors at 100 rows: a
    heavy tail wants more rows. Squared errors have no bounds here that keep their level.

    Undefined: A measure whose denominator is zero is undefined and its control inconclusive:
    recall without positives, precision without positive predictions, all of them without rows.
    So is roc_auc without a score in every row or with fewer than two rows of a class, and the mean
    absolute error of fewer than 100 rows or of errors that are all equal, which say nothing of how
    far off the next may be. One row gives 0 or 1 with bounds that allow nearly everything, and so
    does a small table. A constant prediction is measured as it is. A missing target or prediction
    is an error, and so is a positive value that never occurs.

    Cost: One count over the coded labels, O(n); with scores one sort, O(n log n).

    Source: van Rijsbergen 1979, "Information retrieval" (F); Brodersen et al. 2010, "The balanced
    accuracy and its posterior distribution"; Hanley and McNeil 1982 (area under the curve);
    Clopper and Pearson 1934 for the bounds.

    Example:
        check: performance.floor
        with: {data: test}
        require: {balanced_accuracy: {min: 0.7}, false_negative_rate: {max: 0.2}}
    """
    if predictions.task == "regression":
        true, predicted = numbers(predictions)
        yield mean_error("mean_absolute_error", abs(true - predicted), predictions.weights)
        return
    (matrix,) = predictions.confusion_matrix()
    right, rows = int(matrix.rows.trace()), int(matrix.rows.sum())
    yield rate("accuracy", right, rows, "no rows")
    is_binary = predictions.task != "multiclass" and len(predictions.labels) <= 2
    if is_binary and predictions.positive is not None:
        (counts,) = predictions.confusion()
        yield from _binary(counts)
        yield _area(predictions)


def _binary(c: Confusion) -> Iterator[Estimate]:
    positives, negatives, chosen = c.tp + c.fn, c.fp + c.tn, c.tp + c.fp
    any_positive = c.tp + c.fp + c.fn
    no_positives, no_negatives = "no row is positive", "no row is negative"
    if positives and negatives:
        yield Difference(
            "balanced_accuracy", c.tp, positives, c.fp, negatives, scale="balanced"
        )  # (recall + 1 - false-positive rate) / 2
    else:
        reason = no_negatives if positives else no_positives
        yield Undefined("balanced_accuracy", c.rows, reason)
    yield rate("precision", c.tp, chosen, "no row is predicted positive")
    yield rate("recall", c.tp, positives, no_positives)
    if any_positive:
        yield Proportion("f1", c.tp, any_positive, scale="f1")
    else:
        yield Undefined("f1", 0, "no row is positive, nor predicted so")
    yield rate("jaccard", c.tp, any_positive, "no row is positive, nor predicted so")
    yield rate("specificity", c.tn, negatives, no_negatives)
    yield rate("false_positive_rate", c.fp, negatives, no_negatives)
    yield rate("false_negative_rate", c.fn, positives, no_positives)


def _area(predictions: Predictions) -> Estimate:
    if (reason := missing_scores(predictions)) or predictions.scores is None:
        return Undefined("roc_auc", predictions.rows, reason)
    positives, negatives = by_class(predictions, predictions.scores)
    if reason := too_few(positives, negatives):
        return Undefined("roc_auc", len(positives) + len(negatives), reason)
    return Auc("roc_auc", positives, negatives)
