"""Metrics that are functions of a table of counts, for one table or very many at once.

Each takes tables of shape (…, labels, labels), ``[…, target, prediction]``, counts or sums of
weights, and returns values of shape (…). NaN is a value that does not exist (0 ÷ 0). Averages over
labels are scikit-learn's: over the labels that occur as a target or a prediction, a label's own
0 ÷ 0 counting 0. Those of two labels are about the label ``positive``, every other one together
being the negative.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats

Metric = Callable[[Any], Floats]


def divided(above: Any, below: Any) -> Floats:
    """``above`` ÷ ``below``, NaN where that is zero."""
    top, bottom = np.broadcast_arrays(np.asarray(above, float), np.asarray(below, float))
    made: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom != 0)
    return made


def _zero(values: Floats) -> Floats:
    return np.where(np.isnan(values), 0.0, values)


def cells(table: Any, positive: int = 1) -> tuple[Floats, Floats, Floats, Floats]:
    """True and false positives, false and true negatives with respect to one label."""
    table = np.asarray(table, dtype=np.float64)
    # Each is a sum of its own cells: a total minus the others would lose small weights.
    others = [code for code in range(table.shape[-1]) if code != positive]
    tp = table[..., positive, positive]
    fp = table[..., others, positive].sum(-1)
    fn = table[..., positive, others].sum(-1)
    tn = table[..., others, :][..., others].sum((-1, -2))
    return tp, fp, fn, tn


def selection_rate(table: Any, positive: int = 1) -> Floats:
    """(TP + FP) ÷ rows."""
    tp, fp, fn, tn = cells(table, positive)
    return divided(tp + fp, tp + fp + fn + tn)


def base_rate(table: Any, positive: int = 1) -> Floats:
    """(TP + FN) ÷ rows."""
    tp, fp, fn, tn = cells(table, positive)
    return divided(tp + fn, tp + fp + fn + tn)


def true_positive_rate(table: Any, positive: int = 1) -> Floats:
    """TP ÷ (TP + FN); the recall."""
    tp, _, fn, _ = cells(table, positive)
    return divided(tp, tp + fn)


def false_positive_rate(table: Any, positive: int = 1) -> Floats:
    """FP ÷ (FP + TN)."""
    _, fp, _, tn = cells(table, positive)
    return divided(fp, fp + tn)


def true_negative_rate(table: Any, positive: int = 1) -> Floats:
    """TN ÷ (FP + TN); the specificity."""
    _, fp, _, tn = cells(table, positive)
    return divided(tn, fp + tn)


def false_negative_rate(table: Any, positive: int = 1) -> Floats:
    """FN ÷ (TP + FN)."""
    tp, _, fn, _ = cells(table, positive)
    return divided(fn, tp + fn)


def precision(table: Any, positive: int = 1) -> Floats:
    """TP ÷ (TP + FP)."""
    tp, fp, _, _ = cells(table, positive)
    return divided(tp, tp + fp)


def false_omission_rate(table: Any, positive: int = 1) -> Floats:
    """FN ÷ (FN + TN)."""
    _, _, fn, tn = cells(table, positive)
    return divided(fn, fn + tn)


def jaccard(table: Any, positive: int = 1) -> Floats:
    """TP ÷ (TP + FP + FN)."""
    tp, fp, fn, _ = cells(table, positive)
    return divided(tp, tp + fp + fn)


def f1(table: Any, positive: int = 1) -> Floats:
    """2 TP ÷ (2 TP + FP + FN)."""
    tp, fp, fn, _ = cells(table, positive)
    return divided(2 * tp, 2 * tp + fp + fn)


def accuracy(table: Any) -> Floats:
    """Rows predicted right ÷ rows."""
    right, total, _, _ = _margins(table)
    return divided(right.sum(-1), total)


def balanced_accuracy(table: Any) -> Floats:
    """Mean of the recalls of the labels that occur as a target."""
    right, _, true, _ = _margins(table)
    return divided(_zero(divided(right, true)).sum(-1), (true > 0).sum(-1))


def matthews(table: Any) -> Floats:
    """Matthews' correlation coefficient, for any number of labels (Gorodkin 2004)."""
    right, total, true, told = _margins(table)
    covariance = right.sum(-1) * total - (true * told).sum(-1)
    of_true = total * total - (true * true).sum(-1)
    of_told = total * total - (told * told).sum(-1)
    return divided(covariance, np.sqrt(of_true * of_told))


def kappa(table: Any) -> Floats:
    """Cohen's kappa."""
    right, total, true, told = _margins(table)
    chance = (true * told).sum(-1)
    return divided(right.sum(-1) * total - chance, total * total - chance)


def macro(what: str) -> Metric:
    """The mean over labels of ``precision``, ``recall`` or ``f1``."""

    def of(table: Any) -> Floats:
        values, _, there = _by_label(what, table)
        return divided((values * there).sum(-1), there.sum(-1))

    return of


def weighted(what: str) -> Metric:
    """The mean over labels of ``precision``, ``recall`` or ``f1``, each as often as it is true."""

    def of(table: Any) -> Floats:
        values, true, _ = _by_label(what, table)
        return divided((values * true).sum(-1), true.sum(-1))

    return of


def micro(what: str) -> Metric:
    """The ``precision``, ``recall`` or ``f1`` of all labels together, which is the accuracy."""
    if what not in ("precision", "recall", "f1"):
        raise ValueError(f"precision, recall or f1, not {what!r}")
    return accuracy


def difference(of: Metric) -> Metric:
    """Largest minus smallest value over the groups, which are the axis before the labels.

    Groups without a value are left out; NaN where none has one.
    """

    def spread(table: Any) -> Floats:
        values = of(table)
        most, least = _extremes(values)
        return most - least

    return spread


def ratio(of: Metric) -> Metric:
    """Smallest ÷ largest value over the groups, as for :func:`difference`; NaN where all are 0."""

    def spread(table: Any) -> Floats:
        most, least = _extremes(of(table))
        return divided(least, most)

    return spread


def worst(*of: Metric) -> Metric:
    """The largest of several metrics: equalized odds is that of two differences."""

    def largest(table: Any) -> Floats:
        values: Floats = np.stack([one(table) for one in of]).max(0)
        return values

    return largest


def least(*of: Metric) -> Metric:
    """The smallest of several metrics."""

    def smallest(table: Any) -> Floats:
        values: Floats = np.stack([one(table) for one in of]).min(0)
        return values

    return smallest


demographic_parity_difference = difference(selection_rate)
demographic_parity_ratio = ratio(selection_rate)
equalized_odds_difference = worst(difference(true_positive_rate), difference(false_positive_rate))
equalized_odds_ratio = least(ratio(true_positive_rate), ratio(false_positive_rate))


def _extremes(values: Floats) -> tuple[Floats, Floats]:
    is_there = ~np.isnan(values)
    most = np.where(is_there, values, -np.inf).max(-1)
    smallest = np.where(is_there, values, np.inf).min(-1)
    some = is_there.any(-1)
    return np.where(some, most, np.nan), np.where(some, smallest, np.nan)


def _margins(table: Any) -> tuple[Floats, Floats, Floats, Floats]:
    """Right rows of each label, all rows, true rows and predicted rows of each label."""
    table = np.asarray(table, dtype=np.float64)
    right = np.diagonal(table, axis1=-2, axis2=-1)
    return right, table.sum((-1, -2)), table.sum(-1), table.sum(-2)


def _by_label(what: str, table: Any) -> tuple[Floats, Floats, Floats]:
    """The metric of each label, its true rows, and whether it occurs at all."""
    right, _, true, told = _margins(table)
    below = {"precision": told, "recall": true, "f1": (true + told) / 2}
    if what not in below:
        raise ValueError(f"precision, recall or f1, not {what!r}")
    values = _zero(divided(right, below[what]))
    return values, true, ((true + told) > 0).astype(np.float64)
