"""Environments beside the one that the tests run in: made once, and again when their makings change."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[1]
DROPPED = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "DEPLOYCHECK", "COV_", "MLFLOW", "DVC", "GIT")


def variables(home: Path) -> dict[str, str]:
    """Our variables without those that lead back here; commands of the environment come first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    return kept | {"PATH": os.pathsep.join([str(home / "bin"), os.environ["PATH"]])}


def kept(name: str, install: Iterable[str], files: Iterable[Path] = ()) -> Path:
    """The environment ``name`` inside ours, whichever process of the run comes first makes it.

    :param install: arguments of ``pip install``.
    :param files: what else it is made from: it is made anew when one of them changes.
    """
    home, arguments = Path(sys.prefix) / name, list(install)
    made_from = hashlib.sha256(repr((str(ROOT), sys.version, arguments)).encode())
    for path in (ROOT / "pyproject.toml", *files):
        made_from.update(path.read_bytes())
    stamp = home / "made-from"
    with FileLock(f"{home}.lock"):
        if not stamp.exists() or stamp.read_text() != made_from.hexdigest():
            run(sys.executable, "-m", "venv", "--clear", str(home))
            pip = (str(home / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install")
            run(*pip, "--quiet", "--no-compile", "--prefer-binary", *arguments)
            stamp.write_text(made_from.hexdigest())
    return home


def run(*command: str) -> None:
    """Run a command that must succeed."""
    made = subprocess.run(command, capture_output=True, text=True, timeout=800, check=False)
    assert made.returncode == 0, made.stderr
