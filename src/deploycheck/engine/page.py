"""What a page shows of one control: its words, its table of measurements and its charts.

Everything is text that is bounded already; the page's template lays it out and escapes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deploycheck.engine.chart import Graph, Scale, graph, scales
from deploycheck.engine.wording import (
    SENTENCE,
    bounded,
    bounds_text,
    label,
    limits,
    percent,
    place,
    plain,
    quantity,
    said,
    slice_text,
    waived_text,
)
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Kind
from deploycheck.model.verdict import Effect, Outcome, Verdict

Facts = list[tuple[str, str]]

MOST_ROWS = 500  # measurements of one control; all of them stand in decision.json
MOST_NOTES = 20
FEW_ROWS = 4  # exact values that are told in a line and not in a table
_STANDING = {Effect.BLOCK: "blocks", Effect.REVIEW: "asks for a review", Effect.RELEASE: ""}


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement, in words."""

    name: str
    part: str
    value: str
    low: str
    high: str
    level: str
    n: str
    result: str
    method: str
    notes: tuple[str, ...]
    graph: Graph | None


@dataclass(frozen=True, slots=True)
class Card:
    """One control, in words."""

    anchor: str
    control: str
    title: str
    kind: str
    outcome: str
    about: str
    reason: str
    advice: Facts
    rows: tuple[Row, ...]
    charts: bool
    more: int
    facts: Facts


def card(anchor: str, verdict: Verdict) -> Card:
    """The control of ``verdict``, as a page shows it under the link ``anchor``."""
    of_interest = verdict.measurements
    if len(of_interest) > MOST_ROWS:
        of_interest = tuple(sorted(of_interest, key=lambda m: m.outcome in {None, "PASS"}))
    shown = of_interest[:MOST_ROWS]
    rows = () if _said(verdict) else _rows(shown, verdict.requirement)
    return Card(
        anchor=anchor,
        control=bounded(verdict.control),
        title=bounded(verdict.title),
        kind=verdict.outcome.value,
        outcome=label(verdict.outcome),
        about=_about(verdict),
        reason=bounded(verdict.reason, SENTENCE),
        advice=_advice(verdict),
        rows=rows,
        charts=any(row.graph is not None for row in rows),
        more=len(verdict.measurements) - len(shown),
        facts=_facts(verdict),
    )


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
        n = "" if m.n is None else f" (n {quantity(m.n)})"
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


def _advice(verdict: Verdict) -> Facts:
    """What is asked and why; what to do, only where something is to be done."""
    asked = ("Requirement", _required(verdict)), ("Why it is asked", verdict.rationale)
    if verdict.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE}:
        return _given(*asked)
    waiver = ""
    if verdict.waiver is not None:
        waiver = f"{waived_text(verdict.waiver)}; {said(verdict.waiver)}"
    return _given(
        ("Waiver", waiver),
        *asked,
        ("Why it matters", verdict.why),
        ("What to do", verdict.remediation),
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
    """What it was judged on, for those who want to check it."""
    used = "; ".join(
        _evidence(e.type, e.subject, e.argument, e.digest) for e in verdict.evidence[:MOST_NOTES]
    )
    figures = f"{len(verdict.figures)} in decision.json" if verdict.figures else ""
    return _given(
        ("Measured", _line(verdict) if _said(verdict) else ""),
        ("Judged on", used),
        ("Parameters", said(verdict.parameters) if verdict.parameters else ""),
        ("Evidence for", "; ".join(_mapped(*item) for item in verdict.maps.items())),
        ("Figures", figures),
    )


def _given(*pairs: tuple[str, str]) -> Facts:
    return [(term, bounded(text, SENTENCE)) for term, text in pairs if text]


# Thousands of controls share their evidence, clauses and levels.
@lru_cache(1024)
def _evidence(type: str, subject: str, argument: str, digest: str | None) -> str:
    mark = bounded(digest) if digest else "could not be read"
    return f"{bounded(type)} of {bounded(subject)} ({bounded(argument)}), {mark}"


@lru_cache(1024)
def _mapped(framework: str, clauses: tuple[str, ...]) -> str:
    return f"{bounded(framework)}: {', '.join(map(bounded, clauses))}"


def _rows(
    measurements: Sequence[Measurement], required: Mapping[str, Mapping[str, Any]]
) -> tuple[Row, ...]:
    drawn = scales(measurements, required)
    return tuple(_row(m, required.get(m.name, {}), drawn.get(m.name)) for m in measurements)


def _row(m: Measurement, required: Mapping[str, Any], scale: Scale | None) -> Row:
    bounds = limits(required)
    interval, notes = m.interval, [bounded(note) for note in m.details[:MOST_NOTES]]
    if len(m.details) > MOST_NOTES:
        notes.append(f"… and {len(m.details) - MOST_NOTES} more in decision.json")
    if m.simultaneous is not None:
        low, high = _ends(m.simultaneous, m.unit, bounds)
        notes.insert(0, f"all parts at once: {low} to {high}, level {_level(m.simultaneous)}")
    if m.pair is not None:
        first, second = (slice_text(part) for part in m.pair)
        notes.insert(0, f"{first} against {second}")
    if m.undefined is not None:
        value = "undefined" if m.value is None else "not assessed"
        notes.insert(0, bounded(m.undefined))
        if m.value is not None:
            notes.append(f"would have been {quantity(m.value, m.unit, bounds)}")
    else:
        value = quantity(m.value, m.unit, bounds)
    low, high = _ends(interval, m.unit, bounds) if interval is not None else ("", "")
    return Row(
        name=plain(m.name),
        part=slice_text(m.slice, "all"),
        value=value,
        low=low,
        high=high,
        level="" if interval is None else _level(interval),
        n="" if m.n is None else quantity(m.n),
        result=bounded(m.outcome.replace("_", " ")) if m.outcome else "not judged",
        method=_method(m),
        notes=tuple(notes),
        graph=graph(m, scale),
    )


def _method(m: Measurement) -> str:
    if m.interval is not None:
        return bounded(m.interval.method)
    return "exact" if m.outcome is not None and m.undefined is None else ""


def _ends(interval: Interval, unit: str, bounds: Sequence[float]) -> tuple[str, str]:
    low, high = (
        "unbounded" if end is None else quantity(end, unit, bounds)
        for end in (interval.low, interval.high)
    )
    return low, high


def _level(interval: Interval) -> str:
    return _levels(interval.each, interval.together)


@lru_cache(256)
def _levels(each: float, together: float) -> str:
    return f"{percent(each)} / {percent(together)}".replace(" %", "\u00a0%")
