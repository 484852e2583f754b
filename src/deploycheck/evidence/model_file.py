"""A model's artefact as bytes on disk; nothing in it runs or is parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class ModelFile:
    """The file, or the files of a folder, that a release calls its model.

    :param path: as the release names it.
    :param files: size in bytes of each file, by path relative to the release's folder.
    :param digest: sha256 over names and contents.
    """

    subject: ClassVar[str] = "model"

    path: str
    files: Mapping[str, int]
    digest: str

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(self.files.values())
