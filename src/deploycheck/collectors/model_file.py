"""``ModelFile``: the model as bytes on disk, told by its content. Nothing in it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.evidence.model_file import ModelFile
from deploycheck.sandbox.artefact import check_declared, format_in, onnx_in
from deploycheck.sandbox.formats import UNKNOWN, safetensors_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploycheck.authoring.files import Files
    from deploycheck.sandbox.artefact import Onnx

LARGEST_READ = 1 << 30  # bytes of a file in ONNX whose structure is read
_BESIDE = {"text", "json"}


@collector
class ModelOnDisk:
    """The file, or all files of the folder, that the release calls its model."""

    evidence = ModelFile

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest, number of files and bytes."""
        made = self.collect(source, params)
        return Description(made.digest, None, {"files": len(made.files), "bytes": made.bytes})

    def collect(self, source: Source, params: NoParams) -> ModelFile:
        """Reads every byte for the digest, and the structure of what is in ONNX.

        Files that a model in ONNX names beside itself belong to it, and the digest is then over
        all of them.

        :raises EvidenceError: missing, unreadable, outside the folder, empty, another digest than
            declared (``DC202``), or a file in ONNX of unsound structure (``DC205``).
        :raises RoleError: the release has no such model, or one that is a Python function.
        :raises NotYet: the model is served or registered.
        """
        del params
        model = source.model
        if model is None:
            raise RoleError(source.subject, f"the release has no {source.subject} with a file")
        if model.python is not None:
            raise RoleError(
                source.subject,
                f"the {source.subject} is a Python function, and has no file of its own to look at",
            )
        if model.path is None:
            raise NotYet("DC109", f"only a {source.subject} with a `path` is looked at yet")
        files = source.files
        tree = files.tree(model.path)
        before = {path: files.identity(path) for path in tree.files}
        formats = {path: format_in(files, path) for path in tree.files}
        models = _models(files, formats, tree.files)
        outside = {place: path for each in models.values() for place, path in each.external.items()}
        check_declared(files, model, outside)
        more = {path: files.path(path).stat().st_size for path in outside.values()}
        for path in outside.values():
            formats[path] = "onnx-data"
        if changed := [path for path, was in before.items() if files.identity(path) != was]:
            raise EvidenceError(
                f"{changed[0]} changed while it was read",
                "run again while nothing writes to it",
                "DC202",
            )
        digest = tree.digest
        if beside := {path: files.digest(path) for path in more if path not in tree.files}:
            digest = combined_digest(tree.digest, beside)
        return ModelFile(
            model.path,
            dict(sorted({**tree.files, **more}.items())),
            digest,
            dict(sorted(formats.items())),
            _operators(models),
            _parameters(files, formats, models),
        )


def _models(files: Files, formats: dict[str, str], sizes: Mapping[str, int]) -> dict[str, Onnx]:
    """The structure of each file in ONNX; one that is too large to be read is of unknown format."""
    found = {}
    for path in [path for path, kind in formats.items() if kind == "onnx"]:
        if sizes[path] > LARGEST_READ:
            formats[path] = UNKNOWN
        else:
            found[path] = onnx_in(files, path)
    return found


def _operators(models: dict[str, Onnx]) -> dict[str, int]:
    made: dict[str, int] = {}
    for each in models.values():
        for name, count in each.structure.operators.items():
            made[name] = made.get(name, 0) + count
    return dict(sorted(made.items()))


def _parameters(files: Files, formats: dict[str, str], models: dict[str, Onnx]) -> int | None:
    """Numbers in all files together; ``None`` if there is a file that may hold more."""
    total = sum(each.structure.parameters for each in models.values())
    counted = bool(models)
    for path, kind in formats.items():
        if kind == "safetensors":
            found = safetensors_parameters(files.path(path))
            if found is None:
                return None
            total, counted = total + found, True
        elif kind not in {"onnx", "onnx-data", *_BESIDE}:
            return None
    return total if counted else None
