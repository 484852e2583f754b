"""What was measured before, by content: plain data, whole or not at all, shared by workers.

Results are kept in one file for each set of evidence, so that thousands of controls on one data
set are one file to read and one to write.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploycheck.engine.durable import write
from deploycheck.engine.memory import Kept

_WAIT = 600.0
_MOST = 20_000  # results kept of one set of evidence; the oldest go first


class Cache:
    """A folder of results. What cannot be read, or was altered, is measured again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bytes = Kept(folder / "answers")
        self._known: dict[str, dict[str, Any]] = {}
        self._new: dict[str, dict[str, Any]] = {}

    def get(self, evidence: str, key: str) -> Any:
        """What was put under ``key`` for this evidence, or ``None``."""
        if evidence not in self._known:
            self._known[evidence] = self._read(evidence)
        return self._known[evidence].get(key)

    def put(self, evidence: str, key: str, value: Any) -> None:
        """Keep ``value``, plain data, until :meth:`flush` writes it."""
        self._known.setdefault(evidence, {})[key] = value
        self._new.setdefault(evidence, {})[key] = value

    def flush(self) -> None:
        """Write what is new, beside what others wrote in the meantime.

        A cache that cannot be written costs time, not truth.
        """
        for evidence, new in self._new.items():
            with self._lock(evidence):
                self._write(evidence, self._read(evidence) | new)
        self._new.clear()

    @contextmanager
    def alone(self, evidence: str) -> Iterator[None]:
        """Measure while the others wait, and find what they measured before; then write.

        A lock that cannot be had costs time, not truth: the work is then done twice.
        """
        with self._lock(evidence):
            self._known[evidence] = self._read(evidence) | self._new.get(evidence, {})
            yield
            if new := self._new.pop(evidence, None):
                self._write(evidence, self._read(evidence) | new)

    @contextmanager
    def _lock(self, evidence: str) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / f"{_short(evidence)}.lock")
            lock.acquire(timeout=_WAIT)
        except (OSError, Timeout, NotImplementedError):
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _read(self, evidence: str) -> dict[str, Any]:
        try:
            kept = json.loads(self._path(evidence).read_bytes())
            text = kept["values"]
            if kept["evidence"] != evidence or kept["sha256"] != _sum(text):
                return {}
            values = json.loads(text)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def _write(self, evidence: str, values: dict[str, Any]) -> None:
        newest = dict(list(values.items())[-_MOST:])
        text = json.dumps(newest, allow_nan=False)
        kept = {"evidence": evidence, "sha256": _sum(text), "values": text}
        try:
            write(self._path(evidence), json.dumps(kept).encode())
        except OSError:
            return

    def _path(self, evidence: str) -> Path:
        return self.folder / f"{_short(evidence)}.json"


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]
