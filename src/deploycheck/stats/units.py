"""Independent units from rows that are counted, weighted or clustered.

Whatever the rows are, a smooth function of their means becomes one of plain means over independent
units:

* frequency weights say how many equal units a row is;
* sampling weights w make a mean of x the ratio of the means of w·x and w, a smooth function again,
  so that its variance is the linearised one (Särndal, Swensson and Wretman, Model Assisted Survey
  Sampling, 1992, section 5.6);
* rows of one entity are added up, and entities are the units: the sandwich of a cluster sample.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Floats, as_whole

Function = Callable[[Any], Any]
Codes = NDArray[np.integer[Any]]


class Unbounded(ValueError):
    """The numbers are sound, and say too little for a bound.

    :param value: what they say without one, where they say anything.
    """

    def __init__(self, message: str, value: float | None = None) -> None:
        super().__init__(message)
        self.value = value


@dataclass(frozen=True)
class Units:
    """Independent units: the statistic is ``of`` of their means.

    :param terms: shape (units, k).
    :param counts: how many equal units each one is, or ``None`` for one each.
    :param n: number of independent units.
    :param rows: number of rows, frequency weights counted.
    :param silent: columns of 0/1 terms in which no row has a 1, though others have.
    :param whole: the mean of a column that is 1 in all rows.
    :param alike: how many units of equal weight they are worth.
    """

    terms: Floats
    counts: Floats | None
    n: int
    rows: int
    of: Function
    silent: tuple[int, ...] = ()
    whole: float = 1.0
    alike: float = 0.0


def units(
    terms: Any, of: Function, counts: Any = None, weights: Any = None, clusters: Any = None
) -> Units:
    """The independent units of a smooth function of means.

    :param terms: finite numbers of shape (rows, k).
    :param of: takes means of shape (…, k), returns values of shape (…).
    :raises ValueError: another shape or kind, no column, numbers that are not finite, negative
        weights. :class:`Unbounded` where no row counts.
    """
    table = as_terms(terms)
    size = table.shape[0]
    count = None if counts is None else _each(as_whole(counts, "counts"), size, "counts")
    weight = None if weights is None else _each(as_weights(weights), size, "weights")
    code = None if clusters is None else _each(as_codes(clusters), size, "clusters")
    if count is not None and not np.all(count > 0):
        kept = count > 0
        table, count = table[kept], count[kept]
        weight = None if weight is None else weight[kept]
        code = None if code is None else code[kept]
    if table.shape[0] == 0:
        raise Unbounded("there are no rows to count")
    rows = table.shape[0] if count is None else int(count.sum())
    silent = _silent(table)
    divided = weight is not None
    if weight is not None:
        if not np.any(weight > 0):
            raise Unbounded("all weights are zero")
        weight = weight / weight.max()
        table, of = np.column_stack([table * weight[:, None], weight]), _divided(of)
    if code is not None:
        place, entities = _places(code)
        if count is not None or entities < table.shape[0]:
            if not divided:
                divided = True
                table, of = np.column_stack([table, np.ones(table.shape[0])]), _divided(of)
            table = table if count is None else table * count[:, None]
            table, count = _totals(table, place, entities), None
    n = table.shape[0] if count is None else rows
    if not divided:
        return Units(table, count, n, rows, of, silent, 1.0, n)
    share = table[:, -1]
    each = np.ones_like(share) if count is None else count
    total = float(each @ share)
    return Units(table, count, n, rows, of, silent, total / n, total**2 / float(each @ share**2))


def as_terms(terms: Any) -> Floats:
    """Finite numbers of shape (rows, k), k at least 1; raises ValueError for anything else."""
    raw = np.asarray(terms)
    if raw.ndim != 2 or raw.dtype.kind not in "iufb":
        raise ValueError("terms must be numbers of shape (rows, k)")
    if raw.shape[1] == 0:
        raise ValueError("terms have no column")
    table = raw.astype(np.float64, copy=False)
    if not np.isfinite(table).all():
        raise ValueError("terms must be finite")
    return table


def as_weights(weights: Any) -> Floats:
    """Finite numbers of at least 0; raises ValueError for anything else."""
    raw = np.asarray(weights)
    if raw.dtype.kind not in "iuf":
        raise ValueError("weights must be numbers")
    numbers = raw.astype(np.float64, copy=False)
    if not np.isfinite(numbers).all() or np.any(numbers < 0):
        raise ValueError("weights must be finite and not negative")
    return numbers


def as_codes(clusters: Any) -> Codes:
    """Whole numbers that name entities; raises ValueError for anything else."""
    raw = np.asarray(clusters)
    if raw.dtype.kind not in "iu":
        raise ValueError("clusters must be whole numbers")
    return raw


def _each(values: Any, size: int, name: str) -> Any:
    if values.ndim != 1 or values.size != size:
        raise ValueError(f"{name} must be one number for each of the {size} rows")
    return values


def _silent(table: Floats) -> tuple[int, ...]:
    """Columns without a 1 in a table of 0 and 1, as of false positives where there are none."""
    somewhere = table.any(axis=0)
    if somewhere.all() or not np.all((table == 0) | (table == 1)):
        return ()
    return tuple(int(column) for column in np.flatnonzero(~somewhere))


def _places(code: Codes) -> tuple[NDArray[np.intp], int]:
    """The position of each row's entity, and how many entities there are."""
    names, place = np.unique(code, return_inverse=True)
    return place, names.size


def _divided(of: Function) -> Function:
    """``of`` of the means of all columns but the last, divided by that of the last: the weight."""

    def divided(means: Any) -> Any:
        return of(means[..., :-1] / means[..., -1:])

    return divided


def _totals(table: Floats, place: NDArray[np.intp], entities: int) -> Floats:
    """The sums of the rows of each entity."""
    return np.column_stack([np.bincount(place, column, entities) for column in table.T])
