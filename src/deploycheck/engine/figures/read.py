"""Figures of a stored decision, which may come from anywhere: checked again and then drawn."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Figure, Point
from deploycheck.engine.figures.axis import drawable
from deploycheck.engine.scan.drawable import MOST, undrawable


def read(stored: Any) -> Figure | None:
    """The figure that ``stored`` is, or ``None`` if it is none that can be drawn."""
    if not isinstance(stored, Mapping):
        return None
    make = _KINDS.get(str(stored.get("kind"))[:20])
    if make is None:
        return None
    try:
        figure = make(stored)
    except (KeyError, TypeError, ValueError):
        return None
    if undrawable(figure):
        return None
    return figure if all(drawable(number) for number in _numbers(figure)) else None


def _bars(stored: Mapping[str, Any]) -> Bars:
    bars = tuple(
        Bar(_text(part["label"]), part["value"], part.get("low"), part.get("high"))
        for part in _parts(stored["bars"])
    )
    return Bars(_text(stored["title"]), bars, _text(stored.get("unit", "")))


def _curve(stored: Mapping[str, Any]) -> Curve:
    points = tuple(
        Point(part["x"], part["y"], part.get("low"), part.get("high"), part.get("n"))
        for part in _parts(stored["points"])
    )
    title, across, upward = (_text(stored[name]) for name in ("title", "x_label", "y_label"))
    return Curve(title, across, upward, points, stored.get("diagonal") is True)


def _distribution(stored: Mapping[str, Any]) -> Distribution:
    edges, counts, marks = stored["edges"], stored["counts"], stored.get("marks", {})
    if not (_is_list(edges) and _is_list(counts) and isinstance(marks, Mapping)):
        raise TypeError("no distribution")
    if len(edges) > MOST + 1 or len(marks) > MOST or not all(type(n) is int for n in counts):
        raise ValueError("too large, or no counts")
    if any(n < 0 for n in counts):
        raise ValueError("counts below 0")
    title, unit = _text(stored["title"]), _text(stored["unit"])
    return Distribution(title, unit, tuple(edges), tuple(counts), dict(marks))


_KINDS: dict[str, Callable[[Mapping[str, Any]], Figure]] = {
    Bars.kind: _bars,
    Curve.kind: _curve,
    Distribution.kind: _distribution,
}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _parts(value: Any) -> list[Mapping[str, Any]]:
    if not _is_list(value) or not value or len(value) > MOST:
        raise ValueError("no parts, or too many")
    if not all(isinstance(part, Mapping) for part in value):
        raise TypeError("parts are no mappings")
    return list(value)


def _numbers(figure: Figure) -> list[Any]:
    """Every number of a figure that is there."""
    if isinstance(figure, Bars):
        found = [n for bar in figure.bars for n in (bar.value, bar.low, bar.high)]
    elif isinstance(figure, Curve):
        found = [n for p in figure.points for n in (p.x, p.y, p.low, p.high, p.n)]
    else:
        found = [*figure.edges, *figure.counts, *figure.marks.values()]
    return [number for number in found if number is not None]
