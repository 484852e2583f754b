"""Bars: values side by side from 0, each with its label and, where it has any, its bounds."""

from deploycheck.authoring.figures import Bar, Bars
from deploycheck.engine.figures.axis import axis
from deploycheck.engine.figures.drawing import (
    LEFT,
    MOST,
    RIGHT,
    WIDTH,
    Drawing,
    Marks,
    first_rows,
    fit,
    heading,
)
from deploycheck.engine.wording import bounded, quantity

_ROW, _TOP = 28, 2


def bars(figure: Bars) -> Drawing:
    """The bars, the first ones of very many."""
    shown = figure.bars[:MOST]
    left_out = len(figure.bars) - len(shown)
    scale = axis([n for bar in shown for n in _ends(bar)], LEFT, RIGHT, zero=True)
    made, bottom, zero = Marks(), _TOP + _ROW * len(shown), scale.at(0.0)
    for at, bar in enumerate(shown):
        top = _TOP + _ROW * at
        value = fit(quantity(bar.value, figure.unit), 150)
        made.word(0, top + 11, fit(bar.label, WIDTH - 20 - 6.5 * len(value)))
        made.word(WIDTH, top + 11, value, "soft end")
        made.box("bar", zero, scale.at(bar.value), top + 15, top + 24)
        if bar.low is not None or bar.high is not None:
            low = LEFT if bar.low is None else scale.at(bar.low)
            high = RIGHT if bar.high is None else scale.at(bar.high)
            made.line("range", (low, top + 19.5), (high, top + 19.5))
    made.upright("axis", zero, _TOP, len(shown), _ROW)
    made.ruler(scale, bottom + 2)
    bounds = any(bar.low is not None or bar.high is not None for bar in shown)
    head = ("Bar", "Value", "Low", "High") if bounds else ("Bar", "Value")
    rows, more = first_rows(
        (_row(bar, figure.unit)[: len(head)] for bar in figure.bars), len(figure.bars)
    )
    return Drawing(
        title=heading(figure.title, figure.unit),
        about=_about(figure, left_out),
        legend="Lines are bounds." if bounds else "",
        height=bottom + 20,
        marks=made,
        head=head,
        rows=rows,
        more=more,
    )


def _ends(bar: Bar) -> list[float]:
    return [n for n in (bar.value, bar.low, bar.high) if n is not None]


def _row(bar: Bar, unit: str) -> tuple[str, ...]:
    low, high = ("" if n is None else quantity(n, unit) for n in (bar.low, bar.high))
    return bounded(bar.label), quantity(bar.value, unit), low, high


def _about(figure: Bars, left_out: int) -> str:
    told = [
        f"{bounded(bar.label, 60)} {quantity(bar.value, figure.unit)}"
        for bar in (*figure.bars[:3], figure.bars[-1])
    ]
    many = f"{len(figure.bars)} bars" if len(figure.bars) > 1 else "1 bar"
    text = f"{many}: {', '.join(told[: min(3, len(figure.bars))])}"
    if len(figure.bars) > 3:
        text += f", … the last {told[-1]}"
    return text + (f"; the first {MOST} are drawn" if left_out else "")
