"""Measures of all built-in checks → one page, by the name that a policy's ``require`` has."""

import math
from collections.abc import Iterator

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.measure import Measure
from deploycheck.catalog import words
from deploycheck.catalog.checks import checkers, page_path

_BETTER = {"lower": "lower", "higher": "higher", "none": "neither"}
_WORDS = {
    "probability": "a share, between 0 and 1",
    "probability difference": "a share less another one",
    "score": "a figure of merit between 0 and 1, such as F1",
    "correlation": "between -1 and 1",
    "ratio": "one number ÷ another",
    "count": "how many",
    "rows": "how many rows",
    "bytes": "bytes",
    "ms": "milliseconds",
    "s": "seconds",
    "days": "days",
    "number": "a number in the unit of its column, or without one",
    "text": "a text; compared with `equals` or `one_of`",
}


def by_name() -> dict[str, list[tuple[Checker, Measure]]]:
    """Every measure with the checks that have it, both by name."""
    found: dict[str, list[tuple[Checker, Measure]]] = {}
    for checker in checkers():
        for measure in checker.measures:
            found.setdefault(measure.name, []).append((checker, measure))
    return dict(sorted(found.items()))


def page() -> str:
    """The page of all measures, as Markdown."""
    return "\n\n".join(_blocks()) + "\n"


def _blocks() -> Iterator[str]:
    yield "# Every measure"
    yield (
        "A measure is a number that a check promises. A control names it in "
        "[`require`](policy.md#require). Checks that share a name may mean different things by it; "
        "each says its own. This page is made from the code."
    )
    found = by_name()
    units = {measure.unit for pairs in found.values() for _, measure in pairs}
    yield "## Units"
    yield words.table(
        ("unit", "is"), [(unit, said) for unit, said in _WORDS.items() if unit in units]
    )
    yield (
        "The range says which numbers can occur. A bound outside it could never fail, or never "
        "pass, and is an [error](../errors/DC017.md). [Bounds may carry "
        "units](policy.md#units-of-bounds)."
    )
    for name, pairs in found.items():
        yield f"## {name}"
        yield words.table(("check", "unit", "range", "better", "meaning"), map(_row, pairs))


def _row(pair: tuple[Checker, Measure]) -> tuple[str, ...]:
    checker, measure = pair
    link = f"[{checker.id}](../checks/{page_path(checker)})"
    return (link, measure.unit, _range(measure), _BETTER[measure.better], measure.doc)


def _range(measure: Measure) -> str:
    low, high = measure.range
    if measure.unit == "text":
        return "any text"
    if math.isinf(low) and math.isinf(high):
        return "any number"
    if math.isinf(high):
        return f"{low:g} or more"
    if math.isinf(low):
        return f"{high:g} or less"
    return f"{low:g} to {high:g}"
