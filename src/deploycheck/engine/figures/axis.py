"""Axes: where a number stands in a chart, and which round numbers are written along it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from deploycheck.engine.wording import number

_STEPS = (1.0, 2.0, 5.0, 10.0)
_LARGEST = 1e300


def drawable(value: Any) -> TypeGuard[float]:
    """Whether ``value`` is a number that an axis can hold."""
    kind = type(value)
    return (kind is float or kind is int) and -_LARGEST < value < _LARGEST


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers from ``low`` to ``high`` on pixels from ``begin`` to ``end``.

    :param begin: may be larger than ``end``, as it is where pixels are counted from the top.
    :param log: whether equal ratios, and not equal differences, are equally far apart.
    """

    low: float
    high: float
    begin: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The pixel of ``value``, never outside the axis."""
        if self.log:
            value = max(value, self.low)
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(self.begin + min(max(share, 0.0), 1.0) * (self.end - self.begin), 1)

    def ticks(self, most: int = 5) -> list[float]:
        """At most ``most`` round numbers on the axis, the least first."""
        if self.log:
            return _spread(list(_powers(self.low, self.high)), most)
        step = self._step(most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        if last - first >= most or not math.isfinite(step):  # so far from 0 that steps vanish
            return []
        return [float(f"{at * step:.12g}") for at in range(first, last + 1)]

    def _step(self, most: int) -> float:
        rough = (self.high - self.low) / (most - 1)
        unit = 10.0 ** math.floor(math.log10(rough))
        return next((unit * step for step in _STEPS if unit * step >= rough * 0.999), unit * 10)


def axis(
    numbers: Iterable[float],
    begin: float,
    end: float,
    *,
    zero: bool = False,
    share: tuple[float, float] | None = None,
    room: float = 0.05,
) -> Axis:
    """An axis that holds all of ``numbers``.

    :param numbers: at least one, all :func:`drawable`.
    :param zero: whether 0 is on it too.
    :param share: ends of the axis, where all numbers lie between them and half of a whole apart
        at least: a chart of rates reads best from 0 to 1.
    :param room: what is left free at each end that is not 0, as a share of the whole.
    """
    held = [*numbers, 0.0] if zero else list(numbers)
    low, high = float(min(held)), float(max(held))
    if share is not None and share[0] <= low and high <= share[1] and high - low >= 0.5:
        return Axis(*share, begin, end)
    size = max(abs(low), abs(high))
    if high - low <= size * 1e-9 or high - low < 1e-290:  # too close for steps between them
        more = size * 0.1 if size > 1e-280 else 1.0
        return Axis(low - more, high + more, begin, end)
    more = (high - low) * room
    below = 0.0 if zero and low == 0 else more
    above = 0.0 if zero and high == 0 else more
    return Axis(low - below, high + above, begin, end)


def labels(ticks: Sequence[float], longest: int = 8) -> list[str]:
    """What is written at ``ticks``, with every digit.

    :param longest: characters of a label beyond which only the first and the last are written.
    """
    made = [number(tick, digits=12) for tick in ticks]
    if any(len(text) > longest for text in made[1:-1]):
        made[1:-1] = [""] * len(made[1:-1])
    return made


def _powers(low: float, high: float) -> Iterable[float]:
    """1, 2 and 5 times the powers of ten between ``low`` and ``high``."""
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for step in _STEPS[:-1]:
            tick = float(f"{step}e{power}")
            if low <= tick <= high:
                yield tick


def _spread(ticks: list[float], most: int) -> list[float]:
    """Every k-th of ``ticks``, so that at most ``most`` are left."""
    return ticks[:: max(1, math.ceil(len(ticks) / most))]
