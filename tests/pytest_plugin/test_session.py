"""pytest as the front end: no option, plugin or crash turns an unchecked control into a release."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TWO = ("C-1", "C-2")


def two(project, **more):
    return project.policy(
        project.control(id="C-1"), project.control(id="C-2", check="data_quality.duplicates",
                                                   extra="rationale: none",
                                                   require="{duplicate_rows: {max: 0}}"), **more,
    )  # fmt: skip


def toys(project, *names, **more):
    return project.policy(
        *[
            project.control(
                f"toy.{n}",
                id=f"C-{n}",
                require="{things: {max: 0}}",
                extra="rationale: toy",
                **more,
            )
            for n in names
        ]
    )


def test_a_sound_release_passes_and_is_recorded(project):
    two(project)
    done = project.pytest("policy.yaml")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert "RELEASE" in done.stdout
    assert project.recorded() == ["RELEASE"]
    assert project.outcomes() == dict.fromkeys(TWO, "PASS")


def test_the_gate_reaches_the_same_decision_byte_for_byte(project):
    two(project)
    clock = "2026-06-01T00:00:00Z"
    assert project.pytest("policy.yaml", "--deploycheck-as-of", clock).returncode == 0
    first = project.decision()["run"]["digest"]
    assert project.gate("--as-of", clock).returncode == 0
    assert project.decision()["run"]["digest"] == first


@pytest.mark.parametrize(
    "arguments",
    [
        ["-k", "C-1"],
        ["-k", "nothing_like_it"],
        ["-m", "not data_quality"],
        ["-m", "severity_low"],
        ["--deselect", "policy.yaml::C-2"],
        ["--collect-only"],
        ["--co", "-q"],
        ["--ignore=policy.yaml", "--deselect", "policy.yaml"],
        ["--setup-plan"],
        ["-p", "no:terminal", "-k", "C-1"],
    ],
)
def test_what_was_not_run_is_never_released(project, arguments):
    two(project)
    done = project.pytest("policy.yaml", *arguments)
    if arguments == ["--setup-plan"]:  # controls are judged in setup, which this option runs
        assert project.recorded() in (["RELEASE"], ["BLOCK"])
        return
    assert done.returncode != 0, done.stdout
    assert "RELEASE" not in project.recorded()


def test_a_node_id_selects_what_runs_and_not_what_is_planned(project):
    two(project)
    done = project.pytest("policy.yaml::C-1")
    assert done.returncode == 1
    assert project.outcomes() == {"C-1": "PASS", "C-2": "NOT_EVALUATED"}
    assert "1 passed" in done.stdout
    assert "C-2" in done.stdout


def test_stopping_at_the_first_failure_leaves_the_rest_unevaluated(project):
    project.policy(
        project.control(id="C-1", require="{duplicate_keys: {max: 0}}", extra="with: {key: [g]}"),
        project.control(id="C-2"),
    )
    done = project.pytest("policy.yaml", "-x")
    assert done.returncode != 0
    assert project.outcomes() == {"C-1": "FAIL", "C-2": "NOT_EVALUATED"}
    assert project.decision()["decision"] == "BLOCK"


@pytest.mark.parametrize("addopts", ["--collect-only", "-k C-1", "--deselect policy.yaml::C-1"])
def test_options_in_the_environment_are_no_way_round(project, addopts):
    two(project)
    done = project.pytest("policy.yaml", env={**os.environ, "PYTEST_ADDOPTS": addopts})
    assert done.returncode != 0
    assert "RELEASE" not in project.recorded()


CONFTESTS = {
    "drops the items": "def pytest_collection_modifyitems(items): items.clear()",
    "drops one item": "def pytest_collection_modifyitems(items): del items[0]",
    "replaces runtest": "def pytest_collection_modifyitems(items):\n    for i in items: i.runtest = lambda: None\n",
    "replaces setup": "def pytest_collection_modifyitems(items):\n    for i in items: i.setup = lambda: None\n",
    "passes every report": (
        "import pytest\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport(item):\n"
        "    report = yield\n    report.outcome = 'passed'\n    return report\n"
    ),
    "skips everything": (
        "import pytest\ndef pytest_runtest_setup(item): pytest.skip('not today')"
    ),
    "runs nothing": "def pytest_runtest_protocol(item, nextitem): return True",
    "ends the loop": "def pytest_runtestloop(session): return True",
    "exits in the middle": "import pytest\ndef pytest_runtest_setup(item): pytest.exit('done', 0)",
}  # fmt: skip


@pytest.mark.parametrize("trick", CONFTESTS)
def test_tricks_of_a_conftest_are_no_way_round(project, trick):
    """The policy fails, so anything but a block would be the trick's doing."""
    project.write("conftest.py", CONFTESTS[trick])
    project.write("data.csv", "id,g,label,call\n1,a,0,0\n1,a,0,0\n")
    two(project)
    project.pytest("policy.yaml")
    assert "RELEASE" not in project.recorded()
    for path in project.root.glob("deploycheck-reports/decision.json"):
        assert json.loads(path.read_text())["decision"] == "BLOCK"


@pytest.mark.parametrize(
    "name",
    ["raises", "skips", "exits", "pytest_exit", "none", "nothing", "nan", "true", "stranger"],
)
def test_a_checker_that_misbehaves_is_an_error_of_its_control(project, toy_python, name):
    toys(project, "good", name)
    done = project.pytest("policy.yaml", python=toy_python)
    assert done.returncode == 1, done.stdout
    assert "1 passed, 1 error" in done.stdout
    assert project.outcomes() == {"C-good": "PASS", f"C-{name}": "ERROR"}


def test_a_checker_that_hangs_is_stopped(project, toy_python):
    toys(project, "good", "hangs")
    done = project.pytest("policy.yaml", "--deploycheck-timeout", "1", python=toy_python)
    assert done.returncode == 1
    assert project.decision()["verdicts"][1]["code"] == "DC303"


def test_a_checker_that_ends_pytest_leaves_a_run_without_a_decision(project, toy_python):
    toys(project, "good", "dies")
    project.pytest("policy.yaml", python=toy_python)
    assert project.recorded() == []
    assert len(list(project.root.glob(".deploycheck/runs/*/plan.json"))) == 1


@pytest.mark.parametrize("workers", ["1", "2", "8"])
def test_workers_reach_the_same_decision(project, workers):
    two(project)
    clock = ["--deploycheck-as-of", "2026-06-01T00:00:00Z"]
    assert project.pytest("policy.yaml", *clock).returncode == 0
    alone = project.decision()["run"]["digest"]
    done = project.pytest("policy.yaml", *clock, "-n", workers)
    assert done.returncode == 0, done.stdout
    assert project.decision()["run"]["digest"] == alone
    assert "RELEASE" in done.stdout


@pytest.mark.parametrize("name", ["dies", "crashes"])
def test_a_lost_worker_blocks(project, toy_python, name):
    toys(project, "good", name, "also_good")
    done = project.pytest("policy.yaml", "-n", "2", python=toy_python)
    assert done.returncode != 0
    # A verdict that was still in the dead worker's pipe is lost with it.
    assert project.outcomes()[f"C-{name}"] == "NOT_EVALUATED"
    assert project.recorded() == ["BLOCK"]
    lost = [v["reason"] for v in project.decision()["verdicts"] if v["outcome"] == "NOT_EVALUATED"]
    assert any("worker died" in reason for reason in lost)


def test_policies_of_the_ini_are_added_to_the_projects_tests(project):
    two(project)
    project.write("tests/test_mine.py", "def test_mine(): pass\n")
    project.write("pytest.ini", "[pytest]\ntestpaths = tests\ndeploycheck_policies = policy.yaml\n")
    done = project.pytest()
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    with_workers = project.pytest("-n", "2")
    assert "3 passed" in with_workers.stdout
    plain = project.run("pytest", "-p", "no:cacheprovider")
    assert "1 passed" in plain.stdout


def test_a_failing_test_of_the_project_fails_the_run_beside_a_release(project):
    two(project)
    project.write("test_mine.py", "def test_mine(): raise ValueError\n")
    done = project.pytest("policy.yaml", "test_mine.py")
    assert done.returncode == 1
    assert project.decision()["decision"] == "RELEASE"


def test_a_folder_of_policies_gives_one_decision(project):
    two(project, name="policies/a.yaml", id="a")
    two(project, name="policies/b.yaml", id="b")
    done = project.pytest("policies/")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
    assert [p["id"] for p in project.decision()["policies"]] == ["a", "b"]


def test_the_same_policy_named_twice_is_judged_once(project):
    two(project, name="policies/a.yaml")
    done = project.pytest("policies/", "policies/a.yaml")
    assert "2 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no policy"),
        (["--deploycheck-policy", "nowhere.yaml"], "nowhere.yaml"),
        (["policy.yaml", "--deploycheck-release", "nowhere.yaml"], "nowhere.yaml"),
        (["policy.yaml", "--deploycheck-as-of", "now"], "now"),
        (["policy.yaml", "--deploycheck-report", "htlm=x"], "htlm"),
        (["bad.yaml"], "DC013"),
        (["empty.yaml"], "DC026"),
    ],
)
def test_a_policy_that_cannot_run_is_exit_4(project, arguments, said):
    two(project)
    project.policy(project.control("data_quality.nonsense"), name="bad.yaml", id="bad")
    project.write("empty.yaml", 'policy: e\nversion: "1"\ncontrols: []\n')
    done = project.pytest(*arguments)
    assert (done.returncode, said in done.stderr) == (4, True), done.stdout + done.stderr
    assert project.recorded() == []


def test_an_expired_policy_is_exit_4_and_recorded(project):
    two(project, head="valid: {until: 2020-01-01T00:00:00Z}\n")
    done = project.pytest("policy.yaml")
    assert done.returncode == 4
    assert project.recorded() == ["BLOCK"]


def test_outcomes_are_what_pytest_calls_them(project, toy_python):
    project.write("data.csv", "id,g,label,call\n1,a,0,0\n1,a,0,1\n2,b,,1\n")
    project.policy(
        project.control(id="PASSES", require="{duplicate_keys: {max: 1}}"),
        project.control(id="FAILS"),
        project.control("toy.raises", id="ERRS", require="{things: {max: 0}}", extra="rationale: t"),
        project.control(id="NA", extra="with: {key: [id]}\n    when: {release.champion: present, because: first}"),
        project.control(id="ADVISES", enforcement="advisory"),
        project.control("fairness.demographic_parity", id="UNSURE", extra="with: {by: g}",
                        require="{demographic_parity_difference: {max: 0.1}}"),
    )  # fmt: skip
    done = project.pytest("policy.yaml", "-rA", python=toy_python)
    assert "2 failed, 2 passed, 1 skipped, 1 warning, 1 error" in done.stdout, done.stdout
    assert project.outcomes() == {
        "PASSES": "PASS", "FAILS": "FAIL", "ERRS": "ERROR", "NA": "NOT_APPLICABLE",
        "ADVISES": "FAIL", "UNSURE": "INCONCLUSIVE",
    }  # fmt: skip
    assert "N/A: first" in done.stdout
    assert "ADVISES (advisory) FAIL" in done.stdout
    quiet = project.pytest("policy.yaml", "-q", "-n", "2", python=toy_python)
    assert "2 failed, 2 passed, 1 skipped, 1 warning, 1 error" in quiet.stdout, quiet.stdout


def test_markers_are_registered_and_select(project):
    project.policy(
        project.control(id="C-1", extra="with: {key: [id]}\n    maps: {eu-ai-act: [10.3]}"),
        project.control(id="C-2"),
    )
    for expression, passed in [("data_quality", 2), ("eu-ai-act", 1), ("severity_high", 2)]:
        done = project.pytest("policy.yaml", "--strict-markers", "-m", expression)
        assert f"{passed} passed" in done.stdout, done.stdout
    shown = project.pytest("policy.yaml", "--markers")
    assert "eu-ai-act" in shown.stdout
    assert shown.returncode == 1


def test_junit_of_pytest_and_of_deploycheck_stand_side_by_side(project):
    from junitparser import JUnitXml

    two(project)
    done = project.pytest(
        "policy.yaml", "--junitxml=p.xml", "--deploycheck-junit=d.xml", "-k", "C-1"
    )
    assert done.returncode == 1
    ours = [
        (c.classname, c.name) for s in JUnitXml.fromfile(str(project.root / "d.xml")) for c in s
    ]
    assert ours == [("toy", "C-1 A toy control"), ("toy", "C-2 A toy control")]
    theirs = [c.name for s in JUnitXml.fromfile(str(project.root / "p.xml")) for c in s]
    assert theirs == ["C-1"]


LOCAL = """
from deploycheck import Count, Measure, checker, hookimpl
from deploycheck.evidence.table import Table

@checker("mine.things", measures=[Measure("things", unit="count", better="lower", doc="T.")], kind="exact")
def things(data: Table):
    '''Counts nothing.'''
    yield Count("things", 0)

@hookimpl
def deploycheck_checkers():
    return [things]
"""


def test_local_checkers_need_a_flag_and_are_marked_untrusted(project):
    project.write("conftest.py", LOCAL)
    project.policy(
        project.control("mine.things", require="{things: {max: 0}}", extra="rationale: mine")
    )
    refused = project.pytest("policy.yaml")
    assert (refused.returncode, "DC013" in refused.stderr) == (4, True)
    for more in ([], ["-n", "2"]):
        done = project.pytest("policy.yaml", "--deploycheck-allow-local-plugins", *more)
        assert done.returncode == 0, done.stdout
        (plugin,) = [p for p in project.decision()["run"]["plugins"] if p["name"] == "conftest.py"]
        assert plugin["trusted"] is False
        assert "UNTRUSTED" in (project.root / "deploycheck-reports/report.html").read_text()
    assert project.gate().returncode == 4


def test_what_local_code_measured_is_measured_again(project):
    """What a conftest imports is in nobody's digest, so nothing of it is remembered."""
    project.write("helper.py", "THINGS = 0\n")
    text = LOCAL.replace(
        'yield Count("things", 0)', "import helper; yield Count('things', helper.THINGS)"
    )
    project.write(
        "conftest.py",
        "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent))\n" + text,
    )
    project.policy(
        project.control("mine.things", require="{things: {max: 0}}", extra="rationale: mine")
    )
    allow = "--deploycheck-allow-local-plugins"
    assert project.pytest("policy.yaml", allow).returncode == 0
    project.write("helper.py", "THINGS = 1  # of another size, or its old bytecode would count\n")
    assert project.pytest("policy.yaml", allow).returncode == 1
    assert project.outcomes() == {"C-1": "FAIL"}


def test_a_local_plugin_cannot_replace_a_built_in(project):
    text = LOCAL.replace("mine.things", "data_quality.key_unique")
    project.write("conftest.py", text)
    two(project)
    done = project.pytest("policy.yaml", "--deploycheck-allow-local-plugins")
    assert (done.returncode, "DC029" in done.stderr) == (4, True), done.stderr


def test_a_second_run_measures_nothing_again(project):
    two(project)
    assert project.pytest("policy.yaml").returncode == 0
    first = project.decision()
    kept = sorted(project.root.glob(".deploycheck/cache/*.json"))
    assert kept
    stamps = [p.stat().st_mtime_ns for p in kept]
    assert project.pytest("policy.yaml").returncode == 0
    assert [p.stat().st_mtime_ns for p in kept] == stamps
    second = project.decision()
    assert first["verdicts"] == second["verdicts"]
    project.write("data.csv", "id,g,label,call\n1,a,0,0\n1,a,0,0\n")
    assert project.pytest("policy.yaml").returncode == 1


def test_a_plain_pytest_run_imports_nothing_heavy(project):
    project.write("test_mine.py", "def test_mine(): pass\n")
    code = (
        "import sys, pytest; code = pytest.main(['-q', 'test_mine.py', '-p', 'no:cacheprovider']);"
        "heavy = {'numpy', 'pydantic', 'yaml', 'scipy', 'polars', 'narwhals', 'jinja2', 'click',"
        " 'jsonschema', 'fairlearn'};"
        "print('HEAVY', sorted(heavy & set(sys.modules)), 'deploycheck' in sys.modules, int(code))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True
    )
    assert "HEAVY [] True 0" in done.stdout


def test_a_gated_run_imports_only_what_its_controls_need(project):
    (project.root / "model.bin").write_bytes(b"x" * 100)
    project.write("release.yaml", 'release: toy\nversion: "1"\nmodel: {path: model.bin}\n')
    project.policy(
        project.control(
            "budgets.artifact_size", require="{bytes: {max: 1 kB}}", extra="rationale: r"
        )
    )
    code = (
        "import sys, pytest; code = pytest.main(['-q', '--deploycheck', 'policy.yaml', '-p',"
        " 'no:cacheprovider']);"
        "print('HEAVY', sorted({'numpy', 'scipy', 'polars', 'narwhals'} & set(sys.modules)), int(code))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True
    )
    assert "HEAVY [] 0" in done.stdout, done.stdout


def test_what_every_run_imports_stands_on_pytest_and_the_standard_library_alone():
    folder = Path(__file__).parents[2] / "src/deploycheck/pytest_plugin"
    imported = {
        line.split()[1]
        for name in ("options.py", "names.py")
        for line in (folder / name).read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported == {
        "collections.abc", "deploycheck.pytest_plugin.names", "os", "pathlib", "pytest", "sys",
        "typing",
    }  # fmt: skip


def test_time_stamps_vouch_for_a_file_and_a_write_takes_that_back(project):
    """pytest may trust them; the gate reads every byte."""
    (project.root / "model.bin").write_bytes(b"first")
    release = (project.root / "release.yaml").read_text()
    project.write("release.yaml", f"{release}model: {{path: model.bin}}\n")
    project.policy(project.control())
    for _ in range(2):
        assert project.pytest("policy.yaml").returncode == 0
    first = project.decision()["release"]["digests"]["model"]
    kept = [p.read_text() for p in project.root.glob(".deploycheck/cache/*.json")]
    assert any("model.bin" in text for text in kept)
    stamp = (project.root / "model.bin").stat()
    (project.root / "model.bin").write_bytes(b"secnd")
    os.utime(project.root / "model.bin", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert project.pytest("policy.yaml").returncode == 0
    second = project.decision()["release"]["digests"]["model"]
    assert second != first
    assert project.gate().returncode == 0
    assert project.decision()["release"]["digests"]["model"] == second
