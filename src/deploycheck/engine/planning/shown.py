"""What a release could show, for the report: a chart of powers, a table, the joint power."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploycheck.engine.figures.axis import Axis
from deploycheck.engine.figures.drawing import LEFT, MOST, RIGHT, WIDTH, Drawing, Marks, fit
from deploycheck.engine.planning.joint import joint, sentences
from deploycheck.engine.planning.words import Line, line, share
from deploycheck.engine.wording import bounded
from deploycheck.model.planned import Planned
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Verdict

MOST_ROWS = 200  # of the table; decision.json has them all
_ROW, _TOP = 28, 2


@dataclass(frozen=True, slots=True)
class Shown:
    """The section of the report.

    :param told: sentences about all controls together.
    :param drawing: ``None`` where no power is known.
    :param rows: a control's anchor, its name and one of its measures.
    :param more: rows that are left out.
    """

    told: tuple[str, ...]
    drawing: Drawing | None
    rows: tuple[tuple[str, str, Line], ...]
    more: int


def shown(verdicts: Sequence[tuple[str, Verdict]]) -> Shown | None:
    """What was planned for these controls; ``None`` where nothing was.

    :param verdicts: each with its anchor in the page.
    """
    several = len({verdict.policy for _, verdict in verdicts}) > 1
    found: list[tuple[str, str, Planned]] = [
        (anchor, f"{v.policy}/{v.control}" if several else v.control, v.planned)
        for anchor, v in verdicts
        if v.planned is not None
    ]
    if not found:
        return None
    rows = [(anchor, bounded(name), line(m)) for anchor, name, p in found for m in p.measures]
    advisory = {anchor for anchor, v in verdicts if v.enforcement is Enforcement.ADVISORY}
    told = sentences(joint({name: p for anchor, name, p in found if anchor not in advisory}))
    return Shown(
        told=tuple(f"{text[:1].upper()}{text[1:]}." for text in map(_bounded, told)),
        drawing=_drawing([(name, planned) for _, name, planned in found]),
        rows=tuple(rows[:MOST_ROWS]),
        more=max(0, len(rows) - MOST_ROWS),
    )


def _bounded(text: str) -> str:
    return bounded(text.replace("`", ""), 2000)


def _drawing(found: Sequence[tuple[str, Planned]]) -> Drawing | None:
    """A bar from 0 to 100 % for each control, the least power first, and the wanted one."""
    known = [(name, p, p.power) for name, p in found if p.power is not None]
    if not known:
        return None
    known.sort(key=lambda one: one[2])
    drawn = known[:MOST]
    scale, made = Axis(0.0, 100.0, LEFT, RIGHT), Marks()
    for at, (name, planned, power) in enumerate(drawn):
        top = _TOP + _ROW * at
        value = share(power)
        made.word(0, top + 11, fit(name, WIDTH - 20 - 6.5 * len(value)))
        made.word(WIDTH, top + 11, value, "soft end")
        made.box("bar", scale.at(0.0), scale.at(100 * power), top + 15, top + 24)
        wanted = scale.at(100 * planned.wanted)
        made.line("range", (wanted, top + 13), (wanted, top + 26))
    bottom = _TOP + _ROW * len(drawn)
    made.upright("axis", scale.at(0.0), _TOP, len(drawn), _ROW)
    made.ruler(scale, bottom + 2)
    least = ", ".join(f"{bounded(name, 60)} {share(power)}" for name, _, power in drawn[:3])
    left = f"; the {MOST} least are drawn" if len(known) > MOST else ""
    many = f"{len(known)} controls" if len(known) > 1 else "1 control"
    return Drawing(
        title="How often a good model passes with these rows (%)",
        about=f"Power of {many}, the least first: {least}{left}",
        legend="The upright line is the power that the policy wants.",
        height=bottom + 20,
        marks=made,
    )
