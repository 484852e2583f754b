"""Explanations as text for a terminal."""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.measure import Measure
from deploycheck.engine.advising.advice import Explained
from deploycheck.engine.codes import CODES
from deploycheck.engine.wording import bounded, label
from deploycheck.model.verdict import Outcome, Verdict

WIDTH = 88
MOST = 20  # verdicts that are listed
_INDENT = "  "


def verdict_text(told: Explained, about: str) -> str:
    """The explanation of a verdict, at most 88 columns wide where words allow it.

    :param about: of which run it is, in one line.
    """
    return "\n".join(_lines(told, about)) + "\n"


def _lines(told: Explained, about: str) -> Iterator[str]:
    outcome = Outcome(told.outcome)
    yield f"{told.control}  {label(outcome)}"
    yield from _wrapped(told.title)
    yield from _wrapped(about)
    sections = [
        ("What is required", told.required),
        ("What was measured", told.measured),
        (f"Why this is {label(outcome)}", told.why),
        ("What it does to the release", (told.effect,)),
    ]
    for title, paragraphs in sections:
        yield from _section(title, paragraphs)
    if told.steps:
        yield from ("", "What you can do")
        for at, step in enumerate(told.steps, 1):
            yield from _item(step, f"{at}.")
    if told.beware:
        will = outcome is Outcome.FAIL
        yield from ("", "What will not help" if will else "What it does not show")
        for text in told.beware:
            yield from _item(text, "-")
    if told.unjudged:
        yield from ("", "Not judged")
        for text in told.unjudged:
            yield from _item(text, "-")
    yield ""
    yield f"Where it is written: {told.location}"
    yield f"More about the check: deploycheck explain {told.check}"


def _section(title: str, paragraphs: Sequence[str]) -> Iterator[str]:
    if paragraphs:
        yield from ("", title)
        for text in paragraphs:
            yield from _wrapped(text, _INDENT)


def _item(text: str, mark: str) -> Iterator[str]:
    yield from _wrapped(text, f"{_INDENT}{mark} ", " " * (len(_INDENT) + len(mark) + 1))


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def measure_text(name: str, found: Sequence[tuple[Checker, Measure]]) -> str:
    """A measure: which checks measure it, in which unit, and what it means."""
    lines = [name, ""]
    lines += _wrapped(
        f"A policy names it under `require` of a control whose `check` is one of these "
        f"{len(found)}:"
        if len(found) > 1
        else "A policy names it under `require` of a control:"
    )
    for checker, measure in found:
        better = {"lower": "lower is better", "higher": "higher is better"}.get(
            measure.better, "neither direction is better"
        )
        lines += ["", f"{_INDENT}{checker.id}"]
        lines += _wrapped(checker.title, _INDENT * 2)
        lines += _wrapped(f"Meaning: {measure.doc}", _INDENT * 2)
        lines += _wrapped(f"Unit: {measure.unit}{_between(measure)}; {better}.", _INDENT * 2)
    more = "`deploycheck explain CHECK` prints the whole page of a check."
    return "\n".join([*lines, "", more]) + "\n"


def _between(measure: Measure) -> str:
    low, high = measure.range
    if measure.unit == "text" or math.isinf(low):
        return ""
    return f", at least {low:g}" if math.isinf(high) else f", from {low:g} to {high:g}"


def contents_text(checks: Mapping[str, str], against: Sequence[Verdict], about: str) -> str:
    """The list of everything that can be explained.

    :param against: verdicts of the last run that do not hold, the gravest first.
    :param about: of which run; empty where none is recorded.
    """
    return "\n".join(_contents(checks, against, about)) + "\n"


def _contents(checks: Mapping[str, str], against: Sequence[Verdict], about: str) -> Iterator[str]:
    if against:
        yield f"Verdicts that do not hold in {about}"
        several = len({v.policy for v in against}) > 1
        for verdict in against[:MOST]:
            name = bounded(f"{verdict.policy}/{verdict.control}" if several else verdict.control)
            yield f"  {name:20} {label(verdict.outcome):14} {bounded(verdict.title)}"
        if len(against) > MOST:
            yield f"  … and {len(against) - MOST} more"
        yield ""
    elif about:
        yield f"Every control holds in {about}"
        yield ""
    yield "Checks"
    for name, title in checks.items():
        yield f"  {name:36} {title}"
    yield "\nCodes"
    for code in CODES.values():
        yield f"  {code.code:36} {code.title}"
    yield ""
    yield "deploycheck explain fairness.impact_ratio   the page of a check"
    yield "deploycheck explain impact_ratio            which checks measure it, and what it means"
    yield "deploycheck explain DC013                   what an error code means"
    example = bounded(against[0].control) if against else "FAIR-01"
    yield f"deploycheck explain {example:<23} why a control of the last run came out as it did"
