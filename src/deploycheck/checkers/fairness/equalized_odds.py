"""Checker ``fairness.equalized_odds``."""

from collections.abc import Iterator
from typing import Final

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Group, Range, RatioRange, Undefined
from deploycheck.authoring.groups import Assessed, GroupParams, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.rates import several
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

DIFFERENCE = "equalized_odds_difference"
RATIO = "equalized_odds_ratio"
TRUE_POSITIVE: Final = "true_positive_rate"
FALSE_POSITIVE: Final = "false_positive_rate"
WORDS = {TRUE_POSITIVE: "true-positive rate", FALSE_POSITIVE: "false-positive rate"}


class EqualizedOdds(GroupParams):
    """Nothing beyond what every comparison of groups takes."""


@checker(
    "fairness.equalized_odds",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="The larger of the differences (highest minus lowest over the groups) of "
            "true-positive and of false-positive rates.",
            low=0.0,
            plan=Sampling("range", of=("positives", "negatives")),
        ),
        Measure(
            RATIO,
            unit="ratio",
            better="higher",
            doc="The smaller of the ratios (lowest ÷ highest over the groups) of true-positive "
            "and of false-positive rates.",
            high=1.0,
            plan=Sampling("ratio_range", of=("positives", "negatives")),
        ),
        Measure(
            TRUE_POSITIVE,
            unit="probability",
            better="higher",
            doc="TP ÷ (TP + FN), for each group.",
            plan=Sampling("proportion", of="positives"),
        ),
        Measure(
            FALSE_POSITIVE,
            unit="probability",
            better="lower",
            doc="FP ÷ (FP + TN), for each group.",
            plan=Sampling("proportion", of="negatives"),
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target", "prediction", "positive"],
)
def equalized_odds(params: EqualizedOdds, predictions: Predictions) -> Iterator[Estimate]:
    """The model errs at similar rates in all groups.

    Why: Equal selection rates can hide that one group is wrongly refused and another wrongly
    accepted; equal error rates say that the model is as good a judge of one as of the other.

    Fix: See which rate differs, and for which group. A lower true-positive rate often comes from
    few training rows of the group or from features that tell less about it: collect more, or
    choose the threshold for both rates. Check that the labels are as reliable in each group.

    Definition: With TPR(g) = TP ÷ (TP + FN) and FPR(g) = FP ÷ (FP + TN) in group g, with respect
    to `positive`: equalized_odds_difference = max(max TPR − min TPR, max FPR − min FPR) and
    equalized_odds_ratio = min(min TPR ÷ max TPR, min FPR ÷ max FPR) over the groups of each column
    of `by`; both equal fairlearn's functions of the same name. Both rates must clear the bound.

    Bounds: The score methods of Miettinen and Nurminen (difference) and of Koopman (ratio) for each
    ordered pair of groups and each rate; where there are too few events for them, Clopper–Pearson
    of both rates. To pass, the worst pair must clear the bound; to fail, bounds that hold for all
    pairs at once. Under sampling weights or repeated entities each rate has the bounds of fewer,
    effective rows.

    Undefined: A rate that rests on fewer than `min_n` rows (positives for TPR, negatives for FPR)
    is not assessed and makes the control inconclusive, unless `min_share` or `exclude` declares the
    group out. Nor is one that rests on fewer than 20 different entities, where they repeat. With
    fewer than two groups to compare (an empty table, one row, one class, a constant protected
    column) nothing can be said; nor about the ratio where a rate is zero in every group. A missing
    protected value is the group `(missing)`. A missing target or prediction is an error, and so is
    a positive value that never occurs.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Hardt, Price and Srebro 2016, "Equality of opportunity in supervised learning"
    (NeurIPS); Miettinen and Nurminen 1985 and Koopman 1984 for the bounds.

    Example:
        check: fairness.equalized_odds
        with: {data: test, by: sex, min_n: 50}
        require: {equalized_odds_difference: {max: 0.1}}
    """
    for split in params.splits:
        found = several(predictions, split, (TRUE_POSITIVE, FALSE_POSITIVE))
        families = {name: assess(params, split, rates) for name, rates in found.items()}
        yield from _extremes(families)
        for family, groups in families.items():
            yield from groups.notes(DIFFERENCE, WORDS[family])
            yield from groups.notes(RATIO, WORDS[family])
            yield from groups.rates(family)


def _extremes(families: dict[str, Assessed]) -> Iterator[Estimate]:
    """The difference and ratio of the families that have two groups, a word on the others."""
    pairs: list[Group] = []
    ratios: list[Group] = []
    place: dict[str, str] = {}
    for family, groups in families.items():
        place = {"by": groups.by}
        if len(groups.compared) < 2:
            yield groups.incomparable(DIFFERENCE, WORDS[family])
            yield groups.incomparable(RATIO, WORDS[family])
            continue
        compared = [rate.group(WORDS[family]) for rate in groups.compared]
        pairs += compared
        if any(rate.hits for rate in groups.compared):
            ratios += compared
        else:
            rows = sum(rate.of for rate in groups.compared)
            yield Undefined(RATIO, rows, f"the {WORDS[family]} is zero in every group", slice=place)
    if pairs:
        yield Range(DIFFERENCE, tuple(pairs), slice=place)
    if ratios:
        yield RatioRange(RATIO, tuple(ratios), slice=place)
