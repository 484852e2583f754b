"""The one path function: what a release may name, and how its bytes are read and digested."""

import hashlib
import io
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploycheck.authoring.errors import EvidenceError

MOST_FILES = 10_000


@dataclass(frozen=True)
class Contents:
    """A file as it was read: its bytes, and the digest of exactly these bytes."""

    data: bytes = field(repr=False)
    digest: str


@dataclass(frozen=True)
class Tree:
    """A file, or all files of a folder.

    :param files: size in bytes of each, by path relative to the release's folder, sorted.
    :param digest: of the file's bytes; of a folder, sha256 over the sorted relative names and the
        digests of the contents.
    """

    files: Mapping[str, int]
    digest: str


@dataclass
class Files:
    """Files inside ``root``, with their digests.

    :param root: folder of the release; nothing outside it is read.
    :param trust_stat: whether size and time stamps may vouch for an earlier digest (never for
        ``gate``).
    :param known: digests by path and what changes when a file is written to.
    :param seen: digest of each file as this run first read it.
    :param kept: what collectors parsed, so that one file is parsed once a run; lives in memory.
    """

    root: Path
    trust_stat: bool = False
    known: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict, repr=False)
    kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def path(self, text: str) -> Path:
        """The regular file that ``text`` names.

        :raises EvidenceError: a URL, an absolute path, one that leaves the root after links are
            resolved, or no regular file.
        """
        inside = self.inside(text)
        try:
            mode = inside.stat().st_mode
        except FileNotFoundError:
            raise EvidenceError(f"{text} does not exist", "make it, or mend the path") from None
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(mode):
            raise EvidenceError(f"{text} is not a regular file")
        if not os.access(inside, os.R_OK):
            raise EvidenceError(f"{text} cannot be read: permission denied")
        return inside

    def inside(self, text: str) -> Path:
        """The place that ``text`` names, whether or not anything is there.

        :raises EvidenceError: a URL, an absolute path, one that leaves the root after links are
            resolved, or no text that a file system takes.
        """
        if "://" in text or "\0" in text or not text.strip():
            raise EvidenceError(f"{text!r} is not a path inside the release's folder")
        if Path(text).is_absolute() or Path(text).drive:
            raise EvidenceError(
                f"{text} is absolute", "write it relative to the release file's folder"
            )
        try:
            resolved = (self.root / text).resolve()
        except (OSError, RuntimeError, ValueError) as error:
            raise EvidenceError(f"{text!r} cannot be resolved: {error}") from None
        if not resolved.is_relative_to(self.root.resolve()):
            raise EvidenceError(
                f"{text} lies outside the release's folder",
                "copy the artefact into the folder of the release file",
            )
        return resolved

    def digest(self, text: str) -> str:
        """``sha256:…`` of the bytes of the file.

        :raises EvidenceError: as :meth:`path`; the file cannot be read to its end, or is written
            to meanwhile.
        """
        return self.seen.get(text) or self._hashed(text)[0]

    def read(self, text: str, limit: int) -> Contents:
        """All bytes of the file, with the digest of these very bytes.

        :param limit: the most bytes it may have.
        :raises EvidenceError: as :meth:`digest`, or it is larger.
        """
        with self._open(text) as file:
            size = os.fstat(file.fileno()).st_size
            # One byte more than it should have, and not the limit, which would be set aside whole.
            data = file.read(size + 1) if size <= limit else None
        if data is None:
            raise EvidenceError(f"{text} is larger than {limit:,} bytes")
        if len(data) != size:
            raise EvidenceError(
                f"{text} changed while it was read",
                "run again while nothing writes to it",
                code="DC202",
            )
        return Contents(data, self._first(text, "sha256:" + hashlib.sha256(data).hexdigest()))

    def identity(self, text: str) -> tuple[int, ...]:
        """What changes when a file is written to or replaced; not even ``utime`` resets it.

        :raises EvidenceError: as :meth:`path`.
        """
        path = self.path(text)
        try:
            return _identity(path.stat())
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror}") from None

    def tree(self, text: str) -> Tree:
        """The file that ``text`` names, or all files below it, with one digest.

        :raises EvidenceError: as :meth:`digest` for any of them; a link to a folder; an empty
            folder; more than 10,000 files.
        """
        place = self.inside(text)
        if not place.is_dir():
            digest, size = self._hashed(text)
            return Tree({text: size}, digest)
        whole = hashlib.sha256()
        files: dict[str, int] = {}
        for name in self._below(text, place):
            path = f"{text.rstrip('/')}/{name}"
            digest, files[path] = self._hashed(path)
            whole.update(json.dumps([name, digest]).encode() + b"\n")
        if not files:
            raise EvidenceError(f"{text} is an empty folder", "put the model's files into it")
        return Tree(files, "sha256:" + whole.hexdigest())

    def _below(self, text: str, folder: Path) -> list[str]:
        """Files below ``folder``, relative to it, sorted; no link to a folder is followed."""
        found: list[str] = []
        try:
            for at, folders, names in os.walk(folder, onerror=_raise):
                if linked := [name for name in folders if Path(at, name).is_symlink()]:
                    place = Path(at, linked[0]).relative_to(folder).as_posix()
                    raise EvidenceError(
                        f"{text}/{place} is a link to a folder", "copy the folder instead"
                    )
                found += [Path(at, name).relative_to(folder).as_posix() for name in names]
                if len(found) > MOST_FILES:
                    raise EvidenceError(f"{text} holds more than {MOST_FILES:,} files")
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror}") from None
        return sorted(found)

    def _hashed(self, text: str) -> tuple[str, int]:
        with self._open(text) as file:
            facts = os.fstat(file.fileno())
            key = json.dumps([str(self.inside(text)), *_identity(facts)])
            if self.trust_stat and key in self.known:
                return self._first(text, self.known[key]), facts.st_size
            made = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        self.known[key] = made
        return self._first(text, made), facts.st_size

    def _first(self, text: str, digest: str) -> str:
        """The digest, if it is the one that the file had when this run first read it.

        :raises EvidenceError: it is another; two digests of one file cannot both be judged.
        """
        if self.seen.setdefault(text, digest) != digest:
            raise EvidenceError(
                f"{text} changed while the run went on",
                "run again while nothing writes to it",
                code="DC202",
            )
        return digest

    @contextmanager
    def _open(self, text: str) -> Iterator[io.BufferedReader]:
        """The file, open; refused if it is not regular, and if it changes until it is closed."""
        path = self.path(text)
        try:
            # What was a file a moment ago may be a link or a pipe now: neither is followed or
            # waited for, and the kind is asked of what is really open.
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(number, "rb") as file:
                before = os.fstat(number)
                if not stat.S_ISREG(before.st_mode):
                    raise EvidenceError(f"{text} is not a regular file")
                yield file
                if _identity(os.fstat(number)) != _identity(before):
                    raise EvidenceError(
                        f"{text} changed while it was read",
                        "run again while nothing writes to it",
                        code="DC202",
                    )
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror or error}") from None


def _identity(facts: os.stat_result) -> tuple[int, ...]:
    # The change time is the kernel's own: unlike the modification time nobody can set it back.
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def _raise(error: OSError) -> None:
    raise error
