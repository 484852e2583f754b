"""Checker ``data_quality.class_balance``."""

from collections.abc import Iterator

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Proportion, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Column, Params
from deploycheck.authoring.rates import independent
from deploycheck.evidence.coded import MISSING
from deploycheck.evidence.predictions import Predictions

MOST_CLASSES = 1_000
MEASURES = ("minority_share", "imbalance_ratio")


class ClassBalance(Params):
    column: Column | None = Field(
        None, description="Column with the classes; the release's target where none is named."
    )


@checker(
    "data_quality.class_balance",
    measures=[
        Measure(
            "minority_share",
            unit="probability",
            better="higher",
            doc="Rows of the smallest class ÷ rows.",
            high=0.5,
        ),
        Measure(
            "imbalance_ratio",
            unit="ratio",
            better="lower",
            doc="Rows of the largest class ÷ rows of the smallest one.",
            low=1.0,
        ),
    ],
    kind="exact",
    roles=["target"],
)
def class_balance(params: ClassBalance, predictions: Predictions) -> Iterator[Estimate]:
    """No class is too rare to be learned and measured.

    Why: Where one class is one row in a thousand, a model that never predicts it is right in 99.9
    percent of all cases, and every rate on that class rests on a handful of rows.

    Fix: Collect more of the rare class, or weigh it in training and judge the model by rates that
    do not depend on prevalence. If the class is that rare in truth, say so in the bound.

    Definition: With n(k) = #{rows of class k}, minority_share = min n(k) ÷ Σ n(k) and
    imbalance_ratio = max n(k) ÷ min n(k), over the classes of the target or of `column`. Labels
    are the same class where their texts are: 1, 1.0 and `1`. With frequency weights a row counts
    as often as its weight says.

    Bounds: The rows are taken as all there are, so both are exact.

    Undefined: With fewer than two classes (an empty table, one row, a constant target) nothing
    can be said, and the control is inconclusive; nor where the model predicts a label that no row
    has as its target, or where a class has only weights of zero. A missing label is an error, and
    so are more than 1,000 classes. A column that the data have not is refused when the plan is
    made, and so is a release without a target.

    Cost: One count over the coded labels, O(n).

    Source: He and Garcia 2009, "Learning from imbalanced data" (IEEE Transactions on Knowledge
    and Data Engineering).

    Example:
        check: data_quality.class_balance
        with: {data: test}
        require: {imbalance_ratio: {max: 100}}
    """
    independent(predictions, "class balance")
    rows = _rows(params.column, predictions)
    place = {} if params.column is None else {"column": params.column}
    total = sum(rows.values())
    absent = [label for label, count in rows.items() if not count]
    if len(rows) - len(absent) < 2 or absent:
        few = "fewer than two classes"
        reason = few if len(rows) - len(absent) < 2 else f"no rows of class {quoted(absent[0])}"
        for name in MEASURES:
            yield Undefined(name, total, reason, slice=place)
        return
    smallest, least = min(rows.items(), key=lambda item: item[1])
    largest, most = max(rows.items(), key=lambda item: item[1])
    told = (
        f"smallest class: {quoted(smallest)}, {least:,} rows",
        f"largest class: {quoted(largest)}, {most:,} rows",
    )
    yield Proportion("minority_share", hits=least, of=total, slice=place, details=told)
    yield Statistic("imbalance_ratio", most / least, of=total, slice=place, details=told)


def _rows(column: str | None, predictions: Predictions) -> dict[str, int]:
    """Rows of each class, in the order of their labels.

    :raises EvidenceError: no target, a missing label, or so many labels that they are no classes.
    """
    import numpy as np

    if column is None:
        if predictions.target_codes is None:
            raise EvidenceError(
                "the release has no target", "set `columns.target` in the release", code="DC203"
            )
        labels, codes = predictions.labels, predictions.target_codes
        where = predictions.target_column
        unknown = int((codes < 0).sum())
    else:
        if column not in predictions.groups:
            raise EvidenceError(f"{predictions.name} has no column {column}", code="DC019")
        coded = predictions.groups[column]
        labels, codes, where = coded.values, coded.codes, column
        unknown = int((codes == labels.index(MISSING)).sum()) if MISSING in labels else 0
    if unknown:
        raise EvidenceError(
            f"{unknown:,} of {predictions.rows:,} rows of {predictions.name} have no {where}",
            f"narrow the data set with `where: [{{column: {where}, present: true}}]`",
            code="DC203",
        )
    if len(labels) > MOST_CLASSES:
        raise EvidenceError(
            f"column {where} has {len(labels):,} distinct values: that is a number or a name, no "
            "class",
            "name the column with the labels, or bin it with `derive`",
            code="DC203",
        )
    counts = np.bincount(codes, predictions.weights, len(labels))
    return dict(zip(labels, (int(count) for count in counts), strict=True))
