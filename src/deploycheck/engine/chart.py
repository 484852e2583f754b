"""Where the marks of a measurement's chart stand: estimate, bounds and requirement on one scale."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from deploycheck.engine.figures.axis import drawable
from deploycheck.engine.wording import limits
from deploycheck.model.measurement import Measurement

WIDTH, EDGE = 120, 6  # of a chart, in pixels


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale for all parts of a measure, so that their charts can be compared.

    :param begin: the number at the left edge.
    :param pixels: of one unit.
    :param bounds: where the required minimum and maximum stand.
    :param allowed: begin and width of what the requirement allows; ``None`` if it is no range.
    """

    begin: float
    pixels: float
    bounds: tuple[float, ...]
    allowed: tuple[float, float] | None

    def at(self, number: float) -> float:
        """The pixel of ``number``, never outside the chart."""
        pixel = EDGE + (number - self.begin) * self.pixels
        return round(min(max(pixel, 0.0), float(WIDTH)), 1)


@dataclass(frozen=True, slots=True)
class Graph:
    """The chart of one measurement, in pixels."""

    scale: Scale
    point: float
    range: tuple[float, float] | None


def scales(
    measurements: Iterable[Measurement], required: Mapping[str, Mapping[str, Any]]
) -> dict[str, Scale]:
    """The scale of each measure; context without an interval and a requirement has none."""
    seen: dict[str, list[float]] = {}
    for m in measurements:
        if m.interval is None and m.name not in required:
            continue
        numbers = seen.setdefault(m.name, [])
        ends = (m.value,) if m.interval is None else (m.value, m.interval.low, m.interval.high)
        numbers += [end for end in ends if drawable(end)]
    made = {}
    for name, numbers in seen.items():
        bounds = [bound for bound in limits(required.get(name, {})) if drawable(bound)]
        if numbers and len({*numbers, *bounds}) > 1:  # else there is nothing to compare
            made[name] = _scale(numbers, required.get(name, {}))
    return made


def _scale(numbers: list[float], required: Mapping[str, Any]) -> Scale:
    whole = [*numbers, *(b for b in limits(required) if drawable(b))]
    low, high = min(whole), max(whole)
    room = (high - low) * 0.05
    if high - low < 1e-290:  # all alike, or so close that a pixel would be less than any number
        room = abs(high) * 0.1 if abs(high) > 1e-280 else 1.0
    bare = Scale(low - room, (WIDTH - 2 * EDGE) / (high - low + 2 * room), (), None)
    least, most = required.get("min"), required.get("max")
    left = bare.at(least) if drawable(least) else None
    right = bare.at(most) if drawable(most) else None
    bounds = tuple(bound for bound in (left, right) if bound is not None)
    if not bounds:
        return bare
    begin, end = left or 0.0, WIDTH if right is None else right
    return Scale(bare.begin, bare.pixels, bounds, (begin, round(max(0.0, end - begin), 1)))


def graph(m: Measurement, scale: Scale | None) -> Graph | None:
    """The chart of one measurement, or ``None`` where its value is no number."""
    if scale is None or not drawable(m.value) or m.undefined is not None:
        return None
    if m.interval is None:
        return Graph(scale, scale.at(m.value), None)
    low, high = m.interval.low, m.interval.high
    left = scale.at(low) if drawable(low) else 0.0
    right = scale.at(high) if drawable(high) else float(WIDTH)
    return Graph(scale, scale.at(m.value), (left, right))
