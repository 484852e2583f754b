"""Writes files that were not there: all of them or none, and never over another."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["ThereAlready", "write_folder", "write_into"]


class ThereAlready(Exception):
    """Something of that name is there; nothing was written.

    :param why: what more there is to say of it.
    """

    def __init__(self, path: Path, why: str = "") -> None:
        super().__init__(f"{path} is there already{f', {why}' if why else ''}")
        self.path = path


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Make ``folder`` with these files; it appears with all of them.

    :param files: texts by name below the folder, with ``/``.
    :raises ThereAlready: it, or something else of its name, is there.
    :raises OSError: it cannot be written; nothing of it is left.
    """
    if os.path.lexists(folder):
        raise ThereAlready(folder)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, text in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        made.chmod(0o777 & ~_umask())  # a temporary folder is its maker's alone
        try:
            made.rename(folder)  # over an empty folder at most, which holds nothing to lose
        except OSError:
            if os.path.lexists(folder):
                raise ThereAlready(folder) from None
            raise
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def write_into(folder: Path, files: Mapping[str, str]) -> None:
    """Add these files to ``folder``.

    :param files: as of :func:`write_folder`.
    :raises ThereAlready: one of them is there; nothing was added.
    :raises OSError: one cannot be written; what was added is taken away again.
    """
    for name in files:
        if os.path.lexists(folder / name):
            raise ThereAlready(folder / name)
    added: list[Path] = []
    try:
        for name, text in files.items():
            path = folder / name
            added += _folders(path.parent)
            try:
                with path.open("xb") as file:
                    added.append(path)
                    file.write(text.encode())
            except FileExistsError:
                raise ThereAlready(path) from None
    except BaseException:
        for path in reversed(added):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; which were made, the outermost first."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    missing.reverse()
    for path in missing:
        path.mkdir()
    return missing


def _umask() -> int:
    """What new files of this process are kept from; asking sets it, so it is set back."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
