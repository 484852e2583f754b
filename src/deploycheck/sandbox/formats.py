"""What the content of a file is, whatever its name says. Nothing is run, and little is read."""

from __future__ import annotations

import bz2
import io
import json
import lzma
import os
import zlib
from pathlib import Path

from deploycheck.sandbox.pickles import is_pickle
from deploycheck.sandbox.sealed import open_plainly

UNKNOWN = "unknown"
AMBIGUOUS = "ambiguous"

_HEAD = 1 << 16
_MOST_TEXT = 16 << 20
_MOST_HEADER = 16 << 20
_MOST_FIELDS = 20_000
_ZIPS = {"zip", "pytorch", "keras", "skops", "numpy-zip"}
_END_OF_ZIP = b"PK\x05\x06"
# Where it stands, what stands there, and what it means.
_PREFIXES = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"\x89HDF\r\n\x1a\n", "hdf5"),
    (0, b"GGUF", "gguf"),
    (0, b"tree\nversion=v", "lightgbm"),
    (0, b"CBM1", "catboost"),
    (0, b"\x93NUMPY", "npy"),
    (0, b"PAR1", "parquet"),
    (0, b"\x7fELF", "elf"),
    (0, b"#!", "script"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"ZF0x", "pickle"),  # as joblib compressed before 0.10
    (4, b"TFL3", "tflite"),
    (4, b"ORTM", "ort"),
    (257, b"ustar", "tar"),
)
_XGBOOST_FIRST = (b'{"learner":', b'{"version":', b'{"Config":')
# Names inside a zip that say whose it is.
_INSIDE = (("data.pkl", "pytorch"), ("model.weights.h5", "keras"), ("schema.json", "skops"))


def format_of(path: Path) -> str:
    """The format of a file.

    ``onnx``, ``safetensors``, ``pickle`` (compressed by joblib too), ``pytorch``, ``keras``,
    ``skops``, ``numpy-zip``, ``zip``, ``hdf5``, ``gguf``, ``lightgbm``, ``xgboost-json``,
    ``xgboost-ubjson``, ``catboost``, ``tflite``, ``ort``, ``npy``, ``parquet``, ``tar``,
    ``compressed``, ``7z``, ``elf``, ``script``, ``json``, ``text``; ``ambiguous`` for one that
    readers of two formats would take; ``unknown`` for the rest.

    :raises OSError: it cannot be read.
    """
    number = open_plainly(path)
    with os.fdopen(number, "rb") as file:
        size = os.fstat(number).st_size
        if not size:
            return UNKNOWN
        head = file.read(_HEAD)
        first = _first(file, head, size)
        zipped = _zip_behind(number, size)
    if not zipped:
        return first
    if first in _ZIPS:
        return first
    return zipped if first == UNKNOWN else AMBIGUOUS


def _first(file: io.BufferedReader, head: bytes, size: int) -> str:
    """The format as a reader tells that begins at the beginning."""
    number = file.fileno()
    if named := _by_magic(head):
        return _zip_kind(number, size) if named == "zip" else named
    if (opened := _decompressed(head)) is not None:
        return "pickle" if is_pickle(opened, whole=False) else "compressed"
    if _safetensors_header(number, size) is not None:
        return "safetensors"
    begun = os.pread(number, _MOST_TEXT, 0)
    onnx, pickle = is_onnx(number, size), is_pickle(begun, whole=size <= len(begun))
    if onnx or pickle:
        return AMBIGUOUS if onnx and pickle else ("onnx" if onnx else "pickle")
    return _text(file, size)


def _by_magic(head: bytes) -> str:
    """The format that the first bytes stand for; empty if for none."""
    for start, prefix, name in _PREFIXES:
        if head.startswith(prefix, start):
            return name
    return "xgboost-ubjson" if head.startswith(b"{L") and b"learner" in head else ""


def is_onnx(number: int, size: int) -> bool:
    """Whether the fields of a model in ONNX fill the file exactly; looks at their heads alone."""
    at, graphs, versions = 0, 0, 0
    for _ in range(_MOST_FIELDS):
        if at == size:
            return graphs == versions == 1
        window = os.pread(number, 24, at)
        tag, used = _varint(window, 0)
        field, wire = tag >> 3, tag & 7
        if not used or field not in {1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26}:
            return False
        value, end = _varint(window, used)
        if not end or wire != (0 if field in {1, 5} else 2):
            return False
        graphs += field == 7
        versions += field == 1
        at += end + (value if wire else 0)
        if at > size:
            return False
    return False


def _varint(window: bytes, at: int) -> tuple[int, int]:
    """The number and the place behind it; 0 where it does not end."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(window):
            return 0, 0
        value |= (window[at] & 0x7F) << shift
        at += 1
        if window[at - 1] < 0x80:
            return value, at
    return 0, 0


def _decompressed(head: bytes) -> bytes | None:
    """The beginning of what was compressed, ``None`` if it was not."""
    try:
        if head[:2] == b"\x1f\x8b":
            return zlib.decompressobj(31).decompress(head, _HEAD)
        if head[:1] == b"\x78" and head[1:2] in {b"\x01", b"\x5e", b"\x9c", b"\xda"}:
            return zlib.decompressobj().decompress(head, _HEAD)
        if head[:3] == b"BZh":
            return bz2.BZ2Decompressor().decompress(head, _HEAD)
        if head[:6] == b"\xfd7zXZ\x00" or head[:3] == b"\x5d\x00\x00":
            limited = lzma.LZMADecompressor(memlimit=64 << 20)
            return limited.decompress(head, _HEAD)
    except (zlib.error, lzma.LZMAError, OSError, EOFError, MemoryError):
        return None
    return b"" if head[:4] in {b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"} else None


def _safetensors_header(number: int, size: int) -> dict[str, object] | None:
    length = int.from_bytes(os.pread(number, 8, 0), "little")
    if not 2 <= length <= min(size - 8, _MOST_HEADER) or os.pread(number, 1, 8) != b"{":
        return None
    header = _json(os.pread(number, length, 8))
    if not isinstance(header, dict):
        return None
    ends = [0]
    for name, told in header.items():
        if name == "__metadata__":
            continue
        offsets = told.get("data_offsets") if isinstance(told, dict) else None
        shape = told.get("shape") if isinstance(told, dict) else None
        if not _whole_numbers(offsets) or not _whole_numbers(shape) or len(offsets or ()) != 2:
            return None
        ends.append((offsets or [0])[-1])
    return header if 8 + length + max(ends) == size else None


def _whole_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(v) is int and v >= 0 for v in value)


def safetensors_parameters(path: Path) -> int | None:
    """Elements of all tensors; ``None`` where the file is none of safetensors.

    :raises OSError: it cannot be read.
    """
    with os.fdopen(open_plainly(path), "rb") as file:
        header = _safetensors_header(file.fileno(), os.fstat(file.fileno()).st_size)
    if header is None:
        return None
    total = 0
    for name, told in header.items():
        count = 1
        if name == "__metadata__" or not isinstance(told, dict):
            continue
        for dim in told["shape"]:
            count *= dim
            if count > 1 << 63:
                return None
        total += count
    return total


def _zip_behind(number: int, size: int) -> str:
    """The kind of the zip that ends where the file ends; empty if none does."""
    tail = os.pread(number, min(size, 22 + 65_535), max(0, size - 22 - 65_535))
    at = tail.rfind(_END_OF_ZIP)
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + 22], "little")
        if at + 22 + comment == len(tail):
            return _zip_kind(number, size)
        at = tail.rfind(_END_OF_ZIP, 0, at)
    return ""


def _zip_kind(number: int, size: int) -> str:
    """Whose zip it is, by the names that stand in its directory at the end."""
    tail = os.pread(number, min(size, 1 << 20), max(0, size - (1 << 20)))
    for name, kind in _INSIDE:
        if name.encode() in tail:
            return kind
    return "numpy-zip" if b".npyPK" in tail else "zip"


def _text(file: io.BufferedReader, size: int) -> str:
    """``json``, ``xgboost-json`` or ``text`` where the whole file is text."""
    if size > _MOST_TEXT:
        file.seek(0)
        return "xgboost-json" if _is_xgboost(file.read(_HEAD)) else UNKNOWN
    file.seek(0)
    data = file.read(_MOST_TEXT + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return UNKNOWN
    if any(text.find(chr(code)) >= 0 for code in range(32) if code not in {9, 10, 12, 13}):
        return UNKNOWN
    if text.lstrip()[:1] in {"{", "["} and _json(data) is not None:
        return "xgboost-json" if _is_xgboost(data[:_HEAD]) else "json"
    return "text"


def _is_xgboost(head: bytes) -> bool:
    plain = b"".join(head.split())
    return plain.startswith(_XGBOOST_FIRST) and b'"learner"' in plain


def _json(data: bytes) -> object | None:
    try:
        made: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return made
