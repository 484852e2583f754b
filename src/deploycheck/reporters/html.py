"""Format ``html``: the audit report, one page for a person who was not there.

The page has no script, font or link to fetch, and its policy forbids all of them. Every text is
bounded here and escaped by the template.
"""

import base64
import hashlib
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from deploycheck.authoring.reporter import reporter
from deploycheck.engine.canonical import digest
from deploycheck.engine.page import Card, Facts, card
from deploycheck.engine.wording import (
    BAD,
    SENTENCE,
    bounded,
    by_weight,
    counts_text,
    headline,
    label,
    number,
    place,
    said,
)
from deploycheck.model.base import format_instant
from deploycheck.model.decision import Decision, PolicyUsed
from deploycheck.model.verdict import Effect, Outcome, Verdict
from deploycheck.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, slots=True)
class Link:
    """A control as others point to it."""

    anchor: str
    control: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Section:
    """Controls that came to the same, with what that means."""

    id: str
    title: str
    about: str
    verdicts: list[tuple[str, Verdict]]

    @property
    def cards(self) -> Iterator[Card]:
        """Each control as it is laid out; thousands are never held at once."""
        return (card(anchor, verdict) for anchor, verdict in self.verdicts)


_SECTIONS = {
    "against": (
        "What stands against the release",
        "Each of these must be mended, or decided by a person where the policy leaves it to one.",
    ),
    "advisory": (
        "Advisory findings",
        "These controls do not hold or could not be checked, and change nothing in the decision.",
    ),
    "waived": (
        "Waived",
        "These controls ran and do not hold; a named person accepted that for a limited time.",
    ),
    "inapplicable": (
        "Not applicable",
        "The policy says when these controls do not apply, and why.",
    ),
    "passed": (
        "Passed",
        "Each of these holds as the policy asks, with the uncertainty shown.",
    ),
}


@reporter("report.html")
def html(decision: Decision) -> str:
    """The audit report as one self-contained page."""
    run, release = decision.run, decision.release
    verdicts = [(f"c{i}", v) for i, v in enumerate(by_weight(decision.verdicts), 1)]
    template, style, style_digest = _template()
    return template.render(
        style=style,
        style_digest=style_digest,
        decision=decision.decision.value,
        subject=f"{bounded(release.name)} {bounded(release.version)}",
        owner=bounded(release.owner),
        as_of=format_instant(run.as_of),
        headline=headline(decision),
        counts=_counts(decision),
        counted=counts_text(decision.counts),
        sections=_sections(verdicts),
        clauses=_clauses(verdicts),
        release=_release(decision),
        artefacts=[
            (bounded(name), mark and bounded(mark)) for name, mark in release.digests.items()
        ],
        policies=[_policy(policy) for policy in decision.policies],
        run=_run(decision),
        plugins=[
            (bounded(p.name), bounded(p.version), "trusted" if p.trusted else "UNTRUSTED",
             bounded(p.digest or "unknown"))
            for p in run.plugins
        ],
        command=_command(decision),
        limits=_limits(decision),
        tool=bounded(run.deploycheck),
        digest=bounded(run.digest or digest(decision)),
    )  # fmt: skip


@lru_cache(1)
def _template() -> tuple["Template", str, str]:
    """The template, the style sheet, and the digest by which the page's policy allows it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = shipped("templates")
    style = (folder / "report.css").read_text(encoding="utf-8")
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Not text from anywhere else: the style sheet ships beside the template.
    return environment.get_template("report.html.j2"), Markup(style), mark  # noqa: S704


def _sections(verdicts: Sequence[tuple[str, Verdict]]) -> list[Section]:
    found: dict[str, list[tuple[str, Verdict]]] = {key: [] for key in _SECTIONS}
    for anchor, verdict in verdicts:
        found[_section(verdict)].append((anchor, verdict))
    return [Section(key, *words, found[key]) for key, words in _SECTIONS.items() if found[key]]


def _section(verdict: Verdict) -> str:
    if verdict.effect is not Effect.RELEASE:
        return "against"
    if verdict.outcome in BAD:
        return "advisory"
    return {Outcome.WAIVED: "waived", Outcome.NOT_APPLICABLE: "inapplicable"}.get(
        verdict.outcome, "passed"
    )


def _counts(decision: Decision) -> list[tuple[str, int]]:
    counts = decision.counts
    return [
        ("planned", counts.planned),
        ("passed", counts.passed),
        ("waived", counts.waived),
        ("not applicable", counts.not_applicable),
        ("failed", counts.fail),
        ("inconclusive", counts.inconclusive),
        ("in error", counts.error),
        ("not evaluated", counts.not_evaluated),
    ]


def _clauses(verdicts: Iterable[tuple[str, Verdict]]) -> list[tuple[str, str, list[Link]]]:
    """The controls that each clause of each framework is mapped to."""
    found: dict[tuple[str, str], list[Link]] = {}
    for anchor, verdict in verdicts:
        link = Link(anchor, bounded(verdict.control), label(verdict.outcome))
        for framework, clauses in verdict.maps.items():
            for clause in clauses:
                found.setdefault((framework, clause), []).append(link)
    return [
        (bounded(framework), bounded(clause), found[framework, clause])
        for framework, clause in sorted(found)
    ]


def _given(pairs: Iterable[tuple[str, str]]) -> Facts:
    return [(term, bounded(text, SENTENCE)) for term, text in pairs if text]


def _release(decision: Decision) -> Facts:
    release = decision.release
    return _given(
        [
            ("Release", release.name),
            ("Version", release.version),
            ("Owner", release.owner),
            ("Release file", release.digest),
        ]
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy in force, in words."""

    name: str
    facts: Facts
    inputs: list[tuple[str, str, str]]
    deviations: list[str]


def _policy(used: PolicyUsed) -> Policy:
    return Policy(
        name=f"{bounded(used.id)} {bounded(used.version)}",
        facts=_given(
            [
                ("For", used.title),
                ("Owner", used.owner),
                ("File", place(used.path)),
                ("Digest", used.digest),
                ("Deviations", "" if used.deviations else "none"),
            ]
        ),
        inputs=[
            (bounded(name), bounded(said(given.value)), given.origin)
            for name, given in used.inputs.items()
        ],
        deviations=[bounded(said(deviation), SENTENCE) for deviation in used.deviations],
    )


def _run(decision: Decision) -> Facts:
    run = decision.run
    seconds = ", ".join(
        f"{bounded(stage)} {number(spent)}" for stage, spent in list(run.seconds.items())[:20]
    )
    pairs = [
        ("Run", run.id),
        ("Clock", format_instant(run.as_of)),
        ("Front end", run.front_end),
        ("deploycheck", run.deploycheck),
        ("Python", run.python),
        ("Platform", run.platform),
        ("Isolation", run.isolation),
        ("Git", said(run.git) if run.git else ""),
        ("Seconds", seconds),
        ("Recorded plan", run.plan_digest),
        ("Decision digest", run.digest or digest(decision)),
    ]
    return _given(pairs + [("Note", note) for note in run.notes[:50]])


def _command(decision: Decision) -> str:
    """A command that judges the same release by the same policies at the same instant."""
    parts = ["deploycheck gate"]
    parts += [f"--policy {shlex.quote(place(policy.path))}" for policy in decision.policies]
    parts.append(f"--release {shlex.quote(bounded(decision.release.path or 'release.yaml'))}")
    for policy in decision.policies:
        for name, given in policy.inputs.items():
            if given.origin == "command line":
                value = f"{bounded(name)}={bounded(said(given.value))}"
                parts.append(f"--input {shlex.quote(value)}")
    parts.append(f"--as-of {format_instant(decision.run.as_of)}")
    return " \\\n  ".join(dict.fromkeys(parts))


def _limits(decision: Decision) -> list[str]:
    """What this run alone did not show."""
    counts, run = decision.counts, decision.run
    unchecked = counts.error + counts.not_evaluated
    of = f"of {counts.planned} controls"
    found = []
    if unchecked:
        found.append(f"{unchecked} {of} could not be checked; that is never a pass.")
    if counts.inconclusive:
        found.append(f"{counts.inconclusive} {of} are undecided: the evidence shows neither side.")
    if any(not plugin.trusted for plugin in run.plugins):
        found.append(
            "Code of the candidate's own project took part as a plugin, marked UNTRUSTED above; "
            "it could have forged results."
        )
    if run.isolation:
        found.append(f"Isolation in force: {bounded(run.isolation, SENTENCE)}.")
    return found
