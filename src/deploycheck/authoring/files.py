"""The one path function: what a release may name, and how its bytes are digested."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from deploycheck.authoring.errors import EvidenceError


@dataclass
class Files:
    """Files inside ``root``, with their digests.

    :param root: folder of the release; nothing outside it is read.
    :param trust_stat: whether size and time stamps may vouch for an earlier digest (never for
        ``gate``).
    :param known: digests by ``(path, size, mtime_ns, inode)``.
    """

    root: Path
    trust_stat: bool = False
    known: dict[str, str] = field(default_factory=dict)

    def path(self, text: str) -> Path:
        """The regular file that ``text`` names.

        :raises EvidenceError: a URL, an absolute path, one that leaves the root after links are
            resolved, or no regular file.
        """
        inside = self.inside(text)
        try:
            mode = inside.stat().st_mode
        except FileNotFoundError:
            raise EvidenceError(f"{text} does not exist", "make it, or mend the path") from None
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(mode):
            raise EvidenceError(f"{text} is not a regular file")
        if not os.access(inside, os.R_OK):
            raise EvidenceError(f"{text} cannot be read: permission denied")
        return inside

    def inside(self, text: str) -> Path:
        """The place that ``text`` names, whether or not anything is there."""
        if "://" in text or "\0" in text:
            raise EvidenceError(f"{text!r} is not a path inside the release's folder")
        if Path(text).is_absolute() or Path(text).drive:
            raise EvidenceError(
                f"{text} is absolute", "write it relative to the release file's folder"
            )
        try:
            resolved = (self.root / text).resolve()
        except (OSError, RuntimeError) as error:
            raise EvidenceError(f"{text} cannot be resolved: {error}") from None
        if not resolved.is_relative_to(self.root.resolve()):
            raise EvidenceError(
                f"{text} lies outside the release's folder",
                "copy the artefact into the folder of the release file",
            )
        return resolved

    def digest(self, text: str) -> str:
        """``sha256:…`` of the bytes of the file.

        :raises EvidenceError: as :meth:`path`, or the file cannot be read to its end.
        """
        path = self.path(text)
        try:
            facts = path.stat()
            key = json.dumps([str(path), facts.st_size, facts.st_mtime_ns, facts.st_ino])
            if self.trust_stat and key in self.known:
                return self.known[key]
            with path.open("rb") as file:
                made = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror}") from None
        self.known[key] = made
        return made
