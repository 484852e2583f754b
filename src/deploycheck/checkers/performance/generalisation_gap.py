"""Checker ``performance.generalisation_gap``."""

from collections.abc import Callable, Iterator
from typing import Annotated

from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Difference, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import From
from deploycheck.evidence.predictions import Confusion, Predictions

RATES: dict[str, Callable[[Confusion], tuple[int, int]]] = {
    "precision_gap": lambda c: (c.tp, c.tp + c.fp),
    "recall_gap": lambda c: (c.tp, c.tp + c.fn),
    "specificity_gap": lambda c: (c.tn, c.tn + c.fp),
}
GAP = "probability difference"


@checker(
    "performance.generalisation_gap",
    measures=[
        Measure("accuracy_gap", GAP, "lower", "Accuracy on `train` minus accuracy on `test`."),
        Measure("precision_gap", GAP, "lower", "Precision on `train` minus precision on `test`."),
        Measure("recall_gap", GAP, "lower", "Recall on `train` minus recall on `test`."),
        Measure(
            "specificity_gap", GAP, "lower", "Specificity on `train` minus specificity on `test`."
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target"],
)
def generalisation_gap(
    train: Annotated[Predictions, From("train")], test: Predictions
) -> Iterator[Estimate]:
    """The model is nearly as good on new rows as on those it was trained on.

    Why: A model that is much better on its training rows has memorised them; on the next rows it
    will do as on the test set, or worse. A model that is better on the test set was tested on
    other rows than it will meet, or on rows that leaked.

    Fix: Regularise, stop earlier, or collect more rows. If the test set is the easier one, look at
    how it was drawn and whether rows of it are in the training set.

    Definition: gap = metric(train) − metric(test), for the metrics of `performance.floor` of the
    same names. `max` bounds what may have been memorised, `min` how much easier the test set may
    be. With more than two labels, or without a positive one, only the accuracy is measured.

    Bounds: The score method of Miettinen and Nurminen for the difference of two independent
    proportions; where there are too few events for it, Clopper–Pearson of both.

    Undefined: A rate whose denominator is zero on either side (an empty table, one class, a
    constant prediction) has no gap, and the control is inconclusive. One row gives bounds that
    allow nearly everything. `train` and `test` bound to one data set are an error, and so are a
    missing target or prediction and a positive value that never occurs; a column that is absent
    is refused when the plan is made.

    Cost: One count over the coded labels of both data sets, O(n), beside the model's answers.

    Source: Hastie, Tibshirani and Friedman 2009, "The elements of statistical learning", chapter 7;
    Miettinen and Nurminen 1985 for the bounds.

    Example:
        check: performance.generalisation_gap
        with: {train: train, test: test}
        require: {accuracy_gap: {max: 0.5}}
    """
    if train.name == test.name:
        raise EvidenceError(
            f"train and test are both data set {train.name}, which has no gap to itself",
            "bind `train` and `test` to two data sets",
            "DC203",
        )
    sides = [
        (int(matrix.rows.trace()), int(matrix.rows.sum()))
        for one in (train, test)
        for matrix in one.confusion_matrix()
    ]
    yield _gap("accuracy_gap", sides)
    is_binary = all(p.task != "multiclass" and len(p.labels) <= 2 for p in (train, test))
    if is_binary and train.positive is not None:
        counts = [whole for one in (train, test) for whole in one.confusion()]
        for name, rate_of in RATES.items():
            yield _gap(name, [rate_of(whole) for whole in counts])


def _gap(name: str, sides: list[tuple[int, int]]) -> Estimate:
    (hits, of), (versus_hits, versus_of) = sides
    for where, size in (("train", of), ("test", versus_of)):
        if not size:
            return Undefined(name, 0, f"no row to count in {where}")
    return Difference(name, hits, of, versus_hits, versus_of)
