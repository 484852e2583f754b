"""Checker ``champion.same_eval``."""

from collections.abc import Iterator

from deploycheck.authoring.answered import mismatches
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.predictions import Predictions


@checker(
    "champion.same_eval",
    measures=[
        Measure(
            "mismatches",
            unit="count",
            better="lower",
            doc="Differences between what candidate and champion are judged on: data set, digest, "
            "number of rows, rows with another target or weight, rows that only one predicts, "
            "labels that only one knows.",
        ),
    ],
    kind="exact",
    version="1",
)
def same_eval(predictions: Predictions, champion: Predictions) -> Iterator[Estimate]:
    """Candidate and champion are judged on the same rows with the same truth.

    Why: A candidate that was judged on other rows than the model in force looks better or worse
    for the rows' sake. Two models that name their labels differently cannot be compared at all.

    Fix: Bind both arguments to one data set. Bring both models to one coding of the labels, and
    store a prediction for every row that the champion answers.

    Definition: mismatches is the sum of: 1 for another data set, 1 for another digest of the data,
    1 for another positive label, the difference of the numbers of rows, the rows with another
    target, the rows with another weight, the rows that only one of them predicts, and the labels
    that one model answers and neither the other nor the target has. The predictions themselves
    may differ.

    Bounds: Counts are exact.

    Undefined: Without rows (an empty table) there is nothing that could be the same, and the
    control is inconclusive. One row, one class and constant predictions are compared like all
    others; rows without a target on both sides are equal. A release without a champion is refused
    when the plan is made, and so is a column that is absent.

    Cost: One comparison of each row, O(n), beside the answers of both models.

    Source: Bouckaert and Frank 2004, "Evaluating the replicability of significance tests for
    comparing learning algorithms" (PAKDD); Dietterich 1998 for why the rows must be the same.

    Example:
        check: champion.same_eval
        with: {data: test}
        require: {mismatches: {max: 0}}
    """
    found = mismatches(predictions, champion)
    if not found and not predictions.rows:
        yield Undefined("mismatches", 0, "no rows")
        return
    details = tuple(f"{one.count:,}: {one.what}" for one in found)
    yield Count("mismatches", sum(one.count for one in found), predictions.rows, details=details)
