"""Model files, told by their content. Nothing in them is run or loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError
from deploycheck.scaffold.found import ModelFile
from deploycheck.scaffold.looking.walk import Budget, Entry, Walk, natural, shown, shown_all, words

if TYPE_CHECKING:
    from deploycheck.authoring.files import Files

__all__ = ["Models", "models"]

_MOST = 20
_LARGEST_SCANNED = 256 << 20  # bytes of a file in ONNX whose inputs are read
_HEAD = 1 << 12
_STORED = "store its answers in a column, or load it in a function of the release (`python:`)"
_EXPORT = {
    "pickle": "export it with skl2onnx",
    "joblib": "export it with skl2onnx",
    "skops": "export it with skl2onnx",
    "pytorch": "export it with torch.onnx.export",
    "safetensors": "weights alone; export the model to ONNX",
    "gguf": "weights alone",
    "keras": "export it with tf2onnx",
    "hdf5": "export it with tf2onnx",
    "tflite": "export it with tf2onnx",
    "lightgbm": "export it with onnxmltools",
    "xgboost": "export it with onnxmltools",
    "catboost": 'save it by save_model(…, format="onnx")',
    "ort": "name the .onnx file that it was made of",
}
# What the content is, where the ending alone would say too much.
_KINDS = {"xgboost-json": "xgboost", "xgboost-ubjson": "xgboost"}
_SURE = {
    ".onnx", ".pkl", ".pickle", ".joblib", ".skops", ".safetensors", ".pt", ".pth", ".h5", ".hdf5",
    ".keras", ".cbm", ".tflite", ".ort", ".gguf", ".ubj", ".bst", ".lgb", ".model",
}  # fmt: skip
_MAYBE = {".txt", ".json", ".bin"}
_BEGINNINGS = (b"tree\nversion=v", b'"learner"', b"GGUF", b"CBM1")
_NEVER_LOADED = {"pickle", "joblib", "pytorch"}
_NOT_MODELS = {"train", "test", "data", "dataset", "df", "scaler", "encoder", "vectorizer"}


@dataclass(frozen=True)
class Models:
    """What was found, the likeliest first: those that can be asked, the newest version first."""

    files: tuple[ModelFile, ...]
    notes: tuple[str, ...]


def models(seen: Walk, files: Files, budget: Budget) -> Models:
    """The model files of a project.

    :param files: of the project.
    """
    found: list[ModelFile] = []
    notes: list[str] = []
    left: list[str] = []
    entries = [e for e in seen.files if e.suffix in _SURE or (e.suffix in _MAYBE and e.size)]
    for entry in sorted(entries, key=lambda e: (e.suffix != ".onnx", e.depth, e.path)):
        if len(found) >= _MOST or budget.spent:
            left.append(entry.path)
            continue
        try:
            if entry.suffix in _SURE or _begins_like_one(entry, files):
                found += _model(entry, files)
        except (EvidenceError, OSError) as error:
            text = getattr(error, "strerror", None) or str(error)
            notes.append(f"{shown(entry.path)}: {shown(text)}")
    if told := [path for path in left if not path.endswith(tuple(_MAYBE))]:
        notes.append(f"{shown_all(told)}: more models, which were not looked at")
    odd = [path for path, _ in seen.odd if path.lower().endswith(tuple(_SURE))]
    if odd:
        notes.append(f"{shown_all(odd)}: no regular file inside the project, and not read")
    found.sort(key=lambda model: natural(model.path), reverse=True)
    found.sort(key=lambda model: (not model.runs, _is_champion(model), model.path.count("/")))
    return Models(tuple(found), tuple(notes))


def _is_champion(model: ModelFile) -> bool:
    return bool({"champion", "baseline", "old", "previous"} & set(words(model.path)))


def _begins_like_one(entry: Entry, files: Files) -> bool:
    """Whether a file that is mostly something else begins like a model."""
    import os

    from deploycheck.sandbox.sealed import open_plainly

    with os.fdopen(open_plainly(files.path(entry.path)), "rb") as file:
        head = file.read(_HEAD)
    return any(beginning in head for beginning in _BEGINNINGS)


def _model(entry: Entry, files: Files) -> Iterator[ModelFile]:
    """The file as a model; nothing where it is none.

    :raises EvidenceError: it cannot be read.
    """
    from deploycheck.sandbox.artefact import format_in

    kind = format_in(files, entry.path)
    kind = _KINDS.get(kind, kind)
    if kind == "pickle" and entry.suffix == ".joblib":
        kind = "joblib"
    if kind == "onnx":
        yield _onnx(entry, files)
    elif kind in _EXPORT and not (kind == "pickle" and _NOT_MODELS & set(words(entry.stem))):
        never = "never loaded, since that runs code; " if kind in _NEVER_LOADED else ""
        why = f"{kind} is not run: {never}{_EXPORT[kind]}, or {_STORED}"
        yield ModelFile(entry.path, kind, runs=False, why=why)
    elif entry.suffix == ".onnx":
        why = f"it is named ONNX, its content is {kind}: export the model again"
        yield ModelFile(entry.path, kind, runs=False, why=why)


def _onnx(entry: Entry, files: Files) -> ModelFile:
    """A model in ONNX with its inputs, by the scan that the gate itself relies on."""
    from deploycheck.authoring.files import Files
    from deploycheck.sandbox.artefact import onnx_in

    if entry.size > _LARGEST_SCANNED:
        why = "ONNX, which can be asked; too large to look at its inputs now"
        return ModelFile(entry.path, "onnx", runs=True, why=why)
    try:
        # Its copy in memory goes when these files go.
        structure = onnx_in(Files(files.root), entry.path).structure
    except EvidenceError as error:
        return ModelFile(entry.path, "onnx", runs=False, why=shown(str(error)))
    if structure.foreign:
        why = f"it needs operators that are not ONNX's own: {shown_all(structure.foreign)}"
        return ModelFile(entry.path, "onnx", runs=False, why=why)
    inputs = tuple(value.name for value in structure.inputs)
    width = None
    if len(structure.inputs) == 1:
        shape = structure.inputs[0].shape
        width = shape[1] if shape is not None and len(shape) == 2 else None
    reads = (
        f"reads one table of {width:,} columns"
        if width and width > 1
        else (f"has {len(inputs):,} inputs" if len(inputs) != 1 else "reads one table")
    )
    return ModelFile(entry.path, "onnx", runs=True, why=f"ONNX, which can be asked; it {reads}",
                     inputs=inputs)  # fmt: skip
