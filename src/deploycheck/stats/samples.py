"""Two samples as the functions of this package take them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_counts, as_effective
from deploycheck.stats.scores import TwoSamples


def as_pair(x1: Any, n1: Any, x2: Any, n2: Any) -> tuple[TwoSamples, tuple[int, ...]]:
    """Checked counts, flattened, and the shape they broadcast to; raises ValueError."""
    first, second = as_counts(x1, n1, "the first sample"), as_counts(x2, n2, "the second sample")
    return _together(first, second)


def as_effective_pair(
    rate1: Any, rows1: Any, rate2: Any, rows2: Any
) -> tuple[TwoSamples, tuple[int, ...]]:
    """As :func:`as_pair`, of rates and their effective rows; the counts are fractional."""
    first = as_effective(rate1, rows1, "the first sample")
    return _together(first, as_effective(rate2, rows2, "the second sample"))


def _together(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> tuple[TwoSamples, tuple[int, ...]]:
    try:
        spread = np.broadcast_arrays(*first, *second)
    except ValueError as error:
        raise ValueError("the two samples differ in shape") from error
    return TwoSamples(*(np.ravel(part) for part in spread)), spread[0].shape


def as_scalar_pair(x1: Any, n1: Any, x2: Any, n2: Any) -> TwoSamples:
    """Checked single counts, as arrays of one member; raises ValueError for arrays."""
    pair, shape = as_pair(x1, n1, x2, n2)
    if shape:
        raise ValueError("hits and n must be single numbers here")
    return pair


def both_methods(names: Sequence[str], below: Floats, above: Floats) -> str:
    """How the two bounds were made, in words."""
    low, high = names[int(below.flat[0])], names[int(above.flat[0])]
    return low if low == high else f"low: {low}; high: {high}"
