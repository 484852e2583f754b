"""Checker ``acme.approval_gap``."""

from collections.abc import Iterator

from pydantic import Field

from deploycheck import Columns, Estimate, Group, Measure, Params, Range, Undefined, checker
from deploycheck.evidence.predictions import Predictions


class ApprovalGap(Params):
    by: Columns = Field(description="Protected columns; each is looked at by itself.")


@checker(
    "acme.approval_gap",
    measures=[
        Measure(
            "approval_gap",
            unit="probability difference",
            better="lower",
            doc="Highest minus lowest approval rate over the groups of a column.",
            low=0.0,
        )
    ],
    roles=["prediction", "favourable"],
)
def approval_gap(params: ApprovalGap, predictions: Predictions) -> Iterator[Estimate]:
    """Approval rates of the groups stay close.

    Why: A gap of approval rates is how unequal treatment of applicants first shows.

    Fix: See which groups make the gap in the report, and look for proxies of the protected column
    among the features.

    Definition: max p(g) − min p(g) over the groups g of each column of `by`, where p(g) is the
    share of rows of g with the favourable prediction.

    Undefined: With fewer than two groups there is nothing to compare, and the control is
    inconclusive.

    Source: Calders and Verwer 2010, "Three naive Bayes approaches for discrimination-free
    classification".

    Example:
        check: acme.approval_gap
        with: {by: [sex]}
        require: {approval_gap: {max: 0.1}}
    """
    for column in params.by:
        parts = predictions.selected((column,))
        place = {"by": column}
        if len(parts) < 2:
            reason = f"{len(parts)} group in {column}; two are needed to compare"
            yield Undefined("approval_gap", predictions.rows, reason, slice=place)
            continue
        groups = tuple(Group(part.slice, part.hits, part.of) for part in parts)
        yield Range("approval_gap", groups, slice=place)
