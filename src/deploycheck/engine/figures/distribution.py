"""Distributions: how many values fall between each two edges, with values that are pointed out."""

import math
from collections.abc import Sequence
from itertools import pairwise

from deploycheck.authoring.figures import Distribution
from deploycheck.engine.figures.axis import Axis
from deploycheck.engine.figures.drawing import (
    LEFT,
    RIGHT,
    WIDTH,
    Drawing,
    Marks,
    Word,
    first_rows,
    fit,
    heading,
)
from deploycheck.engine.wording import bounded, quantity

MOST_BINS, MOST_MARKS = 60, 8
_BARS, _LEVEL = 120.0, 14.0  # height of the bars, and of a line of names above them
_WANTED = ("budget", "limit", "bound", "maximum", "max", "minimum", "min")
_APART = 10.0  # largest ÷ smallest edge beyond which edges of equal ratios get a scale of them


def distribution(figure: Distribution) -> Drawing:
    """The distribution; very many bins are joined."""
    edges, counts = _joined(figure.edges, figure.counts)
    pointed = list(figure.marks.items())[:MOST_MARKS]
    held = [*edges, *(value for _, value in pointed)]
    x = Axis(float(min(held)), float(max(held)), LEFT, RIGHT, log=_growing(edges) and min(held) > 0)
    levels = _levels([(name, x.at(value)) for name, value in pointed])
    top = 4 + _LEVEL * (max(levels, default=-1) + 1)
    made, floor = Marks(), top + _BARS
    dense = not x.log and _uneven(edges)
    heights = [
        n / (b - a) if dense else n for n, a, b in zip(counts, edges, edges[1:], strict=False)
    ]
    most = max(heights, default=0) or 1
    for at, height in enumerate(heights):
        if height > 0:
            left, right = x.at(edges[at]), x.at(edges[at + 1])
            right = max(right - 0.6, left + 0.4)
            made.box("bar", left, right, floor - max(1.0, _BARS * (height / most)), floor)
    for (name, value), level in zip(pointed, levels, strict=True):
        place, base = x.at(value), 10 + _LEVEL * level
        wanted = name.strip().lower() in _WANTED
        made.line("bound" if wanted else "mark", (place, base + 3), (place, floor))
        made.words.append(_name(_named(name, value, figure.unit), place, base))
    made.ruler(x, floor)
    return _drawing(figure, made, floor + 20, dense=dense, log=x.log)


def _joined(edges: Sequence[float], counts: Sequence[int]) -> tuple[list[float], list[int]]:
    """At most :data:`MOST_BINS` bins, by joining neighbours."""
    step = max(1, math.ceil(len(counts) / MOST_BINS))
    starts = range(0, len(counts), step)
    return [*(edges[at] for at in starts), edges[-1]], [sum(counts[a : a + step]) for a in starts]


def _growing(edges: Sequence[float]) -> bool:
    """Whether the edges grow by equal ratios over a wide range, but for the last one."""
    if edges[0] <= 0 or edges[-1] / edges[0] < _APART or len(edges) < 4:
        return False
    ratios = [b / a for a, b in pairwise(edges[:-1])]
    return max(ratios) - 1 <= (min(ratios) - 1) * 1.05


def _uneven(edges: Sequence[float]) -> bool:
    """Whether bins differ in width, but for the last one, which joining may have cut."""
    widths = [b - a for a, b in pairwise(edges)]
    whole = widths[:-1] or widths
    return max(whole) > min(whole) * 1.05 or widths[-1] > min(whole) * 1.05


def _named(name: str, value: float, unit: str) -> str:
    return f"{bounded(name, 40)} {quantity(value, unit)}"


def _levels(pointed: Sequence[tuple[str, float]]) -> list[int]:
    """A line for each name: names do not lie on one another, and hardly a mark crosses a name.

    Names in the right half are written to the left of their mark, so the last of them is highest.
    """
    places = [place for _, place in pointed]
    right = sorted((at for at, place in enumerate(places) if place >= WIDTH / 2),
                   key=lambda at: -places[at])  # fmt: skip
    left = sorted(
        (at for at, place in enumerate(places) if place < WIDTH / 2), key=places.__getitem__
    )
    levels = {at: level for level, at in enumerate([*right, *left])}
    return [levels[at] for at in range(len(pointed))]


def _name(text: str, place: float, base: float) -> Word:
    if place < WIDTH / 2:
        return Word(place + 4, base + 3, fit(text, WIDTH - place - 8))
    return Word(place - 4, base + 3, fit(text, place - 8), "end")


def _drawing(
    figure: Distribution, made: Marks, height: float, *, dense: bool, log: bool
) -> Drawing:
    unit, legend = figure.unit, []
    if log:
        legend.append("Equal distances are equal ratios.")
    if dense:
        legend.append("Bins differ in width: the area of a bar is how many there are.")
    if len(figure.counts) > MOST_BINS:
        legend.append(f"{len(figure.counts)} bins are joined to at most {MOST_BINS}.")
    if len(figure.marks) > MOST_MARKS:
        legend.append(f"{MOST_MARKS} of {len(figure.marks)} marks are drawn.")
    edges, counts = _joined(figure.edges, figure.counts)
    pointed = list(figure.marks.items())[:MOST_MARKS]
    marks = [(bounded(name), quantity(value, unit), "") for name, value in pointed]
    bins = [
        (quantity(a, unit), quantity(b, unit), f"{n:,}")
        for a, b, n in zip(edges, edges[1:], counts, strict=False)
    ]
    rows, more = first_rows([*marks, *bins], len(marks) + len(bins), MOST_BINS + MOST_MARKS)
    return Drawing(
        title=heading(figure.title, unit),
        about=_about(figure),
        legend=" ".join(legend),
        height=height,
        marks=made,
        head=("From, or mark", "To, or value", "How many"),
        rows=rows,
        more=more,
    )


def _about(figure: Distribution) -> str:
    unit, whole = figure.unit, sum(figure.counts)
    low, high = quantity(figure.edges[0], unit), quantity(figure.edges[-1], unit)
    text = f"{whole:,} values between {low} and {high}"
    if whole:
        at = max(range(len(figure.counts)), key=figure.counts.__getitem__)
        begin, end = quantity(figure.edges[at], unit), quantity(figure.edges[at + 1], unit)
        text += f", most of them between {begin} and {end}"
    told = [_named(name, value, unit) for name, value in list(figure.marks.items())[:MOST_MARKS]]
    return "; ".join([text, *told])
