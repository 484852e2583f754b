"""How many independent rows a rate is worth, under sampling weights and repeated entities.

The rate is p = Σwy / Σw over the rows of a group. Its variance is that of the linearised rate: with
one residual e = Σw(y − p) for each *unit* (a row; or all rows of one entity, summed) it is
q/(q − 1) · Σe² / (Σw)² over the q units. What p(1 − p)/(n − 1) is to it says how many of the n rows
count (Kish 1965; Rao and Scott 1992; Korn and Graubard 1998). The bounds of a proportion are then
taken at that many rows, with hits in proportion: so they never become zero wide, as a normal bound
does at 0 and 1.

Three things make it safe where the variance itself is a bad guess. All keep equal weights and
entities of one row at exactly their number of rows:

* It is never more than the rows, or under weights Kish's (Σw)² / Σw².
* At rates of 0 and 1, and where fewer than ten entities have a hit or fewer than ten a miss, the
  variance says nothing of how alike the rows of one entity are. They are then taken as wholly
  alike: the number is (Σm)² / Σm² with the sums m of the entities' weights.
* Few units, or a few that outweigh the others, make the variance vary. The number shrinks by the
  square of a ratio of Student's quantiles at 99 %: with n − 1 degrees of freedom, and with
  Satterthwaite's (Σm²)² / Σm⁴ − 1, never fewer than 5. Under weights the residuals e are asked in
  the same way, against those of equal weights, and the smaller number counts: it is rare hits with
  large weights that make bounds fail.

Two groups that share an entity are not independent. Where they are compared, such an entity counts
twice in each: (a − b)² ≤ 2a² + 2b², so the difference is bounded whatever the correlation.
``benchmarks/coverage/weights.py`` measures how often the bounds hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

FEWEST_OF_A_KIND = 10
QUANTILE = 0.99
LEAST_FREEDOM = 5.0


@dataclass(frozen=True)
class Worth:
    """What the rows of each group say of a rate; every array has one member a group.

    :param rate: Σwy / Σw; 0 where there is no row.
    :param of: rows that count, float64 of whole numbers.
    :param effective: how many independent rows the rate is worth; 0 where there is no row.
    :param apart: the same where groups are compared with one another.
    :param units: rows or, where entities repeat, different entities.
    :param hits: rows that are hits and count.
    """

    rate: Floats
    of: Floats
    effective: Floats
    apart: Floats
    units: Whole
    hits: Whole


@dataclass(frozen=True)
class _Units:
    """Independent units, each of one group, with the sums over its rows."""

    group: Whole
    mass: Floats
    hits: Floats
    misses: Floats
    times: Floats


@dataclass(frozen=True)
class _Sums:
    """Of each group: rate, rows, sum of weights, and how many rows it is worth at most."""

    rate: Floats
    of: Floats
    mass: Floats
    most: Floats


def worth(
    groups: int,
    group: Whole,
    hit: NDArray[np.bool_],
    *,
    sampling: Floats | None = None,
    counts: Whole | None = None,
    entities: Whole | None = None,
) -> Worth:
    """The worth of the rate of ``hit`` in each of ``groups`` groups.

    :param group: group of each row.
    :param sampling: sampling weights; rows of weight 0 do not count.
    :param counts: how many equal rows of its entity each row stands for; only with ``entities``.
    :param entities: code of the entity of each row, at least 0; ``None`` where none repeats.
    :raises ValueError: counts without entities: such rows are independent, and worth their number.
    """
    import numpy as np

    if counts is not None and entities is None:
        raise ValueError("counts of independent rows need no effective number")
    weights = np.ones(len(group)) if sampling is None else sampling
    if counts is not None:
        weights = weights * counts
    keep = weights > 0
    group, hit, weights = group[keep], hit[keep], weights[keep]
    entities = None if entities is None else entities[keep]
    rows = np.ones(len(group)) if counts is None else counts[keep].astype(np.float64)
    # Weights are scaled within each group, so that equal ones are exactly one.
    most = np.zeros(groups)
    np.maximum.at(most, group, weights / rows)
    weights = weights / most[group]
    units = _units(group, hit, weights, entities)

    def total(of: Any) -> Floats:
        return _sums(group, of, groups)

    mass = total(weights)
    sums = _Sums(
        rate=_divided(total(weights * hit), mass),
        of=total(rows),
        mass=mass,
        most=_divided(mass * mass, total(weights * weights / rows)),
    )
    how = entities is not None, sampling is not None
    effective = _effective(sums, units, np.ones_like(units.times), *how)
    spans = bool((units.times > 1).any())
    return Worth(
        rate=sums.rate,
        of=sums.of,
        effective=effective,
        apart=_effective(sums, units, units.times, *how) if spans else effective,
        units=np.bincount(units.group, minlength=groups),
        hits=total(rows * hit).astype(np.int64),
    )


def _units(group: Whole, hit: NDArray[np.bool_], weights: Floats, entities: Whole | None) -> _Units:
    import numpy as np

    if entities is None:
        return _Units(group, weights, weights * hit, weights * ~hit, np.ones(len(group)))
    span = int(entities.max()) + 1 if len(entities) else 1
    found, unit = np.unique(group * span + entities, return_inverse=True)
    mass, hits, misses = (
        _sums(unit, of, len(found)) for of in (weights, weights * hit, weights * ~hit)
    )
    seen = np.bincount(found % span, minlength=span)
    times = np.where(seen[found % span] > 1, 2.0, 1.0)
    return _Units(found // span, mass, hits, misses, times)


def _effective(
    sums: _Sums,
    units: _Units,
    times: Floats,
    is_clustered: bool,
    is_weighted: bool,
) -> Floats:
    """How many independent rows each group's rate is worth, some units counting twice."""
    import numpy as np

    groups = len(sums.of)

    def total(values: Any) -> Floats:
        return _sums(units.group, values, groups)

    rate, of, square = sums.rate, sums.of, sums.mass * sums.mass
    number = np.bincount(units.group, minlength=groups)
    residual = units.hits - rate[units.group] * units.mass
    squares = total(times * residual * residual) * _divided(number, number - 1.0)
    alike = _divided(square, total(times * units.mass**2))
    by_variance = _divided(of * rate * (1 - rate) * square, (of - 1) * squares)
    is_known = (rate > 0) & (rate < 1) & (number > 1)
    varies = is_known & (squares > 0)
    if is_clustered:
        both = np.minimum(total(units.hits > 0), total(units.misses > 0))
        is_known &= both >= FEWEST_OF_A_KIND
    found = np.where(varies, np.minimum(by_variance, sums.most), sums.most)
    found = np.where(is_known, found, np.minimum(found, alike))
    second, fourth = total(units.mass**2), total(units.mass**4)
    ratio = _student(of - 1) / _student(_divided(second * second, fourth) - 1)
    if is_weighted:
        second, fourth = total(residual**2), total(residual**4)
        plainly = _divided(of * rate * (1 - rate), (1 - rate) ** 3 + rate**3)
        by_hits = _student(plainly - 1) / _student(_divided(second * second, fourth) - 1)
        ratio = np.where(varies, np.minimum(ratio, by_hits), ratio)
    shrunk = np.minimum(ratio, 1) ** 2
    return np.asarray(np.where(of > 0, found * shrunk, 0.0))


def _student(freedom: Floats) -> Floats:
    import numpy as np
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(freedom, LEAST_FREEDOM), QUANTILE), dtype=np.float64)


def _sums(group: Whole, of: Any, groups: int) -> Floats:
    import numpy as np

    return np.bincount(group, of, groups).astype(np.float64)


def _divided(above: Any, below: Any) -> Floats:
    """``above`` ÷ ``below``, 0 where that is not positive."""
    import numpy as np

    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    made: Floats = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return made
