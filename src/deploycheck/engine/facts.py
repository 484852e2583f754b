"""Facts of the machine and the checkout that belong to one run alone."""

import platform
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
    text = home.read_text(encoding="utf-8", errors="strict")[:4096]
    return (home.parent / text.removeprefix("gitdir:").strip()).resolve()


def _head(home: Path) -> dict[str, Any]:
    head = (home / "HEAD").read_text(encoding="ascii")[:4096].strip()
    if not head.startswith("ref:"):
        return {"commit": _commit(head)}
    ref = head.removeprefix("ref:").strip()
    branch = ref.removeprefix("refs/heads/")
    common = home / "commondir"
    shared = home / common.read_text().strip() if common.is_file() else home
    for place in (home, shared):
        loose = place / ref
        if loose.is_file():
            return {"commit": _commit(loose.read_text(encoding="ascii").strip()), "branch": branch}
    for line in (shared / "packed-refs").read_text(encoding="utf-8").splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return {"commit": _commit(commit), "branch": branch}
    return {"branch": branch}


def _commit(text: str) -> str:
    if len(text) not in {40, 64} or not all(c in "0123456789abcdef" for c in text):
        raise ValueError("no commit")
    return text
