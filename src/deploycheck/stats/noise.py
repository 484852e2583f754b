"""Bounds, tests and power for a distance that is seen through Gaussian noise.

The truth is the norm of a vector, ``value`` the norm of that vector plus centred noise G (see
:mod:`deploycheck.stats.distance`). Two facts make the bounds, and neither asks whether the truth
is zero, where the bootstrap fails:

* value ≤ truth + ‖G‖, and ‖G‖ exceeds center + z · scale with probability at most 1 − Φ(z): so
  ``low`` = value − center − z · scale, at least 0;
* a norm is convex: value is on average at least the truth (Jensen), and Φ⁻¹ of its distribution
  function is concave (Ehrhard) with a slope of at least 1 / scale. So value falls short of the
  truth by more than scale · g(z), g(z) = φ(z) + z Φ(z), with probability at most 1 − Φ(z), and
  ``high`` = value + scale · g(z), without ``center``. g(1.645) = 1.67. For let the value be h(Z)
  with Z normal: h is convex and its slope at most scale, so that E h(Z) ≤ h(−z) + scale · E(Z + z)₊
  = h(−z) + scale · g(z).
"""

from typing import Any

from deploycheck.stats.bounds import Bounds, as_level, as_number, as_side

METHOD = "triangle inequality, Gaussian tail of the noise"
_WIDEST = 40.0
_ROUNDS = 200


def distance_bounds(value: Any, center: Any, scale: Any, alpha: float) -> Bounds:
    """The bounds of a distance, each at level 1 − alpha; ``low`` is at least 0.

    Raises ValueError for a negative value or center, a scale that is not greater than 0, and what
    is no finite number.
    """
    seen, middle, spread = _checked(value, center, scale)
    z = _z(as_level(alpha))
    return Bounds(max(0.0, seen - middle - z * spread), seen + spread * shortfall(z), METHOD)


def distance_pvalue(value: Any, center: Any, scale: Any, bound: float, side: str = "max") -> float:
    """The p-value of a distance against a bound: p ≤ alpha exactly where the bound at it clears.

    What no level below one half rejects is 1.
    """
    seen, middle, spread = _checked(value, center, scale)
    limit = as_number(bound, "bound")
    from scipy.special import ndtr

    if as_side(side) == "max":
        z = (seen - limit - middle) / spread
    else:
        z = _inverse_shortfall((limit - seen) / spread)
    return float(ndtr(-z)) if z > 0 else 1.0


def power_distance(
    center: Any, scale: Any, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The least power of the test at a true distance ``effect``, by the same two facts."""
    _, middle, spread = _checked(0.0, center, scale)
    limit, truth = as_number(bound, "bound"), as_number(effect, "effect")
    z = _z(as_level(alpha))
    from scipy.special import ndtr

    if as_side(side) == "max":
        room = truth - limit - middle - z * spread
        return float(ndtr(_inverse_shortfall(room / spread)))
    room = (limit - truth - middle - spread * shortfall(z)) / spread
    return float(ndtr(room)) if room > 0 else 0.0


def shortfall(z: float) -> float:
    """g(z) = φ(z) + z Φ(z): by how many scales a convex function falls short of its mean."""
    from math import erfc, exp, pi, sqrt

    return exp(-z * z / 2) / sqrt(2 * pi) + z * erfc(-z / sqrt(2)) / 2


def _inverse_shortfall(target: float) -> float:
    """The z with g(z) = ``target``; g rises from 0 to infinity."""
    if target <= 0:
        return -_WIDEST
    if target >= _WIDEST:
        return target  # there g(z) is z
    low, high = -_WIDEST, _WIDEST
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if shortfall(middle) <= target:
            low = middle
        else:
            high = middle
    return low


def _z(alpha: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri(alpha))


def _checked(value: Any, center: Any, scale: Any) -> tuple[float, float, float]:
    seen, middle = as_number(value, "value"), as_number(center, "center")
    spread = as_number(scale, "scale")
    if seen < 0 or middle < 0:
        raise ValueError("value and center of a distance must not be negative")
    if spread <= 0:
        raise ValueError(f"scale must be greater than 0, not {spread:g}")
    return seen, middle, spread
