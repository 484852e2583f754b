"""What every bound shares: its shape, and the checks of counts and levels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGEST_COUNT = 2**53  # beyond it a float no longer holds every integer


@dataclass(frozen=True)
class Bounds:
    """Two one-sided bounds, each at level 1 − α; ``low`` and ``high`` may be infinite."""

    low: float
    high: float
    method: str


def as_counts(hits: Any, n: Any, what: str = "") -> tuple[Floats, Floats]:
    """Hits and sizes as two float arrays of one shape.

    Scalars or arrays that broadcast; integers, or floats with whole values. Raises ValueError for
    what is no count: bool, text, None, NaN, fractions, negative or above 2**53, a size of zero,
    more hits than rows.
    """
    place = f" of {what}" if what else ""
    hit_array = as_whole(hits, f"hits{place}")
    size_array = as_whole(n, f"n{place}")
    if np.any(size_array == 0):
        raise ValueError(f"n{place} is zero; a rate needs at least one row")
    if np.any(hit_array > size_array):
        raise ValueError(f"there are more hits{place} than rows")
    try:
        spread = np.broadcast_arrays(hit_array, size_array)
    except ValueError as error:
        raise ValueError(f"hits and n{place} differ in shape") from error
    return spread[0], spread[1]


def as_effective(rates: Any, rows: Any, what: str = "") -> tuple[Floats, Floats]:
    """Hits and sizes, both fractional, of rates that are worth ``rows`` independent rows.

    Scalars or arrays that broadcast: rates in [0, 1], rows any number above zero. The hits are
    rate · rows. Raises ValueError for anything else: bool, text, None, NaN.
    """
    place = f" of {what}" if what else ""
    rate_array = as_reals(rates, f"rates{place}")
    row_array = as_reals(rows, f"effective rows{place}")
    if np.any((rate_array < 0) | (rate_array > 1)):
        raise ValueError(f"rates{place} must lie between 0 and 1")
    if np.any(row_array <= 0) or np.any(row_array > LARGEST_COUNT):
        raise ValueError(f"effective rows{place} must be above zero and at most 2**53")
    try:
        spread = np.broadcast_arrays(rate_array, row_array)
    except ValueError as error:
        raise ValueError(f"rates and effective rows{place} differ in shape") from error
    return spread[0] * spread[1], spread[1]


def as_level(alpha: Any, name: str = "alpha") -> float:
    """The error probability of one bound; raises ValueError unless 0 < alpha < 0.5."""
    level = as_number(alpha, name)
    if not 0 < level < 0.5:
        raise ValueError(f"{name} must lie between 0 and 0.5, not {level}")
    return level


def as_number(value: Any, name: str) -> float:
    """A finite number; raises ValueError for bool, text, None, NaN and infinity."""
    if not _is_number(value):
        raise ValueError(f"{name} must be a number, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"{name} is too large") from error
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, not {number}")
    return number


def as_side(side: Any) -> str:
    """``"max"`` or ``"min"``; raises ValueError for anything else."""
    if side not in ("max", "min"):
        raise ValueError(f'side must be "max" or "min", not {side!r}')
    return str(side)


def as_scalar_counts(hits: Any, n: Any, what: str = "") -> tuple[float, float]:
    """One count and one size as floats; raises ValueError for arrays and for what is no count."""
    x, size = as_counts(hits, n, what)
    if x.ndim:
        raise ValueError("hits and n must be single numbers here")
    return float(x), float(size)


def normal_quantile(alpha: Any) -> Floats:
    """The z that a standard normal exceeds with probability alpha."""
    from scipy.special import ndtri

    return np.asarray(-ndtri(alpha), dtype=np.float64)


def _is_number(value: Any) -> bool:
    kinds = float | int | np.floating | np.integer
    return isinstance(value, kinds) and not isinstance(value, bool)


def as_reals(values: Any, name: str) -> Floats:
    """Finite numbers as a float array; raises ValueError for anything else."""
    numbers = _as_numbers(values, name, "numbers")
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} must be finite")
    return numbers


def as_whole(values: Any, name: str) -> Floats:
    """Whole numbers from 0 to 2**53 as a float array; raises ValueError for anything else."""
    numbers = _as_numbers(values, name, "whole numbers")
    if not np.all(np.isfinite(numbers)) or np.any(numbers != np.floor(numbers)):
        raise ValueError(f"{name} must be whole numbers")
    if np.any(numbers < 0):
        raise ValueError(f"{name} must not be negative")
    if np.any(numbers > LARGEST_COUNT):
        raise ValueError(f"{name} must not exceed 2**53")
    return numbers


def _as_numbers(values: Any, name: str, kind: str) -> Floats:
    # numpy would quietly read [3, True] as [3, 1]
    if isinstance(values, list | tuple) and any(isinstance(v, bool | np.bool_) for v in values):
        raise ValueError(f"{name} must be {kind}, not bool values")
    try:
        raw = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must be numbers in one shape") from error
    if raw.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be {kind} below 2**53, not {raw.dtype.name} values")
    return raw.astype(np.float64)
