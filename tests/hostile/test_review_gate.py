"""The gate against abuse of its process, its outputs and its arguments.

What every test here holds the gate to: exit code, record and reports tell one story; a release is
recorded only where it is announced by exit 0; nothing hangs; no mistake of a user is a traceback.
"""

import os
import shlex
import subprocess
import sys
import time

import pytest

from deploycheck.authoring.files import Files
from deploycheck.engine.materials import gather
from deploycheck.engine.plan import make_plan
from deploycheck.model.base import parse_instant
from deploycheck.plugins import registry

GATE = f"{shlex.quote(sys.executable)} -B -m deploycheck gate --policy policy.yaml --json d.json"
DUPLICATES = "id,g,label,call\n1,a,0,0\n1,a,0,0\n"


def bad(project, *names):
    """A policy with a control of the hostile plugin beside one that is sound."""
    project.policy(
        *[
            project.control(
                f"bad.{name}", id=f"C-{name}", require="{things: {max: 0}}", extra="rationale: r"
            )
            for name in ("good", *names)
        ]
    )


def one_story(project, code):
    """Whether a release is recorded exactly where the exit code says so."""
    assert ("RELEASE" in project.recorded()) == (code == 0), (code, project.recorded())


# --- standard output that is closed or broken -----------------------------------------------------


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_output_changes_neither_decision_nor_exit_code(project, closing):
    project.policy(project.control())
    done = subprocess.run(
        ["bash", "-c", f"{GATE} {closing}"], cwd=project.root, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    one_story(project, done.returncode)
    assert project.recorded() == ["RELEASE"]
    assert "Traceback" not in done.stderr


def test_a_reader_that_went_away_changes_neither_decision_nor_exit_code(project):
    project.policy(project.control())
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {GATE} | head -c 0; exit ${{PIPESTATUS[0]}}"],
        cwd=project.root, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    one_story(project, done.returncode)
    assert project.recorded() == ["RELEASE"]
    assert "Traceback" not in done.stderr


def test_a_checker_that_closes_the_output_does_not_undo_what_was_recorded(project, bad_python):
    bad(project, "closes_stdout")
    done = project.gate(python=bad_python)
    one_story(project, done.returncode)
    assert "Traceback" not in done.stderr


# --- children and pipes ---------------------------------------------------------------------------


def test_a_child_that_a_checker_left_behind_does_not_keep_the_gate_waiting(project, bad_python):
    bad(project, "leaves_a_child")
    began = time.monotonic()
    done = project.gate("--timeout", "2", python=bad_python)
    assert time.monotonic() - began < 15
    one_story(project, done.returncode)


def test_a_forked_copy_of_the_engine_records_nothing(project, bad_python):
    """The copy measures nothing wrong; the engine itself does, and blocks."""
    bad(project, "forks_and_both_go_on")
    done = project.gate("--json", "d.json", python=bad_python)
    time.sleep(1.5)  # the copy would have come to its end by now
    assert done.returncode != 0
    assert "RELEASE" not in project.recorded()
    assert not (project.root / "d.json").exists() or project.decision("d.json")["decision"] != (
        "RELEASE"
    )


def test_junk_in_the_engines_pipe_is_no_traceback_of_the_gate(project, bad_python):
    bad(project, "writes_into_every_pipe")
    done = project.gate(python=bad_python)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 11, 70}  # 1 would be a BLOCK that nobody decided
    one_story(project, done.returncode)


def test_a_checker_that_raises_keyboard_interrupt_is_an_error_and_the_others_run(
    project, bad_python
):
    bad(project, "interrupts")
    done = project.gate(python=bad_python)
    assert done.returncode == 11
    assert project.outcomes() == {"C-good": "PASS", "C-interrupts": "ERROR"}


# --- reporters and listeners ----------------------------------------------------------------------


@pytest.mark.parametrize("act", ["exit", "hang", "none"])
def test_a_reporter_that_fails_in_any_way_blocks_and_is_told(project, bad_python, act):
    bad(project)
    done = project.gate(
        "--json", "d.json", f"--bad-{act}", "r.txt", "--timeout", "2", python=bad_python, timeout=30
    )
    assert done.returncode != 0
    assert project.recorded() == ["BLOCK"]
    assert f"bad-{act} report" in " ".join(project.decision("d.json")["reasons"])
    # A report that is not there is not listed among those that are.
    assert not (project.root / "r.txt").exists()
    assert str(project.root / "r.txt") not in done.stdout


@pytest.mark.parametrize("act", ["exit", "hang"])
def test_a_listener_cannot_undo_a_release_that_was_recorded(project, bad_python, act):
    bad(project)
    release = (project.root / "release.yaml").read_text()
    project.write("release.yaml", f"{release}description: {act}\n")
    done = project.gate("--timeout", "2", python=bad_python, timeout=30)
    assert project.recorded() == ["RELEASE"]
    assert done.returncode == 0
    assert "deploycheck_decided" in done.stderr


def test_a_listener_that_kills_the_engine_cannot_undo_it_either(project, bad_python):
    bad(project)
    release = (project.root / "release.yaml").read_text()
    project.write("release.yaml", f"{release}description: die\n")
    done = project.gate(python=bad_python)
    assert project.recorded() == ["RELEASE"]
    assert done.returncode == 0
    assert "the decision stands" in done.stderr
    assert "deploycheck_decided" in done.stderr
    assert "RELEASE" in done.stdout


# --- where reports go -----------------------------------------------------------------------------


def test_a_report_in_the_place_of_a_folder_is_no_recorded_release(project):
    project.policy(project.control())
    (project.root / "taken").mkdir()
    done = project.gate("--html", "taken")
    assert done.returncode != 0
    assert project.recorded() in ([], ["BLOCK"])


def test_two_reports_cannot_go_to_one_file(project):
    project.policy(project.control())
    done = project.gate("--json", "x", "--html", "./x")
    assert done.returncode == 2, done.stdout
    assert not (project.root / "x").exists()


@pytest.mark.parametrize("name", ["data.csv", "policy.yaml", "release.yaml"])
def test_a_report_never_overwrites_what_was_judged(project, name):
    project.policy(project.control())
    before = (project.root / name).read_bytes()
    done = project.gate("--json", name)
    assert done.returncode == 2, done.stdout
    assert (project.root / name).read_bytes() == before


def test_a_report_never_overwrites_a_file_of_a_model_folder(project):
    (project.root / "model").mkdir()
    (project.root / "model/weights.bin").write_bytes(b"weights")
    release = (project.root / "release.yaml").read_text()
    project.write("release.yaml", f"{release}model: {{path: model}}\n")
    project.policy(project.control())
    assert project.gate("--json", "model/weights.bin").returncode == 2
    assert (project.root / "model/weights.bin").read_bytes() == b"weights"


# --- arguments ------------------------------------------------------------------------------------


def test_one_policy_named_twice_is_judged_once_or_refused(project):
    project.policy(project.control())
    done = project.gate("--policy", "./policy.yaml")
    assert done.returncode in {0, 2, 4}
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        assert project.decision()["counts"]["planned"] == 1
        assert len(project.decision()["policies"]) == 1


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300"])
def test_a_time_limit_that_no_clock_can_keep_is_a_usage_error(project, seconds):
    project.policy(project.control())
    done = project.gate("--timeout", seconds)
    assert (done.returncode, "timeout" in done.stderr) == (2, True), done.stdout


def test_a_name_that_no_file_system_takes_is_a_usage_error(project):
    project.policy(project.control())
    done = project.gate("--policy", "a" * 5000)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_newest_record_is_the_one_that_was_made_last(project):
    """Whatever clock the runs were given."""
    project.policy(project.control())
    assert project.gate("--as-of", "2099-01-01T00:00:00Z").returncode == 0
    project.write("data.csv", DUPLICATES)
    assert project.gate("--as-of", "2026-01-01T00:00:00Z").returncode == 1
    told = project.run("deploycheck", "report")
    assert "BLOCK" in told.stdout


# --- the candidate's tree -------------------------------------------------------------------------


@pytest.mark.parametrize("make", ["mkfifo .git", "mkdir .git; mkfifo .git/HEAD",
                                  "mkdir .git; ln -s /dev/zero .git/HEAD"])  # fmt: skip
def test_a_hostile_checkout_neither_hangs_nor_crashes_the_gate(project, make):
    project.policy(project.control())
    command = f"{make}; ulimit -v 4000000; exec timeout 20 {GATE}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project.root, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    assert project.decision("d.json")["run"]["git"] == {}


def test_a_module_in_the_candidates_folder_does_not_answer_for_the_gate(project):
    project.write("click.py", "import os\nprint('RELEASE')\nos._exit(0)\n")
    project.write("data.csv", DUPLICATES)
    project.policy(project.control())
    done = project.gate()
    assert done.returncode != 0
    assert "RELEASE" not in done.stdout


def test_a_file_that_is_replaced_while_the_plan_is_made_is_not_released_under_two_digests(
    project, monkeypatch
):
    """The digest of the release and the digest of the evidence are those of the same bytes."""
    project.policy(project.control())
    read = Files.read

    def swapped_afterwards(self, text, limit):
        found = read(self, text, limit)
        if text == "data.csv":
            other = project.write("other.csv", DUPLICATES)
            other.replace(project.root / "data.csv")
        return found

    monkeypatch.setattr(Files, "read", swapped_afterwards)
    materials = gather(
        project.root / "release.yaml",
        [project.root / "policy.yaml"],
        root=project.root,
        inputs={},
        as_of=parse_instant("2026-01-01T00:00:00Z"),
        front_end="gate",
        run="r",
    )
    plan = make_plan(materials, registry())
    (step,) = plan.steps
    measured = {used.digest for used in plan.evidence_used(step)}
    assert step.broken is not None or {plan.release_used.digests["test"]} == measured


# --- policies that enforce nothing ----------------------------------------------------------------

NOT_APPLICABLE = "with: {key: [id]}\n    when: {release.task: regression, because: a toy}"


@pytest.mark.parametrize(
    ("enforcement", "extra"),
    [("advisory", "with: {key: [id]}"), ("mandatory", NOT_APPLICABLE),
     ("{mandatory: 2099-01-01T00:00:00Z}", "with: {key: [id]}")],
)  # fmt: skip
def test_advisory_controls_alone_release_nothing(project, enforcement, extra):
    """They change nothing in a decision, and a decision over nothing is no release."""
    project.write("data.csv", DUPLICATES)
    project.policy(
        project.control(id="C-1", enforcement=enforcement, extra=extra),
        project.control(id="C-2", enforcement="advisory"),
        head="gate: {at_least: {controls: 1, families: [data_quality]}}\n",
    )
    done = project.gate("--as-of", "2026-01-01T00:00:00Z", env={**os.environ})
    assert done.returncode != 0, done.stdout
    # A floor that no run can reach is a mistake of the policy; nothing is decided then.
    assert project.recorded() == ([] if done.returncode == 4 else ["BLOCK"])
