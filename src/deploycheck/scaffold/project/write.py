"""Several files, all written or none, and nothing overwritten that nobody said to overwrite."""

import contextlib
import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from deploycheck.engine.durable import Staged

__all__ = ["OutsideError", "TakenError", "ignored", "taken", "write_all"]

IGNORED = (".deploycheck/", "deploycheck-reports/")


class TakenError(Exception):
    """Files are there already, and nobody said to overwrite them.

    :param paths: relative to the folder, in order.
    """

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(", ".join(paths))
        self.paths = paths


class OutsideError(Exception):
    """A file would be written through a link that leads out of the folder."""


def taken(folder: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Which of the files are there already, broken links included."""
    return tuple(path for path in paths if os.path.lexists(folder / path))


def write_all(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    force: bool,
    edited: Mapping[str, bytes] | None = None,
) -> None:
    """Write all files, or none of them.

    Each is first written and flushed beside its place; only when all are, they are put there. If
    one cannot be put there, those that were are taken back.

    :param files: by path relative to the folder.
    :param force: whether files that are there are overwritten.
    :param edited: files that may be there, with the content they are to have: an addition to what
        they held.
    :raises TakenError: files are there, without ``force``; nothing was written.
    :raises OutsideError: a folder on the way is a link out of ``folder``; nothing was written.
    :raises OSError: a file cannot be written; nothing is left behind.
    """
    there = taken(folder, files)
    if there and not force:
        raise TakenError(there)
    wanted = {**files, **(edited or {})}
    new = () if force else tuple(files)
    made = _folders(folder, wanted)
    staged: list[Staged] = []
    try:
        for path, data in wanted.items():
            staged.append(Staged(folder / path, data))
        _place_all(staged, [path in new for path in wanted])
    except BaseException:
        for each in staged:
            each.drop()
        for each_folder in reversed(made):
            with contextlib.suppress(OSError):
                each_folder.rmdir()  # only while it is empty
        raise


def _folders(folder: Path, paths: Mapping[str, bytes]) -> list[Path]:
    """Folders that are still to be made, the outer ones first.

    :raises OutsideError: one that is there leads out of ``folder``.
    """
    root = folder.resolve()
    missing: list[Path] = []
    for path in paths:
        for parent in reversed(PurePosixPath(path).parents[:-1]):
            place = folder / parent
            if not os.path.lexists(place):
                missing += [place] if place not in missing else []
            elif not place.resolve().is_relative_to(root):
                raise OutsideError(f"{parent} is a link out of {folder}")
    return missing


def _place_all(staged: list[Staged], new: list[bool]) -> None:
    """Put all files in their places; on the first that cannot be, take back those that were."""
    kept: list[tuple[Path, Path | None]] = []
    try:
        for each, must_be_new in zip(staged, new, strict=True):
            kept.append((each.path, _set_aside(each.path, must_be_new=must_be_new)))
            each.place()
    except BaseException:
        for path, old in reversed(kept):
            with contextlib.suppress(OSError):
                if old is None:
                    path.unlink(missing_ok=True)
                else:
                    old.replace(path)
                    # Of two names of one file, renaming leaves both.
                    old.unlink(missing_ok=True)
        raise
    for _, old in kept:
        if old is not None:
            old.unlink(missing_ok=True)


def _set_aside(path: Path, *, must_be_new: bool) -> Path | None:
    """A second name for the file that is there, to take it back; ``None`` where there is none.

    :raises TakenError: it came between looking and writing.
    :raises OSError: there is none to be had, as on a file system without hard links.
    """
    if not os.path.lexists(path):
        return None
    if must_be_new:
        raise TakenError((path.name,))
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    try:
        os.link(path, old, follow_symlinks=False)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}:
            raise
        old.write_bytes(path.read_bytes())
    return old


def ignored(now: bytes | None) -> bytes | None:
    """``.gitignore`` with what a gate writes; ``None`` where it has that already.

    :param now: what the file holds; ``None`` where there is none.
    """
    lines = [] if now is None else [line.strip() for line in now.splitlines()]
    missing = [n for n in IGNORED if not {n, f"/{n}", n[:-1], f"/{n[:-1]}"} & _texts(lines)]
    if not missing:
        return None
    before = b"" if not now else now if now.endswith((b"\n", b"\r")) else now + b"\n"
    added = ["# what deploycheck gate writes", *missing]
    return before + "".join(f"{line}\n" for line in added).encode()


def _texts(lines: list[bytes]) -> set[str]:
    return {line.decode("utf-8", errors="replace") for line in lines}
