"""What one measure must satisfy, in the measure's unit; a bound that makes no sense is refused."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from deploycheck.authoring.measure import Measure
from deploycheck.model.base import Scalar
from deploycheck.model.policy import Bound, Kind

# How much one of a unit is in the unit that measures use: ms, s, days, bytes or a share. Exact
# fractions, so that 5.5 % is 0.055 and not its neighbour.
_SHARE = {"%": "0.01"}
_SCALES: dict[str, dict[str, str]] = {
    "ms": {"us": "0.001", "ms": "1", "s": "1000", "min": "60000"},
    "s": {"ms": "0.001", "s": "1", "min": "60", "h": "3600", "day": "86400", "days": "86400"},
    "days": {"h": "1/24", "day": "1", "days": "1", "weeks": "7"},
    "bytes": {
        "B": "1", "kB": "1e3", "KB": "1e3", "MB": "1e6", "GB": "1e9", "TB": "1e12",
        "KiB": "1024", "MiB": "1048576", "GiB": "1073741824", "TiB": "1099511627776",
    },
    "probability": _SHARE,
    "probability difference": _SHARE,
    "score": _SHARE,
    "ratio": _SHARE,
}  # fmt: skip
_LARGEST = 1e290  # times a scale it still is a number
_QUANTITY = re.compile(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*([A-Za-z%]+)")

Tell = Callable[[str, str, str], None]  # code, key below the measure, message


@dataclass(frozen=True)
class Requirement:
    """Bounds on one measure: numbers in its unit, inclusive; ``None`` where nothing is asked."""

    measure: Measure
    min: float | None = None
    max: float | None = None
    equals: Scalar | None = None
    one_of: tuple[Scalar, ...] | None = None
    detect: float | None = None
    good: float | None = None

    @property
    def exact_only(self) -> bool:
        """Whether only an exact value can satisfy it: equality cannot be shown from a sample."""
        return self.equals is not None or self.one_of is not None

    def as_json(self) -> dict[str, Any]:
        """The bounds that are given, by name; not to be changed."""
        return self._json

    @cached_property
    def _json(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name in ("min", "max", "detect"):
            value = getattr(self, name)
            if value is not None:
                given[name] = _plain(value)
        if self.equals is not None:
            given["equals"] = self.equals
        if self.one_of is not None:
            given["one_of"] = list(self.one_of)
        return given


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def quantity(value: float | str, unit: str) -> float:
    """A bound as a number in ``unit``: ``25 ms``, ``200 MB`` and ``10%`` are understood.

    :raises ValueError: no finite number, or a unit that this measure does not have.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    else:
        found = _QUANTITY.fullmatch(str(value).strip())
        scales = _SCALES.get(unit, {})
        if found is None:
            raise ValueError(f"is not a number{_units(scales)}")
        if found[2] not in scales:
            raise ValueError(
                f"has the unit {found[2]!r}, but the measure is in {unit}{_units(scales)}"
            )
        number = float(found[1])
        if abs(number) <= _LARGEST:
            number = float(Fraction(found[1]) * Fraction(scales[found[2]]))
    if not abs(number) <= _LARGEST:
        raise ValueError("is not finite")
    return number


def _units(scales: dict[str, str]) -> str:
    return f"; write a number, or one with a unit ({', '.join(scales)})" if scales else ""


def requirement(measure: Measure, bound: Bound, kind: Kind, tell: Tell) -> Requirement | None:
    """The requirement, or ``None`` after telling what is wrong with it.

    :param kind: how the control is decided.
    :param tell: is given code, key and message of each mistake.
    """
    numbers: dict[str, float] = {}
    sound = True
    for key in ("min", "max", "detect", "good"):
        written = getattr(bound, key)
        if written is None:
            continue
        try:
            numbers[key] = quantity(written, measure.unit)
        except ValueError as error:
            tell("DC018", key, f"{measure.name}.{key}: {written!r} {error}")
            sound = False
    if not sound:
        return None
    made = Requirement(
        measure,
        min=numbers.get("min"),
        max=numbers.get("max"),
        equals=bound.equals,
        one_of=bound.one_of,
        detect=numbers.get("detect"),
        good=numbers.get("good"),
    )
    checks = (_something, _on_the_worse_side, _within_range, _decidable, _alarm, _safe)
    told = [check(made, kind, tell) for check in checks]  # every mistake, not the first
    return made if all(told) else None


def _something(r: Requirement, _: Kind, tell: Tell) -> bool:
    if all(bound is None for bound in (r.min, r.max, r.equals, r.one_of)):
        tell(
            "DC017", "", f"{r.measure.name} asks for nothing, so it can never fail; give min or max"
        )
        return False
    return True


def _on_the_worse_side(r: Requirement, _: Kind, tell: Tell) -> bool:
    """A bound on the better side alone would let the worst value pass: a mistake nobody sees."""
    limits = {"higher": ("max", r.max, r.min), "lower": ("min", r.min, r.max)}
    key, given, other = limits.get(r.measure.better, ("", None, None))
    if given is None or other is not None or r.exact_only:
        return True
    wanted = "min" if key == "max" else "max"
    tell(
        "DC017",
        key,
        f"{r.measure.name}: {r.measure.better} is better, and {key} alone lets every worse value "
        f"pass; did you mean {wanted!r}? To stop what is too good to be true, give both",
    )
    return False


def _within_range(r: Requirement, _: Kind, tell: Tell) -> bool:
    low, high = r.measure.range
    name, lies = r.measure.name, f"{r.measure.name} lies between {_number(low)} and {_number(high)}"
    sound = True
    if r.min is not None and r.min <= low:
        tell("DC017", "min", f"{name}: at least {_number(r.min)} can never fail; {lies}")
        sound = False
    if r.max is not None and r.max >= high:
        tell("DC017", "max", f"{name}: at most {_number(r.max)} can never fail; {lies}")
        sound = False
    if r.min is not None and r.min > high:
        tell("DC017", "min", f"{name}: at least {_number(r.min)} can never pass; {lies}")
        sound = False
    if r.max is not None and r.max < low:
        tell("DC017", "max", f"{name}: at most {_number(r.max)} can never pass; {lies}")
        sound = False
    if r.min is not None and r.max is not None and r.min > r.max:
        tell("DC017", "min", f"{name}: min is above max, which can never pass")
        sound = False
    for key, values in (("equals", (r.equals,)), ("one_of", r.one_of or ())):
        for value in values:
            if value is not None and (why := _impossible(value, r.measure)):
                tell("DC017", key, f"{name}: {value!r} can never be the value: {why}")
                sound = False
    return sound


def _impossible(value: Scalar, measure: Measure) -> str:
    low, high = measure.range
    if measure.unit == "text":
        return "" if isinstance(value, str) else "the measure is a text"
    if isinstance(value, bool | str):
        return f"the measure is a number in {measure.unit}"
    if not low <= value <= high:
        return f"it lies between {_number(low)} and {_number(high)}"
    return ""


def _decidable(r: Requirement, kind: Kind, tell: Tell) -> bool:
    """A sample cannot show equality, nor that a rate is zero or one."""
    if r.measure.unit == "text" and (r.min is not None or r.max is not None):
        tell("DC018", "min" if r.min is not None else "max",
             f"{r.measure.name} is a text; ask for equals or one_of")  # fmt: skip
        return False
    if kind is Kind.EXACT or r.measure.is_count:
        return True
    if r.exact_only:
        tell("DC017", "equals" if r.equals is not None else "one_of",
             f"{r.measure.name}: a sample can never show that a value is exactly this; "
             "give min or max")  # fmt: skip
        return False
    low, high = r.measure.range
    sound = True
    for key, value, edge in (("max", r.max, low), ("min", r.min, high)):
        if value is not None and value == edge:
            tell("DC017", key,
                 f"{r.measure.name}: {_number(value)} can never be shown from a sample, however "
                 "large; give a bound that is "
                 + ("a little above" if key == "max" else "a little below"))  # fmt: skip
            sound = False
    return sound


def _alarm(r: Requirement, kind: Kind, tell: Tell) -> bool:
    name = r.measure.name
    if kind is not Kind.DETECT:
        if r.detect is not None:
            tell("DC023", "detect", f"{name}: detect belongs to `decide: {{kind: detect}}`")
        return r.detect is None
    if r.measure.is_count:
        return True
    if r.detect is None:
        tell("DC023", "", f"{name}: an alarm needs `detect`, the effect that must be found")
        return False
    if (r.min is None) == (r.max is None):
        tell("DC023", "", f"{name}: an alarm needs one of min and max")
        return False
    low, high = r.measure.range
    beyond = r.detect > r.max if r.max is not None else r.detect < (r.min or 0.0)
    if not beyond or not low <= r.detect <= high:
        tell("DC017", "detect", f"{name}: detect must lie beyond the bound, inside the range")
        return False
    return True


def _safe(r: Requirement, kind: Kind, tell: Tell) -> bool:
    """The good value lies where a model passes the more surely, the more rows there are."""
    if r.good is None:
        return True
    name, good = r.measure.name, _number(r.good)
    if kind is Kind.EXACT or r.measure.is_count or r.exact_only:
        tell("DC023", "good", f"{name}: an exact value passes at any number of rows; drop good")
        return False
    if kind is Kind.DETECT:
        tell("DC023", "good", f"{name}: an alarm is planned for its effect `detect`; drop good")
        return False
    low, high = r.measure.range
    if not low <= r.good <= high:
        lies = f"{name} lies between {_number(low)} and {_number(high)}"
        tell("DC017", "good", f"{name}: {good} can never be the value of a good model; {lies}")
        return False
    for key, bound, beyond, side in (
        ("min", r.min, r.min is not None and r.good <= r.min, "above"),
        ("max", r.max, r.max is not None and r.good >= r.max, "below"),
    ):
        if beyond and bound is not None:
            told = f"{name}: good {good} is not {side} {key} {_number(bound)}"
            tell("DC017", "good", f"{told}, so a good model would hardly ever pass; give the value "
                 "that a good model has")  # fmt: skip
            return False
    return True


def _number(value: float) -> str:
    if math.isinf(value):
        return "no limit" if value > 0 else "minus no limit"
    return f"{value:g}"
