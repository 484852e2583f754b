"""What was measured before, by content: plain data, whole or not at all, shared by workers."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploycheck.engine.durable import write

_WAIT = 600.0


class Cache:
    """A folder of results. What cannot be read, or was altered, is measured again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> Any:
        """What was put under ``key``, or ``None``."""
        try:
            kept = json.loads(self._path(key).read_bytes())
            text = kept["value"]
            if kept["key"] != key or kept["sha256"] != _sum(text):
                return None
            return json.loads(text)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep ``value``, plain data. A cache that cannot be written costs time, not truth."""
        text = json.dumps(value, allow_nan=False)
        kept = {"key": key, "sha256": _sum(text), "value": text}
        try:
            write(self._path(key), json.dumps(kept).encode())
        except OSError:
            return

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Hold the lock of ``key``, so that one worker measures and the others wait for it.

        A lock that cannot be had costs time, not truth: the work is then done twice.
        """
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / f"{_short(key)}.lock")
            lock.acquire(timeout=_WAIT)
        except (OSError, Timeout, NotImplementedError):
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _path(self, key: str) -> Path:
        name = _short(key)
        return self.folder / name[:2] / f"{name}.json"


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]
