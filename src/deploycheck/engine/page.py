"""What a page shows of one control: its words, its charts and its table of measurements.

Everything is text that is bounded already; the page's template lays it out and escapes it.
"""

from dataclasses import dataclass
from functools import lru_cache

from deploycheck.engine.counting import row_count
from deploycheck.engine.figures.draw import Drawn, Room, drawn, judged_on
from deploycheck.engine.figures.drawing import Drawing
from deploycheck.engine.rows import MOST_NOTES, Table, table
from deploycheck.engine.wording import (
    BAD,
    SENTENCE,
    bounded,
    bounds_text,
    label,
    percent,
    place,
    plain,
    quantity,
    said,
    slice_text,
    waived_text,
)
from deploycheck.model.measurement import Measurement
from deploycheck.model.policy import Kind
from deploycheck.model.verdict import Effect, Outcome, Verdict

Facts = list[tuple[str, str]]

MOST_ROWS = 500  # measurements of one control; all of them stand in decision.json
FEW_ROWS = 4  # exact values that are told in a line and not in a table
_SHORT = 19  # characters of a digest that tell it from others; all of it stands once in the page
_STANDING = {Effect.BLOCK: "blocks", Effect.REVIEW: "asks for a review", Effect.RELEASE: ""}


@dataclass(frozen=True, slots=True)
class Card:
    """One control, in words.

    :param lead: what to do about it, and what is asked; shown at once.
    :param table: what decides, in numbers; ``open`` says whether it is unfolded.
    :param beside: what was measured and is only shown, with its charts; folded, unless it is what
        an extreme that does not hold was made from.
    :param facts: what it was judged on, for those who want to check it; folded.
    """

    anchor: str
    control: str
    title: str
    kind: str
    outcome: str
    about: str
    reason: str
    lead: Facts
    drawings: tuple[Drawing, ...]
    undrawn: str
    table: Table
    open: bool
    beside: Table
    beside_drawings: tuple[Drawing, ...]
    beside_open: bool
    facts: Facts


def card(anchor: str, verdict: Verdict, room: Room) -> Card:
    """The control of ``verdict``, as a page shows it under the link ``anchor``.

    :param room: what is left of the page; it is made smaller.
    """
    in_a_line = _said(verdict)
    shown = () if in_a_line else _shown(verdict, room)
    charts = drawn(verdict, shown, room)
    judged = [m for m in shown if judged_on(verdict, m.name)]
    beside = [m for m in shown if not judged_on(verdict, m.name)]
    unassessed = sum(m.undefined is not None for m in judged)
    more = 0 if in_a_line else len(verdict.measurements) - len(shown)
    return Card(
        anchor=anchor,
        control=bounded(verdict.control),
        title=bounded(verdict.title),
        kind=verdict.outcome.value,
        outcome=label(verdict.outcome),
        about=_about(verdict),
        reason=bounded(verdict.reason, SENTENCE),
        lead=_lead(verdict) + _given(("Measured", _line(verdict) if in_a_line else "")),
        drawings=charts.judged,
        undrawn=_undrawn(charts),
        table=table(judged, verdict.requirement, charts.charted, more),
        open=verdict.outcome in BAD or not charts.judged,
        beside=table(beside, {}, charts.charted),
        beside_drawings=charts.beside,
        beside_open=verdict.outcome in BAD and len(judged) - unassessed <= 1,
        facts=_facts(verdict),
    )


def _shown(verdict: Verdict, room: Room) -> tuple[Measurement, ...]:
    """The measurements that are listed: of very many, those that do not hold come first."""
    most = max(FEW_ROWS, min(MOST_ROWS, room.rows))
    found = verdict.measurements
    if len(found) > most:
        found = tuple(sorted(found, key=lambda m: m.outcome in {None, "PASS"}))[:most]
    room.rows -= len(found)
    return found


def _undrawn(charts: Drawn) -> str:
    told = []
    if charts.broken:
        told.append(f"{charts.broken} of its figures cannot be drawn")
    if charts.crowded:
        told.append(f"{charts.crowded} of its figures are left out, to keep this page small")
    return f"{'; '.join(told)}: see decision.json." if told else ""


def _said(verdict: Verdict) -> bool:
    """Whether a line says all there is: a few exact values that hold, without a note."""
    if verdict.outcome is not Outcome.PASS or len(verdict.measurements) > FEW_ROWS:
        return False
    return all(
        m.interval is None and m.undefined is None and not m.details for m in verdict.measurements
    )


def _line(verdict: Verdict) -> str:
    """The exact values of a control that holds, in one line."""
    parts = []
    for m in verdict.measurements:
        where = f" for {slice_text(m.slice)}" if m.slice else ""
        n = "" if m.n is None else f" (n {row_count(m)})"
        parts.append(f"{plain(m.name)}{where} {quantity(m.value, m.unit)}{n}")
    return "; ".join(parts)


def _about(verdict: Verdict) -> str:
    parts = [
        bounded(verdict.policy),
        bounded(verdict.check),
        verdict.enforcement.value,
        f"severity {verdict.severity.value}",
        _STANDING[verdict.effect],
        place(verdict.location),
    ]
    return " · ".join(part for part in parts if part)


def _lead(verdict: Verdict) -> Facts:
    """What to do, where something is to be done; what is asked and why."""
    asked = ("Requirement", _required(verdict)), ("Why it is asked", verdict.rationale)
    if verdict.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE}:
        return _given(*asked)
    waiver = ""
    if verdict.waiver is not None:
        waiver = f"{waived_text(verdict.waiver)}; {said(verdict.waiver)}"
    return _given(
        ("Waiver", waiver),
        ("What to do", verdict.remediation),
        *asked,
        ("Why it matters", verdict.why),
        ("How it is mended", verdict.fix),
        ("Explained by", f"deploycheck explain {verdict.code}" if verdict.code else ""),
    )


def _required(verdict: Verdict) -> str:
    """What is asked of the control, and how it is decided."""
    units = {m.name: m.unit for m in verdict.measurements}
    text = "; ".join(
        f"{plain(name)} {bounds_text(bounds, units.get(name, ''))}"
        for name, bounds in list(verdict.requirement.items())[:MOST_NOTES]
    )
    if verdict.kind is None or not text:
        return text
    if verdict.kind is Kind.EXACT or verdict.confidence is None:
        return f"{text} ({verdict.kind.value})"
    return f"{text} ({verdict.kind.value}, {percent(verdict.confidence)} confidence)"


def _facts(verdict: Verdict) -> Facts:
    """What it was judged on."""
    used = "; ".join(
        _evidence(e.type, e.subject, e.argument, e.digest) for e in verdict.evidence[:MOST_NOTES]
    )
    return _given(
        ("Judged on", used),
        ("Parameters", said(verdict.parameters) if verdict.parameters else ""),
        ("Evidence for", "; ".join(_mapped(*item) for item in verdict.maps.items())),
    )


def _given(*pairs: tuple[str, str]) -> Facts:
    return [(term, bounded(text, SENTENCE)) for term, text in pairs if text]


# Thousands of controls share their evidence, clauses and levels.
@lru_cache(1024)
def _evidence(type: str, subject: str, argument: str, digest: str | None) -> str:
    mark = bounded(digest, _SHORT + 1) if digest else "could not be read"
    return f"{bounded(type)} of {bounded(subject)} ({bounded(argument)}), {mark}"


@lru_cache(1024)
def _mapped(framework: str, clauses: tuple[str, ...]) -> str:
    return f"{bounded(framework)}: {', '.join(map(bounded, clauses))}"
