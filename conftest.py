"""Which Pythons the packaging tests run on: every supported one that is installed and starts."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORTED = ("3.11", "3.12", "3.13")
_ASKED = (
    "import ensurepip, ssl, sys, venv; "
    "print(*sys.version_info[:2], sep='.', end='|'); print(sys.base_prefix)"
)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which interpreters were found, so that a missing one is seen."""
    if not _packaging_is_asked_for(config):
        return None
    found = interpreters()
    absent = [version for version in SUPPORTED if version not in found]
    told = ", ".join(f"{version} ({path})" for version, path in found.items())
    missing = f"; not found, so not tested: {', '.join(absent)}" if absent else ""
    return f"packaging: tested on Python {told}{missing}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "interpreter" in metafunc.fixturenames:
        found = interpreters()
        metafunc.parametrize("interpreter", list(found.values()), ids=list(found), scope="module")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what makes environments and waits for them, so that no worker ends alone."""
    first = ("tests/packaging/", "tests/integrations/")
    items.sort(key=lambda item: not any(place in item.nodeid for place in first))


def _packaging_is_asked_for(config: pytest.Config) -> bool:
    home = Path(__file__).parent / "tests" / "packaging"
    asked = [Path(argument.split("::")[0]).absolute() for argument in config.args]
    return any(home.is_relative_to(path) or path.is_relative_to(home) for path in asked)


@functools.cache
def interpreters() -> dict[str, str]:
    """Path of a Python by version; launchers that do not start are passed over."""
    found: dict[str, str] = {}
    for version in SUPPORTED:
        path = next((p for c in _candidates(version) if (p := _starts(c, version))), None)
        if path is not None:
            found[version] = path
    return found


def _candidates(version: str) -> list[str]:
    """Where a Python of that version may be: this one, those on the path, those of pyenv."""
    own = ".".join(map(str, sys.version_info[:2]))
    named = [sys.executable] if version == own else []
    if path := shutil.which(f"python{version}"):
        named.append(path)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return named + [str(p) for p in sorted(root.glob(f"versions/{version}.*/bin/python{version}"))]


def _starts(path: str, version: str) -> str | None:
    """The interpreter itself, behind environments and launchers; ``None`` if it is not that one."""
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter found under its own name
            [path, "-c", _ASKED], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return None
    told, _, prefix = answer.stdout.strip().partition("|")
    if answer.returncode != 0 or told != version:
        return None
    real = Path(prefix) / "bin" / f"python{version}"
    return str(real) if real.exists() else path
