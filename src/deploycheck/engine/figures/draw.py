"""From a verdict to its drawings, and how many of them a page of many verdicts has room for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploycheck.authoring.figures import Bars, Curve, Figure
from deploycheck.engine.figures.bars import bars
from deploycheck.engine.figures.curve import curve
from deploycheck.engine.figures.distribution import distribution
from deploycheck.engine.figures.drawing import Drawing
from deploycheck.engine.figures.groups import groups
from deploycheck.engine.figures.read import read
from deploycheck.model.measurement import Measurement
from deploycheck.model.verdict import Outcome, Verdict

MOST_FIGURES = 12  # of one control
SEVERAL = 3  # parts of the data that make a chart


@dataclass(slots=True)
class Room:
    """What is left of a page while it is made, so that it stays small whatever was measured.

    What stands against the release comes first on a page, and so finds room.

    :param drawings: what drawings may still cost; nothing is laid out when it is 0.
    :param rows: how many more measurements are listed; a few of each control always are.
    """

    drawings: int = 4_000
    rows: int = 4_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawings of a control.

    :param judged: charts of what is required, and what the checker gave as figures.
    :param beside: charts of measures that are only shown.
    :param charted: measures whose parts have a chart.
    :param broken: how many figures are none that can be drawn.
    :param crowded: how many figures have no room any more, unread.
    """

    judged: tuple[Drawing, ...] = ()
    beside: tuple[Drawing, ...] = ()
    charted: frozenset[str] = frozenset()
    broken: int = 0
    crowded: int = 0


def drawn(verdict: Verdict, measurements: Sequence[Measurement], room: Room) -> Drawn:
    """Charts of measures, and what the checker gave as figures.

    A measure has a chart where several parts of the data have a number of it; one part is enough
    where the control does not hold. What has none is drawn in the rows of the table.

    :param measurements: those that the page shows.
    :param room: is made smaller by what they cost; those that find none are left out and counted.
    """
    decisive = [m for m in measurements if judged_on(verdict, m.name)]
    others = [m for m in measurements if not judged_on(verdict, m.name)]
    fewest = SEVERAL if verdict.outcome is Outcome.PASS else 1
    judged: list[tuple[str, Drawing]] = []
    broken = drawings = 0
    if room.drawings:
        judged += _affordable(groups(decisive, verdict.requirement, fewest), room)
    charted = {name for name, _ in judged}
    for stored in verdict.figures[:MOST_FIGURES]:
        if not room.drawings:
            break
        figure = read(stored)
        if figure is None:
            broken += 1
            continue
        made = list(_affordable([("", _figure(figure))], room))
        drawings += len(made)
        judged += made
    beside = list(_affordable(groups(others, {}, SEVERAL), room)) if room.drawings else []
    return Drawn(
        tuple(drawing for _, drawing in judged),
        tuple(drawing for _, drawing in beside),
        frozenset({*charted, *(name for name, _ in beside)}),
        broken=broken,
        crowded=len(verdict.figures) - broken - drawings,
    )


def judged_on(verdict: Verdict, measure: str) -> bool:
    """Whether a measure decides the control, or nothing says which one does."""
    return measure in verdict.requirement or not verdict.requirement


def _figure(figure: Figure) -> Drawing:
    if isinstance(figure, Bars):
        return bars(figure)
    return curve(figure) if isinstance(figure, Curve) else distribution(figure)


def _affordable(
    drawings: Iterable[tuple[str, Drawing]], room: Room
) -> Iterable[tuple[str, Drawing]]:
    """Drawings as long as they find room; the first that does not closes it."""
    for name, drawing in drawings:
        if drawing.cost > room.drawings:
            room.drawings = 0
            return
        room.drawings -= drawing.cost
        yield name, drawing
