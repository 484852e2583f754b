"""θ₁ − f·θ₂ of two models on the same rows, where θ is a smooth function of means over rows.

Where the two models hardly ever differ, the rows seen say nothing of those that were not: then the
difference is taken as a mean of its influences, which lie between known ends, and its bounds hold
at every n. So a model compared with itself has bounds of some width, and is never better.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.estimates import BoundedMean, Estimate, Smooth
from deploycheck.authoring.metrics import classes
from deploycheck.authoring.metrics.sample import Of, Sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.predictions import Predictions

FEW = 20  # rows that must differ, as for the difference of two areas
_STEP = 1e-6


@dataclass(frozen=True)
class Contrast:
    """A metric of two models on the same rows, as a function of means.

    :param first: float64 of shape (rows, k): what the candidate's metric is made of, row by row;
        ``second`` likewise of the champion.
    :param of: the metric, of means of shape (…, k).
    :param possible: float64 of shape (truths, answers, k): what a row may hold, for each thing that
        may be true of it and each answer that a model may give.
    """

    first: NDArray[np.float64] = field(repr=False)
    second: NDArray[np.float64] = field(repr=False)
    of: Of
    possible: NDArray[np.float64] = field(repr=False)


def contrasted(name: str, made: Contrast, factor: float, sample: Sample) -> Estimate:
    """The metric of the first model less ``factor`` times that of the second.

    :param sample: rows of the terms, at least one of them with a weight.
    """
    import numpy as np

    values = [float(made.of(sample.means(t))) for t in (made.first, made.second)]
    if not np.isfinite(values).all():
        return sample.undefined(name, "the numbers are too large to be averaged")
    if rows_differing(made, sample) < FEW:
        return _bounded(name, made, factor, sample)
    k, of = made.first.shape[1], made.of

    def difference(means: Any) -> Any:
        return of(means[..., :k]) - factor * of(means[..., k:])

    return Smooth(
        name,
        np.concatenate([made.first, made.second], axis=1),
        difference,
        counts=sample.counts,
        weights=sample.weights,
        clusters=sample.clusters,
        slice=sample.slice,
    )


def _bounded(name: str, made: Contrast, factor: float, sample: Sample) -> Estimate:
    """The same as a mean of influences between known ends; its bounds hold at every n."""
    import numpy as np

    value, influence = 0.0, np.zeros(len(made.first))
    low = high = np.zeros(len(made.possible))
    with np.errstate(all="ignore"):
        for terms, share in ((made.first, 1.0), (made.second, -factor)):
            mean = sample.means(terms)
            slope = share * _slope(made.of, mean)
            possible = (made.possible - mean) @ slope
            low, high = low + possible.min(axis=1), high + possible.max(axis=1)
            influence = influence + (terms - mean) @ slope
            value += share * float(made.of(mean))
    least, most = value + float(low.min()), value + float(high.max())
    if not least < most < np.inf or sample.independent < 2:
        reason = "too few rows differ to say anything of those that were not seen"
        return sample.undefined(name, reason, value if np.isfinite(value) else None)
    n, sd = sample.spread(influence, least - value, most - value)
    told = (
        f"candidate and champion differ on fewer than {FEW} rows; a row is taken to count for no "
        f"less than {least:.4g} and no more than {most:.4g}"
    )
    return BoundedMean(name, value, sd, n, least, most, slice=sample.slice, details=(told,))


def rows_differing(made: Contrast, sample: Sample) -> float:
    """How many rows, or entities, the two models answer differently, as independent ones."""
    import numpy as np

    differ = np.any(made.first != made.second, axis=1)
    if sample.share is not None:
        differ &= sample.share > 0
    return sample.of(differ, {}).independent if differ.any() else 0.0


def subset(predictions: Predictions, rows: NDArray[np.int64]) -> Predictions:
    """The predictions of some rows, without the columns that split them.

    :param rows: their numbers.
    """
    import numpy as np

    kept: dict[str, Any] = {
        one.name: value[rows]
        for one in fields(predictions)
        if isinstance(value := getattr(predictions, one.name), np.ndarray)
    }
    return replace(predictions, rows=len(rows), groups={}, **kept)


def _slope(of: Of, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gradient at the means, by central differences."""
    import numpy as np

    steps = np.diag(_STEP * np.where(mean == 0, 1.0, np.abs(mean)))
    made: NDArray[np.float64] = (of(mean + steps) - of(mean - steps)) / (2 * steps.diagonal())
    return made


def unsaid(
    metric: str,
    true: NDArray[np.int64],
    told: tuple[NDArray[np.int64], NDArray[np.int64]],
    size: int,
    sample: Sample,
) -> str:
    """Why these rows say too little of a metric of labels; empty where they do not."""
    import numpy as np

    each = np.ones(sample.rows) if sample.share is None else sample.share
    each = each if sample.is_plain else (each > 0).astype(np.float64)
    rows = np.bincount(true, each, size)
    if metric != "f1" and (rows > 0).sum() < 2:
        return "all rows have one true label"
    if metric == "matthews_corrcoef":
        for who, codes in zip(("candidate", "champion"), told, strict=True):
            if (np.bincount(codes, each, size) > 0).sum() < 2:
                return f"the {who} answers one label alone, which is related to nothing"
        return ""
    least = int(rows[1] if metric == "f1" else rows.min())
    if least < classes.FEWEST_OF_LABEL:
        word = "row" if least == 1 else "rows"
        what = f"positive {word}" if metric == "f1" else f"{word} of a label"
        return f"{least:,} {what}, fewer than {classes.FEWEST_OF_LABEL}"
    return ""


def possible(size: int, *, binary: bool) -> NDArray[np.float64]:
    """What a row holds by its true and its predicted label, of shape (size, size, k).

    :param binary: only what concerns the second label, which is the positive one.
    """
    import numpy as np

    one = np.eye(size)
    true, told = (np.broadcast_to(a, (size, size, size)) for a in (one[:, None], one[None]))
    made = np.concatenate([true * told, true, told], axis=2)
    return made[:, :, 1::2] if binary else made


def _f1(means: Any) -> Any:
    return classes.divided(2 * means[..., 0], means[..., 1] + means[..., 2])


def _negated(means: Any) -> Any:
    return -means[..., 0]


def _negated_root(means: Any) -> Any:
    import numpy as np

    return -np.sqrt(means[..., 0])


FUNCTIONS: dict[str, Of] = {
    "f1": _f1,
    "f1_macro": classes.averaged("f1", "macro"),
    "matthews_corrcoef": classes.matthews,
    "log_loss": _negated,
    "brier_score": _negated,
    "mean_absolute_error": _negated,
    "root_mean_squared_error": _negated_root,
}
