"""Format ``junit``: one suite a policy, one test case a control, for build servers.

There is no standard. What the readers agree on: ``classname`` and ``name`` identify a case,
``failure``, ``error`` and ``skipped`` are its states, properties belong to the suite.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from deploycheck.authoring.reporter import reporter
from deploycheck.engine.canonical import digest
from deploycheck.engine.wording import (
    BAD,
    SENTENCE,
    bounded,
    limits,
    place,
    plain,
    quantity,
    slice_text,
    waived_text,
)
from deploycheck.model.decision import Decision, PolicyUsed
from deploycheck.model.measurement import Measurement
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Outcome, Verdict

_MOST_LINES = 50
_STATES = {
    Outcome.FAIL: "failure",
    Outcome.INCONCLUSIVE: "failure",
    Outcome.ERROR: "error",
    Outcome.NOT_EVALUATED: "error",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_APPLICABLE: "skipped",
}
_TOTALS = {"failure": "failures", "error": "errors", "skipped": "skipped"}


@reporter("junit.xml")
def junit(decision: Decision) -> str:
    """JUnit XML with every planned control, those that did not run included.

    An advisory control that does not hold is a passed case with a warning in ``system-out``.
    """
    root = ET.Element("testsuites", name="deploycheck")
    mark = decision.run.digest or digest(decision)
    by_policy: dict[str, list[Verdict]] = {policy.id: [] for policy in decision.policies}
    for verdict in decision.verdicts:
        by_policy.setdefault(verdict.policy, []).append(verdict)
    known = {policy.id: policy for policy in decision.policies}
    for name, verdicts in by_policy.items():
        suite = ET.SubElement(root, "testsuite", name=bounded(name))
        _properties(suite, decision, known.get(name), mark)
        names: set[str] = set()
        for verdict in verdicts:
            _case(suite, verdict, names, decision.run.seconds)
        _total(suite, list(suite.iter("testcase")))
    _total(root, list(root.iter("testcase")))
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _total(element: ET.Element, cases: list[ET.Element]) -> None:
    element.set("tests", str(len(cases)))
    for state, total in _TOTALS.items():
        element.set(total, str(sum(case.find(state) is not None for case in cases)))
    element.set("time", _seconds(sum(float(case.get("time", "0")) for case in cases)))


def _seconds(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"


def _properties(
    suite: ET.Element, decision: Decision, policy: PolicyUsed | None, mark: str
) -> None:
    facts = {
        "decision": decision.decision.value,
        "decision.digest": mark,
        "release": decision.release.name,
        "release.version": decision.release.version,
        "release.digest": decision.release.digest,
    }
    if untrusted := [p.name for p in decision.run.plugins if not p.trusted]:
        facts["plugins.untrusted"] = ", ".join(untrusted)
    if policy is not None:
        facts |= {
            "policy": policy.id,
            "policy.version": policy.version,
            "policy.digest": policy.digest,
        }
    properties = ET.SubElement(suite, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=name, value=bounded(value))


def _case(
    suite: ET.Element, verdict: Verdict, names: set[str], seconds: Mapping[str, float]
) -> None:
    name = _unique(bounded(f"{bounded(verdict.control, 100)} {bounded(verdict.title)}", 300), names)
    spent = seconds.get(f"{verdict.policy}/{verdict.control}", 0.0)
    case = ET.SubElement(
        suite, "testcase", classname=bounded(verdict.policy), name=name, time=_seconds(spent)
    )
    if verdict.outcome is Outcome.PASS:
        return
    reason = bounded(verdict.reason, SENTENCE)
    if verdict.enforcement is Enforcement.ADVISORY and verdict.outcome in BAD:
        out = ET.SubElement(case, "system-out")
        out.text = f"WARNING: {verdict.outcome.value} (advisory): {_body(verdict)}"
        return
    message = {
        Outcome.WAIVED: f"{waived_text(verdict.waiver)}: {reason}",
        Outcome.NOT_APPLICABLE: f"N/A: {reason}",
    }.get(verdict.outcome, reason)
    state = ET.SubElement(case, _STATES[verdict.outcome], message=message)
    state.set("type", verdict.outcome.value)
    if verdict.outcome in BAD:
        state.text = _body(verdict)


def _unique(name: str, names: set[str]) -> str:
    """Readers merge cases of one name, and a merged case is a lost one."""
    made, count = name, 1
    while made in names:
        count += 1
        made = f"{name} ({count})"
    names.add(made)
    return made


def _body(verdict: Verdict) -> str:
    judged = [m for m in verdict.measurements if m.outcome not in {None, Outcome.PASS}]
    lines = [bounded(verdict.reason, SENTENCE)]
    lines += [_measured(m, verdict.requirement.get(m.name, {})) for m in judged[:_MOST_LINES]]
    if len(judged) > _MOST_LINES:
        lines.append(f"… and {len(judged) - _MOST_LINES} more measurements in decision.json")
    lines.append(f"at {place(verdict.location)}; check {bounded(verdict.check)}")
    if verdict.remediation:
        lines.append(bounded(verdict.remediation, SENTENCE))
    return "\n".join(lines)


def _measured(measurement: Measurement, required: Mapping[str, Any]) -> str:
    what = f"{plain(measurement.name)}, {slice_text(measurement.slice)}"
    if measurement.undefined is not None:
        return f"{what}: undefined: {bounded(measurement.undefined)}"
    bounds = limits(required)
    text = f"{what}: {quantity(measurement.value, measurement.unit, bounds)}"
    interval = measurement.interval
    if interval is not None:
        low, high = (
            "unbounded" if end is None else quantity(end, measurement.unit, bounds)
            for end in (interval.low, interval.high)
        )
        text += f" ({low} to {high})"
    return text
