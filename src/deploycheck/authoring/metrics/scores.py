"""Metrics of scores of the positive label: log loss, Brier score, average precision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import Sample, averaged, bounded, first, function
from deploycheck.authoring.sampling import Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOG_LOSS, BRIER, PRECISION = "log_loss", "brier_score", "average_precision"
NAMES = (LOG_LOSS, BRIER, PRECISION)
EPSILON = 2.0**-52  # scores are taken to be this far from 0 and 1, as scikit-learn takes them
FEWEST_OF_CLASS = 50  # rows of a class; with 20 the lower bound covers 92 % and less

MEASURES = (
    Measure(
        LOG_LOSS,
        unit="number",
        better="lower",
        doc="Mean of -log(score of what was true), the score within 2⁻⁵² of 0 and 1.",
        low=0.0,
        plan=Sampling("mean"),
    ),
    Measure(
        BRIER,
        unit="probability",
        better="lower",
        doc="Mean of (score - 1 or 0)², 1 where the row is positive.",
    ),
    Measure(
        PRECISION,
        unit="score",
        better="higher",
        doc="Mean of the precision at each threshold, weighted by the recall that it adds.",
        plan=Sampling("smooth"),
    ),
)


def losses(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The log loss of each row.

    :param scores: probabilities of shape (rows,).
    """
    import numpy as np

    inside = np.clip(scores, EPSILON, 1 - EPSILON)
    made: NDArray[np.float64] = -np.log(np.where(positive, inside, 1 - inside))
    return made


@dataclass(frozen=True)
class Ranked:
    """The average precision of rows, and what each row adds to it.

    :param value: the average precision.
    :param influence: of shape (rows,), of weighted mean 0: the first derivative of the value by
        the weight of each row.
    :param bias: n times the mean of the value over samples less the truth, to second order.
    """

    value: float
    influence: NDArray[np.float64]
    bias: float

    def terms(self, share: NDArray[Any] | None) -> NDArray[np.float64]:
        """What :meth:`of` takes the means of: value + influence, and signs that sum to 0.

        The square of the mean of the signs has the mean 1 / n, and so carries the bias.
        """
        import numpy as np

        signs = np.where(np.arange(len(self.influence)) % 2, 1.0, -1.0)
        return np.column_stack(
            [self.value + self.influence, signs - np.average(signs, weights=share)]
        )

    def of(self, means: Any) -> Any:
        """The value near its estimate, moved on the scale of log odds, with its bias."""
        import numpy as np

        odds = self.value * (1 - self.value)
        moved = means[..., 0] - self.value + self.bias * means[..., 1] ** 2
        return 1 / (1 + np.exp(-np.log(self.value / (1 - self.value)) - moved / odds))


def ranked(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], share: NDArray[Any] | None = None
) -> Ranked:
    """The average precision and its influence function, in one sort.

    With N and H the shares of all and of positive rows at or above a threshold, p the share of
    positive rows at it, and π = Σ p: the value is Σ p (H ÷ N) ÷ π, and a row adds
    (y (H ÷ N + Σ p ÷ N − value) − Σ p H ÷ N²) ÷ π, the sums being over the thresholds that it
    reaches. Equal scores are one threshold. A row counts itself in the precision at its own
    threshold, which is most of the bias.

    :param scores: of shape (rows,), finite; at least one row is positive and weighs something.
    :param share: weight of each row.
    """
    import numpy as np

    weight = np.ones(len(scores)) if share is None else share.astype(np.float64)
    weight = weight / weight.sum()
    levels, at = np.unique(-scores, return_inverse=True)
    mass = np.bincount(at, weight, len(levels))
    gained = np.bincount(at, weight * positive, len(levels))
    chosen, hits = np.cumsum(mass), np.cumsum(gained)
    chosen = np.where(chosen > 0, chosen, 1.0)  # rows that weigh nothing reach nothing
    precision, whole = hits / chosen, float(hits[-1])
    value = float(gained @ precision) / whole
    later = np.cumsum((gained / chosen)[::-1])[::-1]
    lost = np.cumsum((gained * hits / chosen**2)[::-1])[::-1]
    of_positive = (precision + later - value)[at]
    influence = (np.where(positive, of_positive, 0.0) - lost[at]) / whole
    itself = float(gained @ ((1 - precision) / chosen))
    return Ranked(value, influence, (itself - float(weight @ (influence * positive))) / whole)


def scored(
    scores: NDArray[np.float64] | None,
    positive: NDArray[np.bool_],
    sample: Sample,
    missing: str,
) -> Iterator[Estimate]:
    """The metrics of scores.

    :param missing: why there are no scores to use; empty where there are.
    """
    if not sample.n or missing or scores is None:
        for name in NAMES:
            yield sample.undefined(name, missing or "no rows")
        return
    outside = int(((scores < 0) | (scores > 1)).sum())
    if outside:
        reason = f"{outside:,} of {sample.rows:,} scores lie outside 0 to 1: no probabilities"
        yield sample.undefined(LOG_LOSS, reason)
        yield sample.undefined(BRIER, reason)
    else:
        terms = losses(scores, positive)[:, None]
        yield averaged(LOG_LOSS, terms, first, sample)
        yield bounded(BRIER, (scores - positive) ** 2, 0.0, 1.0, sample)
    yield _precision(scores, positive, sample)


def _precision(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], sample: Sample
) -> Estimate:
    counted = positive if sample.share is None else positive & (sample.share > 0)
    if not counted.any():
        return sample.undefined(PRECISION, "no row is positive")
    found = ranked(scores, positive, sample.share)
    others = ~positive if sample.share is None else ~positive & (sample.share > 0)
    for what, mask in (("positive", counted), ("negative", others)):
        if (size := sample.of(mask, {}).n) < FEWEST_OF_CLASS:
            rows = "row is" if size == 1 else "rows are"
            shown = f"{size:,} {rows} {what}, fewer than {FEWEST_OF_CLASS}"
            return sample.undefined(PRECISION, shown, found.value)
    if not found.value < 1:
        reason = "every positive row is above every other, so nothing is known of how they vary"
        return sample.undefined(PRECISION, reason, found.value)
    return function(PRECISION, found.terms(sample.share), found.of, sample)
