"""What checkers of robustness share: how much is lost where a model reads worse features."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploycheck.authoring.decisions import known_target, right, scores_of
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import BoundedMean, Estimate, Mean, Paired, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers

LOSS = "loss"
R2_LOSS = "r2_loss"
MEASURES = (
    Measure(
        LOSS,
        unit="probability difference",
        better="lower",
        doc="Accuracy on the rows as they are minus accuracy on the changed rows (classification).",
    ),
    Measure(
        R2_LOSS,
        unit="number",
        better="lower",
        doc="R² on the rows as they are minus R² on the changed rows (regression): the growth of "
        "the mean squared error, in variances of the target.",
    ),
)


def other_task(examples: Examples) -> Estimate:
    """The measure that this task does not have, with the word which one it has."""
    if examples.task == "regression":
        return Undefined(LOSS, examples.rows, f"a regression has no accuracy; require {R2_LOSS}")
    return Undefined(R2_LOSS, examples.rows, f"labels have no R²; require {LOSS}")


def losses(
    before: Answers,
    after: Answers,
    examples: Examples,
    *,
    place: Mapping[str, str],
    details: tuple[str, ...],
) -> Iterator[Estimate]:
    """The loss of the task's metric, on the same rows before and after they were changed.

    :raises EvidenceError: there is no target, or the answers come to no decisions.
    """
    if examples.task == "regression":
        yield _r2_loss(before, after, examples, place, details)
        return
    first, second = right(before, examples), right(after, examples)
    yield Paired(
        LOSS,
        both=int((first & second).sum()),
        first=int((first & ~second).sum()),
        second=int((~first & second).sum()),
        neither=int((~first & ~second).sum()),
        slice=place,
        details=details,
    )


def _r2_loss(
    before: Answers,
    after: Answers,
    examples: Examples,
    place: Mapping[str, str],
    details: tuple[str, ...],
) -> Estimate:
    """The mean growth of squared errors in variances of the target, as a linearised ratio."""
    import numpy as np

    true, old, new = known_target(examples), scores_of(before), scores_of(after)
    if old is None or new is None:
        raise EvidenceError(
            "the model answers labels, and a regression is judged by numbers",
            "say in `model.outputs.score` which output holds them",
            code="DC204",
        )
    n = examples.rows
    apart = (true - true.mean()) ** 2
    variance = float(apart.mean())
    if n < 2 or variance == 0:
        why = "the target has one value, so R² is not defined"
        return Undefined(R2_LOSS, n, why, slice=place, details=details)
    grown = (true - new) ** 2 - (true - old) ** 2
    if not grown.any():
        told = (*details, "no row's error changes")
        # Nothing varies, so no bound can follow from the spread: a row is taken to add at most
        # one variance of the target.
        return BoundedMean(R2_LOSS, 0.0, 0.0, n, -1.0, 1.0, slice=place, details=told)
    loss = float(grown.mean()) / variance
    influence = (grown - loss * apart) / variance
    spread = float(np.std(influence, ddof=1))
    return Mean(R2_LOSS, loss, spread, n, slice=place, details=details)
