"""Other files of a model in ONNX: which it may name, and whether its tensors lie inside them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from deploycheck.sandbox.wire import Unsound

if TYPE_CHECKING:
    from deploycheck.authoring.files import Files
    from deploycheck.sandbox.tensors import External

MOST_FILES = 10_000
# onnxruntime takes this location for an address in its own memory.
_IN_MEMORY = "_ORT_MEM_ADDR_"


def external_files(files: Files, text: str, tensors: Iterable[External]) -> dict[str, str]:
    """The files that the model ``text`` names: by location, their path in the release's folder.

    :raises Unsound: a location that leads out of the model's folder or through a link, that is no
        regular file of one name, or that ends before the tensor does.
    :raises EvidenceError: the model itself cannot be found.
    """
    folder = files.path(text).parent
    root = files.root.resolve()
    found: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for tensor in tensors:
        place = tensor.location
        if place not in found:
            path = _inside(folder, place)
            found[place] = path.relative_to(root).as_posix()
            sizes[place] = path.lstat().st_size
            if len(found) > MOST_FILES:
                raise Unsound(f"it names more than {MOST_FILES:,} other files")
        if tensor.offset + tensor.length > sizes[place]:
            raise Unsound(
                f"tensor {tensor.tensor[:100]!r} takes bytes up to "
                f"{tensor.offset + tensor.length:,} of {place[:100]!r}, which has "
                f"{sizes[place]:,}"
            )
    return found


def _inside(folder: Path, place: str) -> Path:
    """The regular file at a location below the model's folder.

    :raises Unsound: it is not there, or not below the folder in the plainest way.
    """
    told = repr(place[:200])
    parts = PurePosixPath(place).parts
    if ".." in parts or place.startswith("/"):
        raise Unsound(f"its weights lie in {told}, outside its own folder")
    plain = place == "/".join(parts) and place.isprintable()
    if not parts or not plain or {"\\", "*", ":"} & set(place) or _IN_MEMORY in place:
        raise Unsound(f"its weights lie in {told}, which is no plain relative path")
    at = folder
    for last, part in zip([*[False] * (len(parts) - 1), True], parts, strict=True):
        at = at / part
        try:
            facts = os.lstat(at)
        except (OSError, ValueError):
            raise Unsound(f"its weights lie in {told}, which is not there") from None
        if stat.S_ISLNK(facts.st_mode):
            raise Unsound(f"its weights lie in {told}, which is a link or below one")
        if last and not stat.S_ISREG(facts.st_mode):
            raise Unsound(f"its weights lie in {told}, which is no regular file")
        if last and facts.st_nlink != 1:
            raise Unsound(f"its weights lie in {told}, a file that has another name too")
    return at
