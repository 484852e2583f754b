"""Patterns of file names: the files that a data set written with ``*`` is made of.

The grammar is the shell's, for each part of the path by itself: ``*`` any characters, ``?`` one,
``[…]`` one of these. A name that begins with a dot matches only a part that begins with one too;
``**`` is refused, so that the depth of the files is fixed by what is written.
"""

import fnmatch
import json
import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.files import MOST_FILES, Files

_SIGNS = frozenset("*?[")


def is_pattern(text: str) -> bool:
    """Whether ``text`` names files by a pattern; such a name is never taken literally."""
    return not _SIGNS.isdisjoint(text)


def digest_of(files: Files, text: str) -> str:
    """Digest of the file that ``text`` names, or one over all files that the pattern matches.

    That of a pattern is sha256 over the sorted names, relative to the folder before the first
    sign of the pattern, and the digests of the contents: of a folder whose files all match it is
    the digest of the folder.

    :raises EvidenceError: as :meth:`Files.digest` for any of them, or as :func:`matched`; also
        for a pattern that is not read yet.
    """
    if not is_pattern(text):
        return files.digest(text)
    try:
        return digest_of_all(files, text, matched(files, text))
    except NotYet as error:
        raise EvidenceError(error.message) from None


def digest_of_all(files: Files, text: str, names: tuple[str, ...]) -> str:
    """One digest over the files ``names``, which the pattern ``text`` matched."""
    folder = _folder(text)
    skip = len(folder) + 1 if folder else 0
    whole = sha256()
    for name in names:
        whole.update(json.dumps([name[skip:], files.digest(name)]).encode() + b"\n")
    return "sha256:" + whole.hexdigest()


def matched(files: Files, text: str) -> tuple[str, ...]:
    """The files that the pattern ``text`` matches, relative to the release's folder, sorted.

    :raises EvidenceError: none; more than 10,000; one that is no regular file inside the
        release's folder after links are resolved; one that two names lead to, whose rows would
        count twice.
    :raises NotYet: ``**``.
    """
    files.inside(text)  # refuses a URL, and what leaves the root, before anything is listed
    parts = text.split("/")
    if any("**" in part for part in parts):
        raise NotYet("DC110", f"{text}: `**` is not read yet; name the folders one by one")
    folder = _folder(text)
    rest = parts[len(folder.split("/")) if folder else 0 :]
    if {"", ".", ".."} & {*rest}:
        raise EvidenceError(
            f"{text}: a part after the first sign of a pattern is empty, `.` or `..`",
            "write the folders before the pattern",
        )
    found = [folder]
    for depth, part in enumerate(rest):
        last = depth == len(rest) - 1
        found = [name for place in found for name in _step(files, text, place, part, last=last)]
        if len(found) > MOST_FILES:
            raise EvidenceError(f"{text} matches more than {MOST_FILES:,} names")
    if not found:
        sign = "; a `[` in a name is written `[[]`" if "[" in text else ""
        raise EvidenceError(f"{text} matches no file", f"make the files, or mend the pattern{sign}")
    names = tuple(sorted(found))
    _once(files, text, names)
    return names


def _folder(text: str) -> str:
    """What stands before the first part with a sign; empty where that is the first part."""
    parts = text.split("/")
    first = next(index for index, part in enumerate(parts) if is_pattern(part))
    return "/".join(parts[:first])


def _step(files: Files, text: str, place: str, part: str, *, last: bool) -> Iterator[str]:
    """What ``part`` matches in the folder ``place``; folders, unless it is the last part."""
    if not is_pattern(part):
        name = f"{place}/{part}" if place else part
        if _is_there(files.inside(name), folder=not last):
            yield name
        return
    # Some expressions take time that grows quickly; those that fnmatch makes do not.
    fits = re.compile(fnmatch.translate(part)).fullmatch
    folder = files.inside(place or ".")
    try:
        with os.scandir(folder) as entries:
            for count, name in enumerate(entry.name for entry in entries if fits(entry.name)):
                if count > MOST_FILES:
                    raise EvidenceError(f"{text} matches more than {MOST_FILES:,} names")
                if name.startswith(".") and not part.startswith("."):
                    continue
                path = f"{place}/{name}" if place else name
                if not name.isprintable():
                    raise EvidenceError(f"{text} matches {path!r}, which is no printable name")
                if last or _is_there(files.inside(path), folder=True):
                    yield path
    except FileNotFoundError:
        raise EvidenceError(f"{text}: {place or '.'} does not exist", "mend the pattern") from None
    except OSError as error:
        raise EvidenceError(f"{text} cannot be read: {error.strerror}") from None


def _is_there(path: Path, *, folder: bool) -> bool:
    try:
        return path.is_dir() if folder else path.exists()
    except OSError:
        return False


def _once(files: Files, text: str, names: tuple[str, ...]) -> None:
    """Refuse two names of one file: links and hard links count rows twice."""
    seen: dict[tuple[int, ...], str] = {}
    for name in names:
        device_and_file = files.identity(name)[:2]
        if first := seen.get(device_and_file):
            raise EvidenceError(
                f"{text}: {first} and {name} are the same file, whose rows would count twice",
                "write a pattern that matches only one of them",
                "DC203",
            )
        seen[device_and_file] = name
