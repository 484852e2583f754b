"""Which file of an artefact is the model, and whether its structure may be loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.sandbox import formats
from deploycheck.sandbox.external import external_files
from deploycheck.sandbox.onnx import scan
from deploycheck.sandbox.sealed import Sealed
from deploycheck.sandbox.wire import Unsound

if TYPE_CHECKING:
    from deploycheck.authoring.files import Files
    from deploycheck.model.release import ModelArtefact
    from deploycheck.sandbox.onnx import Structure

LARGEST = 2 << 30  # bytes of one message of Protocol Buffers
_MIB = 1 << 20
_BESIDE = {"text", "json"}  # files in a model's folder that are no model


@dataclass(frozen=True)
class Onnx:
    """A model in ONNX whose file was looked at.

    :param path: in the release's folder.
    :param structure: what it is made of.
    :param external: its other files: by the location that it names, their path.
    :param bytes: of those other files together.
    """

    path: str
    structure: Structure
    external: dict[str, str]
    bytes: int


def format_in(files: Files, text: str) -> str:
    """The format of a file of the release, by its content.

    :raises EvidenceError: it cannot be read.
    """
    key = ("format", text)
    if key not in files.kept:
        try:
            files.kept[key] = formats.format_of(files.path(text))
        except OSError as error:
            raise EvidenceError(f"{text} cannot be read: {error.strerror or error}") from None
    made: str = files.kept[key]
    return made


def onnx_in(files: Files, text: str, most: int = LARGEST) -> Onnx:
    """The structure of a file of the format ``onnx``, read once a run.

    Operators of an unknown domain are reported and not refused here.

    :param most: bytes that it may have.
    :raises EvidenceError: it is larger, or not sound (``DC205``).
    """
    key = ("onnx", text)
    if key in files.kept:
        made: Onnx = files.kept[key]
        return made
    size = files.path(text).stat().st_size
    if size > most:
        raise EvidenceError(
            f"{text} has {size:,} bytes, and {most:,} at most are looked at",
            "raise `limits.memory_mb`, or export the weights into another file",
            "DC205",
        )
    sealed = Sealed.of(files, text)
    try:
        with sealed.mapped() as data:
            structure = scan(data)
        external = external_files(files, text, structure.external)
    except Unsound as error:
        raise EvidenceError(
            f"{text} is not sound: {error}", "export the model again", "DC205"
        ) from None
    outside = sum(files.path(path).stat().st_size for path in set(external.values()))
    files.kept[key] = made = Onnx(text, structure, external, outside)
    return made


def sound_onnx(files: Files, model: ModelArtefact, role: str) -> Onnx:
    """The model that the release names, which may be loaded.

    :raises NotYet: it is of a format that is not run (``DC113``).
    :raises EvidenceError: missing (``DC201``), or not sound (``DC205``).
    """
    text = _the_model(files, model.path or "", role)
    found = onnx_in(files, text, min(LARGEST, model.limits.memory_mb * _MIB))
    if found.structure.foreign:
        told = ", ".join(repr(name[:60]) for name in found.structure.foreign[:5])
        raise EvidenceError(
            f"{text} uses operators of nobody's standard: {told}",
            "export it with operators of ONNX alone; no library of others is loaded",
            "DC205",
        )
    return found


def _the_model(files: Files, path: str, role: str) -> str:
    """The one file in ONNX, with its format proven."""
    if not files.inside(path).is_dir():
        files.path(path)
        _refuse(format_in(files, path), path, role)
        return path
    told = {name: format_in(files, name) for name in files.tree(path).files}
    found = [name for name, kind in told.items() if kind == "onnx"]
    if len(found) == 1:
        return found[0]
    if found:
        raise EvidenceError(
            f"{path} holds {len(found):,} models in ONNX: {found[0]}, {found[1]}",
            "name one of the files in `path`",
            "DC205",
        )
    rest = sorted((kind, name) for name, kind in told.items() if kind not in _BESIDE)
    known = [each for each in rest if each[0] not in {formats.UNKNOWN, formats.AMBIGUOUS}]
    kind, name = (known or rest or [(formats.UNKNOWN, path)])[0]
    _refuse(kind, name, role)
    return name


def _refuse(kind: str, path: str, role: str) -> None:
    if kind == "onnx":
        return
    if kind in {formats.UNKNOWN, formats.AMBIGUOUS, "text", "json"}:
        what = "of two formats at once" if kind == formats.AMBIGUOUS else (
            "of no format that models are run from, nor a whole file in ONNX"
            if kind == formats.UNKNOWN else f"{kind}, which is no model"
        )  # fmt: skip
        raise EvidenceError(f"{path} is {what}", "export the model to ONNX again", "DC205")
    raise NotYet("DC113", f"the {role} {path} is {kind}; models are run from ONNX so far")


def check_declared(files: Files, model: ModelArtefact, external: dict[str, str]) -> None:
    """Prove that the artefact is what the release declares.

    :raises EvidenceError: it is not (``DC202``).
    """
    if model.digest is None or model.path is None:
        return
    tree = files.tree(model.path)
    if model.digest != tree.digest:
        raise EvidenceError(
            f"{model.path} changed: the release declares {model.digest}, it is {tree.digest}",
            "restore the model, or declare the new digest after review",
            "DC202",
        )
    if beside := sorted(path for path in external.values() if path not in tree.files):
        raise EvidenceError(
            f"the declared digest is that of {model.path} alone, and weights of the model lie in "
            f"{beside[0]}",
            "put both into a folder, name the folder in `path`, and declare its digest",
            "DC202",
        )
