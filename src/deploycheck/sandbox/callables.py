"""Python functions of a release: where their code lies, and its digest."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploycheck.authoring.collector import combined_digest
from deploycheck.authoring.errors import EvidenceError, RoleError

if TYPE_CHECKING:
    from deploycheck.authoring.files import Files

MOST_FILES = 10_000
_CALLABLE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_LEFT_OUT = {"__pycache__", "node_modules", "site-packages"}


@dataclass(frozen=True)
class Code:
    """The Python files that belong to a function.

    :param files: digest of each, by path in the release's folder.
    :param digest: over names and contents.
    """

    files: dict[str, str]
    digest: str


def code_of(files: Files, callable: str, role: str) -> Code:
    """The Python files below the top-level package of a function, or its one module.

    What they import from elsewhere cannot be known before it is run, and is in no digest.

    :raises RoleError: it is not written ``package.module:function``.
    :raises EvidenceError: there is no such package or module in the release's folder.
    """
    if not _CALLABLE.fullmatch(callable):
        raise RoleError(
            role, f"{callable[:200]!r} names no Python function: write `package.module:function`"
        )
    top = callable.partition(":")[0].partition(".")[0]
    folder = files.inside(top)
    if folder.is_dir():
        names = [f"{top}/{name}" for name in _below(folder, top)]
    else:
        files.path(f"{top}.py")  # says that it is not there
        names = [f"{top}.py"]
    if not names:
        raise EvidenceError(f"{top} holds no Python file", "put the function's module there")
    found = {name: files.digest(name) for name in names}
    return Code(found, combined_digest(found))


def check_again(files: Files, code: Code) -> None:
    """Prove that the code is still what was digested, just before it runs.

    :raises EvidenceError: it is not (``DC202``).
    """
    for name in code.files:
        files.tree(name)


def _below(folder: Path, top: str) -> list[str]:
    found: list[str] = []
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        if linked := [name for name in folders if Path(at, name).is_symlink()]:
            raise EvidenceError(f"{top}: {linked[0]} is a link to a folder", "copy the folder")
        python = [name for name in names if name.endswith(".py")]
        found += [Path(at, name).relative_to(folder).as_posix() for name in python]
        if len(found) > MOST_FILES:
            raise EvidenceError(f"{top} holds more than {MOST_FILES:,} Python files")
    return sorted(found)
