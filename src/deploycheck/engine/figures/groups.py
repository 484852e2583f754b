"""Parts of the data side by side: estimates with their bounds, against what is required."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploycheck.engine.figures.axis import Axis, axis, drawable
from deploycheck.engine.figures.drawing import (
    LEFT,
    MOST,
    RIGHT,
    WIDTH,
    Drawing,
    Marks,
    fit,
    heading,
)
from deploycheck.engine.wording import bounded, bounds_text, limits, plain, quantity, slice_text
from deploycheck.model.measurement import Interval, Measurement

_ROW = 32
_POINTS = {"FAIL": "fail", "INCONCLUSIVE": "open", "ERROR": "fail"}
_FINE = {None, "PASS"}


def groups(
    measurements: Sequence[Measurement], required: Mapping[str, Mapping[str, Any]], fewest: int
) -> list[tuple[str, Drawing]]:
    """One chart for each measure, by its name; exact values that are all alike need none.

    :param fewest: parts that a measure must have a number of.
    """
    by_name: dict[str, list[Measurement]] = {}
    for each in measurements:
        if each.interval is not None or each.name in required:
            by_name.setdefault(each.name, []).append(each)
    made = []
    for name, parts in by_name.items():
        drawn = [part for part in parts if _drawn(part)]
        varies = len({part.value for part in drawn}) > 1
        if len(drawn) >= fewest and (varies or any(part.interval for part in drawn)):
            chart = _chart(name, drawn, len(parts) - len(drawn), required.get(name, {}))
            made.append((name, chart))
    return made


def _drawn(part: Measurement) -> bool:
    return part.undefined is None and drawable(part.value)


def _chart(
    name: str, parts: Sequence[Measurement], undefined: int, required: Mapping[str, Any]
) -> Drawing:
    worst = list(parts)
    if len(worst) > MOST:
        worst.sort(key=lambda part: part.outcome in _FINE)
    shown = worst[:MOST]
    unit = next((part.unit for part in parts if part.unit), "")
    bounds = [bound for bound in limits(required) if drawable(bound)]
    scale = axis([*bounds, *_numbers(shown)], LEFT, RIGHT)
    made = Marks()
    top = _requirement(made, required, scale, unit, len(shown))
    simultaneous = False
    for at, part in enumerate(shown):
        simultaneous |= _row(made, part, scale, top + _ROW * at, bounds)
    bottom = top + _ROW * len(shown)
    made.ruler(scale, bottom + 2)
    height = bottom + 20
    left_out = [f"… and {len(parts) - len(shown)} more"] if len(parts) > len(shown) else []
    left_out += [f"not drawn: {undefined} without a number"] if undefined else []
    if left_out:
        height += 14
        made.word(0, height - 4, "; ".join(left_out), "soft")
    legend = []
    if required and any(part.interval for part in shown):
        thin = "; thin ones, of all parts at once" if simultaneous else ""
        legend.append(f"Lines are bounds{thin}.")
    if made.boxes:
        legend.append("Shaded is what is allowed.")
    return Drawing(
        title=heading(plain(name), unit),
        about=_about(parts, required, unit, bounds),
        legend=" ".join(legend),
        height=height,
        marks=made,
    )


def _numbers(parts: Iterable[Measurement]) -> list[float]:
    found: list[float] = []
    for part in parts:
        found += [n for n in (part.value, *_ends(part.interval)) if drawable(n)]
        found += [n for n in _ends(part.simultaneous) if drawable(n)]
    return found


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


def _requirement(
    made: Marks, required: Mapping[str, Any], scale: Axis, unit: str, rows: int
) -> float:
    """Draw what is allowed and its bounds; where the first row begins."""
    least, most, same = (
        scale.at(required[key]) if drawable(required.get(key)) else None
        for key in ("min", "max", "equals")
    )
    places = [place for place in (least, most, same) if place is not None]
    if not places:
        return 2.0
    top = 16.0
    begin, end = 0.0 if least is None else least, float(WIDTH) if most is None else most
    if same is None and begin < end:
        made.box("ok", begin, end, top, top + _ROW * rows + 2)
    for place in places:
        made.upright("bound", place, top, rows, _ROW)
        made.line("bound", (place, top - 3), (place, top + 2))
    told = {key: required[key] for key in ("min", "max", "equals") if key in required}
    words, first = fit(bounds_text(told, unit), WIDTH * 0.6), places[0]
    if first > WIDTH / 2:
        made.word(min(first + 4, WIDTH), 10, words, "end")
    else:
        made.word(max(first - 4, 0), 10, words)
    return top


def _row(made: Marks, part: Measurement, scale: Axis, top: float, bounds: Sequence[float]) -> bool:
    """Draw one part; whether bounds of all parts at once were drawn."""
    value = fit(quantity(part.value, part.unit, bounds), 150)
    if part.outcome not in _FINE:
        value += f" {bounded(str(part.outcome).replace('_', ' '), 20)}"
    name = slice_text(part.slice, "all")
    made.word(0, top + 11, fit(name, WIDTH - 14 - 7.2 * len(value)))
    made.word(WIDTH, top + 11, value, "end" if part.outcome in _FINE else "end strong")
    middle = top + 20.5
    together = part.simultaneous is not None and part.simultaneous != part.interval
    if together:
        low, high = _ends(part.simultaneous)
        made.line("thin", (_at(scale, low, LEFT), middle), (_at(scale, high, RIGHT), middle))
    if part.interval is not None:
        low, high = _ends(part.interval)
        made.line("range", (_at(scale, low, LEFT), middle), (_at(scale, high, RIGHT), middle))
    point = scale.at(float(part.value)) if drawable(part.value) else 0.0
    made.dot(_POINTS.get(str(part.outcome), "point"), point, middle)
    return together


def _at(scale: Axis, end: float | None, edge: float) -> float:
    return scale.at(end) if drawable(end) else edge


def _about(
    parts: Sequence[Measurement], required: Mapping[str, Any], unit: str, bounds: Sequence[float]
) -> str:
    least, most = min(parts, key=_value), max(parts, key=_value)
    text = f"{slice_text(least.slice, 'all')} {quantity(least.value, unit, bounds)}"
    if len(parts) > 1:
        high = f"{slice_text(most.slice, 'all')} {quantity(most.value, unit, bounds)}"
        text = f"{len(parts)} parts, from {text} to {high}"
    if required:
        text += f"; required {bounds_text(required, unit)}"
    counted: dict[str, int] = {}
    for part in parts:
        if part.outcome is not None:
            counted[part.outcome] = counted.get(part.outcome, 0) + 1
    told = [f"{n} {bounded(word.replace('_', ' '), 20)}" for word, n in list(counted.items())[:7]]
    return "; ".join([text, ", ".join(told)]) if told else text


def _value(part: Measurement) -> float:
    return float(part.value) if drawable(part.value) else 0.0
