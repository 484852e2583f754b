"""Checker ``fairness.conditional_parity``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Group, Range, Smooth, Undefined
from deploycheck.authoring.groups import Assessed, GroupParams, Rate, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns
from deploycheck.authoring.rates import independent
from deploycheck.evidence.predictions import Predictions, Selected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

DIFFERENCE, DISPARITY = "conditional_parity_difference", "conditional_demographic_disparity"
SELECTION = "selection_rate"
FEWEST = 5  # rows of each outcome in a stratum, for its share of a disparity
MOST_STRATA = 200


class ConditionalParity(GroupParams):
    strata: Columns = Field(
        description="Columns whose combinations of values are the strata: what may rightly tell "
        "people apart, such as the department applied to.",
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if twice := sorted(set(self.by) & set(self.strata)):
            raise ValueError(f"strata: {twice[0]!r} is named in `by` too")
        return self


@checker(
    "fairness.conditional_parity",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="Over all pairs of groups the largest |Mantel-Haenszel difference| of selection "
            "rates within strata.",
            low=0.0,
        ),
        Measure(
            DISPARITY,
            unit="probability difference",
            better="lower",
            doc="For each group, the mean over strata of its share of those not selected - its "
            "share of those selected; above zero is against the group.",
        ),
        Measure(
            SELECTION,
            unit="probability",
            better="none",
            doc="Rows with the favourable prediction ÷ rows, for each group, over all strata.",
        ),
    ],
    roles=["prediction", "favourable"],
)
def conditional_parity(params: ConditionalParity, predictions: Predictions) -> Iterator[Estimate]:
    """People alike in what may count are selected at similar rates, whatever group they are in.

    Why: A gap of selection rates can come from where people apply (Berkeley 1973: each department
    was fair, the university as a whole looked biased), and a fair whole can hide departments that
    are not. Within strata, like is compared with like.

    Fix: See which pair of groups differs. Compare with `fairness.demographic_parity`: a gap that
    goes away within strata is explained by them, and it is for people to say whether that
    explanation may stand. A stratum that is itself a proxy of the group explains nothing.

    Definition: In stratum k the groups a and b have n_a, n_b rows and selection rates p_a, p_b;
    with weights w = n_a · n_b ÷ (n_a + n_b), the difference of a and b is Σ w (p_a − p_b) ÷ Σ w,
    Mantel and Haenszel's, and conditional_parity_difference is the largest of these over all pairs,
    without sign. conditional_demographic_disparity of group g is Σ n_k · (share of g among those
    not selected − share of g among those selected) ÷ Σ n_k.

    Bounds: The difference is that of two rates standardised to the strata; they are worth as many
    independent rows as make their variance Sato's, and are bounded by the score method of Miettinen
    and Nurminen. To pass, the worst pair must clear the bound; to fail, bounds that hold for all
    pairs at once. Disparities have the bounds of a smooth function of means.

    Undefined: A group with fewer than `min_n` rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out. A pair of groups that share no
    stratum cannot be compared; rows of strata with one group alone say nothing, and the details
    count them. With fewer than two groups (an empty table, one row, a constant protected column)
    nothing can be said. A disparity wants five rows selected and five not in every stratum, and at
    most 200 strata. A missing protected value is the group `(missing)`, or an error with
    `missing: error`; a missing stratum is a stratum. A missing prediction is an error. Not
    supported and refused: regression, sampling weights, repeated entities.

    Cost: One count over groups and strata, O(n), and O(strata) for each pair.

    Source: Mantel and Haenszel 1959; Sato 1989, "On the variance estimator for the Mantel-Haenszel
    risk difference" (Biometrics 45); Kamiran, Žliobaitė and Calders 2013, "Quantifying explainable
    discrimination"; Wachter, Mittelstadt and Russell 2021, "Why fairness cannot be automated".

    Example:
        check: fairness.conditional_parity
        with: {data: test, by: [sex], strata: [region]}
        require: {conditional_parity_difference: {max: 0.05}}
    """
    independent(predictions, "a comparison within strata")
    for split in params.splits:
        counts = predictions.selected((*split, *params.strata))
        found = _by_stratum(counts, split, params.strata)
        rates = [Rate(dict(g), int(c[0].sum()), int(c[1].sum()), int(c[1].sum())) for g, c in found]
        groups = assess(params, split, rates)
        tables = {tuple(sorted(dict(g).items())): c for g, c in found}
        yield from _pairs(groups, tables)
        yield from groups.notes(DIFFERENCE, "selection rate")
        yield from _disparities(groups, tables)
        yield from groups.rates(SELECTION)


def _by_stratum(
    counts: Sequence[Selected], split: tuple[str, ...], strata: tuple[str, ...]
) -> list[tuple[tuple[tuple[str, str], ...], Counts]]:
    """For each group hits and rows by stratum, int64 of shape (2, strata)."""
    import numpy as np

    places: dict[tuple[str, ...], int] = {}
    for each in counts:
        places.setdefault(tuple(each.slice[column] for column in strata), len(places))
    made: dict[tuple[tuple[str, str], ...], Counts] = {}
    for each in counts:
        group = tuple((column, each.slice[column]) for column in split)
        table = made.setdefault(group, np.zeros((2, len(places)), dtype=np.int64))
        stratum = places[tuple(each.slice[column] for column in strata)]
        table[:, stratum] += (each.hits, each.of)
    return sorted(made.items(), key=lambda item: item[0])


def _key(rate: Rate) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(rate.slice.items()))


def _pairs(groups: Assessed, tables: dict[Any, Counts]) -> Iterator[Estimate]:
    from deploycheck.stats.stratified import standardised

    if len(groups.compared) < 2:
        yield groups.incomparable(DIFFERENCE)
        return
    members: list[Group] = []
    details: list[str] = []
    for one, other in combinations(groups.compared, 2):
        first, second = tables[_key(one)], tables[_key(other)]
        name = " and ".join(", ".join(rate.slice.values()) for rate in (one, other))
        if not ((first[1] > 0) & (second[1] > 0)).any():
            why = f"{name} share no stratum"
            yield Undefined(DIFFERENCE, one.of + other.of, why, slice=one.slice)
            continue
        found = standardised(*first, *second)
        rates, family = (found.first, found.second), str(len(members))
        for rate, value, of, worth in zip((one, other), rates, found.rows, found.effective,
                                          strict=True):  # fmt: skip
            members.append(Group(rate.slice, value * of, of, family, worth))
        alone = one.of + other.of - sum(found.rows)
        if alone:
            details.append(f"{name}: {alone:,} rows are in strata with one of them alone")
    if members:
        place = {"by": groups.by}
        yield Range(DIFFERENCE, tuple(members), slice=place, details=tuple(details))


def _disparities(groups: Assessed, tables: dict[Any, Counts]) -> Iterator[Estimate]:
    import numpy as np

    if not groups.compared:
        yield Undefined(DISPARITY, 0, "no group can be assessed", slice={"by": groups.by})
    yield from groups.notes(DISPARITY, "rows")
    if not tables:
        return
    whole = np.sum(list(tables.values()), axis=0)
    few = int((np.minimum(whole[0], whole[1] - whole[0]) < FEWEST).sum())
    size = whole.shape[1]
    for rate in groups.compared:
        if size > MOST_STRATA:
            why = f"{size:,} strata are more than {MOST_STRATA}"
            yield Undefined(DISPARITY, rate.of, why, slice=rate.slice)
        elif few:
            why = f"{few} of {size} strata have fewer than {FEWEST} rows selected, or not selected"
            yield Undefined(DISPARITY, rate.of, why, slice=rate.slice)
        else:
            yield _disparity(rate, tables[_key(rate)], whole)


def _disparity(rate: Rate, mine: Counts, whole: Counts) -> Smooth:
    """The disparity of one group, over cells of stratum, outcome and membership."""
    import numpy as np

    size = whole.shape[1]
    others = whole - mine
    # By stratum: mine selected, mine not, others selected, others not.
    cells = np.stack([mine[0], mine[1] - mine[0], others[0], others[1] - others[0]])

    def of(means: Any) -> Any:
        parts = np.asarray(means).reshape(*np.shape(means)[:-1], 4, size)
        selected, refused = parts[..., 0, :] + parts[..., 2, :], parts[..., 1, :] + parts[..., 3, :]
        apart = parts[..., 1, :] / refused - parts[..., 0, :] / selected
        return ((selected + refused) * apart).sum(axis=-1)

    counts = cells.reshape(-1)
    seen = counts > 0
    return Smooth(DISPARITY, np.eye(4 * size)[seen], of, counts[seen], slice=rate.slice)
