"""Checker ``fairness.metric_frame``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from deploycheck.authoring.answered import numbers, told_positive, truly_positive
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Member, Resampled, Smooth, Spread, Undefined
from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.imported_metric import ImportedMetric, imported_metric, metric_name
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.parity import Sorted, parts, repeated, sort_parts
from deploycheck.authoring.rates import independent
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIFFERENCE, RATIO, BY_GROUP = "difference", "ratio", "by_group"
LEAST, MOST = "group_min", "group_max"
EACH = (LEAST, MOST, BY_GROUP)
CELLS = 200  # pairs of true and predicted label, up to which a metric is a function of their counts
LARGEST = 2_000_000


class MetricFrame(GroupParams):
    metric: Annotated[str, AfterValidator(metric_name)] = Field(
        description="A function of sklearn.metrics or fairlearn.metrics, by its dotted or its own "
        "name.",
    )
    arguments: dict[str, bool | int | float | str] = Field(
        default_factory=dict,
        description="Keyword arguments of the metric beside true and predicted values, as "
        "`{average: macro}`.",
    )


@checker(
    "fairness.metric_frame",
    measures=[
        Measure(
            DIFFERENCE,
            unit="number",
            better="lower",
            doc="Largest minus smallest value of the metric over the groups.",
            low=0.0,
        ),
        Measure(
            RATIO,
            unit="ratio",
            better="higher",
            doc="Smallest ÷ largest value of the metric over the groups.",
            high=1.0,
        ),
        Measure(
            LEAST,
            unit="number",
            better="none",
            doc="The smallest value of the metric over the groups; a `min` is held against every "
            "group.",
        ),
        Measure(
            MOST,
            unit="number",
            better="none",
            doc="The largest value of the metric over the groups; a `max` is held against every "
            "group.",
        ),
        Measure(
            BY_GROUP, unit="number", better="none", doc="The value of the metric in each group."
        ),
    ],
    roles=["target"],
)
def metric_frame(params: MetricFrame, predictions: Predictions, seed: Seed) -> Iterator[Estimate]:
    """Any metric of scikit-learn is alike in all groups.

    Why: What an error costs differs from use to use, and so does the metric that must not differ
    between groups. The checks of one rate cannot know it.

    Fix: See `by_group` for which group is off, and with how many rows. Where the metric is a
    function of one rate, the check of that rate has better bounds and says more.

    Definition: by_group is `metric` of the true and predicted values of each group, as fairlearn's
    MetricFrame has it; difference, ratio, group_min and group_max are those of MetricFrame over
    the groups that are compared, for each column of `by`. With two labels the metric reads 1 for
    `positive` and 0 for the other, with more the labels' codes, of a regression the numbers; a
    metric of scores (roc_auc_score, average_precision_score, brier_score_loss, log_loss, …) reads
    the scores.

    Bounds: A metric of labels is a smooth function of the counts of true and predicted label, and
    has the bounds of one; any other is bounded by resampling the rows of each group (BCa). For the
    difference and the ratio each ordered pair of groups has bounds from those of its two groups: to
    pass, the worst pair must clear them; to fail, bounds that hold for all pairs at once.

    Undefined: A group with fewer than `min_n` rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out; so does a group in which the
    metric is not defined (one class, nobody predicted positive), or has no bounds since it hangs on
    a single row. There fairlearn reads a precision as 0, and this check does not. With fewer than
    two groups (an empty table, one row, a constant protected column) there is no gap. A missing
    protected value is the group `(missing)`, or an error with `missing: error`. A missing target,
    prediction or score is an error. Not supported and refused: metrics of other modules or of more
    than one number, sampling weights, repeated entities. Without fairlearn the control is an error
    that names the command to install it.

    Cost: Of labels one count, and some ten times the metric of the counts for each group. Of scores
    and numbers the metric is computed some thousand times for each group.

    Source: Weerts et al. 2023, "Fairlearn: assessing and improving fairness of AI systems" (JMLR
    24); Efron and Tibshirani 1993, "An introduction to the bootstrap".

    Example:
        check: fairness.metric_frame
        with: {data: test, by: [sex], metric: sklearn.metrics.f1_score}
        require: {difference: {max: 0.1}}
    """
    independent(predictions, "a metric by group")
    metric = imported_metric(params.metric, params.arguments)
    true, predicted = _values(predictions, metric)
    for split in params.splits:
        found = parts(predictions.groups, split, predictions.rows, predictions.weights)
        yield from _of_split(
            metric, true, predicted, predictions, sort_parts(params, split, found), seed
        )


def _values(predictions: Predictions, metric: ImportedMetric) -> tuple[Any, Any]:
    """True and predicted values of all rows, as the metric reads them."""
    import numpy as np

    if predictions.task == "regression":
        return numbers(predictions)
    if metric.reads_scores or predictions.task != "multiclass":
        true = truly_positive(predictions).astype(np.int64)
        if not metric.reads_scores:
            return true, told_positive(predictions).astype(np.int64)
        scores = predictions.scores
        if scores is None or not np.isfinite(scores).all():
            raise EvidenceError(
                f"{metric.name} reads scores, and not every row has a finite one",
                "set `columns.score` in the release, or name a metric of labels",
                "DC203",
            )
        return true, scores
    predictions.confusion_matrix()  # proves that all labels are known
    return predictions.target_codes, predictions.prediction_codes


def _of_split(
    metric: ImportedMetric,
    true: Any,
    predicted: Any,
    predictions: Predictions,
    groups: Sorted,
    seed: int,
) -> Iterator[Estimate]:
    import numpy as np

    rows = [repeated(part, predictions.weights, LARGEST) for part in groups.parts]
    found = dict(zip(map(id, groups.parts), _by_group(metric, true, predicted, rows), strict=True))
    chosen = dict(zip(map(id, groups.parts), rows, strict=True))
    excluded = [rate.slice for rate, _ in groups.assessed.excluded]
    for part, reason in groups.others:
        shown = found[id(part)] if np.isfinite(found[id(part)]) else None
        for name in (*EACH, DIFFERENCE, RATIO):
            value = shown if name in EACH else None
            context = part.slice in excluded
            yield Undefined(name, part.counted, reason, value, slice=part.slice, context=context)
    members: list[Member] = []
    values: list[float] = []
    for place, part in enumerate(groups.compared):
        here = true[chosen[id(part)]], predicted[chosen[id(part)]]
        if not np.isfinite(found[id(part)]):
            why = f"{metric.name} is not defined here: {metric.unsaid(*here)}"
            for name in (*EACH, DIFFERENCE, RATIO):
                yield Undefined(name, part.counted, why, slice=part.slice)
            continue
        values.append(found[id(part)])
        made = _bounded(metric, *here, predictions.task == "regression", seed + place)
        yield from (replace(made, name=name, slice=part.slice) for name in EACH)
        members.append(Member(part.slice, made))
    yield from _gaps(members, values, groups)


def _by_group(
    metric: ImportedMetric, true: Any, predicted: Any, rows: list[NDArray[np.int64]]
) -> list[float]:
    """The metric of each group, by fairlearn's MetricFrame; NaN where it is not defined."""
    import numpy as np
    from fairlearn.metrics import MetricFrame as Frame

    every = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    if len(every) < 2:  # which MetricFrame does not take
        return [metric(true[of], predicted[of]) if len(of) else float("nan") for of in rows]

    def one(y_true: Any, y_pred: Any) -> float:
        return metric(np.asarray(y_true), np.asarray(y_pred))

    member = np.repeat(np.arange(len(rows)), [len(of) for of in rows])
    frame = Frame(
        metrics=one, y_true=true[every], y_pred=predicted[every], sensitive_features=member
    )
    found = frame.by_group.to_dict()
    return [float(found.get(place, float("nan"))) for place in range(len(rows))]


def _gaps(members: list[Member], values: list[float], groups: Sorted) -> Iterator[Estimate]:
    place = {"by": groups.assessed.by}
    if len(members) < 2:
        why = f"fewer than two groups can be compared: {len(members)} of {len(groups.parts)}"
        yield from (Undefined(name, 0, why, slice=place) for name in (DIFFERENCE, RATIO))
        if not groups.parts:
            yield from (Undefined(name, 0, "there is no group", slice=place) for name in EACH)
        return
    yield Spread(DIFFERENCE, tuple(members), slice=place)
    if min(values) < 0 or max(values) <= 0:
        why = "a ratio compares values above zero, and this metric has others"
        yield Undefined(RATIO, len(members), why, slice=place)
    else:
        yield Spread(RATIO, tuple(members), how="ratio", slice=place)


def _bounded(
    metric: ImportedMetric,
    true: NDArray[Any],
    predicted: NDArray[Any],
    is_regression: bool,
    seed: int,
) -> Smooth | Resampled:
    """The metric of one group, with the rows that its bounds follow from."""
    import numpy as np

    if metric.weighs and not metric.reads_scores and not is_regression:
        labels = int(max(true.max(), predicted.max())) + 1
        codes, counts = np.unique(true * labels + predicted, return_counts=True)
        cells = np.stack(np.divmod(codes, labels))
        if len(counts) <= CELLS:
            return Smooth(BY_GROUP, np.eye(len(counts)), _of_cells(metric, cells), counts)
    return Resampled(BY_GROUP, _remembered(metric, true, predicted), len(true), seed)


def _of_cells(metric: ImportedMetric, cells: NDArray[Any]) -> Callable[[Any], Any]:
    """The metric as a function of the shares of the cells of true and predicted label.

    The same shares, asked under another measure's name, cost once.
    """
    import numpy as np

    known: dict[bytes, float] = {}

    def one(weights: NDArray[Any]) -> float:
        key = weights.tobytes()
        if key not in known:
            known[key] = metric(cells[0], cells[1], weights)
        return known[key]

    def of(shares: Any) -> Any:
        flat = np.asarray(shares).reshape(-1, cells.shape[1])
        made = [one(weights) for weights in flat]
        return np.array(made).reshape(np.shape(shares)[:-1])

    return of


def _remembered(
    metric: ImportedMetric, true: NDArray[Any], predicted: NDArray[Any]
) -> Callable[[Any], float]:
    """The metric of chosen rows; the same rows, asked under another measure's name, cost once."""
    import numpy as np

    known: dict[bytes, float] = {}

    def statistic(rows: Any) -> float:
        key = hashlib.blake2b(np.ascontiguousarray(rows).data, digest_size=16).digest()
        if key not in known:
            known[key] = metric(true[rows], predicted[rows])
        return known[key]

    return statistic
