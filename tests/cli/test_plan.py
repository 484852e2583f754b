"""The power that ``deploycheck plan`` prints, and what the gate says of it."""

import json

import pytest
from jsonschema import Draft202012Validator

from deploycheck.model.planned import Planned

FLOOR = {"check": "performance.floor", "extra": "rationale: r"}
BY_GROUP = "with: {by: [g]}\n    decide: {assume: {rate: 0.5}}"
PARITY = "{demographic_parity_difference: {max: 0.2, good: 0}}"


def plan(project, *arguments):
    return project.run("deploycheck", "plan", "--policy", "policy.yaml", *arguments)


def both(project):
    project.policy(
        project.control(),
        project.control(**FLOOR, id="PERF", require="{accuracy: {min: 0.8, good: 0.9}}"),
        project.control("fairness.demographic_parity", id="FAIR", require=PARITY, extra=BY_GROUP),
    )


def test_the_table_says_rows_power_and_what_was_assumed(project):
    both(project)
    done = plan(project)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    (head,) = [line for line in lines if line.startswith("control  measure")]
    assert head.split() == ["control", "measure", "good", "rows", "needed", "power", "passes", "at"]
    (perf,) = [line for line in lines if line.startswith("PERF") and "accuracy  " in line]
    assert perf.split()[1:4] == ["accuracy", "0.90", "400"]
    assert "> 99.9 %" in perf
    assert [line for line in lines if line.startswith("FAIR") and " each)" in line]
    assert "         smallest group: 200 rows; assumed: rate 0.5" in lines
    assert "not planned, exact: it needs no rows: C-1" in lines
    assert "a good model passes all 2 planned controls in" in done.stdout
    assert "2 controls would run" not in done.stdout
    assert lines[-1] == "3 controls would run; nothing was measured"


def test_the_table_is_readable_at_100_columns(project):
    both(project)
    lines = plan(project).stdout.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("control  measure"))
    assert max(len(line) for line in lines[start:]) <= 100


def test_a_policy_that_cannot_release_is_told_before_anything_runs(project):
    project.write("data.csv", "id,g,label,call\n" + "".join(f"{i},a,1,1\n" for i in range(20)))
    project.policy(project.control(**FLOOR, require="{accuracy: {min: 0.95, good: 0.99}}"))
    done = plan(project)
    assert done.returncode == 0
    assert "cannot release with these rows: C-1 cannot pass, whatever they show" in done.stdout
    assert "cannot pass: even the best 20 that count would show only at least 0.861" in done.stdout
    gated = project.gate()
    assert gated.returncode == 1
    assert "power: cannot release with these rows: C-1 cannot pass" in gated.stdout


def test_json_is_complete_and_fits_its_noun(project):
    both(project)
    power = json.loads(plan(project, "--json").stdout)["power"]
    assert set(power) == {"controls", "joint"}
    schema = Draft202012Validator(Planned.model_json_schema())
    for told in power["controls"].values():
        schema.validate(told)
        assert Planned.model_validate(told)
    (m,) = power["controls"]["PERF"]["measures"]
    assert (m["name"], m["good"], m["n"], m["required"]) == ("accuracy", 0.9, 400, "at_least")
    assert set(power["joint"]) == {
        "controls", "independent", "low", "high", "wanted", "each", "weakest", "impossible",
        "not_planned",
    }  # fmt: skip
    assert power["joint"]["controls"] == 2
    assert power["joint"]["weakest"] == "FAIR"
    assert power["joint"]["low"] <= power["joint"]["independent"] <= power["joint"]["high"]


def test_controls_of_several_policies_are_told_apart(project):
    both(project)
    project.policy(
        project.control(**FLOOR, id="PERF", require="{accuracy: {min: 0.8}}"),
        name="other.yaml",
        id="other",
    )
    power = json.loads(plan(project, "--policy", "other.yaml", "--json").stdout)["power"]
    assert {"toy/PERF", "other/PERF"} <= set(power["controls"])


def test_advisory_controls_are_planned_and_stop_no_release(project):
    project.policy(
        project.control(**FLOOR, id="A", require="{accuracy: {min: 0.8, good: 0.9}}"),
        project.control(
            **FLOOR, id="B", require="{accuracy: {min: 0.8, good: 0.81}}", enforcement="advisory"
        ),
    )
    power = json.loads(plan(project, "--json").stdout)["power"]
    assert power["controls"]["B"]["power"] < 0.3
    assert power["joint"]["controls"] == 1


def test_verdicts_carry_what_was_planned_and_an_inconclusive_one_says_the_rows(project):
    rows = "".join(f"{i},a,{i % 2},{i % 2 if i % 6 else 1 - i % 2}\n" for i in range(100))
    project.write("data.csv", "id,g,label,call\n" + rows)
    project.policy(
        project.control(**FLOOR, id="A", require="{accuracy: {min: 0.8, good: 0.85}}"),
        project.control(**FLOOR, id="B", require="{accuracy: {min: 0.8}}"),
    )
    project.gate()
    first, second = project.decision()["verdicts"]
    assert (first["outcome"], second["outcome"]) == ("INCONCLUSIVE", "INCONCLUSIVE")
    assert second["planned"] is None
    (m,) = first["planned"]["measures"]
    said = (
        f"if accuracy is the declared good 0.85, about {m['rows']:,} rows show it in 90 % of runs"
    )
    assert said in first["reason"]
    assert "these 100 do in" in first["reason"]
    assert said not in second["reason"]
    told = project.run("deploycheck", "explain", "A").stdout
    assert "Bring more rows. The policy declares 0.85" in " ".join(told.split())
    told = project.run("deploycheck", "explain", "B").stdout
    assert "The policy declares" not in told
    page = (project.root / "deploycheck-reports" / "report.html").read_text(encoding="utf-8")
    assert "What this release could show" in page


def test_the_rows_said_do_not_depend_on_what_was_measured(project):
    """Planned from the policy and the number of rows: never read off the outcome."""
    ask = "{accuracy: {min: 0.8, good: 0.85}}"
    project.policy(project.control(**FLOOR, id="A", require=ask))
    told = []
    for wrong in (6, 5):
        rows = "".join(f"{i},a,{i % 2},{i % 2 if i % wrong else 1 - i % 2}\n" for i in range(100))
        project.write("data.csv", "id,g,label,call\n" + rows)
        project.gate()
        told.append(project.decision()["verdicts"][0]["planned"])
    assert told[0] == told[1]


@pytest.mark.parametrize("front_end", ["gate", "pytest"])
def test_both_front_ends_plan_the_same(project, front_end):
    both(project)
    if front_end == "gate":
        project.gate("--json", "decision.json")
    else:
        project.pytest("policy.yaml", "--deploycheck-json", "decision.json")
    expected = json.loads(plan(project, "--json").stdout)["power"]["controls"]
    found = {v["control"]: v["planned"] for v in project.decision("decision.json")["verdicts"]}
    assert found["FAIR"] == expected["FAIR"]
    assert found["PERF"] == expected["PERF"]
    assert found["C-1"] is None


def test_data_that_cannot_be_read_are_no_reason_to_fail(project):
    both(project)
    (project.root / "data.csv").unlink()
    done = plan(project)
    assert done.returncode == 0
    assert "will be ERROR" in done.stdout
    assert "passes at" not in done.stdout  # nothing of it would run


def test_hostile_names_do_no_harm(project):
    project.write(
        "data.csv",
        "id,g,label,call\n"
        + "".join(f"{i},{'b' if i % 9 else chr(27) + '[31m'},1,1\n" for i in range(200)),
    )
    project.policy(
        project.control("fairness.demographic_parity", id="FAIR", require=PARITY, extra=BY_GROUP)
    )
    done = plan(project)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "fewer than min_n" in done.stdout
