"""Bounds for a smooth function of means, without resampling: n rows of k terms cost O(n k²).

The bounds are ABC (DiCiccio and Efron, Biometrika 79 (1992) 231–245): BCa of the bootstrap in
closed form, from the first three moments of the linearised units and the bend of the function.
With w = z₀ ± z and acceleration a they are the function at the means, moved by w / (1 − a w)²
standard errors along the least favourable direction. Alone they miss too often in small samples
and heavy tails, so that, by simulation:

* z is Student's t with the degrees of freedom of the variance estimate (Satterthwaite): the units
  in effect behind it are h = (Σl²)² / Σl⁴ for linearised units l, which is n over their kurtosis;
* each bound is the outer one of those at a and at a (1 + 2 / h): a heavy tail shows less skewness
  in a sample than it has;
* what no row shows moves nothing, and may yet be: where the terms are 0 or 1 and one of them is
  always 0, such as the errors in a class without errors, the bound is moved further by what it
  would do at its own upper bound, squared and added as in MOVER;
* at error probability alpha there is no bound with h below 2.5 ln(1 / alpha), nor with fewer than
  10 units: what the few largest units say does not bound what larger ones would.
"""

from math import exp, inf, log
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Bounds, Floats, as_level, as_number, as_side
from deploycheck.stats.slopes import Linear
from deploycheck.stats.tails import reach, tail
from deploycheck.stats.units import Unbounded

METHOD = "ABC, analytic BCa"
FEW_PER_LOG = 2.5
_FURTHEST_Z = 40.0
_GRID = 81
_ROUNDS = 50


def smooth_bounds(found: Linear, alpha: float) -> Bounds:
    """The bounds that decide, each at level 1 − alpha; infinite where ``of`` is not defined there.

    :raises Unbounded: too few units in effect for this alpha.
    """
    level = as_level(alpha)
    check_enough(found.behind, found.n, level)
    far = np.array([reach(level, found.freedom, found.n)])
    low, high = _outer(found, -far)[0], _outer(found, far)[0]
    return Bounds(float(low), float(high), METHOD)


def check_enough(behind: float, n: int, alpha: float) -> None:
    """Raise :class:`Unbounded` where too few of n units are behind a variance for a bound."""
    needed = FEW_PER_LOG * log(1 / alpha)
    if behind < needed:
        raise Unbounded(
            f"its spread hangs on as few as {behind:.1f} of {n} rows or entities; "
            f"a bound at this confidence takes {needed:.1f}"
        )


def smooth_pvalue(found: Linear, bound: float, side: str = "max") -> float:
    """The smallest alpha at which the deciding bound excludes ``bound``; 1 above one half.

    :param side: ``"max"``: H0 is that the truth is at most ``bound``; ``"min"``: at least.
    """
    limit = as_number(bound, "bound")
    sign = -1.0 if as_side(side) == "max" else 1.0

    def rejects(far: Floats) -> Any:
        return _outer(found, sign * far) * sign < limit * sign

    if not (found.value - limit) * sign < 0:
        return 1.0
    grid = np.linspace(0, _FURTHEST_Z, _GRID)
    alike = np.cumprod(rejects(grid))  # up to the first that does not: never beyond a gap
    count = int(alike.sum())
    if count == 0:
        return 1.0
    kept = float(grid[count - 1])
    out = float(grid[min(count, _GRID - 1)])
    for _ in range(_ROUNDS):
        middle = (kept + out) / 2
        kept, out = (middle, out) if rejects(np.array([middle]))[0] else (kept, middle)
    worst = max(float(tail(kept, found.freedom, found.n)), exp(-found.behind / FEW_PER_LOG))
    return worst if worst < 0.5 else 1.0


def power_smooth(
    found: Linear, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power at a true value ``effect``, by the standard error and the normal approximation."""
    from scipy.special import ndtr

    limit, truth, level = as_number(bound, "bound"), as_number(effect, "effect"), as_level(alpha)
    if found.behind < FEW_PER_LOG * log(1 / level):
        return 0.0
    gap = (truth - limit) * (1 if as_side(side) == "max" else -1)
    return float(ndtr(gap / found.error - reach(level, found.freedom, found.n)))


def abc_interval(found: Linear, alpha: float) -> tuple[float, float]:
    """ABC as published, with normal quantiles and nothing added; for comparison."""
    from scipy.special import ndtri

    z = float(-ndtri(as_level(alpha)))
    moves = _moves(np.array([-z, z]) + found.z0, found.acceleration)
    low, high = found.at(moves)
    return float(low), float(high)


def _outer(found: Linear, far: Floats) -> Floats:
    """The bounds that far, outer in its sign; never on the inner side of the value."""
    sign = np.where(far < 0, -1.0, 1.0)
    bounds = np.full(far.shape, found.value) * sign
    for factor in (1.0, 1 + 2 / found.behind):
        made = found.at(_moves(found.z0 + far, found.acceleration * factor))
        bounds = np.maximum(bounds, np.where(np.isfinite(made), made * sign, inf))
    if found.rest.silent:
        moved = found.unseen(tail(np.abs(far), found.freedom, found.n)) * sign[:, None]
        harm = np.where(np.isfinite(moved), np.maximum(moved, 0), inf)
        length = np.hypot(bounds - found.value * sign, np.sqrt(np.sum(harm**2, axis=1)))
        bounds = found.value * sign + length
    return bounds * sign


def _moves(w: Floats, acceleration: float) -> Floats:
    """The moves w / (1 − a w)², infinite beyond its pole and held where it would turn back."""
    product = acceleration * w
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        held = np.where(product < -1, -1 / acceleration if acceleration else 0.0, w)
        moves = held / (1 - acceleration * held) ** 2
    return np.where(product >= 1, np.sign(w) * inf, moves)
