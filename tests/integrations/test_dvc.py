"""The DVC example: a pipeline in which the gate is a stage, and what it blocks is not published."""

import json
import re
import shutil

import pytest
import yaml
from tests.integrations.conftest import EXAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def pipeline(beside):
    """A copy of the example in a repository of its own."""
    shutil.copytree(EXAMPLES / "dvc", beside.folder, dirs_exist_ok=True)
    for command in (("git", "init", "-q"), ("dvc", "init", "-q")):
        made = beside.run(*command)
        assert made.returncode == 0, made.stderr
    return beside


def stages(ended):
    return re.findall(r"Running stage '(\w+)'", ended.stdout)


def decision(pipeline, folder="reports"):
    return json.loads((pipeline.folder / folder / "decision.json").read_text())


def test_what_the_gate_releases_is_published_and_nothing_else(pipeline):
    first = pipeline.run("dvc", "repro")
    assert first.returncode == 0, first.stdout + first.stderr
    assert stages(first) == ["train", "gate", "publish"]
    assert decision(pipeline)["decision"] == "RELEASE"
    assert decision(pipeline, "published") == decision(pipeline)
    released = (pipeline.folder / "published/model.onnx").read_bytes()

    again = pipeline.run("dvc", "repro")
    assert (again.returncode, stages(again)) == (0, [])

    params = pipeline.folder / "params.yaml"
    params.write_text(params.read_text().replace("depth: 3 ", "depth: 20 "))
    blocked = pipeline.run("dvc", "repro")
    assert blocked.returncode != 0
    assert stages(blocked) == ["train", "gate"]
    assert "failed to reproduce 'gate'" in blocked.stderr
    held = {v["control"]: v["outcome"] for v in decision(pipeline)["verdicts"]}
    assert held == {
        "DATA-01": "PASS", "PERF-01": "PASS", "PERF-02": "FAIL", "FAIR-01": "PASS",
        "SEC-01": "PASS",
    }  # fmt: skip
    assert (pipeline.folder / "published/model.onnx").read_bytes() == released

    # A blocked gate is no stage that was done: it is asked again, and a stage run by itself refuses.
    assert stages(pipeline.run("dvc", "repro")) == ["gate"]
    alone = pipeline.run("python", "publish.py")
    assert (alone.returncode, alone.stderr) == (
        1, "refused: there is no RELEASE of this model.onnx\n",
    )  # fmt: skip


def test_the_readme_shows_the_pipeline_as_it_is():
    text = (EXAMPLES / "dvc/README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert yaml.safe_load(shown) == yaml.safe_load((EXAMPLES / "dvc/dvc.yaml").read_text())
