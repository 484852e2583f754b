"""What may stand in a figure: finite numbers and short texts, and not too many of them."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Figure, Point

MOST = 1_000  # bars, points or bins of one figure


def undrawable(figure: Figure) -> str:
    """What is wrong with a figure; empty if nothing is."""
    try:
        return _fault(figure)
    except Exception as error:  # noqa: BLE001 - the figure is foreign, and so are its parts
        return f"parts cannot be read: {type(error).__name__}"


def _fault(figure: Figure) -> str:
    if isinstance(figure, Bars):
        texts = [figure.title, figure.unit, *(bar.label for bar in figure.bars)]
        parts: tuple[Any, ...] = figure.bars
        kind: type[Any] = Bar
        numbers: list[Any] = [(bar.value,) for bar in figure.bars]
        maybe: list[Any] = [(bar.low, bar.high) for bar in figure.bars]
    elif isinstance(figure, Curve):
        texts = [figure.title, figure.x_label, figure.y_label]
        parts, kind = figure.points, Point
        numbers = [(point.x, point.y) for point in figure.points]
        maybe = [(point.low, point.high, point.n) for point in figure.points]
    else:
        return _distribution_fault(figure)
    if type(parts) is not tuple or not all(type(part) is kind for part in parts):
        return f"parts are no tuple of {kind.__name__}"
    return _common(texts, len(parts), numbers, maybe)


def _distribution_fault(figure: Distribution) -> str:
    if type(figure.edges) is not tuple or type(figure.counts) is not tuple:
        return "edges and counts are no tuples"
    if not isinstance(figure.marks, Mapping):
        return "marks are no mapping"
    if len(figure.edges) != len(figure.counts) + 1:
        return "edges are not one more than its counts"
    if any(b <= a for a, b in zip(figure.edges, figure.edges[1:], strict=False)):
        return "edges do not increase"
    texts = [figure.title, figure.unit, *figure.marks]
    return _common(
        texts, len(figure.counts), [figure.edges, figure.counts, tuple(figure.marks.values())], []
    )


def _common(texts: Iterable[Any], size: int, numbers: Iterable[Any], maybe: Iterable[Any]) -> str:
    if not all(isinstance(text, str) for text in texts):
        return "texts are no texts"
    if size > MOST:
        return f"parts are more than {MOST:,}"
    if not all(_finite(value) for group in numbers for value in group):
        return "numbers are not all finite"
    if not all(value is None or _finite(value) for group in maybe for value in group):
        return "bounds are not all finite"
    return ""


def _finite(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)
