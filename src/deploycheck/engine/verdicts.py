"""Verdicts: what became of a control, with everything a reader needs beside it."""

from deploycheck.engine.judge import Judged
from deploycheck.engine.planning.words import enough
from deploycheck.engine.step import Plan, Step
from deploycheck.model.policy import Enforcement, Uncertain
from deploycheck.model.verdict import Effect, Outcome, Verdict

_EFFECTS = {
    Outcome.PASS: Effect.RELEASE,
    Outcome.WAIVED: Effect.RELEASE,
    Outcome.NOT_APPLICABLE: Effect.RELEASE,
    Outcome.FAIL: Effect.BLOCK,
    Outcome.ERROR: Effect.BLOCK,
    Outcome.NOT_EVALUATED: Effect.BLOCK,
}
_MEASURED = {Outcome.PASS, Outcome.WAIVED, Outcome.FAIL, Outcome.INCONCLUSIVE}


def effect(outcome: Outcome, enforcement: Enforcement, uncertain: Uncertain) -> Effect:
    """What an outcome does to the release; anything unknown blocks."""
    if enforcement is Enforcement.ADVISORY:
        return Effect.RELEASE
    if outcome is Outcome.INCONCLUSIVE:
        review = uncertain is Uncertain.REVIEW and enforcement is not Enforcement.MANDATORY
        return Effect.REVIEW if review else Effect.BLOCK
    return _EFFECTS.get(outcome, Effect.BLOCK)


def verdict(plan: Plan, step: Step, judged: Judged) -> Verdict:
    """The verdict on one control.

    An inconclusive one says how many rows the policy's good value needs: planned beforehand, and
    not read off what was measured.
    """
    planned = plan.planning.declared(step) if judged.outcome in _MEASURED else None
    rows = enough(planned) if judged.outcome is Outcome.INCONCLUSIVE else ""
    control, checker = step.control, step.bound.checker
    decide = control.decide
    return Verdict.of(
        policy=step.policy,
        control=control.id,
        title=control.title,
        check=control.check,
        outcome=judged.outcome,
        effect=effect(judged.outcome, step.enforcement, decide.uncertain),
        enforcement=step.enforcement,
        severity=control.severity,
        kind=step.kind,
        confidence=decide.confidence,
        maps=control.maps,
        rationale=control.rationale,
        remediation=control.remediation,
        why=checker.section("Why"),
        fix=checker.section("Fix"),
        location=step.location,
        parameters=step.parameters,
        requirement=step.asked,
        reason=f"{judged.reason}; {rows}" if rows else judged.reason,
        code=judged.code,
        measurements=judged.measurements,
        planned=planned,
        evidence=plan.evidence_used(step),
        figures=judged.figures,
    )


def not_evaluated(plan: Plan, step: Step, why: str) -> Verdict:
    """The verdict on a planned control that nobody measured."""
    return verdict(plan, step, Judged(Outcome.NOT_EVALUATED, why, code="DC403"))
