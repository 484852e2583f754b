"""Estimates × requirement → outcome. The one place where a number is held against a bound."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deploycheck.authoring.estimates import KINDS, Count, Estimate, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.engine import alarm, reason
from deploycheck.engine.found import Found, Missing, Unjudgeable, plain, rounded
from deploycheck.engine.interval import exact, pairs, sampler
from deploycheck.engine.requirement import Requirement
from deploycheck.engine.step import Step
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Kind
from deploycheck.model.verdict import Outcome

_WORST = (Outcome.ERROR, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)


@dataclass(frozen=True)
class Judged:
    """What became of a control, and why."""

    outcome: Outcome
    reason: str
    measurements: tuple[Measurement, ...] = ()
    code: str | None = None
    figures: tuple[Any, ...] = ()


def judge(step: Step, estimates: Sequence[Estimate], *, alarms: int = 1) -> Judged:
    """The outcome of a control, by everything that its checker measured.

    :param estimates: with every number filled in.
    :param alarms: number of detect controls that share alpha with this one.
    """
    try:
        measurements = _measurements(step, estimates, max(1, alarms))
    except Unjudgeable as error:
        return Judged(Outcome.ERROR, str(error), code=error.code)
    judged = [m for m in measurements if m.outcome is not None]
    for name in step.requirements:
        if not any(m.name == name for m in judged):
            return Judged(
                Outcome.ERROR,
                f"{step.control.check} measured no {name!r}, which the policy requires",
                measurements,
                "DC306",
            )
    outcome = min((Outcome(m.outcome) for m in judged if m.outcome), key=_WORST.index)
    return Judged(outcome, reason.sentence(step, outcome, judged), measurements)


def _measurements(
    step: Step, estimates: Sequence[Estimate], alarms: int
) -> tuple[Measurement, ...]:
    checker = step.bound.checker
    by_name: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        if type(estimate).__name__ not in KINDS:
            raise Unjudgeable("DC304", f"{checker.id} yielded a {type(estimate).__name__}")
        if checker.named(estimate.name) is None:
            raise Unjudgeable(
                "DC304", f"{checker.id} yielded {estimate.name!r}, which it does not declare"
            )
        by_name.setdefault(estimate.name, []).append(estimate)
    judged = [e for e in estimates if not e.context and e.name in step.requirements]
    spread = sum(pairs(e) * _sides(step.requirements[e.name]) for e in judged) or 1
    made: list[Measurement] = []
    for name, group in by_name.items():
        measure = checker.named(name)
        if measure is not None:
            made += _of_one_name(step, measure, group, spread, alarms)
    return tuple(made)


def _sides(required: Requirement) -> int:
    """How many ends of a bound can fail it: both, where there is a smallest and a largest value."""
    return 2 if required.min is not None and required.max is not None else 1


def _of_one_name(
    step: Step, measure: Measure, group: Sequence[Estimate], spread: int, alarms: int
) -> list[Measurement]:
    """All measurements of one name.

    :param spread: how many bounds of the whole control can fail it, over measures, slices and
        pairs of groups; they share one alpha.
    """
    required = step.requirements.get(measure.name)
    judged = [e for e in group if not e.context and required is not None]
    alpha = 1 - step.control.decide.confidence
    rejected: dict[int, tuple[bool, bool]] = {}
    if required is not None and step.kind is Kind.DETECT:
        rejected = alarm.family(judged, required, alpha / alarms, step.control.decide.correction)
    made = []
    for estimate in group:
        requirement = None if estimate.context else required
        share = alpha * pairs(estimate) / spread if requirement is not None else alpha
        fields, found, wide = _measure(step, measure, estimate, alpha, share)
        if requirement is not None:
            outcome = _outcome(requirement, found, wide, rejected.get(id(estimate)))
            fields["outcome"] = outcome.value
        made.append(Measurement.of(**fields))
    return made


def _measure(
    step: Step, measure: Measure, estimate: Estimate, alpha: float, share: float
) -> tuple[dict[str, Any], Found | None, Found | None]:
    """The measurement's fields, the uncorrected bounds and the simultaneous ones."""
    slices = {str(k): str(v) for k, v in estimate.slice.items()}
    context = estimate.context or measure.name not in step.requirements
    fields: dict[str, Any] = {
        "name": measure.name,
        "unit": measure.unit,
        "slice": slices,
        "details": tuple(map(str, estimate.details)),
        "context": context,
    }
    if isinstance(estimate, Undefined):
        value = None if estimate.value is None else rounded(plain(estimate.value, estimate.name))
        n = plain(estimate.n, f"{estimate.name}: n")
        return fields | {"value": value, "n": n, "undefined": str(estimate.reason)}, None, None
    is_exact = step.kind is Kind.EXACT or isinstance(estimate, Count)
    if isinstance(estimate, Statistic) and context:
        is_exact = True
    try:
        # In an alarm family p-values decide; elsewhere the bounds for FAIL share alpha.
        alike = is_exact or context or step.kind is Kind.DETECT or math.isclose(share, alpha)
        if is_exact:
            found = wide = exact(estimate)
        else:
            at = sampler(estimate)
            found = at(alpha)
            wide = found if alike else _wide(at, found, share)
    except Missing as error:
        return fields | _missing(error, measure), None, None
    _in_range(found, measure)
    found, wide = _clipped(found, measure), _clipped(wide, measure)
    fields |= {"value": found.value, "n": found.n, "n_effective": found.effective}
    if found.pair is not None:
        fields["pair"] = tuple({str(k): str(v) for k, v in g.slice.items()} for g in found.pair)
    if not is_exact:
        fields["interval"] = _interval(found, alpha)
        fields["simultaneous"] = None if alike else _interval(wide, share)
    return fields, found, wide


def _missing(error: Missing, measure: Measure) -> dict[str, Any]:
    """What is shown of a number without bounds."""
    if error.value is None:
        return {"value": None, "n": error.n or 0, "undefined": str(error)}
    value = rounded(error.value)
    _in_range(Found(value, value, value, "", error.n), measure)
    return {"value": value, "n": error.n or 0, "undefined": str(error)}


def _wide(at: Callable[..., Found], found: Found, share: float) -> Found:
    """The simultaneous bounds; infinite where the data bound nothing at their level."""
    try:
        return at(share, share)
    except Missing:
        return replace(found, low=-math.inf, high=math.inf)


def _in_range(found: Found, measure: Measure) -> None:
    """A value outside the measure's own range is a broken checker, not a verdict."""
    if isinstance(found.value, str):
        if measure.unit != "text":
            raise Unjudgeable("DC307", f"{measure.name} is a text, not a number in {measure.unit}")
        return
    if measure.unit == "text":
        raise Unjudgeable("DC307", f"{measure.name} is a number, not a text")
    low, high = measure.range
    slack = 1e-9
    if not low - slack <= found.value <= high + slack:
        raise Unjudgeable(
            "DC305", f"{measure.name} is {found.value}, outside its range {low:g} to {high:g}"
        )


def _clipped(found: Found, measure: Measure) -> Found:
    """Bounds within the measure's own range, where the truth must lie."""
    if isinstance(found.value, str):
        return found
    least, most = measure.range
    low, high = max(found.low, least), min(found.high, most)
    return replace(found, low=low, high=high)


def _interval(found: Found, alpha: float) -> Interval:
    each = 1 - alpha
    return Interval.of(
        low=None if math.isinf(found.low) else found.low,
        high=None if math.isinf(found.high) else found.high,
        each=round(each, 12),
        together=round(1 - 2 * alpha, 12),
        method=found.method,
    )


def _outcome(
    required: Requirement,
    found: Found | None,
    wide: Found | None,
    rejected: tuple[bool, bool] | None,
) -> Outcome:
    """One measurement against its bounds.

    Exact: both sides are numbers. Demonstrate: the uncorrected bound must clear for PASS, the
    simultaneous one must lie beyond for FAIL. Detect: a rejected hypothesis is a FAIL, and no
    alarm is a PASS only where the effect would have been found.
    """
    if found is None or wide is None:
        return Outcome.INCONCLUSIVE
    if rejected is not None:
        fails, powerful = rejected
        return Outcome.FAIL if fails else Outcome.PASS if powerful else Outcome.INCONCLUSIVE
    if isinstance(found.value, str) or required.exact_only:
        return Outcome.PASS if _matches(required, found.value) else Outcome.FAIL
    low, high = required.min, required.max
    if low is None and high is None:
        raise Unjudgeable("DC307", f"{required.measure.name}: nothing is required of it")
    clears = (low is None or found.low >= low) and (high is None or found.high <= high)
    fails = (low is not None and wide.high < low) or (high is not None and wide.low > high)
    return Outcome.FAIL if fails else Outcome.PASS if clears else Outcome.INCONCLUSIVE


def _matches(required: Requirement, value: float | str) -> bool:
    allowed = (required.equals,) if required.equals is not None else required.one_of or ()
    for wanted in allowed:
        if isinstance(wanted, bool) or isinstance(wanted, str) != isinstance(value, str):
            raise Unjudgeable(
                "DC307", f"{required.measure.name}: {value!r} cannot be compared with {wanted!r}"
            )
    if not allowed:
        raise Unjudgeable("DC307", f"{required.measure.name}: a text has no min and max")
    within = True
    if not isinstance(value, str):
        within = (required.min is None or value >= required.min) and (
            required.max is None or value <= required.max
        )
    return within and any(value == wanted for wanted in allowed)
