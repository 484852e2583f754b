"""A stored decision, read back and held against its own digest."""

import os
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from deploycheck.engine.canonical import digest
from deploycheck.engine.record import FOLDER, latest, unfinished
from deploycheck.engine.wording import SENTENCE, bounded
from deploycheck.model.decision import Decision

_MOST_HOMES, _FEW_HOMES = 200, 3
LARGEST = 1 << 28  # bytes of a decision that is read back


class UnusableError(Exception):
    """There is a file, and no decision can be had from it; the message says why."""


@dataclass(frozen=True)
class Stored:
    """A decision and the file it was read from.

    :param newer: name of a run that began later and ended without a decision; empty if there is
        none.
    """

    path: Path
    decision: Decision
    newer: str = ""


def newest(home: Path) -> Stored | None:
    """The newest decision below the records in ``home``, or ``None`` where there is none.

    :raises UnusableError: as :func:`stored`.
    """
    path = latest(home)
    if path is None:
        return None
    later = [run for run in unfinished(home) if run > path.parent.name]
    return Stored(path, stored(path), bounded(later[-1]) if later else "")


def named(path: Path) -> Stored:
    """The decision in ``path``.

    :raises UnusableError: as :func:`stored`.
    """
    return Stored(path, stored(path))


def only(folder: Path) -> Path | None:
    """The one record that lies one or two folders deeper; ``None`` where there are several."""
    found = others(folder)
    return folder / found[0] if len(found) == 1 else None


def others(folder: Path) -> list[str]:
    """Records that lie one or two folders deeper, the newest run first; at most a few.

    A gate records beside the release, which need not be where a command is given.
    """
    found = [
        (run.parent.name, home)
        for pattern in ("*", "*/*")
        for home in islice(folder.glob(f"{pattern}/{FOLDER}"), _MOST_HOMES)
        if not home.parent.is_symlink() and (run := latest(home)) is not None
    ]
    names = [home.relative_to(folder).as_posix() for _, home in sorted(found, reverse=True)]
    return [bounded(name) for name in names[:_FEW_HOMES]]


def stored(path: Path) -> Decision:
    """The decision in ``path``, whose content has its digest.

    :raises UnusableError: it cannot be read, is no decision, or was altered.
    """
    try:
        data = _bytes(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnusableError(f"{_shown(path)} cannot be read: {bounded(str(why))}") from None
    try:
        decision = Decision.model_validate_json(data)
    except ValueError as error:
        raise UnusableError(
            f"{_shown(path)} is no decision: {bounded(str(error), SENTENCE)[:500]}"
        ) from None
    if digest(decision) != decision.run.digest:
        raise UnusableError(f"{_shown(path)} was altered: its content does not have its digest")
    return decision


def _shown(path: Path) -> str:
    return bounded(str(path), SENTENCE)


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file; a pipe or a device is never waited for."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError("it is no file")
        if facts.st_size > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        return file.read()
