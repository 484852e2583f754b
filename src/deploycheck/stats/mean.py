"""Bounds for the mean of independent numbers."""

from typing import Any

from deploycheck.stats.bounds import Bounds, as_level, as_number

METHOD = "Student t"


def mean_bounds(mean: Any, sd: Any, n: Any, alpha: float) -> Bounds:
    """One-sided t bounds from a mean, a sample standard deviation (n − 1) and a number of values.

    Their level holds for normal values and, by the central limit theorem, for large n; a heavy tail
    wants more. Raises ValueError for fewer than two values and for a standard deviation of zero:
    values that are all alike say nothing of how far the next may lie, so no bound can be given.
    """
    centre, spread, size = checked_mean(mean, sd, n)
    level = as_level(alpha)
    from scipy.special import stdtrit

    reach = -float(stdtrit(size - 1, level)) * spread / size**0.5
    return Bounds(centre - reach, centre + reach, METHOD)


def checked_mean(mean: Any, sd: Any, n: Any) -> tuple[float, float, int]:
    """Mean, standard deviation and number of values, or ValueError where no bound exists."""
    centre, spread, size = as_number(mean, "mean"), as_number(sd, "sd"), as_number(n, "n")
    if size != int(size) or size < 2:
        raise ValueError(f"n must be a whole number of at least 2, not {size:g}")
    if spread < 0:
        raise ValueError(f"sd must not be negative, not {spread:g}")
    if spread == 0:
        raise ValueError("sd is zero: all values are alike, and their spread cannot be estimated")
    return centre, spread, int(size)
