"""Values as YAML that the loader reads back as they were, and comments that hold nothing active."""

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deploycheck.engine.language.place import FORBIDDEN, visible
from deploycheck.engine.language.scalars import plain

__all__ = ["comment", "entry", "expressible", "flow", "prose", "scalar"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_SENTENCE = re.compile(r"[A-Za-z][^:#\n]*")
_WIDTH = 100
_LONGEST = 200  # characters of a comment


def expressible(text: str) -> bool:
    """Whether a policy or a release can hold this text: not blank, nothing hidden, no ``${``."""
    return bool(text.strip()) and not FORBIDDEN.search(text) and "${" not in text


def scalar(value: Any) -> str:
    """One value as YAML, quoted wherever a reader could take it for something else.

    :param value: text, a truth value or a finite number.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(getattr(value, "raw", None) or repr(value))
    text = str(value)
    safe = _PLAIN.fullmatch(text) or _PATH.fullmatch(text)
    if safe and plain(text) == text and isinstance(plain(text), str):
        return text
    return json.dumps(text, ensure_ascii=False)


def flow(value: Any) -> str:
    """A value, list or mapping as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return scalar(value)


def entry(key: str, value: Any, indent: int = 0) -> str:
    """A key with its value, over several lines where one would be too long.

    :param indent: blanks that will stand before it.
    :return: without these blanks, also on the further lines.
    """
    whole = f"{key}: {flow(value)}"
    if indent + len(whole) <= _WIDTH or isinstance(value, str) or not value:
        return whole
    if isinstance(value, Mapping):
        inner = [entry(scalar(k), v, indent + 2) for k, v in value.items()]
        return "\n".join([f"{key}:", *(textwrap.indent(line, "  ") for line in inner)])
    if not isinstance(value, Iterable):
        return whole
    lines = [f"{key}: ["]
    for item in value:
        piece = flow(item) + ","
        if lines[-1].strip() and indent + len(lines[-1]) + len(piece) >= _WIDTH:
            lines.append("  ")
        lines[-1] += piece if lines[-1].endswith(("[", "  ")) else f" {piece}"
    lines[-1] = lines[-1].rstrip(",") + "]"
    return "\n".join(lines)


def prose(key: str, text: str, indent: str) -> Iterator[str]:
    """A sentence behind its key, folded where it is long.

    :param key: with its colon and all that stands before it.
    :param indent: of the lines below.
    """
    simple = _SENTENCE.fullmatch(text) and plain(text) == text and text == " ".join(text.split())
    if not simple:
        yield f"{key} {json.dumps(text, ensure_ascii=False)}"
    elif len(key) + len(text) < _WIDTH:
        yield f"{key} {text}"
    else:
        yield f"{key} >-"
        yield from textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def comment(text: str) -> str:
    """Text as it may stand behind a ``#``: on one line, nothing hidden, cut where it is long."""
    line = " ".join(visible(text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
