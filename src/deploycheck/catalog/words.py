"""JSON Schemas in words, and tables of them, as Markdown."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

# What a `$ref` of a schema is called; by default the name of the definition.
Named = Callable[[str], str]

_PLAIN = {"string": "text", "integer": "whole number", "boolean": "true or false"}
_SCALAR = {"text", "number", "true or false"}
_LIMITS = (
    ("minimum", "at least"),
    ("maximum", "at most"),
    ("exclusiveMinimum", "above"),
    ("exclusiveMaximum", "below"),
)
_LONGEST = 2**53  # the range of a 64-bit number says nothing


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; what a cell holds is kept from ending it."""
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def fields(
    part: Mapping[str, Any], named: Named = str, *, first: str = "name", defaults: bool = True
) -> str:
    """The table of an object's fields: name, type, default and meaning.

    :param first: the head of the first column.
    :param defaults: whether there is a column that says what holds where nothing is written.
    """
    required = set(part.get("required", ()))
    rows = []
    for name, field in part["properties"].items():
        otherwise = "required" if name in required else default(field)
        middle = (otherwise,) if defaults else ()
        meaning = str(field.get("description", ""))
        rows.append((f"`{name}`", kind(field, named), *middle, meaning))
    return table((first, "type", *(("default",) if defaults else ()), "meaning"), rows)


def default(field: Mapping[str, Any]) -> str:
    """What holds where nothing is written; ``none`` where that is nothing."""
    value = field.get("default")
    if value is None or value in ([], {}, ""):
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def kind(field: Mapping[str, Any], named: Named = str) -> str:
    """A JSON Schema in words: ``list of text``, ``whole number, at least 1``."""
    if options := field.get("anyOf"):
        return _either(options, field, named)
    if reference := field.get("$ref"):
        return named(str(reference).rpartition("/")[2])
    if values := field.get("enum") or ([field["const"]] if "const" in field else []):
        return " or ".join(f"`{value}`" for value in values)
    return ", ".join([_one(field, named), *_limits(field)])


def _either(options: Iterable[Mapping[str, Any]], field: Mapping[str, Any], named: Named) -> str:
    shared = {"x-columns": field.get("x-columns")}
    words = [
        kind({**option, **shared}, named) for option in options if option.get("type") != "null"
    ]
    if "number" in words:  # which a whole number is too
        words = [word for word in words if word != "whole number"]
    if set(words) == _SCALAR:
        return "text or number, or true or false"
    return " or ".join(words)


def _one(field: Mapping[str, Any], named: Named) -> str:
    type_, columns = field.get("type"), field.get("x-columns")
    if type_ == "array":
        return f"list of {'columns' if columns else kind(field.get('items', {}), named)}"
    if type_ == "object":
        values = kind(field.get("additionalProperties") or {}, named)
        # Names that a schema limits are those that stand before, as a value of their own.
        keys = "these" if "propertyNames" in field else "text"
        return f"mapping of {'columns' if columns else keys} to {values}"
    if isinstance(type_, list):
        return " or ".join(_PLAIN.get(str(one), str(one)) for one in type_)
    if field.get("format") == "date-time":
        return "time with its zone"
    return (
        "column"
        if type_ == "string" and columns
        else _PLAIN.get(str(type_), str(type_ or "anything"))
    )


def _limits(field: Mapping[str, Any]) -> Iterable[str]:
    for key, word in _LIMITS:
        if key in field and abs(field[key]) < _LONGEST:
            yield f"{word} {field[key]}"
    if "maxLength" in field:
        yield f"at most {field['maxLength']:,} characters"
    if field.get("minItems") or field.get("minProperties"):
        yield "not empty"
