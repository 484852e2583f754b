"""Format ``markdown``: a short summary for a pull request or a build's page, failing first."""

from collections.abc import Iterator, Sequence

from deploycheck.authoring.reporter import reporter
from deploycheck.engine.canonical import digest
from deploycheck.engine.replaced import replaced
from deploycheck.engine.wording import (
    BAD,
    SENTENCE,
    by_weight,
    code_span,
    counts_text,
    headline,
    label,
    markdown_text,
    place,
    said,
    waived_text,
)
from deploycheck.model.decision import Decision
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Effect, Outcome, Verdict

MOST = 100  # rows of the table
_LONGEST = 40_000  # characters of the table; a comment on GitHub holds 65,536
_SIGNS = {Effect.RELEASE: "✅", Effect.REVIEW: "🔎", Effect.BLOCK: "⛔"}
_REASON = 300


@reporter("summary.md")
def markdown(decision: Decision) -> str:
    """The decision, the controls that did not pass, and the counts, as inert Markdown."""
    return "\n".join(_lines(decision)) + "\n"


def _lines(decision: Decision) -> Iterator[str]:
    sign, release = _SIGNS[decision.decision], decision.release
    judged = f"{markdown_text(release.name)} {markdown_text(release.version)}"
    yield f"## {sign} {decision.decision.value}: {judged}"
    yield ""
    yield markdown_text(headline(decision), SENTENCE)
    told = by_weight(decision.verdicts)
    yield from _table("Controls that did not pass", [v for v in told if not _passed(v)])
    if untrusted := [p.name for p in decision.run.plugins if not p.trusted]:
        yield from ("", f"**Untrusted code of the project took part:** {_names(untrusted)}")
    deviations = [(p, d) for p in decision.policies for d in p.deviations]
    if deviations:
        yield from ("", "**Deviations from parent policies**", "")
        for policy, deviation in deviations[:MOST]:
            yield f"- {markdown_text(policy.id)}: {markdown_text(said(deviation), _REASON)}"
    given = [text for policy in decision.policies for text in replaced(policy)]
    if given:
        yield from ("", "**Not the policy's own values**", "")
        yield from (f"- {markdown_text(text, _REASON)}" for text in given[:MOST])
    passed = [v for v in told if _passed(v)]
    if passed:
        yield from ("", f"<details><summary>{len(passed)} passed</summary>", "")
        shown = ", ".join(code_span(v.control, 100) for v in passed[:MOST])
        left = len(passed) - MOST
        yield shown + (f" … and {left} more in the report" if left > 0 else "")
        yield from ("", "</details>")
    yield ""
    mark = decision.run.digest or digest(decision)
    yield f"{counts_text(decision.counts)}. Evidence: decision {code_span(mark)}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(code_span(name, 100) for name in names[:MOST])


def _passed(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.PASS


def _table(title: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        return
    several = len({v.policy for v in verdicts}) > 1
    yield from ("", f"**{title}**", "")
    yield "| Outcome | Control | Why | Where |"
    yield "|---|---|---|---|"
    told = length = 0
    for verdict in verdicts[:MOST]:
        row = _row(verdict, several=several)
        length += len(row)
        if length > _LONGEST:
            break
        told += 1
        yield row
    if told < len(verdicts):
        yield from ("", f"… and {len(verdicts) - told} more in the report")


def _row(verdict: Verdict, *, several: bool) -> str:
    outcome = label(verdict.outcome)
    if verdict.outcome is Outcome.WAIVED:
        outcome = markdown_text(waived_text(verdict.waiver))
    if verdict.enforcement is Enforcement.ADVISORY:
        outcome += " (advisory)"
    name = code_span(verdict.control, 100)
    if several:
        name = f"{markdown_text(verdict.policy, 100)} {name}"
    reason, where = markdown_text(verdict.reason, _REASON), code_span(place(verdict.location))
    advice = verdict.remediation or verdict.fix
    if advice and verdict.outcome in BAD:
        reason += f"<br>**What to do:** {markdown_text(advice, _REASON)}"
    return f"| {outcome} | {name} {markdown_text(verdict.title)} | {reason} | {where} |"
