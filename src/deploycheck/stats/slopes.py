"""A smooth function of means near these means: derivatives, by differences, and moments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from deploycheck.stats.bounds import Floats
from deploycheck.stats.tails import freedom
from deploycheck.stats.units import Function, Unbounded, Units

FEWEST = 10
_CHUNK = 65_536
_SLOPE_STEP, _BEND_STEP = 0.01, 0.1  # standard errors of the means
_ROUNDING, _CANCELLED = 1e-13, 1e-9
_STILL = "no row moves it, so nothing is known of how it varies"


@dataclass(frozen=True)
class Linear:
    """What the data say of a smooth function of means, near these means.

    :param value: the function of the means.
    :param error: its standard error, with divisor n.
    :param acceleration: a sixth of the skewness of the linearised mean.
    :param bias: of the value, by its second derivatives.
    :param bend: the quadratic coefficient along the least favourable direction, ``c_q``.
    :param behind: units in effect behind the standard error.
    :param direction: how the means move for one standard error of the value.
    :param rest: the units; ``n`` of them are independent.
    """

    value: float
    error: float
    acceleration: float
    bias: float
    bend: float
    behind: float
    means: Floats
    direction: Floats
    rest: Units

    @property
    def n(self) -> int:
        """Number of independent units."""
        return self.rest.n

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.rest.rows

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the variance estimate."""
        return freedom(self.behind, self.n)

    @property
    def z0(self) -> float:
        """The bias correction."""
        from scipy.special import ndtr, ndtri

        gamma = self.bias / self.error - self.bend
        share = 2 * float(ndtr(self.acceleration)) * float(ndtr(-gamma))
        return float(ndtri(min(max(share, 1e-12), 1 - 1e-12)))

    def at(self, moves: Floats) -> Floats:
        """The function that many standard errors away along the least favourable direction."""
        where = self.means + moves[:, None] * self.direction
        found = np.full(moves.shape, np.nan)
        finite = np.isfinite(moves)
        if finite.any():
            found[finite] = values(self.rest.of, where[finite])
        return found

    def unseen(self, alpha: Floats) -> Floats:
        """How far what no row shows, though it may be so rare, moves the function: (alphas, terms).

        A share of units of which none is among n is below 1 − alpha^(1 / n), with error alpha.
        """
        shares = -np.expm1(np.log(alpha) / self.rest.alike) * self.rest.whole
        moves = np.zeros((alpha.size, len(self.rest.silent)))
        for place, column in enumerate(self.rest.silent):
            where = np.repeat(self.means[None], alpha.size, axis=0)
            where[:, column] += shares
            moves[:, place] = values(self.rest.of, where) - self.value
        return moves


@dataclass(frozen=True)
class _Spread:
    """Means of terms, the largest deviation of each, and the covariance over these (divisor n)."""

    means: Floats
    scale: Floats
    covariance: Floats


def linear(found: Units) -> Linear:
    """Value, derivatives and moments: all that bounds, tests and power need.

    :raises ValueError: ``of`` gives another shape than it should.
    :raises Unbounded: the value is not finite, or its linearised units do not vary, or there are
        fewer than 10.
    """
    spread = _spread(found)
    value = float(values(found.of, spread.means[None])[0])
    if not np.isfinite(value):
        raise Unbounded("it is not defined at these rows")
    if found.n < FEWEST:
        raise Unbounded(
            f"{found.n} independent rows or entities are too few for a bound; it takes {FEWEST}",
            value,
        )
    slope = _slope(found, spread, value)
    steepest = float(np.abs(slope).max())
    if not steepest > 0:
        raise Unbounded(_STILL, value)
    second, third, fourth, cross = _influences(found, spread, slope / steepest)
    unit = (second / found.n) ** 0.5
    error = unit * steepest
    moved = float(np.abs(slope) @ np.sqrt(np.diag(spread.covariance) / found.n))
    if not error > max(_ROUNDING * abs(value), _CANCELLED * moved):
        raise Unbounded(_STILL, value)
    direction = spread.scale * cross / (found.n * unit)
    bias, bend = _bends(found, spread, direction, value)
    return Linear(
        value=value,
        error=error,
        acceleration=third / (6 * found.n**0.5 * second**1.5),
        bias=bias,
        bend=bend / error,
        behind=found.n * second**2 / fourth,
        means=spread.means,
        direction=direction,
        rest=found,
    )


def _slope(found: Units, spread: _Spread, value: float) -> Floats:
    """First derivatives by the scaled means, by central differences; 0 for what does not vary."""
    steps = _SLOPE_STEP * np.sqrt(np.diag(spread.covariance) / found.n)
    moves = np.diag(steps * spread.scale)
    around = values(found.of, np.concatenate([spread.means + moves, spread.means - moves]))
    varies = steps > 0
    slope = np.zeros(steps.size)
    slope[varies] = (around[: steps.size] - around[steps.size :])[varies] / (2 * steps[varies])
    if not np.isfinite(slope).all():
        raise Unbounded(
            "it has no slope at these rows, so nothing is known of how it varies", value
        )
    return slope


def _bends(found: Units, spread: _Spread, direction: Floats, value: float) -> tuple[float, float]:
    """Half the second derivatives: summed over the means' axes, and along the direction."""
    k = spread.means.size
    roots, axes = np.linalg.eigh(spread.covariance / found.n)
    along = axes.T * np.sqrt(np.maximum(roots, 0))[:, None] * spread.scale
    lines = np.concatenate([along, direction[None]]) * _BEND_STEP
    around = values(found.of, np.concatenate([spread.means + lines, spread.means - lines]))
    bends = (around[: k + 1] + around[k + 1 :] - 2 * value) / (2 * _BEND_STEP**2)
    if not np.isfinite(bends).all():
        raise Unbounded(
            "it is not defined near these rows, so nothing is known of how it varies", value
        )
    return float(bends[:k].sum()), float(bends[k])


def values(of: Function, means: Floats) -> Floats:
    """The function at many means, as floats; what is not finite stays so."""
    with np.errstate(all="ignore"):
        made = np.asarray(of(means.copy()))
    if made.shape != means.shape[:1] or made.dtype.kind not in "iuf":
        raise ValueError(
            f"of gives {made.dtype.name} values of shape {made.shape} for means of shape "
            f"{means.shape}, not numbers of shape {means.shape[:1]}"
        )
    return made.astype(np.float64)


def _chunks(found: Units) -> Iterator[tuple[Floats, Floats | None]]:
    for start in range(0, found.terms.shape[0], _CHUNK):
        part = slice(start, start + _CHUNK)
        yield found.terms[part], None if found.counts is None else found.counts[part]


def _spread(found: Units) -> _Spread:
    with np.errstate(over="ignore", invalid="ignore"):
        if found.counts is None:
            means = found.terms.mean(axis=0)
        else:
            means = found.counts @ found.terms / found.n
        scale = np.zeros(means.size)
        for terms, _ in _chunks(found):
            scale = np.maximum(scale, np.abs(terms - means).max(axis=0))
    if not np.isfinite(scale).all():
        raise ValueError("terms are too large for their sum")
    scale[scale == 0] = 1.0
    covariance = np.zeros((means.size, means.size))
    for terms, count in _chunks(found):
        centred = (terms - means) / scale
        covariance += centred.T @ (centred if count is None else centred * count[:, None])
    return _Spread(means, scale, covariance / found.n)


def _influences(found: Units, spread: _Spread, slope: Floats) -> tuple[float, float, float, Floats]:
    """Second to fourth moment of the linearised units, and their covariance with scaled terms."""
    sums = np.zeros(3)
    cross = np.zeros(slope.size)
    for terms, count in _chunks(found):
        centred = (terms - spread.means) / spread.scale
        influence = centred @ slope
        weighted = influence if count is None else influence * count
        square = influence * influence
        sums += (weighted @ influence, weighted @ square, (weighted * influence) @ square)
        cross += weighted @ centred
    second, third, fourth = (float(total) / found.n for total in sums)
    return second, third, fourth, cross / found.n
