"""Who has deploycheck installed and does not use it pays next to nothing: seen in ``sys.modules``."""

import json
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import deploycheck

HEAVY = {
    "numpy",
    "pydantic",
    "yaml",
    "scipy",
    "polars",
    "narwhals",
    "jinja2",
    "jsonschema",
    "click",
}
SPY = """
import json, sys

def pytest_unconfigure(config):
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)
"""
SIZE = """
policy: toy
version: "1"
controls:
  - id: SIZE-1
    title: The model is small
    check: budgets.artifact_size
    require: {bytes: {max: 1 MB}}
    severity: low
    enforcement: overridable
"""


@pytest.fixture
def imported(project):
    """Run pytest on one empty test; the names of all modules that were imported in the end."""
    project.write("conftest.py", SPY)
    project.write("test_one.py", "def test_one():\n    pass\n")
    # Other plugins of this environment would blur what deploycheck brings.
    others = sorted({entry.name for entry in entry_points(group="pytest11")} - {"deploycheck"})
    alone = [word for name in ("cacheprovider", *others) for word in ("-p", f"no:{name}")]

    def run(*arguments: str) -> set[str]:
        ended = project.run("pytest", *alone, "test_one.py", *arguments)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return set(json.loads((project.root / "modules.json").read_text(encoding="utf-8")))

    return run


def of_deploycheck(modules: set[str]) -> set[str]:
    return {name for name in modules if name.partition(".")[0] == "deploycheck"}


def test_unused_it_imports_its_options_and_nothing_else(imported):
    modules = imported()
    assert of_deploycheck(modules) == {
        "deploycheck",
        "deploycheck.pytest_plugin",
        "deploycheck.pytest_plugin.names",
        "deploycheck.pytest_plugin.options",
    }
    assert not modules & HEAVY


def test_help_names_its_options_without_importing_more(imported):
    modules = imported("--help")
    assert not modules & HEAVY
    assert "deploycheck.engine" not in modules


def test_used_it_imports_what_the_controls_need(imported, project):
    """The control that shows that the spy sees, and that a file's size takes no science library."""
    project.write("model.bin", "x" * 100)
    release = (project.root / "release.yaml").read_text(encoding="utf-8")
    project.write("release.yaml", release.replace("data:", "model: {path: model.bin}\ndata:", 1))
    project.write("policy.yaml", SIZE)
    modules = imported("--deploycheck", "--deploycheck-policy", "policy.yaml")
    assert {"pydantic", "yaml", "deploycheck.checkers.budgets.artifact_size"} <= modules
    assert not modules & {"scipy", "polars", "narwhals"}
    others = {m for m in modules if m.startswith("deploycheck.checkers.") and m.count(".") == 3}
    assert others == {"deploycheck.checkers.budgets.artifact_size"}


def test_importing_the_package_imports_no_library():
    code = "import json, sys; import deploycheck; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    modules = set(json.loads(ended.stdout))
    assert of_deploycheck(modules) == {"deploycheck"}
    assert not modules & HEAVY


def test_every_public_name_is_found_when_it_is_asked_for():
    assert set(deploycheck.__all__) == {"__version__", *deploycheck._HOME_OF}
    for name in deploycheck.__all__:
        assert getattr(deploycheck, name) is not None
    assert set(deploycheck.__all__) <= set(dir(deploycheck))
    with pytest.raises(AttributeError, match="no attribute 'chekcer'"):
        _ = deploycheck.chekcer
