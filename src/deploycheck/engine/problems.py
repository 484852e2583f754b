"""Mistakes in policies and releases: what is wrong, where, and how it is told."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from deploycheck.engine.language.place import FORBIDDEN, Place, visible

_WIDEST = 100  # characters of a source line that are shown
_LONGEST = 1000  # characters of a message
_FEW = 8
_BLANKS = str.maketrans("\t\r\n", "   ")
_RED, _BLUE, _BOLD, _PLAIN = "\x1b[1;31m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True)
class Problem:
    """One mistake.

    :param code: such as ``DC013``; ``deploycheck explain`` has a page on it.
    :param message: one sentence without a full stop.
    :param place: where it stands; ``None`` where no file is to blame.
    :param hint: what to write instead; stands behind the carets.
    """

    code: str
    message: str
    place: Place | None
    hint: str = ""


class PolicyError(Exception):
    """The policy or the release cannot be used; nothing was measured."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(render(self.problems))


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """What to offer for a wrong name: the likeliest, else all where they are few, else nothing."""
    names = sorted(set(known))
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(_fold(name), name)
    close = get_close_matches(_fold(wrong[:100]), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{visible(folded[close[0]])}'?"
    if 0 < len(names) <= _FEW:
        return f"one of: {', '.join(visible(name) for name in names)}"
    return ""


def _fold(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


def render(problems: Iterable[Problem], *, colour: bool = False) -> str:
    """All problems as text for a terminal, by file and line, with a closing count.

    What comes out holds no control or bidirectional character but its own colours.
    """
    told = sorted(set(problems), key=_order)
    if not told:
        return ""
    paint = _coloured if colour else _uncoloured
    files = {problem.place.label for problem in told if problem.place is not None}
    count = _plural(len(told), "mistake")
    where = f" in {_plural(len(files), 'file')}" if files else ""
    return "\n\n".join([*(_one(problem, paint) for problem in told), count + where]) + "\n"


def _order(problem: Problem) -> tuple[bool, str, int, int, str, str]:
    place = problem.place or Place("")
    nowhere = problem.place is None
    return (nowhere, place.label, place.line, place.column, problem.code, problem.message)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


class _Paint:
    """Colours of the parts of a message; none by default."""

    def __init__(self, error: str, frame: str, bold: str, plain: str) -> None:
        self._codes = {"error": error, "frame": frame, "bold": bold}
        self._plain = plain

    def __call__(self, part: str, text: str) -> str:
        return f"{self._codes[part]}{text}{self._plain}"


_uncoloured = _Paint("", "", "", "")
_coloured = _Paint(_RED, _BLUE, _BOLD, _PLAIN)


def _one(problem: Problem, paint: _Paint) -> str:
    message, hint = _one_line(problem.message), _one_line(problem.hint)
    place = problem.place
    width = len(str(place.line)) if place is not None and place.line else 1
    bar = paint("frame", f" {'':{width}} |")
    lines = [paint("error", f"error[{problem.code}]") + paint("bold", f": {message}")]
    if place is not None:
        spot = f":{place.line}:{place.column}" if place.line else ""
        lines.append(f" {'':{width}}{paint('frame', '-->')} {_one_line(place.label)}{spot}")
    if place is not None and place.line:
        text, before, under = _window(place)
        carets = paint("error", " ".join(filter(None, ("^" * under, hint))))
        lines += [
            bar,
            f"{paint('frame', f' {place.line} |')} {text}".rstrip(),
            f"{bar} {' ' * before}{carets}",
        ]
    elif hint:
        lines.append(f" {'':{width}} {paint('frame', '=')} hint: {hint}")
    lines.append(f" {'':{width}} {paint('frame', '=')} help: `deploycheck explain {problem.code}`")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(visible(text[:_LONGEST]).split())


def _window(place: Place) -> tuple[str, int, int]:
    """The part of the line that is shown, the width before the carets, and of the carets."""
    line, start = place.source, place.column - 1
    first = 0 if start + min(place.length, 30) <= _WIDEST else start - _WIDEST // 4
    last = first + _WIDEST
    shown = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", line[first:last]).translate(_BLANKS)
    left, right = "…" if first else "", "…" if last < len(line) else ""
    before = _columns(left + shown[: start - first])
    under = _columns(shown[start - first : start - first + place.length])
    return left + shown + right, before, max(under, 1)


def _columns(text: Sequence[str]) -> int:
    """Terminal columns that ``text`` takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
