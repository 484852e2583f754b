"""The sentence that says why: readable by a person who is no statistician."""

import math
from collections.abc import Sequence

from deploycheck.engine.counting import row_count
from deploycheck.engine.requirement import Requirement
from deploycheck.engine.step import Step
from deploycheck.engine.wording import (
    bounded,
    bounds_text,
    limits,
    percent,
    plain,
    quantity,
    slice_text,
)
from deploycheck.model.measurement import Interval, Measurement
from deploycheck.model.policy import Kind
from deploycheck.model.verdict import Outcome

_SHOWN = 3  # slices that a sentence names; the report has them all


def sentence(step: Step, outcome: Outcome, measurements: Sequence[Measurement]) -> str:
    """Why a control came to ``outcome``, by the measurements that decided it, worst first."""
    deciding = [m for m in measurements if m.outcome == outcome.value]
    deciding.sort(key=lambda m: _distance(step.requirements[m.name], outcome, m), reverse=True)
    if outcome is Outcome.PASS:
        # Of what passed, the tightest one says it; the others hold with more to spare.
        said = [_one(step, outcome, m) for m in _tightest(deciding)]
        return "; ".join(said)
    said = [_one(step, outcome, m) for m in deciding[:_SHOWN]]
    if len(deciding) > _SHOWN:
        said.append(f"and {len(deciding) - _SHOWN} more")
    return "; ".join(said)


def _tightest(measurements: Sequence[Measurement]) -> list[Measurement]:
    """The first measurement of each name."""
    first: dict[str, Measurement] = {}
    for measurement in measurements:
        first.setdefault(measurement.name, measurement)
    return list(first.values())


def _distance(required: Requirement, outcome: Outcome, m: Measurement) -> float:
    """How far the deciding bound lies on the wrong side; what is undefined comes first."""
    if m.undefined is not None or isinstance(m.value, str) or m.value is None:
        return math.inf
    interval = (m.simultaneous or m.interval) if outcome is Outcome.FAIL else m.interval
    low = high = float(m.value)
    if interval is not None:
        low = -math.inf if interval.low is None else interval.low
        high = math.inf if interval.high is None else interval.high
    if outcome is Outcome.FAIL:  # what fails is beyond the bound with its nearer end too
        low, high = high, low
    distances = []
    if required.max is not None:
        distances.append(high - required.max)
    if required.min is not None:
        distances.append(required.min - low)
    return max(distances, default=0.0)


def _one(step: Step, outcome: Outcome, m: Measurement) -> str:
    required = step.requirements[m.name]
    name = plain(m.name) + _where(m)
    if m.undefined is not None:
        return f"{name} cannot be told: {m.undefined}"
    asked = _asked(required)
    if isinstance(m.value, str) or m.value is None:
        return f"{name} is {bounded(str(m.value))}; {asked}"
    shown = quantity(m.value, m.unit, _limits(required))
    if plain(m.name) == m.unit:  # "rows is 179 rows" says it twice
        shown = shown.removesuffix(f" {m.unit}")
    if m.interval is None:
        detail = f" ({'; '.join(m.details[:_SHOWN])})" if m.details else ""
        return f"{name} is {shown}{detail if outcome is not Outcome.PASS else ''}; {asked}"
    if step.kind is Kind.DETECT:
        return _alarm(name, step, outcome, m, required)
    return _sampled(name, outcome, m, required, m.interval)


def _where(m: Measurement) -> str:
    if not m.slice:
        return ""
    return f" {slice_text(m.slice)}" if list(m.slice) == ["by"] else f" for {slice_text(m.slice)}"


def _sampled(
    name: str, outcome: Outcome, m: Measurement, required: Requirement, interval: Interval
) -> str:
    decides = (m.simultaneous or interval) if outcome is Outcome.FAIL else interval

    def say(value: float | str | None) -> str:
        return "no limit" if value is None else quantity(value, m.unit, _limits(required))

    level = f"{percent(interval.each)} confidence"
    estimate = f"(estimate {say(m.value)}{_pair(m)})"
    asked = _asked(required)
    two_sided = required.min is not None and required.max is not None
    if outcome is Outcome.INCONCLUSIVE or two_sided:
        undecided = ", so the data cannot tell" if outcome is Outcome.INCONCLUSIVE else ""
        return (
            f"{name} lies between {say(decides.low)} and {say(decides.high)}, each bound with "
            f"{level} {estimate}; {asked}{undecided}"
        )
    high_matters = (required.max is not None) == (outcome is Outcome.PASS)
    side = f"at most {say(decides.high)}" if high_matters else f"at least {say(decides.low)}"
    over = ""
    if outcome is Outcome.FAIL and (m.simultaneous is not None or m.pair is not None):
        what = "groups" if m.slice or m.pair is not None else "measures"
        over = f" over all {what} together"
    return f"{name} is {side} with {level}{over} {estimate}; {asked}"


def _alarm(name: str, step: Step, outcome: Outcome, m: Measurement, required: Requirement) -> str:
    shown = f"(estimate {quantity(m.value, m.unit, _limits(required))})"
    effect = quantity(required.detect, m.unit)
    if outcome is Outcome.FAIL:
        level = percent(step.control.decide.confidence)
        return (
            f"{name} raises an alarm {shown}, with {level} confidence over the family; "
            f"{_asked(required)}"
        )
    if outcome is Outcome.PASS:
        return f"{name} raises no alarm {shown}; an effect of {effect} would have been found"
    rows = "" if m.n is None else f" in {row_count(m, 'rows')}"
    return (
        f"{name} raises no alarm {shown}, but an effect of {effect} would be found{rows} less "
        f"than 80 % of the time, so the data cannot tell; {_asked(required)}"
    )


def _pair(m: Measurement) -> str:
    if m.pair is None:
        return ""
    high, low = (slice_text(part) for part in m.pair)
    return f", {high} against {low}"


def _limits(required: Requirement) -> tuple[float, ...]:
    return limits(required.as_json())


def _asked(required: Requirement) -> str:
    """What the policy asks, in words."""
    verb = "required" if required.max is None or required.min is not None else "allowed"
    given = {k: v for k, v in required.as_json().items() if k != "detect"}
    return f"{verb} {bounds_text(given, required.measure.unit)}"
