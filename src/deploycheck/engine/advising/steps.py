"""What can be done about a verdict, in order, with its own numbers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deploycheck.engine.advising import unchecked
from deploycheck.engine.advising.rows import Enough, Side, enough
from deploycheck.engine.advising.words import (
    amount,
    asked_text,
    beyond,
    deciding,
    is_timed,
    named,
    number,
    part_text,
    rests_on,
    shown,
)
from deploycheck.engine.planning.words import advice
from deploycheck.engine.wording import SENTENCE, bounded, quantity
from deploycheck.model.measurement import Measurement
from deploycheck.model.policy import Enforcement, Kind
from deploycheck.model.verdict import Effect, Outcome, Verdict

_MOST_DETAILS = 10
MOST = 3  # measurements that are named one by one
_MEND = {Side.WRONG, Side.EQUAL}  # where more rows are not what is lacking
_MANY = 100  # times as many rows; nobody gets them


def steps(verdict: Verdict) -> list[str]:
    """What a person can do about ``verdict``, the most useful first; nothing about a PASS."""
    made = {
        Outcome.INCONCLUSIVE: _inconclusive,
        Outcome.FAIL: _fail,
        Outcome.ERROR: unchecked.error,
        Outcome.NOT_EVALUATED: unchecked.not_evaluated,
        Outcome.NOT_APPLICABLE: unchecked.not_applicable,
        Outcome.WAIVED: _fail,
    }.get(verdict.outcome)
    return [] if made is None else list(dict.fromkeys(filter(None, made(verdict))))


def _inconclusive(verdict: Verdict) -> Iterator[str]:
    found = deciding(verdict)
    undefined = [m for m in found if m.undefined is not None]
    if undefined:
        yield from _undefined(undefined)
    open_ = [m for m in found if m.undefined is None]
    if not found:
        yield (
            f"The check cannot answer from these data: {bounded(verdict.reason, SENTENCE)}. Bring "
            "data from which it can."
        )
    if open_ and verdict.kind is Kind.DETECT:
        yield from _no_power(verdict, open_)
    elif open_:
        yield from _more_rows(verdict, open_)
    yield _people(verdict)
    if open_ and verdict.kind is not Kind.DETECT:
        asked = asked_text(verdict.requirement.get(open_[0].name, {}), open_[0].unit)
        yield (
            f"Ask for less than “{asked}” only with a reason that does not come from these "
            "numbers, and write it into `rationale`. A bound that is moved until it passes "
            "protects nobody."
        )
    if "by" in verdict.parameters:
        yield _groups(verdict, found)
    if open_ and verdict.confidence is not None:
        yield (
            "A lower `decide: {confidence: …}` moves the bounds together too, and has its price: "
            f"{_price(verdict.confidence)}, so more bad releases pass."
        )


def _price(confidence: float) -> str:
    """What less confidence costs; at 0.8 a bound is wrong in one case of five."""
    one_in = round(1 / (1 - confidence))
    if confidence <= 0.8:
        return f"already now a bound may be wrong in one case of {one_in}"
    return f"at 0.8 a bound may be wrong in one case of 5, and now it is one of {one_in}"


def _more_rows(verdict: Verdict, found: Sequence[Measurement]) -> Iterator[str]:
    for m in found[:MOST]:
        told = enough(m, verdict.requirement.get(m.name, {}))
        planned = None if told.side in _MEND else advice(verdict.planned, m.name)
        if planned is not None:
            yield planned.text
        if planned is None or planned.enough:
            yield _rows_step(verdict, m, told)
    if len(found) > MOST:
        yield f"{len(found) - MOST} more numbers are undecided; `--json` lists them all."


def _rows_step(verdict: Verdict, m: Measurement, told: Enough) -> str:
    value = shown(m, verdict, m.value)
    what, asked = named(m), asked_text(verdict.requirement.get(m.name, {}), m.unit)
    if told.side is Side.EQUAL:
        return (
            f"The {what} is exactly what is required ({value}). If it stays there, no number of "
            "rows decides it: the model itself must get better."
        )
    if told.side is Side.WRONG:
        when = f" (with about {_amount(verdict, m, told)})" if told.rows else ""
        return (
            f"Mend the model rather than the data: the {what} is estimated at {value}, on the "
            f"wrong side of {asked}. If it stays there, more rows will make the control FAIL{when}."
        )
    if told.side is Side.UNKNOWN or told.rows is None:
        return (
            f"There is no limit yet to what the {what} may be: {_more(verdict)}. From the numbers "
            "at hand nobody can say how many are enough."
        )
    times = told.times or 0
    size = f"{_times(times)} as many as now"
    text = (
        f"Bring more rows. About {_amount(verdict, m, told)} would be enough if the estimate "
        f"stays at {value}: {size}."
    )
    if is_timed(verdict):
        text = (
            f"Time more starts: about {told.rows:,} would be enough if the estimate stays at "
            f"{value} (`with: {{starts: {told.rows}}}`): {size}."
        )
    if times >= _MANY:
        text += " So many are hardly to be had: the model is too close to what is required."
    return text


def _times(times: float) -> str:
    if times < 10:
        return f"{times:.1f}".removesuffix(".0") + " times"
    return f"{times:,.0f} times"


def _amount(verdict: Verdict, m: Measurement, told: Enough) -> str:
    """So many rows of that part of the data."""
    rows = f"{told.rows:,}"
    if is_timed(verdict):
        return f"{rows} starts"
    if m.pair is not None:
        return f"{rows} rows in all, the groups in the same proportions (there are {_now(m)})"
    if m.slice and "by" not in m.slice and set(m.slice) <= _by(verdict):
        return f"{rows} rows {part_text(m)} on which this number can rest (there are {_now(m)})"
    return f"{rows} rows (there are {_now(m)})"


def _by(verdict: Verdict) -> set[str]:
    given = verdict.parameters.get("by")
    names = given if isinstance(given, list) else [given]
    return {name for name in names if isinstance(name, str)}


def _now(m: Measurement) -> str:
    return "none" if m.n is None else quantity(m.n)


def _more(verdict: Verdict) -> str:
    return "time more starts (`with: {starts: …}`)" if is_timed(verdict) else "bring more rows"


def _no_power(verdict: Verdict, found: Sequence[Measurement]) -> Iterator[str]:
    first = found[0]
    effect = verdict.requirement.get(first.name, {}).get("detect")
    now = rests_on(verdict, first)
    yield (
        f"Bring more rows. No alarm was raised, but with the {now or 'rows'} behind the "
        f"{named(first)} an effect of {quantity(effect, first.unit, exact=True)} would be missed "
        "too often, so the silence says nothing."
    )
    yield (
        "Or name a larger effect in `require: {…: {detect: …}}`, if one of that size is early "
        "enough to be told. Smaller ones may then go unnoticed."
    )
    yield (
        "Or look at fewer numbers: the columns, and all alarm controls of a policy, share one "
        "error rate, so each of many needs more rows."
    )


def _undefined(found: Sequence[Measurement]) -> Iterator[str]:
    for m in found[:MOST]:
        yield (
            f"There is no number for the {named(m)}: {bounded(m.undefined or '', SENTENCE)}. "
            "What cannot be told is never a pass; bring rows from which it can be told."
        )
    if len(found) > MOST:
        yield f"{len(found) - MOST} more have no number either; `--json` lists them all."


def _groups(verdict: Verdict, found: Sequence[Measurement]) -> str:
    """How to compare fewer or larger groups; nothing to say where there are two at most."""
    by = _by(verdict)
    groups = {
        tuple(m.slice.items()) for m in verdict.measurements if m.slice and set(m.slice) <= by
    }
    small = any(m.undefined is not None and "fewer than" in m.undefined for m in found)
    if len(groups) <= 2 and not small:
        return ""
    min_n = verdict.parameters.get("min_n")
    rest = f" Fewer than {min_n} rows (`min_n`) are never assessed." if small else ""
    return (
        "If a group is too small ever to decide, say so before the numbers are seen: `min_share` "
        "leaves out groups below a share of all rows. The report names them, and the control no "
        "longer protects the people in them. Bands of a number, such as of age, can be made "
        f"wider with `derive` in the release.{rest}"
    )


def _people(verdict: Verdict) -> str:
    if verdict.enforcement is Enforcement.ADVISORY:
        return "Nothing has to be done for this release: the control is advisory."
    if verdict.enforcement is Enforcement.MANDATORY:
        return (
            "People cannot decide it instead: the control is mandatory, and a mandatory control "
            "takes no `decide: {uncertain: review}`."
        )
    if verdict.effect is Effect.REVIEW:
        return "Or let people decide: the policy leaves an undecided control to a review."
    return (
        "Or let people decide: `decide: {uncertain: review}` makes an undecided control ask for a "
        "review (exit code 10) instead of blocking."
    )


def _fail(verdict: Verdict) -> Iterator[str]:
    found = deciding(verdict)
    details = [d for m in found for d in m.details][:_MOST_DETAILS]
    if details and all(m.interval is None for m in found):
        yield f"Look at what was found: {bounded('; '.join(details), SENTENCE)}."
    if verdict.remediation:
        yield f"What the policy says: {bounded(verdict.remediation, SENTENCE)}"
    if verdict.fix:
        yield f"What the check says: {bounded(verdict.fix, SENTENCE)}"
    if not (verdict.remediation or verdict.fix) and found:
        yield f"Mend what was measured: {named(found[0])}."
    if verdict.enforcement is Enforcement.ADVISORY:
        yield "Nothing has to be done for this release: the control is advisory."


def failing(verdict: Verdict) -> list[str]:
    """Which parts fail, and by how much, the worst first."""
    said = []
    found = deciding(verdict)
    for m in found[:MOST]:
        bounds = verdict.requirement.get(m.name, {})
        alarm = verdict.kind is Kind.DETECT
        gap = _estimate_beyond(m, bounds) if alarm else beyond(m, bounds, verdict.outcome)
        if m.undefined is not None or not isinstance(m.value, int | float) or gap <= 0:
            said.append(f"{named(m)}: {shown(m, verdict, m.value)}")
            continue
        sure = "by at least" if m.interval is not None and not alarm else "by"
        said.append(f"{named(m)}: {sure} {amount(gap, m.unit)}")
    if len(found) > MOST:
        said.append(f"and {len(found) - MOST} more")
    return said


def _estimate_beyond(m: Measurement, bounds: Mapping[str, Any]) -> float:
    """How far the estimate of an alarm lies on the wrong side."""
    low, high = number(bounds, "min"), number(bounds, "max")
    if not isinstance(m.value, int | float):
        return math.inf
    return m.value - high if high is not None else (low or 0.0) - m.value
