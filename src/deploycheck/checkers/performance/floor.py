"""Checker ``performance.floor``."""

from collections.abc import Iterator
from typing import Literal

from deploycheck.authoring.answered import missing_scores, numbers, split_by_class, too_few
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Auc, Difference, Estimate, Undefined
from deploycheck.authoring.groups import Rate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics import classes, outcomes, regression, scores
from deploycheck.authoring.metrics.sample import sample_of
from deploycheck.authoring.rates import Which, by_truth, rates, several
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

NO_POSITIVES, NO_NEGATIVES = "no row is positive", "no row is negative"
NEITHER = "no row is positive, nor predicted so"
# The rate behind each measure of a binary outcome, and what is said where it counts no rows.
BINARY: dict[str, tuple[Which, str]] = {
    "precision": ("positive_predictive_value", "no row is predicted positive"),
    "recall": ("true_positive_rate", NO_POSITIVES),
    "f1": ("jaccard", NEITHER),
    "jaccard": ("jaccard", NEITHER),
    "specificity": ("true_negative_rate", NO_NEGATIVES),
    "false_positive_rate": ("false_positive_rate", NO_NEGATIVES),
    "false_negative_rate": ("false_negative_rate", NO_POSITIVES),
}


@checker(
    "performance.floor",
    measures=[
        Measure(
            "accuracy",
            unit="score",
            better="higher",
            doc="Rows predicted right ÷ rows.",
            plan=Sampling("proportion"),
        ),
        Measure(
            "balanced_accuracy",
            unit="score",
            better="higher",
            doc="(recall + specificity) ÷ 2, or the mean recall of each label that occurs.",
            plan=Sampling("balanced"),
        ),
        Measure(
            "precision",
            unit="score",
            better="higher",
            doc="TP ÷ (TP + FP).",
            plan=Sampling("proportion", "predicted"),
        ),
        Measure(
            "recall",
            unit="score",
            better="higher",
            doc="TP ÷ (TP + FN).",
            plan=Sampling("proportion", "positives"),
        ),
        Measure(
            "f1",
            unit="score",
            better="higher",
            doc="2 TP ÷ (2 TP + FP + FN).",
            plan=Sampling("f1"),
        ),
        Measure(
            "jaccard",
            unit="score",
            better="higher",
            doc="TP ÷ (TP + FP + FN).",
            plan=Sampling("jaccard"),
        ),
        Measure(
            "specificity",
            unit="score",
            better="higher",
            doc="TN ÷ (TN + FP).",
            plan=Sampling("proportion", "negatives"),
        ),
        Measure(
            "false_positive_rate",
            unit="probability",
            better="lower",
            doc="FP ÷ (FP + TN).",
            plan=Sampling("proportion", "negatives"),
        ),
        Measure(
            "false_negative_rate",
            unit="probability",
            better="lower",
            doc="FN ÷ (FN + TP).",
            plan=Sampling("proportion", "positives"),
        ),
        Measure(
            "roc_auc",
            unit="score",
            better="higher",
            doc="P(the score of a positive row > that of a negative row), ties counting half.",
            plan=Sampling("auc"),
        ),
        *classes.MEASURES,
        *scores.MEASURES,
        *classes.AVERAGED,
        *regression.MEASURES,
    ],
    roles=["target"],
    version="3",
)
def floor(predictions: Predictions) -> Iterator[Estimate]:
    """The model predicts at least as well as required.

    Why: A model below its floor decides wrongly more often than its owner accepted, whatever else
    it does well.

    Fix: Look at the confusion table: which error is too frequent? Collect more rows of that
    class, move the threshold, or mend the features. An inconclusive control needs more test rows.

    Definition: From the counts TP, FP, FN, TN with respect to `positive`, by the formulas of the
    measures below; they equal scikit-learn's functions of the same name. With scores beside the
    labels (the model's, or those of `columns.score`) there are roc_auc and average_precision, and
    where the scores lie in 0 to 1 log_loss and brier_score. With more than two labels, or without
    a positive one, there are accuracy, balanced_accuracy (the mean recall of each label that
    occurs), matthews_corrcoef, cohen_kappa, and the macro, micro and weighted averages of f1,
    precision and recall, as scikit-learn has them with zero_division=0. A regression has
    mean_absolute_error, mean_squared_error, root_mean_squared_error, r2,
    mean_absolute_percentage_error and median_absolute_error; the last is an error that occurs,
    where scikit-learn takes the middle of two if the rows are even.

    Bounds: Clopper–Pearson for each proportion, and through its function for F1; the score method
    of Miettinen and Nurminen for balanced accuracy, as a difference of two independent rates; for
    the area the outermost of logit DeLong, Newcombe's method 5 and, in small classes, Hoeffding.
    brier_score has Hoeffding's with the empirical variance, median_absolute_error order statistics;
    both hold at every n of independent rows. All others are smooth functions of means
    (average_precision by its influence function, on log odds) and bounded by analytic BCa. A heavy
    tail wants more rows, and a sample that shows one is told so; squared errors with a tail like
    that of t(3) have no variance, and the upper bound of their mean does not keep its level at any
    number of rows: take mean_absolute_error or median_absolute_error there. Sampling weights and
    repeated entities are taken into account.

    Undefined: A measure whose denominator is zero is undefined and its control inconclusive: recall
    without positives, precision without positive predictions, all of them without rows. One row
    gives a proportion of 0 or 1 with bounds that allow nearly everything, and so does a small
    table; a constant prediction is measured as it is, and has no correlation. roc_auc needs a score
    in every row and two rows of each class, average_precision 50 rows of each class. Means of
    errors and the log loss need 100 rows (as does brier_score under sampling weights or repeated
    entities, independent ones), and errors that are not all equal; r2 a target that varies;
    percentages targets that are not 0. Averages over labels need 10 rows of each label, and they,
    matthews_corrcoef and cohen_kappa 10 right rows and 10 wrong ones, since fewer say nothing of
    how they vary, and at most 50 labels. median_absolute_error is not taken under sampling weights
    or repeated entities, or of more than 1,000,000 rows. Where there are more than two labels,
    nothing is measured of scores (there is one score a row, and log_loss, top_k_accuracy or roc_auc
    would need one for each label); max_error has no bound in any sample. A missing target or
    prediction is an error, and so is a positive value that never occurs.

    Cost: One count over the coded labels, O(n); with scores one sort, O(n log n). Every measure is
    taken, whichever is required, at O(n) each.

    Source: van Rijsbergen 1979, "Information retrieval" (F); Brodersen et al. 2010, "The balanced
    accuracy and its posterior distribution"; Gorodkin 2004, "Comparing two K-category assignments
    by a K-category correlation coefficient"; Cohen 1960 (kappa); Hanley and McNeil 1982 (area
    under the curve); Clopper and Pearson 1934, DiCiccio and Efron 1992 for the bounds.

    Example:
        check: performance.floor
        with: {data: test}
        require: {balanced_accuracy: {min: 0.7}, false_negative_rate: {max: 0.2}}
    """
    if predictions.task == "regression":
        yield from regression.errors(*numbers(predictions), sample_of(predictions))
        return
    accuracy = _rate("accuracy", rates(predictions, (), "accuracy"), "no rows")
    yield accuracy
    is_binary = predictions.task != "multiclass" and len(predictions.labels) <= 2
    if is_binary and predictions.positive is not None:
        yield _balanced(predictions)
        found = several(predictions, (), tuple(which for which, _ in BINARY.values()))
        for name, (which, without) in BINARY.items():
            yield _rate(name, found[which], without)
        yield _area(predictions)
        yield from outcomes.of_two(predictions)
    else:
        yield from outcomes.of_several(predictions, accuracy)


def _rate(name: str, found: list[Rate], without: str) -> Estimate:
    """The one rate of all rows, or why there is none."""
    if not found or not found[0].of:
        return Undefined(name, 0, without)
    (rate,) = found
    scale: Literal["identity", "f1"] = "f1" if name == "f1" else "identity"
    if reason := rate.unassessed():
        share = rate.value or 0.0
        value = 2 * share / (1 + share) if scale == "f1" else share
        return Undefined(name, rate.of, f"not assessed: {reason}", value)
    return rate.proportion(name, scale=scale)


def _balanced(predictions: Predictions) -> Estimate:
    """(recall + 1 - false-positive rate) ÷ 2."""
    name = "balanced_accuracy"
    found, without = by_truth(predictions)
    if without:
        return Undefined(name, found[0].size + found[1].size, without)
    recall, wrong = found
    for rate in found:
        if reason := rate.unassessed():
            value = (1 + (recall.value or 0.0) - (wrong.value or 0.0)) / 2
            return Undefined(name, rate.of, f"not assessed: {reason}", value)
    return Difference(
        name,
        recall.hits,
        recall.of,
        wrong.hits,
        wrong.of,
        "balanced",
        recall.compared,
        wrong.compared,
    )


def _area(predictions: Predictions) -> Estimate:
    if (reason := missing_scores(predictions)) or predictions.scores is None:
        return Undefined("roc_auc", predictions.rows, reason)
    found = split_by_class(predictions, predictions.scores)
    if reason := too_few(found.positives, found.negatives):
        return Undefined("roc_auc", len(found.positives) + len(found.negatives), reason)
    return Auc("roc_auc", found.positives, found.negatives, **found.sample)
