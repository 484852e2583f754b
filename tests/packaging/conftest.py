"""The distributions, built once, and environments outside the checkout that they are installed in."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugins" / "deploycheck-example"


def clean() -> dict[str, str]:
    """The environment's variables without those that would lead back to the checkout."""
    drop = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "DEPLOYCHECK", "COV_")
    return {name: value for name, value in os.environ.items() if not name.startswith(drop)}


@dataclass(frozen=True)
class Built:
    """Where the distributions lie."""

    sdist: Path
    wheel: Path
    plugin: Path


def build(source: Path, out: Path, *arguments: str) -> list[Path]:
    """Build ``source`` with the backend that is installed; what was made, by name."""
    made = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, *arguments, source],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env=clean(),
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return sorted(out.iterdir())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist, and the wheel that is built from the sdist."""
    wheel, sdist = sorted(
        build(ROOT, tmp_path_factory.mktemp("dist")), key=lambda path: path.suffix, reverse=True
    )
    (plugin,) = build(PLUGIN, tmp_path_factory.mktemp("plugin"), "--wheel")
    return Built(sdist, wheel, plugin)


@dataclass(frozen=True)
class Environment:
    """A virtual environment and a folder to work in, both outside the checkout."""

    home: Path
    work: Path

    def run(self, command: str, *arguments: object, **variables: str):
        """Run an installed command in the folder."""
        return subprocess.run(
            [self.home / "bin" / command, *map(str, arguments)],
            cwd=self.work,
            capture_output=True,
            text=True,
            timeout=800,
            check=False,
            env=clean() | variables,
        )

    def install(self, *what: object) -> None:
        """Install with pip; what is cached is not fetched again, and nothing is compiled."""
        quick = ("--quiet", "--disable-pip-version-check", "--no-compile", "--prefer-binary")
        made = self.run("python", "-m", "pip", "install", *quick, *what)
        assert made.returncode == 0, made.stderr


@pytest.fixture(scope="module")
def environment(
    interpreter: str, built: Built, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """The wheel, installed from scratch beside a copy of the example."""
    root = tmp_path_factory.mktemp("elsewhere")
    made = Environment(root / "environment", root / "work with spaces")
    subprocess.run([interpreter, "-m", "venv", made.home], check=True, timeout=120, env=clean())
    left = shutil.ignore_patterns(".deploycheck", "deploycheck-reports", "__pycache__")
    shutil.copytree(ROOT / "examples" / "recidivism", made.work, ignore=left)
    made.install(built.wheel)
    return made


@pytest.fixture(scope="session", name="build")
def builder():
    """The function that builds, for tests of building."""
    return build
