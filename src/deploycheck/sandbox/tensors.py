"""Tensors of a model in ONNX: do their dimensions fit their bytes?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploycheck.sandbox.wire import Found, Unsound, numbers

if TYPE_CHECKING:
    from deploycheck.sandbox.wire import Reader

MOST_DIMENSIONS = 64
MOST_BYTES = 1 << 36  # of one tensor, in whichever file
MOST_STORED = 1 << 20  # stored values of a sparse tensor

TEXT = 8
# Bits of each element, by the number of its type.
BITS = {
    1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64,
    15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}  # fmt: skip
# The field that holds elements of a type as numbers, where they are not raw bytes.
_FIELD = {
    1: "float_data", 7: "int64_data", 11: "double_data", 12: "uint64_data", 13: "uint64_data",
    14: "float_data", 15: "double_data",
}  # fmt: skip
_FIELDS = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")
_PAIRS = {14, 15}  # complex numbers are two
_INDEX = 7


@dataclass(frozen=True)
class External:
    """Bytes of a tensor in another file.

    :param tensor: its name.
    :param location: the file, as the model names it.
    :param offset: where they begin.
    :param length: how many they are.
    """

    tensor: str
    location: str
    offset: int
    length: int


def dimensions(reader: Reader, found: Found, what: str) -> list[int]:
    """The dimensions of a tensor.

    :raises Unsound: there are too many, or one is negative.
    """
    dims = numbers(found, "dims").integers(reader.data, MOST_DIMENSIONS)
    if any(dim < 0 for dim in dims):
        raise Unsound(f"{what} has a negative dimension")
    return dims


def elements(dims: list[int], bits: int, what: str) -> int:
    """How many elements dimensions make.

    :raises Unsound: they would not fit any memory.
    """
    count = 1
    for dim in sorted(dims):  # a zero first: then nothing overflows
        count *= dim
        if count * bits > MOST_BYTES * 8:
            raise Unsound(f"{what} has dimensions that make more than {MOST_BYTES:,} bytes")
    return count


def check_tensor(reader: Reader, found: Found) -> tuple[int, External | None]:
    """Number of elements, and where its bytes lie if it is in another file.

    :raises Unsound: its dimensions do not fit its bytes, or it says two things at once.
    """
    name = reader.text(found.get("name"))
    what = f"tensor {name[:100]!r}"
    kind = found.get("data_type", 0)
    if kind != TEXT and kind not in BITS:
        raise Unsound(f"{what} has elements of the unknown type {kind}")
    bits = BITS.get(kind, 1)
    count = elements(dimensions(reader, found, what), bits, what)
    given = [key for key in (*_FIELDS, "string_data", "raw_data") if key in found]
    outside = bool(found.get("external_data")) or found.get("data_location", 0) != 0
    if len(given) + outside > 1:
        raise Unsound(f"{what} has its values in two places")
    if outside:
        if kind == TEXT or found.get("data_location", 0) != 1:
            raise Unsound(f"{what} does not say where its values lie")
        return count, _external(reader, found, name, (count * bits + 7) // 8)
    if count == 0 and not given:
        return 0, None
    if kind == TEXT:
        there, expected = len(found.get("string_data", ())), count
        wrong = given != ["string_data"]
    elif given == ["raw_data"]:
        start, end = found["raw_data"]
        there, expected = end - start, (count * bits + 7) // 8
        wrong = False
    else:
        field = _FIELD.get(kind, "int32_data")
        there, expected = numbers(found, field).count, _entries(kind, count, bits)
        wrong = given not in ([field], [])
    if wrong or there != expected:
        raise Unsound(
            f"{what} has dimensions for {count:,} elements, and its values are others or of "
            "another number"
        )
    return count, None


def _entries(kind: int, count: int, bits: int) -> int:
    """Numbers in the field of a type: two for a complex element, one for several small ones."""
    if kind in _PAIRS:
        return 2 * count
    return (count * bits + 7) // 8 if bits < 8 else count


def _external(reader: Reader, found: Found, name: str, size: int) -> External:
    told: dict[str, str] = {}
    for entry in found.get("external_data", ()):
        key = reader.text(entry.get("key"))
        if key in told or key not in {"location", "offset", "length", "checksum"}:
            raise Unsound(f"tensor {name[:100]!r} has {key[:100]!r} twice, or for no known use")
        told[key] = reader.text(entry.get("value"))
    offset = _whole(told.get("offset", "0"), name)
    length = _whole(told.get("length", str(size)), name)
    if length != size:
        raise Unsound(
            f"tensor {name[:100]!r} has dimensions for {size:,} bytes, and takes {length:,}"
        )
    return External(name, told.get("location", ""), offset, length)


def _whole(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Unsound(f"tensor {name[:100]!r} begins or ends at {text[:40]!r}, which is no place")
    return int(text)


def check_sparse(reader: Reader, found: Found) -> tuple[int, External | None]:
    """Number of stored elements, and where they lie if they are in another file.

    :raises Unsound: values, indices and dimensions do not fit together, or an index lies outside.
    """
    if "values" not in found or "indices" not in found:
        raise Unsound("a sparse tensor lacks its values or its indices")
    values, indices = found["values"], found["indices"]
    name = reader.text(values.get("name"))
    what = f"sparse tensor {name[:100]!r}"
    dims = dimensions(reader, found, what)
    dense = elements(dims, BITS.get(values.get("data_type", 0), 8), what)
    stored, elsewhere = check_tensor(reader, values)
    _, also = check_tensor(reader, indices)
    shape = dimensions(reader, indices, what)
    flat = shape == [stored]
    if indices.get("data_type") != _INDEX or not (flat or shape == [stored, len(dims)]):
        raise Unsound(f"{what} has indices of another kind or number than its values")
    if dimensions(reader, values, what) != [stored] or stored > min(dense, MOST_STORED):
        raise Unsound(f"{what} has more values than places")
    if also is not None:
        raise Unsound(f"{what} has its indices in another file")
    limits = [dense] if flat else dims
    for at, index in enumerate(_indices(reader, indices)):
        if not 0 <= index < limits[at % len(limits)]:
            raise Unsound(f"{what} has an index outside its dimensions")
    return stored, elsewhere


def _indices(reader: Reader, found: Found) -> list[int]:
    if "raw_data" in found:
        start, end = found["raw_data"]
        return memoryview(reader.data[start:end]).cast("q").tolist()
    return numbers(found, "int64_data").integers(reader.data, MOST_STORED * 8)
