"""The pipelines on the pages: complete, reading what the gate writes, and stopped by it."""

import re
import shlex

import pytest
import yaml

from deploycheck.plugins import builtins


def files(site):
    return {b.proof[1]: yaml.load(b.text, yaml.BaseLoader) for b in site.blocks("docs/reports.md")
            if b.proof[:1] == ("file",)}  # fmt: skip


def gate(steps):
    """The options of the one step that calls the gate."""
    (command,) = [step for step in steps if step.startswith("deploycheck gate")]
    words = shlex.split(command)
    return dict(zip(words[2::2], words[3::2], strict=True))


def test_github(site):
    workflow = files(site)[".github/workflows/gate.yml"]
    assert set(workflow) == {"name", "on", "permissions", "jobs"}
    steps = workflow["jobs"]["gate"]["steps"]
    assert all({"uses", "run"} & set(step) for step in steps)
    options = gate([step.get("run", "") for step in steps])
    assert set(options) == {"--policy", "--release", "--out"}
    (comment,) = [step for step in steps if "gh pr comment" in step.get("run", "")]
    name = builtins()["reporters"].load("markdown").filename
    assert f"--body-file {options['--out']}/{name}" in comment["run"]
    assert comment["if"].startswith("always()")
    assert workflow["permissions"]["pull-requests"] == "write"


def test_gitlab(site):
    pipeline = files(site)[".gitlab-ci.yml"]
    job = pipeline["gate"]
    options = gate(job["script"])
    artifacts = job["artifacts"]
    name = builtins()["reporters"].load("junit").filename
    assert artifacts["reports"] == {"junit": f"{options['--out']}/{name}"}
    assert artifacts["when"] == "always"
    assert job["allow_failure"] == {"exit_codes": "10"}
    assert [pipeline[name]["stage"] for name in ("gate", "deploy")] == pipeline["stages"]
    assert pipeline["deploy"]["when"] == "manual"


@pytest.mark.parametrize("name", builtins()["reporters"].names())
def test_every_report_is_on_its_page(site, name):
    rows = {row[0]: row[1] for row in site.rows(site.read("docs/reports.md"))}
    shown = re.search(r"[\w-]+\.\w+", rows[f"`{name}`"])[0]
    assert shown == builtins()["reporters"].load(name).filename
