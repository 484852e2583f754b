"""What is run of a model, and how: read, digested and looked at before anything is started."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from deploycheck.authoring.collector import combined_digest
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError, needed
from deploycheck.sandbox import seccomp
from deploycheck.sandbox.artefact import check_declared, sound_onnx
from deploycheck.sandbox.callables import check_again, code_of
from deploycheck.sandbox.reading import reading_of
from deploycheck.sandbox.running import Running, Task, Usage
from deploycheck.sandbox.sealed import Sealed, copied_below
from deploycheck.sandbox.transfer import ANY

if TYPE_CHECKING:
    from deploycheck.authoring.collector import Source
    from deploycheck.model.release import ModelArtefact

__all__ = ["Launch", "Running", "Usage", "launch_of"]

_MIB = 1 << 20


@dataclass(frozen=True)
class Launch:
    """A model that can be started.

    :param digest: changes with the artefact, its kind, the features and how its answers are read.
    :param kind: ``onnx`` or ``python``.
    :param features: columns that it reads, in order.
    :param isolation: how it is kept apart, for the reader.
    :param code: sha256 of the artefact alone.
    """

    digest: str
    kind: Literal["onnx", "python"]
    features: tuple[str, ...]
    isolation: str
    code: str = ""
    _task: Task = field(default=None, repr=False, compare=False)  # type: ignore[assignment]
    _unchanged: Any = field(default=None, repr=False, compare=False)

    def start(self) -> Running:
        """A process that has loaded the model.

        :raises EvidenceError: it cannot be loaded (``DC204``), or its files changed (``DC202``).
        """
        if self._unchanged is not None:
            self._unchanged()
        return Running(self._task)


def launch_of(source: Source) -> Launch:
    """The model of the source's role, read, digested and looked at; nothing is started.

    :raises RoleError: the release has no such model, does not trust its code, or leaves open what
        it reads or answers.
    :raises NotYet: a model of a format that is not run (``DC113``), or no file (``DC109``).
    :raises EvidenceError: missing (``DC201``), not what was declared (``DC202``), of unsound
        structure (``DC205``), or onnxruntime is not installed (``DC206``).
    """
    role = "champion" if "champion" in (source.subject, source.role) else "model"
    model = source.model
    if model is None:
        raise RoleError(role, f"a {role} to be asked, and the release has none")
    key = ("launch", role, model.model_dump_json(), source.release.task)
    if key not in source.files.kept:
        make = _of_python if model.python is not None else _of_file
        source.files.kept[key] = make(source, model, role)
    made: Launch = source.files.kept[key]
    return made


def _of_file(source: Source, model: ModelArtefact, role: str) -> Launch:
    if model.path is None:
        raise NotYet("DC109", f"a {role} by `endpoint` or `mlflow` is not asked yet")
    files = source.files
    found = sound_onnx(files, model, role)
    check_declared(files, model, found.external)
    reading = reading_of(found.structure, model, source.release.task)
    if find_spec("onnxruntime") is None:  # found, not imported: only the child needs it
        raise needed("onnxruntime", "onnx", f"the {role} {model.path}")
    sealed = Sealed.of(files, found.path)
    own = f"/proc/self/fd/{sealed.number}" if seccomp.on_linux() else f"/dev/fd/{sealed.number}"
    copies = tuple(
        partial(copied_below, files, path, place) for place, path in sorted(found.external.items())
    )
    if copies:
        # Other files are looked for beside the model, so both are copied into the private folder.
        own = "{home}/model/model.onnx"
        copies = (partial(copied_below, files, found.path, "model.onnx"), *copies)
    kinds = {reading.features[at]: feed.dtype for feed in reading.feeds for at in feed.features}
    parts = {path: files.digest(path) for path in (found.path, *found.external.values())}
    code = combined_digest(parts) if found.external else files.digest(found.path)
    told = {
        "kind": "onnx",
        "model": own,
        "feeds": [asdict(feed) for feed in reading.feeds],
        "take": asdict(reading.take),
        "outside": found.bytes,
    }
    task = _task(model, role, reading.features, kinds, told, (sealed,), copies)
    digest = combined_digest("onnx", code, list(reading.features), told["feeds"], told["take"])
    return Launch(digest, "onnx", reading.features, isolation(model), code, task)


def _of_python(source: Source, model: ModelArtefact, role: str) -> Launch:
    if model.trust != "trusted":
        raise RoleError(
            role,
            f"the {role} is a Python function, and calling it runs whatever its author wrote, with "
            "your rights to read: say `trust: trusted` if you would run it yourself, or export it "
            "to ONNX",
        )
    if not model.features:
        raise RoleError(
            "features", f"the {role} is a Python function: list in `features` what it is given"
        )
    code = code_of(source.files, model.python or "", role)
    if model.digest is not None and model.digest != code.digest:
        raise EvidenceError(
            f"{model.python} changed: the release declares {model.digest}, it is {code.digest}",
            "restore the code, or declare the new digest after review",
            "DC202",
        )
    told = {
        "kind": "python",
        "root": str(source.files.root.resolve()),
        "callable": model.python,
        "features": list(model.features),
        "outside": 0,
    }
    kinds = dict.fromkeys(model.features, ANY)
    task = _task(model, role, model.features, kinds, told)
    digest = combined_digest("python", code.digest, model.python, list(model.features))
    again = partial(check_again, source.files, code)
    return Launch(digest, "python", model.features, isolation(model), code.digest, task, again)


def _task(
    model: ModelArtefact,
    role: str,
    features: tuple[str, ...],
    kinds: dict[str, str],
    told: dict[str, Any],
    shared: tuple[Sealed, ...] = (),
    copies: tuple[Any, ...] = (),
) -> Task:
    limits = model.limits
    limited = {"memory": limits.memory_mb * _MIB, "filtered": seccomp.available()}
    return Task(
        role,
        limits.seconds,
        limits.memory_mb,
        features,
        kinds,
        {**told, **limited},
        shared,
        copies,
    )


def isolation(model: ModelArtefact) -> str:
    """How the process of a model is kept apart here, in a few words."""
    limits = f"{model.limits.memory_mb} MiB, {model.limits.seconds:g} s"
    if seccomp.available():
        return f"own process, no network, no files written, no other programs, {limits}"
    return f"own process, {limits}; limits alone, which are no sandbox"
