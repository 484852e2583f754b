"""``deploycheck lint`` as it is called: files, folders, hooks, formats, exit codes."""

import json
import os
import subprocess
import sys
from time import process_time

import pytest

GOOD = "owner: a team\ngate: {at_least: {controls: 1}}\n"


@pytest.fixture
def good(project):
    reason = "with: {key: [id]}\n    rationale: It matters."
    project.policy(project.control(extra=reason), head=GOOD)
    return project


def lint(project, *arguments, **more):
    return project.run("deploycheck", "lint", *arguments, **more)


def test_without_a_file_everything_below_is_looked_at(good):
    done = lint(good)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 policy and 1 release: no mistake\n"


def test_mistakes_of_all_files_are_told_in_one_go(good):
    good.write("sub/wrong.yml", "policy: x\ncontrols: []\n")
    good.write("release.yaml", "release: x\nversion: '1'\ndata: {test: {pth: a}}\n")
    good.write("unrelated.yaml", "kind: [\n")
    done = lint(good)
    assert done.returncode == 4
    assert "release.yaml:3:15" in done.stdout
    assert "sub/wrong.yml:2:11" in done.stdout
    assert "unrelated" not in done.stdout
    assert "mistakes in 2 files" in done.stdout


def test_an_unrelated_file_that_is_named_is_a_mistake_unless_others_are_skipped(good):
    good.write("other.yaml", "kind: Deployment\n")
    done = lint(good, "other.yaml", "policy.yaml")
    assert done.returncode == 4
    assert "error[DC030]" in done.stdout
    done = lint(good, "--skip-others", "other.yaml", "policy.yaml")
    assert (done.returncode, done.stdout) == (0, "1 policy: no mistake\n")
    done = lint(good, "--skip-others", "other.yaml")
    assert (done.returncode, done.stdout) == (0, "no file: no mistake\n")
    assert lint(good, "--skip-others").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.yaml",), "nowhere.yaml: No such file or directory"),
        (("pack:nothing",), "no pack 'nothing'; there are"),
        (("empty",), "there is no policy and no release in empty"),
        (("--release", "nowhere.yaml"), "--release nowhere.yaml: no such file"),
        (("--input", "a=1"), "--input goes with --release"),
        (("--as-of", "yesterday"), "'yesterday'"),
        (("--format", "xml"), "'xml'"),
    ],
)
def test_a_command_that_is_worded_wrongly_is_exit_2(good, arguments, said):
    (good.root / "empty").mkdir()
    done = lint(good, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_packs_can_be_named(project):
    done = lint(project, "pack:starter", "--strict")
    assert (done.returncode, done.stdout) == (0, "1 policy: no mistake\n")


def test_warnings_change_the_exit_code_only_where_they_are_asked_to(project):
    project.policy(project.control())
    done = lint(project, "policy.yaml")
    assert done.returncode == 0
    for name in ("owner", "floor", "rationale"):
        assert f"warning[lint:{name}]" in done.stdout
    assert "docs/lint.md" in done.stdout
    assert "error" not in done.stdout
    assert done.stdout.endswith("1 policy: no mistake, 3 warnings\n")
    assert lint(project, "policy.yaml", "--strict").returncode == 4


def test_the_clock_is_passed_in(good):
    text = (good.root / "policy.yaml").read_text(encoding="utf-8")
    good.write("policy.yaml", text + "valid: {until: 2027-01-01T00:00:00Z}\n")
    assert "lint:" not in lint(good, "--as-of", "2026-06-01T00:00:00Z").stdout
    assert "lint:expires" in lint(good, "--as-of", "2026-12-31T00:00:00Z").stdout
    assert "lint:expired" in lint(good, "--as-of", "2027-01-01T00:00:00Z").stdout


def test_with_a_release_the_plan_is_made(good):
    assert lint(good, "policy.yaml", "--release", "release.yaml").returncode == 0
    text = (good.root / "policy.yaml").read_text(encoding="utf-8")
    good.write("policy.yaml", text.replace("[id]", "[idd]"))
    assert lint(good, "policy.yaml").returncode == 0
    done = lint(good, "policy.yaml", "--release", "release.yaml")
    assert done.returncode == 4
    planned = good.run("deploycheck", "plan", "--policy", "policy.yaml")
    assert done.stdout == planned.stderr
    assert "error[DC019]" in done.stdout


def test_an_expired_policy_is_a_mistake_where_the_plan_is_made(good):
    text = (good.root / "policy.yaml").read_text(encoding="utf-8")
    good.write("policy.yaml", text + "valid: {until: 2020-01-01T00:00:00Z}\n")
    assert lint(good, "policy.yaml").returncode == 0
    done = lint(good, "policy.yaml", "--release", "release.yaml")
    assert done.returncode == 4
    assert "error[DC027]" in done.stdout


def test_inputs_are_given_with_a_release(good):
    text = (good.root / "policy.yaml").read_text(encoding="utf-8")
    text = text.replace("[id]", '"${inputs.key}"').replace(
        "controls:\n", "inputs: {key: {type: column, required: true}}\ncontrols:\n"
    )
    good.write("policy.yaml", text)
    assert lint(good, "policy.yaml").returncode == 0
    done = lint(good, "policy.yaml", "--release", "release.yaml")
    assert "error[DC022]" in done.stdout
    given = ("--release", "release.yaml", "--input", "key=id")
    assert lint(good, "policy.yaml", *given).returncode == 0


def test_annotations_of_github_are_inert(good):
    name = "a,b:c\n::error::x.yaml"
    good.write(name, "policy: x\nversion: '1'\nowner: 5\ncontrols: []\n'%0A::x': 1\n")
    done = lint(good, "--format", "github")
    assert done.returncode == 4
    lines = done.stdout.splitlines()
    assert lines
    assert all(line.startswith(("::error file=", "::warning file=")) for line in lines)
    assert "file=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax.yaml,line=4" in done.stdout


def test_annotations_are_as_many_as_are_shown(good):
    good.policy(*(good.control(id=f"C-{i}", check="no.check") for i in range(30)), head=GOOD)
    lines = lint(good, "--format", "github").stdout.splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert "and 21 more" in lines[9]


def test_json_holds_every_place(good):
    good.write("wrong.yaml", "policy: x\nversion: '1'\ncontrols: []\n")
    done = lint(good, "--format", "json")
    made = json.loads(done.stdout)
    assert made["schema"] == "deploycheck/lint/1"
    assert {"file": "wrong.yaml", "kind": "policy"} in made["files"]
    (mistake,) = [p for p in made["problems"] if p["level"] == "error"]
    assert (mistake["code"], mistake["file"], mistake["line"], mistake["column"]) == (
        "DC026", "wrong.yaml", 3, 11,
    )  # fmt: skip
    assert {p["level"] for p in made["problems"]} == {"error", "warning"}


def test_names_and_texts_of_strangers_are_shown_as_codes(good):
    name = os.fsdecode(b"\x1b[31m\xff.yaml")
    good.write(name, "policy: x\nversion: '1'\ncontrols: []\n")
    for form in ("text", "github", "json"):
        done = lint(good, "--format", form)
        assert done.returncode == 4
        assert "\x1b" not in done.stdout
        assert "Traceback" not in done.stderr


def test_a_closed_output_is_no_traceback(good):
    good.policy(*(good.control(id=f"C-{i}", check="no.check") for i in range(150)), head=GOOD)
    command = f"'{sys.executable}' -m deploycheck lint | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=good.root, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert done.returncode in {1, 4}
    assert "Traceback" not in done.stderr


def test_a_plugin_that_cannot_be_loaded_is_a_mistake(good, tmp_path, python_with):
    plugin = tmp_path / "plugins"
    (plugin / "bad-1.dist-info").mkdir(parents=True)
    (plugin / "bad-1.dist-info" / "METADATA").write_text("Name: bad\nVersion: 1\n")
    (plugin / "bad-1.dist-info" / "entry_points.txt").write_text("[deploycheck]\nbad = nowhere\n")
    done = lint(good, "policy.yaml", python=python_with(plugin))
    assert done.returncode == 4
    assert "error[DC029]: plugin bad (nowhere) cannot be loaded" in done.stdout


def test_a_thousand_controls_take_less_than_half_a_second():
    from datetime import UTC, datetime

    from deploycheck import plugins
    from deploycheck.engine.linting.lint import lint as look

    controls = "".join(
        f"  - id: C-{i}\n    title: t\n    check: data_quality.completeness\n"
        f"    with: {{columns: [c{i}]}}\n    require: {{missing_rate: {{max: 0.1}}}}\n"
        "    severity: low\n    enforcement: mandatory\n    rationale: It matters.\n"
        for i in range(1000)
    )
    text = f'policy: x\nversion: "1"\n{GOOD}controls:\n{controls}'.encode()
    registry = plugins.registry()
    took = []
    for _ in range(3):
        began = process_time()
        assert look("p", text, registry, datetime(2026, 6, 1, tzinfo=UTC)).mistakes == ()
        took.append(process_time() - began)
    assert min(took) < 0.5
