"""How every report says a fact: numbers, bounds, slices and names as inert text for people.

All text that comes from data, models, policies and plugins goes through :func:`bounded` before a
report shows it, and through the sink's own escaper after.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from deploycheck.model.decision import Counts, Decision
from deploycheck.model.policy import Severity
from deploycheck.model.verdict import Effect, Outcome, Verdict

NAME = 200  # characters of a name
SENTENCE = 2000  # characters of a reason, a rationale, a remedy
BAD = (Outcome.FAIL, Outcome.ERROR, Outcome.NOT_EVALUATED, Outcome.INCONCLUSIVE)

# Controls, bidi and other invisible format characters, line separators, lone surrogates and
# noncharacters. The two joiners stay: scripts and emoji need them.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile(r"[ \t\r\n\v\f]*[\t\r\n\v\f][ \t\r\n\v\f]*")
_MARKS = re.compile(r"[\\`*_\[\]~|#!]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;"}
_WEIGHT = (*BAD, Outcome.WAIVED, Outcome.NOT_APPLICABLE, Outcome.PASS)
_EFFECTS = (Effect.BLOCK, Effect.REVIEW, Effect.RELEASE)
_SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
# Measures between 0 and 1 or near it: two decimals at least, so that 0.8 reads as the bound 0.80.
_TWO_DECIMALS = {"probability", "probability difference", "score", "correlation", "ratio"}
_BYTES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "B"))
_WORDS = {"rows": ("row", "rows"), "days": ("day", "days"), "count": ("", ""), "number": ("", "")}


def bounded(text: str, limit: int = NAME) -> str:
    r"""``text`` on one line, at most ``limit`` characters, with every hidden character visible.

    What would move a cursor, reorder a line or break an XML document is written as ``\x1b`` or
    ``\u202e``; a cut is marked by "…".
    """
    if len(text) <= limit and text.isprintable():
        return text
    shown = _HIDDEN.sub(_visible, _BREAKS.sub(" ", text[: limit + 1]))
    if len(text) > limit or len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    return shown


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def markdown_text(text: str, limit: int = NAME) -> str:
    """``text`` for GitHub's Markdown, inert: no markup, link, table cell, mention or issue.

    A mention and a bare link work on the rendered text, which no escape changes, so they are
    broken by a zero-width space, as dependency bots do.
    """
    marked = _MARKS.sub(r"\\\g<0>", bounded(text, limit))
    for character, entity in _ENTITIES.items():
        marked = marked.replace(character, entity)
    marked = marked.replace("@", "@&#8203;").replace("://", ":&#8203;//")
    marked = re.sub(r"(\\#|\bGH-)(?=\d)", r"\1&#8203;", marked, flags=re.IGNORECASE)
    return re.sub(r"\b(www|mailto|xmpp)([.:])", r"\1&#8203;\2", marked, flags=re.IGNORECASE)


def code_span(text: str, limit: int = NAME) -> str:
    """``text`` as a Markdown code span that also keeps inside a table cell."""
    inside = bounded(text, limit).replace("`", "'").replace("|", "\\|")
    return f"`{inside}`" if inside.strip() else "` `"


def number(value: Any, against: Sequence[float] = (), *, digits: int = 3, decimals: int = 0) -> str:
    """A number with as few digits as tell it from every number it is held against.

    :param against: bounds; 0.7996 beside 0.80 keeps its four digits, so that it reads as less.
    :param digits: significant digits to begin with; whole digits are never rounded away.
    :param decimals: decimals to show at least.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return bounded(said(value))
    if isinstance(value, int):
        large = value.bit_length() > 64
        return _integer(value) if large else f"{value:,}.{'0' * decimals}".rstrip(".")
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if digits < 15 and 1e-5 <= abs(value) < 1e15:
        text = _quick(value, against, digits)
        if text:
            return _trimmed(text, decimals)
    bounds = [Decimal(repr(bound)) for bound in against]
    return _shown(Decimal(repr(float(value))), bounds, digits, decimals)


def _quick(value: float, against: Sequence[float], digits: int) -> str:
    """What :func:`_shown` finds, in floating point: up to 15 digits tell two numbers apart."""
    whole = math.floor(math.log10(abs(value)))
    for count in range(digits, 15):
        text = f"{value:.{max(0, count - 1 - whole)}f}"
        shown = float(text)
        for bound in against:
            if (shown > bound) != (value > bound) or (shown < bound) != (value < bound):
                break
        else:
            return text if abs(value) < 1000 else f"{value:,.{max(0, count - 1 - whole)}f}"
    return ""


def _trimmed(text: str, decimals: int) -> str:
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _shown(exact: Decimal, against: Sequence[Decimal], digits: int, decimals: int) -> str:
    for count in range(digits, 18):
        shown = _rounded(exact, count)
        if all((shown > b) == (exact > b) and (shown < b) == (exact < b) for b in against):
            break
    else:
        shown = exact
    if shown and not -6 < shown.adjusted() < 15:
        mantissa, _, exponent = f"{shown.normalize():e}".partition("e")
        return f"{mantissa}e{int(exponent)}"
    return _trimmed(f"{shown:,f}", decimals)


def _rounded(exact: Decimal, digits: int) -> Decimal:
    if not exact:
        return abs(exact)
    places = digits - 1 - exact.adjusted()
    return round(exact, places if exact.adjusted() >= 15 else max(0, places))


def quantity(
    value: Any, unit: str = "", against: Sequence[float] = (), *, exact: bool = False
) -> str:
    """A number with its unit: ``25 ms``, ``1.2 MB``, ``1 row``; a share stays a plain number.

    :param against: as for :func:`number`, in the same unit.
    :param exact: show every digit, as for a bound.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return number(value)
    digits = 17 if exact else 3
    if unit == "bytes" and abs(value) >= 1000 and math.isfinite(value):
        return _bytes(value, against, digits)
    decimals = 2 if unit in _TWO_DECIMALS else 0
    text = number(value, against, digits=digits, decimals=decimals)
    if unit in _TWO_DECIMALS or unit in {"", "text"}:
        return text
    if unit == "bytes":
        return f"{text} B"
    if unit in {"%", "percent"}:
        return f"{text} %"
    one, many = _WORDS.get(unit, (unit, unit))
    return f"{text} {bounded(one if value == 1 else many, 40)}".rstrip()


def _bytes(value: float, against: Sequence[float], digits: int) -> str:
    scale, unit = next((s, u) for s, u in _BYTES if abs(value) >= s)
    bounds = [Decimal(repr(b)) / scale for b in against]
    return f"{_shown(Decimal(repr(value)) / scale, bounds, digits, 0)} {unit}"


def percent(share: float) -> str:
    """A level such as 0.95 as ``95 %``; never rounded up to 100 %."""
    return f"{_shown(Decimal(repr(float(share))) * 100, [Decimal(0), Decimal(100)], 4, 0)} %"


def plain(name: str) -> str:
    """The name of a measure in words: ``impact_ratio`` is "impact ratio"."""
    return bounded(name).replace("_", " ")


def limits(bounds: Mapping[str, Any]) -> tuple[float, ...]:
    """The numbers among the bounds of one measure that a value is held against."""
    given = (bounds.get("min"), bounds.get("max"), bounds.get("equals"))
    return tuple(
        b
        for b in given
        if isinstance(b, int | float) and not isinstance(b, bool) and math.isfinite(b)
    )


def bounds_text(bounds: Mapping[str, Any], unit: str = "") -> str:
    """The bounds of one measure in words: "at least 0.80 and at most 1.25"."""
    said_so = []
    for key, words in (("min", "at least"), ("max", "at most"), ("equals", "exactly")):
        if bounds.get(key) is not None:
            said_so.append(f"{words} {quantity(bounds[key], unit, exact=True)}")
    if isinstance(bounds.get("one_of"), list | tuple):
        shown = ", ".join(quantity(b, unit, exact=True) for b in bounds["one_of"][:20])
        said_so.append(f"one of {shown}")
    text = " and ".join(said_so) or "nothing"
    if bounds.get("detect") is not None:
        text += f" (an effect of {quantity(bounds['detect'], unit, exact=True)} must be found)"
    return text


def slice_text(part: Mapping[str, str], everything: str = "all rows") -> str:
    """A part of the data in words: "sex = female, race = Black"."""
    if not part:
        return everything
    if list(part) == ["by"]:  # an extreme over the groups of a column
        return f"by {bounded(part['by'], 80)}"
    pairs = (f"{bounded(k, 80)} = {bounded(v, 80)}" for k, v in list(part.items())[:10])
    return bounded(", ".join(pairs))


def said(value: Any, depth: int = 3) -> str:
    """Any JSON value in words, for parameters, inputs and deviations; not yet bounded."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return number(value, digits=17) if isinstance(value, float) else _integer(value)
    if isinstance(value, str):
        return value[:SENTENCE]
    if depth == 0 or not isinstance(value, Mapping | Sequence):
        return "…"
    if isinstance(value, Mapping):
        return ", ".join(f"{k[:NAME]}: {said(v, depth - 1)}" for k, v in list(value.items())[:50])
    return ", ".join(said(v, depth - 1) for v in value[:50]) or "none"


def _integer(value: int) -> str:
    if value.bit_length() > 64:  # Python refuses to print a very long one
        return f"about 10^{int(value.bit_length() * math.log10(2))}"
    return str(value)


def place(location: str) -> str:
    """A file and line without the folders of the machine: an absolute path keeps its last part."""
    if location.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[\\/]", location):
        location = "…/" + re.split(r"[\\/]", location)[-1]
    return bounded(location)


def label(outcome: Outcome) -> str:
    """An outcome as people read it: ``NOT EVALUATED``."""
    return str(outcome.value).replace("_", " ")


def waived_text(waiver: Any) -> str:
    """``WAIVED W-2026-014 until 2027-01-31T00:00:00Z``, with what is known."""
    text = "WAIVED"
    if isinstance(waiver, Mapping):
        for word, key in (("", "id"), ("until ", "expires")):
            if waiver.get(key):
                text += f" {word}{bounded(said(waiver[key]), 100)}"
    return text


def counts_text(counts: Counts) -> str:
    """How many controls came to what; the numbers add up, or the gap is told."""
    parts = [
        (counts.passed, "passed"),
        (counts.waived, "waived"),
        (counts.not_applicable, "not applicable"),
        (counts.fail, "failed"),
        (counts.inconclusive, "inconclusive"),
        (counts.error, "in error"),
        (counts.not_evaluated, "not evaluated"),
    ]
    parts.append((counts.planned - sum(n for n, _ in parts), "unaccounted for"))
    shown = " + ".join(f"{n:,} {word}" for n, word in parts if n or word == "passed")
    return f"{counts.planned:,} planned = {shown}"


def headline(decision: Decision) -> str:
    """The decision and its reason in one sentence."""
    counted = counts_text(decision.counts)
    if decision.decision is Effect.RELEASE:
        advice = any(v.outcome in BAD for v in decision.verdicts)
        told = "; what does not hold is advisory" if advice else ""
        return f"Nothing stands against this release: {counted}{told}."
    why = "; ".join(bounded(reason, SENTENCE).rstrip(".") for reason in decision.reasons)
    review = decision.decision is Effect.REVIEW
    return f"{'A person must decide' if review else 'Not to be released'}: {why or counted}."


def by_weight(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Verdicts with what stands against the release first, the gravest of each kind leading."""
    return sorted(
        verdicts,
        key=lambda v: (
            _EFFECTS.index(v.effect),
            _WEIGHT.index(v.outcome),
            _SEVERITIES.index(v.severity),
        ),
    )
