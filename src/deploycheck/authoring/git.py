"""What git knows about a folder, without running anything that the repository's settings name.

A repository's own configuration can name programs that git runs (``core.fsmonitor``, filters,
hooks). Its files are therefore compared in a private repository beside it, which borrows its
objects and nothing else: a fresh index, so that no stored time stamp or flag hides a change.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.lineage import Ancestry

SECONDS = 25.0
MOST_OUTPUT = 64 << 20
SHOWN = 200
_MOST_POINTERS = 200
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ABBREVIATED = re.compile(r"[0-9a-f]{7,64}")
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize ([0-9]+)\n"
)
# Settings of the repository that say how a file is compared, with what they may be.
_KEPT = {
    "core.autocrlf": {"true", "false", "input"},
    "core.eol": {"lf", "crlf", "native"},
    "core.filemode": {"true", "false"},
    "core.symlinks": {"true", "false"},
    "core.ignorecase": {"true", "false"},
}
_SAFE = (
    "-c", "safe.directory=*", "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "protocol.allow=never",
)  # fmt: skip


class GitError(Exception):
    """The folder has no commit, with the reason."""


@dataclass
class Repository:
    """The repository around a folder.

    :param folder: a folder inside the working tree.
    :param top: the working tree.
    :param common: where objects and settings are kept.
    :param private: the private repository that the files are compared in.
    """

    folder: Path
    top: Path
    common: Path
    commit: str
    private: Path
    program: str
    until: float = field(default=0.0, repr=False)

    def changes(self, expected: frozenset[Path]) -> list[str]:
        """Files that are not as the commit has them, relative to the working tree, sorted.

        :param expected: files, and folders of files, that need not be in the repository.
        :raises EvidenceError: git takes too long, or fails.
        """
        self.run("read-tree", self.commit)
        told = self.run(
            "status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=all",
            "--no-renames",
        )  # fmt: skip
        found: list[str] = []
        pointers = 0
        for entry in told.split(b"\0"):
            state, name = entry[:2], os.fsdecode(entry[3:])
            place = self.top / name
            if not name or (state == b"??" and _is_below(place, expected)):
                continue
            if state.strip() == b"M" and pointers < _MOST_POINTERS:
                pointers += 1
                if self._is_stored_elsewhere(name):
                    continue
            found.append(name)
        return sorted([*found, *self._submodules()])

    def _is_stored_elsewhere(self, name: str) -> bool:
        """Whether the commit has a Git LFS pointer to the very bytes that the file has."""
        which = f"{self.commit}:{name}"
        size = self.run("cat-file", "-s", which, check=False).strip()
        place = self.top / name
        if not size.isdigit() or int(size) > 1024 or place.is_symlink() or not place.is_file():
            return False
        pointer = _POINTER.fullmatch(self.run("cat-file", "blob", which, check=False))
        if pointer is None or place.stat().st_size != int(pointer[2]):
            return False
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest().encode() == pointer[1]

    def _submodules(self) -> Iterator[str]:
        for entry in self.run("ls-files", "--stage", "-z").split(b"\0"):
            if entry.startswith(b"160000 "):
                name = os.fsdecode(entry.partition(b"\t")[2])
                place = self.top / name
                if place.is_dir() and any(place.iterdir()):
                    yield f"{name} (a submodule, which is not looked at)"

    def holds_folder(self) -> bool:
        """Whether the commit has any file of the folder; asked after :meth:`changes`."""
        below = self.folder.relative_to(self.top).as_posix()
        return bool(self.run("ls-files", "-z", "--", below))

    def ancestry(self, commit: str) -> Ancestry:
        """Whether ``commit``, which may be abbreviated, is the commit or one before it."""
        if _ABBREVIATED.fullmatch(commit) is None:
            return "unknown"
        whole = self.run("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}", check=False)
        if not whole:
            return "unknown"
        base = self.run("merge-base", whole.decode().strip(), self.commit, check=False)
        return "ancestor" if base and base == whole else "unrelated"

    def branch(self) -> str:
        """Name of the branch that is checked out, empty where none is."""
        return self._own("symbolic-ref", "--quiet", "--short", "HEAD")

    def tags(self) -> tuple[str, ...]:
        """Names of the tags of the commit."""
        points = f"--points-at={self.commit}"
        told = self._own("for-each-ref", points, "--format=%(refname:short)", "refs/tags")
        return tuple(sorted(told.splitlines()))[:SHOWN]

    def remote(self) -> str:
        """Address of ``origin`` without user, password and query; empty where there is none."""
        found = _setting(self.program, self.common, "remote.origin.url", self.until)
        return without_credentials(found)

    def run(self, *arguments: str, check: bool = True) -> bytes:
        """What git prints about the private repository; nothing where it fails unchecked."""
        where = (f"--git-dir={self.private}", f"--work-tree={self.top}")
        return _run(self.program, (*where, *arguments), self.top, self.until, check=check)

    def _own(self, *arguments: str) -> str:
        told = _run(self.program, arguments, self.folder, self.until, check=False)
        return told.decode("utf-8", "replace").strip()


@contextmanager
def repository(folder: Path) -> Iterator[Repository]:
    """The repository whose working tree holds ``folder``.

    :raises GitError: there is none, or it has no commit.
    :raises EvidenceError: git is not installed, fails or takes longer than 25 seconds.
    """
    program, until = _program(folder), time.monotonic() + SECONDS
    here = folder.resolve()
    asked = ("rev-parse", "--show-toplevel", "--git-common-dir")
    told = os.fsdecode(_run(program, asked, here, until, check=False)).splitlines()
    if len(told) != 2:
        raise GitError("the release's folder lies in no git repository")
    top, common = Path(told[0]).resolve(), (here / told[1]).resolve()
    if not here.is_relative_to(top):
        raise GitError("the release's folder lies outside of the repository's working tree")
    head = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    commit = _run(program, head, here, until, check=False).decode("ascii", "replace").strip()
    if _COMMIT.fullmatch(commit) is None:
        raise GitError("the git repository has no commit")
    with tempfile.TemporaryDirectory(prefix="deploycheck-git-") as made:
        private = Path(made)
        _borrow(program, private, common, commit, until)
        yield Repository(here, top, common, commit, private, program, until)


def without_credentials(address: str) -> str:
    """A remote's address without user, password, query and fragment."""
    if "://" not in address:  # host:path of ssh, or a folder
        return address.rpartition("@")[2][:400]
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))[:400]
    except ValueError:
        return ""


def _borrow(program: str, private: Path, common: Path, commit: str, until: float) -> None:
    """Make a private repository with the objects of another."""
    for name in ("objects/info", "objects/pack", "refs", "info"):
        (private / name).mkdir(parents=True)
    (private / "HEAD").write_text(f"{commit}\n", encoding="ascii")
    objects = os.fsencode(common / "objects")
    if b"\n" in objects or objects.startswith(b'"'):
        raise EvidenceError("the repository's folder has a line break in its name", "rename it")
    (private / "objects/info/alternates").write_bytes(objects + b"\n")
    for name in ("shallow", "info/exclude"):
        if (common / name).is_file() and (common / name).stat().st_size <= 1 << 20:
            shutil.copyfile(common / name, private / name)
    sha256 = len(commit) == 64
    lines = [f"[core]\n\trepositoryformatversion = {int(sha256)}\n\tbare = false\n"]
    lines += [
        "[core]\n\texcludesFile = /dev/null\n\tattributesFile = /dev/null\n[gc]\n\tauto = 0\n"
    ]
    lines += ["[extensions]\n\tobjectFormat = sha256\n"] if sha256 else []
    for key, values in _KEPT.items():
        value = _setting(program, common, key, until).lower()
        section, _, name = key.partition(".")
        lines += [f"[{section}]\n\t{name} = {value}\n"] if value in values else []
    (private / "config").write_text("".join(lines), encoding="ascii")


def _setting(program: str, common: Path, key: str, until: float) -> str:
    # Of this one file, and of none that it includes.
    asked = ("config", "--file", str(common / "config"), "--no-includes", "--get", key)
    return _run(program, asked, common, until, check=False).decode("utf-8", "replace").strip()


def _is_below(place: Path, expected: frozenset[Path]) -> bool:
    return place in expected or any(parent in expected for parent in place.parents)


def _program(folder: Path) -> str:
    found = shutil.which("git")
    if found is None:
        raise EvidenceError("git is not installed", "install git", code="DC206")
    if Path(found).resolve().is_relative_to(folder.resolve()):
        raise EvidenceError("the git on the PATH lies in the release's folder", "mend the PATH")
    return found


def _run(
    program: str, arguments: tuple[str, ...], folder: Path, until: float, *, check: bool
) -> bytes:
    """What git prints, in an environment in which it reads no settings of user or system."""
    environment = {
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    with tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(  # noqa: S603 - the program is git, the arguments are a list
                [program, *_SAFE, *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                timeout=max(until - time.monotonic(), 0.1),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise EvidenceError(
                f"git took longer than {SECONDS:g} s", "run it on a smaller or a faster checkout"
            ) from None
        except OSError as error:
            raise EvidenceError(f"git cannot be run: {error.strerror}") from None
        size = os.fstat(out.fileno()).st_size
        if done.returncode:
            if check:
                raise EvidenceError(f"git {arguments[2]} failed in {folder.name}", "run git fsck")
            return b""
        if size > MOST_OUTPUT:
            raise EvidenceError(f"git prints more than {MOST_OUTPUT:,} bytes")
        out.seek(0)
        return out.read()
