"""What a release declares about its artefacts beside what is really there."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Artefact:
    """One artefact.

    :param name: ``data.test``, ``model``, ``documents.card``.
    :param path: as the release names it.
    :param declared: digest in the release, ``None`` if it declares none.
    :param actual: digest of the bytes, ``None`` if they cannot be read.
    :param problem: why they cannot be read.
    """

    name: str
    path: str
    declared: str | None
    actual: str | None
    problem: str = ""


@dataclass(frozen=True)
class Manifest:
    """Every artefact that the release names."""

    subject: ClassVar[str] = "release"

    artefacts: tuple[Artefact, ...]

    @property
    def digest(self) -> str:
        """Changes when any artefact does."""
        told = json.dumps([asdict(artefact) for artefact in self.artefacts], sort_keys=True)
        return "sha256:" + hashlib.sha256(told.encode()).hexdigest()
