"""Evidence of one run: described for the plan, collected at most once, failures remembered."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from deploycheck.authoring.collector import Collector, Description, Memory, Source
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import Params
from deploycheck.evidence.table import Table
from deploycheck.model.release import Release

Known = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Need:
    """One piece of evidence of one subject, made with certain parameters.

    ``subject`` is the name of a data set or document, ``model``, ``champion`` or ``release``;
    ``role`` is the model that is asked where one is: ``model`` or ``champion``; ``below`` is the
    evidence that this is made from, by argument of the collector.
    """

    collector: Collector
    subject: str
    params: Params
    role: str = "model"
    below: Mapping[str, "Need"] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """Names the evidence inside a run; controls with the same key share it."""
        below = ",".join(need.key for need in self.below.values())
        return (
            f"{self.collector.name}|{self.subject}|{self.role}|{self.params.model_dump_json()}"
            f"[{below}]"
        )


@dataclass
class Store:
    """Makes evidence for one release.

    :param makers: looks up a collector by evidence type.
    :param known: descriptions from an earlier process of the same run (a worker takes the
        controller's), by need; filled as descriptions are made.
    """

    release: Release
    files: Files
    makers: Any
    known: Known = field(default_factory=dict)
    memory: Memory | None = None
    _columns: dict[str, set[str]] = field(default_factory=dict)
    _everything: set[str] = field(default_factory=set)
    _described: dict[str, Description | EvidenceError] = field(default_factory=dict)
    _collected: dict[str, Any] = field(default_factory=dict)
    _tables: dict[str, Need | None] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def will_read(self, need: Need, columns: Iterable[str]) -> None:
        """Tell which columns a control will read; the collector may leave out the others."""
        self._columns.setdefault(need.key, set()).update(columns)
        for below in need.below.values():
            if below.collector.evidence.subject == "data":
                self.will_read(below, columns)

    def will_read_any(self, need: Need) -> None:
        """Tell that a control names no columns, so that the collector may leave out none."""
        self._everything.add(need.key)
        for below in need.below.values():
            if below.collector.evidence.subject == "data":
                self.will_read_any(below)

    def _source(self, need: Need) -> Source:
        columns = tuple(sorted(self._columns.get(need.key, ())))
        return Source(
            self.release,
            need.subject,
            self.files,
            columns,
            everything=need.key in self._everything,
            role=need.role,
            described=lambda evidence: self.describe(self.other(need, evidence)),
            collected=lambda evidence: self.collect(self.other(need, evidence)),
            memory=self.memory,
        )

    def other(self, need: Need, evidence: type[Any]) -> Need:
        """Evidence of another type, of the same data set and model, with default parameters.

        :raises EvidenceError: nothing collects it.
        """
        maker = self.makers(evidence)
        if maker is None:
            raise EvidenceError(f"nothing collects {evidence.__name__}")
        return _made_for(maker, need.subject, need.role, "", _defaults, self.makers)

    def describe(self, need: Need) -> Description:
        """What is known without measuring.

        :raises EvidenceError: the artefact is missing, unreadable or changed.
        :raises RoleError: the release gives no column a role that is needed.
        :raises NotYet: understood, and not done yet.
        """
        if need.key not in self._described:
            if need.key in self.known:
                self._described[need.key] = _thaw(self.known[need.key])
            else:
                self._described[need.key] = made = self._describe(need)
                self.known[need.key] = _freeze(made)
        found = self._described[need.key]
        if isinstance(found, EvidenceError):
            raise found
        return found

    def _describe(self, need: Need) -> Description | EvidenceError:
        try:
            for below in need.below.values():
                self.describe(below)
            made = need.collector.describe(self._source(need), need.params)
        except EvidenceError as error:
            return error
        except (RoleError, NotYet):
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's collector may raise anything
            return EvidenceError(
                f"{need.collector.name} of {need.subject} cannot be described: "
                f"{type(error).__name__}: {error}"
            )
        if not isinstance(made, Description):
            return EvidenceError(f"collector {need.collector.name}: describe gave {made!r}")
        return made

    def columns(self, data_set: str) -> Mapping[str, str] | None:
        """Kind of each column of a data set; ``None`` where it cannot be read."""
        need = self.table(data_set)
        if need is None:
            return None
        try:
            return self.describe(need).columns
        except (EvidenceError, NotYet):
            return None

    def table(self, data_set: str) -> Need | None:
        """The rows of a data set, as every collector and the plan take them."""
        if data_set not in self._tables:
            maker = self.makers(Table)
            self._tables[data_set] = maker and self._table(maker, data_set)
        return self._tables[data_set]

    def _table(self, maker: Collector, data_set: str) -> Need:
        return make_need(maker, data_set, "model", _defaults, self.makers)

    def collect(self, need: Need) -> Any:
        """The evidence itself, made at most once.

        :raises EvidenceError: it cannot be made, or what it is made from changed since the plan.
        """
        if need.key not in self._collected:
            try:
                self._collected[need.key] = self._collect(need)
            except Exception as error:  # noqa: BLE001 - remembered, and raised to every control
                self._collected[need.key] = _Failure(error)
        found = self._collected[need.key]
        if isinstance(found, _Failure):
            raise found.error
        return found

    def _collect(self, need: Need) -> Any:
        planned = self.describe(need)
        source = self._source(need)
        others = {name: self.collect(below) for name, below in need.below.items()}
        made = need.collector.collect(source, need.params, **others)
        if not isinstance(made, need.collector.evidence):
            raise EvidenceError(f"collector {need.collector.name} gave {type(made).__name__}")
        digest = getattr(made, "digest", None)
        if planned.digest is not None and digest is not None and digest != planned.digest:
            raise EvidenceError(
                f"{need.subject} changed between the plan and the measurement",
                "run again while nothing writes to it",
                code="DC202",
            )
        return made

    def evidence_key(self, need: Need) -> str:
        """Digest of everything that the evidence depends on, for caches and seeds.

        :raises EvidenceError: it cannot be described.
        """
        if need.key not in self._keys:
            self._keys[need.key] = self._evidence_key(need)
        return self._keys[need.key]

    def _evidence_key(self, need: Need) -> str:
        release = self.release
        spec: Any = None
        if need.subject in release.data:
            spec = release.data[need.subject].model_dump(mode="json", exclude={"path", "digest"})
        parts = {
            "type": need.collector.name,
            "digest": self.describe(need).digest,
            "params": need.params.model_dump(mode="json"),
            "spec": spec,
            "columns": release.columns.model_dump(mode="json"),
            "task": release.task,
            "below": {name: self.evidence_key(below) for name, below in need.below.items()},
        }
        return sha256(parts)

    def isolations(self) -> tuple[str, ...]:
        """How the models that this run asks are kept apart, as their collectors told."""
        told = (d.facts.get("isolation") for d in self._described.values()
                if isinstance(d, Description))  # fmt: skip
        return tuple(sorted({str(text) for text in told if text}))

    def close(self) -> None:
        """End what evidence holds open, such as the process of a model."""
        for made in self._collected.values():
            close = getattr(made, "close", None)
            if callable(close):
                close()


def make_need(maker: Collector, subject: str, role: str, params: Any, makers: Any) -> Need:
    """The evidence of ``maker`` about ``subject``, with everything it is made from.

    :param params: makes the parameters of a collector.
    :param makers: looks up a collector by evidence type.
    :raises EvidenceError: nothing collects what is below.
    """
    below: dict[str, Need] = {}
    for argument, asked in maker.signature.needs.items():
        found = makers(asked.type)
        if found is None:
            raise EvidenceError(f"nothing collects {asked.type.__name__}")
        below[argument] = _made_for(found, subject, role, argument, params, makers)
    return Need(maker, subject, params(maker), role, below)


def _made_for(
    maker: Collector, subject: str, role: str, argument: str, params: Any, makers: Any
) -> Need:
    """Evidence beside that about ``subject``: of the model in that role, of the same data set."""
    other = {"model": role, "release": "release", "document": argument}
    return make_need(maker, other.get(maker.evidence.subject, subject), role, params, makers)


def _defaults(maker: Collector) -> Params:
    return maker.params()


@dataclass(frozen=True)
class _Failure:
    error: Exception


def sha256(value: Any) -> str:
    """Digest of plain data, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _freeze(made: Description | EvidenceError) -> dict[str, Any]:
    if isinstance(made, EvidenceError):
        return {"message": made.message, "fix": made.fix, "code": made.code}
    columns = None if made.columns is None else dict(made.columns)
    return {"digest": made.digest, "columns": columns, "facts": dict(made.facts)}


def _thaw(kept: Mapping[str, Any]) -> Description | EvidenceError:
    if "message" in kept:
        return EvidenceError(kept["message"], kept["fix"], code=kept["code"])
    return Description(kept["digest"], kept["columns"], kept["facts"])
