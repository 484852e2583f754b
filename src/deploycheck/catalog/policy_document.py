"""A policy as a document for people who do not read YAML, as data for the templates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploycheck.catalog.policy_glossary import glossary
from deploycheck.catalog.policy_reading import Read, Shown
from deploycheck.catalog.policy_words import (
    LONG,
    Filled,
    consequences,
    decided,
    enforcement,
    gate_rules,
    looked_at,
    maps,
    requirement,
    validity,
)
from deploycheck.engine.advising.words import subject
from deploycheck.engine.wording import bounded, plain, said
from deploycheck.model.base import format_instant
from deploycheck.model.policy import InputDeclaration

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Link:
    """A control as others point to it."""

    anchor: str
    id: str
    title: str


@dataclass(frozen=True)
class Row:
    """A control in the table of its family."""

    link: Link
    severity: str
    enforcement: str


@dataclass(frozen=True)
class Family:
    """The controls of one family, in the order of the policy."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class ControlPart:
    """One control in words.

    :param must: what is required, a sentence for each measure.
    :param measures: name and meaning of each required measure.
    :param parameters: what is written in ``with``, inputs by name and value.
    """

    link: Link
    about: str
    must: list[str]
    rationale: str
    remediation: str
    check: str
    check_title: str
    definition: str
    measures: Pairs
    decided: str
    sure: str
    looked_at: str
    consequences: Pairs
    parameters: Pairs
    maps: list[tuple[str, list[str]]]
    location: str


@dataclass(frozen=True)
class Clause:
    """A clause of a framework and the controls that are evidence for it."""

    framework: str
    name: str
    links: list[Link]


@dataclass(frozen=True)
class InputPart:
    """An input of the policy."""

    name: str
    value: str
    origin: str
    allowed: str
    doc: str
    used_by: list[Link]


@dataclass(frozen=True)
class PolicyPart:
    """One policy as a document."""

    anchor: str
    name: str
    title: str
    description: list[str]
    facts: Pairs
    state: str
    as_of: str
    count: int
    families: list[Family]
    controls: list[ControlPart]
    clauses: list[Clause]
    inputs: list[InputPart]
    gate: list[str]
    glossary: Pairs
    digest: str


def document(policy: Read, as_of: datetime, number: int = 1) -> PolicyPart:
    """The policy in words, with the enforcement that holds at ``as_of``.

    :param number: of the policy in its page; part of its anchors.
    """
    noun, header = policy.loaded.policy, policy.document
    valid, state = validity(noun, as_of)
    links = [
        Link(f"p{number}c{at}", bounded(s.control.id), bounded(s.control.title))
        for at, s in enumerate(policy.controls, 1)
    ]
    together = list(zip(links, policy.controls, strict=True))
    facts = [
        ("Policy", bounded(noun.policy)),
        ("Version", bounded(noun.version)),
        ("Owner", bounded(noun.owner)),
        ("In force", valid),
        ("File", bounded(header.label)),
        ("Digest", header.digest),
    ]
    return PolicyPart(
        anchor=f"p{number}",
        name=f"{bounded(noun.policy)} {bounded(noun.version)}",
        title=bounded(noun.title or noun.policy, LONG),
        description=[
            bounded(part.strip(), LONG) for part in noun.description.split("\n\n") if part.strip()
        ],
        facts=[(term, text) for term, text in facts if text],
        state=state,
        as_of=format_instant(as_of),
        count=len(links),
        families=_families(together, as_of),
        controls=[_control(policy, shown, link, as_of) for link, shown in together],
        clauses=list(_clauses(together)),
        inputs=[_input(policy, name, declared, together) for name, declared in noun.inputs.items()],
        gate=list(gate_rules(noun)),
        glossary=glossary(policy),
        digest=header.digest,
    )


def _families(together: Sequence[tuple[Link, Shown]], as_of: datetime) -> list[Family]:
    found: dict[str, list[Row]] = {}
    for link, shown in together:
        control = shown.control
        row = Row(link, control.severity.value, enforcement(control, as_of))
        found.setdefault(control.family, []).append(row)
    return [Family(plain(name).capitalize(), rows) for name, rows in found.items()]


def _control(policy: Read, shown: Shown, link: Link, as_of: datetime) -> ControlPart:
    control, checker = shown.control, shown.checker
    measures = [m for m in map(checker.named, control.require) if m is not None]
    filled = Filled(policy)
    written = shown.raw.get("with")
    given = written if isinstance(written, dict) else {}
    return ControlPart(
        link=link,
        about=f"severity {control.severity.value} · {enforcement(control, as_of)}",
        must=[bounded(requirement(policy, shown, m), LONG) for m in measures],
        rationale=bounded(control.rationale, LONG),
        remediation=bounded(control.remediation, LONG),
        check=bounded(control.check),
        check_title=bounded(checker.title, LONG),
        definition=bounded(checker.section("Definition"), LONG),
        measures=[(subject(m.name, m.unit), bounded(m.doc, LONG)) for m in measures],
        decided=decided(policy, shown),
        sure="" if shown.kind.value == "exact" else bounded(checker.section("Bounds"), LONG),
        looked_at=looked_at(shown),
        consequences=consequences(policy, shown, as_of),
        parameters=[
            (bounded(str(key)), bounded(filled.said(value), LONG)) for key, value in given.items()
        ],
        maps=[(framework, list(clauses)) for framework, clauses in maps(control)],
        location=f"{bounded(policy.document.label)}:{shown.line}",
    )


def _clauses(together: Sequence[tuple[Link, Shown]]) -> Iterator[Clause]:
    """The controls that each clause of each framework is mapped to, in the order of the policy."""
    found: dict[tuple[str, str], list[Link]] = {}
    for link, shown in together:
        for framework, clauses in maps(shown.control):
            for clause in clauses:
                found.setdefault((framework, clause), []).append(link)
    for framework, clause in sorted(found):
        yield Clause(framework, clause, found[framework, clause])


def _input(
    policy: Read,
    name: str,
    declared: InputDeclaration,
    together: Sequence[tuple[Link, Shown]],
) -> InputPart:
    used = policy.loaded.inputs.get(name)
    is_open = name in policy.open or used is None
    origins = {"default": "the policy's default", "release": "the release"}
    marker = f"${{inputs.{name}}}"
    return InputPart(
        name=bounded(name),
        value="open" if is_open or used is None else bounded(said(used.value), LONG),
        origin=(
            "the release must give it"
            if is_open or used is None
            else origins.get(used.origin, "the command line")
        ),
        allowed=_allowed(declared),
        doc=bounded(declared.doc, LONG),
        used_by=[link for link, shown in together if marker in repr(shown.raw)],
    )


def _allowed(declared: InputDeclaration) -> str:
    parts: list[str] = [declared.type]
    if declared.min is not None:
        parts.append(f"at least {said(declared.min)}")
    if declared.max is not None:
        parts.append(f"at most {said(declared.max)}")
    if declared.one_of is not None:
        parts.append(f"one of {', '.join(map(said, declared.one_of))}")
    return bounded(", ".join(parts), LONG)
