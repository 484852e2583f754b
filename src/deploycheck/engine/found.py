"""A number with its bounds, and what keeps an estimate from having one."""

import math
from dataclasses import dataclass
from typing import Any

from deploycheck.authoring.estimates import Group, Member

DIGITS = 12  # parallel sums differ in the last digits; a verdict must not


class Unjudgeable(Exception):
    """What a checker yielded cannot be judged; the control is ERROR.

    :param code: DC304, DC305, DC307 or DC309.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Missing(Exception):
    """There is no number, or none with bounds; the control is INCONCLUSIVE.

    :param value: the number without bounds, for display.
    :param n: rows behind it.
    """

    def __init__(self, message: str, value: float | None = None, n: float | None = None) -> None:
        super().__init__(message)
        self.value = value
        self.n = n


@dataclass(frozen=True)
class Found:
    """A number and its two one-sided bounds.

    ``low`` and ``high`` are infinite where unbounded; equal to ``value`` where it is exact.
    ``pair`` are the groups that make an extreme, the higher one first. ``effective`` is how many
    independent rows the ``n`` rows are worth, where that is not ``n``.
    """

    value: float | int | str
    low: float
    high: float
    method: str
    n: float | int | None
    pair: tuple[Group | Member, Group | Member] | None = None
    effective: float | None = None


def rounded(value: float) -> float:
    """``value`` to 12 significant digits."""
    if value == 0 or math.isinf(value):
        return value
    return float(f"{value:.{DIGITS - 1}e}")


def plain(value: Any, what: str) -> int | float:
    """A finite number, never a boolean; a numpy scalar is taken as the number it holds.

    :raises Unjudgeable: None, NaN, infinity, boolean, text, array.
    """
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unjudgeable("DC307", f"{what} is {_say(value)}, not a number")
    if isinstance(value, int) and abs(value) >= 2**53:
        raise Unjudgeable("DC305", f"{what} is beyond 2^53, where numbers are no longer exact")
    if not math.isfinite(value):
        raise Unjudgeable("DC305", f"{what} is {value}, not a finite number")
    return value


def _say(value: Any) -> str:
    text = "None" if value is None else f"{type(value).__name__} {value!r}"
    return text if len(text) <= 80 else text[:79] + "…"


def counted(hits: Any, of: Any, what: str) -> tuple[int, int]:
    """``hits`` of ``of`` rows as whole numbers.

    :raises Unjudgeable: no whole numbers, or more hits than rows.
    :raises Missing: of no rows.
    """
    h, n = plain(hits, f"{what}: hits"), plain(of, f"{what}: rows")
    if h != int(h) or n != int(n) or not 0 <= h <= n:
        raise Unjudgeable("DC305", f"{what}: {h} of {n} is no proportion of rows")
    if n == 0:
        raise Missing("there are no rows to count")
    return int(h), int(n)
