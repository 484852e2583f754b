"""Checker ``champion.non_inferior``."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from deploycheck.authoring.answered import (
    by_class,
    missing_scores,
    paired,
    right,
    same_rows,
    told_positive,
    too_few,
    truly_positive,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import AucDifference, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.evidence.predictions import Predictions

DIFFERENCE = "difference"


class NonInferior(Params):
    metric: Literal["accuracy", "recall", "specificity", "balanced_accuracy", "roc_auc"] = Field(
        "accuracy",
        description="What is compared: the metric of `performance.floor` of the same name.",
    )


@checker(
    "champion.non_inferior",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="higher",
            doc="The metric of the candidate minus that of the champion, on the same rows.",
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target"],
)
def non_inferior(
    params: NonInferior, predictions: Predictions, champion: Predictions
) -> Iterator[Estimate]:
    """The candidate is not worse than the champion by more than a margin.

    Why: An update that is worse than the model in force is no update. "No significant difference"
    shows nothing: with few rows no difference is ever significant.

    Fix: Look at the rows that the champion has right and the candidate wrong. An inconclusive
    control needs more rows, or a margin that says what loss would really matter.

    Definition: difference = metric(candidate) − metric(champion). The margin δ stands in the
    policy, as `min: −δ`. accuracy is over all rows, recall over those that are positive,
    specificity over those that are not; roc_auc is of the scores, and balanced_accuracy is the
    area under the curve of the labels, which equals (recall + specificity) ÷ 2.

    Bounds: For accuracy, recall and specificity Tango's score for the difference of two proportions
    on the same rows, with two Clopper–Pearson bounds where the discordant rows are too few. For
    the areas DeLong's method for two curves on the same rows. A model compared with itself
    differs by 0, and the bounds have a width all the same: the next rows may tell the two apart.

    Undefined: Without rows (an empty table, one class where only the other counts) there is no
    metric, and areas need two rows of each class, so one row is too few. A constant prediction is
    compared as it is. A missing target or prediction is an error, and so are scores that are
    missing where roc_auc is asked for, rows that are not the same for both, and a release without
    a champion.

    Cost: One comparison of each row, O(n); for areas one sort, O(n log n); beside the answers of
    both models.

    Source: Tango 1998, "Equivalence test and confidence interval for the difference in
    proportions for the paired-sample design"; DeLong, DeLong and Clarke-Pearson 1988; Fagerland,
    Lydersen and Laake 2013.

    Example:
        check: champion.non_inferior
        with: {data: test, metric: accuracy}
        require: {difference: {min: -0.01}}
    """
    same_rows(predictions, champion)
    if params.metric in {"roc_auc", "balanced_accuracy"}:
        yield _area(params.metric, predictions, champion)
    elif params.metric == "accuracy":
        weights = predictions.weights
        yield paired(DIFFERENCE, right(predictions), right(champion), weights, "no rows")
    else:
        yield _of_a_class(predictions, champion, positive=params.metric == "recall")


def _of_a_class(predictions: Predictions, champion: Predictions, *, positive: bool) -> Estimate:
    """Recall or specificity: rows of one class that are told to be of it."""
    rows = truly_positive(predictions) == positive
    told = [(told_positive(p) == positive)[rows] for p in (predictions, champion)]
    weights = None if predictions.weights is None else predictions.weights[rows]
    without = "no row is positive" if positive else "no row is negative"
    return paired(DIFFERENCE, told[0], told[1], weights, without)


def _area(metric: str, predictions: Predictions, champion: Predictions) -> Estimate:
    """The difference of two areas; that of labels is the balanced accuracy."""
    of_labels = metric == "balanced_accuracy"
    classes = []
    for who, one in (("candidate", predictions), ("champion", champion)):
        if of_labels:
            values = told_positive(one).astype("float64")
        elif (reason := missing_scores(one)) or one.scores is None:
            raise EvidenceError(
                f"the {who} cannot be compared by roc_auc: {reason}",
                "give the score of the positive label, as `columns.score` or by the model's "
                "`outputs.score`, or choose another metric",
                "DC203",
            )
        else:
            values = one.scores
        classes.append(by_class(one, values))
    (positives, negatives), (versus_positives, versus_negatives) = classes
    if reason := too_few(positives, negatives):
        return Undefined(DIFFERENCE, len(positives) + len(negatives), reason)
    return AucDifference(DIFFERENCE, positives, negatives, versus_positives, versus_negatives)
