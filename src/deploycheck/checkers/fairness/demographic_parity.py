"""Checker ``fairness.demographic_parity``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Range, RatioRange, Undefined
from deploycheck.authoring.groups import Assessed, GroupParams, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.rates import rates
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

DIFFERENCE = "demographic_parity_difference"
RATIO = "demographic_parity_ratio"
SELECTION = "selection_rate"


class DemographicParity(GroupParams):
    """Nothing beyond what every comparison of groups takes."""


@checker(
    "fairness.demographic_parity",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="Highest minus lowest selection rate over the groups.",
            low=0.0,
            plan=Sampling("range"),
        ),
        Measure(
            RATIO,
            unit="ratio",
            better="higher",
            doc="Lowest ÷ highest selection rate over the groups.",
            high=1.0,
            plan=Sampling("ratio_range"),
        ),
        Measure(
            SELECTION,
            unit="probability",
            better="none",
            doc="Rows with the favourable prediction ÷ rows, for each group.",
            plan=Sampling("proportion"),
        ),
    ],
    roles=["prediction", "favourable"],
)
def demographic_parity(params: DemographicParity, predictions: Predictions) -> Iterator[Estimate]:
    """Groups get the favourable prediction at similar rates.

    Why: Where a prediction hands something out, a gap of rates is how unequal treatment first
    shows, whether or not the labels justify it.

    Fix: Compare the gap with that of the labels themselves (`prediction` naming the target): if
    it is there already, the question is about the labels. Else look for proxies of the protected
    column among the features, and for groups with few training rows.

    Definition: With selection rate p(g) = #{rows of g with the favourable prediction} ÷ #{rows of
    g}: demographic_parity_difference = max p(g) − min p(g) and demographic_parity_ratio =
    min p(g) ÷ max p(g) over the groups of each column of `by`; both equal fairlearn's functions
    of the same name where the favourable label is 1. Bounds are over all pairs of groups.

    Bounds: The score methods of Miettinen and Nurminen (difference) and of Koopman (ratio) for each
    ordered pair of groups; where there are too few events for them, Clopper–Pearson of both rates.
    To pass, the worst pair must clear the bound; to fail, bounds that hold for all pairs at once.
    Under sampling weights or repeated entities each rate has the bounds of fewer, effective rows.

    Undefined: A group with fewer than `min_n` rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out. Nor is one that rests on fewer
    than 20 different entities, where they repeat. With fewer than two groups to compare (an empty
    table, one row, a constant protected column) nothing can be said; nor about the ratio where
    nobody is selected. A missing protected value is the group `(missing)`. A missing prediction is
    an error, and so is a favourable value that never occurs.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: Calders and Verwer 2010, "Three naive Bayes approaches for discrimination-free
    classification"; Miettinen and Nurminen 1985, "Comparative analysis of two rates", for the
    bounds.

    Example:
        check: fairness.demographic_parity
        with: {data: test, by: [sex, race], intersections: true, min_share: 0.02}
        require: {demographic_parity_difference: {max: 0.1}}
    """
    for split in params.splits:
        groups = assess(params, split, rates(predictions, split, "selection_rate"))
        yield from _extremes(groups)
        yield from groups.notes(DIFFERENCE, "selection rate")
        yield from groups.notes(RATIO, "selection rate")
        yield from groups.rates(SELECTION)


def _extremes(groups: Assessed) -> Iterator[Estimate]:
    """The difference and the ratio of the groups, or why there is none."""
    place = {"by": groups.by}
    compared = tuple(rate.group() for rate in groups.compared)
    if len(compared) < 2:
        yield groups.incomparable(DIFFERENCE)
        yield groups.incomparable(RATIO)
        return
    yield Range(DIFFERENCE, compared, slice=place)
    if any(rate.hits for rate in groups.compared):
        yield RatioRange(RATIO, compared, slice=place)
    else:
        rows = sum(rate.of for rate in groups.compared)
        yield Undefined(RATIO, rows, "nobody is selected in any group", slice=place)
