"""Copies of files that nobody can change any more: what was digested and looked at is what runs."""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import stat
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError

if TYPE_CHECKING:
    from deploycheck.authoring.files import Files

_BLOCK = 1 << 20


def memory_file(name: str) -> int:
    """The number of an empty file that lies in memory where the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    number, path = tempfile.mkstemp()
    Path(path).unlink()
    return number


class Sealed:
    """The bytes of a file, in memory, with the digest of exactly these bytes.

    ``number`` is its file number, which a child may be given.
    """

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size
        self._end = weakref.finalize(self, os.close, number)

    @classmethod
    def of(cls, files: Files, text: str) -> Sealed:
        """A copy of the file that ``text`` names, made once a run.

        :raises EvidenceError: it cannot be read, or is no longer what was digested.
        """
        key = ("sealed", text)
        if key not in files.kept:
            number = memory_file("model")
            try:
                size = copy_to(files, text, number)
                if hasattr(os, "memfd_create"):
                    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
                    fcntl.fcntl(number, fcntl.F_ADD_SEALS, seals | fcntl.F_SEAL_SEAL)
            except BaseException:
                os.close(number)
                raise
            files.kept[key] = cls(number, size)
        made: Sealed = files.kept[key]
        return made

    def mapped(self) -> mmap.mmap:
        """The bytes, for reading. A private map: older kernels refuse shared ones of a sealed file.

        :raises ValueError: the file is empty.
        """
        return mmap.mmap(self.number, self.size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)


def copy_to(files: Files, text: str, target: int) -> int:
    """Copy a file of the release to an open one; the number of bytes.

    :raises EvidenceError: it cannot be read, or is no longer what was digested.
    """
    digest = files.digest(text)
    size, whole = 0, hashlib.sha256()
    try:
        source = open_plainly(files.path(text))
        try:
            while block := os.read(source, _BLOCK):
                whole.update(block)
                size += len(block)
                left = memoryview(block)
                while left:
                    left = left[os.write(target, left) :]
        finally:
            os.close(source)
    except OSError as error:
        raise EvidenceError(f"{text} cannot be copied: {error.strerror or error}") from None
    if digest != "sha256:" + whole.hexdigest():
        raise EvidenceError(
            f"{text} changed while the run went on",
            "run again while nothing writes to it",
            "DC202",
        )
    return size


def open_plainly(path: Path) -> int:
    """The number of a regular file, opened for reading; no link is followed, no pipe waited for.

    :raises OSError: it is none, or cannot be opened.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(0, "it is not a regular file")
    return number


def copied_below(files: Files, text: str, place: str, home: Path) -> None:
    """Copy a file of the release to ``home/model/place``.

    :raises EvidenceError: it cannot be read or written, or is no longer what was digested.
    """
    target = home / "model" / place
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    except OSError as error:
        raise EvidenceError(f"{text} cannot be copied: {error.strerror or error}") from None
    try:
        copy_to(files, text, number)
    finally:
        os.close(number)
