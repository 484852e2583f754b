"""Format ``html``: the audit report, one page for a person who was not there.

The page has no script, font or link to fetch, and its policy forbids all of them. Every text is
bounded here and escaped by the template.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from deploycheck.authoring.reporter import reporter
from deploycheck.engine import account, attained
from deploycheck.engine.canonical import digest
from deploycheck.engine.figures.draw import Room
from deploycheck.engine.page import Card, card
from deploycheck.engine.planning.shown import shown
from deploycheck.engine.wording import BAD, bounded, by_weight, counts_text, headline
from deploycheck.model.base import format_instant
from deploycheck.model.decision import Decision
from deploycheck.model.verdict import Effect, Outcome, Verdict
from deploycheck.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Template

MOST_LINKS = 40  # controls of a section that the table of contents names


@dataclass(frozen=True, slots=True)
class Section:
    """Controls that came to the same, with what that means."""

    id: str
    title: str
    about: str
    verdicts: list[tuple[str, Verdict]]
    room: Room

    @property
    def cards(self) -> Iterator[Card]:
        """Each control as it is laid out; thousands are never held at once."""
        return (card(anchor, verdict, self.room) for anchor, verdict in self.verdicts)

    @property
    def links(self) -> list[account.Link]:
        """What the table of contents names one by one: what stands against the release."""
        named = self.verdicts[:MOST_LINKS] if self.id == "against" else []
        return [account.link(anchor, verdict) for anchor, verdict in named]


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
        counts=account.counts(decision),
        counted=counts_text(decision.counts),
        sections=_sections(verdicts),
        power=shown(verdicts),
        methods=attained.methods(decision),
        clauses=account.clauses(verdicts),
        release=account.release(decision),
        artefacts=[
            (bounded(name), mark and bounded(mark)) for name, mark in release.digests.items()
        ],
        evidence=account.evidence(decision.verdicts),
        policies=[account.policy(used) for used in decision.policies],
        run=account.run(decision),
        plugins=[
            (bounded(p.name), bounded(p.version), "trusted" if p.trusted else "UNTRUSTED",
             bounded(p.digest or "unknown"))
            for p in run.plugins
        ],
        command=account.command(decision),
        limits=account.limitations(decision),
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
    room = Room()
    return [
        Section(key, *words, found[key], room) for key, words in _SECTIONS.items() if found[key]
    ]


def _section(verdict: Verdict) -> str:
    if verdict.effect is not Effect.RELEASE:
        return "against"
    if verdict.outcome in BAD:
        return "advisory"
    return {Outcome.WAIVED: "waived", Outcome.NOT_APPLICABLE: "inapplicable"}.get(
        verdict.outcome, "passed"
    )
