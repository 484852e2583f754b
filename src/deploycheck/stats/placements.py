"""Rows of two classes, how they were sampled, and how each is placed among the other class.

The placement of a positive is the share of negatives below it, of a negative the share of positives
above it, ties half (DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988)). Each class is sorted
once for each score, so that all takes O((m + n) log(m + n)).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Floats, as_whole

Ints = NDArray[np.int64]
NAMES = ("positives", "negatives")


class TooFew(ValueError):
    """A class has fewer than two rows, or entities, that count."""


@dataclass(frozen=True)
class OneClass:
    """Rows of one class that count.

    ``scores`` are one or more score arrays of the same rows. ``counts`` says how many equal rows
    each stands for, ``weights`` the sampling weight of each of these, ``codes`` its entity; None is
    one, 1.0, and an entity of its own. ``rows`` is the sum of counts, ``entities`` how many there
    are, and ``units`` how many independent rows of equal weight they are worth at least: Kish's
    effective number, of whole entities.
    """

    scores: tuple[Floats, ...]
    counts: Floats | None
    weights: Floats | None
    codes: Ints | None
    rows: float
    entities: float
    units: float

    @property
    def simple(self) -> bool:
        """Whether rows are independent and of equal weight, but for how often they count."""
        return self.weights is None and self.codes is None

    def mass(self) -> Floats | None:
        """How much of the class each row is, up to a factor; None where all are equal."""
        if self.weights is None:
            return self.counts
        return self.weights if self.counts is None else self.weights * self.counts

    def mean(self, values: Floats) -> float:
        """The mean of ``values`` over the class."""
        mass = self.mass()
        if mass is None:
            return float(values.mean())
        return float((values * mass).sum() / mass.sum())

    def parts(self, values: Floats) -> Floats:
        """What each row adds to that mean, for each time that it counts."""
        mass = self.mass()
        if self.weights is None or mass is None:
            return values / self.rows
        return np.asarray(values * (self.weights / mass.sum()))

    def total(self, values: Floats) -> float:
        """The sum of ``values``, each as often as its row counts."""
        # No dot product: its last digits depend on how many threads the machine has.
        return float((values if self.counts is None else values * self.counts).sum())


@dataclass(frozen=True)
class _Ranked:
    """Scores in rising order, and where each of them comes from; None where that is not asked."""

    order: Ints | None
    rising: Floats


def two_classes(
    positives: tuple[Any, ...],
    negatives: tuple[Any, ...],
    counts: Any = None,
    weights: Any = None,
    clusters: Any = None,
) -> tuple[OneClass, OneClass]:
    """Positives and negatives with how their rows were sampled.

    ``positives`` are score arrays of the same rows, ``negatives`` as many of theirs. ``counts``
    (whole numbers, frequency weights), ``weights`` (sampling weights) and ``clusters`` (whole
    numbers that name entities, the same in both classes) are None or a pair of arrays parallel to
    these. Rows whose count or weight is 0 are left out. Raises :class:`TooFew` for fewer than two
    rows or entities of a class, ValueError for what is no finite score, count, weight or code.
    """
    given = zip(
        (positives, negatives),
        _pair(counts, "counts"),
        _pair(weights, "weights"),
        _pair(clusters, "clusters"),
        NAMES,
        strict=True,
    )
    first, second = (_one_class(*part) for part in given)
    if first.codes is None or second.codes is None:
        return first, second
    # The same entity may be in both classes: one numbering from 0 for all.
    codes = np.unique(np.concatenate([first.codes, second.codes]), return_inverse=True)[1]
    m = first.codes.size
    return _with_codes(first, codes[:m], NAMES[0]), _with_codes(second, codes[m:], NAMES[1])


def placements(
    positives: OneClass, negatives: OneClass, which: int = 0, *, any_order: bool = False
) -> tuple[Floats, Floats]:
    """The placements of all rows by their score number ``which``, in the order of the rows.

    In ``any_order`` they are found faster, where all rows weigh the same.
    """
    high, low = (_ranked(one, which, any_order) for one in (positives, negatives))
    return _below(high, low, negatives.mass()), 1 - _below(low, high, positives.mass())


def as_scores(values: Any, name: str) -> Floats:
    """Finite scores as a float array; raises ValueError otherwise."""
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a list of numbers")
    if raw.size < 2:
        raise TooFew(f"{name}: {raw.size} scores; an area needs at least two of each class")
    scores = raw.astype(np.float64)
    if not np.all(np.isfinite(scores)):
        raise ValueError(f"{name} must be finite")
    return scores


def _pair(given: Any, name: str) -> tuple[Any, Any]:
    if given is None:
        return None, None
    if not isinstance(given, tuple | list) or len(given) != len(NAMES):
        raise ValueError(f"{name} must be a pair: of the positives, and of the negatives")
    if given[0] is None or given[1] is None:
        raise ValueError(f"{name} must be given for both classes or for none")
    return given[0], given[1]


def _one_class(
    scores: tuple[Any, ...], counts: Any, weights: Any, codes: Any, name: str
) -> OneClass:
    checked = tuple(as_scores(values, name) for values in scores)
    size = checked[0].size
    for other in checked[1:]:
        if other.size != size:
            raise ValueError(f"{name}: {size} scores of the first, {other.size} of the second")
    times = None if counts is None else as_whole(counts, f"counts of {name}")
    mass = None if weights is None else _as_weights(weights, f"weights of {name}")
    entity = None if codes is None else _as_codes(codes, f"clusters of {name}")
    for what, values in (("counts", times), ("weights", mass), ("clusters", entity)):
        if values is not None and values.shape != (size,):
            raise ValueError(f"{what} of {name} must have one number for each of {size} scores")
    used = np.ones(size, dtype=np.bool_)
    for values in (times, mass):
        if values is not None:
            used &= values > 0
    if not used.all():
        checked = tuple(values[used] for values in checked)
        times = None if times is None else times[used]
        mass = None if mass is None else mass[used]
        entity = None if entity is None else entity[used]
    rows = float(checked[0].size if times is None else times.sum())
    if rows < 2:
        raise TooFew(f"{name}: {rows:g} rows count; an area needs at least two of each class")
    made = OneClass(checked, times, mass, entity, rows, rows, rows)
    if mass is None:
        return made
    parts = made.parts(np.ones_like(mass))
    return OneClass(checked, times, mass, entity, rows, rows, 1 / made.total(parts * parts))


def _with_codes(one: OneClass, codes: Ints, name: str) -> OneClass:
    mass = one.mass()
    shares = np.bincount(codes, mass)
    entities = int(np.count_nonzero(shares))
    if entities < 2:
        raise TooFew(f"{name}: all rows are of one entity; an area needs two of each class")
    units = float(shares.sum()) ** 2 / float((shares * shares).sum())
    return OneClass(one.scores, one.counts, one.weights, codes, one.rows, entities, units)


def _as_weights(values: Any, name: str) -> Floats:
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a list of numbers")
    weights = raw.astype(np.float64)
    if not np.all(np.isfinite(weights)):
        raise ValueError(f"{name} must be finite")
    if np.any(weights < 0):
        raise ValueError(f"{name} must not be negative")
    top = weights.max(initial=0.0)
    return weights / top if top > 0 else weights  # so that no square is lost or overflows


def _as_codes(values: Any, name: str) -> Ints:
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a list of whole numbers, one for each entity")
    return raw.astype(np.int64)


def _ranked(one: OneClass, which: int, any_order: bool) -> _Ranked:
    scores = one.scores[which]
    if any_order and one.simple and one.counts is None:
        return _Ranked(None, np.sort(scores))
    # Weights are added up in this order: among ties it must not depend on the machine.
    order = np.argsort(scores, kind=None if one.mass() is None else "stable")
    return _Ranked(order, scores[order])


def _below(values: _Ranked, others: _Ranked, mass: Floats | None) -> Floats:
    """The share of the ``others`` below each value, ties half."""
    # Rising values find their places several times faster than unordered ones.
    left = np.searchsorted(others.rising, values.rising, side="left")
    right = np.searchsorted(others.rising, values.rising, side="right")
    if mass is None or others.order is None:
        shares = (left + right) / (2 * others.rising.size)
    else:
        upto = np.concatenate([[0.0], np.cumsum(mass[others.order])])
        shares = (upto[left] + upto[right]) / (2 * upto[-1])
    if values.order is None:
        return np.asarray(shares)
    placed = np.empty(shares.size)
    placed[values.order] = shares
    return placed
