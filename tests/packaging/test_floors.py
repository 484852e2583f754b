"""The oldest versions that pyproject.toml allows do what the newest do.

The other tests run on the newest. Here a part of them, those that touch libraries, runs on the
oldest; ``make floors`` runs all of them there.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.environments import ROOT, kept, variables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EXTRAS = ("fairness", "onnx", "sklearn")
TOOLS = ("hypothesis", "junitparser", "onnx", "pytest-timeout", "pytest-xdist", "skl2onnx")
# What reads and asks through a library: files, tables, models, special functions, the terminal.
TOUCHING = (
    "tests/collectors",
    "tests/checkers/drift",
    "tests/checkers/interpretability/test_surrogate_fidelity.py",
    "tests/stats/test_noncentral.py",
    "tests/stats/test_power.py",
    "tests/engine/test_models.py",
    "tests/cli/test_commands.py",
    "tests/reporters/test_html.py",
)


def floors() -> dict[str, str]:
    """Every library that deploycheck or an extra needs, with the oldest version that is allowed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"]]
    asked += [need for extra in EXTRAS for need in project["optional-dependencies"][extra]]
    return dict(re.fullmatch(r"([\w.-]+)>=([\w.]+)(?:,.*)?", need).groups() for need in asked)


@pytest.fixture(scope="module")
def oldest() -> Path:
    """An environment with exactly the floors."""
    pins = [f"{name}=={version}" for name, version in sorted(floors().items())]
    return kept("floors", ["-e", f"{ROOT}[{','.join(EXTRAS)}]", *TOOLS, *pins])


def run(home: Path, *command: object):
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=variables(home), capture_output=True,
        text=True, timeout=800, check=False,
    )  # fmt: skip


def test_every_need_has_a_floor():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {extra for extra in extras if extra not in {"all", "dev"}} == set(EXTRAS)
    assert len(floors()) == len(project["dependencies"]) + sum(len(extras[e]) for e in EXTRAS)


def test_the_floors_are_installed(oldest):
    asked = "from importlib.metadata import version; import sys; print(version(sys.argv[1]))"
    for name, floor in floors().items():
        said = run(oldest, oldest / "bin/python", "-c", asked, name).stdout.strip()
        same = [re.sub(r"(\.0)+$", "", text) for text in (said, floor)]
        assert same[0] == same[1], f"{name}: {said} instead of {floor}"
    assert run(oldest, oldest / "bin/python", "-m", "pip", "check").returncode == 0


def test_what_touches_libraries_passes_on_the_floors(oldest):
    there = [place for place in TOUCHING if (ROOT / place).exists()]
    assert there == list(TOUCHING)
    ended = run(
        oldest, oldest / "bin/python", "-m", "pytest", "-q", "-x", "-n", "0",
        "-m", "not slow", *TOUCHING,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr
    assert " skipped" not in ended.stdout.splitlines()[-1]


def test_the_oldest_decide_as_the_newest(oldest, tmp_path):
    """The credit example, whose controls are of all families, by the oldest and by the newest."""
    told = []
    for home in (oldest, Path(sys.prefix)):
        out = tmp_path / home.name
        ended = run(
            home, home / "bin/deploycheck", "gate", "--policy", "examples/credit/policy.yaml",
            "--release", "examples/credit/release.yaml", "--as-of", "2026-11-25T00:00:00Z",
            "--record", tmp_path / "record", "--out", out,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr
        told.append(re.findall(r"^39 planned = .*$", ended.stdout, re.MULTILINE))
    assert told[0] == told[1] != []
