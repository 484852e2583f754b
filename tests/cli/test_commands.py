"""plan, explain, schema and report, as a shell sees them."""

import json
import os
import subprocess
import sys

import pytest
import yaml
from jsonschema import Draft202012Validator

from deploycheck.engine.codes import CODES


def run(project, *arguments, **more):
    return project.run("deploycheck", *arguments, **more)


def test_plan_shows_what_would_run_and_measures_nothing(project):
    project.policy(project.control(), project.control("performance.floor", id="C-2",
                   extra="rationale: r", require="{accuracy: {min: 0.5}}"))  # fmt: skip
    done = run(project, "plan", "--policy", "policy.yaml")
    assert done.returncode == 0, done.stderr
    for word in ("C-1", "data_quality.key_unique", "Table(test)", "Predictions(test)", "demonstrate",
                 "accuracy min 0.5", "2 controls would run"):  # fmt: skip
        assert word in done.stdout
    assert not (project.root / ".deploycheck").exists()


def test_plan_counts_what_would_not_apply(project):
    project.policy(
        project.control(),
        project.control(
            id="C-2", extra="with: {key: [id]}\n    when: {release.model: present, because: none}"
        ),
    )
    done = run(project, "plan", "--policy", "policy.yaml")
    assert "1 control would run, 1 would not apply; nothing was measured" in done.stdout
    assert "[not applicable: none" in done.stdout


def test_plan_as_json_is_the_recorded_plan(project):
    project.policy(project.control())
    planned = json.loads(run(project, "plan", "--policy", "policy.yaml", "--json").stdout)
    project.gate()
    (path,) = project.root.glob(".deploycheck/runs/*/plan.json")
    recorded = json.loads(path.read_text())
    for key in ("controls", "policies", "release"):
        assert planned[key] == recorded[key]


def test_plan_tells_mistakes_and_missing_artefacts(project):
    project.policy(project.control("nope.nope"))
    assert run(project, "plan", "--policy", "policy.yaml").returncode == 4
    project.policy(project.control())
    (project.root / "data.csv").unlink()
    done = run(project, "plan", "--policy", "policy.yaml")
    assert done.returncode == 0
    assert "will be ERROR" in done.stdout


@pytest.mark.parametrize("what", ["fairness.impact_ratio", "DC013", "dc201"])
def test_explain_knows_checks_and_codes(project, what):
    done = run(project, "explain", what)
    assert done.returncode == 0
    assert what.lower() in done.stdout.lower()
    assert len(done.stdout) > 200


def test_explain_lists_everything_without_an_argument(project):
    done = run(project, "explain")
    assert done.returncode == 0
    for name in ["data_quality.completeness", "fairness.equalized_odds", *CODES]:
        assert name in done.stdout


def test_explain_helps_with_a_wrong_name(project):
    done = run(project, "explain", "fairness.impact_ratoi")
    assert (done.returncode, "did you mean 'fairness.impact_ratio'?" in done.stderr) == (2, True)


@pytest.mark.parametrize("kind", ["policy", "release", "decision"])
def test_a_schema_is_one_and_accepts_what_is_written(project, kind):
    done = run(project, "schema", kind)
    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    project.policy(project.control(extra="with: {key: id}"), head="owner: me\n")
    project.gate()
    written = {
        "policy": lambda: yaml.safe_load((project.root / "policy.yaml").read_text()),
        "release": lambda: yaml.safe_load((project.root / "release.yaml").read_text()),
        "decision": project.decision,
    }[kind]()
    assert [e.message for e in Draft202012Validator(schema).iter_errors(written)] == []


def test_the_schema_of_policies_marks_what_the_plan_would_refuse(project):
    schema = json.loads(run(project, "schema", "policy").stdout)
    control = {
        "id": "C-1", "title": "t", "check": "data_quality.key_unique", "with": {"key": ["id"]},
        "require": {"duplicate_keys": {"max": 0}}, "severity": "high", "enforcement": "mandatory",
    }  # fmt: skip

    def mistakes(**changes):
        policy = {"policy": "p", "version": "1", "controls": [{**control, **changes}]}
        return list(Draft202012Validator(schema).iter_errors(policy))

    assert mistakes() == []
    assert mistakes(**{"with": {"key": "${inputs.key}"}}) == []
    assert mistakes(check="data_quality.key_uniqe")
    assert mistakes(**{"with": {"key": ["id"], "keys": 1}})
    assert mistakes(**{"with": {}})
    assert mistakes(require={"duplicated": {"max": 0}})
    assert mistakes(severity="hgih")
    assert mistakes(extra=1)


def test_report_renders_a_stored_decision_again(project):
    project.policy(project.control())
    project.gate("--json", "d.json", "--html", "r.html")
    first = (project.root / "r.html").read_text()
    done = run(project, "report", "--decision", "d.json", "--html", "again.html")
    assert done.returncode == 0, done.stderr
    assert (project.root / "again.html").read_text() == first
    summary = run(project, "report")
    assert "RELEASE" in summary.stdout
    out = run(project, "report", "--out", "all")
    assert out.returncode == 0
    assert {p.name for p in (project.root / "all").iterdir()} == {
        "decision.json", "report.html", "junit.xml", "summary.md"
    }  # fmt: skip


def test_report_refuses_a_decision_that_was_altered(project):
    project.write("data.csv", "id,g,label,call\n1,a,0,0\n1,a,0,0\n")
    project.policy(project.control())
    project.gate("--json", "d.json")
    path = project.root / "d.json"
    path.write_text(path.read_text().replace("BLOCK", "RELEASE"))
    done = run(project, "report", "--decision", "d.json", "--html", "r.html")
    assert (done.returncode, "altered" in done.stderr) == (11, True)
    assert not (project.root / "r.html").exists()


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "nonsense", '{"schema": "deploycheck/decision/9"}']
)
def test_report_refuses_what_is_no_decision(project, text):
    (project.root / "d.json").write_text(text)
    done = run(project, "report", "--decision", "d.json")
    assert done.returncode == 11
    assert "Traceback" not in done.stderr


def test_report_without_any_decision_is_usage(project):
    assert run(project, "report").returncode == 2


def test_an_unknown_command_is_usage_with_a_hint(project):
    done = run(project, "gat")
    assert (done.returncode, "did you mean 'gate'?" in done.stderr) == (2, True)


def test_every_command_has_help(project):
    for name in ("gate", "plan", "explain", "schema", "report"):
        done = run(project, name, "--help")
        assert done.returncode == 0
        assert name in done.stdout
    assert "exit codes" in run(project, "--help").stdout.lower()
    assert "0.1.0" in run(project, "--version").stdout


def test_a_broken_library_is_a_crash_and_no_block(tmp_path):
    """Exit code 1 would say that the gate had decided."""
    (tmp_path / "pydantic.py").write_text("raise ImportError('pydantic is too old')\n")
    ended = subprocess.run(
        [sys.executable, "-m", "deploycheck", "gate", "--policy", "p.yaml"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 70
    assert "pydantic is too old" in ended.stderr
    assert "pip check" in ended.stderr
    assert "nothing was decided" in ended.stderr
