"""The sentences of a policy as a document: what is asked, of whom, and what follows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from deploycheck.authoring.measure import Measure
from deploycheck.catalog.policy_reading import Read, Shown
from deploycheck.engine.advising.words import requirement_sentence
from deploycheck.engine.wording import bounded, percent, said
from deploycheck.model.base import format_instant
from deploycheck.model.policy import Control, Enforcement, Kind, Policy, Uncertain

LONG = 8000  # characters of a text that a document keeps whole
_INPUT = re.compile(r"\$\{inputs\.(\w+)\}")
_LEVELS = {
    Enforcement.ADVISORY: "advisory",
    Enforcement.OVERRIDABLE: "overridable",
    Enforcement.MANDATORY: "mandatory",
}
_DECIDED = {
    Kind.DEMONSTRATE: "The release must show that it is on the safe side.",
    Kind.DETECT: "The control looks for a problem; it passes only if it would have found one.",
    Kind.EXACT: "The value is compared as it is.",
}
_BLOCKED = {
    Enforcement.ADVISORY: "It is shown in every report, and changes nothing in the decision.",
    Enforcement.OVERRIDABLE: "The release is blocked.",
    Enforcement.MANDATORY: "The release is blocked, and nobody can override it.",
}


class Filled:
    """Says values as they are written, with inputs by name and value.

    :param policy: the policy whose inputs they are.
    """

    def __init__(self, policy: Read) -> None:
        self._policy = policy

    def said(self, value: Any) -> str:
        """A value in words; an input as "0.35 (input rate_ceiling)" or "by (open input)"."""
        if isinstance(value, list):
            return ", ".join(map(self.said, value)) or "none"
        if isinstance(value, Mapping):
            return ", ".join(f"{key}: {self.said(inner)}" for key, inner in value.items())
        found = _INPUT.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return str(getattr(value, "raw", None) or said(value))
        name = found[1]
        if name in self._policy.open:
            return f"{name} (open input)"
        used = self._policy.loaded.inputs.get(name)
        return f"{said(used.value) if used else 'unknown'} (input {name})"

    def is_open(self, written: str) -> bool:
        """Whether an input stands here that nobody has given a value yet."""
        found = _INPUT.fullmatch(written)
        return found is not None and found[1] in self._policy.open

    def bounds(self, shown: Shown, measure: str) -> dict[str, Any]:
        """The bounds of one measure, a text where a unit or an input is written."""
        written = shown.raw["require"][measure]
        if not isinstance(written, Mapping):  # an input stands for all of them
            return {"equals": self.said(written)}
        made: dict[str, Any] = {}
        for key, value in written.items():
            if key == "one_of":
                made[key] = [self.said(v) for v in value] if isinstance(value, list) else value
            else:
                plain = isinstance(value, int | float) and not isinstance(value, bool)
                made[key] = value if plain else self.said(value)
        return made


def requirement(policy: Read, shown: Shown, measure: Measure) -> str:
    """What is asked of one measure of a control, as a sentence."""
    filled = Filled(policy)
    return requirement_sentence(
        measure.name,
        measure.unit,
        filled.bounds(shown, measure.name),
        shown.kind,
        _confidence(filled, shown),
        scope(filled, shown, measure),
    )


def _decide(shown: Shown, key: str) -> str | None:
    """What is written under ``decide`` where an input stands there."""
    written = shown.raw.get("decide")
    value = written.get(key) if isinstance(written, Mapping) else None
    return value if isinstance(value, str) and _INPUT.fullmatch(value) else None


def _confidence(filled: Filled, shown: Shown) -> float | str:
    written = _decide(shown, "confidence")
    if written is None:
        return shown.control.decide.confidence
    if filled.is_open(written):
        return f"a confidence of {filled.said(written)}"
    name = written.removeprefix("${inputs.").removesuffix("}")
    return f"{percent(shown.control.decide.confidence)} confidence (input {name})"


def decided(policy: Read, shown: Shown) -> str:
    """How the control is decided, in a sentence."""
    filled, written = Filled(policy), _decide(shown, "kind")
    if written is not None and filled.is_open(written):
        return f"As the release says, by {filled.said(written)}."
    return _DECIDED[shown.kind] + _planned(filled, shown)


def _planned(filled: Filled, shown: Shown) -> str:
    """What rows are planned for, as a sentence; empty where no good value is declared."""
    written = shown.raw.get("require")
    bounds = written.items() if isinstance(written, Mapping) else ()
    good = [
        f"{bounded(str(name)).replace('_', ' ')} {filled.said(bound['good'])}"
        for name, bound in bounds
        if isinstance(bound, Mapping) and "good" in bound
    ]
    power = percent(shown.control.decide.power)
    return f" A good model has {', '.join(good)}; it shall pass in {power} of runs." if good else ""


def scope(filled: Filled, shown: Shown, measure: Measure) -> str:
    """Of what parts of the data a measure is asked, such as "In every group of race"."""
    written, used = shown.raw.get("with") or {}, shown.parameters
    if not isinstance(written, Mapping):
        return ""
    if "by" in written:
        groups = _groups(filled.said(written["by"]), used)
        extreme = "over the groups" in measure.doc
        return f"{'Between the groups' if extreme else 'In every group'} of {groups}"
    if "features" in written and shown.control.family == "interpretability":
        return f"For each of the features {filled.said(written['features'])}"
    named = "for each column" in measure.doc or ", by column" in measure.doc
    if named or shown.control.family == "drift":
        columns = written.get("columns")
        if columns is None and isinstance(written.get("rules"), Mapping):
            columns = list(written["rules"])
        if columns is None:
            return "In every column"
        return f"In each of the columns {filled.said(columns)}"
    return ""


def _groups(by: str, used: Mapping[str, Any]) -> str:
    text = by
    if used.get("intersections"):
        text += ", and of all their combinations,"
    if share := used.get("min_share"):
        text += f" with at least {share * 100:g} % of the rows"
    if excluded := used.get("exclude"):
        text += f" (except {', '.join(map(str, excluded))})"
    return text.removesuffix(",")


def looked_at(shown: Shown) -> str:
    """What a control is measured on: "the data set test; the model"."""
    written = shown.raw.get("with")
    given = written if isinstance(written, Mapping) else {}
    parts = []
    for need in shown.checker.signature.needs.values():
        name = given.get(need.argument, given.get("data") if need.subject == "data" else None)
        if need.subject == "data":
            parts.append(f"the data set {name or need.data or 'test'}")
        elif need.subject == "document":
            parts.append(f"the document {name or need.argument}")
        elif need.subject == "model":
            parts.append("the champion" if need.argument == "champion" else "the model")
        else:
            parts.append("the release and its files")
        if need.subject == "data" and need.argument == "champion":
            parts.append("the champion's answers")
    return "; ".join(dict.fromkeys(bounded(str(part)) for part in parts))


def applies(control: Control) -> str:
    """When a control applies, as a sentence; empty where it always does."""
    if not control.when:
        return ""
    conditions = [
        _condition(str(key).removeprefix("release."), str(value))
        for key, value in control.when.items()
        if key != "because"
    ]
    because = bounded(str(control.when.get("because", "")), LONG).rstrip(".")
    given = " and ".join(conditions)
    return f"Only if {given}; otherwise it counts neither for nor against: {because}."


def _condition(name: str, value: str) -> str:
    field, _, part = name.partition(".")
    nouns = {"data": "the data set", "documents": "the document", "columns": "the role"}
    what = f"{nouns.get(field, 'the')} {part}" if part else f"`{field}`"
    if value in {"present", "absent"}:
        return f"the release {'gives' if value == 'present' else 'does not give'} {what}"
    return f"`{name}` of the release is {bounded(value)}"


def enforcement(control: Control, as_of: datetime) -> str:
    """How a control is enforced today, and from when otherwise."""
    today = _LEVELS[control.enforced_at(as_of)]
    if isinstance(control.enforcement, Enforcement):
        return today
    later = [
        f"{_LEVELS[level]} from {format_instant(start)}"
        for level, start in control.enforcement.items()
        if start != "now" and start > as_of
    ]
    return "; ".join([f"{today} today", *later])


def consequences(policy: Read, shown: Shown, as_of: datetime) -> list[tuple[str, str]]:
    """What happens when: pairs of a case and what follows, with the enforcement of today."""
    control = shown.control
    level = control.enforced_at(as_of)
    untold = "there is no value to compare" if shown.kind is Kind.EXACT else "the data cannot tell"
    blocked = _BLOCKED[level]
    filled, written = Filled(policy), _decide(shown, "uncertain")
    if level is Enforcement.ADVISORY:
        found = [("If it does not hold", blocked)]
    elif written is not None and filled.is_open(written):
        same = f"{blocked} So it is if the control cannot be checked."
        left = f"Blocked or left to people, by {filled.said(written)}."
        found = [("If it does not hold", same), (f"If {untold}", left)]
    elif control.decide.uncertain is Uncertain.REVIEW and level is not Enforcement.MANDATORY:
        same = f"{blocked} So it is if the control cannot be checked."
        review = "People decide: the decision is REVIEW."
        found = [("If it does not hold", same), (f"If {untold}", review)]
    else:
        same = f"{blocked} So it is if {untold}, and if the control cannot be checked."
        found = [("If it does not hold", same)]
    if not isinstance(control.enforcement, Enforcement):
        found += [
            (f"From {format_instant(start)}", _BLOCKED[level])
            for level, start in control.enforcement.items()
            if start != "now" and start > as_of
        ]
    if text := applies(control):
        found.append(("When it applies", text))
    return found


def validity(policy: Policy, as_of: datetime) -> tuple[str, str]:
    """When a policy is in force, in words, and whether it is: in force, not yet, or expired."""
    start, end = policy.valid.from_, policy.valid.until
    parts = []
    if start is not None:
        parts.append(f"from {format_instant(start)}")
    if end is not None:
        parts.append(f"until {format_instant(end)} (exclusive)")
    state = "in force"
    if start is not None and as_of < start:
        state = "not yet in force"
    if end is not None and as_of >= end:
        state = "expired"
    return " ".join(parts) or "no dates are set", state


def gate_rules(policy: Policy) -> Iterator[str]:
    """What the decision itself demands, in sentences."""
    yield (
        "Every control of the policy has a verdict, and the worst one decides: one that blocks "
        "makes the decision BLOCK; without one, a control that asks for a review makes it REVIEW; "
        "without either it is RELEASE."
    )
    floor = policy.gate.at_least
    if floor.controls is not None:
        many = floor.controls != 1
        yield (
            f"At least {floor.controls:,} enforced control{'s' if many else ''} must have been "
            "measured; with fewer the release is blocked. Advisory controls, and controls that do "
            "not apply, do not count."
        )
    if floor.families:
        yield (
            "At least one enforced control of each of these families must have been measured: "
            f"{bounded(', '.join(floor.families), LONG)}."
        )
    if policy.valid.until is not None or policy.valid.from_ is not None:
        yield "Outside the time in which the policy is in force, every release is blocked."
    yield "A release for which nothing was measured is blocked."


def maps(control: Control) -> list[tuple[str, Sequence[str]]]:
    """Clauses that a control is evidence for, by framework."""
    return [
        (bounded(framework), [bounded(clause) for clause in clauses])
        for framework, clauses in control.maps.items()
    ]
