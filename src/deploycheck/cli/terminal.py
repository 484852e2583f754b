"""What a terminal can show, decided once: colour, and whether anything may move."""

import os
import re
from collections.abc import Mapping
from typing import TextIO

_PLAIN = "\x1b[0m"
# Colour only repeats what the word says.
_WORDS = {
    "PASS": "\x1b[32m",
    "RELEASE": "\x1b[1;32m",
    "FAIL": "\x1b[31m",
    "BLOCK": "\x1b[1;31m",
    "INCONCLUSIVE": "\x1b[33m",
    "REVIEW": "\x1b[1;33m",
    "WAIVED": "\x1b[33m",
    "ERROR": "\x1b[35m",
    "NOT EVALUATED": "\x1b[35m",
    "NOT APPLICABLE": "\x1b[2m",
}
_SPOKEN = "|".join(map(re.escape, _WORDS))
# At the beginning of a line; the decision also at the end of the first one.
_FIRST = re.compile(rf"^({_SPOKEN})(?=[ :]|$)", re.MULTILINE)
_DECIDED = re.compile(r"\A(deploycheck: [^\n]* — )(RELEASE|REVIEW|BLOCK)$", re.MULTILINE)


def coloured(stream: TextIO | None, env: Mapping[str, str] | None = None) -> bool:
    """Whether colours may be written to a stream.

    ``NO_COLOR`` refuses them, else ``FORCE_COLOR`` or ``CLICOLOR_FORCE`` (other than ``0``) wants
    them, else only a terminal that can show them gets some.

    :param env: the environment; by default the process's.
    """
    env = os.environ if env is None else env
    if env.get("NO_COLOR"):
        return False
    if any(env.get(name, "0") not in {"", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal(stream) and env.get("TERM") != "dumb"


def moving(stream: TextIO | None, env: Mapping[str, str] | None = None) -> bool:
    """Whether a line may be drawn again and again on a stream: a terminal with a person before it.

    ``DEPLOYCHECK_PROGRESS=0`` switches it off; so do ``CI`` and a terminal that cannot.
    """
    env = os.environ if env is None else env
    if env.get("DEPLOYCHECK_PROGRESS") == "0" or env.get("CI"):
        return False
    return is_terminal(stream) and env.get("TERM", "dumb") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; one that is closed or missing is none."""
    try:
        return stream is not None and stream.isatty()
    except (OSError, ValueError):
        return False


def painted(summary: str, *, colour: bool) -> str:
    """A summary with its outcomes in colour; without colour, the same bytes."""
    if not colour:
        return summary
    text = _DECIDED.sub(lambda found: found[1] + _paint(found[2]), summary)
    return _FIRST.sub(lambda found: _paint(found[1]), text)


def _paint(word: str) -> str:
    return f"{_WORDS[word]}{word}{_PLAIN}"
