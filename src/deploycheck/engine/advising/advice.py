"""A verdict in plain words: what was asked, what was measured, and what a person can do now.

Everything is told from the stored decision; the release's data are never opened.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from deploycheck.authoring.measure import Measure
from deploycheck.engine.advising.reasons import beware, effect, reasons
from deploycheck.engine.advising.rows import enough
from deploycheck.engine.advising.steps import steps
from deploycheck.engine.advising.words import (
    deciding,
    lead_of,
    named,
    requirement_sentence,
    rests_on,
    shown,
    subject,
)
from deploycheck.engine.wording import SENTENCE, bounded, label, percent, place, slice_text
from deploycheck.model.measurement import Measurement
from deploycheck.model.policy import Kind
from deploycheck.model.verdict import Outcome, Verdict

MOST = 3  # numbers that a person is told one by one
_MOST_UNJUDGED = 10
SCHEMA = "deploycheck/explanation/1"


@dataclass(frozen=True)
class Explained:
    """A verdict in words, every text bounded and on one line.

    :param required: what the policy asks, a sentence for each measure.
    :param measured: what was measured, the number that decided it first.
    :param why: why that gives this outcome.
    :param effect: what the outcome does to the release.
    :param steps: what can be done, in order; empty where nothing has to be done.
    :param beware: what will not help, or what a pass does not show.
    :param unjudged: parts of the data that no bound is held against, each with its reason.
    """

    policy: str
    control: str
    title: str
    check: str
    outcome: str
    location: str
    code: str | None
    reason: str
    required: tuple[str, ...]
    measured: tuple[str, ...]
    why: tuple[str, ...]
    effect: str
    steps: tuple[str, ...]
    beware: tuple[str, ...]
    unjudged: tuple[str, ...]
    numbers: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """The explanation for machines, under stable keys."""
        return {"schema": SCHEMA, "kind": "verdict", **asdict(self)}


def explained(verdict: Verdict, measures: Mapping[str, Measure] | None = None) -> Explained:
    """The verdict in words.

    :param measures: those of its check by name, where it is installed: what they mean.
    """
    return Explained(
        policy=bounded(verdict.policy),
        control=bounded(verdict.control),
        title=bounded(verdict.title),
        check=bounded(verdict.check),
        outcome=verdict.outcome.value,
        location=place(verdict.location),
        code=bounded(verdict.code) if verdict.code else None,
        reason=bounded(verdict.reason, SENTENCE),
        required=tuple(_required(verdict, measures or {})),
        measured=tuple(_measured(verdict)),
        why=tuple(reasons(verdict)),
        effect=effect(verdict),
        steps=tuple(steps(verdict)),
        beware=tuple(beware(verdict)),
        unjudged=tuple(_unjudged(verdict)),
        numbers=tuple(_number(verdict, m) for m in deciding(verdict)),
    )


def _required(verdict: Verdict, measures: Mapping[str, Measure]) -> Iterator[str]:
    for name, bounds in verdict.requirement.items():
        judged = [m for m in verdict.measurements if m.name == name and m.outcome is not None]
        measure = measures.get(name)
        unit = judged[0].unit if judged else measure.unit if measure else ""
        exact = bool(judged) and all(m.interval is None and m.undefined is None for m in judged)
        kind = Kind.EXACT if exact and verdict.kind is not Kind.DETECT else verdict.kind
        yield requirement_sentence(name, unit, bounds, kind, verdict.confidence, lead_of(judged))
        if measure is not None:
            what = subject(name, unit)
            yield f"{what[:1].upper()}{what[1:]}: {bounded(measure.doc, SENTENCE)}"


def _measured(verdict: Verdict) -> Iterator[str]:
    found = deciding(verdict)
    judged = Counter(m.outcome for m in verdict.measurements if m.outcome is not None)
    total, told = sum(judged.values()), _told(verdict, found)
    if total > len(told) or len(judged) > 1:
        parts = ", ".join(f"{judged[o.value]:,} {label(o)}" for o in Outcome if judged[o.value])
        all_ = f"all are {label(verdict.outcome)}" if len(judged) == 1 else parts
        yield f"{total:,} numbers were judged: {all_}. {_which(verdict, len(found))}"
    for m in told:
        yield _sentence(verdict, m)


def _told(verdict: Verdict, found: list[Measurement]) -> list[Measurement]:
    """Those that are told one by one; of what passed, the closest of each measure."""
    if verdict.outcome is not Outcome.PASS:
        return found[:MOST]
    first: dict[str, Measurement] = {}
    for m in found:
        first.setdefault(m.name, m)
    return list(first.values())[:MOST]


def _which(verdict: Verdict, count: int) -> str:
    if verdict.outcome is Outcome.PASS:
        return "The closest:"
    return "The one that decided it:" if count == 1 else "Those that decided it, the worst first:"


def _sentence(verdict: Verdict, m: Measurement) -> str:
    what = named(m)
    what = what[:1].upper() + what[1:]
    if m.undefined is not None:
        return f"{what}: no number ({bounded(m.undefined, SENTENCE)})."
    value = shown(m, verdict, m.value)
    behind = rests_on(verdict, m)
    rests = f", from {behind}" if behind else ""
    if m.interval is None:
        noted = f" ({bounded('; '.join(m.details[:MOST]), SENTENCE)})" if m.details else ""
        return f"{what}: {value}{noted or rests}."
    low, high = (shown(m, verdict, end) for end in (m.interval.low, m.interval.high))
    level = percent(m.interval.each)
    return (
        f"{what}: estimated at {value}{rests}. With {level} confidence each, it is at least {low} "
        f"and at most {high}."
    )


def _unjudged(verdict: Verdict) -> Iterator[str]:
    """Parts that the policy left out, of what it requires something of."""
    found: dict[str, str] = {}
    for m in verdict.measurements:
        if m.context and m.undefined is not None and m.name in verdict.requirement and m.slice:
            found.setdefault(slice_text(m.slice), bounded(m.undefined, SENTENCE))
    for part, why in list(found.items())[:_MOST_UNJUDGED]:
        yield f"{part}: {why}"
    if len(found) > _MOST_UNJUDGED:
        yield f"and {len(found) - _MOST_UNJUDGED} more"


def _number(verdict: Verdict, m: Measurement) -> dict[str, Any]:
    """One measurement that decided, for machines."""
    bounds = verdict.requirement.get(m.name, {})
    told = enough(m, bounds)
    undecided = verdict.outcome is Outcome.INCONCLUSIVE and verdict.kind is Kind.DEMONSTRATE
    return {
        "name": m.name,
        "unit": m.unit,
        "slice": dict(m.slice),
        "pair": None if m.pair is None else [dict(part) for part in m.pair],
        "value": m.value,
        "interval": None if m.interval is None else m.interval.model_dump(mode="json"),
        "simultaneous": None if m.simultaneous is None else m.simultaneous.model_dump(mode="json"),
        "n": m.n,
        "n_effective": m.n_effective,
        "undefined": m.undefined,
        "required": dict(bounds),
        "side": told.side.value if undecided else None,
        "rows_about": told.rows if undecided else None,
    }
