"""Slices of rows by one or two columns, found where a loss is high: a search, and no verdict.

Numbers are cut at quantiles, texts are taken value by value; a slice is a value of one column or a
pair of values of two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

from deploycheck.authoring.binning import quantile_cuts
from deploycheck.authoring.metrics.held import numbers_of
from deploycheck.evidence.coded import MISSING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.coded import Coded

SURE = 1.645  # standard errors below the excess that a slice is ranked by
SAME = 0.5  # share of rows in common, of all in either, from which two slices are one finding


@dataclass(frozen=True)
class Parts:
    """A column as parts that a slice can be made of.

    :param values: text of each part; ``codes`` part of each row, -1 of none.
    """

    column: str
    values: tuple[str, ...]
    codes: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True)
class Slice:
    """A slice that was found.

    :param place: value of each of its columns.
    :param inside: whether each row is in it.
    :param excess: mean loss in it less that of the other rows, where it was looked for.
    :param rows: rows of it there, ``score`` what it is ranked by.
    """

    place: Mapping[str, str]
    inside: NDArray[np.bool_] = field(repr=False)
    excess: float
    rows: int
    score: float


def parts_of(column: str, coded: Coded, often: NDArray[np.float64], bins: int, least: int) -> Parts:
    """A column cut into parts by the rows of one half alone.

    :param often: how many rows each row stands for, 0 where it may not be looked at.
    :param least: rows that a text must have to be a part.
    """
    import numpy as np

    known = numbers_of(coded)
    if known is not None and np.isfinite(known).sum() > bins:
        return _cut(column, known[coded.codes], often > 0, bins)
    rows = np.bincount(coded.codes, often, len(coded.values))
    kept = np.flatnonzero(rows >= least)
    place = np.full(len(coded.values), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return Parts(column, tuple(coded.values[code] for code in kept), place[coded.codes])


def _cut(column: str, values: NDArray[np.float64], half: NDArray[np.bool_], bins: int) -> Parts:
    import numpy as np

    absent = np.isnan(values)
    looked = np.sort(values[half & ~absent])
    if not len(looked):
        return Parts(column, (MISSING,), np.where(absent, 0, -1))
    cuts = quantile_cuts(looked, bins)
    codes = np.where(absent, len(cuts) + 1, np.searchsorted(cuts, values, side="left"))
    return Parts(column, (*_names(cuts), MISSING), codes)


def _names(cuts: NDArray[np.float64]) -> Iterator[str]:
    """The text of each bin (−∞, c₁], (c₁, c₂], …, (cₖ, ∞); one value with a bin is that value."""
    import numpy as np

    below = np.nextafter(cuts, -np.inf)
    for at in range(len(cuts) + 1):
        low = None if at == 0 else cuts[at - 1]
        if at == len(cuts):
            yield f"> {low:.6g}"
        elif low is not None and low == below[at]:
            yield f"{cuts[at]:.6g}"
        else:
            heavy = at + 1 < len(cuts) and cuts[at] == below[at + 1]
            high = f"< {cuts[at + 1]:.6g}" if heavy else f"≤ {cuts[at]:.6g}"
            yield high if low is None else f"> {low:.6g}, {high}"


def worst(
    columns: Sequence[Parts],
    loss: NDArray[np.float64],
    often: NDArray[np.float64],
    half: NDArray[np.bool_],
    *,
    depth: int,
    least: int,
    most: int,
) -> tuple[list[Slice], int]:
    """The slices with the most certain excess of loss in one half, and how many were looked at.

    :param loss: of each row; ``often`` how many rows it stands for.
    :param least: rows that a slice must have there, ``most`` how many are returned.
    """
    searched = 0
    found: list[tuple[float, float, int, tuple[tuple[Parts, int], ...]]] = []
    groups = [(part,) for part in columns]
    pairs = combinations(columns, 2) if depth > 1 else ()
    for group in (*groups, *pairs):
        more, looked = _scored(group, loss, often, half, least)
        found += more
        searched += looked
    # Ties are broken by fewer columns and the order of columns and values, so that runs repeat.
    found.sort(key=lambda one: -one[0])
    chosen: list[Slice] = []
    for score, excess, rows, key in found:
        inside = _inside(key)
        if any(_alike(inside, other.inside, half) for other in chosen):
            continue
        place = {part.column: part.values[code] for part, code in key}
        chosen.append(Slice(place, inside, excess, rows, score))
        if len(chosen) == most:
            break
    return chosen, searched


def _scored(
    group: tuple[Parts, ...],
    loss: NDArray[np.float64],
    often: NDArray[np.float64],
    half: NDArray[np.bool_],
    least: int,
) -> tuple[list[tuple[float, float, int, tuple[tuple[Parts, int], ...]]], int]:
    """Every combination of values of these columns that is large enough, and how many there are."""
    import numpy as np

    sizes = [len(part.values) for part in group]
    inside, code = half.copy(), np.zeros(len(loss), dtype=np.int64)
    for part, size in zip(group, sizes, strict=True):
        inside &= part.codes >= 0
        code = code * size + np.maximum(part.codes, 0)
    cell, weight, values = code[inside], often[inside], loss[inside]
    total, named = prod(sizes), None
    if total > len(cell):  # most combinations of two columns of many values do not occur
        named, cell = np.unique(cell, return_inverse=True)
        total = len(named)
    rows = np.bincount(cell, weight, total)
    sums = np.bincount(cell, weight * values, total)
    all_rows, all_sum = float(often[half].sum()), float((often * loss)[half].sum())
    enough = np.flatnonzero((rows >= least) & (all_rows - rows >= least))
    if not len(enough):
        return [], 0
    spread = float(np.average((loss[half] - all_sum / all_rows) ** 2, weights=often[half]))
    n, total_loss = rows[enough], sums[enough]
    excess = total_loss / n - (all_sum - total_loss) / (all_rows - n)
    score = excess - SURE * np.sqrt(spread * (1 / n + 1 / (all_rows - n)))
    made = []
    for at, place in enumerate(enough.tolist()):
        key, rest = [], place if named is None else int(named[place])
        for part, size in reversed(list(zip(group, sizes, strict=True))):
            rest, value = divmod(rest, size)
            key.append((part, value))
        made.append((float(score[at]), float(excess[at]), int(n[at]), tuple(reversed(key))))
    return made, len(made)


def _inside(key: tuple[tuple[Parts, int], ...]) -> NDArray[np.bool_]:
    import numpy as np

    made: NDArray[np.bool_] = np.logical_and.reduce([part.codes == code for part, code in key])
    return made


def _alike(first: NDArray[np.bool_], second: NDArray[np.bool_], half: NDArray[np.bool_]) -> bool:
    either = int(((first | second) & half).sum())
    return int((first & second & half).sum()) > SAME * either
