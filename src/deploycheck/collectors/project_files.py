"""``ProjectFiles``: texts of the release's folder, and what can be read in its models' files."""

import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath
from typing import Annotated, BinaryIO

from pydantic import Field, StringConstraints

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import Params
from deploycheck.evidence.project_files import FileText, ProjectFiles
from deploycheck.model.release import ModelArtefact

TEXTS = (
    "*.bash", "*.bat", "*.cfg", "*.cmd", "*.conf", "*.env", "*.go", "*.html", "*.ini", "*.ipynb",
    "*.java", "*.js", "*.json", "*.key", "*.md", "*.p8", "*.pem", "*.ppk", "*.properties",
    "*.ps1", "*.py", "*.R", "*.r", "*.rst", "*.scala", "*.sh", "*.sql", "*.tf", "*.tfvars",
    "*.toml", "*.ts", "*.txt", "*.xml", "*.yaml", "*.yml", ".env", ".env.*", ".git-credentials",
    ".htpasswd", ".netrc", ".npmrc", ".pgpass", ".pypirc", "Dockerfile*", "Makefile", "_netrc",
    "credentials", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa",
)  # fmt: skip
# What others wrote, or what tools write anew at every run.
LEFT_OUT = frozenset({
    ".deploycheck", "deploycheck-reports", ".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox",
    ".eggs", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__",
    "node_modules", "site-packages",
})  # fmt: skip
# They come and go with every run, so that naming them would make each report another one.
MADE = frozenset({
    ".deploycheck", "deploycheck-reports", ".hypothesis", ".mypy_cache", ".ruff_cache",
    ".pytest_cache", "__pycache__",
})  # fmt: skip
MOST_FILES = 10_000
MOST_TEXT = 32 << 20
MOST_KEPT = 256 << 20
_CHUNK = 4 << 20
_SHORTEST = 16  # a shorter run holds no credential
_RUN = re.compile(rb"[\x20-\x7e\t]{16,}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\0){16,}")
# Longest first: what begins UTF-32 begins with what begins UTF-16.
_MARKS = {
    b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
Glob = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\x00]*$")]


class ProjectFilesParams(Params):
    paths: tuple[Glob, ...] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="Files that are searched beside the models and the documents: shell patterns "
        "of a name, or of a path below the release's folder (`src/**/*.py`). By default, texts of "
        "code, settings, notes and credentials, by their names.",
    )
    leave_out: tuple[Glob, ...] = Field(
        (),
        max_length=1000,
        description="Patterns of files that are not searched although `paths` names them.",
    )


@collector
class ReleaseFolder:
    """The files below the release's folder that match, and all that the release names but data."""

    evidence = ProjectFiles
    params = ProjectFilesParams

    def describe(self, source: Source, params: ProjectFilesParams) -> Description:
        """Digest over names and contents, the number of files and their bytes."""
        found = _Found(source, params)
        facts = {"files": len(found.paths), "bytes": found.bytes}
        return Description(found.digest, None, facts)

    def collect(self, source: Source, params: ProjectFilesParams) -> ProjectFiles:
        """Reads every file.

        :raises EvidenceError: a file that cannot be read, lies outside of the folder or is no
            regular file; a text of more than 32 MiB, more than 10,000 files, or more than 256 MiB
            of text in all; a pattern that no file matches. Nothing is left out in silence.
        """
        found = _Found(source, params)
        texts: list[FileText] = []
        kept = 0
        for path in found.paths:
            texts.append(_text(source.files, path, MOST_KEPT - kept))
            kept += len(texts[-1].data)
        return ProjectFiles(tuple(texts), found.bytes, found.left_out, found.digest)


class _Found:
    """Which files there are to read."""

    def __init__(self, source: Source, params: ProjectFilesParams) -> None:
        self.files = source.files
        self.folders_left_out: list[str] = []
        below = list(self._below())
        chosen = set(_named(source))
        for pattern in params.paths or ():
            matching = {path for path in below if matches(path, pattern)}
            if not matching:
                raise EvidenceError(f"paths: no file matches {pattern!r}", "mend the pattern")
            chosen |= matching
        if params.paths is None:
            chosen |= {path for path in below if any(matches(path, p) for p in TEXTS)}
        out = {path for path in chosen if any(matches(path, p) for p in params.leave_out)}
        self.paths = sorted(chosen - out)
        self.left_out = tuple(sorted(self.folders_left_out)) + tuple(sorted(out))
        if len(self.paths) > MOST_FILES:
            raise EvidenceError(
                f"more than {MOST_FILES:,} files to search", "name fewer of them in `paths`"
            )
        digests = [[path, self.files.digest(path)] for path in self.paths]
        # Not over the folders that tools make while the run goes on.
        self.digest = combined_digest(digests, sorted(out))
        self.bytes = sum(self.files.path(path).stat().st_size for path in self.paths)

    def _below(self) -> Iterator[str]:
        root = self.files.root
        try:
            for at, folders, names in os.walk(root, onerror=_raise):
                place = Path(at)
                for name in [n for n in folders if _foreign(place / n)]:
                    folders.remove(name)
                    if name not in MADE:
                        left = (place / name).relative_to(root).as_posix()
                        self.folders_left_out.append(f"{left}/")
                yield from ((place / name).relative_to(root).as_posix() for name in names)
        except OSError as error:
            where = Path(error.filename or ".").name
            raise EvidenceError(f"{where} cannot be read: {error.strerror}") from None


def matches(path: str, pattern: str) -> bool:
    """Whether a shell pattern names ``path``: its last part, or all of it where it has a ``/``.

    ``*`` stays inside a part; ``**`` is any number of folders.
    """
    parts = path.split("/")
    if "/" not in pattern:
        return fnmatch.fnmatchcase(parts[-1], pattern)
    asked = normpath(pattern).split("/")
    reached = {0}  # how many parts of the path the first parts of the pattern may stand for
    for part in asked:
        if part == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else set()
        else:
            reached = {
                n + 1 for n in reached if n < len(parts) and fnmatch.fnmatchcase(parts[n], part)
            }
    return len(parts) in reached


def _named(source: Source) -> Iterator[str]:
    """What the release names: its documents and the files of its models."""
    release = source.release
    yield from map(normpath, release.documents.values())
    for model in (release.model, release.champion.model if release.champion else None):
        if isinstance(model, ModelArtefact) and model.path is not None:
            yield from map(normpath, source.files.tree(model.path).files)


def _foreign(folder: Path) -> bool:
    """Whether a folder is not looked into: a cache, somebody else's code, or a link."""
    return folder.name in LEFT_OUT or folder.is_symlink() or (folder / "pyvenv.cfg").is_file()


def _raise(error: OSError) -> None:
    raise error


def _text(files: Files, path: str, room: int) -> FileText:
    """The text of a file, or the printable runs of a binary one."""
    before = files.identity(path)
    files.digest(path)  # what is read must be what the plan recorded
    with files.path(path).open("rb") as file:
        head = file.read(1 << 16)
        wide = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)
        if b"\0" in head and wide is None:
            made = _runs(path, file, head, room)
            if files.identity(path) != before:
                raise EvidenceError(
                    f"{path} changed while it was read",
                    "run again while nothing writes to it",
                    code="DC202",
                )
            return made
    if before[2] > min(MOST_TEXT, room):
        raise EvidenceError(
            f"{path} is too large to be searched: {before[2]:,} bytes of text",
            "name it in `leave_out`, or search it in parts",
        )
    contents = files.read(path, before[2])
    if wide is None:
        return FileText(path, contents.data)
    return FileText(path, contents.data.decode(wide, "replace").encode())


def _runs(path: str, file: BinaryIO, head: bytes, room: int) -> FileText:
    kept: list[bytes] = []
    places: list[tuple[int, int]] = []
    length = 0
    for byte, run in _printable(file, head):
        places.append((length, byte))
        kept.append(run)
        length += len(run) + 1
        if length > room:
            raise EvidenceError(
                f"{path} holds more text than can be searched", "name it in `leave_out`"
            )
    return FileText(path, b"\n".join(kept), tuple(places))


def _printable(file: BinaryIO, buffer: bytes) -> Iterator[tuple[int, bytes]]:
    """Place and text of each printable run, in bytes of one or of two; in parts of the file."""
    base = 0
    done = [0, 0]
    while True:
        chunk = file.read(_CHUNK)
        buffer += chunk
        keep = max(len(buffer) - 2 * _SHORTEST, 0)
        for which, pattern in enumerate((_RUN, _WIDE_RUN)):
            for found in pattern.finditer(buffer):
                start, end = max(found.start(), done[which] - base), found.end()
                if end <= start:
                    continue
                # What reaches the end may go on in the next part; a very long run is cut, where
                # no credential goes across.
                if chunk and end >= len(buffer) - 1:
                    if end - start < _CHUNK:
                        keep = min(keep, start)
                        continue
                    end = max(buffer.rfind(b" ", start, end), buffer.rfind(b",", start, end)) + 1
                    end = end + (end - start) % (which + 1) if end > start else found.end()
                    keep = min(keep, end)
                done[which] = base + end
                yield base + start, buffer[start : end : which + 1]
        if not chunk:
            return
        base += keep
        buffer = buffer[keep:]
