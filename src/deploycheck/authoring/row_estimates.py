"""Estimates made of the rows themselves: their scores, their terms, or a statistic of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploycheck.authoring.labels import Labels


@dataclass(frozen=True)
class Quantile(Labels):
    """The ``q`` quantile of ``values``, independent draws; bounded by order statistics."""

    name: str
    values: tuple[float, ...]
    q: float


@dataclass(frozen=True)
class Auc(Labels):
    """Area under the ROC curve: P(score of a positive > score of a negative), ties half.

    ``positives`` and ``negatives`` are their scores, as tuples or one-dimensional arrays. Each of
    the others is ``None`` or a pair of arrays beside these two.

    :param counts: how many equal rows each score stands for (frequency weights).
    :param weights: sampling weights.
    :param clusters: code of the entity of each row, where entities repeat; the same in both arrays.
    """

    name: str
    positives: Any
    negatives: Any
    counts: Any = None
    weights: Any = None
    clusters: Any = None


@dataclass(frozen=True)
class AucDifference(Labels):
    """AUC of ``positives``/``negatives`` minus that of ``versus_…``: two scores of the same rows.

    The arrays of one class are parallel: the i-th score and the i-th ``versus`` score belong to
    one row. ``counts``, ``weights`` and ``clusters`` as for an :class:`Auc`.

    :param factor: how often the second area counts: 0.99 for "at most 1 % worse", with bound 0.
    """

    name: str
    positives: Any
    negatives: Any
    versus_positives: Any
    versus_negatives: Any
    counts: Any = None
    weights: Any = None
    clusters: Any = None
    factor: float = 1.0


@dataclass(frozen=True)
class Smooth(Labels):
    """A smooth function of means over independent rows: RMSE, R², a ratio of sums, macro F1.

    :param terms: float array of shape (rows, k), what is averaged.
    :param of: takes means of shape (…, k) and returns values of shape (…).
    :param counts: how many equal rows each row stands for (frequency weights), or ``None``.
    :param weights: sampling weights, or ``None``.
    :param clusters: code of the entity of each row, where entities repeat, or ``None``.
    """

    name: str
    terms: Any
    of: Callable[[Any], Any]
    counts: Any = None
    weights: Any = None
    clusters: Any = None


@dataclass(frozen=True)
class Resampled(Labels):
    """Any statistic of independent rows, bounded by resampling them.

    :param statistic: takes an array of row numbers, with repeats, and returns a finite number.
    :param rows: number of rows.
    :param seed: the checker's :class:`~deploycheck.authoring.seed.Seed`.
    :param clusters: code of the entity of each row, where entities repeat, or ``None``.
    """

    name: str
    statistic: Callable[[Any], float]
    rows: int
    seed: int
    clusters: Any = None
