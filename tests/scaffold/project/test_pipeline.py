"""The pipelines that init writes: complete, and stopped by the gate as the documents say."""

import shlex
import subprocess

import pytest
import yaml

from deploycheck.plugins import builtins
from deploycheck.scaffold.project.pipeline import MARK, pipeline

CI = ("github", "gitlab", "jenkins")


def made(ci, *, model=False, theirs=lambda _: False):
    return pipeline(ci, model=model, theirs=theirs)


def gate_of(command):
    words = shlex.split(command)
    start = words.index("gate")
    return dict(zip(words[start + 1 :: 2], words[start + 2 :: 2], strict=False))


@pytest.mark.parametrize("ci", CI)
@pytest.mark.parametrize(("model", "extra"), [(True, 'whl[onnx]"'), (False, 'none-any.whl"')])
def test_one_marked_line_installs(ci, model, extra):
    lines = made(ci, model=model).text.splitlines()
    (mark,) = [at for at, line in enumerate(lines) if "CHANGE THIS LINE" in line]
    assert "pip install" in lines[mark + 2]
    assert extra in lines[mark + 2]
    assert lines[0].lstrip("#/ ").startswith(MARK.lstrip("# "))


def test_github(tmp_path):
    job = yaml.safe_load(made("github").text)["jobs"]["gate"]
    assert made("github").path == ".github/workflows/deploycheck.yml"
    assert job["outputs"] == {"state": "${{ steps.gate.outputs.state }}"}
    (gate,) = [step for step in job["steps"] if step.get("id") == "gate"]
    upload = job["steps"][-1]
    assert upload["if"] == "always()"
    (command,) = [line for line in gate["run"].splitlines() if "deploycheck gate" in line]
    options = gate_of(command.partition("||")[0])
    assert upload["with"]["path"] == options["--out"] + "/"
    for code, state, ended in ((0, "release", 0), (10, "review", 0), (1, "", 1), (11, "", 11)):
        (tmp_path / "deploycheck").write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / "deploycheck").chmod(0o755)
        output = tmp_path / "output"
        output.write_text("")
        run = subprocess.run(
            ["bash", "-c", "set -e\n" + gate["run"]],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_OUTPUT": str(output)},
            check=False,
        )
        assert run.returncode == ended
        assert output.read_text() == (f"state={state}\n" if state else "")


def test_gitlab():
    job = yaml.safe_load(made("gitlab").text)["deploycheck"]
    options = gate_of(job["script"][-1])
    junit = builtins()["reporters"].load("junit").filename
    assert job["artifacts"]["reports"] == {"junit": f"{options['--out']}/{junit}"}
    assert job["artifacts"]["when"] == "always"
    assert job["allow_failure"] == {"exit_codes": 10}


def test_jenkins_keeps_the_reports_of_what_is_blocked():
    text = made("jenkins").text
    assert text.count("{") == text.count("}")
    always = text[text.index("post {") :]
    assert "junit" in always
    assert "archiveArtifacts" in always
    assert "if (code == 10) { unstable" in text
    assert "else if (code != 0) { error" in text


@pytest.mark.parametrize(
    ("ci", "path", "then"),
    [
        ("github", ".github/workflows/deploycheck.yml", ""),
        ("gitlab", ".gitlab/deploycheck.yml", "include: [{local: .gitlab/deploycheck.yml}]"),
        ("jenkins", "Jenkinsfile.deploycheck", "Jenkinsfile.deploycheck"),
    ],
)
def test_a_pipeline_of_somebody_else_is_left_alone(ci, path, then):
    pipeline = made(ci, theirs=lambda _: True)
    assert pipeline.path == path
    assert then in pipeline.then
