"""JUnit XML: read back by an independent reader, well-formed whatever the names."""

from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped

from deploycheck.engine.canonical import digest
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Outcome
from deploycheck.reporters.junit import junit

STATES = {
    Outcome.PASS: None,
    Outcome.FAIL: Failure,
    Outcome.INCONCLUSIVE: Failure,
    Outcome.ERROR: Error,
    Outcome.NOT_EVALUATED: Error,
    Outcome.WAIVED: Skipped,
    Outcome.NOT_APPLICABLE: Skipped,
}


def cases(decision):
    read = JUnitXml.fromstring(junit.render(decision).encode())
    return {(case.classname, case.name): case for suite in read for case in suite}


def test_every_control_is_a_case_in_the_state_of_its_outcome(everything):
    found = cases(everything)
    assert len(found) == len(everything.verdicts) == 21
    for verdict in everything.verdicts:
        case = found[verdict.policy, f"{verdict.control} {verdict.title}"]
        bad = verdict.outcome not in {Outcome.PASS, Outcome.WAIVED, Outcome.NOT_APPLICABLE}
        if verdict.enforcement is Enforcement.ADVISORY and bad:
            assert case.is_passed
            assert case.system_out.startswith(f"WARNING: {verdict.outcome.value} (advisory): ")
            assert verdict.reason in case.system_out
            continue
        state = STATES[verdict.outcome]
        assert [type(result) for result in case.result] == ([state] if state else [])
        if state:
            assert case.result[0].type == verdict.outcome.value
            assert verdict.reason in case.result[0].message


def test_skips_say_why(everything):
    found = {name.split()[0]: case for (_, name), case in cases(everything).items()}
    waived = found["WAIVED-1"].result[0].message
    assert waived.startswith("WAIVED W-2026-014 until 2027-01-31T00:00:00Z: ")
    assert found["NOT-APPLICABLE-1"].result[0].message.startswith("N/A: ")


def test_numbers_add_up_in_every_suite_and_at_the_root(everything):
    root = ET.fromstring(junit.render(everything))
    for element in (root, *root.iter("testsuite")):
        inside = list(element.iter("testcase"))
        assert int(element.get("tests")) == len(inside)
        for state, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(element.get(total)) == len(list(element.iter(state)))
        assert element.get("time") == "0"
    assert [root.get(k) for k in ("tests", "failures", "errors", "skipped")] == [
        "21",
        "4",
        "4",
        "6",
    ]


def test_properties_stand_once_a_suite(everything):
    root = ET.fromstring(junit.render(everything.model_copy(
        update={"run": everything.run.model_copy(update={"digest": ""})}
    )))  # fmt: skip
    assert [suite.get("name") for suite in root] == ["credit-scoring", "security"]
    for suite in root:
        facts = {p.get("name"): p.get("value") for p in suite.find("properties")}
        assert facts["decision"] == "BLOCK"
        assert facts["decision.digest"] == digest(everything)
        assert facts["policy"] == suite.get("name")
        assert facts["policy.version"] == "2.3.0"
        assert facts["policy.digest"] == everything.policies[0].digest
        assert facts["release"] == "credit-default"
        assert facts["release.version"] == "3.2.0"
    assert len(list(root.iter("properties"))) == 2


def test_time_is_what_the_run_says_of_the_control(decide, build):
    made = decide([build(control="A"), build(control="B")])
    run = made.run.model_copy(update={"seconds": {"credit-scoring/A": 0.25, "plan": 3.0}})
    root = ET.fromstring(junit.render(made.model_copy(update={"run": run})))
    assert [case.get("time") for case in root.iter("testcase")] == ["0.25", "0"]
    assert root.get("time") == root[0].get("time") == "0.25"


def test_no_two_cases_are_merged_by_a_reader(decide, build):
    made = decide([build(control="A" * 300 + end, title="t") for end in "xyz"])
    names = [name for _, name in cases(made)]
    assert len(names) == 3


def test_a_decision_without_controls_is_a_report_too(decide):
    root = ET.fromstring(junit.render(decide([])))
    assert root.get("tests") == "0"


def test_hostile_text_makes_no_element(hostile_decision, calm_decision):
    root, calm = (ET.fromstring(junit.render(d)) for d in (hostile_decision, calm_decision))
    assert [e.tag for e in root.iter()] == [e.tag for e in calm.iter()]
    assert [sorted(e.attrib) for e in root.iter()] == [sorted(e.attrib) for e in calm.iter()]
    values = [
        *(e.text or "" for e in root.iter()),
        *(v for e in root.iter() for v in e.attrib.values()),
    ]
    assert not any(
        c in value for value in values for c in "\x1b\x07\x9b\u202e\u2066\u200b\ufffe\x00\x85"
    )
    assert max(map(len, values)) < 10_000


def test_many_measurements_are_cut_and_counted(decide, build, measured):
    many = tuple(measured(slice={"g": str(i)}, outcome="FAIL", value=0.7996) for i in range(80))
    made = decide([build(Outcome.FAIL, measurements=many)])
    (case,) = cases(made).values()
    assert case.result[0].text.count("impact ratio, g = ") == 50
    assert "… and 30 more measurements" in case.result[0].text
    assert ": 0.7996 (0.86 to 0.96)" in case.result[0].text
