"""Many roots at once: a bracketing search that never leaves its bracket."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Floats

_ROUNDS = 200
_TOLERANCE = 1e-15
_RELATIVE = 4 * np.finfo(np.float64).eps

Members = NDArray[np.intp]


def decreasing_roots(
    function: Callable[[Floats, Members], Floats], low: Floats, high: Floats
) -> Floats:
    """Where functions fall through zero, each searched in its own [low, high].

    ``function(points, members)`` gives finite values of the functions with these positions, not
    negative at ``low`` and not positive at ``high``. The answers lie within 1e-15 (or four units
    of the last place) of the root, on the side where the function is not negative: a lower bound
    errs downwards. Chandrupatla's method (Advances in Engineering Software 28, 1997): inverse
    quadratic steps where they are safe, bisection elsewhere. Members that are done drop out.
    """
    found = low.copy()
    members = np.arange(low.size)
    x1, x2 = low, high
    f1, f2 = function(low, members), function(high, members)
    step = np.full(low.shape, 0.5)
    for _ in range(_ROUNDS):
        x = x1 + step * (x2 - x1)
        f = function(x, members)
        same = np.signbit(f) == np.signbit(f1)
        x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
        x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
        x1, f1 = x, f
        width = np.abs(x2 - x1)
        tolerance = np.maximum(_RELATIVE * np.minimum(np.abs(x1), np.abs(x2)), _TOLERANCE)
        going = (width > tolerance) & (f1 != 0)
        found[members] = np.where(f1 >= 0, x1, x2)
        if not going.any():
            break
        members = members[going]
        x1, x2, x3 = x1[going], x2[going], x3[going]
        f1, f2, f3 = f1[going], f2[going], f3[going]
        step = _next_step(
            (x1, x2, x3), (f1, f2, f3), (0.5 * tolerance / np.maximum(width, tolerance))[going]
        )
    return found


def _next_step(x: tuple[Floats, ...], f: tuple[Floats, ...], least: Floats) -> Floats:
    """The fraction of the bracket to go: inverse quadratic where it is known to be safe."""
    x1, x2, x3 = x
    f1, f2, f3 = f
    with np.errstate(divide="ignore", invalid="ignore"):
        xi = (x1 - x2) / (x3 - x2)
        phi = (f1 - f2) / (f3 - f2)
        safe = (1 - np.sqrt(1 - xi) < phi) & (phi < np.sqrt(xi))
        ahead = (x3 - x1) / (x2 - x1)
        step = f1 / (f1 - f2) * f3 / (f3 - f2) - ahead * f1 / (f3 - f1) * f2 / (f2 - f3)
    step = np.where(safe & np.isfinite(step), step, 0.5)
    return np.clip(step, least, 1 - least)
