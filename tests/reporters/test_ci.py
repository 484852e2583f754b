"""Both front ends in a run of GitHub Actions; elsewhere they are silent."""

import os

import pytest

NAME = "::error::x ##[add-mask]y %0A::set-output name=a::b"


@pytest.fixture
def runner(project, tmp_path):
    """The environment of a runner, and what it finds afterwards."""
    title = '"' + NAME + '"'
    project.policy(project.control(title=title, require="{duplicate_keys: {max: 0}}",
                                   extra="with: {key: [g]}"))  # fmt: skip
    summary = tmp_path / "summary.md"
    given = {
        **os.environ,
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(project.root.parent),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    return given, summary


def commands(text):
    return [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def held(project, ended, summary, code):
    assert ended.returncode == code, ended.stdout + ended.stderr
    notice, error = commands(ended.stdout + ended.stderr)
    assert notice.startswith("::notice title=deploycheck BLOCK%3A toy 1.0::")
    assert error.startswith(
        f"::error file={project.root.name}/policy.yaml,line=5,title=FAIL C-1%3A "
    )
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("## ⛔ BLOCK: toy 1.0\n")
    assert text.count("What to do") == 1
    assert project.recorded() == ["BLOCK"]


def test_the_gate_tells_github(project, runner):
    environ, summary = runner
    held(project, project.gate(env=environ), summary, 1)


def test_pytest_tells_github(project, runner):
    environ, summary = runner
    held(project, project.pytest("policy.yaml", "--tb=no", "-rN", env=environ), summary, 1)


def test_what_cannot_be_told_changes_nothing(project, runner):
    environ, summary = runner
    summary.mkdir()
    ended = project.gate(env=environ)
    assert ended.returncode == 1
    assert "warning: GitHub was not told everything: IsADirectoryError" in ended.stderr
    assert len(commands(ended.stdout)) == 2
    assert project.decision()["decision"] == "BLOCK"


def test_elsewhere_nobody_is_told(project, runner):
    environ, summary = runner
    ended = project.gate(env=environ | {"GITHUB_ACTIONS": "false"})
    assert commands(ended.stdout + ended.stderr) == []
    assert not summary.exists()
