"""What a new check is made of: texts with words left open, one set for each kind of evidence."""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["SHARES", "Better", "Evidence", "filled"]

Better = Literal["lower", "higher"]
# Units of a share of something, in which a proportion is measured; in all others it is a count.
SHARES = ("probability", "score", "ratio", "number")
_OPEN = re.compile(r"«(\w+)»")
_OF = re.compile(r"«(\d+)/(\d+)»")
_IMPORTS = re.compile(r"^(from deploycheck import )(\([\w,\s]+\)|[\w, ]+)$", re.MULTILINE)
_DEFINITION = re.compile(r"^    Definition: .+?(?=\n\n)", re.MULTILINE | re.DOTALL)
WIDTH = 100


@dataclass(frozen=True)
class Evidence:
    """A working check on one kind of evidence.

    Words left open stand in guillemets. ``«3/10»`` is what is counted where three of ten are bad:
    3 where lower is better, 7 where higher is.

    :param checker: the module of the check.
    :param tests: the module of its tests.
    :param example: files of a small project that is judged by it, by name.
    :param unit: the unit unless another is asked for.
    :param asked: what the example writes below `with`.
    :param tested: what the tests write there.
    :param words: what differs where ``lower`` or ``higher`` is better.
    :param bounds: bounds for the example, a test that passes and a test that fails, by direction
        and by whether a share is measured.
    :param names: names of the measure, likewise.
    """

    checker: str
    tests: str
    example: Mapping[str, str]
    unit: str
    asked: str
    tested: str
    words: Mapping[Better, Mapping[str, str]]
    bounds: Mapping[tuple[Better, bool], tuple[str, str, str]]
    names: Mapping[tuple[Better, bool], str]

    def open_words(self, better: Better, *, share: bool) -> dict[str, str]:
        """The words that follow from the direction and from whether a share is measured."""
        bound, passes, fails = self.bounds[better, share]
        return {
            **self.words[better],
            "Estimate": "Proportion" if share else "Count",
            "first": "hits=" if share else "",
            "with": self.asked,
            "tested": self.tested,
            "bound": bound,
            "passes": passes,
            "fails": fails,
        }


def filled(text: str, words: Mapping[str, str], better: Better) -> str:
    """``text`` with every open word filled in, also those inside words.

    :raises KeyError: a word that nobody gives.
    """
    while _OPEN.search(text):
        text = _OPEN.sub(lambda found: words[found[1]], text)

    def counted(found: re.Match[str]) -> str:
        bad, rows = int(found[1]), int(found[2])
        return str(bad if better == "lower" else rows - bad)

    text = _IMPORTS.sub(_sorted, _OF.sub(counted, text))
    return _DEFINITION.sub(_wrapped, text)


def _sorted(found: re.Match[str]) -> str:
    """An import with its names in the order that linters want."""
    names = sorted(re.findall(r"\w+", found[2]), key=lambda name: (name[0].islower(), name))
    if "(" not in found[2]:
        return found[1] + ", ".join(names)
    return f"{found[1]}(\n" + "".join(f"    {name},\n" for name in names) + ")"


def _wrapped(found: re.Match[str]) -> str:
    """A paragraph of a docstring in lines of at most 100 characters."""
    return textwrap.fill(
        " ".join(found[0].split()),
        WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
