"""What a page says of everything but the controls: what was judged, by what, and in which run."""

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deploycheck.engine.canonical import digest
from deploycheck.engine.page import Facts
from deploycheck.engine.replaced import own
from deploycheck.engine.wording import SENTENCE, bounded, label, number, place, said
from deploycheck.model.base import format_instant
from deploycheck.model.decision import Decision, PolicyUsed
from deploycheck.model.verdict import Verdict

MOST_EVIDENCE = 500
MOST_LINKS = 100  # controls of a clause that are named one by one


@dataclass(frozen=True, slots=True)
class Link:
    """A control as others point to it."""

    anchor: str
    control: str
    outcome: str


def link(anchor: str, verdict: Verdict) -> Link:
    """How others point to the control of ``verdict``."""
    return Link(anchor, bounded(verdict.control), label(verdict.outcome))


def counts(decision: Decision) -> list[tuple[str, int]]:
    """How many controls came to what."""
    found = decision.counts
    return [
        ("planned", found.planned),
        ("passed", found.passed),
        ("waived", found.waived),
        ("not applicable", found.not_applicable),
        ("failed", found.fail),
        ("inconclusive", found.inconclusive),
        ("in error", found.error),
        ("not evaluated", found.not_evaluated),
    ]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause and the controls that are mapped to it, what stands against the release first.

    :param more: how many controls are left out, by what they came to.
    """

    framework: str
    name: str
    links: list[Link]
    more: str


def clauses(verdicts: Iterable[tuple[str, Verdict]]) -> list[Clause]:
    """The controls that each clause of each framework is mapped to.

    :param verdicts: with their anchors, the gravest first.
    """
    found: dict[tuple[str, str], list[Link]] = {}
    for anchor, verdict in verdicts:
        made = link(anchor, verdict)
        for framework, names in verdict.maps.items():
            for clause in names:
                found.setdefault((framework, clause), []).append(made)
    return [
        _clause(framework, clause, found[framework, clause]) for framework, clause in sorted(found)
    ]


def _clause(framework: str, name: str, links: Sequence[Link]) -> Clause:
    left = Counter(made.outcome for made in links[MOST_LINKS:])
    more = ", ".join(f"{count} {outcome}" for outcome, count in left.items())
    return Clause(bounded(framework), bounded(name), list(links[:MOST_LINKS]), more)


def _given(pairs: Iterable[tuple[str, str]]) -> Facts:
    return [(term, bounded(text, SENTENCE)) for term, text in pairs if text]


def release(decision: Decision) -> Facts:
    """Which release was judged."""
    used = decision.release
    return _given(
        [
            ("Release", used.name),
            ("Version", used.version),
            ("Owner", used.owner),
            ("Release file", used.digest),
        ]
    )


def evidence(verdicts: Sequence[Verdict]) -> list[tuple[str, str, str]]:
    """Every piece of evidence once: type, what it was made from, digest or nothing."""
    found = dict.fromkeys((e.type, e.subject, e.digest) for v in verdicts for e in v.evidence)
    return [
        (bounded(type), bounded(subject), bounded(mark or ""))
        for type, subject, mark in list(found)[:MOST_EVIDENCE]
    ]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy in force, in words."""

    name: str
    facts: Facts
    inputs: list[tuple[str, str, str, str]]
    deviations: list[str]


def policy(used: PolicyUsed) -> Policy:
    """What a page says of a policy."""
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
            (bounded(name), bounded(said(given.value)), given.origin, own(given))
            for name, given in used.inputs.items()
        ],
        deviations=[bounded(said(deviation), SENTENCE) for deviation in used.deviations],
    )


def run(decision: Decision) -> Facts:
    """What a page says of the run."""
    made = decision.run
    seconds = ", ".join(
        f"{bounded(stage)} {number(spent)}" for stage, spent in list(made.seconds.items())[:20]
    )
    pairs = [
        ("Run", made.id),
        ("Clock", format_instant(made.as_of)),
        ("Front end", made.front_end),
        ("deploycheck", made.deploycheck),
        ("Python", made.python),
        ("Platform", made.platform),
        ("Isolation", made.isolation),
        ("Git", said(made.git) if made.git else ""),
        ("Seconds", seconds),
        ("Recorded plan", made.plan_digest),
        ("Decision digest", made.digest or digest(decision)),
    ]
    return _given(pairs + [("Note", note) for note in made.notes[:50]])


def command(decision: Decision) -> str:
    """A command that judges the same release by the same policies at the same instant."""
    parts = ["deploycheck gate"]
    parts += [f"--policy {shlex.quote(place(used.path))}" for used in decision.policies]
    parts.append(f"--release {shlex.quote(bounded(decision.release.path or 'release.yaml'))}")
    for used in decision.policies:
        for name, given in used.inputs.items():
            if given.origin == "command line":
                value = f"{bounded(name)}={bounded(said(given.value))}"
                parts.append(f"--input {shlex.quote(value)}")
    parts.append(f"--as-of {format_instant(decision.run.as_of)}")
    return " \\\n  ".join(dict.fromkeys(parts))


def limitations(decision: Decision) -> list[str]:
    """What this run alone did not show."""
    total, made = decision.counts, decision.run
    unchecked = total.error + total.not_evaluated
    of = f"of {total.planned} controls"
    found = []
    if unchecked:
        found.append(f"{unchecked} {of} could not be checked; that is never a pass.")
    if total.inconclusive:
        found.append(f"{total.inconclusive} {of} are undecided: the evidence shows neither side.")
    if any(not plugin.trusted for plugin in made.plugins):
        found.append(
            "Code of the candidate's own project took part as a plugin, marked UNTRUSTED above; "
            "it could have forged results."
        )
    if made.isolation:
        found.append(f"Isolation in force: {bounded(made.isolation, SENTENCE)}.")
    return found
