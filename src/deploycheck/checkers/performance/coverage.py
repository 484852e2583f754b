"""Checker ``performance.coverage``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from deploycheck.authoring.answered import numbers
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.held import held, present
from deploycheck.authoring.metrics.sample import (
    Sample,
    averaged,
    bounded,
    first,
    sample_of,
    share_of,
)
from deploycheck.authoring.params import ColumnNames, Params
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.coded import label_text
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COVERAGE, WIDTH, SIZE = "coverage", "mean_width", "mean_size"

Name = Annotated[str, ColumnNames()]


class Coverage(Params):
    lower: Name | None = Field(None, description="Column with the lower end of each interval.")
    upper: Name | None = Field(None, description="Column with the upper end of each interval.")
    labels: Name | None = Field(
        None,
        description="Column with the set of labels that each row is predicted, as text with "
        "`separator` between them.",
    )
    separator: str = Field(
        "|", min_length=1, max_length=8, description="What stands between the labels of a set."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        ends = (self.lower is not None) + (self.upper is not None)
        if (ends, self.labels is not None) not in {(2, False), (0, True)}:
            raise ValueError(
                "lower: give `lower` and `upper` for intervals, or `labels` alone for sets"
            )
        return self

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        what, other = ("sets", WIDTH) if self.labels is not None else ("intervals", SIZE)
        if measure == other:
            return f"the columns given hold {what}", "require the other measure of size"
        if task is not None and (task == "regression") == (what == "sets"):
            reason = "are of labels" if what == "sets" else "are of numbers"
            fix = "`lower` and `upper`" if what == "sets" else "`labels`"
            return f"{what} {reason}, and the release's task is {task}", f"give {fix}"
        return super().unmeasured(measure, task)


@checker(
    "performance.coverage",
    measures=[
        Measure(
            COVERAGE,
            unit="probability",
            better="higher",
            doc="Rows whose truth lies in their interval or set ÷ rows.",
            plan=Sampling("proportion"),
        ),
        Measure(
            WIDTH,
            unit="number",
            better="lower",
            doc="Mean of upper - lower, in the unit of the target.",
            low=0.0,
            plan=Sampling("mean"),
        ),
        Measure(
            SIZE,
            unit="number",
            better="lower",
            doc="Mean number of labels in a set.",
            low=0.0,
        ),
    ],
    roles=["target"],
)
def coverage(params: Coverage, predictions: Predictions) -> Iterator[Estimate]:
    """Prediction intervals, or sets of labels, hold the truth as often as they promise.

    Why: Whoever acts on "between 80 and 120 with 90 % confidence" plans for one miss in ten. An
    interval that misses one in four is a wrong promise; one that never misses may be too wide to
    be of use.

    Fix: Recalibrate on rows that were not trained on: split conformal prediction keeps its coverage
    for any model whose next rows are like those. If coverage was right and fell, look for drift.

    Definition: coverage = rows with lower ≤ truth ≤ upper ÷ rows, or rows whose true label is in
    their set ÷ rows. mean_width is the mean of upper − lower; mean_size the mean number of
    different labels of a set. Ends may be infinite. A set is text such as `a|b`; labels are trimmed
    and read as those of the target (1 and 1.0 are one label), and a set that is only a separator
    is empty. Require coverage from below by `min`, and from above by `max` where intervals that
    are too wide matter; mean_width and mean_size say how useful they are.

    Bounds: Clopper–Pearson for coverage, under sampling weights or repeated entities at the number
    of independent rows that it is worth. The mean width is bounded by analytic BCa, the mean size,
    between 0 and the largest number of labels in a set or in the data, by Hoeffding's with the
    empirical variance, of effective rows where these weigh or repeat. They are about the next rows
    given this model and its calibration; the promise of conformal prediction is an average over
    calibration sets, so that a given one may lie a little below it.

    Undefined: Without rows (an empty table) there is no coverage. One row is covered or not, with
    bounds that allow nearly everything. The mean width of fewer than 100 rows is undefined (the
    mean size, of fewer than 100 independent ones where rows weigh or entities repeat), and so are
    one with an infinite end and one of intervals that are all equally wide, of which nothing is
    known but their width. One class and constant intervals are measured as they are. A missing end,
    set or target is an error, and so are ends that are no numbers and a lower end above its upper
    one; a column that is absent is refused when the plan is made. Intervals are for regressions,
    sets for labels; what asks for the other is refused then, too.

    Cost: One comparison of each row, O(n), after reading the distinct values of the columns.

    Source: Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random world"; Angelopoulos
    and Bates 2023, "Conformal prediction: a gentle introduction"; Clopper and Pearson 1934 for the
    bounds.

    Example:
        check: performance.coverage
        with: {data: test, labels: race, separator: "|"}
        require: {coverage: {min: 0.89}}
    """
    sample = sample_of(predictions)
    if params.labels is not None:
        yield from _sets(params.labels, params.separator, predictions, sample)
        return
    if predictions.task != "regression":
        raise EvidenceError(
            "intervals are of numbers, and the predictions are labels",
            "give the sets of labels as `labels`",
            "DC203",
        )
    true, _ = numbers(predictions)
    low, high = (
        held(predictions, name or "", infinite=True) for name in (params.lower, params.upper)
    )
    if crossed := int((low > high).sum()):
        raise EvidenceError(
            f"{crossed:,} of {predictions.rows:,} rows of {predictions.name} have a "
            f"{params.lower} above their {params.upper}",
            "swap the columns, or mend the data",
            "DC203",
        )
    yield share_of(COVERAGE, (low <= true) & (true <= high), sample)
    yield _width(low, high, sample)


def _width(low: "NDArray[np.float64]", high: "NDArray[np.float64]", sample: Sample) -> Estimate:
    import numpy as np

    if open_ends := int((np.isinf(low) | np.isinf(high)).sum()):
        return sample.undefined(WIDTH, f"{open_ends:,} of {sample.rows:,} intervals are infinite")
    with np.errstate(over="ignore"):
        wide = (high - low)[:, None]
    return averaged(WIDTH, wide, first, sample)


def _sets(
    column: str, separator: str, predictions: Predictions, sample: Sample
) -> Iterator[Estimate]:
    """Coverage and size of sets of labels, each distinct set being read once."""
    import numpy as np

    predictions.right()  # proves that there are labels, and that all are known
    coded, target = present(predictions, column), predictions.target_codes
    if not sample.n or target is None:
        yield sample.undefined(COVERAGE, "no rows")
        yield sample.undefined(SIZE, "no rows")
        return
    parts = [
        {label_text(part.strip()) for part in text.split(separator) if part.strip()}
        for text in coded.values
    ]
    holds = np.array(
        [[label in part for label in predictions.labels] for part in parts], dtype=np.bool_
    )
    size = np.array([len(part) for part in parts], dtype=np.float64)[coded.codes]
    most = float(max(len(predictions.labels), *(len(part) for part in parts)))
    yield share_of(COVERAGE, holds[coded.codes, target], sample)
    yield bounded(SIZE, size, 0.0, most, sample)
