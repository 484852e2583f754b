"""``@collector``: makes one type of evidence for one subject. All I/O of a run lives here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams, Params
from deploycheck.authoring.signature import Signature, read
from deploycheck.model.release import DataSet, ModelArtefact, Release


@dataclass(frozen=True)
class Source:
    """What a collector may look at: the release and one subject of it.

    ``subject`` is the name of the data set or document, ``model`` or ``champion``, or
    ``release``. ``columns`` are the columns that the controls of this run will read.
    """

    release: Release
    subject: str
    files: Files
    columns: tuple[str, ...] = ()

    @property
    def data_set(self) -> DataSet:
        return self.release.data[self.subject]

    @property
    def model(self) -> ModelArtefact | None:
        if self.subject == "champion":
            return self.release.champion.model if self.release.champion else None
        return self.release.model if isinstance(self.release.model, ModelArtefact) else None

    def path(self, text: str) -> Path:
        """The file that ``text`` names, inside the release's folder."""
        return self.files.path(text)


@dataclass(frozen=True)
class Description:
    """What is known of evidence when the plan is made, without measuring anything.

    :param digest: sha256 of what the evidence is made from, ``None`` if it was not read.
    :param columns: kind of each column, where it has columns.
    :param facts: further facts for the plan, such as bytes.
    """

    digest: str | None
    columns: Mapping[str, str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Collector:
    """The one maker of an evidence type."""

    evidence: type[Any]
    params: type[Params]
    describe: Callable[[Source, Any], Description]
    collect: Callable[..., Any]
    signature: Signature

    @property
    def name(self) -> str:
        return self.evidence.__name__


def collector(definition: type[Any]) -> Collector:
    """Declare a collector by a class with ``evidence``, ``describe`` and ``collect``.

    * ``evidence``: the evidence type; ``params``: its ``Params``, if it takes any.
    * ``describe(self, source, params) -> Description``: cheap; raises
      :class:`~deploycheck.authoring.errors.EvidenceError` for an artefact that is missing or
      unreadable, :class:`~deploycheck.authoring.errors.RoleError` for a role that the release
      does not give.
    * ``collect(self, source, params, **evidence)``: makes it; further arguments are other
      evidence of the same subject, by type.

    :raises DefinitionError: something is missing.
    """
    made = definition()
    for part in ("evidence", "describe", "collect"):
        if not hasattr(made, part):
            raise DefinitionError(f"{definition.__name__}: a collector has {part!r}")
    if getattr(made.evidence, "subject", None) not in {"data", "model", "document", "release"}:
        raise DefinitionError(f"{definition.__name__}: the evidence type declares no subject")
    signature = read(made.collect, skip=("source", "params"))
    params = getattr(made, "params", NoParams)
    return Collector(made.evidence, params, made.describe, made.collect, signature)
