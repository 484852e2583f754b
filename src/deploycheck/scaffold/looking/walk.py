"""The files of a project: a bounded walk that leaves out what tools make and never leads out."""

import os
import re
import stat
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from deploycheck.engine.language.place import visible

__all__ = ["Budget", "Entry", "Limits", "Walk", "natural", "shown", "shown_all", "walk", "words"]

# Hidden folders are left out too.
_LEFT_OUT = {
    "__pycache__", "build", "deploycheck-reports", "dist", "lightning_logs", "mlartifacts",
    "mlruns", "node_modules", "site-packages", "venv", "wandb",
}  # fmt: skip
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")
_LONGEST = 120
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARTS = re.compile(r"[^\W\d_]+|[0-9]+")


@dataclass(frozen=True)
class Limits:
    """How much is looked at, at most.

    :param files: entries of folders; ``depth`` folders below the project's; ``seconds`` in all.
    :param data: data files that are opened.
    :param head: bytes of a CSV file that are read; ``rows`` of a columnar file.
    """

    files: int = 20_000
    depth: int = 12
    seconds: float = 10.0
    data: int = 40
    head: int = 8 << 20
    rows: int = 50_000


class Budget:
    """How much time is left."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def spent(self) -> bool:
        return self._clock() >= self._end


@dataclass(frozen=True)
class Entry:
    """A regular file, or a link to one inside the project.

    :param path: relative to the project, with ``/``.
    """

    path: str
    size: int

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    @property
    def depth(self) -> int:
        return self.path.count("/")


@dataclass
class Walk:
    """What the walk met.

    :param odd: pipes, sockets, devices, broken links and links that lead out, each with what it is.
    """

    files: list[Entry] = field(default_factory=list)
    odd: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def walk(root: Path, limits: Limits, budget: Budget) -> Walk:
    """The files below ``root``, the outer ones first, in the order of their names.

    Links to folders are not followed. What was cut is said in the notes.
    """
    return _Walking(root, limits, budget).go()


class _Walking:
    """One walk."""

    def __init__(self, root: Path, limits: Limits, budget: Budget) -> None:
        self.root = root
        self.home = root.resolve()
        self.limits = limits
        self.budget = budget
        self.left = limits.files
        self.waiting = deque([("", 0)])
        self.deep: list[str] = []
        self.unnamed = 0
        self.made = Walk()

    def go(self) -> Walk:
        notes = self.made.notes
        while self.waiting or self.left < 0:
            if self.left < 0 or self.budget.spent:
                why = f"{self.limits.files:,} files" if self.left < 0 else "some seconds"
                notes.append(f"the project is large: after {why} the rest was not looked at")
                break
            inside, depth = self.waiting.popleft()
            try:
                entries = _entries(self.root / inside, self.left + 1)
            except OSError as error:
                why = error.strerror or str(error)
                notes.append(f"{shown(inside or '.')}: the folder cannot be read: {why}")
                continue
            self.left -= len(entries)
            entries = entries[: self.left] if self.left < 0 else entries
            if not depth or not {entry.name for entry in entries} & set(_ENVIRONMENT):
                for entry in entries:
                    self._meet(entry, f"{inside}/{entry.name}" if inside else entry.name, depth)
        if self.deep:
            notes.append(f"{shown_all(self.deep)}: too deep to be looked at")
        if self.unnamed:
            many = self.unnamed > 1
            told = f"{self.unnamed:,} file names are" if many else "1 file name is"
            notes.append(f"{told} not UTF-8: rename the file{'s' if many else ''}")
        return self.made

    def _meet(self, entry: os.DirEntry[str], path: str, depth: int) -> None:
        if not _is_text(entry.name):
            self.unnamed += 1
        elif not entry.is_dir(follow_symlinks=False):
            _take(self.made, entry, path, self.home)
        elif not entry.name.startswith(".") and entry.name not in _LEFT_OUT:
            if depth >= self.limits.depth:
                self.deep.append(path)
            else:
                self.waiting.append((path, depth + 1))


def _entries(folder: Path, most: int) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(islice(found, most), key=lambda entry: entry.name)


def _is_text(name: str) -> bool:
    """Whether the name is UTF-8; what is not is carried as half characters."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _take(made: Walk, entry: os.DirEntry[str], path: str, home: Path) -> None:
    """Take a regular file in; anything else is odd."""
    try:
        if entry.is_symlink():
            place = Path(entry.path).resolve(strict=True)
            if not place.is_relative_to(home):
                made.odd.append((path, "a link that leads out of the project"))
                return
            if place.is_dir():
                return
        facts = entry.stat()
    except (OSError, RuntimeError):
        made.odd.append((path, "a link to nothing" if entry.is_symlink() else "gone"))
        return
    if stat.S_ISREG(facts.st_mode):
        made.files.append(Entry(path, facts.st_size))
    else:
        made.odd.append((path, "no regular file"))


def words(text: str) -> tuple[str, ...]:
    """The words of a name, in lower case: ``PassengerId`` and ``passenger_id`` alike."""
    return tuple(_PARTS.findall(_CAMEL.sub("_", text[:200]).lower()))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts version 2.10 behind 2.9."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", text)
    return tuple((1, int(p), "") if p[0].isdigit() and p.isascii() else (0, 0, p) for p in parts)


def shown(text: str) -> str:
    """A name from the project as a note shows it: visible, on one line, cut."""
    made = " ".join(visible(text[: 2 * _LONGEST]).split())
    return made if len(made) <= _LONGEST else made[: _LONGEST - 1] + "…"


def shown_all(names: Iterable[str]) -> str:
    """Several names, the first of them by name."""
    listed = list(names)
    return ", ".join(_first(listed)) + (f" and {len(listed) - 3:,} more" if listed[3:] else "")


def _first(names: list[str]) -> Iterator[str]:
    return map(shown, names[:3])
