"""A model's artefact as bytes on disk, told by its content; nothing in it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class ModelFile:
    """The file, or the files of a folder, that a release calls its model.

    :param path: as the release names it.
    :param files: size in bytes of each file, by path relative to the release's folder; with the
        files that a model in ONNX names beside itself.
    :param digest: sha256 of the file, or over names and contents where there are several.
    :param formats: what the content of each file is, whatever its name says: ``onnx``,
        ``onnx-data`` for a file that a model in ONNX keeps its weights in, ``safetensors``,
        ``pickle``, ``zip``, ``text`` …; ``ambiguous`` where readers of two formats would take it,
        ``unknown`` where nobody can tell.
    :param operators: how many nodes of each operator a model in ONNX has, by name (one of another
        than the default domain as ``domain:Name``); empty for other formats.
    :param parameters: how many numbers its tensors and trees hold; ``None`` where that is unknown.
    """

    subject: ClassVar[str] = "model"

    path: str
    files: Mapping[str, int]
    digest: str
    formats: Mapping[str, str] = field(default_factory=dict)
    operators: Mapping[str, int] = field(default_factory=dict)
    parameters: int | None = None

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(self.files.values())
