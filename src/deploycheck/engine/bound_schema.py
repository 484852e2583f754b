"""The JSON Schema of what one measure must satisfy: its unit, its range, the words it may carry."""

from functools import cache
from math import isfinite

from deploycheck.authoring.measure import Measure
from deploycheck.engine.requirement import quantity
from deploycheck.engine.shaping import Schema, or_input

# Words that may be units; which of them a measure takes, the reader of bounds says.
WORDS = (
    "%", "us", "ms", "s", "min", "h", "day", "days", "weeks",
    "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB",
)  # fmt: skip
REFERENCE = {"$ref": "#/$defs/InputReference"}  # to an input of the policy


def bound(measure: Measure, defs: dict[str, Schema]) -> Schema:
    """What a measure may have to satisfy, as a reference to its unit's definition.

    :param defs: definitions of the whole schema; the unit's is added.
    """
    low, high = measure.range
    own = [f"{edge:g}" for edge in (measure.low, measure.high) if edge is not None]
    name = ".".join(["Bound", measure.unit.replace(" ", "_"), *own])
    defs.setdefault(name, _bounds(measure.unit, low, high))
    better = "" if measure.better == "none" else f"; {measure.better} is better"
    said = f"{measure.doc} Unit: {measure.unit}{better}."
    return {"$ref": f"#/$defs/{name}", "description": said}


def _bounds(unit: str, low: float, high: float) -> Schema:
    exact: Schema = {"type": "string"} if unit == "text" else {"type": "number"}
    parts: dict[str, Schema] = {}
    if unit != "text":
        below = {"minimum": low} if isfinite(low) else {}
        above = {"maximum": high} if isfinite(high) else {}
        # A bound on the edge can never fail, and is refused as one that means nothing.
        over = {"exclusiveMinimum": low} if isfinite(low) else {}
        under = {"exclusiveMaximum": high} if isfinite(high) else {}
        exact |= below | above
        words = units(unit)
        more = f" In {unit}" + (f", or with a unit: {', '.join(words)}." if words else ".")
        parts["min"] = _number(f"Smallest allowed value, inclusive.{more}", over | above, words)
        parts["max"] = _number(f"Largest allowed value, inclusive.{more}", below | under, words)
        said = f"Of an alarm: the effect that must be found with 80 % power.{more}"
        parts["detect"] = _number(said, below | above, words)
        said = f"The value that a good model has; rows and power are planned for it.{more}"
        parts["good"] = _number(said, below | above, words)
    parts["equals"] = {**exact, "description": "The one allowed value."}
    one_of = {"type": "array", "minItems": 1, "items": exact}
    parts["one_of"] = {**one_of, "description": "The allowed values."}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {key: or_input(part, REFERENCE) for key, part in parts.items()},
        "additionalProperties": False,
    }


def _number(said: str, limits: Schema, words: tuple[str, ...]) -> Schema:
    number = {"type": "number", **limits}
    if not words:
        return {"description": said, **number}
    quantity = rf"^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{{1,3}})?\s*({'|'.join(words)})\s*$"
    return {"description": said, "anyOf": [number, {"type": "string", "pattern": quantity}]}


@cache
def units(unit: str) -> tuple[str, ...]:
    """The words that a bound on a measure in ``unit`` may carry, such as ``ms`` and ``s``."""
    return tuple(word for word in WORDS if _understood(word, unit))


def _understood(word: str, unit: str) -> bool:
    try:
        quantity(f"1 {word}", unit)
    except ValueError:
        return False
    return True
