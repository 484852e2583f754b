"""Curves: points in the order of x with their bounds, the diagonal, and the rows behind."""

import math
from collections.abc import Sequence
from itertools import pairwise

from deploycheck.authoring.figures import Curve, Point
from deploycheck.engine.figures.axis import Axis, axis, labels
from deploycheck.engine.figures.drawing import (
    RIGHT,
    WIDTH,
    Drawing,
    Marks,
    first_rows,
    fit,
    heading,
)
from deploycheck.engine.wording import number, quantity

MOST_POINTS = 60  # that are drawn
_LEFT, _TOP, _BOTTOM, _STRIP = 46.0, 20.0, 210.0, 26.0
_SHARE = (0.0, 1.0)


def curve(figure: Curve) -> Drawing:
    """The curve; of very many points, points at equal distances."""
    step = math.ceil(len(figure.points) / MOST_POINTS)
    shown = figure.points[::step]
    across = [point.x for point in shown]
    upward = [n for point in shown for n in (point.y, point.low, point.high) if n is not None]
    if figure.diagonal:  # one scale for both, so that the diagonal is one
        both = axis([*across, *upward], 0, 1, share=_SHARE)
        x = Axis(both.low, both.high, _LEFT, RIGHT)
        y = Axis(both.low, both.high, _BOTTOM, _TOP)
    else:
        x = axis(across, _LEFT, RIGHT)
        y = axis(upward, _BOTTOM, _TOP, share=_SHARE)
    made = Marks()
    _frame(made, figure, y)
    if figure.diagonal:
        made.line("wanted", (x.begin, y.begin), (x.end, y.end))
    made.line("curve", *((x.at(point.x), y.at(point.y)) for point in shown))
    bounds = _points(made, shown, x, y)
    floor = _BOTTOM
    if any(point.n is not None for point in shown):
        floor = _rows_behind(made, shown, x)
    made.ruler(x, floor)
    made.word(RIGHT, floor + 28, fit(figure.x_label, 300), "end")
    return _drawing(figure, made, floor + 34, bounds=bounds, step=step)


def _frame(made: Marks, figure: Curve, y: Axis) -> None:
    made.word(0, 10, fit(figure.y_label, WIDTH - 10))
    ticks = y.ticks()
    for tick, text in zip(ticks, labels(ticks, longest=7), strict=True):
        made.line("grid", (_LEFT, y.at(tick)), (RIGHT, y.at(tick)))
        made.word(_LEFT - 5, y.at(tick) + 4, fit(text, _LEFT - 5), "soft end")


def _points(made: Marks, shown: Sequence[Point], x: Axis, y: Axis) -> bool:
    """Draw the points with their bounds; whether there are any bounds."""
    bounds = False
    for point in shown:
        if point.low is not None or point.high is not None:
            bounds = True
            low = y.begin if point.low is None else y.at(point.low)
            high = y.end if point.high is None else y.at(point.high)
            made.line("range", (x.at(point.x), low), (x.at(point.x), high))
    for point in shown:
        made.dot("point", x.at(point.x), y.at(point.y))
    return bounds


def _rows_behind(made: Marks, shown: Sequence[Point], x: Axis) -> float:
    """A strip of bars below the curve: the rows behind each point; where it ends."""
    most = max((point.n or 0) for point in shown) or 1
    floor = _BOTTOM + _STRIP + 6
    places = sorted(x.at(point.x) for point in shown)
    gaps = [b - a for a, b in pairwise(places) if b > a]
    half = min([8.0, *(gap * 0.4 for gap in gaps)])
    for point in shown:
        if point.n is not None and point.n > 0:
            top = floor - max(1.0, _STRIP * point.n / most)
            middle = x.at(point.x)
            made.box("bar", middle - half, middle + half, top, floor)
    made.word(_LEFT - 5, floor - 8, "n", "soft end")
    return floor


def _drawing(figure: Curve, made: Marks, height: float, *, bounds: bool, step: int) -> Drawing:
    counted = any(point.n is not None for point in figure.points)
    legend = []
    if figure.diagonal:
        legend.append("The dashed line is what is wanted.")
    if bounds:
        legend.append("Upright lines are bounds.")
    if counted:
        legend.append("The bars below are rows (n).")
    if step > 1:
        legend.append(f"Of {len(figure.points)} points, one in {step} is drawn.")
    head = [fit(figure.x_label, 200), fit(figure.y_label, 200)]
    head += ["Low", "High"] if bounds else []
    head += ["n"] if counted else []
    rows, more = first_rows(
        (_row(point, bounds=bounds, counted=counted) for point in figure.points),
        len(figure.points),
    )
    return Drawing(
        title=heading(figure.title),
        about=_about(figure),
        legend=" ".join(legend),
        height=height,
        marks=made,
        head=tuple(head),
        rows=rows,
        more=more,
    )


def _row(point: Point, *, bounds: bool, counted: bool) -> tuple[str, ...]:
    cells = [number(point.x), number(point.y)]
    if bounds:
        cells += ["" if n is None else number(n) for n in (point.low, point.high)]
    if counted:
        cells.append("" if point.n is None else quantity(point.n))
    return tuple(cells)


def _about(figure: Curve) -> str:
    first, last = figure.points[0], figure.points[-1]
    least = min(point.y for point in figure.points)
    most = max(point.y for point in figure.points)
    across, upward = fit(figure.x_label, 200), fit(figure.y_label, 200)
    many = f"{len(figure.points)} points" if len(figure.points) > 1 else "1 point"
    text = (
        f"{many}; {across} from {number(first.x)} to {number(last.x)}, "
        f"{upward} between {number(least)} and {number(most)}"
    )
    if figure.diagonal:
        far = max(figure.points, key=lambda point: abs(point.y - point.x))
        text += (
            f"; where both should be equal, they are furthest apart at {across} "
            f"{number(far.x)}: {number(far.y, (far.x,))}"
        )
    return text
