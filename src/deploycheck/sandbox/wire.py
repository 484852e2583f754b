"""Reads the wire format of Protocol Buffers by a schema, and believes no length in it.

Big fields are not copied: bytes and numbers stay where they are, as places in the file. What the
schema does not know, what stands twice where it may stand once, and what is not whole is refused,
since readers would differ on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import mmap

MOST_FIELDS = 600_000  # beyond it, reading would take more than two seconds
MOST_NUMBERS = 64 << 20  # bytes of numbers whose length has to be found one by one
DEEPEST = 60
LONGEST_NAME = 10_000

Span = tuple[int, int]
Found = dict[str, Any]
Schema = Mapping[str, Mapping[int, tuple[str, str]]]

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_WIRE = {"int": _VARINT, "f4": _FOUR, "f8": _EIGHT, "bytes": _BYTES}
_NUMBERS = {"int", "f4", "f8"}
_WHOLE = re.compile(rb"(?:[\x80-\xff]{0,9}[\x00-\x7f])*+", re.DOTALL)
_HIGH = bytes(range(0x80, 0x100))


class Unsound(Exception):
    """The bytes are no such message, or one that is not accepted."""


@dataclass(frozen=True)
class Numbers:
    """Numbers as they stand in the file.

    :param count: how many.
    :param spans: where they stand, without or with a tag before each one.
    :param tagged: whether each number has a tag of one byte before it.
    """

    count: int
    spans: tuple[tuple[int, int, bool], ...]
    kind: str

    def integers(self, data: bytes | mmap.mmap, most: int) -> list[int]:
        """The whole numbers, signed.

        :raises Unsound: more than ``most``.
        """
        if self.count > most:
            raise Unsound(f"{self.count:,} numbers where {most:,} at most make sense")
        found: list[int] = []
        for start, end, tagged in self.spans:
            at = start
            while at < end:
                value, at = varint(data, at + tagged, end)
                found.append(signed(value))
        return found


_NONE = Numbers(0, (), "int")


def numbers(found: Found, name: str) -> Numbers:
    """The repeated numbers of a message, none if there are none."""
    made: Numbers = found.get(name, _NONE)
    return made


def signed(value: int) -> int:
    """The number that 64 bits mean in two's complement."""
    return value - (1 << 64) if value >> 63 else value


def varint(data: bytes | mmap.mmap, at: int, end: int) -> tuple[int, int]:
    """The number that begins at ``at`` and the place behind it.

    :raises Unsound: it does not end, or is wider than 64 bits.
    """
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 64:
                break
            return value, at
        shift += 7
    raise Unsound("a number does not end, or is wider than 64 bits")


class Reader:
    """Reads messages of one file.

    :param data: the whole file.
    :param schema: for each message, the field of each number: its name and kind, which is
        ``int``, ``f4``, ``f8``, ``bytes`` or a message, with ``*`` where it may repeat.
    """

    def __init__(self, data: bytes | mmap.mmap, schema: Schema) -> None:
        self.data = data
        self.schema = schema
        self.fields = self.bytes = 0
        self._tags = {name: _tags(fields) for name, fields in schema.items()}

    def message(self, name: str, start: int, end: int, depth: int = 0) -> Found:
        """The fields of the message between two places.

        Numbers and texts that may repeat are lists, :class:`Numbers` for plain numbers; messages
        are mappings; bytes are places.

        :raises Unsound: it is not whole, or not as the schema says.
        """
        if depth > DEEPEST:
            raise Unsound(f"messages are nested deeper than {DEEPEST}")
        tags = self._tags[name]
        found: Found = {}
        at = start
        while at < end:
            self.fields += 1
            if self.fields > MOST_FIELDS:
                raise Unsound(f"it has more than {MOST_FIELDS:,} parts")
            tag, after = self.data[at], at + 1
            if tag >= 0x80:
                tag, after = varint(self.data, at, end)
            known = tags.get(tag)
            if known is None:
                raise Unsound(f"{name} has an unknown field {tag >> 3} of wire type {tag & 7}")
            key, kind, wire, many = known
            if wire != _BYTES and many:
                at = self._run(found, key, kind, at, end)
            elif many and kind in _NUMBERS:
                at, stop = self._sized(after, end, key)
                self._numbers(found, key, kind, at, stop, tagged=False)
                at = stop
            else:
                value, at = self._value(known, after, end, depth)
                if many:
                    found.setdefault(key, []).append(value)
                elif key in found:
                    raise Unsound(f"{name} has {key} twice")
                else:
                    found[key] = value
        return found

    def _value(
        self, known: tuple[str, str, int, bool], at: int, end: int, depth: int
    ) -> tuple[Any, int]:
        """One value that is no list of numbers, and the place behind it."""
        key, kind, wire, _ = known
        if wire == _VARINT:
            return varint(self.data, at, end)
        if wire == _BYTES:
            at, stop = self._sized(at, end, key)
            return (at, stop) if kind == "bytes" else self.message(kind, at, stop, depth + 1), stop
        stop = at + (4 if wire == _FOUR else 8)
        if stop > end:
            raise Unsound(f"{key} is cut off")
        return (at, stop), stop

    def _sized(self, at: int, end: int, key: str) -> tuple[int, int]:
        """Where something with a length before it begins and ends."""
        size, at = varint(self.data, at, end)
        if size > end - at:
            raise Unsound(f"{key} is longer than what it is in")
        return at, at + size

    def text(self, span: Span | None, what: str = "a name") -> str:
        """The text at a place, empty if there is none.

        :raises Unsound: it is longer than 10,000 bytes, or not UTF-8.
        """
        if span is None:
            return ""
        start, end = span
        if end - start > LONGEST_NAME:
            raise Unsound(f"{what} is longer than {LONGEST_NAME:,} bytes")
        try:
            return self.data[start:end].decode()
        except UnicodeDecodeError:
            raise Unsound(f"{what} is not UTF-8") from None

    def _run(self, found: Found, key: str, kind: str, at: int, end: int) -> int:
        """All following numbers of one field, at the speed of a compiled pattern."""
        matched = _pattern(self.data[at], kind).match(self.data, at, end)
        if matched is None:
            raise Unsound(f"a number of {key} is cut off")
        self._numbers(found, key, kind, at, matched.end(), tagged=True)
        return matched.end()

    def _numbers(
        self, found: Found, key: str, kind: str, start: int, end: int, *, tagged: bool
    ) -> None:
        size = end - start
        if kind == "int" or tagged:
            self.bytes += size
            if self.bytes > MOST_NUMBERS:
                raise Unsound(f"more than {MOST_NUMBERS:,} bytes of numbers stand one by one")
        if kind == "int":
            if not tagged and _WHOLE.fullmatch(self.data, start, end) is None:
                raise Unsound(f"the numbers of {key} are not whole")
            count = len(self.data[start:end].translate(None, _HIGH)) // (2 if tagged else 1)
        else:
            width = int(kind[1]) + tagged
            if size % width:
                raise Unsound(f"the numbers of {key} are not whole")
            count = size // width
        before = found.get(key, _NONE)
        found[key] = Numbers(before.count + count, (*before.spans, (start, end, tagged)), kind)


def _tags(fields: Mapping[int, tuple[str, str]]) -> dict[int, tuple[str, str, int, bool]]:
    """Each accepted tag: name, kind and wire type of its field, and whether it may repeat."""
    made = {}
    for number, (name, told) in fields.items():
        many, kind = told.endswith("*"), told.rstrip("*")
        wire = _WIRE.get(kind, _BYTES)
        made[number << 3 | wire] = (name, kind, wire, many)
        if many and wire != _BYTES:
            made[number << 3 | _BYTES] = (name, kind, _BYTES, many)  # numbers may be packed
    return made


@cache
def _pattern(tag: int, kind: str) -> re.Pattern[bytes]:
    body = rb"[\x80-\xff]{0,9}[\x00-\x7f]" if kind == "int" else b".{%d}" % int(kind[1])
    return re.compile(rb"(?:" + re.escape(bytes([tag])) + body + rb")++", re.DOTALL)
