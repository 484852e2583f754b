"""Verdicts → decision. Pure; the worst verdict wins, and none at all blocks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deploycheck.engine.step import Plan
from deploycheck.engine.verdicts import effect, not_evaluated
from deploycheck.model.decision import Counts
from deploycheck.model.policy import Enforcement, Policy
from deploycheck.model.verdict import Effect, Outcome, Verdict

_SEVERITY = (Effect.RELEASE, Effect.REVIEW, Effect.BLOCK)
_RANK = (
    Outcome.ERROR,
    Outcome.NOT_EVALUATED,
    Outcome.FAIL,
    Outcome.INCONCLUSIVE,
    Outcome.WAIVED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)
_LOOKED = {Outcome.PASS, Outcome.WAIVED, Outcome.FAIL, Outcome.INCONCLUSIVE}
NEVER_RUN = "it was planned and did not run"


@dataclass(frozen=True)
class Decided:
    """What becomes of the release, why, and one verdict for every planned control."""

    effect: Effect
    reasons: tuple[str, ...]
    counts: Counts
    verdicts: tuple[Verdict, ...]


def decide(
    plan: Plan,
    verdicts: Iterable[Verdict],
    *,
    problems: Sequence[str] = (),
    unrun: Mapping[str, str] | None = None,
) -> Decided:
    """The decision over the *planned* controls.

    :param verdicts: what came back; of two for one control the worse one counts, and one for a
        control that was not planned, or that does not fit its control, is a problem.
    :param problems: what else stands against a release, such as a report that cannot be written.
    :param unrun: why a control has no verdict, by ``policy/CONTROL``.
    """
    planned = {step.key: step for step in plan.steps}
    found: dict[str, Verdict] = {}
    against = list(problems)
    for verdict in verdicts:
        key = f"{verdict.policy}/{verdict.control}"
        step = planned.get(key)
        if step is None:
            against.append(f"a verdict on {key} came back, which was not planned")
            continue
        # What a worker sends is data: its effect is computed here, not believed.
        honest = effect(verdict.outcome, step.enforcement, step.control.decide.uncertain)
        if (verdict.check, verdict.enforcement) != (step.control.check, step.enforcement):
            against.append(f"the verdict on {key} is not on the control that was planned")
        if verdict.effect is not honest:
            verdict = verdict.model_copy(update={"effect": honest})  # noqa: PLW2901 - see above
        if key not in found or _worse(verdict, found[key]):
            found[key] = verdict
    why = unrun or {}
    whole = tuple(
        found.get(key) or not_evaluated(plan, step, why.get(key, NEVER_RUN))
        for key, step in planned.items()
    )
    counts = _counts(whole)
    against += _floors(plan, whole)
    effects = [v.effect for v in whole] + ([Effect.BLOCK] if against else [])
    worst = max(effects, key=_SEVERITY.index) if effects else Effect.BLOCK
    return Decided(worst, (*against, *_reasons(counts, whole)), counts, whole)


def _worse(one: Verdict, other: Verdict) -> bool:
    return _RANK.index(one.outcome) < _RANK.index(other.outcome)


def _counts(verdicts: Sequence[Verdict]) -> Counts:
    of = Counter(v.outcome for v in verdicts)
    return Counts(
        planned=len(verdicts),
        passed=of[Outcome.PASS],
        waived=of[Outcome.WAIVED],
        not_applicable=of[Outcome.NOT_APPLICABLE],
        fail=of[Outcome.FAIL],
        inconclusive=of[Outcome.INCONCLUSIVE],
        error=of[Outcome.ERROR],
        not_evaluated=of[Outcome.NOT_EVALUATED],
    )


def _floors(plan: Plan, verdicts: Sequence[Verdict]) -> list[str]:
    """What an emptied run or policy falls below."""
    if not verdicts:
        return ["no control was planned, so nothing was checked"]
    if not any(v.outcome in _LOOKED for v in verdicts):
        return ["not one control was measured, so nothing was checked"]
    if not any(v.outcome in _LOOKED and _enforced(v) for v in verdicts):
        return ["not one enforced control was measured; advisory ones alone release nothing"]
    return [text for policy in plan.policies for text in _floor(policy, verdicts)]


def _enforced(verdict: Verdict) -> bool:
    return verdict.enforcement is not Enforcement.ADVISORY


def _floor(policy: Policy, verdicts: Sequence[Verdict]) -> list[str]:
    mine = [
        v for v in verdicts if v.policy == policy.policy and v.outcome in _LOOKED and _enforced(v)
    ]
    floor = policy.gate.at_least
    below = []
    if floor.controls is not None and len(mine) < floor.controls:
        below.append(
            f"policy {policy.policy} asks for at least {floor.controls} enforced controls to be "
            f"measured; there were {len(mine)}"
        )
    missing = [f for f in floor.families if f not in {v.check.partition(".")[0] for v in mine}]
    if missing:
        below.append(
            f"policy {policy.policy} asks for an enforced control of {', '.join(missing)} to be "
            "measured; there was none"
        )
    return below


def _reasons(counts: Counts, verdicts: Sequence[Verdict]) -> list[str]:
    """One sentence for each way in which controls stand against the release."""
    said = []
    for outcome, one, many in (
        (Outcome.FAIL, "does not hold", "do not hold"),
        (Outcome.ERROR, "could not be checked", "could not be checked"),
        (Outcome.NOT_EVALUATED, "was not evaluated", "were not evaluated"),
        (Outcome.INCONCLUSIVE, "is undecided", "are undecided"),
    ):
        names = [
            v.control for v in verdicts if v.outcome is outcome and v.effect is not Effect.RELEASE
        ]
        if names:
            shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            plural = len(names) > 1
            said.append(
                f"{len(names)} of {counts.planned} controls {many if plural else one}: {shown}"
            )
    return said
