"""The bytes of a release's files in which something may be written that must not be there."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class FileText:
    """One file.

    :param path: relative to the release's folder.
    :param data: its text in UTF-8 or another superset of ASCII; of a binary file, its printable
        runs, each on a line of its own.
    :param runs: of a binary file, the place of each run in ``data`` and in the file.
    """

    path: str
    data: bytes = field(repr=False)
    runs: tuple[tuple[int, int], ...] | None = field(default=None, repr=False)

    def place(self, at: int) -> str:
        """Where in the file the byte ``at`` of ``data`` stands: a line, or the start of a run."""
        if self.runs is None:
            return str(self.data.count(b"\n", 0, at) + 1)
        run = bisect_right(self.runs, at, key=lambda pair: pair[0]) - 1
        return f"byte {self.runs[run][1] if run >= 0 else 0}"


@dataclass(frozen=True)
class ProjectFiles:
    """Files of a release: code, settings, documents, and the model.

    :param files: in the order of their paths.
    :param bytes: of all of them as they lie on disk.
    :param left_out: folders that were not looked into.
    :param digest: sha256 over names and contents.
    """

    subject: ClassVar[str] = "release"

    files: tuple[FileText, ...]
    bytes: int = 0
    left_out: tuple[str, ...] = ()
    digest: str = ""
