"""deploycheck explain, on real runs: the two examples judged, and small projects."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "recidivism"
AS_OF = "2026-11-25T00:00:00Z"


def explain(*arguments: str, cwd: Path = EXAMPLE, code: int = 0):
    done = subprocess.run(
        [sys.executable, "-m", "deploycheck", "explain", *arguments],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """The record of a run of the first example."""
    home = tmp_path_factory.mktemp("record")
    done = subprocess.run(
        [sys.executable, "-m", "deploycheck", "gate", "--policy", "policy.yaml", "--as-of", AS_OF,
         "--record", str(home), "--json", str(home / "decision.json")],
        cwd=EXAMPLE, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return home


@pytest.fixture(scope="module")
def decision(record):
    return json.loads((record / "decision.json").read_text(encoding="utf-8"))


def test_why_it_is_undecided_and_how_many_rows_would_be_enough(record, decision):
    text = " ".join(explain("FAIR-04", "--record", str(record)).stdout.split())
    (verdict,) = (v for v in decision["verdicts"] if v["control"] == "FAIR-04")
    (m,) = (m for m in verdict["measurements"] if m["outcome"] == "INCONCLUSIVE")
    required = verdict["requirement"][m["name"]]["max"]
    distance = (m["interval"]["high"] - m["value"]) / (required - m["value"])
    rows = m["n"] * distance**2
    told = json.loads(explain("FAIR-04", "--json", "--record", str(record)).stdout)
    about = told["numbers"][0]["rows_about"]
    assert rows <= about <= rows * 1.1
    assert f"About {about:,} rows in all" in text
    assert f"(there are {m['n']:,})" in text
    assert "exit code 10" in text  # the policy leaves it to a review
    assert decision["run"]["id"] in text


def test_why_it_fails_and_which_group(record):
    told = json.loads(explain("pretrial-risk/FAIR-01", "--json", "--record", str(record)).stdout)
    assert told["schema"] == "deploycheck/explanation/1"
    assert told["kind"] == "verdict"
    assert told["outcome"] == "FAIL"
    assert told["numbers"][0]["slice"] == {"race": "African-American"}
    low = told["numbers"][0]["simultaneous"]["low"]
    assert f"at least {low:.3g}" in told["why"][0]
    assert [text.split(":")[0] for text in told["unjudged"]] == [
        "race = Asian", "race = Native American",
    ]  # fmt: skip


def test_every_verdict_of_the_run_is_explained(record, decision):
    from deploycheck.engine.advising.advice import explained
    from deploycheck.engine.advising.stored import newest

    stored = newest(record).decision
    told = {v.control: explained(v) for v in stored.verdicts}
    assert told.keys() == {v["control"] for v in decision["verdicts"]}
    for control, each in told.items():
        assert each.required, control
        assert each.why, control
        assert bool(each.steps) == (each.outcome != "PASS"), control


def test_without_an_argument_what_does_not_hold_comes_first(record):
    lines = explain("--record", str(record)).stdout.splitlines()
    assert "BLOCK as of 2026-11-25T00:00:00Z" in lines[0]
    listed = [line.split()[0] for line in lines[1 : lines.index("")]]
    assert listed == ["FAIR-01", "FAIR-02", "FAIR-03", "DOC-01", "FAIR-04"]
    assert lines.index("Checks") < lines.index("Codes")
    assert lines[-1].startswith("deploycheck explain FAIR-01 ")
    told = json.loads(explain("--json", "--record", str(record)).stdout)
    assert [v["control"] for v in told["verdicts"]] == listed
    assert {c["code"] for c in told["codes"]} >= {"DC001", "DC403"}


def test_a_named_decision_is_read_and_its_digest_verified(record, decision, tmp_path):
    path = record / "decision.json"
    assert explain("doc-01", "--decision", str(path)).stdout.startswith("DOC-01  FAIL\n")
    altered = tmp_path / "altered.json"
    text = path.read_text(encoding="utf-8")
    altered.write_text(text.replace('"outcome": "FAIL"', '"outcome": "PASS"', 1), encoding="utf-8")
    assert altered.read_text(encoding="utf-8") != text
    for what in ((), ("FAIR-01",), ("accuracy",)):
        done = explain(*what, "--decision", str(altered), code=11)
        assert "was altered" in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("FAIR-1", "'FAIR-01'"),
        ("fairness.impact_ratoi", "'fairness.impact_ratio'"),
        ("DC14", "'DC1"),
        ("false_positiv_rate", "'false_positive_rate'"),
    ],
)
def test_a_wrong_word_is_met_by_the_nearest_of_all_kinds(record, wrong, right):
    done = explain(wrong, "--record", str(record), code=2)
    assert f"did you mean {right}" in done.stderr


def test_a_measure_names_its_checks_unit_and_direction(tmp_path):
    told = json.loads(explain("accuracy", "--json", cwd=tmp_path).stdout)
    assert {c["check"] for c in told["checks"]} == {"performance.floor", "performance.slice_floor"}
    assert {(c["unit"], c["better"]) for c in told["checks"]} == {("score", "higher")}
    text = explain("Impact Ratio", cwd=tmp_path).stdout
    assert "fairness.impact_ratio\n" in text
    assert "Unit: ratio, at least 0; higher is better." in text


def test_checks_and_codes_are_there_for_machines_too(tmp_path):
    told = json.loads(explain("fairness.impact_ratio", "--json", cwd=tmp_path).stdout)
    assert told["kind"] == "check"
    assert told["page"] == explain("fairness.impact_ratio", cwd=tmp_path).stdout.rstrip("\n") + "\n"
    assert told["measures"][0]["name"] == "impact_ratio"
    code = json.loads(explain("dc206", "--json", cwd=tmp_path).stdout)
    assert (code["kind"], code["code"]) == ("code", "DC206")


def test_without_a_run_there_are_no_controls(tmp_path):
    done = explain("FAIR-01", cwd=tmp_path, code=2)
    assert "no run is recorded in .deploycheck" in done.stderr
    assert "name a decision with --decision" in done.stderr
    assert explain("--record", "nowhere", cwd=tmp_path, code=2).stdout == ""
    assert explain(cwd=tmp_path).stdout.startswith("Checks\n")


def test_records_beside_a_release_in_another_folder_are_named(project):
    for name in ("release.yaml", "data.csv"):
        project.write(f"models/{name}", (project.root / name).read_text(encoding="utf-8"))
    (project.root / "same").symlink_to("models")
    project.policy(project.control())
    assert project.gate("--release", "models/release.yaml", "--out", "out").returncode == 0
    told = explain("C-1", "--record", "models/.deploycheck", cwd=project.root).stdout
    assert told.startswith("C-1  PASS\n")
    assert explain("C-1", cwd=project.root).stdout == told  # the only one there is
    (project.root / "copies").mkdir()
    (project.root / "models").rename(project.root / "copies/a")
    shutil.copytree(project.root / "copies/a", project.root / "copies/b")
    done = explain("C-1", cwd=project.root, code=2)
    assert "there are some with --record copies/" in done.stderr


def test_a_broken_last_run_hides_no_check(tmp_path):
    place = tmp_path / ".deploycheck" / "runs" / "20260101T000000.0Z-0"
    place.mkdir(parents=True)
    (place / "decision.json").write_text("{}", encoding="utf-8")
    assert explain("DC013", cwd=tmp_path).stderr == ""
    for what in ((), ("accuracy",)):
        done = explain(*what, cwd=tmp_path)
        assert "the last run cannot be explained" in done.stderr
        assert done.stdout
    assert "is no decision" in explain("FAIR-01", cwd=tmp_path, code=11).stderr


def test_hostile_words_and_names_move_no_cursor(tmp_path):
    done = explain("\x1b[31mFAIR\u202e", "--record", "no\x1b[2Jwhere", cwd=tmp_path, code=2)
    assert not set(done.stderr) & set("\x1b\u202e")
    done = explain("\x1b[31mFAIR\u202e", cwd=tmp_path, code=2)
    assert not set(done.stderr) & set("\x1b\u202e")
    assert explain("", cwd=tmp_path, code=2).stdout == ""


def test_controls_of_several_policies_are_told_apart(project):
    project.policy(project.control(), id="one", name="one.yaml")
    project.policy(project.control(require="{duplicate_keys: {max: 0}}"), id="two", name="two.yaml")
    assert project.run("deploycheck", "gate", "--policy", "one.yaml", "--policy", "two.yaml",
                       "--out", "out").returncode == 0  # fmt: skip
    done = explain("C-1", cwd=project.root, code=2)
    assert "one/C-1, two/C-1" in done.stderr
    text = explain("two/C-1", cwd=project.root).stdout
    assert text.startswith("C-1  PASS\n")
    assert "Policy two;" in text
    assert explain(cwd=project.root).stdout.startswith("Every control holds in toy 1.0")


def test_the_data_are_never_opened(project):
    project.policy(project.control())
    assert project.gate("--out", "out").returncode == 0
    (project.root / "data.csv").unlink()
    (project.root / "release.yaml").unlink()
    (project.root / "policy.yaml").unlink()
    text = explain("C-1", cwd=project.root).stdout
    assert "It is 0 rows, and at most 0 rows is allowed." in text


def test_a_closed_output_is_no_crash(record):
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m deploycheck explain --record {record} | head -1"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
