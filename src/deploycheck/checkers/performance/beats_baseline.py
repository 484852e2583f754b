"""Checker ``performance.beats_baseline``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from deploycheck.authoring.answered import mean_error, numbers, paired, right
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import ColumnNames, From, Params
from deploycheck.evidence.coded import MISSING, label_text
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.targets import Targets

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIFFERENCE, GAIN = "difference", "error_reduction"


class BeatsBaseline(Params):
    column: Annotated[str, ColumnNames("predictions")] | None = Field(
        None,
        description="Column of the test data with the baseline's own predictions, such as those "
        "of a rule or of a person. Without it the baseline always answers the most frequent label "
        "of `train`, or for a regression its mean.",
    )


@checker(
    "performance.beats_baseline",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="higher",
            doc="Accuracy of the model minus accuracy of the baseline, on the same rows.",
        ),
        Measure(
            GAIN,
            unit="number",
            better="higher",
            doc="For a regression: mean absolute error of the baseline minus that of the model, "
            "in the unit of the target.",
        ),
    ],
    roles=["target"],
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
    order of text), as scikit-learn's DummyClassifier does, or what `column` holds. For a
    regression error_reduction = MAE(baseline) − MAE(model), and the baseline answers the mean of
    `train`, or what `column` holds. The baseline comes from the training rows, because one that
    knows the test rows is no baseline.

    Bounds: Tango's score for the difference of two proportions on the same rows, with two
    Clopper–Pearson bounds where the discordant rows are too few; Student t for the mean of paired
    differences of absolute errors. The baseline is taken as it is, without an error of its own.

    Undefined: Without rows (an empty table) on either side there is no baseline or nothing to
    compare. One row, one class and a constant prediction are compared as they are: a constant
    model differs from the majority by 0. The error reduction of fewer than 100 rows is undefined,
    and so is one of differences that are all equal. A missing target, prediction or value of
    `column` is an error; a column that is absent is refused when the plan is made.

    Cost: One comparison of each row, O(n).

    Source: Breck et al. 2017, "The ML test score" (Model 5: a simpler model is not better); Tango
    1998 for the bounds.

    Example:
        check: performance.beats_baseline
        with: {predictions: test, train: train}
        require: {difference: {min: 0}}
    """
    if predictions.task == "regression":
        yield _regression(params, predictions, train)
        return
    model = right(predictions)
    if params.column is None:
        label = train.most_frequent()
        if label is None:
            yield Undefined(DIFFERENCE, 0, f"no rows in {train.name}, so no label is most frequent")
            return
        baseline = _same_label(predictions, label)
    else:
        baseline = _stored(predictions, params.column)
    yield paired(DIFFERENCE, model, baseline, predictions.weights, "no rows")


def _same_label(predictions: Predictions, label: str) -> "NDArray[np.bool_]":
    """Whether each row's target is this one label; one that occurs nowhere is always wrong."""
    import numpy as np

    code = predictions.labels.index(label) if label in predictions.labels else -2
    return _is_target(predictions, np.full(predictions.rows, code, dtype=np.int64))


def _is_target(predictions: Predictions, codes: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Whether each code is that of the row's target; right() has proven that it has one."""
    import numpy as np

    if predictions.target_codes is None:
        return np.zeros(predictions.rows, dtype=np.bool_)
    made: NDArray[np.bool_] = predictions.target_codes == codes
    return made


def _values(predictions: Predictions, column: str) -> tuple[tuple[str, ...], "NDArray[np.int64]"]:
    """The values of a baseline's column and the code of each row.

    :raises EvidenceError: it was not collected, or a value is missing.
    """
    if column not in predictions.groups:
        raise EvidenceError(f"column {column} was not collected", "name it in `column`", "DC019")
    coded = predictions.groups[column]
    if MISSING in coded.values:
        unknown = int((coded.codes == coded.values.index(MISSING)).sum())
        raise EvidenceError(
            f"{unknown:,} of {predictions.rows:,} rows of {predictions.name} have no baseline",
            f"narrow the data set with `where: [{{column: {column}, present: true}}]`",
            "DC203",
        )
    return coded.values, coded.codes


def _stored(predictions: Predictions, column: str) -> "NDArray[np.bool_]":
    """Whether the baseline's column is right in each row.

    :raises EvidenceError: it has no label in common with the model and the target.
    """
    import numpy as np

    values, codes = _values(predictions, column)
    place = {label: code for code, label in enumerate(predictions.labels)}
    table = np.array([place.get(label_text(value), -2) for value in values], dtype=np.int64)
    if predictions.rows and (table < 0).all():
        raise EvidenceError(
            f"baseline {column} and target have no label in common",
            "write both columns in one coding",
            "DC203",
        )
    return _is_target(predictions, table[codes] if len(table) else codes)


def _regression(params: BeatsBaseline, predictions: Predictions, train: Targets) -> Estimate:
    import numpy as np

    true, predicted = numbers(predictions)
    if params.column is None:
        mean = train.mean()
        if mean is None:
            return Undefined(GAIN, 0, f"no rows in {train.name}, so there is no mean")
        baseline = np.full(predictions.rows, mean)
    else:
        values, codes = _values(predictions, params.column)
        try:
            known = np.array([float(value) for value in values], dtype=np.float64)
        except ValueError:
            known = np.array([np.nan])
        if not np.isfinite(known).all():
            raise EvidenceError(
                f"baseline {params.column} holds values that are no finite number", code="DC203"
            )
        baseline = known[codes] if predictions.rows else np.zeros(0)
    gain = np.abs(true - baseline) - np.abs(true - predicted)
    return mean_error(GAIN, gain, predictions.weights)
