"""Figures: what a checker may yield beside its estimates, for a report to draw. Never judged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Bar:
    """One bar: a value with its bounds, where it has any."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bars:
    """Values side by side, the most important first: importances, drift by column.

    :param title: what is shown, as a short noun phrase.
    :param unit: of all values; one of the units of measures, or empty.
    """

    kind: ClassVar[str] = "bars"

    title: str
    bars: tuple[Bar, ...]
    unit: str = ""


@dataclass(frozen=True)
class Point:
    """One point of a curve, with bounds of ``y`` and the rows behind it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Curve:
    """Points in the order of ``x``: a calibration curve, an effect of a feature.

    :param diagonal: whether the line y = x is what is wanted, and is drawn too.
    """

    kind: ClassVar[str] = "curve"

    title: str
    x_label: str
    y_label: str
    points: tuple[Point, ...]
    diagonal: bool = False


@dataclass(frozen=True)
class Distribution:
    """How many values fall between each two ``edges``: latencies, scores.

    :param edges: increasing, one more than ``counts``.
    :param marks: values that are pointed out, by name, such as ``p95``.
    """

    kind: ClassVar[str] = "distribution"

    title: str
    unit: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    marks: Mapping[str, float] = field(default_factory=dict)


Figure = Bars | Curve | Distribution
FIGURES: frozenset[type[Any]] = frozenset({Bars, Curve, Distribution})


def as_json(figure: Figure) -> dict[str, Any]:
    """The figure as plain data, its kind among it."""
    return {"kind": figure.kind, **{key: _plain(value) for key, value in asdict(figure).items()}}


def _plain(value: Any) -> Any:
    """Lists for tuples, as JSON has them."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value
