"""YAML syntax errors in plain words."""

import re
from typing import Any

_NEVER_CLOSED = "the quote that opens in line {line} is never closed"
_UNCLOSED_FLOW = "the {what} that opens in line {line} is not closed"

# (pattern in the parser's problem, pattern in its context, what to say, what to do)
_WORDS: tuple[tuple[str, str, str, str], ...] = (
    ("mapping values are not allowed", "", "a ':' stands where no key can be",
     "quote the text if it holds ': '; else look at the indentation"),
    ("unexpected end of stream", "quoted scalar", _NEVER_CLOSED, ""),
    ("document (separator|indicator)", "quoted scalar", _NEVER_CLOSED, ""),
    ("unknown escape|escape code|hexa?decimal", "", "the \\ begins no escape that YAML knows",
     "use single quotes, or write \\\\"),
    ("expected ',' or '\\]'", "", _UNCLOSED_FLOW.replace("{what}", "list"), "',' or ']' expected"),
    ("expected ',' or '\\}'", "", _UNCLOSED_FLOW.replace("{what}", "mapping"),
     "',' or '}' expected"),
    ("expected <block end>|did not find expected key", "block mapping",
     "this does not line up with the keys that begin in line {line}",
     "a key is expected, indented like them"),
    ("expected <block end>|expected '-' indicator", "block (collection|sequence)",
     "this does not line up with the list that begins in line {line}",
     "a '- ' is expected, indented like the others"),
    ("could not find expected ':'", "", "a ': ' is missing behind a key",
     "write key: value, or quote a text of several lines"),
    ("block sequence entries|sequence entries", "", "a list cannot begin here",
     "put the '- ' on a line of its own"),
    ("unexpected ':'", "plain scalar", "a ':' stands inside a text without quotes",
     "write ': ' behind a key, or quote the text"),
    ("mapping keys are not allowed", "", "a '?' cannot begin a key here", "quote the text"),
    ("expected alphabetic or numeric", "", "an anchor (&) or alias (*) without a name",
     "quote the text if it is one"),
    ("expected comment or a? ?line break", "", "something stands behind the | or > of a text block",
     "begin the text on the next line"),
    ("indentation indicator", "", "the number behind | or > must be 1 to 9", ""),
    ("leading empty line|tab character", "", "a tab cannot indent", "use spaces"),
    ("document start", "", "something stands behind the end of the document",
     "look at the indentation, and at brackets closed too early"),
    ("expected the node content|did not find expected node content", "",
     "a value is missing here", "quote the text if it begins with a special character"),
    ("undefined tag|tag handle|while (parsing|scanning) a tag", "", "YAML tags are refused",
     "write the plain value"),
    ("YAML document|version|directive", "", "YAML directives are refused",
     "leave out lines that begin with %"),
)  # fmt: skip


def in_plain_words(error: Any, text: str) -> tuple[int, int, str, str]:
    """Where and why the parser gave up: (start, end, message, hint).

    :param error: a ``yaml.YAMLError``, marked or not.
    """
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    problem, context = (str(getattr(error, a, "") or "") for a in ("problem", "context"))
    start = min(mark.index if mark is not None else 0, len(text))
    here = text[start : start + 1]
    if "cannot start any token" in problem:
        return (start, start + 1, *_bad_start(here))
    if text[max(start - 1, 0) : start + 1] == "${":
        end = text.find("}", start) + 1 or start + 1
        return start - 1, end, "an input between brackets needs quotes", 'write "${inputs.name}"'
    line = (opened.line if opened is not None else 0) + 1
    told, hint = next(
        (
            (message.format(line=line), hint)
            for said, within, message, hint in _WORDS
            if re.search(said, problem) and re.search(within, context)
        ),
        (f"this is not YAML: {problem or error}", ""),
    )
    if start >= len(text.rstrip()) and opened is not None and "opens in line" in told:
        start = min(opened.index, len(text))  # the end of the file tells nobody anything
    return start, start + 1, told, hint


def _bad_start(char: str) -> tuple[str, str]:
    if char == "\t":
        return "a tab cannot indent", "use spaces"
    return f"text cannot begin with {char!r} here", "quote the text"
