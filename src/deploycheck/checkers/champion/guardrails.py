"""Checker ``champion.guardrails``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from deploycheck.authoring.answered import missing_scores, same_rows
from deploycheck.authoring.champions import group_sizes
from deploycheck.authoring.checker import checker
from deploycheck.authoring.compared import OF_NUMBERS, OF_SCORES, compared, rates_apart
from deploycheck.authoring.estimates import Estimate, Mean, Member, Spread, Undefined
from deploycheck.authoring.groups import GroupParams, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import places, sample_of
from deploycheck.authoring.params import Columns
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.coded import combined
from deploycheck.evidence.predictions import Predictions, Role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORES = ("accuracy", "recall", "specificity", "f1", "roc_auc")
ERRORS = ("brier_score", "log_loss", "mean_absolute_error", "root_mean_squared_error")
CALIBRATION = "calibration_error_increase"
SELECTION, TRUE, FALSE = SHIFTS = (
    "selection_rate_shift",
    "true_positive_rate_shift",
    "false_positive_rate_shift",
)
BINS = 10
FEWEST_FOR_BINS = 100
LEVEL = 0.05  # at and below which the bounds of the calibration error hold
_WORDS = {
    "accuracy": "Accuracy",
    "recall": "Recall",
    "specificity": "Specificity",
    "f1": "F1 score",
    "roc_auc": "Area under the ROC curve",
    "brier_score": "Brier score",
    "log_loss": "Log loss",
    "mean_absolute_error": "Mean absolute error",
    "root_mean_squared_error": "Root mean squared error",
}
_OF_RATE = {SELECTION: "selection rate", TRUE: "true-positive rate", FALSE: "false-positive rate"}


# Of all rows together, whatever `by` is.
_PLANS = {
    "accuracy": Sampling("paired", by=False),
    "recall": Sampling("paired", of="positives", by=False),
    "specificity": Sampling("paired", of="negatives", by=False),
    "f1": Sampling("smooth", by=False),
    "roc_auc": Sampling("auc_difference", by=False),
}


class Guardrails(GroupParams):
    by: Columns = Field(
        default=(),
        validate_default=False,
        description="Protected columns, for the measures that compare groups; each is looked at by "
        "itself.",
    )

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        if task is not None and (reason := _of_another_task(measure, task)):
            return reason, "leave it out, or require what the task has"
        if measure in SHIFTS and not self.by:
            return "it compares groups, and `by` names none", "set `by`"
        return super().unmeasured(measure, task)


def _of_another_task(measure: str, task: str) -> str:
    """Why a measure has no meaning for a task; empty where it may have one."""
    metric = measure.removesuffix("_difference").removesuffix("_increase")
    if (task == "regression") == (metric in OF_NUMBERS):
        return ""
    words = "rates" if measure in SHIFTS else metric.replace("_", " ")
    return f"{'a regression has' if task == 'regression' else 'labels have'} no {words}"


def _measures() -> Iterator[Measure]:
    for metric in SCORES:
        yield Measure(
            f"{metric}_difference",
            unit="probability difference",
            better="higher",
            doc=f"{_WORDS[metric]} of the candidate minus that of the champion.",
            plan=_PLANS[metric],
        )
    for metric in ERRORS:
        is_share = metric == "brier_score"
        yield Measure(
            f"{metric}_increase",
            unit="probability difference" if is_share else "number",
            better="lower",
            doc=f"{_WORDS[metric]} of the candidate minus that of the champion.",
            plan=Sampling("smooth", by=False),
        )
    yield Measure(
        CALIBRATION,
        unit="probability difference",
        better="lower",
        doc=f"Calibration error in {BINS} bins of the candidate minus that of the champion.",
        confidence=1 - LEVEL,
    )
    for name, rate in _OF_RATE.items():
        yield Measure(
            name,
            unit="probability difference",
            better="lower",
            doc=f"Over the groups of `by`: largest minus smallest change of the {rate}, from "
            "champion to candidate; no gap between two groups grows by more.",
            low=0.0,
            high=2.0,
        )


@checker("champion.guardrails", measures=tuple(_measures()), roles=["target"])
def guardrails(
    params: Guardrails, predictions: Predictions, champion: Predictions
) -> Iterator[Estimate]:
    """What must not get worse does not, while something else gets better.

    Why: A candidate that is better by the metric it was trained for can be worse by others that
    matter: probabilities that mean less, groups that drift apart, errors of one kind traded for
    the other. A release names these beforehand and asks of each that it holds.

    Fix: Look at the guardrail that does not hold by the check of its own (`performance.floor`,
    `performance.calibration`, the checks of fairness), for the candidate and the champion. An
    inconclusive one needs more rows, or a margin that says what loss would really matter.

    Definition: Every measure is the candidate's minus the champion's, on the same rows: scores
    end in _difference (higher is better, `min: −δ`), errors in _increase (lower is better,
    `max: δ`). They are those of `champion.non_inferior` and of `performance.calibration` with ten
    bins. With `by` a shift compares groups: with Δ(g) = rate(candidate, g) − rate(champion, g) it
    is max Δ − min Δ, and no gap between two groups grew by more than that. selection_rate is of
    the favourable label, the other two of the positive one. What `require` names is judged, and
    all of it must hold. How long each model takes is timed apart, by the checks of budgets.

    Bounds: Those of `champion.non_inferior`. Every guardrail must clear its own bound at the full
    level to pass (Berger's intersection-union test), so no correction for several is made; to fail,
    bounds that hold for all of them at once. For a shift, those of the change in each group
    together. For the calibration error the bounds of both errors' noise added up, which is wide:
    the bias of neither is known near 0; they hold from a confidence of 0.95 on, and less is
    refused. A Brier score or log loss is shown with far fewer rows.

    Undefined: Without rows (an empty table) nothing can be said, and a control that requires
    anything is inconclusive; so it is where scores are missing or are no probabilities, where a
    label that it needs is not named, or where one class alone is there or one row. Constant
    predictions are compared as they are. Groups with fewer than `min_n` rows are not assessed and
    make the shift inconclusive, unless `min_share` or `exclude` declares them out; so does having
    fewer than two groups. Repeated entities have no shift, since groups that share them are not
    independent, and no calibration error, nor have sampling weights the latter. A missing target or
    prediction is an error, and so are rows that are not the same for both. A measure of another
    task is refused when the plan is made, and so is a shift without `by`.

    Cost: O(n) for each measure; for areas one sort, O(n log n); beside the answers of both models.

    Source: Kohavi, Tang and Xu 2020, "Trustworthy online controlled experiments" (guardrail
    metrics); Berger 1982, "Multiparameter hypothesis testing and acceptance sampling".

    Example:
        check: champion.guardrails
        with: {data: test, by: sex}
        require: {brier_score_increase: {max: 0.01}, selection_rate_shift: {max: 0.1}}
    """
    same_rows(predictions, champion)
    is_regression = predictions.task == "regression"
    for metric in SCORES:
        name = f"{metric}_difference"
        reason = _unfit(metric, predictions, champion)
        if reason:
            yield Undefined(name, predictions.rows, reason)
        else:
            yield compared(name, metric, predictions, champion)
    for metric in ERRORS:
        name = f"{metric}_increase"
        reason = _unfit(metric, predictions, champion)
        if reason:
            yield Undefined(name, predictions.rows, reason)
        else:  # the other way round: what is compared is better higher, an increase is worse
            yield compared(name, metric, champion, predictions)
    yield _calibration(predictions, champion)
    if is_regression or not params.by:
        why = "a regression has no rates" if is_regression else "set `by` to compare groups"
        for name in SHIFTS:
            yield Undefined(name, predictions.rows, why)
        return
    for name in SHIFTS:
        yield from _shift(params, name, predictions, champion)


def _unfit(metric: str, predictions: Predictions, champion: Predictions) -> str:
    """Why a metric cannot be measured on these predictions; empty where it can."""
    is_regression = predictions.task == "regression"
    if is_regression != (metric in OF_NUMBERS):
        return f"{'a regression has' if is_regression else 'labels have'} no {metric}"
    if not is_regression and metric != "accuracy" and predictions.positive is None:
        return "the release does not say which label is positive"
    return _unscored(metric, predictions, champion)


def _unscored(metric: str, predictions: Predictions, champion: Predictions) -> str:
    """Why a metric of scores cannot be measured; empty where it can, and for all others."""
    if metric not in OF_SCORES | {"roc_auc"}:
        return ""
    for who, one in (("candidate", predictions), ("champion", champion)):
        if (reason := missing_scores(one)) or one.scores is None:
            return f"the {who}: {reason}"
        if metric in OF_SCORES and ((one.scores < 0) | (one.scores > 1)).any():
            return f"the {who}: scores outside 0 to 1 are no probabilities"
    return ""


def _calibration(predictions: Predictions, champion: Predictions) -> Estimate:
    """The calibration error of the candidate minus that of the champion.

    Each error is seen within its own noise, which is above it on average by up to ``center``. The
    bounds of both are added up; as the deviation of a mean they are exact at 95 % and wide beyond.
    """
    from deploycheck.stats.bounds import normal_quantile
    from deploycheck.stats.calibration import ece

    sample = sample_of(predictions)
    if reason := _unfit("brier_score", predictions, champion):
        return Undefined(CALIBRATION, sample.n, reason.replace("brier_score", "calibration error"))
    if not sample.is_plain:
        what = "sampling weights" if sample.weights is not None else "repeated entities"
        return Undefined(CALIBRATION, sample.n, f"a calibration error has no bounds for {what}")
    if sample.n < FEWEST_FOR_BINS:
        return Undefined(CALIBRATION, sample.n, f"{sample.n:,} rows, fewer than {FEWEST_FOR_BINS}")
    edges = [k / BINS for k in range(BINS + 1)]
    first, second = (
        ece(one.scores, one.true("positive").astype("float64"), sample.counts, edges)
        for one in (predictions, champion)
    )
    scale = first.scale + second.scale + 2 / sample.n
    reach = scale + max(first.center, second.center) / float(normal_quantile(LEVEL))
    told = f"candidate {first.value:.4g}, champion {second.value:.4g}; less their bias "
    told += f"{first.debiased:.4g} and {second.debiased:.4g}"
    value = first.value - second.value
    return Mean(CALIBRATION, value, reach * sample.n**0.5, sample.n, details=(told,))


def _shift(
    params: Guardrails, name: str, predictions: Predictions, champion: Predictions
) -> Iterator[Estimate]:
    """How differently a rate changed between the groups of each column of ``by``."""
    role: Role = "favourable" if name == SELECTION else "positive"
    if getattr(predictions, role) is None:
        yield Undefined(name, predictions.rows, f"the release does not say which label is {role}")
        return
    sample = sample_of(predictions)
    if sample.clusters is not None:
        yield Undefined(name, sample.n, "groups that share entities are not independent")
        return
    told = [one.predicted(role) for one in (predictions, champion)]
    counted = _counted(name, predictions)
    for split in params.splits:
        slices, codes = combined(predictions.groups, split, predictions.rows)
        rows = places(codes, len(slices))
        groups = assess(params, split, group_sizes(slices, rows, counted, predictions))
        kept = {tuple(rate.slice.items()) for rate in groups.compared}
        members = []
        for place, mine in zip(slices, rows, strict=True):
            if tuple(place.items()) in kept:
                used = mine[counted[mine]]
                made = rates_apart(
                    name, told[0][used], told[1][used], sample.of(used, place), "no rows"
                )
                members.append(Member(place, made))
        if len(members) > 1:
            yield Spread(name, tuple(members), slice={"by": groups.by})
        else:
            yield groups.incomparable(name, _OF_RATE[name])
        yield from groups.notes(name, _OF_RATE[name])


def _counted(name: str, predictions: Predictions) -> "NDArray[np.bool_]":
    """The rows that a rate is of: all, the positive ones, or the others."""
    import numpy as np

    if name == SELECTION:
        return np.ones(predictions.rows, dtype=np.bool_)
    made: NDArray[np.bool_] = predictions.true("positive") == (name == TRUE)
    return made
