r"""Regular expressions that mean the same on every engine: a subset of RE2.

Polars, DuckDB and Spark agree on literals, ``.``, classes, groups, alternatives, anchors and
counted repetition. They differ on ``\d`` beyond ASCII, on ``\b``, on look-around and references;
``\d \w \s`` are rewritten to ASCII classes, the others are refused.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

LENGTH = 1_000
REPEATS = 1_000  # RE2's own limit, of nested counts multiplied
DEPTH = 50

_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t\n\f\r "}
_CONTROL = "tnrf"
_MARKS = frozenset(r"\.+*?()|[]{}^$-/:#&~=!<>,;@%_ '" + '"`')
_COUNT = re.compile(r"\{(\d{1,5})(?:(,)(\d{0,5}))?\}", re.ASCII)


def ascii_pattern(text: str) -> str:
    r"""``text`` with ``\d \w \s`` as ASCII classes, so that every engine reads it alike.

    :raises ValueError: outside the subset, not well formed, or too long; names the place.
    """
    if len(text) > LENGTH:
        raise ValueError(f"the pattern has {len(text):,} characters; at most {LENGTH:,}")
    made, end, _ = _Reader(text).alternatives(0, 0)
    if end != len(text):
        raise ValueError(f"an unmatched ) at character {end + 1}")
    return made


def whole(text: str) -> str:
    """The rewritten pattern, to be found only as the whole value."""
    return rf"\A(?:{ascii_pattern(text)})\z"


def _checked(text: str) -> str:
    ascii_pattern(text)
    return text


Pattern = Annotated[str, StringConstraints(min_length=1), AfterValidator(_checked)]


class _Reader:
    """Reads a pattern from left to right; each part is (rewritten, end, repeats)."""

    def __init__(self, text: str) -> None:
        self.text = text

    def at(self, place: int) -> str:
        return self.text[place : place + 1]

    def refuse(self, what: str, place: int) -> ValueError:
        return ValueError(f"{what} at character {place + 1}")

    def alternatives(self, place: int, depth: int) -> tuple[str, int, int]:
        if depth > DEPTH:
            raise self.refuse(f"groups nested deeper than {DEPTH}", place)
        parts: list[str] = []
        most = 1
        while place < len(self.text) and self.at(place) != ")":
            if self.at(place) == "|":
                parts.append("|")
                place += 1
                continue
            part, place, repeats = self.repeated(place, depth)
            parts.append(part)
            most = max(most, repeats)
        return "".join(parts), place, most

    def repeated(self, place: int, depth: int) -> tuple[str, int, int]:
        start = place
        part, place, repeats = self.single(place, depth)
        mark = self.at(place)
        if not mark or mark not in "*+?{":
            return part, place, repeats
        if part in ("^", "$"):
            raise self.refuse("an anchor that is repeated", start)
        if mark == "{":
            mark, place, times = self.counted(place)
            repeats *= times
            if repeats > REPEATS:
                raise self.refuse(f"counted repetition beyond {REPEATS:,}", start)
        else:
            place += 1
        if self.at(place) == "?":
            mark, place = mark + "?", place + 1
        if (after := self.at(place)) and after in "*+?{":
            raise self.refuse("a repetition of a repetition", place)
        return part + mark, place, repeats

    def counted(self, place: int) -> tuple[str, int, int]:
        found = _COUNT.match(self.text, place)
        if found is None:
            raise self.refuse("a { that begins no count; write \\{", place)
        least, comma, most = int(found[1]), found[2], found[3]
        if most and int(most) < least:
            raise self.refuse("a count whose largest is below its smallest", place)
        times = max(least, int(most) if comma and most else least, 1)
        return found[0], found.end(), times

    def single(self, place: int, depth: int) -> tuple[str, int, int]:
        mark = self.at(place)
        if mark == "(":
            return self.group(place, depth)
        if mark == "[":
            made, place = self.set_of(place)
            return made, place, 1
        if mark == "\\":
            made, place = self.escaped(place, inside=False)
            return made, place, 1
        if mark in "*+?{":
            raise self.refuse(f"a {mark} with nothing to repeat", place)
        if mark in "]}":
            raise self.refuse(f"a {mark} that closes nothing; write \\{mark}", place)
        return mark, place + 1, 1

    def group(self, place: int, depth: int) -> tuple[str, int, int]:
        start = place + 1
        if self.at(start) == "?":
            if self.text[start : start + 2] != "?:":
                raise self.refuse("a (? that is not (?: — no look-around, names or flags", place)
            start += 2
        inner, end, repeats = self.alternatives(start, depth + 1)
        if self.at(end) != ")":
            raise self.refuse("an unmatched (", place)
        return f"(?:{inner})", end + 1, repeats

    def escaped(self, place: int, *, inside: bool) -> tuple[str, int]:
        mark = self.at(place + 1)
        if mark and mark in _CLASSES:
            made = _CLASSES[mark]
            return (made if inside else f"[{made}]"), place + 2
        if mark and mark.lower() in _CLASSES and not inside:
            return f"[^{_CLASSES[mark.lower()]}]", place + 2
        if mark and (mark in _CONTROL or mark in _MARKS):
            # An escaped mark of no meaning is written plainly: engines differ on which may be.
            plain = mark.isspace() or mark in "/:#=!<>,;@%_'\"`"
            return (mark if plain and mark not in _CONTROL else f"\\{mark}"), place + 2
        raise self.refuse(f"\\{mark}, which engines read differently or not at all,", place)

    def set_of(self, place: int) -> tuple[str, int]:
        start = place
        place += 1
        made = "["
        if self.at(place) == "^":
            made, place = "[^", place + 1
        empty = True
        while (mark := self.at(place)) != "]" or empty:
            if not mark or (mark == "]" and empty):
                raise self.refuse("a [ without its ], or with nothing inside", start)
            if mark == "[":
                raise self.refuse("a [ inside of a class; write \\[", place)
            if self.text[place : place + 2] in ("&&", "--", "~~", "||"):
                raise self.refuse(f"{mark}{mark} inside of a class", place)
            low, after = self._member(place)
            if self.at(after) == "-" and self.at(after + 1) not in ("]", ""):
                high, end = self._member(after + 1)
                if not _is_range(low, high):
                    raise self.refuse("a range in a class that runs backwards or has no end", place)
                low, after = f"{low}-{high}", end
            elif low == "-":
                low = "\\-"
            made, place, empty = made + low, after, False
        return made + "]", place + 1

    def _member(self, place: int) -> tuple[str, int]:
        mark = self.at(place)
        if mark == "\\":
            return self.escaped(place, inside=True)
        return ("\\^" if mark == "^" else mark), place + 1


def _is_range(low: str, high: str) -> bool:
    ends = [_LITERAL.get(end, end.removeprefix("\\")) for end in (low, high)]
    return all(len(end) == 1 for end in ends) and ends[0] <= ends[1]


_LITERAL = {r"\t": "\t", r"\n": "\n", r"\r": "\r", r"\f": "\f"}
