"""What checkers of a candidate and a champion share: one metric of both, on the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from deploycheck.authoring.compared import ERRORS, compared, of_another_task
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.groups import Rate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import sample_of
from deploycheck.authoring.params import Params
from deploycheck.authoring.sampling import Chosen, Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.predictions import Predictions

Metric = Literal[
    "accuracy",
    "recall",
    "specificity",
    "balanced_accuracy",
    "roc_auc",
    "f1",
    "f1_macro",
    "matthews_corrcoef",
    "log_loss",
    "brier_score",
    "mean_absolute_error",
    "root_mean_squared_error",
]
DIFFERENCE, REDUCTION, MARGIN = "difference", "error_reduction", "relative_margin"
_PAIRED = {
    "accuracy": Sampling("paired"),
    "recall": Sampling("paired", "positives"),
    "specificity": Sampling("paired", "negatives"),
    "balanced_accuracy": Sampling("auc_difference", ("positives", "negatives")),
    "roc_auc": Sampling("auc_difference", ("positives", "negatives")),
}
_MEANS = dict.fromkeys(("log_loss", "brier_score", "mean_absolute_error"), Sampling("mean"))

MEASURES = (
    Measure(
        DIFFERENCE,
        unit="probability difference",
        better="higher",
        doc="The metric of the candidate minus that of the champion, on the same rows.",
        low=-2.0,  # Matthews' correlation lies between -1 and 1
        high=2.0,
        plan=Chosen("metric", _PAIRED),
    ),
    Measure(
        REDUCTION,
        unit="number",
        better="higher",
        doc="Where `metric` is an error, which is better lower: that of the champion minus that of "
        "the candidate, on the same rows; below 0 the candidate errs more.",
        plan=Chosen("metric", _MEANS),
    ),
)


class ChampionParams(Params):
    """Parameters of every checker that compares one metric of candidate and champion."""

    metric: Metric = Field(
        "accuracy",
        description="What is compared: the metric of `performance.floor` of the same name.",
    )

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        if task is not None and (found := of_another_task(self.metric, task)):
            return found
        meant = measure_of(self.metric)
        if measure in {DIFFERENCE, REDUCTION} - {meant}:
            how = "an error, which is better lower" if meant == REDUCTION else "no error"
            return f"{self.metric} is {how}", f"require {meant}"
        return None


class RelativeParams(ChampionParams):
    """The same, with a margin that may be a share of the champion's metric."""

    relative: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="A share of the champion's metric, such as 0.01 for one percent; with it "
        f"`{MARGIN}` is measured too.",
    )

    @model_validator(mode="after")
    def _has_a_share(self) -> Self:
        if self.relative is not None and self.metric == "matthews_corrcoef":
            raise ValueError(
                "relative: a correlation may be below 0, and a share of it means nothing; give "
                f"the margin as a bound on `{DIFFERENCE}`"
            )
        return self

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        if measure == MARGIN and self.relative is None:
            return "`relative` is not given", "give it, such as 0.01 for one percent"
        return super().unmeasured(measure, task)

    def factor(self, share: float) -> float:
        """What the champion's metric is multiplied by, where ``share`` of it may be lost.

        A negative share is one that must be gained. Of an error less is better, so that a loss of
        one percent is 1.01 times the error.
        """
        return 1 + share if self.metric in ERRORS else 1 - share


def measure_of(metric: str) -> str:
    """The measure of :data:`MEASURES` that suits a metric."""
    return REDUCTION if metric in ERRORS else DIFFERENCE


def measured(
    metric: str, candidate: Predictions, champion: Predictions, place: Mapping[str, str]
) -> Iterator[Estimate]:
    """That measure, and beside an error a word that it is no difference.

    :param place: the slice of the data that both are of.
    """
    name = measure_of(metric)
    yield compared(name, metric, candidate, champion, place=place)
    if name == DIFFERENCE:
        return
    yield replace(sample_of(candidate), slice=place).undefined(
        DIFFERENCE, f"{metric} is an error, which is better lower; require {REDUCTION}"
    )


def group_sizes(
    slices: Sequence[Mapping[str, str]],
    rows: Sequence[NDArray[np.int64]],
    counted: NDArray[np.bool_],
    predictions: Predictions,
) -> list[Rate]:
    """Each group with the rows that its metric rests on and what they are worth; no hits.

    :param rows: the numbers of the rows of each group.
    :param counted: the rows that the metric is of.
    """
    import numpy as np

    sample = sample_of(predictions)
    stands = np.ones(sample.rows, dtype=np.int64) if sample.counts is None else sample.counts
    if sample.weights is not None:
        stands = stands * (sample.weights > 0)
    made = []
    for place, mine in zip(slices, rows, strict=True):
        used = mine[counted[mine] & (stands[mine] > 0)]
        part = sample.of(used, place)
        codes = part.clusters
        made.append(
            Rate(
                place,
                hits=0,
                of=int(stands[used].sum()),
                size=int(stands[mine].sum()),
                effective=None if sample.is_plain or not len(used) else part.independent,
                entities=None if codes is None else len(np.unique(codes)),
                mass=None if sample.weights is None else float(sample.weights[mine].sum()),
            )
        )
    return made
