"""The decision as JSON → one page of every key, for those who read it with a program."""

from collections.abc import Iterator

from deploycheck.catalog.keys import Part, Reference
from deploycheck.model.decision import Decision

REFERENCE = Reference(
    "decision",
    "Every key of a decision",
    Decision,
    "[Reports](../reports.md)",
    (
        Part("The file", "Decision"),
        Part("policies", "PolicyUsed"),
        Part("inputs", "InputUsed"),
        Part("release", "ReleaseUsed"),
        Part("counts", "Counts"),
        Part("verdicts", "Verdict"),
        Part("measurements", "Measurement"),
        Part("interval", "Interval"),
        Part(
            "planned",
            "Planned",
            "Planned before anything is measured: [How many rows do I need?](../power.md). "
            "`deploycheck plan --json` has the same under `power`.",
        ),
        Part("measures", "PlannedMeasure"),
        Part("evidence", "EvidenceUsed"),
        Part("run", "RunFacts"),
        Part("plugins", "PluginUsed"),
    ),
)


def page() -> str:
    """The page of ``decision.json``, as Markdown."""
    return "\n\n".join(_blocks()) + "\n"


def _blocks() -> Iterator[str]:
    yield f"# {REFERENCE.title}"
    yield (
        "`decision.json` is the decision as data; every other report is made from it. "
        f"{REFERENCE.explained} says where it is written, and `deploycheck schema decision` prints "
        "its JSON Schema. This page is made from the code that writes it. Everything but `run` is "
        "canonical: the same inputs give the same bytes."
    )
    yield from REFERENCE.tables(written=False)
