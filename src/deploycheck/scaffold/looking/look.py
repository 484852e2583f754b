"""Looks at a project: what is there, and what is proposed from it. Nothing of it is run."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploycheck.authoring.files import Files
from deploycheck.scaffold.found import DataFile, Found
from deploycheck.scaffold.looking.columns import Look
from deploycheck.scaffold.looking.data import data_files
from deploycheck.scaffold.looking.documents import documents
from deploycheck.scaffold.looking.models import models
from deploycheck.scaffold.looking.project import project
from deploycheck.scaffold.looking.roles import Roles, roles
from deploycheck.scaffold.looking.target import likeness, named
from deploycheck.scaffold.looking.walk import Budget, Limits, shown, walk

__all__ = ["look"]

_DEFAULT = Limits()
_NARROW = 2  # columns of a file that holds outcomes apart from what they are of


def look(
    folder: Path,
    *,
    test: str | None = None,
    limits: Limits = _DEFAULT,
    clock: Callable[[], float] = time.monotonic,
) -> Found:
    """Everything that is found in a project's folder.

    Only files inside the folder are opened; no link to a folder is followed, no pickle is loaded
    and no code of the project is imported. What cannot be read, or is left out, is a note.

    :param test: the data file, relative to the folder, that a person says is the test set; its
        columns are those that roles are proposed for.
    :param limits: how much is looked at, at most.
    :param clock: seconds that only go up.
    """
    files = Files(folder)
    told = project(folder)
    seen = walk(folder, limits, Budget(limits.seconds / 5, clock))
    papers = documents(seen, files, told.version)
    data = data_files(seen, files, limits, Budget(limits.seconds * 3 / 5, clock))
    found_models = models(seen, files, Budget(limits.seconds / 5, clock))
    ordered = sorted(_ordered(data.files), key=lambda each: each[0].path != test)
    made = _roles(ordered) if ordered else Roles((), None, None, ())
    notes = (*seen.notes, *told.notes, *data.notes, *made.notes, *found_models.notes, *papers.notes)
    return Found(
        name=told.name,
        version=told.version,
        data=tuple(each for each, _ in ordered),
        models=found_models.files,
        documents=papers.found,
        proposals=made.proposals,
        task=made.task,
        positive=made.positive,
        git=told.git,
        ci=told.ci,
        notes=tuple(dict.fromkeys(notes)),
    )


def _roles(ordered: Sequence[tuple[DataFile, Look]]) -> Roles:
    """The roles of the likeliest test set; no outcome where only the training data have one."""
    (data, seen), *others = ordered
    made = roles(seen)
    there = {column.name for column in data.columns}
    for other, look_ in others:
        lost = [name for name in named(look_) if name not in there]
        if other.role == "train" and lost and not named(seen):
            note = (
                f"{shown(data.path)} has no column {shown(lost[0])}, which {shown(other.path)} has "
                "and which may be the outcome. Rows without the true outcome judge nothing: name "
                "labelled ones that the model was not trained on with --test FILE"
            )
            kept = tuple(each for each in made.proposals if each.role != "target")
            return Roles(kept, None, None, (note, *made.notes))
    return made


def _ordered(found: Sequence[tuple[DataFile, Look]]) -> list[tuple[DataFile, Look]]:
    """The data files, the likeliest test set first.

    Of those that no name tells apart it is the one that seems to have an outcome.
    """

    def key(each: tuple[DataFile, Look]) -> tuple[int, ...]:
        data, seen = each
        order = ("test", "other", "production", "train").index(data.role)
        if data.role != "other":
            return (order,)
        width = len(seen.columns)
        return order, width <= _NARROW, -likeness(seen), -width

    return sorted(found, key=key)
