"""Checker ``performance.beats_baseline``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from deploycheck.authoring.answered import (
    missing_scores,
    numbers,
    paired,
    split_by_class,
    too_few,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import AucDifference, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.held import held, numbers_of, present
from deploycheck.authoring.metrics.sample import Sample, averaged, first, sample_of
from deploycheck.authoring.params import ColumnNames, From, Params
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.coded import label_text
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.targets import Targets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIFFERENCE, AREA, GAIN, ROOT = (
    "difference",
    "roc_auc_gain",
    "error_reduction",
    "root_mean_squared_error_reduction",
)


class BeatsBaseline(Params):
    column: Annotated[str, ColumnNames("predictions")] | None = Field(
        None,
        description="Column of the test data with the baseline's own predictions, such as those "
        "of a rule or of a person. Without it the baseline always answers the most frequent label "
        "of `train`, or for a regression its mean.",
    )

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        if task is None or (task == "regression") == (measure in {GAIN, ROOT}):
            return super().unmeasured(measure, task)
        if task == "regression":
            return "it is of labels, and the release's task is regression", f"require {GAIN}"
        return f"it is of numbers, and the release's task is {task}", f"require {DIFFERENCE}"


@checker(
    "performance.beats_baseline",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="higher",
            doc="Accuracy of the model minus accuracy of the baseline, on the same rows.",
            plan=Sampling("paired"),
        ),
        Measure(
            AREA,
            unit="probability difference",
            better="higher",
            doc="Area under the curve of the model's score minus that of the baseline, on the same "
            "rows.",
            plan=Sampling("auc_difference", ("positives", "negatives")),
        ),
        Measure(
            GAIN,
            unit="number",
            better="higher",
            doc="For a regression: mean absolute error of the baseline minus that of the model, "
            "in the unit of the target.",
            plan=Sampling("mean"),
        ),
        Measure(
            ROOT,
            unit="number",
            better="higher",
            doc="For a regression: root mean squared error of the baseline minus that of the "
            "model, in the unit of the target.",
            plan=Sampling("smooth"),
        ),
    ],
    roles=["target"],
    version="2",
)
def beats_baseline(
    params: BeatsBaseline,
    predictions: Predictions,
    train: Annotated[Targets, From("train")],
) -> Iterator[Estimate]:
    """The model is better than a baseline that anybody could have.

    Why: Where three of four applicants pay back, "everybody pays back" is right in 75 % of cases.
    A model that is not clearly better costs more than it brings.

    Fix: Look at the confusion table. A model that never predicts the rare label is the baseline
    under another name: weigh the classes, move the threshold, or look for features that tell more.

    Definition: difference = accuracy(model) − accuracy(baseline) on the rows of `predictions`. The
    baseline answers the most frequent label of `train` (of equally frequent ones the first in the
    order of text), as scikit-learn's DummyClassifier does, or what `column` holds. roc_auc_gain is
    that of the areas under the curve, where the model has a score and a label is positive: a
    baseline that always answers the same ranks nothing and has 0.5; `column` ranks by whether it
    holds the positive label, or, where it holds other numbers, by these. For a
    regression error_reduction = MAE(baseline) − MAE(model), and
    root_mean_squared_error_reduction that of the root mean squared errors; the baseline answers
    the mean of `train`, or what `column` holds. The baseline comes from the training rows, because
    one that knows the test rows is no baseline.

    Bounds: Tango's score for the difference of two proportions on the same rows, with two
    Clopper–Pearson bounds where the discordant rows are too few; DeLong's for two areas of the
    same rows. For a regression, and under sampling weights or repeated entities, analytic BCa of
    means over rows. The baseline is taken as it is, without an error of its own.

    Undefined: Without rows (an empty table) on either side there is no baseline or nothing to
    compare. One row, one class and a constant prediction are compared as they are: a constant
    model differs from the majority by 0. The area needs two rows of each class, and a score in
    every row. The error reduction of fewer than 100 rows is undefined, and so is one of
    differences that are all equal. With more than two labels there is no area. A missing target,
    prediction or value of `column` is an error; a column that is absent is refused when the plan
    is made.

    Cost: One comparison of each row, O(n); with scores one sort.

    Source: Breck et al. 2017, "The ML test score" (Model 5: a simpler model is not better); Tango
    1998 for the bounds.

    Example:
        check: performance.beats_baseline
        with: {predictions: test, train: train}
        require: {difference: {min: 0}}
    """
    sample = sample_of(predictions)
    if predictions.task == "regression":
        yield from _regression(params, predictions, train, sample)
        return
    model = predictions.right()
    is_binary = predictions.task != "multiclass" and len(predictions.labels) <= 2
    is_ranked = is_binary and predictions.positive is not None
    if params.column is None:
        label = train.most_frequent()
        if label is None:
            for name in (DIFFERENCE, AREA) if is_ranked else (DIFFERENCE,):
                reason = f"no rows in {train.name}, so no label is most frequent"
                yield Undefined(name, 0, reason)
            return
        baseline = _same_label(predictions, label)
    else:
        baseline = _stored(predictions, params.column)
    yield _difference(model, baseline, sample)
    if is_ranked:
        yield _area(params.column, predictions)


def _difference(
    model: "NDArray[np.bool_]", baseline: "NDArray[np.bool_]", sample: Sample
) -> Estimate:
    if sample.is_plain:
        return paired(DIFFERENCE, model, baseline, sample.counts, "no rows")
    gained = (model.astype("float64") - baseline)[:, None]
    return averaged(DIFFERENCE, gained, first, sample)


def _area(column: str | None, predictions: Predictions) -> Estimate:
    """The gain of the area under the curve."""
    if (reason := missing_scores(predictions)) or predictions.scores is None:
        return Undefined(AREA, predictions.rows, reason)
    versus = _ranking(column, predictions)
    if versus is None:
        return Undefined(AREA, predictions.rows, f"{column} holds neither the labels nor numbers")
    model, baseline = (split_by_class(predictions, v) for v in (predictions.scores, versus))
    if reason := too_few(model.positives, model.negatives):
        return Undefined(AREA, len(model.positives) + len(model.negatives), reason)
    return AucDifference(
        AREA,
        model.positives,
        model.negatives,
        baseline.positives,
        baseline.negatives,
        **model.sample,
    )


def _ranking(column: str | None, predictions: Predictions) -> "NDArray[np.float64] | None":
    """By what the baseline ranks the rows; ``None`` where its texts have no order."""
    import numpy as np

    if column is None or not predictions.rows:
        return np.zeros(predictions.rows)
    coded = present(predictions, column)
    labels = [label_text(value) for value in coded.values]
    if {*labels} <= {*predictions.labels}:
        return np.array([label == predictions.positive for label in labels])[coded.codes] * 1.0
    known = numbers_of(coded)
    return None if known is None or not np.isfinite(known).all() else known[coded.codes]


def _same_label(predictions: Predictions, label: str) -> "NDArray[np.bool_]":
    """Whether each row's target is this one label; one that occurs nowhere is always wrong."""
    import numpy as np

    code = predictions.labels.index(label) if label in predictions.labels else -2
    return _is_target(predictions, np.full(predictions.rows, code, dtype=np.int64))


def _is_target(predictions: Predictions, codes: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Whether each code is that of the row's target; it is proven that every row has one."""
    import numpy as np

    if predictions.target_codes is None:
        return np.zeros(predictions.rows, dtype=np.bool_)
    made: NDArray[np.bool_] = predictions.target_codes == codes
    return made


def _stored(predictions: Predictions, column: str) -> "NDArray[np.bool_]":
    """Whether the baseline's column is right in each row.

    :raises EvidenceError: it has no label in common with the model and the target.
    """
    import numpy as np

    coded = present(predictions, column)
    values, codes = coded.values, coded.codes
    place = {label: code for code, label in enumerate(predictions.labels)}
    table = np.array([place.get(label_text(value), -2) for value in values], dtype=np.int64)
    if predictions.rows and (table < 0).all():
        raise EvidenceError(
            f"baseline {column} and target have no label in common",
            "write both columns in one coding",
            "DC203",
        )
    return _is_target(predictions, table[codes] if len(table) else codes)


def _regression(
    params: BeatsBaseline, predictions: Predictions, train: Targets, sample: Sample
) -> Iterator[Estimate]:
    import numpy as np

    true, predicted = numbers(predictions)
    if params.column is None:
        with np.errstate(over="ignore"):
            mean = train.mean()
        if mean is None:
            for name in (GAIN, ROOT):
                yield Undefined(name, 0, f"no rows in {train.name}, so there is no mean")
            return
        baseline = np.full(predictions.rows, mean)
    else:
        baseline = held(predictions, params.column)
    with np.errstate(over="ignore", invalid="ignore"):
        gain = np.abs(true - baseline) - np.abs(true - predicted)
        squares = np.column_stack([(true - baseline) ** 2, (true - predicted) ** 2])
    yield averaged(GAIN, gain[:, None], first, sample)
    yield averaged(ROOT, squares, rooted, sample)


def rooted(means: Any) -> Any:
    """The difference of the square roots of two means."""
    import numpy as np

    return np.sqrt(means[..., 0]) - np.sqrt(means[..., 1])
