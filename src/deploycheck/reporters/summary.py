"""Format ``summary``: the lines that a terminal shows, as plain text without colour."""

from collections.abc import Iterator, Sequence

from deploycheck.authoring.reporter import reporter
from deploycheck.engine.actions import no_command
from deploycheck.engine.planning.joint import WANTED, joint, sentences
from deploycheck.engine.replaced import replaced
from deploycheck.engine.wording import (
    SENTENCE,
    bounded,
    by_weight,
    counts_text,
    label,
    place,
    said,
    waived_text,
)
from deploycheck.model.decision import Decision
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Outcome, Verdict

FEW = 3
MOST_NAMES = 12
MOST = 40  # controls; what is left out is counted and stands in the other reports
_MOST_DEVIATIONS = 20


@reporter("summary.txt")
def summary(decision: Decision) -> str:
    """What a person at a terminal needs: the decision, what stands against it, and the counts."""
    return "\n".join(map(no_command, _lines(decision))) + "\n"


def _lines(decision: Decision) -> Iterator[str]:
    release = decision.release
    verdict = decision.decision.value
    yield f"deploycheck: {bounded(release.name)} {bounded(release.version)} — {verdict}"
    told = [v for v in by_weight(decision.verdicts) if v.outcome is not Outcome.PASS]
    several = len({v.policy for v in decision.verdicts}) > 1
    width = max((len(label(v.outcome)) for v in told), default=0)
    unrun = [v for v in told if v.outcome is Outcome.NOT_EVALUATED]
    if len(unrun) > FEW:  # a run of one control of many says so in a line for each reason
        told = [v for v in told if v.outcome is not Outcome.NOT_EVALUATED]
        yield from _unrun(unrun, width, several=several)
    first: dict[tuple[str, str | None], str] = {}
    for each in told[:MOST]:
        name = bounded(f"{each.policy}/{each.control}" if several else each.control)
        before = first.setdefault((each.reason, each.code), name)
        if each.outcome is Outcome.ERROR and before != name:
            # One file that is missing stops all who need it: the cause is told once.
            yield f"{label(each.outcome):<{width}}  {name}  as {before}"
        else:
            yield from _control(each, width, several=several)
    if untrusted := [p.name for p in decision.run.plugins if not p.trusted]:
        yield f"UNTRUSTED code of the project took part: {bounded(', '.join(untrusted), SENTENCE)}"
    if len(told) > MOST:
        yield f"… and {len(told) - MOST} more in the report"
    for policy in decision.policies:
        for deviation in policy.deviations[:_MOST_DEVIATIONS]:
            yield f"deviation of {bounded(policy.id)}: {bounded(said(deviation), SENTENCE)}"
        if len(policy.deviations) > _MOST_DEVIATIONS:
            left = len(policy.deviations) - _MOST_DEVIATIONS
            yield f"… and {left} more deviations of {bounded(policy.id)} in the report"
        yield from replaced(policy)
    yield counts_text(decision.counts)
    yield from _power(decision.verdicts, several=several)
    for reason in decision.reasons:
        yield f"{verdict}: {bounded(reason, SENTENCE)}"


def _power(verdicts: Sequence[Verdict], *, several: bool) -> Iterator[str]:
    """What these rows could show, where that is less than the release of a good model needs."""
    found = joint(
        {
            f"{v.policy}/{v.control}" if several else v.control: v.planned
            for v in verdicts
            if v.planned is not None and v.enforcement is not Enforcement.ADVISORY
        }
    )
    enough = found.independent is None or found.independent >= WANTED
    if found.impossible or not enough:
        for text in sentences(found, aim=False):
            yield f"power: {bounded(text, SENTENCE)}"


def _unrun(verdicts: Sequence[Verdict], width: int, *, several: bool) -> Iterator[str]:
    """Controls that nobody evaluated, together for each reason."""
    by_reason: dict[str, list[str]] = {}
    for verdict in verdicts:
        name = f"{verdict.policy}/{verdict.control}" if several else verdict.control
        by_reason.setdefault(verdict.reason, []).append(bounded(name, 60))
    for reason, names in by_reason.items():
        left = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        shown = ", ".join(names[:MOST_NAMES]) + left
        yield f"{label(Outcome.NOT_EVALUATED):<{width}}  {len(names)}: {shown}"
        yield f"{' ' * width}  {bounded(reason, SENTENCE)}  (deploycheck explain DC403)"


def _control(verdict: Verdict, width: int, *, several: bool) -> Iterator[str]:
    name = bounded(verdict.control)
    if several:
        name = f"{bounded(verdict.policy)}/{name}"
    reason = bounded(verdict.reason, SENTENCE)
    if verdict.outcome is Outcome.WAIVED:
        reason = f"{waived_text(verdict.waiver).removeprefix('WAIVED').strip()}: {reason}"
        reason = reason.removeprefix(": ")
    if verdict.enforcement is Enforcement.ADVISORY:
        reason = f"(advisory) {reason}"
    yield f"{label(verdict.outcome):<{width}}  {name}  {reason}"
    hint = bounded(verdict.code) if verdict.code else name
    yield f"{' ' * width}  {place(verdict.location)}  (deploycheck explain {hint})"
