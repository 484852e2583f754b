"""``deploycheck gate`` as a shell sees it: exit codes, reports, records; whatever checkers do."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

REQUIRE = "{things: {max: 0}}"
EXTRA = "rationale: a toy"


def toy(project, *names, head="", **more):
    return project.policy(
        *[
            project.control(f"toy.{n}", id=f"C-{n}", require=REQUIRE, extra=EXTRA, **more)
            for n in names
        ],
        head=head,
    )


def test_a_sound_release_is_released(project):
    project.policy(project.control())
    done = project.gate()
    assert done.returncode == 0, done.stderr
    assert "RELEASE" in done.stdout
    assert project.outcomes() == {"C-1": "PASS"}
    names = {p.name for p in (project.root / "deploycheck-reports").iterdir()}
    assert names == {"decision.json", "report.html", "junit.xml", "summary.md"}
    assert project.recorded() == ["RELEASE"]


def test_a_failing_control_blocks(project):
    project.write("data.csv", "id,g,label,call\n1,a,0,0\n1,a,0,0\n")
    project.policy(project.control())
    done = project.gate()
    assert done.returncode == 1
    assert project.outcomes() == {"C-1": "FAIL"}
    assert "policy.yaml:" in done.stdout
    assert "duplicate keys" in done.stdout


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("raises", "DC301", "RuntimeError: boom"),
        ("skips", "DC302", "tried to end the run"),
        ("exits", "DC302", "tried to end the run"),
        ("pytest_exit", "DC302", "tried to end the run"),
        ("none", "DC304", ""),
        ("nothing", "DC304", ""),
        ("nan", "DC305", "nan"),
        ("true", "DC307", "bool"),
        ("point", "DC309", "no sampling model"),
        ("stranger", "DC304", "does not declare"),
    ],
)
def test_a_checker_that_misbehaves_is_an_error_and_the_others_run(
    project, toy_python, name, code, said
):
    toy(project, "good", name)
    done = project.gate(python=toy_python)
    assert done.returncode == 11, done.stderr + done.stdout
    assert project.outcomes() == {"C-good": "PASS", f"C-{name}": "ERROR"}
    verdict = project.decision()["verdicts"][1]
    assert verdict["code"] == code
    assert said in verdict["reason"]
    assert project.recorded() == ["BLOCK"]
    assert f"C-{name}" in done.stdout


@pytest.mark.parametrize(("name", "said"), [("dies", "status 0"), ("crashes", "SIGSEGV")])
def test_a_checker_that_kills_the_process_is_an_error_and_the_others_run(
    project, toy_python, name, said
):
    toy(project, "good", name, "also_good")
    done = project.gate(python=toy_python)
    assert done.returncode == 11, done.stderr
    assert project.outcomes()[f"C-{name}"] == "ERROR"
    assert project.outcomes()["C-good"] == "PASS"
    verdict = project.decision()["verdicts"][1]
    assert (verdict["code"], said in verdict["reason"]) == ("DC308", True)
    assert project.recorded() == ["BLOCK"]  # the attempt that died has a plan and no decision
    assert len(list(project.root.glob(".deploycheck/runs/*/plan.json"))) == 2


def test_a_checker_that_hangs_is_stopped(project, toy_python):
    toy(project, "good", "hangs")
    done = project.gate("--timeout", "1", python=toy_python)
    assert done.returncode == 11, done.stderr
    verdict = project.decision()["verdicts"][1]
    assert (verdict["outcome"], verdict["code"]) == ("ERROR", "DC303")
    assert "within 1 s" in verdict["reason"]


def test_an_advisory_control_that_breaks_changes_nothing_and_is_told(project, toy_python):
    project.policy(
        project.control(),
        project.control(
            "toy.raises", id="C-2", require=REQUIRE, extra=EXTRA, enforcement="advisory"
        ),
    )
    done = project.gate(python=toy_python)
    assert done.returncode == 0, done.stdout
    assert project.outcomes() == {"C-1": "PASS", "C-2": "ERROR"}
    assert "C-2" in done.stdout


def test_a_mistake_is_exit_4_and_measures_nothing(project):
    project.policy(project.control("data_quality.key_uniqe"))
    done = project.gate()
    assert done.returncode == 4
    assert "error[DC013]" in done.stderr
    assert "did you mean 'data_quality.key_unique'?" in done.stderr
    assert not (project.root / ".deploycheck").exists()


def test_an_expired_policy_is_exit_4_with_a_record_that_blocks(project):
    project.policy(project.control(), head="valid: {until: 2026-01-01T00:00:00Z}\n")
    done = project.gate("--as-of", "2026-01-01T00:00:00Z")
    assert done.returncode == 4
    assert "expired at 2026-01-01T00:00:00Z" in done.stderr
    assert project.recorded() == ["BLOCK"]
    assert project.outcomes() == {"C-1": "NOT_EVALUATED"}
    assert project.gate("--as-of", "2025-12-31T23:59:59Z").returncode == 0
    # The same instant in another zone.
    assert project.gate("--as-of", "2026-01-01T01:00:00+01:00").returncode == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--policy", "nowhere.yaml"], "nowhere.yaml"),
        (["--as-of", "yesterday"], "yesterday"),
        (["--as-of", "2026-01-01T00:00:00"], "zone"),
        (["--input", "x"], "NAME=VALUE"),
        (["--htlm", "r.html"], "--htlm"),
        (["--html"], "--html"),
        (["--polcy", "x.yaml"], "did you mean --policy?"),
        (["--releas=x.yaml"], "did you mean --release?"),
        (["--waivers", "w.yaml"], "DC103"),
        (["stray"], "stray"),
        (["--timeout", "0"], "timeout"),
    ],
)
def test_usage_is_exit_2_with_a_hint(project, arguments, said):
    project.policy(project.control())
    done = project.gate(*arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (project.root / "deploycheck-reports").exists()


def test_several_policies_give_one_decision(project):
    project.policy(project.control())
    project.policy(project.control(require="{duplicate_keys: {max: 1}}"), name="b.yaml", id="other")
    done = project.gate("--policy", "b.yaml")
    assert done.returncode == 0, done.stderr
    decision = project.decision()
    assert [p["id"] for p in decision["policies"]] == ["toy", "other"]
    assert decision["counts"]["planned"] == 2


def test_single_reports_go_where_they_are_named(project):
    project.policy(project.control())
    done = project.gate("--json", "out/d.json", "--junit=j.xml")
    assert done.returncode == 0, done.stderr
    assert json.loads((project.root / "out/d.json").read_text())["decision"] == "RELEASE"
    assert (project.root / "j.xml").exists()
    assert not (project.root / "deploycheck-reports").exists()


def test_a_report_that_cannot_be_written_is_no_release(project):
    project.policy(project.control())
    (project.root / "taken").write_text("a file, no folder")
    done = project.gate("--json", "taken/d.json", "--html", "r.html")
    assert done.returncode != 0
    assert project.recorded() == ["BLOCK"]
    assert "cannot be written" in done.stdout + done.stderr
    assert "BLOCK" in (project.root / "r.html").read_text()


def test_a_record_that_cannot_be_written_is_no_release(project):
    project.policy(project.control())
    (project.root / ".deploycheck").write_text("a file, no folder")
    done = project.gate()
    assert done.returncode == 11
    assert "cannot be recorded" in done.stderr
    assert not (project.root / "deploycheck-reports").exists()


@pytest.mark.parametrize("kib", [0, 1, 2, 4, 8, 16, 32, 64, 1024])
def test_a_file_size_limit_at_any_size_is_no_release(project, kib):
    """Whatever file is cut first: a release is recorded only where everything was written."""
    project.policy(project.control())
    command = (
        f"ulimit -f {kib}; exec '{sys.executable}' -B -m deploycheck gate --policy policy.yaml"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=project.root, capture_output=True, text=True, check=False
    )
    whole = {p.name for p in (project.root / "deploycheck-reports").glob("*")}
    if done.returncode == 0:
        assert len(whole) == 4
        assert project.recorded() == ["RELEASE"]
    else:
        assert done.returncode in {1, 11}
        assert "RELEASE" not in project.recorded()
        assert "cannot be" in done.stdout + done.stderr
    assert not [name for name in whole if name.endswith(".part")]


def test_a_file_size_limit_that_is_wide_enough_releases(project):
    project.policy(project.control())
    command = f"ulimit -f 1024; exec '{sys.executable}' -B -m deploycheck gate --policy policy.yaml"
    assert subprocess.run(["bash", "-c", command], cwd=project.root, check=False).returncode == 0


@pytest.mark.parametrize("option", ["--record", "--out"])
@pytest.mark.parametrize("state", ["full", "read-only"])
def test_a_full_or_read_only_disk_is_no_release(project, disk, option, state):
    project.policy(project.control())
    folder = disk(state)
    done = project.gate(option, str(folder / "here"), "--html", "r.html")
    assert done.returncode in {1, 11}, done.stdout + done.stderr
    assert "RELEASE" not in project.recorded()
    said = done.stdout + done.stderr
    assert "No space left" in said or "Read-only" in said or "Permission denied" in said


@pytest.fixture
def disk(tmp_path_factory):
    """A folder on a disk that is full or read-only: a real one where this user may mount one."""
    mounted = []

    def make(state):
        folder = tmp_path_factory.mktemp("disk")
        small = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
        if subprocess.run(small, capture_output=True, check=False).returncode == 0:
            mounted.append(folder)
            if state == "full":
                filler = folder / "filler"
                with pytest.raises(OSError, match="No space left"), filler.open("wb", 0) as file:
                    while True:
                        file.write(b"x" * 4096)
            else:
                subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        else:  # an ordinary user meets a full disk as one he may not write to
            folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.4, 0.6, 0.8, 1.2])
def test_kill_9_in_the_middle_never_leaves_a_release(project, toy_python, delay):
    toy(project, "good", "hangs")
    process = subprocess.Popen(
        [toy_python, "-m", "deploycheck", "gate", "--policy", "policy.yaml"],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(delay)
    children = _descendants(process.pid)
    for pid in [process.pid, *children]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    assert process.wait() == -signal.SIGKILL
    assert "RELEASE" not in project.recorded()
    assert not list(project.root.glob("deploycheck-reports/*.json"))


def _descendants(pid):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            if parent == pid:
                found += [int(entry.name), *_descendants(int(entry.name))]
    return found


def _runs(pid):
    """Whether the process is there and no zombie that nobody has asked for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_supervisor_ends_the_engine_when_it_is_terminated(project, toy_python):
    toy(project, "hangs")
    process = subprocess.Popen(
        [toy_python, "-m", "deploycheck", "gate", "--policy", "policy.yaml"], cwd=project.root
    )
    deadline = time.monotonic() + 20
    while not _descendants(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    children = _descendants(process.pid)
    process.terminate()
    assert process.wait(timeout=20) != 0
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert children
    assert not [pid for pid in children if _runs(pid)]


def test_the_candidates_own_code_is_not_read(project):
    """What a candidate can write beside its model does not reach the gate's process."""
    project.write("conftest.py", "raise SystemExit(0)")
    project.write("sitecustomize.py", "raise SystemExit(0)")
    project.write("numpy.py", "raise SystemExit(0)")
    project.write("pytest.ini", "[pytest]\naddopts = --nonsense\n")
    project.write("data.csv", "id,g,label,call\n1,a,0,0\n1,a,0,0\n")
    project.policy(project.control())
    env = {**os.environ, "PYTHONPATH": str(project.root), "PYTEST_ADDOPTS": "--collect-only"}
    script = str(Path(sys.executable).parent / "deploycheck")
    done = subprocess.run(
        [sys.executable, "-P", script, "gate", "--policy", "policy.yaml"],
        cwd=project.root,
        env={k: v for k, v in env.items() if k != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr


def test_a_cache_in_the_candidates_tree_is_refused(project, tmp_path_factory):
    project.policy(project.control())
    done = project.gate("--cache", "cache")
    assert (done.returncode, "candidate" in done.stderr) == (2, True)
    elsewhere = tmp_path_factory.mktemp("cache")
    assert project.gate("--cache", str(elsewhere)).returncode == 0
    first = project.decision()
    assert list(elsewhere.rglob("*.json"))
    assert project.gate("--cache", str(elsewhere)).returncode == 0
    second = project.decision()
    assert {k: v for k, v in first.items() if k != "run"} == {
        k: v for k, v in second.items() if k != "run"
    }


def test_a_cache_in_the_checkout_around_the_release_is_refused(project):
    """The release may lie in a folder of the repository; the whole repository is the candidate's."""
    (project.root / ".git").mkdir()
    release = (project.root / "release.yaml").read_text()
    project.write("ml/release.yaml", release)
    project.write("ml/data.csv", (project.root / "data.csv").read_text())
    project.policy(project.control())
    done = project.gate("--release", "ml/release.yaml", "--cache", "cache")
    assert (done.returncode, "candidate" in done.stderr) == (2, True), done.stderr


def test_the_same_inputs_give_the_same_canonical_bytes(project):
    """Hash seeds, time zones, languages and folders of the caller change nothing."""
    project.policy(
        project.control(),
        project.control("fairness.demographic_parity", id="C-2", extra="with: {by: g}",
                        require="{demographic_parity_difference: {max: 0.4}}"),
        project.control("data_quality.completeness", id="C-3", extra="rationale: all columns",
                        require="{missing_rate: {max: 0}}"),
    )  # fmt: skip
    digests = set()
    for seed, zone, language in [
        ("0", "UTC", "C"), ("1", "Asia/Kathmandu", "C.UTF-8"), ("4711", "America/St_Johns", "POSIX")
    ]:  # fmt: skip
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
        done = project.gate("--as-of", "2026-06-01T00:00:00Z", env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        digests.add(project.decision()["run"]["digest"])
    assert len(digests) == 1


def test_reports_of_an_earlier_run_are_told_where_nothing_is_decided(project):
    """A RELEASE that lies in the folder of the reports must not be taken for this run's."""
    project.policy(project.control())
    assert project.gate().returncode == 0
    project.policy(project.control(check="data_quality.key_uniqe"))
    done = project.gate()
    assert done.returncode == 4
    assert "nothing was decided; these are of an earlier run" in done.stderr
    assert "decision.json" in done.stderr
    assert "earlier run" not in project.gate("--out", "fresh").stderr
