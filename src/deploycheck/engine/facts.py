"""Facts of the machine and the checkout that belong to one run alone."""

import os
import platform
import stat
from pathlib import Path
from typing import Any


def python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def machine() -> str:
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def git(folder: Path) -> dict[str, Any]:
    """Commit and branch of the checkout that holds ``folder``, read from its files.

    The git program is not run: a candidate's own configuration can make it run commands.
    """
    for parent in (folder, *folder.parents):
        home = parent / ".git"
        if home.exists():
            try:
                return _head(_real(home))
            except (OSError, ValueError):
                return {}
    return {}


def _real(home: Path) -> Path:
    """The repository itself: ``.git`` of a worktree or submodule is a file that points to it."""
    if home.is_dir():
        return home
    return (home.parent / _small(home, 4096).removeprefix("gitdir:").strip()).resolve()


def _head(home: Path) -> dict[str, Any]:
    head = _small(home / "HEAD", 4096).strip()
    if not head.startswith("ref:"):
        return {"commit": _commit(head)}
    ref = head.removeprefix("ref:").strip()
    branch = ref.removeprefix("refs/heads/")
    common = home / "commondir"
    shared = home / _small(common, 4096).strip() if common.is_file() else home
    for place in (home, shared):
        loose = place / ref
        if loose.is_file():
            return {"commit": _commit(_small(loose, 4096).strip()), "branch": branch}
    for line in _small(shared / "packed-refs", 2**24).splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return {"commit": _commit(commit), "branch": branch}
    return {"branch": branch}


def _small(path: Path, most: int) -> str:
    """The text of a regular file of at most ``most`` bytes; a pipe or a device is never read.

    :raises OSError, ValueError: it is none, or is larger.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > most:
            raise ValueError(f"{path} is no small file")
        return file.read(most).decode("utf-8")


def _commit(text: str) -> str:
    if len(text) not in {40, 64} or not all(c in "0123456789abcdef" for c in text):
        raise ValueError("no commit")
    return text
