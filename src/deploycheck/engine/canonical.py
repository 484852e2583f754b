"""The decision as JSON: canonical bytes (RFC 8785) for digests, and readable text for the file.

RFC 8785 sorts keys by UTF-16 code units and writes numbers as ECMAScript does. The writer below
walks the nouns themselves; that it gives what the reference implementation ``rfc8785`` gives is
tested, and it costs a quarter of the time.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from json.encoder import encode_basestring
from typing import Any

from deploycheck.model.base import Noun, format_instant
from deploycheck.model.decision import Decision

_LAID_OUT = 200  # verdicts up to which the text is indented; thousands are written one a line
_BEGINNING = b'{"check":"'
LARGEST_INTEGER = 2**53 - 1  # beyond, two integers share one JSON number
_SURROGATE = re.compile("[\ud800-\udfff]")
# What acts or hides when a file is printed or embedded: DEL, C1, bidi and invisible format
# characters, line separators, "<". JSON may write any character of a string as \uXXXX.
_ACTIVE = re.compile(
    "[<\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


class CanonicalError(ValueError):
    """A value has no JSON form: NaN, infinity, an integer beyond 2**53, a foreign type."""


def canonical(decision: Decision) -> bytes:
    r"""The canonical JSON (RFC 8785) of everything but ``run``.

    The same inputs give the same bytes. A lone surrogate, which no UTF-8 can hold, is written as
    the six characters ``\udXXX``.

    :raises CanonicalError: a number is not finite or not exact in JSON; names its place.
    """
    fields = {name: value for name, value in _named(decision).items() if name != "run"}
    return canonical_bytes(fields)


def digest(decision: Decision) -> str:
    """``sha256:`` and 64 hexadecimal digits over :func:`canonical`.

    :raises CanonicalError: as :func:`canonical`.
    """
    return f"sha256:{hashlib.sha256(canonical(decision)).hexdigest()}"


def readable(decision: Decision) -> str:
    r"""The whole decision, ``run`` included, as strict JSON for people and programs.

    Reads back as an equal decision with the same digest. Characters that act or hide where a
    file is shown are written as ``\uXXXX``.

    :raises CanonicalError: as :func:`canonical`, in ``run`` too.
    """
    # pydantic would write null for NaN, so every number is looked at first.
    whole = canonical_bytes(decision)
    if len(decision.verdicts) > _LAID_OUT:
        # A verdict a line: each of them begins alike, and no string holds a bare quotation mark.
        lines = whole.replace(_BEGINNING, b"\n" + _BEGINNING) + b"\n"
        del whole  # megabytes that nobody needs twice
        return _ACTIVE.sub(_escaped, lines.decode("utf-8"))
    try:
        text = decision.model_dump_json(by_alias=True, indent=2)
    except ValueError:  # a lone surrogate
        text = json.dumps(json.loads(whole), indent=2, ensure_ascii=False)
    return _ACTIVE.sub(_escaped, text) + "\n"


def canonical_bytes(value: Any) -> bytes:
    """The canonical JSON (RFC 8785) of nouns, mappings, sequences and scalars.

    :raises CanonicalError: as :func:`canonical`.
    """
    try:
        text = _WRITERS[type(value)](value)
    except CanonicalError:
        # The writers do not know where they are; only a failure pays for finding out.
        _find(value, "")
        raise
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        scrubbed = _scrubbed(value)
        return _WRITERS[type(scrubbed)](scrubbed).encode("utf-8")


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


@cache
def _fields(kind: type[Noun]) -> dict[str, str]:
    """Attribute names of a noun by the names they have in JSON."""
    return {field.alias or name: name for name, field in kind.model_fields.items()}


def _named(noun: Noun) -> dict[str, Any]:
    values = noun.__dict__
    return {key: values[name] for key, name in _fields(type(noun)).items()}


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


@lru_cache(512)
def _order(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Keys in canonical order, each with its text."""
    for key in keys:
        if not isinstance(key, str):
            raise CanonicalError(f"a key is {type(key).__name__}, not text")
    return tuple((key, encode_basestring(str(key)) + ":") for key in sorted(keys, key=_utf16))


@cache
def _members(kind: type[Noun]) -> tuple[tuple[str, str], ...]:
    """Attribute names of a noun in canonical order of their JSON names, each with its text."""
    fields = _fields(kind)
    return tuple((fields[key], text) for key, text in _order(tuple(fields)))


def _noun(noun: Noun) -> str:
    values, write = noun.__dict__, _WRITERS
    members = [
        text + write[type(value := values[name])](value) for name, text in _members(type(noun))
    ]
    return "{" + ",".join(members) + "}"


def _object(mapping: Mapping[str, Any]) -> str:
    write = _WRITERS
    members = [
        text + write[type(value := mapping[key])](value) for key, text in _order(tuple(mapping))
    ]
    return "{" + ",".join(members) + "}"


def _array(items: Iterable[Any]) -> str:
    write = _WRITERS
    return "[" + ",".join([write[type(item)](item) for item in items]) + "]"


def _float(number: float) -> str:
    """As ECMA-262 ``Number::toString``: shortest digits, exponent from 1e21 and below 1e-6."""
    if 1e-4 <= number < 1e16 or -1e16 < number <= -1e-4:  # here Python writes no exponent
        return float.__repr__(number).removesuffix(".0")
    if number == 0:
        return "0"
    if not math.isfinite(number):
        raise CanonicalError(f"{number} has no JSON form")
    text = float.__repr__(number)
    if 1e-6 <= abs(number) < 1e21:
        from decimal import Decimal

        return format(Decimal(text), "f")
    mantissa, _, exponent = text.partition("e")
    sign = "-" if exponent.startswith("-") else "+"
    return f"{mantissa}e{sign}{exponent.lstrip('+-0')}"


def _integer(number: int) -> str:
    if not -LARGEST_INTEGER <= number <= LARGEST_INTEGER:
        raise CanonicalError(f"an integer of {int(number).bit_length()} bits is not exact in JSON")
    return str(int(number))


class _Writers(dict[type[Any], Callable[[Any], str]]):
    """Writers by type; one for a subclass is looked up once and kept."""

    def __missing__(self, kind: type[Any]) -> Callable[[Any], str]:
        for base, writer in (
            (Noun, _noun),
            (str, encode_basestring),
            (float, _float),
            (int, _integer),
            (datetime, lambda stamp: encode_basestring(format_instant(stamp))),
            (Mapping, _object),
            (list | tuple, _array),
        ):
            if issubclass(kind, base):
                self[kind] = writer
                return writer
        raise CanonicalError(f"a {kind.__name__} has no JSON form")


_WRITERS: _Writers = _Writers(
    {
        str: encode_basestring,
        bool: {True: "true", False: "false"}.__getitem__,
        type(None): {None: "null"}.__getitem__,
        int: _integer,
        float: _float,
        dict: _object,
        list: _array,
        tuple: _array,
    }
)


def _parts(value: Any) -> Iterable[tuple[str, Any]]:
    """What ``value`` holds, each with its step of the path."""
    if isinstance(value, Noun):
        value = _named(value)
    if isinstance(value, Mapping):
        return [(f".{key}"[:60], item) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [(f"[{index}]", item) for index, item in enumerate(value)]
    return []


def _find(value: Any, path: str) -> None:
    """Raise for the first part of ``value`` that has no JSON form, with its path."""
    for step, part in _parts(value):
        _find(part, path + step)
    try:
        _WRITERS[type(value)](value)
    except CanonicalError as error:
        raise CanonicalError(f"{path.lstrip('.') or 'the value'}: {error}") from None


def _visible(text: str) -> str:
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _scrubbed(value: Any) -> Any:
    """``value`` with every lone surrogate as visible text; keys stay apart."""
    if isinstance(value, str):
        return _visible(value)
    if isinstance(value, Noun):
        value = _named(value)
    if isinstance(value, Mapping):
        made: dict[str, Any] = {}
        for key, item in value.items():
            name = _visible(key)
            while name in made or (name != key and name in value):
                name += "\\"
            made[name] = _scrubbed(item)
        return made
    if isinstance(value, list | tuple):
        return [_scrubbed(item) for item in value]
    return value
