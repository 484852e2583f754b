"""What a person says, by an option or an answer, held against what was found."""

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import get_args

from deploycheck.engine.language.place import visible
from deploycheck.engine.problems import did_you_mean
from deploycheck.model.release import Task
from deploycheck.scaffold.found import Column, Found
from deploycheck.scaffold.project.choices import Choices, Given, Value
from deploycheck.scaffold.project.choosing import choose
from deploycheck.scaffold.project.yaml_text import expressible

__all__ = ["NONE", "ROLES", "SaidError", "said"]

NONE = "none"
FILES = ("test", "train", "production", "model")
COLUMNS = ("target", "prediction", "score", "id")
MANY = ("features", "protected")
VALUES = ("positive", "favourable")
# What follows can only be held against what stands before.
ROLES = (*FILES, "features", "target", "task", "prediction", "score", "positive", "threshold",
         "protected", "favourable", "id")  # fmt: skip


class SaidError(ValueError):
    """What was said does not fit what was found; says what would."""


def said(found: Found, given: Given, role: str, words: tuple[str, ...], folder: Path) -> Given:
    """``given``, and what was said of one role.

    :param role: one of ``ROLES``.
    :param words: one, or several for a role of several columns; ``none`` says that there is none.
    :param folder: of the project; files are in it.
    :raises SaidError: no such column, value or file.
    """
    if not words:
        raise SaidError(f"nothing was said; {NONE!r} says that there is none")
    chosen = choose(found, given, yes=True)
    word = words[0]
    made: object
    if role in FILES:
        made = "" if word == NONE else _file(word, folder)
    elif role in MANY:
        made = _columns(words, chosen)
    elif role in COLUMNS:
        made = _column(word, chosen) or ""
    elif role in VALUES:
        made = _value(word, chosen)
    elif role == "task":
        made = _task(word)
    else:
        made = _number(word)
    return replace(given, **{role: made})  # type: ignore[arg-type]  # the roles are its fields


def _file(word: str, folder: Path) -> str:
    """A file's path relative to the project; given relative to it, or to where we are."""
    for base in (folder, Path.cwd()):
        try:
            place = base / word
            if place.is_file():
                inside = Path(os.path.relpath(place.absolute(), folder.absolute()))
                if inside.parts[0] != ".." and place.resolve().is_relative_to(folder.resolve()):
                    return _named(inside.as_posix())
                raise SaidError(f"{visible(word)} lies outside {visible(str(folder))}; copy it in")
        except (OSError, ValueError) as error:
            if isinstance(error, SaidError):
                raise
            raise SaidError(f"{visible(word[:80])}: {error}") from None
    raise SaidError(f"{visible(word[:200])}: no such file")


def _named(path: str) -> str:
    if not expressible(path) or set("*?[") & set(path):
        raise SaidError(f"a release cannot name {visible(path)}: rename the file")
    return path


def _columns(words: tuple[str, ...], chosen: Choices) -> tuple[str, ...]:
    """Several columns, each once."""
    known = _known(chosen)
    if words == (NONE,) and NONE not in known:
        return ()
    return tuple(dict.fromkeys(name for word in words if (name := _column(word, chosen))))


def _column(word: str, chosen: Choices) -> str:
    """The name of a column, empty for none."""
    known = _known(chosen)
    if word == NONE and NONE not in known:
        return ""
    if known and word not in known:
        path = chosen.test.value.path if chosen.test is not None else "the test data"
        hint = did_you_mean(word, known)
        raise SaidError(f"{path} has no column '{visible(word)}'" + (f"; {hint}" if hint else ""))
    if not expressible(word):
        raise SaidError(f"a release cannot name the column '{visible(word)}': rename it")
    return word


def _known(chosen: Choices) -> dict[str, Column]:
    return {c.name: c for c in chosen.test.value.columns} if chosen.test is not None else {}


def _value(word: str, chosen: Choices) -> Value:
    """A value of the target, of its own type; empty for none."""
    labels = chosen.labels()
    for label in labels:
        same = str(label).lower() == word.lower() if isinstance(label, bool) else str(label) == word
        if same:
            return label
    if word == NONE:
        return ""
    if labels:
        target = chosen.target.value if chosen.target is not None else "the target"
        shown = ", ".join(visible(str(label)) for label in labels)
        raise SaidError(f"{visible(target)} never is '{visible(word)}'; it is one of: {shown}")
    column = chosen.column(chosen.target.value) if chosen.target is not None else None
    return _typed(word, column)


def _typed(word: str, column: Column | None) -> Value:
    kind = column.kind if column is not None else "text"
    if kind == "integer" and word.lstrip("-").isascii() and word.lstrip("-").isdigit():
        return int(word)
    if kind == "float":
        return _number(word)
    if kind == "boolean" and word.lower() in {"true", "false"}:
        return word.lower() == "true"
    if not expressible(word):
        raise SaidError(f"a release cannot hold the value '{visible(word)}'")
    return word


def _task(word: str) -> Task:
    known: tuple[Task, ...] = get_args(Task)
    for task in known:
        if word == task:
            return task
    raise SaidError(f"no task '{visible(word)}'; one of: {', '.join(known)}")


def _number(word: str) -> float:
    """A number; a whole one stays whole, as it was written."""
    try:
        number = int(word) if word.lstrip("+-").isdigit() else float(word)
    except ValueError:
        raise SaidError(f"'{visible(word)}' is no number") from None
    if not math.isfinite(number):
        raise SaidError(f"'{visible(word)}' is not finite")
    return number
