"""Why a verdict came out as it did, what it does to the release, and what it does not show."""

import math
from collections.abc import Iterator

from deploycheck.engine.advising.steps import failing
from deploycheck.engine.advising.words import (
    amount,
    asked_text,
    beyond,
    deciding,
    demand,
    ends,
    is_timed,
    measure_name,
    named,
    number,
    shown,
)
from deploycheck.engine.codes import CODES
from deploycheck.engine.wording import SENTENCE, bounded, percent, quantity, waived_text
from deploycheck.model.measurement import Measurement
from deploycheck.model.policy import Enforcement, Kind
from deploycheck.model.verdict import Effect, Outcome, Verdict


def reasons(verdict: Verdict) -> Iterator[str]:
    """Why what was measured gives this outcome."""
    outcome = verdict.outcome
    if outcome in {Outcome.ERROR, Outcome.NOT_EVALUATED}:
        code = CODES.get(verdict.code or "")
        told = f"{bounded(verdict.reason, SENTENCE).rstrip('.')}."
        yield told[:1].upper() + told[1:]
        if code is not None:
            yield f"{code.code}: {code.title}. {code.explanation.strip()}"
        return
    if outcome is Outcome.NOT_APPLICABLE:
        yield f"The policy says when the control applies: {bounded(verdict.reason, SENTENCE)}."
        return
    if outcome is Outcome.WAIVED:
        yield f"It does not hold, and somebody accepted that: {waived_text(verdict.waiver)}."
    found = deciding(verdict)
    if not found:
        yield f"{bounded(verdict.reason, SENTENCE).rstrip('.')}."
        return
    yield _why(verdict, found[0])
    if outcome is Outcome.FAIL and len(found) > 1:
        yield f"Beyond the bound: {'; '.join(failing(verdict))}."


def _why(verdict: Verdict, m: Measurement) -> str:
    bounds = verdict.requirement.get(m.name, {})
    asked = asked_text(bounds, m.unit)
    if m.undefined is not None:
        return "Where there is no number, nothing is shown, and what is not shown is no pass."
    if verdict.kind is Kind.DETECT and m.interval is not None:
        return _alarm(verdict, m, asked)
    if m.interval is None:
        return _exact(verdict, m)
    if verdict.outcome is Outcome.PASS:
        return _holds(verdict, m, asked)
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return _undecided(verdict, m, asked)
    return _fails(verdict, m)


def _exact(verdict: Verdict, m: Measurement) -> str:
    bounds = verdict.requirement.get(m.name, {})
    text = f"It is {shown(m, verdict, m.value)}, and {demand(bounds, m.unit)}"
    room = -beyond(m, bounds, verdict.outcome)
    spare = verdict.outcome is Outcome.PASS and 0 < room < math.inf
    limited = any(number(bounds, key) is not None for key in ("min", "max"))
    return f"{text}: {amount(room, m.unit)} to spare." if spare and limited else f"{text}."


def _holds(verdict: Verdict, m: Measurement, asked: str) -> str:
    low, high = ends(m, Outcome.PASS)
    bounds = verdict.requirement.get(m.name, {})
    upper = number(bounds, "max")
    lower = number(bounds, "min")
    # Of two bounds the closer one says how close it was.
    use_high = upper is not None and (lower is None or high - upper >= lower - low)
    bound = shown(m, verdict, high if use_high else low)
    room = amount(max(0.0, -beyond(m, bounds, Outcome.PASS)), m.unit)
    return f"Even the less favourable bound, {bound}, is {asked}: {room} to spare.{_every(verdict)}"


def _every(verdict: Verdict) -> str:
    several = sum(other.outcome is not None for other in verdict.measurements) > 1
    return " To pass, every part must be shown to hold, and every part is." if several else ""


def _undecided(verdict: Verdict, m: Measurement, asked: str) -> str:
    low, high = ends(m, verdict.outcome)
    bounds = verdict.requirement.get(m.name, {})
    upper, lower = number(bounds, "max"), number(bounds, "min")
    alone = (upper is not None and low > upper) or (lower is not None and high < lower)
    if alone:
        return (
            f"Looked at alone, the {named(m)} is not {asked}. But several numbers are looked at, "
            "one of them is easily that bad by accident, and with the bounds that hold for all of "
            "them at once it is not clear enough for a FAIL."
        )
    return (
        f"What is required ({asked}) lies between the two bounds: the data fit a release that "
        "holds as well as one that does not. That is neither a PASS nor a FAIL."
    )


def _fails(verdict: Verdict, m: Measurement) -> str:
    bounds = verdict.requirement.get(m.name, {})
    low, high = ends(m, Outcome.FAIL)
    upper = number(bounds, "max")
    over = upper is not None and low > upper
    bound = f"at least {shown(m, verdict, low)}" if over else f"at most {shown(m, verdict, high)}"
    level = percent(verdict.confidence) if verdict.confidence is not None else "the same"
    together = " over everything the control compares" if m.simultaneous or m.pair else ""
    return (
        f"Even in the most favourable case that the data leave, the {measure_name(m.name)} is "
        f"{bound} ({level} confidence{together}), and {demand(bounds, m.unit)}. That is no "
        "accident of the sample."
    )


def _alarm(verdict: Verdict, m: Measurement, asked: str) -> str:
    effect = quantity(verdict.requirement.get(m.name, {}).get("detect"), m.unit, exact=True)
    if verdict.outcome is Outcome.PASS:
        return (
            f"No alarm was raised, and an effect of {effect} would have been found at least 80 % "
            f"of the time. {_estimate_side(verdict, m, asked)}"
        )
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return (
            f"No alarm was raised, but an effect of {effect} would have been found less than 80 % "
            "of the time. A silence that says nothing is no pass."
        )
    level = percent(verdict.confidence) if verdict.confidence is not None else "the same"
    return (
        f"The estimate, {shown(m, verdict, m.value)}, is not {asked}, and so clearly that chance "
        f"does not explain it ({level} confidence over all alarms of the policy)."
    )


def _estimate_side(verdict: Verdict, m: Measurement, asked: str) -> str:
    bounds = verdict.requirement.get(m.name, {})
    upper, lower = number(bounds, "max"), number(bounds, "min")
    value = shown(m, verdict, m.value)
    if not isinstance(m.value, int | float):
        return ""
    if (upper is not None and m.value > upper) or (lower is not None and m.value < lower):
        return f"The estimate itself, {value}, is not {asked}, but that may be chance."
    return f"The estimate, {value}, is {asked}."


def effect(verdict: Verdict) -> str:
    """What the verdict does to the release."""
    outcome = verdict.outcome
    if outcome is Outcome.PASS:
        return "Nothing stands against the release here."
    if outcome is Outcome.NOT_APPLICABLE:
        return (
            "It counts neither for nor against the release. It is not among the controls that "
            "were measured, of which `gate: {at_least: …}` of the policy may ask for a number."
        )
    if verdict.enforcement is Enforcement.ADVISORY:
        return "None: the control is advisory. It is shown, and changes nothing in the decision."
    if verdict.effect is Effect.REVIEW:
        return (
            "It asks people to decide: the decision is REVIEW (exit code 10), unless another "
            "control blocks. The policy says so with `decide: {uncertain: review}`."
        )
    if verdict.effect is Effect.RELEASE:
        return "It does not stand against the release."
    return _blocks(verdict)


def _blocks(verdict: Verdict) -> str:
    mandatory = verdict.enforcement is Enforcement.MANDATORY
    if verdict.outcome in {Outcome.ERROR, Outcome.NOT_EVALUATED}:
        return "It blocks the release (exit code 11): nothing that was not checked passes."
    if verdict.outcome is Outcome.INCONCLUSIVE:
        why = (
            "a mandatory control must be shown to hold"
            if mandatory
            else "`decide: {uncertain: block}`, which is what holds if a policy says nothing"
        )
        return f"It blocks the release: {why}."
    more = " The control is mandatory, so nobody can override it." if mandatory else ""
    return f"It blocks the release (exit code 1).{more}"


def beware(verdict: Verdict) -> list[str]:
    """What will not help against a FAIL, or what a PASS does not show."""
    if verdict.outcome is Outcome.FAIL:
        return list(_no_help(verdict))
    if verdict.outcome is Outcome.PASS:
        return list(_not_shown(verdict))
    return []


def _no_help(verdict: Verdict) -> Iterator[str]:
    found = deciding(verdict)
    if any(m.interval is not None for m in found):
        yield "Measuring on more rows of the same kind: chance does not explain the number."
    elif not is_timed(verdict):
        yield "Running the gate again: the same inputs give the same value."
    if verdict.enforcement is Enforcement.MANDATORY:
        yield "A waiver: a mandatory control takes none."
    elif verdict.enforcement is Enforcement.OVERRIDABLE:
        yield "A waiver, for now: they are not done yet (`deploycheck explain DC103`)."


def _not_shown(verdict: Verdict) -> Iterator[str]:
    found = deciding(verdict)
    sampled = [m for m in found if m.interval is not None]
    if verdict.kind is Kind.DETECT and sampled:
        first = sampled[0]
        effect_size = verdict.requirement.get(first.name, {}).get("detect")
        yield (
            "That there is no problem: effects smaller than "
            f"{quantity(effect_size, first.unit, exact=True)} may be there and unnoticed."
        )
    elif sampled and is_timed(verdict):
        yield "How the model does on another machine: times are of the machine of this run."
    elif sampled:
        yield "Anything about people or rows that are not like those it was measured on."
    else:
        yield "Anything about rows or files other than those that were looked at."
