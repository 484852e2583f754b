"""Where in a release a column is named, for mistakes that are found when the data are looked at."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from deploycheck.model.release import Release

_NAMED = re.compile(r"column '((?:[^'\\]|\\.)+)'")


def named_in(message: str) -> str | None:
    """The column that a message names, as ``no column 'age'`` does."""
    found = _NAMED.search(message)
    return found[1] if found else None


def place_of(release: Release, column: str) -> tuple[str | int, ...] | None:
    """The path to the first mention of a column: features, roles, then data sets; else ``None``."""
    given = release.model_dump(by_alias=True, exclude_unset=True)
    for path, value in _leaves(given, ()):
        about = path[0] in {"model", "champion", "columns", "data"} and "path" not in path
        if about and value == column:
            return path
    return None


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for at, part in enumerate(value):
            yield from _leaves(part, (*path, at))
    else:
        yield path, value
