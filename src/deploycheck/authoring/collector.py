"""``@collector``: makes one type of evidence for one subject. All I/O of a run lives here."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from deploycheck.authoring.errors import DefinitionError, EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams, Params
from deploycheck.authoring.signature import Signature, read
from deploycheck.model.release import DataSet, ModelArtefact, Release


class Memory(Protocol):
    """What is kept between runs: bytes by a key that says all they depend on."""

    def get(self, key: str) -> bytes | None:
        """What was put under ``key``, whole and unaltered, or ``None``."""

    def put(self, key: str, value: bytes) -> None:
        """Keep ``value``; a failure to keep it is no failure."""


def _nothing(evidence: type[Any]) -> Any:
    raise EvidenceError(f"nothing collects {evidence.__name__} here")


@dataclass(frozen=True)
class Source:
    """What a collector may look at: the release and one subject of it.

    ``subject`` is the name of the data set or document, ``model`` or ``champion``, or
    ``release``. ``columns`` are the columns that the controls of this run name; ``everything``
    says that one of them names none, and may read any. ``role`` is the model that is asked where
    one is: ``model`` or ``champion``.

    ``described(Type)`` and ``collected(Type)`` give other evidence of the same subject and role,
    for what only some releases need; what is always needed is an argument of ``collect``.
    ``memory`` keeps bytes between runs, ``None`` where nothing may be kept.
    """

    release: Release
    subject: str
    files: Files
    columns: tuple[str, ...] = ()
    everything: bool = False
    role: str = "model"
    described: Callable[[type[Any]], "Description"] = field(default=_nothing, repr=False)
    collected: Callable[[type[Any]], Any] = field(default=_nothing, repr=False)
    memory: Memory | None = field(default=None, repr=False)

    @property
    def data_set(self) -> DataSet:
        return self.release.data[self.subject]

    @property
    def model(self) -> ModelArtefact | None:
        if "champion" in (self.subject, self.role):
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


def combined_digest(*parts: Any) -> str:
    """sha256 of plain data, such as the digests of everything that evidence is made from."""
    told = json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(told.encode()).hexdigest()


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
      evidence, by type: of the same data set, of the model, of the document that the argument
      names. Their parameters stand in the policy beside those of this one.

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
