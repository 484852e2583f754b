"""JSON Schemas brought into the form that editors read best.

Editors show the description that stands nearest, offer whatever a branch allows, and take a title
for a name. So references are written out, titles and the null of what may be left out go.
"""

from collections.abc import Callable, Mapping
from typing import Any

Schema = dict[str, Any]

_MAPS = ("properties", "patternProperties", "$defs")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONES = ("items", "additionalProperties", "propertyNames")
_DEFS = "#/$defs/"
_KEPT = ("description", "default", "examples")


def settled(schema: Schema, keep: Callable[[str], str]) -> Schema:
    """A schema made by pydantic with its definitions written out where they are used.

    :param keep: the name under which a definition that refers to itself is kept; it stands in
        the result's ``$defs``, from where the caller may move it.
    """
    return _Settler(schema.get("$defs", {}), keep).whole(schema)


class _Settler:
    def __init__(self, defs: Mapping[str, Schema], keep: Callable[[str], str]) -> None:
        self._defs, self._keep = defs, keep
        self._open: list[str] = []
        self._kept: dict[str, Schema] = {}

    def whole(self, schema: Schema) -> Schema:
        made = self._part({key: value for key, value in schema.items() if key != "$defs"})
        return {**made, "$defs": self._kept} if self._kept else made

    def _part(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._referred(schema)
        made = {key: value for key, value in schema.items() if key != "title"}
        if made.get("default", ...) is None:
            del made["default"]
            made = _present(made)
        made = over_parts(made, self._part)
        return made if "$ref" not in made else self._part(made)

    def _referred(self, schema: Schema) -> Schema:
        name = schema["$ref"].removeprefix(_DEFS)
        beside = {key: value for key, value in schema.items() if key not in {"$ref", "title"}}
        if name in self._open:
            kept = self._keep(name)
            self._kept.setdefault(kept, {})
            return {"$ref": _DEFS + kept, **beside}
        self._open.append(name)
        made = self._part(self._defs[name])
        self._open.pop()
        kept = self._keep(name)
        if kept in self._kept:
            self._kept[kept] = made
        return {**made, **beside}


def _present(schema: Schema) -> Schema:
    """Without the null that only says that the key may be left out."""
    if "anyOf" not in schema:
        return schema
    rest = [part for part in schema["anyOf"] if part != {"type": "null"}]
    beside = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest[0], **beside} if len(rest) == 1 else {**beside, "anyOf": rest}


def over_parts(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with every schema directly inside it changed."""
    made = dict(schema)
    for key, value in schema.items():
        if key in _MAPS:
            made[key] = {name: change(part) for name, part in value.items()}
        elif key in _LISTS:
            made[key] = [change(part) for part in value]
        elif key in _ONES and isinstance(value, dict):
            made[key] = change(value)
    return made


def or_input(schema: Schema, reference: Schema) -> Schema:
    """What is written, or an input of the policy, for the value and for every part of it.

    :param reference: the schema of a reference to an input.
    """
    if not schema.get("type") and not schema.get("anyOf") and "$ref" not in schema:
        inner = _inside(schema, reference)
        if not {"enum", "const", "oneOf", "allOf"} & inner.keys():
            return inner  # anything goes, an input too
    else:
        inner = _inside(schema, reference)
    shown = {key: inner[key] for key in _KEPT if key in inner}
    rest = {key: value for key, value in inner.items() if key not in _KEPT}
    options = rest["anyOf"] if rest.keys() == {"anyOf"} else [rest]
    return {**shown, "anyOf": [*options, reference]}


def _inside(schema: Schema, reference: Schema) -> Schema:
    """The values of mappings and the items of lists; keys are never filled in."""

    def filled(part: Schema) -> Schema:
        return or_input(part, reference)

    made = dict(schema)
    for key in ("properties", "patternProperties"):
        if key in made:
            made[key] = {name: filled(part) for name, part in made[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), dict):
            made[key] = filled(made[key])
    for key in _LISTS:
        if key in made:
            change = filled if key == "prefixItems" else (lambda part: _inside(part, reference))
            made[key] = [change(part) for part in made[key]]
    return made
