"""JSON Schemas of the files that people write, for editors: made from the code that reads them."""

from collections.abc import Mapping
from typing import Any

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.params import Params
from deploycheck.engine.registry import Registry
from deploycheck.model.policy import Policy
from deploycheck.model.release import Release

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INPUT = {
    "type": "string",
    "pattern": r"^\$\{inputs\.[A-Za-z_][A-Za-z0-9_]*\}$",
    "description": "A value of the policy's inputs, such as ${inputs.protected}.",
}


def release_schema() -> dict[str, Any]:
    """JSON Schema (Draft 2020-12) of a release file."""
    made = Release.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, "$id": "deploycheck/release/1", **made, "title": "A release"}


def policy_schema(registry: Registry) -> dict[str, Any]:
    """JSON Schema (Draft 2020-12) of a policy file.

    Knows every check on offer, its parameters, the evidence they are taken from and its measures.
    """
    made = Policy.model_json_schema(by_alias=True)
    defs = made["$defs"]
    defs["InputReference"] = _INPUT
    control = defs["Control"]
    ids = registry.checker_ids()
    control["properties"]["check"] = {
        "description": control["properties"]["check"]["description"],
        "oneOf": [
            {"const": checker.id, "description": checker.title}
            for id in ids
            if (checker := registry.checker(id)) is not None
        ],
    }
    control["allOf"] = [
        _of_check(checker, registry, defs)
        for id in ids
        if (checker := registry.checker(id)) is not None
    ]
    return {"$schema": DIALECT, "$id": "deploycheck/policy/1", **made, "title": "A policy"}


def _of_check(checker: Checker, registry: Registry, defs: dict[str, Any]) -> dict[str, Any]:
    """What ``with`` and ``require`` of one check may hold."""
    words = registry.vocabulary(checker)
    given: dict[str, Any] = {}
    required: list[str] = []
    models: list[type[Params]] = [checker.signature.params]
    models += [
        maker.params
        for need in checker.signature.needs.values()
        if (maker := registry.collector(need.type)) is not None
    ]
    for model in models:
        properties, needed = _fields(checker, model, defs)
        given |= properties
        required += needed
    for word, meaning in words.items():
        if meaning in {"data", "document"}:
            what = "data set" if meaning == "data" else "document"
            given[word] = _or_input({"type": "string", "description": f"Name of a {what}."})
    with_: dict[str, Any] = {"properties": given, "additionalProperties": False}
    if required:
        with_["required"] = required
    then: dict[str, Any] = {
        "properties": {
            "with": with_,
            "require": {
                "properties": {
                    m.name: {
                        "$ref": "#/$defs/Bound",
                        "description": f"{m.doc} Unit: {m.unit}; better: {m.better}.",
                    }
                    for m in checker.measures
                },
                "additionalProperties": False,
            },
        }
    }
    if required:
        then["required"] = ["with"]
    return {"if": {"properties": {"check": {"const": checker.id}}}, "then": then}


def _fields(
    checker: Checker, model: type[Params], defs: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    prefix = f"{checker.id}.{model.__name__}"
    made = model.model_json_schema(ref_template=f"#/$defs/{prefix}.{{model}}")
    for name, part in made.get("$defs", {}).items():
        defs[f"{prefix}.{name}"] = part
    properties = {name: _or_input(part) for name, part in made.get("properties", {}).items()}
    return properties, list(made.get("required", ()))


def _or_input(part: Mapping[str, Any]) -> dict[str, Any]:
    """The value itself, or a reference to an input of the policy."""
    shown = {key: part[key] for key in ("description", "default") if key in part}
    rest = {key: value for key, value in part.items() if key not in shown}
    return {**shown, "anyOf": [rest, {"$ref": "#/$defs/InputReference"}]}
