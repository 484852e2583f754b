"""Checker ``performance.brier_skill``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.figures import Bar, Bars, Figure
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.bins import target_of_probabilities
from deploycheck.authoring.metrics.sample import Sample, bounded, function
from deploycheck.authoring.params import Params
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.scores import Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORE, SKILL = "brier_score", "brier_skill"
FEWEST_OF_CLASS = 20  # rows of a class; with fewer the bounds of a ratio lose their level


class BrierSkill(Params):
    bins: int = Field(
        10,
        ge=2,
        le=100,
        strict=True,
        description="Bins of equal width between 0 and 1, over which the score is decomposed for "
        "the figure.",
    )


@checker(
    "performance.brier_skill",
    measures=[
        Measure(
            SCORE,
            unit="probability",
            better="lower",
            doc="Mean of (score - 1 or 0)², 1 where the row is positive.",
        ),
        Measure(
            SKILL,
            unit="number",
            better="higher",
            doc="1 - Brier score ÷ (share of positives · share of negatives); 0 is always "
            "answering the share of positives.",
            high=1.0,
            plan=Sampling("smooth"),
        ),
    ],
    tasks=["binary_classification"],
    roles=["target", "positive"],
)
def brier_skill(params: BrierSkill, scores: Scores) -> Iterator[Estimate | Figure]:
    """Probabilities are better than the share of positives, given to everybody.

    Why: A Brier score of 0.05 looks small and says nothing where 5 % of rows are positive: the
    same score for every row would reach 0.0475. The skill says how much of that is explained.

    Fix: Look at the figure. A large reliability part wants calibration (isotonic or Platt, on rows
    not trained on). A small resolution part wants features that tell rows apart.

    Definition: brier_score = mean of (score − y)², y being 1 for positive rows; it equals
    scikit-learn's brier_score_loss. brier_skill = 1 − brier_score ÷ (π (1 − π)), π the share of
    positives in the same rows. The figure has Murphy's parts over bins of equal width:
    reliability Σ n_b ÷ n (mean score_b − rate_b)², resolution Σ n_b ÷ n (rate_b − π)²,
    uncertainty π (1 − π), and within_bins, which is what is left because scores in a bin differ;
    brier_score = reliability − resolution + uncertainty + within_bins. They are shown and have no
    bounds: reliability is biased upwards, and performance.calibration bounds it better.

    Bounds: For the score, a mean of numbers between 0 and 1, Hoeffding's with the empirical
    variance, at every n. The skill is a smooth function of two means, bounded by analytic BCa.

    Undefined: Without rows (an empty table) there is neither. One row has no bounds. One class, or
    fewer than 20 rows of a class, has no skill, and the control is inconclusive where it is asked
    for. A constant score is measured as it is. A missing or infinite score or target is an error,
    and so are scores outside 0 to 1 and a positive value that never occurs; a column that is
    absent is refused when the plan is made. More than two labels and regressions have no score
    here. Sampling weights and repeated entities are refused, too; performance.floor has the Brier
    score under both.

    Cost: Two means and their moments, O(n).

    Source: Brier 1950, "Verification of forecasts expressed in terms of probability"; Murphy 1973,
    "A new vector partition of the probability score"; Stephenson, Coelho and Jolliffe 2008, "Two
    extra components in the Brier score decomposition".

    Example:
        check: performance.brier_skill
        with: {data: test}
        require: {brier_skill: {min: 0}}
    """
    target = target_of_probabilities(scores)
    sample = Sample(scores.rows, scores.weights)
    if not sample.n:
        for name in (SCORE, SKILL):
            yield sample.undefined(name, "no rows")
        return
    square = (scores.scores - target) ** 2
    yield bounded(SCORE, square, 0.0, 1.0, sample)
    yield _skill(square, target, sample)
    yield _parts(params.bins, scores.scores, target, sample)


def skill(means: Any) -> Any:
    """The skill, of the means of squared error and target; 0 where all have one class."""
    import numpy as np

    uncertain = means[..., 1] * (1 - means[..., 1])
    held = uncertain > 0
    return np.where(held, 1 - means[..., 0] / np.where(held, uncertain, 1.0), 0.0)


def _skill(
    square: "NDArray[np.float64]", target: "NDArray[np.float64]", sample: Sample
) -> Estimate:
    import numpy as np

    hits = int(target.sum() if sample.counts is None else target @ sample.counts)
    terms = np.column_stack([square, target])
    for what, size in (("positive", hits), ("negative", sample.n - hits)):
        if size < FEWEST_OF_CLASS:
            rows = "row is" if size == 1 else "rows are"
            reason = f"{size:,} {rows} {what}, fewer than {FEWEST_OF_CLASS}"
            value = float(skill(sample.means(terms))) if 0 < hits < sample.n else None
            return sample.undefined(SKILL, reason, value)
    return function(SKILL, terms, skill, sample)


def _parts(
    bins: int, scores: "NDArray[np.float64]", target: "NDArray[np.float64]", sample: Sample
) -> Bars:
    """Murphy's decomposition over bins, which adds up to the Brier score."""
    import numpy as np

    share = np.ones(sample.rows) if sample.share is None else sample.share.astype(np.float64)
    share = share / share.sum()
    at = np.minimum((scores * bins).astype(np.int64), bins - 1)
    size, score, rate = (
        np.bincount(at, share * values, bins).astype(np.float64)
        for values in (np.ones_like(scores), scores, target)
    )
    held = size > 0
    size, score, rate = size[held], score[held] / size[held], rate[held] / size[held]
    whole = float(share @ target)
    reliability = float(size @ (score - rate) ** 2)
    resolution = float(size @ (rate - whole) ** 2)
    uncertainty = whole * (1 - whole)
    left = float(share @ (scores - target) ** 2) - (reliability - resolution + uncertainty)
    parts = {
        "reliability": reliability,
        "resolution": resolution,
        "uncertainty": uncertainty,
        "within_bins": left,
    }
    bars = tuple(Bar(name, value) for name, value in parts.items())
    return Bars("Murphy's parts of the Brier score", bars, "number")
