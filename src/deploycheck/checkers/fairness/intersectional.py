"""Checker ``fairness.intersectional``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Group, Range, Statistic, Undefined
from deploycheck.authoring.groups import GroupParams, Rate, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.rates import Which, independent, rates
from deploycheck.evidence.predictions import Predictions

DIFFERENCE, RATE, SHRUNKEN = "intersectional_difference", "group_rate", "shrunken_rate"
OTHERS = "everyone else"


class Intersectional(GroupParams):
    rate: Which = Field(
        "selection_rate",
        description="The rate that is compared: selection_rate, accuracy, base_rate, or one of the "
        "error rates and predictive values, such as true_positive_rate.",
    )

    @model_validator(mode="after")
    def _has_a_product(self) -> Self:
        if len(self.by) < 2:
            raise ValueError("by: a product of columns needs two or more of them")
        return self

    @property
    def splits(self) -> tuple[tuple[str, ...], ...]:
        """All columns together; each by itself is the business of the other checks."""
        return (self.by,)


@checker(
    "fairness.intersectional",
    measures=[
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="lower",
            doc="Over all combinations of the columns the largest |rate of the group - rate of "
            "everyone else|.",
            low=0.0,
        ),
        Measure(RATE, unit="probability", better="none", doc="The rate in each combination."),
        Measure(
            SHRUNKEN,
            unit="probability",
            better="none",
            doc="The rate in each combination, drawn towards that of all rows the more the fewer "
            "rows it has; for display.",
        ),
    ],
    roles=["prediction"],
)
def intersectional(params: Intersectional, predictions: Predictions) -> Iterator[Estimate]:
    """No combination of groups is treated unlike everyone else.

    Why: A model can be fair to women and fair to Black people, and not to Black women. Checks of
    one column at a time add the harm of one combination to the luck of another.

    Fix: Look at `group_rate` and the number of rows behind it: is it a column's own gap, or one of
    the combination alone? Collect rows of the combination; a model that has seen few of them
    borrows from groups that are unlike it. `shrunken_rate` says what of the gap is likely to stay.

    Definition: For every combination g of the values of `by`, with p(g) the rate named by `rate`:
    intersectional_difference = max |p(g) − p(everyone else)|. Against all rows, g among them, the
    gap is (1 − w) times that, with w the share of g in the rows that the rate rests on. The
    shrunken rate is (hits + M·p) ÷ (rows + M), with p the rate of all rows and M by the method of
    moments of a beta-binomial distribution over the groups that are compared (Kleinman 1973).

    Bounds: The score method of Miettinen and Nurminen for each group against everyone else, two
    independent samples; where there are too few events for it, Clopper–Pearson of both rates. To
    pass, the worst group must clear the bound; to fail, bounds that hold for all groups at once.
    Shrunken rates have no bounds and judge nothing.

    Undefined: A combination with fewer than `min_n` rows (positives for a true-positive rate, and
    so on) is shown, is not assessed and makes the control inconclusive, unless `min_share` or
    `exclude` declares it out; it always counts among everyone else. Without a combination that is
    compared, or without anyone else (an empty table, one row, constant columns), nothing can be
    said. A missing protected value is the group `(missing)`, or an error with `missing: error`. A
    missing prediction, or target where the rate needs it, is an error. Not supported and refused:
    regression, scores, sampling weights, repeated entities.

    Cost: One count over the coded groups, O(n).

    Source: Kearns, Neel, Roth and Wu 2018, "Preventing fairness gerrymandering" (ICML); Foulds,
    Islam, Keya and Pan 2020, "An intersectional definition of fairness" (ICDE); Miettinen and
    Nurminen 1985 for the bounds.

    Example:
        check: fairness.intersectional
        with: {data: test, by: [sex, race], rate: selection_rate, min_n: 50, min_share: 0.02}
        require: {intersectional_difference: {max: 0.15}}
    """
    independent(predictions, "a group against everyone else")
    found = rates(predictions, params.by, params.rate)
    groups = assess(params, params.by, found)
    words = params.rate.replace("_", " ")
    hits, of = sum(rate.hits for rate in found), sum(rate.of for rate in found)
    place = {"by": groups.by}
    pairs: list[Group] = []
    for rate in groups.compared:
        if of == rate.of:
            yield Undefined(DIFFERENCE, of, "there is nobody else", slice=rate.slice)
            continue
        family = str(len(pairs))  # names could be alike: "a, b" and "c", "a" and "b, c"
        pairs.append(rate.group(family))
        pairs.append(Group({"group": OTHERS}, hits - rate.hits, of - rate.of, family))
    if pairs:
        yield Range(DIFFERENCE, tuple(pairs), slice=place, details=(f"of the {words}",))
    elif not groups.compared:
        why = f"no combination can be compared by {words}: 0 of {groups.groups}"
        yield Undefined(DIFFERENCE, of, why, slice=place)
    yield from groups.notes(DIFFERENCE, words)
    yield from groups.rates(RATE)
    yield from _shrunken(found, groups.compared)


def _shrunken(found: Sequence[Rate], compared: Sequence[Rate]) -> Iterator[Estimate]:
    """What is likely to stay of each group's rate, for display."""
    hits, of = sum(rate.hits for rate in found), sum(rate.of for rate in found)
    if not of:
        return
    mean, strength = hits / of, _strength(compared)
    for rate in found:
        worth = rate.of + (strength or 0.0)
        # Where all groups are alike, as far as one can see, the overall rate is all there is.
        shrinks = strength is not None and worth > 0
        value = (rate.hits + (strength or 0.0) * mean) / worth if shrinks else mean
        yield Statistic(SHRUNKEN, value, of=rate.of, slice=rate.slice, context=True)


def _strength(compared: Sequence[Rate]) -> float | None:
    """Rows that the overall rate is worth, by the method of moments; ``None`` is infinitely many.

    For sizes n that sum to N and rates r about their mean p, a beta-binomial distribution has
    E Σ n (r − p)² = p (1 − p) (k − 1 + ρ (N − Σ n² ÷ N − (k − 1))) and M = 1 ÷ ρ − 1: Kleinman
    1973, "Proportions with extraneous variance".
    """
    sizes = [rate.of for rate in compared]
    total = sum(sizes)
    mean = sum(rate.hits for rate in compared) / total if total else 0.0
    noise, spare = mean * (1 - mean), len(compared) - 1
    free = total - sum(n * n for n in sizes) / total - spare if total else 0.0
    if noise <= 0 or free <= 0:
        return None
    spread = sum(n * (rate.hits / n - mean) ** 2 for n, rate in zip(sizes, compared, strict=True))
    share = (spread / noise - spare) / free
    return None if share <= 0 else max(1 / share - 1, 0.0)
