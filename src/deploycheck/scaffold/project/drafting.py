"""From choices to the files that are written, proven before any of them is."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.plan import make_plan
from deploycheck.engine.problems import PolicyError, Problem
from deploycheck.engine.registry import Registry
from deploycheck.scaffold.project.choices import Choices
from deploycheck.scaffold.project.pipeline import MARK, Ci, pipeline
from deploycheck.scaffold.project.policy_text import policy_text
from deploycheck.scaffold.project.release_text import release_text
from deploycheck.scaffold.project.write import ignored

__all__ = ["POLICY", "RELEASE", "Draft", "draft", "paths", "prove"]

RELEASE = "release.yaml"
POLICY = "policy.yaml"
_MARKS = (MARK.encode(), MARK.replace("#", "//").encode())
_LARGEST_IGNORE = 1 << 20


@dataclass(frozen=True)
class Draft:
    """What would be written.

    :param files: new files, by path relative to the project.
    :param ignore: ``.gitignore`` as it would be; ``None`` where nothing is to be added.
    :param then: what a person has to do that no file can.
    """

    files: dict[str, bytes]
    ignore: bytes | None
    then: tuple[str, ...]


def draft(chosen: Choices, folder: Path, ci: Iterable[Ci]) -> Draft:
    """The files of a project.

    :raises OSError: ``.gitignore`` is there and cannot be read.
    """
    store = Files(folder)

    def digest(path: str) -> str | None:
        try:
            return store.digest(path)
        except EvidenceError:
            return None  # the plan says why

    files = {
        RELEASE: release_text(chosen, digest).encode(),
        POLICY: policy_text(chosen).encode(),
    }
    then = []
    for name in dict.fromkeys(ci):
        made = pipeline(
            name, model=chosen.asked is not None, theirs=lambda path: _theirs(folder / path)
        )
        files[made.path] = made.text.encode()
        if made.then:
            then.append(made.then)
    return Draft(files, _ignore(folder), tuple(then))


def paths(ci: Iterable[Ci], folder: Path) -> tuple[str, ...]:
    """The files that a draft will have, whatever is chosen."""
    made = [pipeline(n, model=False, theirs=lambda path: _theirs(folder / path)).path for n in ci]
    return (RELEASE, POLICY, *dict.fromkeys(made))


def prove(made: Draft, folder: Path, as_of: datetime, registry: Registry) -> tuple[Problem, ...]:
    """What a plan of the release and the policy finds wrong, before they are written."""
    texts = [Text(name, name, made.files[name]) for name in (RELEASE, POLICY)]
    materials = Materials(folder, texts[0], (texts[1],), {}, as_of, "init", "init")
    try:
        plan = make_plan(materials, registry)
    except PolicyError as error:
        return error.problems
    broken = dict.fromkeys(
        (str(step.broken), step.broken.code) for step in plan.steps if step.broken is not None
    )
    return tuple(Problem(code, text, None) for text, code in broken)


def _theirs(path: Path) -> bool:
    """Whether something is there that init did not write."""
    if not os.path.lexists(path):
        return False
    try:
        with path.open("rb") as file:
            return not file.read(200).startswith(_MARKS)
    except OSError:
        return True


def _ignore(folder: Path) -> bytes | None:
    """``.gitignore`` with what is to be added; ``None`` where it is no plain file of some size."""
    path = folder / ".gitignore"
    if not os.path.lexists(path):
        return ignored(None)
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST_IGNORE:
        return None
    return ignored(path.read_bytes())
