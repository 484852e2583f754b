"""How many rows would be about enough, from the numbers that a decision stores.

The distance of a bound from the estimate shrinks with the square root of the number of rows. So
where the estimate stays, ``n × (distance of the bound ÷ distance of what is required)²`` rows
bring the bound to what is required.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from deploycheck.engine.advising.words import number
from deploycheck.model.measurement import Measurement

_LARGEST = 1e15  # rows; beyond, no number is told


class Side(StrEnum):
    """Where the estimate lies."""

    RIGHT = "right"
    WRONG = "wrong"
    EQUAL = "equal"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Enough:
    """What more rows would do to one undecided measurement.

    :param side: the side of the requirement on which the estimate lies; UNKNOWN where there is no
        number, or no bound on the side that decides.
    :param n: rows now.
    :param rows: about how many rows decide it, if the estimate stays: a PASS where it is on the
        right side, a FAIL where it is on the wrong one; ``None`` where no number can be said.
    """

    side: Side
    n: float | None
    rows: int | None = None

    @property
    def times(self) -> float | None:
        """How many times as many as now."""
        return self.rows / self.n if self.rows and self.n else None


def enough(m: Measurement, bounds: Mapping[str, Any]) -> Enough:
    """About how many rows would decide an undecided measurement, if the estimate stays.

    :param bounds: what is required of it: ``min`` and ``max``.
    """
    value, interval = m.value, m.interval
    if m.undefined is not None or interval is None or isinstance(value, str) or value is None:
        return Enough(Side.UNKNOWN, m.n)
    low, high = number(bounds, "min"), number(bounds, "max")
    if value in (low, high):
        return Enough(Side.EQUAL, m.n)
    wide = m.simultaneous or interval
    if high is not None and value > high:
        return Enough(Side.WRONG, m.n, _rows(m.n, value, wide.low, high))
    if low is not None and value < low:
        return Enough(Side.WRONG, m.n, _rows(m.n, value, wide.high, low))
    wanted = [
        _rows(m.n, value, bound, required)
        for bound, required, upper in ((interval.high, high, True), (interval.low, low, False))
        if required is not None and not _clears(bound, required, upper=upper)
    ]
    if not wanted or None in wanted:
        return Enough(Side.UNKNOWN if not wanted else Side.RIGHT, m.n)
    return Enough(Side.RIGHT, m.n, max(rows for rows in wanted if rows is not None))


def _clears(bound: float | None, required: float, *, upper: bool) -> bool:
    return bound is not None and (bound <= required if upper else bound >= required)


def _rows(n: float | None, value: float, bound: float | None, required: float) -> int | None:
    """The rows that bring ``bound`` to ``required``, rounded up to two digits."""
    if n is None or bound is None or n <= 0 or value == required:
        return None
    needed = n * ((value - bound) / (value - required)) ** 2
    if not math.isfinite(needed) or needed > _LARGEST:
        return None
    return _rounded_up(max(needed, n))


def _rounded_up(rows: float) -> int:
    """``rows`` rounded up to two significant digits: what is about right is not told exactly."""
    scale: int = 10 ** max(0, math.floor(math.log10(rows)) - 1)
    return math.ceil(rows / scale - 1e-9) * scale
