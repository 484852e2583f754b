"""Checker ``fairness.auc_parity``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from deploycheck.authoring.answered import FEWEST_OF_A_CLASS, missing_scores, truly_positive
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Auc, Estimate, Member, Spread, Undefined
from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.parity import Part, Sorted, parts, repeated, sort_parts
from deploycheck.authoring.rates import independent
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DIFFERENCE, CROSS, AREA = "auc_difference", "xauc_difference", "roc_auc"
MOST_CROSSED = 20
LARGEST = 50_000_000
BASIS = "rows of the smaller class"


class AucParity(GroupParams):
    """Nothing beyond what every comparison of groups takes."""


@checker(
    "fairness.auc_parity",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="Largest minus smallest area under the ROC curve over the groups.",
            low=0.0,
        ),
        Measure(
            CROSS,
            unit="probability difference",
            better="lower",
            doc="Over all pairs of groups the largest |xAUC(a, b) - xAUC(b, a)|, xAUC(a, b) the "
            "probability that a positive of a scores above a negative of b.",
            low=0.0,
        ),
        Measure(
            AREA,
            unit="score",
            better="higher",
            doc="P(the score of a positive row > that of a negative row), in each group.",
        ),
    ],
    tasks=["binary_classification"],
    roles=["target", "positive"],
)
def auc_parity(params: AucParity, predictions: Predictions) -> Iterator[Estimate]:
    """Scores rank people as well in one group as in another, and across groups.

    Why: A ranking decides who is seen first. It can be good within each group and still put the
    positives of one group behind the negatives of the other; no threshold mends that.

    Fix: A gap between the areas asks for more rows of the weaker group, or for features that tell
    something about it. A gap between the crossed areas with equal areas within says that the scores
    of one group are shifted: calibrate them, see `fairness.calibration_groups`.

    Definition: AUC(g) = P(s(positive of g) > s(negative of g)), ties half; auc_difference =
    max AUC(g) − min AUC(g) over the groups of each column of `by`, as fairlearn's MetricFrame has
    it with scikit-learn's roc_auc_score. xAUC(a, b) = P(s(positive of a) > s(negative of b));
    xauc_difference = max |xAUC(a, b) − xAUC(b, a)| over all pairs of groups.

    Bounds: For each area the outermost of logit DeLong, Newcombe's method 5 and, in small classes,
    Hoeffding; differences by those of the two areas, which have no row in common. To pass, the
    worst pair must clear the bound; to fail, bounds that hold for all pairs at once.

    Undefined: A group with fewer than `min_n` rows of either class is not assessed and makes the
    control inconclusive, unless `min_share` or `exclude` declares it out. With fewer than two
    groups to compare (an empty table, one row, one class, a constant protected column), with a row
    without a score, and for xauc_difference beyond 20 groups, nothing can be said. Constant scores
    have an area of one half in every group. A missing protected value is the group `(missing)`, or
    an error with `missing: error`. A missing target is an error, and so is a positive value that
    never occurs. Not supported and refused: more than two labels, regression, sampling weights,
    repeated entities.

    Cost: One sort for each group, O(n log n), and one for each pair of groups.

    Source: Kallus and Zhou 2019, "The fairness of risk scores beyond classification: bipartite
    ranking and the xAUC metric" (NeurIPS); DeLong, DeLong and Clarke-Pearson 1988.

    Example:
        check: fairness.auc_parity
        with: {data: test, by: [sex], min_n: 50}
        require: {auc_difference: {max: 0.05}}
    """
    independent(predictions, "the area under the curve by group")
    positive = truly_positive(predictions)
    if (reason := missing_scores(predictions)) or predictions.scores is None:
        for name in (DIFFERENCE, CROSS, AREA):
            yield Undefined(name, predictions.rows, reason)
        return
    for split in params.splits:
        found = parts(predictions.groups, split, predictions.rows, predictions.weights)
        classes = {
            place: _classes(part, positive, predictions.scores, predictions.weights)
            for place, part in enumerate(found)
        }
        basis = {place: min(map(len, both)) for place, both in classes.items()}
        scores = {id(part): classes[place] for place, part in enumerate(found)}
        yield from _of_split(sort_parts(params, split, found, basis), scores)


def _classes(
    part: Part, positive: NDArray[np.bool_], scores: Floats, weights: NDArray[np.int64] | None
) -> tuple[Floats, Floats]:
    """Scores of the positives and of the negatives of a group."""
    rows = repeated(part, weights, LARGEST)
    told = positive[rows]
    return scores[rows[told]], scores[rows[~told]]


def _of_split(groups: Sorted, scores: dict[int, tuple[Floats, Floats]]) -> Iterator[Estimate]:
    place = {"by": groups.assessed.by}
    able = [p for p in groups.compared if min(map(len, scores[id(p)])) >= FEWEST_OF_A_CLASS]
    for part in groups.compared:
        both = scores[id(part)]
        if part in able:
            yield Auc(AREA, *both, slice=part.slice)
            continue
        few = f"{min(map(len, both))} row of a class, and an area needs {FEWEST_OF_A_CLASS}"
        for name in (AREA, DIFFERENCE, CROSS):
            yield Undefined(name, sum(map(len, both)), few, slice=part.slice)
    yield from groups.unsaid([AREA, DIFFERENCE, CROSS], BASIS)
    if len(able) < 2:
        yield from groups.incomparable([DIFFERENCE, CROSS])
        if not groups.parts:
            yield Undefined(AREA, 0, "there is no group", slice=place)
        return
    within = tuple(Member(p.slice, Auc(AREA, *scores[id(p)])) for p in able)
    yield Spread(DIFFERENCE, within, slice=place)
    if len(able) > MOST_CROSSED:
        why = f"{len(able)} groups are more than the {MOST_CROSSED} that are crossed"
        yield Undefined(CROSS, len(able), why, slice=place)
        return
    across: list[Member] = []
    for one, other in combinations(able, 2):
        pair = str(len(across))
        (high, low), (other_high, other_low) = scores[id(one)], scores[id(other)]
        across.append(Member(one.slice, Auc(AREA, high, other_low), pair))
        across.append(Member(other.slice, Auc(AREA, other_high, low), pair))
    yield Spread(CROSS, tuple(across), slice=place)
