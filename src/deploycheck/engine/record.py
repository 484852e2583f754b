"""The record of a run: its plan before it measures, its decision before it is announced."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploycheck.engine.durable import Staged, write

FOLDER = ".deploycheck"


class RecordError(Exception):
    """The run cannot be recorded, so it cannot end in a release."""


def new_run(now: datetime) -> str:
    """A name for a run: when it began, to the microsecond, and eight random digits."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"


class Record:
    """One run's folder below ``.deploycheck/runs`` beside the release.

    A folder with a plan and no decision is a run that never ended: NOT_EVALUATED for ever.
    """

    def __init__(self, home: Path, run: str) -> None:
        self.folder = home / "runs" / run

    def plan(self, plan: Mapping[str, Any]) -> None:
        """Record what will be judged.

        :raises RecordError: it cannot be written.
        """
        self._write("plan.json", (json.dumps(plan, allow_nan=False) + "\n").encode())

    def decision(self, text: bytes) -> Staged:
        """What was decided, written and flushed beside its place; :meth:`seal` records it.

        :raises RecordError: it cannot be written.
        """
        with self._told("decision.json") as path:
            return Staged(path, text)

    def seal(self, staged: Staged) -> None:
        """Record what was decided.

        :raises RecordError: it cannot be put in place.
        """
        with self._told("decision.json"):
            staged.place()

    def _write(self, name: str, data: bytes) -> None:
        with self._told(name) as path:
            write(path, data)

    @contextmanager
    def _told(self, name: str) -> Iterator[Path]:
        path = self.folder / name
        try:
            yield path
        except OSError as error:
            raise RecordError(
                f"the run cannot be recorded: {path}: {error.strerror or error}; "
                "make the folder writable, free some space, or name another with --record"
            ) from None


def latest(home: Path) -> Path | None:
    """The newest recorded decision below ``home``, or ``None``."""
    found = sorted((home / "runs").glob("*/decision.json"), key=lambda p: p.parent.name)
    return found[-1] if found else None


def unfinished(home: Path) -> list[str]:
    """Runs that have a plan and no decision, oldest first."""
    plans = sorted((home / "runs").glob("*/plan.json"), key=lambda p: p.parent.name)
    return [p.parent.name for p in plans if not (p.parent / "decision.json").exists()]
