"""What can be told of a name, a path or a column by looking at it alone."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from deploycheck.scaffold.found import ModelFile
from deploycheck.scaffold.project.choices import Choice, State, Value
from deploycheck.scaffold.project.yaml_text import expressible

__all__ = [
    "follows",
    "identifier",
    "listed",
    "model_of",
    "unusable_path",
    "writable",
]

_PATTERN = frozenset("*?[")


def identifier(text: str, otherwise: str) -> str:
    """A name that policies and releases may have: letters, digits, ``.``, ``_`` and ``-``."""
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100].rstrip("-")
    return made or otherwise


def follows(target: Choice[Any]) -> State:
    """What follows from a target is as sure as it."""
    return "sure" if target.state in {"given", "sure"} else target.state


def model_of(path: str) -> ModelFile:
    """A model that a person named and nobody looked at."""
    ending = PurePosixPath(path).suffix.lower().lstrip(".")
    return ModelFile(path, ending or "unknown", ending == "onnx", "you said so")


def unusable_path(path: str) -> str:
    """Why a release cannot name this file; empty where it can."""
    if not expressible(path):
        return "its name holds a character that YAML or deploycheck refuses"
    return "its name reads as a pattern of names" if _PATTERN & set(path) else ""


def writable(value: Value) -> bool:
    """Whether a release can hold the value."""
    return not isinstance(value, str) or expressible(value)


def listed(names: Iterable[str]) -> str:
    """Names as a sentence has them, of many the first."""
    every = list(names)
    shown = every[:3] + ([f"{len(every) - 3} more"] if len(every) > 3 else [])
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1] if shown else "")))
