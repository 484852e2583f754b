"""What the project is called, which version it has, and which pipelines run for it."""

import configparser
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.engine.language.place import FORBIDDEN
from deploycheck.scaffold.looking.walk import shown

__all__ = ["Project", "project"]

_MOST = 1 << 20
_NO_NAME = "my-model"
_FIRST = "0.1.0"
_MOST_VERSION = 100
_CI = (
    (".gitlab-ci.yml", "gitlab"), ("Jenkinsfile", "jenkins"),
    (".pre-commit-config.yaml", "pre-commit"),
)  # fmt: skip


@dataclass(frozen=True)
class Project:
    """Name, version, pipelines, and whether the folder is a Git repository."""

    name: str
    version: str
    git: bool
    ci: tuple[str, ...]
    notes: tuple[str, ...]


def project(root: Path) -> Project:
    """What the project says of itself, in ``pyproject.toml``, then in ``setup.cfg``."""
    notes: list[str] = []
    files = Files(root)
    told = [*_told(files, notes)]
    names = [_identifier(name) for name, _ in told]
    return Project(
        next(filter(None, names), "") or _identifier(root.resolve().name) or _NO_NAME,
        next(filter(None, (_version(version) for _, version in told)), _FIRST),
        os.path.lexists(root / ".git"),
        tuple(_ci(files)),
        tuple(notes),
    )


def _told(files: Files, notes: list[str]) -> Iterator[tuple[object, object]]:
    """Pairs of name and version, ``None`` where there is none; the surest first."""
    made = _parsed(files, "pyproject.toml", tomllib.loads, notes)
    tool = made.get("tool")
    for table in (made.get("project"), tool.get("poetry") if isinstance(tool, dict) else None):
        if isinstance(table, dict):
            yield table.get("name"), table.get("version")
    setup = _parsed(files, "setup.cfg", _ini, notes)
    yield setup.get("name"), setup.get("version")


def _parsed(files: Files, name: str, parse: Any, notes: list[str]) -> dict[str, Any]:
    """A file's content; nothing where it is not there, with a note where it cannot be read."""
    try:
        if not os.path.lexists(files.root / name):
            return {}
        made: dict[str, Any] = parse(files.read(name, _MOST).data.decode())
    except (EvidenceError, OSError) as error:
        notes.append(shown(str(error)))
    except (ValueError, RecursionError, configparser.Error):
        notes.append(f"{name} cannot be read; name and version of the project were not taken")
    else:
        return made
    return {}


def _ini(text: str) -> dict[str, Any]:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return dict(parser["metadata"]) if parser.has_section("metadata") else {}


def _identifier(name: object) -> str:
    """The name as a release may have it; empty where nothing is left of it."""
    if not isinstance(name, str):
        return ""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name[:400]).strip("-._")[:100].rstrip("-._")


def _version(version: object) -> str:
    """The version as a release may have it; empty where it is none, or is asked of code."""
    if not isinstance(version, str) or FORBIDDEN.search(version):
        return ""
    text = version.strip()
    asked = text.startswith(("attr:", "file:")) or "${" in text
    return "" if asked or len(text) > _MOST_VERSION else text


def _ci(files: Files) -> Iterator[str]:
    try:
        workflows = files.inside(".github/workflows").iterdir()
        if any(path.suffix in {".yml", ".yaml"} for path in workflows):
            yield "github"
    except (EvidenceError, OSError):
        pass  # there are none inside the project
    for name, kind in _CI:
        if os.path.isfile(files.root / name):  # noqa: PTH113 - false, too, where nothing may be seen
            yield kind
