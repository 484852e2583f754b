"""Checker ``performance.generalisation_gap``."""

from collections.abc import Iterator
from typing import Annotated

from deploycheck.authoring.answered import (
    missing_scores,
    numbers,
    split_by_class,
    too_few,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Auc, Difference, Estimate, Member, Spread, Undefined
from deploycheck.authoring.groups import Rate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics import two_samples
from deploycheck.authoring.metrics.sample import sample_of
from deploycheck.authoring.params import From
from deploycheck.authoring.rates import Which, rates
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

RATES: dict[str, Which] = {
    "precision_gap": "positive_predictive_value",
    "recall_gap": "true_positive_rate",
    "specificity_gap": "true_negative_rate",
}
GAP = "probability difference"
AREA, ABSOLUTE, SQUARED, EXPLAINED = (
    "roc_auc_gap",
    "mean_absolute_error_gap",
    "root_mean_squared_error_gap",
    "r2_gap",
)


@checker(
    "performance.generalisation_gap",
    measures=[
        Measure(
            "accuracy_gap",
            GAP,
            "lower",
            "Accuracy on `train` minus accuracy on `test`.",
            plan=Sampling("difference", data=("train", "test")),
        ),
        Measure(
            "precision_gap",
            GAP,
            "lower",
            "Precision on `train` minus precision on `test`.",
            plan=Sampling("difference", "predicted", data=("train", "test")),
        ),
        Measure(
            "recall_gap",
            GAP,
            "lower",
            "Recall on `train` minus recall on `test`.",
            plan=Sampling("difference", "positives", data=("train", "test")),
        ),
        Measure(
            "specificity_gap",
            GAP,
            "lower",
            "Specificity on `train` minus specificity on `test`.",
            plan=Sampling("difference", "negatives", data=("train", "test")),
        ),
        Measure(
            AREA,
            GAP,
            "lower",
            "Larger minus smaller of the areas under the curve on `train` and on `test`.",
            low=0.0,
        ),
        Measure(
            ABSOLUTE,
            "number",
            "lower",
            "For a regression: mean absolute error on `test` minus that on `train`.",
            plan=Sampling("smooth", data=("train", "test")),
        ),
        Measure(
            SQUARED,
            "number",
            "lower",
            "For a regression: root mean squared error on `test` minus that on `train`.",
            plan=Sampling("smooth", data=("train", "test")),
        ),
        Measure(
            EXPLAINED,
            "number",
            "lower",
            "For a regression: R² on `train` minus that on `test`.",
            plan=Sampling("smooth", data=("train", "test")),
        ),
    ],
    roles=["target"],
    version="2",
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
    same names, and for errors of a regression the other way round, so that more is always worse on
    new rows. `max` bounds what may have been memorised, `min` how much easier the test set may
    be. roc_auc_gap has no sign: it is the larger area minus the smaller, and bounds both at once.
    With more than two labels, or without a positive one, only the accuracy is measured; the area
    needs a score in every row.

    Bounds: The score method of Miettinen and Nurminen for the difference of two independent
    proportions; where there are too few events for it, Clopper–Pearson of both. For the areas the
    bounds of both, joined by MOVER; for a regression analytic BCa over the rows of both. Sampling
    weights and repeated entities are taken into account; entities of one data set are taken to be
    others than those of the other.

    Undefined: A rate whose denominator is zero on either side (an empty table, one class, a
    constant prediction) has no gap, and the control is inconclusive; so is an area with fewer than
    two rows of a class or without a score in every row, and a gap of errors with fewer than 100
    rows on a side, with errors on a side that are all equal (unless all of `train` are 0) or, for
    R², a constant target. One row gives bounds that allow nearly everything. `train` and `test`
    bound to one data set are an error, and so are a missing target or prediction and a positive
    value that never occurs; a column that is absent is refused when the plan is made.

    Cost: One count over the coded labels of both data sets, O(n), with scores one sort; beside the
    model's answers.

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
    if train.task == "regression":
        yield from _regression(train, test)
        return
    yield _gap("accuracy_gap", *(rates(one, (), "accuracy") for one in (train, test)))
    is_binary = all(p.task != "multiclass" and len(p.labels) <= 2 for p in (train, test))
    if is_binary and train.positive is not None:
        for name, which in RATES.items():
            yield _gap(name, *(rates(one, (), which) for one in (train, test)))
        yield _areas(train, test)


def _gap(name: str, first: list[Rate], second: list[Rate]) -> Estimate:
    sides = {"train": first, "test": second}
    for where, found in sides.items():
        if not found or not found[0].of:
            return Undefined(name, 0, f"no row to count in {where}")
        if reason := found[0].unassessed():
            return Undefined(name, found[0].of, f"not assessed: {reason} in {where}")
    (one,), (other,) = sides.values()
    effective = [one.effective, other.effective]
    if any(worth is not None for worth in effective):  # a plain sample is worth its rows
        pairs = zip(effective, (one, other), strict=True)
        effective = [rate.of if worth is None else worth for worth, rate in pairs]
    return Difference(
        name,
        one.hits,
        one.of,
        other.hits,
        other.of,
        effective=effective[0],
        versus_effective=effective[1],
    )


def _areas(train: Predictions, test: Predictions) -> Estimate:
    members = []
    for where, one in (("train", train), ("test", test)):
        if (reason := missing_scores(one)) or one.scores is None:
            return Undefined(AREA, one.rows, f"{where}: {reason}")
        found = split_by_class(one, one.scores)
        if reason := too_few(found.positives, found.negatives):
            rows = len(found.positives) + len(found.negatives)
            return Undefined(AREA, rows, f"{where}: {reason}")
        area = Auc("roc_auc", found.positives, found.negatives, **found.sample)
        members.append(Member({"data": where}, area))
    return Spread(AREA, tuple(members))


def _regression(train: Predictions, test: Predictions) -> Iterator[Estimate]:
    sides = [(*numbers(one), sample_of(one)) for one in (train, test)]
    yield two_samples.absolute(ABSOLUTE, sides[1], sides[0])
    yield two_samples.root_squared(SQUARED, sides[1], sides[0])
    yield two_samples.explained(EXPLAINED, sides[0], sides[1])
