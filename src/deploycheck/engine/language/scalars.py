"""What an unquoted YAML scalar means: YAML 1.2, minus all that YAML 1.1 reads differently."""

import re
from typing import Any, NamedTuple

LARGEST = 2**53 - 1  # beyond it JSON readers disagree on whole numbers


class Int(int):
    """A whole number that remembers how it was written."""

    raw: str


class Float(float):
    """A number that remembers how it was written: ``9.10`` is an id as often as a number."""

    raw: str


class Refusal(NamedTuple):
    """Why a scalar is refused."""

    code: str
    message: str
    hint: str


_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TRUE_IN_1_1 = {form for word in ("y", "yes", "on") for form in (word, word.title(), word.upper())}
_FALSE_IN_1_1 = {form for word in ("n", "no", "off") for form in (word, word.title(), word.upper())}
_NUMERIC_START = frozenset("+-.0123456789")

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?P<exponent>[eE][-+]?[0-9]+)?"
)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_AMBIGUOUS = (
    (re.compile(r"[-+]?0o[0-7]+"), "octal"),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+"), "hexadecimal"),
    (re.compile(r"[-+]?0b[01_]+"), "binary"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), "a number to the base of 60"),
    (
        re.compile(r"[-+]?0[0-9_]+(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"),
        "an octal or a decimal number: it begins with 0",
    ),
    (
        re.compile(r"[-+]?[0-9_.]*_[0-9_.]*(?:[eE][-+]?[0-9]+)?"),
        "a number with underscores",
    ),
)


def plain(text: str) -> Any:
    """The value of an unquoted scalar: None, bool, :class:`Int`, :class:`Float` or text.

    :return: a :class:`Refusal` where readers would disagree or the number cannot be held.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text in _TRUE_IN_1_1 or text in _FALSE_IN_1_1:
        word = "true" if text in _TRUE_IN_1_1 else "false"
        return Refusal(
            "DC005",
            f"{text} is a truth value to some YAML readers and text to others",
            f'write {word}, or "{text}" for the text',
        )
    if text[0] in _NUMERIC_START:
        return _numeric(text)
    return text


def _numeric(text: str) -> Any:
    quoted = f'write "{_short(text)}" if it is text'
    if _INTEGER.fullmatch(text):
        return _integer(text, quoted)
    if _DECIMAL.fullmatch(text):
        return _decimal(text, quoted)
    if _NOT_FINITE.fullmatch(text):
        return Refusal("DC010", f"{text} is not a finite number", "every number must be finite")
    for pattern, reading in _AMBIGUOUS:
        if pattern.fullmatch(text):
            return Refusal(
                "DC005",
                f"some YAML readers take {_short(text)} for {reading}, others do not",
                f'write "{_short(text)}" for the text, or the plain decimal number',
            )
    return text


def _integer(text: str, quoted: str) -> Any:
    if len(text) > 17 or abs(int(text)) > LARGEST:
        return Refusal(
            "DC010", f"{_short(text)} is beyond {LARGEST}, the largest exact whole number", quoted
        )
    number = Int(text)
    number.raw = text
    return number


def _decimal(text: str, quoted: str) -> Any:
    number = Float(text)
    if number in {float("inf"), float("-inf")}:
        return Refusal("DC010", f"{_short(text)} is too large for a number", quoted)
    if float(number) == 0.0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        return Refusal("DC010", f"{_short(text)} is so small that it would be read as 0", quoted)
    number.raw = text
    return number


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
