"""Which files ``lint`` looks at: those that are named, and policies and releases below a folder."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploycheck.engine.document import parse, read
from deploycheck.engine.language.place import Place
from deploycheck.engine.linting.lint import Linted, lint
from deploycheck.engine.load import peek_kind
from deploycheck.engine.problems import Problem
from deploycheck.engine.registry import Registry
from deploycheck.shipped import pack_name

SKIPPED = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox"})
_PARTS = ("data", "columns", "model", "champion", "documents", "inputs")
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Chosen:
    """A file that may be looked at.

    :param named: whether somebody named it; a file that was found may be anything.
    """

    path: Path
    named: bool


def choose(paths: Sequence[Path], *, others: bool) -> list[Chosen]:
    """Files to look at: each path, and the YAML files below it where it is a folder.

    :param others: whether a file that is named must be a policy or a release.
    """
    chosen: dict[str, Chosen] = {}
    for path in paths:
        for one in below(path) if path.is_dir() else (Chosen(path, others),):
            chosen.setdefault(os.path.realpath(one.path), one)
    return list(chosen.values())


def below(folder: Path) -> Iterator[Chosen]:
    """Every YAML file below ``folder``, in order of name; links to folders are not followed."""
    stack = [folder]
    while stack:
        here = stack.pop()
        try:
            with os.scandir(here) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            yield Chosen(here, named=True)  # a folder that hides its files is told
            continue
        for entry in found:
            if entry.name.endswith(_ENDINGS) and not entry.is_dir():
                yield Chosen(Path(entry.path), named=False)
        stack += [
            Path(entry.path)
            for entry in reversed(found)
            if entry.is_dir(follow_symlinks=False) and entry.name not in SKIPPED
        ]


def look(chosen: Sequence[Chosen], registry: Registry, as_of: datetime) -> list[Linted]:
    """Look at every file; what was only found and is neither policy nor release is left out.

    :param as_of: the clock, aware.
    """
    made = []
    for one in chosen:
        problems: list[Problem] = []
        label = label_of(one.path)
        data = read(one.path, label, problems) if _readable(one.path, label, problems) else None
        if data is None:
            made.append(Linted(label, None, tuple(problems)))
        elif one.named or _meant(data):
            made.append(lint(label, data, registry, as_of))
    return made


def _meant(data: bytes) -> bool:
    """Whether a file that was only found is meant to be a policy or a release.

    ``release:`` alone says little: an approval begins with it, and charts and pipelines have it.
    """
    kind = peek_kind(data)
    if kind != "release":
        return kind == "policy"
    document = parse("", data, [])
    root = document.root if document is not None else None
    if not isinstance(root, dict):
        return True  # it cannot be read as YAML, which is told
    return any(isinstance(root.get(key), dict | list) for key in _PARTS)


def _readable(path: Path, label: str, problems: list[Problem]) -> bool:
    if path.is_dir():
        problems.append(Problem("DC001", "the folder cannot be read", Place(label)))
    return not problems


def label_of(path: Path) -> str:
    """A file as messages name it: a pack by its name, others from where the command was given."""
    ready = pack_name(path.resolve())
    return ready or Path(os.path.relpath(path.absolute(), Path.cwd())).as_posix()
