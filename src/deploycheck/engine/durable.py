"""Files that are either wholly there or not at all, also after a crash."""

import contextlib
import errno
import os
import tempfile
from pathlib import Path


class Staged:
    """A file written and flushed beside its place, waiting to be put there.

    :raises OSError: it cannot be written to its last byte; nothing is left behind.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        self._part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self._part.chmod(0o644 & ~_umask())
        except BaseException:
            self.drop()
            raise

    def place(self) -> None:
        """Put it there, replacing what was.

        :raises OSError: it cannot be put there.
        """
        try:
            self._part.replace(self.path)
            _flush_folder(self.path.parent)
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Leave no trace of it."""
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old content or the new, never a part.

    :raises OSError: it cannot be written to its last byte.
    """
    Staged(path, data).place()


def _umask() -> int:
    """The process's umask; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
