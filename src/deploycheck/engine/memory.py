"""What collectors keep between runs: bytes by content, whole or not at all, and not for ever."""

import hashlib
from contextlib import suppress
from pathlib import Path

from deploycheck.engine.durable import write

MOST = 256 << 20  # bytes of one thing that is kept
ALL = 1 << 30  # bytes of all of them; the ones that nobody asked for longest go first
_HEAD = 64  # characters of the sum before the bytes


class Kept:
    """A folder of bytes. What cannot be read, or was altered, is as if it had never been kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> bytes | None:
        """What was put under ``key``, or ``None``."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            path.touch()
        except OSError:
            return None
        head, value = data[:_HEAD], data[_HEAD:]
        return value if head == _sum(key, value) else None

    def put(self, key: str, value: bytes) -> None:
        """Keep ``value``; a folder that cannot be written costs time, not truth."""
        if len(value) > MOST:
            return
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write(self._path(key), _sum(key, value) + value)
            self._make_room()

    def _make_room(self) -> None:
        found = []
        for path in self.folder.glob("*.bin"):
            with suppress(OSError):
                facts = path.stat()
                found.append((facts.st_mtime_ns, facts.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= ALL:
                return
            with suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.bin"


def _sum(key: str, value: bytes) -> bytes:
    whole = hashlib.sha256(key.encode() + b"\0")
    whole.update(value)
    return whole.hexdigest().encode()
