"""Checker ``performance.calibration``."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Distance, Estimate, Mean, Undefined
from deploycheck.authoring.figures import Curve, Figure, Point
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.bins import ScoreBins, target_of_probabilities
from deploycheck.authoring.metrics.sample import Sample, bounded
from deploycheck.evidence.scores import Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.stats.calibration import Ece

ERROR, SLOPE, INTERCEPT = "calibration_error", "calibration_slope", "calibration_intercept"
EXCESS = "brier_excess"
LEVEL = 0.05  # of each bound of the curve, which is drawn and judges nothing


class Calibration(ScoreBins):
    """Nothing beyond the bins."""


@checker(
    "performance.calibration",
    measures=[
        Measure(
            ERROR,
            unit="probability",
            better="lower",
            doc="Mean over rows of |observed rate of their bin - mean score of their bin|.",
        ),
        Measure(
            SLOPE,
            unit="number",
            better="none",
            doc="Slope of the logistic regression of the target on the logit of the score; 1 is "
            "perfect, less is overconfident.",
        ),
        Measure(
            INTERCEPT,
            unit="number",
            better="none",
            doc="Intercept of that regression; 0 is perfect together with a slope of 1.",
        ),
        Measure(
            EXCESS,
            unit="number",
            better="none",
            doc="Brier score minus the one that scores have which mean what they say: mean of "
            "(target - score) · (1 - 2 · score).",
            low=-0.125,
            high=1.0,
        ),
    ],
    tasks=["binary_classification"],
    roles=["target", "positive"],
    version="2",
)
def calibration(params: Calibration, scores: Scores) -> Iterator[Estimate | Figure]:
    """Scores mean what they say, as probabilities.

    Why: Prices, limits and reviews are set by the probability and not by the label. A score that
    says 0.1 where 0.2 is true doubles the loss, and no ranking metric sees it.

    Fix: Look at the curve: above the diagonal the model says too little, below too much. Refit
    the last step (isotonic or Platt) on rows that were not trained on; look whether the share of
    positives has changed since training.

    Definition: Of the rows scored 0.3, three in ten should be positive. calibration_error (ECE) =
    Σ_b n_b ÷ n · |rate_b − mean score_b| over the declared bins, each with its upper edge; the
    details have it less its estimated bias. Slope and intercept are those of
    logit P(positive) = intercept + slope · logit(score), by maximum likelihood; scores of 0 and 1
    are taken to be 1e-15 away from them. brier_excess = Brier score − mean of score (1 − score),
    which is 0 where every score is the true probability; scores that are too extreme make it
    positive, scores that are too cautious negative. Its details have Spiegelhalter's Z, which
    divides it by the deviation it has where nothing is wrong: a test of zero, that any difference
    fails with enough rows, and so not what is bounded.

    Bounds: The error in each bin is Gaussian in the limit, and the estimated error lies within the
    norm of that noise of the true one, whether or not the truth is zero; where nothing is wrong
    the estimate is above zero. Its deviation has one row of n added, for bins in which nearly all
    rows have one outcome. Student t for slope and intercept, with the standard errors of
    maximum likelihood. Hoeffding's with the empirical variance for the excess of a row, which lies
    between −1/8 and 1. The curve's bounds are Clopper–Pearson's.

    Undefined: Without rows (an empty table) there is no error. One class, scores that are all
    alike and scores that separate the classes have no slope, and the control is inconclusive
    where one is asked for; one row has neither, and no bounds of the excess. A missing score or
    target is an error, and so are scores outside 0 to 1, which are no probabilities, and a positive
    value that never occurs; a column that is absent is refused when the plan is made. Sampling
    weights and repeated entities are refused, and more than two labels have no score here.

    Cost: One count by bin, O(n), and a handful of Newton steps, O(n) each.

    Source: Kumar, Liang and Ma 2019, "Verified uncertainty calibration" (NeurIPS); Cox 1958, "Two
    further applications of a model for binary regression"; Spiegelhalter 1986, "Probabilistic
    prediction in patient management and clinical trials".

    Example:
        check: performance.calibration
        with: {data: test, bins: 10}
        require: {calibration_error: {max: 0.3}}
    """
    target = target_of_probabilities(scores, "calibration")
    rows = scores.rows if scores.weights is None else int(scores.weights.sum())
    if not rows:
        for name in (ERROR, SLOPE, INTERCEPT, EXCESS):
            yield Undefined(name, 0, "no rows")
        return
    yield from _error(params, scores)
    yield from _line(scores, rows)
    yield _excess(scores, target)


def _error(params: Calibration, scores: Scores) -> Iterator[Estimate | Figure]:
    from deploycheck.stats.calibration import ece

    found = ece(scores.scores, scores.target, scores.weights, params.cuts)
    details = (f"less its estimated bias {found.debiased:.4g}",)
    # Where nearly all rows have one outcome the noise is Poisson's and not Gauss's; one row more of
    # deviation keeps the upper bound at its level there (measured: 88 % without, 95 % with it).
    scale = found.scale + 1 / found.n
    yield Distance(ERROR, found.value, found.center, scale, found.n, details=details)
    yield _curve(found)


def _curve(found: "Ece") -> Curve:
    """Observed rate beside mean score, bin by bin."""
    from deploycheck.stats.proportion import clopper_pearson

    points = []
    for rows, score, rate in zip(found.rows, found.mean_score, found.mean_target, strict=True):
        if not rows:
            continue
        low, high = clopper_pearson(round(rows * rate), int(rows), LEVEL)
        points.append(Point(float(score), float(rate), float(low), float(high), int(rows)))
    return Curve(
        "Reliability", "mean score", "observed rate of positives", tuple(points), diagonal=True
    )


def _line(scores: Scores, rows: int) -> Iterator[Estimate]:
    from deploycheck.stats.calibration import logistic_calibration

    try:
        found = logistic_calibration(scores.scores, scores.target, scores.weights)
    except ValueError as error:  # every other cause was ruled out before
        for name in (SLOPE, INTERCEPT):
            yield Undefined(name, rows, str(error))
        return
    root = found.n**0.5
    yield Mean(SLOPE, found.slope, found.slope_se * root, found.n)
    yield Mean(INTERCEPT, found.intercept, found.intercept_se * root, found.n)


def _excess(scores: Scores, target: "NDArray[np.float64]") -> Estimate:
    """The excess of the Brier score, with Spiegelhalter's Z in its details."""
    import numpy as np

    p, sample = scores.scores, Sample(scores.rows, scores.weights)
    values = (target - p) * (1 - 2 * p)
    often = np.ones(sample.rows) if sample.counts is None else sample.counts
    variance = float(often @ ((1 - 2 * p) ** 2 * p * (1 - p)))
    told: tuple[str, ...] = ()
    if variance > 0:
        told = (f"Spiegelhalter's Z {float(often @ values) / variance**0.5:.4g}",)
    return replace(bounded(EXCESS, values, -0.125, 1.0, sample), details=told)
