"""A drawing: marks and words with their places, and the same facts as a table and a sentence."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from deploycheck.engine.figures.axis import Axis, labels
from deploycheck.engine.wording import bounded

WIDTH = 360  # of every drawing, in its own pixels; the page makes it as wide as there is room
LEFT, RIGHT = 6.0, 354.0  # of what is drawn
MOST = 30  # bars, parts or rows of data that are shown
FONT = 11
_SILENT = {
    "", "number", "count", "ratio", "score", "text", "correlation", "probability",
    "probability difference",
}  # fmt: skip
_NARROW, _WIDE, _FULL = 6.3, 9.5, 11.5  # pixels of a character, on the safe side


@dataclass(frozen=True, slots=True)
class Word:
    """A text in the drawing; ``kind`` are classes of the style sheet."""

    x: float
    y: float
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A path of lines, in the words of SVG."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point; ``kind`` says which."""

    kind: str
    x: float
    y: float


@dataclass(slots=True)
class Marks:
    """What a drawing is made of, in the order in which it is drawn."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.boxes) + len(self.lines) + len(self.dots) + len(self.words)

    def line(self, kind: str, *points: tuple[float, float]) -> None:
        """Draw from point to point."""
        path = "L".join(f"{_pixel(x)} {_pixel(y)}" for x, y in points)
        self.lines.append(Line(kind, f"M{path}"))

    def box(self, kind: str, left: float, right: float, top: float, bottom: float) -> None:
        """Fill the rectangle between two verticals and two horizontals, whichever comes first."""
        place = (min(left, right), min(top, bottom), abs(right - left), abs(bottom - top))
        self.boxes.append(Box(kind, *map(_pixel, place)))

    def dot(self, kind: str, x: float, y: float) -> None:
        """Put a point; ``kind`` says which."""
        self.dots.append(Dot(kind, _pixel(x), _pixel(y)))

    def word(self, x: float, y: float, text: str, kind: str = "") -> None:
        """Write ``text`` from ``x`` on, or up to it; ``kind`` are classes of the style sheet."""
        self.words.append(Word(_pixel(x), _pixel(y), text, kind))

    def upright(self, kind: str, x: float, top: float, rows: int, height: float) -> None:
        """Draw a vertical through ``rows`` of this height, broken where their words stand."""
        starts = (top + height * at + 14 for at in range(rows))
        across = _pixel(x)
        path = "".join(f"M{across} {_pixel(start)}v{_pixel(height - 17)}" for start in starts)
        self.lines.append(Line(kind, path))

    def ruler(self, scale: Axis, y: float) -> None:
        """Write the numbers of a horizontal axis below ``y``."""
        self.line("axis", (scale.begin, y), (scale.end, y))
        ticks = scale.ticks()
        for tick, text in zip(ticks, labels(ticks), strict=True):
            x = scale.at(tick)
            self.line("axis", (x, y), (x, y + 3))
            if text:
                kind = "soft mid" if 20 < x < WIDTH - 20 else "soft" if x <= 20 else "soft end"
                at = x if kind == "soft mid" else max(x - 12, 0) if x <= 20 else min(x + 12, WIDTH)
                self.word(at, y + 14, text, kind)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart.

    :param about: the sentence that stands for the chart where it is not seen.
    :param legend: what the marks mean, for those who see it; may be empty.
    :param head, rows: the numbers as a table; without a head, they stand in another one.
    :param more: how many rows are left out.
    """

    title: str
    about: str
    legend: str
    height: float
    marks: Marks
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    more: int = 0

    @property
    def cost(self) -> int:
        """How much of a page it takes: marks, and cells of its table."""
        return len(self.marks) + len(self.head) * (len(self.rows) + 1) // 2


def _pixel(value: float) -> float:
    """A tenth of a pixel is as fine as anybody sees."""
    short = round(value, 1)
    return int(short) if short == int(short) else short


def fit(text: str, pixels: float) -> str:
    """As much of ``text`` as has room, with "…" where it is cut."""
    shown, taken, kept = bounded(text, 200), 0.0, 0
    for at, character in enumerate(shown, 1):
        taken += _width(character)
        if taken > pixels:
            return shown[:kept] + "…"
        if taken <= pixels - _FULL:
            kept = at
    return shown


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return _FULL
    return _WIDE if character.isupper() or character in "mw%@—…" else _NARROW


def heading(title: str, unit: str = "") -> str:
    """The title of a drawing with its unit, where that is not a plain number's."""
    name = bounded(title)
    return name if unit in _SILENT else f"{name} ({bounded(unit, 40)})"


def first_rows(
    rows: Iterable[Sequence[str]], count: int, most: int = MOST
) -> tuple[tuple[tuple[str, ...], ...], int]:
    """The first of ``count`` rows of a table, and how many there are beyond."""
    return tuple(tuple(row) for row in islice(rows, most)), max(0, count - most)
