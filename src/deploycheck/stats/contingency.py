"""One table of group × true label × predicted label, from which every count-based metric follows.

A metric that is a function of counts (accuracy, F1, a difference of true-positive rates between
groups) needs the rows once. Its value is that of the rows; another grouping is a sum over an axis;
and resampling rows with replacement is drawing the cells of the table from a multinomial, so that
a resample costs as much as there are cells, however many rows there are. That holds for independent
rows and for frequency weights, which are counts of rows. Under sampling weights, and where rows
share entities, the table carries Σw² or the sums of each entity, and the variance is the linearised
one (:mod:`deploycheck.stats.contingency_bounds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Floats, as_whole
from deploycheck.stats.units import as_codes, as_weights

MOST_GROUPS = 10_000
MOST_CELLS = 10_000_000

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Clustered:
    """Σw of each entity in each cell where it has rows: places, cells and sums, one a pair."""

    entity: Whole
    cell: Whole
    mass: Floats
    entities: int


@dataclass(frozen=True)
class Contingency:
    """Rows by groups, true label and predicted label.

    :param counts: float64 of shape (*sizes of the groupings, labels, labels): rows, or Σw, in
        ``counts[..., target, prediction]``.
    :param rows: number of rows that count; frequency weights are rows.
    :param squares: Σw² of each cell under sampling weights; else ``None``.
    :param clustered: the sums of each entity where rows share entities; else ``None``.
    """

    counts: Floats = field(repr=False)
    rows: int
    squares: Floats | None = field(default=None, repr=False)
    clustered: Clustered | None = field(default=None, repr=False)

    @property
    def is_counted(self) -> bool:
        """Whether the cells are counts of independent rows, so that they may be resampled."""
        return self.squares is None and self.clustered is None

    @property
    def groupings(self) -> int:
        return self.counts.ndim - 2

    def by(self, *axes: int) -> Contingency:
        """The table of some of the groupings, in this order; without any, of all rows together.

        :raises ValueError: there is no such grouping, or one is named twice.
        """
        if len(set(axes)) < len(axes) or not all(0 <= axis < self.groupings for axis in axes):
            raise ValueError(f"groupings are 0 to {self.groupings - 1}, each once; not {axes}")
        rest = tuple(axis for axis in range(self.groupings) if axis not in axes)
        squares = None if self.squares is None else _moved(self.squares, axes, rest)
        counts = _moved(self.counts, axes, rest)
        return Contingency(counts, self.rows, squares, self._regrouped(axes, counts.shape))

    def _regrouped(self, axes: tuple[int, ...], shape: tuple[int, ...]) -> Clustered | None:
        found = self.clustered
        if found is None:
            return None
        place = np.unravel_index(found.cell, self.counts.shape)
        kept = [place[axis] for axis in (*axes, self.groupings, self.groupings + 1)]
        cell = np.ravel_multi_index(kept, shape).astype(np.int64)
        return _summed(found.entity, cell, found.mass, found.entities, prod(shape))


def contingency(
    target: Any,
    prediction: Any,
    labels: int,
    groups: Sequence[Any] = (),
    sizes: Sequence[int] = (),
    *,
    counts: Any = None,
    sampling: Any = None,
    clusters: Any = None,
) -> Contingency:
    """The table of rows that are given as codes.

    :param target: code of the true label of each row, 0 to ``labels`` - 1; so is ``prediction``.
    :param groups: for each grouping the code of each row's group; ``sizes`` says how many groups
        each has. Together they are the groups of the intersection.
    :param counts: how many equal rows each row stands for. Not beside ``sampling``.
    :param sampling: sampling weights; a row of weight 0 does not count.
    :param clusters: code of the entity of each row, where some have several.
    :raises ValueError: codes outside their range or of another length, weights of both kinds, no
        label, more than 10,000 groups or 10,000,000 cells.
    """
    shape = _shape(labels, sizes, len(groups))
    codes = [as_codes(one) for one in (*groups, target, prediction)]
    if len({len(one) for one in codes}) > 1:
        raise ValueError("groups, target and prediction must be as long as one another")
    cell: Whole = np.zeros(len(codes[0]), dtype=np.int64)
    for one, size in zip(codes, shape, strict=True):
        if len(one) and not (one.min() >= 0 and one.max() < size):
            raise ValueError(f"a code lies outside 0 to {size - 1}")
        cell *= size
        cell += one.astype(np.int64, copy=False)
    weights, rows, squares = _weights(len(cell), counts, sampling)
    cells = prod(shape)
    entity = None if clusters is None else _entities(clusters, len(cell))

    def laid(weight: Floats | None) -> Floats:
        return np.bincount(cell, weight, cells).astype(np.float64).reshape(shape)

    return Contingency(
        counts=laid(weights),
        rows=rows,
        squares=None if squares is None else laid(squares),
        clustered=None if entity is None else _clustered(entity, cell, weights, cells),
    )


def _shape(labels: int, sizes: Sequence[int], groupings: int) -> tuple[int, ...]:
    if labels < 1:
        raise ValueError("there must be at least one label")
    if len(sizes) != groupings or any(size < 1 for size in sizes):
        raise ValueError("each grouping has a size of at least 1")
    if (number := prod(sizes)) > MOST_GROUPS:
        raise ValueError(
            f"{number:,} groups are more than {MOST_GROUPS:,}; split by fewer columns, or bin them"
        )
    if (cells := number * labels * labels) > MOST_CELLS:
        raise ValueError(
            f"{number:,} groups of {labels:,} labels are {cells:,} cells, more than {MOST_CELLS:,}"
        )
    return (*sizes, labels, labels)


def _weights(rows: int, counts: Any, sampling: Any) -> tuple[Floats | None, int, Floats | None]:
    """The weight of each row in a count, the number of rows, and the squares that are added up."""
    if counts is not None and sampling is not None:
        raise ValueError("weights are either counts of rows or sampling weights, not both")
    if counts is not None:
        whole = as_whole(counts, "counts")
        if whole.shape != (rows,):
            raise ValueError("there must be one count for each row")
        return whole, int(whole.sum()), None
    if sampling is None:
        return None, rows, None
    weights = as_weights(sampling)
    if weights.shape != (rows,):
        raise ValueError("there must be one weight for each row")
    return weights, int((weights > 0).sum()), weights * weights


def _entities(clusters: Any, rows: int) -> Whole:
    codes = as_codes(clusters)
    if codes.shape != (rows,):
        raise ValueError("there must be one entity for each row")
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _clustered(entity: Whole, cell: Whole, weights: Floats | None, cells: int) -> Clustered:
    mass = np.ones(len(cell)) if weights is None else weights
    keep = mass > 0
    entity = np.unique(entity[keep], return_inverse=True)[1].astype(np.int64)
    number = int(entity.max()) + 1 if len(entity) else 0
    return _summed(entity, cell[keep], mass[keep], number, cells)


def _summed(entity: Whole, cell: Whole, mass: Floats, entities: int, cells: int) -> Clustered:
    found, place = np.unique(entity * cells + cell, return_inverse=True)
    sums = np.bincount(place, mass, len(found)).astype(np.float64)
    return Clustered(found // cells, found % cells, sums, entities)


def _moved(table: Floats, axes: tuple[int, ...], rest: tuple[int, ...]) -> Floats:
    """Summed over ``rest``, the groupings ``axes`` first and in their order."""
    summed: Floats = table.sum(axis=rest)
    left = sorted(axes)
    order = [left.index(axis) for axis in axes]
    return summed.transpose(*order, len(left), len(left) + 1)
