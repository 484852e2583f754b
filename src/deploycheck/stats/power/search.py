"""Turning power round: the rows, the effect or the good value that reach a wanted power."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite

from deploycheck.stats.bounds import as_number
from deploycheck.stats.power.binomial import rows_needed_proportion
from deploycheck.stats.power.counts import OneProportion, OneQuantile
from deploycheck.stats.power.design import LARGEST_ROWS, Design, as_rows

_AHEAD = (1.01, 1.03, 1.1)
_TRIES = 30
_DIGITS = 40


@dataclass(frozen=True)
class Rows:
    """Rows needed: ``total``, and of each group of the design in order (none without groups)."""

    total: int
    groups: tuple[int, ...] = ()


def passes(design: Design, n: int, good: float) -> float:
    """The probability that a release whose true value is ``good`` gets a PASS at ``n`` rows."""
    return design.passes(n, good)


def fails(design: Design, n: int, true: float) -> float:
    """The probability that a release whose true value is ``true`` gets a FAIL at ``n`` rows."""
    return design.fails(n, true)


def rows_needed(design: Design, good: float, power: float = 0.8) -> Rows:
    """The rows at which a release whose true value is ``good`` passes with the wanted power.

    Power is a saw-tooth in n: the answer is an n that reaches the power where one row less (or one
    part in 100,000, or in 500 where power is simulated) does not, and whose power holds one, three
    and ten percent further on. Raises ValueError where ``good`` does
    not lie beyond the limit on the safe side, and where more than 10**12 rows are needed.
    """
    target, design = as_power(power), _counted(design)
    truth = design.checked(good)
    if design.passes(1, truth) >= 1:
        return Rows(1, design.sizes(1))
    if not _safe(design, truth):
        raise ValueError(
            f"the good value {truth:g} does not lie beyond the limit {design.limit:g}; "
            "no number of rows shows that it holds"
        )
    if isinstance(design, OneProportion):
        return Rows(rows_needed_proportion(design.limit, truth, design.alpha, target))
    total = _first_rows(lambda n: design.passes(n, truth) >= target, design.fineness)
    return Rows(total, design.sizes(total))


def detectable(design: Design, n: int, power: float = 0.8) -> float | None:
    """The true value nearest the limit, beyond it, that gets a FAIL with the wanted power.

    None where no value does at ``n`` rows.
    """
    target, rows, design = as_power(power), as_rows(n), _counted(design)
    outwards = -1 if design.required == "at_least" else 1
    return _nearest(design, outwards, lambda true: design.fails(rows, true) >= target)


def passable(design: Design, n: int, power: float = 0.8) -> float | None:
    """The true value nearest the limit, on its safe side, that passes with the wanted power.

    None where no value does at ``n`` rows: the control cannot release there.
    """
    target, rows, design = as_power(power), as_rows(n), _counted(design)
    inwards = 1 if design.required == "at_least" else -1
    return _nearest(design, inwards, lambda true: design.passes(rows, true) >= target)


def as_power(power: float) -> float:
    """A probability strictly between 0 and 1; raises ValueError otherwise."""
    target = as_number(power, "power")
    if not 0 < target < 1:
        raise ValueError(f"power must lie between 0 and 1, not {target}")
    return target


def _counted(design: Design) -> Design:
    """The design on whose scale the true values of this one lie: a quantile's is a share."""
    return design.as_proportion() if isinstance(design, OneQuantile) else design


def _safe(design: Design, value: float) -> bool:
    return value > design.limit if design.required == "at_least" else value < design.limit


def _first_rows(enough: Callable[[int], bool], fineness: float) -> int:
    if enough(1) and all(enough(n) for n in (2, 3, 5, 10)):
        return 1
    low, high = 1, 2
    for _ in range(_TRIES):
        while not enough(high):
            low, high = high, 2 * high
            if high > LARGEST_ROWS:
                raise ValueError(
                    "the good value is so near the limit that over 10**12 rows are needed"
                )
        while high - low > max(1.0, fineness * high):
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        later = [n for n in (int(high * factor) + 1 for factor in _AHEAD) if not enough(n)]
        if not later:
            return high
        low, high = later[-1], later[-1] + 1  # a tooth: go on from behind it
    return high


def _nearest(design: Design, sign: int, enough: Callable[[float], bool]) -> float | None:
    """The value nearest the limit in the direction of ``sign`` that is enough, if there is one."""
    end = design.span[1] if sign > 0 else design.span[0]
    near, far = design.limit, end
    if not isfinite(end):
        reach = design.step
        while not enough(design.limit + sign * reach):
            near, reach = design.limit + sign * reach, 2 * reach
            if reach == inf:
                return None
        far = design.limit + sign * reach
    elif (end - design.limit) * sign <= 0 or not enough(end):
        return None
    for _ in range(_DIGITS):
        middle = (near + far) / 2
        near, far = (near, middle) if enough(middle) else (middle, far)
        if abs(far - near) <= design.fineness * design.step:
            break
    return far
