"""Where something stands in a file, and text from files made safe to show."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

# Control characters, bidirectional controls, characters that break or hide text, half characters.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Place:
    """A stretch of one line of a file, to point at.

    :param label: path of the file as messages show it.
    :param line: 1-based; 0 means the file as a whole.
    :param column: 1-based, in characters.
    :param length: characters that are meant, at least 1.
    :param source: the line as it stands in the file.
    """

    label: str
    line: int = 0
    column: int = 0
    length: int = 1
    source: str = ""


@dataclass(frozen=True)
class Source:
    """The text of a file, able to turn offsets into places."""

    label: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    @cached_property
    def _lines(self) -> dict[int, str]:
        """Lines that were asked for: many places on one long line share it."""
        return {}

    def at(self, start: int, end: int) -> Place:
        """The place of ``text[start:end]``, cut at the end of its first line.

        An empty stretch, as of a block that only indentation opens, means the rest of the line.
        """
        start = min(max(start, 0), len(self.text))
        number = bisect_right(self._starts, start) - 1
        begin = self._starts[number]
        stop = self._starts[number + 1] if number + 1 < len(self._starts) else len(self.text)
        if number not in self._lines:
            self._lines[number] = self.text[begin:stop].rstrip("\r\n")
        line = self._lines[number]
        rest = len(line.rstrip()) - (start - begin)
        length = rest if end <= start else min(end - start, rest)
        return Place(self.label, number + 1, start - begin + 1, max(length, 1), line)

    def end(self) -> Place:
        """Just behind the last character that is not blank."""
        last = len(self.text.rstrip())
        return self.at(last, last + 1)


def visible(text: str) -> str:
    """``text`` with every character that could act on a terminal or hide written out."""
    return FORBIDDEN.sub(lambda found: f"\\u{{{ord(found[0]):04x}}}", text)


def show(value: object) -> str:
    """A value from a file as a message shows it: quoted, cut, on one line, inert."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(getattr(value, "raw", value))[:_LONGEST_SHOWN]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = " ".join(str(value)[: 4 * _LONGEST_SHOWN].split())
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    return f"'{visible(text)}'"
