"""Checker ``fairness.impact_ratio``."""

from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import (
    Count,
    Estimate,
    Ratio,
    RatioRange,
    Undefined,
)
from deploycheck.authoring.groups import Assessed, GroupParams, Label, Rate, assess
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.rates import rates
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions


class ImpactRatio(GroupParams):
    reference: dict[str, Label] = Field(
        default_factory=dict,
        description="The group that others are compared with, by column of `by`; with "
        "intersections, the combination of all of them.",
    )

    @model_validator(mode="after")
    def _references_are_columns(self) -> Self:
        if unknown := sorted(set(self.reference) - set(self.by)):
            raise ValueError(f"reference names {unknown[0]!r}, which `by` does not")
        return self


@checker(
    "fairness.impact_ratio",
    measures=[
        Measure(
            "impact_ratio",
            unit="ratio",
            better="higher",
            doc="Lowest ÷ highest selection rate over the groups, and each group's selection "
            "rate ÷ the reference group's.",
            plan=Sampling("ratio_range"),
        ),
        Measure(
            "selection_rate",
            unit="probability",
            better="none",
            doc="Rows with the favourable prediction ÷ rows, for each group.",
            plan=Sampling("proportion"),
        ),
        Measure("selected", unit="rows", better="none", doc="Rows with the favourable prediction."),
    ],
    roles=["prediction", "favourable"],
)
def impact_ratio(params: ImpactRatio, predictions: Predictions) -> Iterator[Estimate]:
    """The least favoured group is favoured nearly as often as the most favoured.

    Why: A selection rate of less than four fifths of the highest one is read as evidence of
    adverse impact in US employment, and as a warning nearly everywhere else.

    Fix: See which group is behind, and at which features: proxies of the protected column, rows
    that are missing, labels that record past decisions. Change the threshold or the data, and
    judge again on fresh rows. The ratio is no legal finding.

    Definition: The selection rate of group g is p(g) = #{rows of g with the favourable
    prediction} ÷ #{rows of g}. impact_ratio = min p(g) ÷ max p(g) over the groups of each column
    of `by`, bounded over all ordered pairs of groups, so that no reference is chosen by the data.
    With `reference`, also p(g) ÷ p(reference) for each other group.

    Bounds: Koopman's score method for each ordered pair of groups; where there are too few events
    for it, Clopper–Pearson of both rates. To pass, the worst pair must clear the bound; to fail,
    bounds that hold for all pairs at once. Under sampling weights or repeated entities each rate
    has the bounds of fewer, effective rows.

    Undefined: A group with fewer than `min_n` rows is not assessed and makes the control
    inconclusive, unless `min_share` or `exclude` declares it out. Nor is one that rests on fewer
    than 20 different entities, where they repeat. With fewer than two groups to compare (an empty
    table, one row, a constant protected column) nothing can be said; nor where no group, or not the
    reference, has a favourable prediction. A missing protected value is the group `(missing)`. A
    missing prediction is an error, and so is a favourable value that never occurs.

    Cost: One count over the coded groups, O(n) for each column of `by`.

    Source: 29 CFR 1607.4(D), Uniform Guidelines on Employee Selection Procedures 1978; Koopman
    1984, "Confidence intervals for the ratio of two binomial proportions", for the bounds.

    Example:
        check: fairness.impact_ratio
        with: {data: test, by: [sex], reference: {sex: male}, min_n: 30}
        require: {impact_ratio: {min: 0.8}}
    """
    for split in params.splits:
        found = rates(predictions, split, "selection_rate")
        groups = assess(params, split, found)
        yield from _ratio_range(groups)
        if set(split) <= set(params.reference):
            yield from _against(groups, {c: params.reference[c] for c in split}, found)
        yield from groups.notes("impact_ratio", "selection rate")
        hidden = [rate for rate, _ in groups.excluded]
        small = {id(rate) for rate, _ in groups.small}
        for rate in found:
            context = rate in hidden
            if rate.effective is not None and id(rate) in small:  # its bounds mean nothing
                yield Undefined("selection_rate", rate.of, rate.unassessed(params.min_n),
                                rate.value, slice=rate.slice)  # fmt: skip
            else:
                yield rate.proportion("selection_rate", context=context)
            selected = rate.hits if rate.selected is None else rate.selected
            yield Count("selected", selected, of=rate.of, slice=rate.slice, context=context)


def _ratio_range(groups: Assessed) -> Iterator[Estimate]:
    place = {"by": groups.by}
    if len(groups.compared) < 2:
        yield groups.incomparable("impact_ratio")
    elif not any(rate.hits for rate in groups.compared):
        rows = sum(rate.of for rate in groups.compared)
        yield Undefined("impact_ratio", rows, "nobody is selected in any group", slice=place)
    else:
        compared = tuple(rate.group() for rate in groups.compared)
        yield RatioRange("impact_ratio", compared, slice=place)


def _against(groups: Assessed, reference: dict[str, str], rates: list[Rate]) -> Iterator[Estimate]:
    """Each assessed group against the declared one.

    :raises EvidenceError: the reference group is not in the data, although there are rows.
    """
    name = ", ".join(f"{column}: {value}" for column, value in reference.items())
    if rates and not any(rate.slice == reference for rate in rates):
        raise EvidenceError(
            f"the reference group {name} never occurs",
            "write `reference` as the data has it",
            code="DC203",
        )
    base = next((rate for rate in groups.compared if rate.slice == reference), None)
    for rate in groups.compared:
        if rate is base:
            continue
        if base is None:
            reason = f"the reference group {name} is not assessed"
            yield Undefined("impact_ratio", rate.of, reason, slice=rate.slice)
        elif not base.hits:
            reason = f"nobody is selected in the reference group {name}"
            yield Undefined("impact_ratio", rate.of, reason, slice=rate.slice)
        else:
            details = (f"against {name}",)
            yield Ratio("impact_ratio", rate.hits, rate.of, base.hits, base.of, rate.compared,
                        base.compared, slice=rate.slice, details=details)  # fmt: skip
