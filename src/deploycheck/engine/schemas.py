"""JSON Schemas of the files that people write, for editors: made from the code that reads them."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, get_args

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.collector import Collector
from deploycheck.authoring.params import Params
from deploycheck.authoring.signature import Need
from deploycheck.engine.bound_schema import REFERENCE, bound
from deploycheck.engine.registry import Registry
from deploycheck.engine.shaping import Schema, or_input, settled
from deploycheck.model.policy import Enforcement, Kind, Policy, Severity, Uncertain
from deploycheck.model.release import Columns, Release, Task

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_INPUT = {
    "type": "string",
    "pattern": r"^\$\{inputs\.[A-Za-z_][A-Za-z0-9_]{0,99}\}$",
    # No description: editors would add it to that of every value.
    "$comment": "A value of the policy's inputs, such as ${inputs.protected}.",
}
_SETS = {
    "train": "What the model was fitted on.",
    "test": "What the release is judged on, unless a control says otherwise.",
    "reference": "What drift is measured from.",
    "production": "What was served lately.",
}
_WORDS: Mapping[str, str] = {
    Severity.LOW: "Hardly matters when it does not hold.",
    Severity.MEDIUM: "Matters.",
    Severity.HIGH: "Does harm when it does not hold.",
    Severity.CRITICAL: "Does the worst harm; told first.",
    Enforcement.ADVISORY: "Reported; changes nothing in the decision.",
    Enforcement.OVERRIDABLE: "Blocks; an inconclusive result may go to people, as "
    "`decide.uncertain` says.",
    Enforcement.MANDATORY: "Blocks; an inconclusive result blocks always.",
    Kind.DEMONSTRATE: "The release must show that it is on the safe side of the bound.",
    Kind.DETECT: "An alarm: passes without one, if it would have found the effect of `detect`.",
    Kind.EXACT: "The number is compared as it is.",
    Uncertain.BLOCK: "An inconclusive control blocks the release.",
    Uncertain.REVIEW: "An inconclusive control sends the release to people.",
}


def release_schema() -> Schema:
    """JSON Schema (Draft 2020-12) of a release file."""
    made = _described(settled(Release.model_json_schema(by_alias=True), str))
    properties = made["properties"]
    sets = properties["data"]
    one = sets["additionalProperties"]
    sets["properties"] = {name: {**one, "description": text} for name, text in _SETS.items()}
    properties["documents"]["properties"] = {
        "card": {"type": "string", "description": "The model card."},
        "lock": {"type": "string", "description": "The lock file of the training environment."},
        "approval": {"type": "string", "description": "Who approved the release."},
    }
    return {"$schema": DIALECT, "$id": "deploycheck/release/1", "title": "A release", **made}


def policy_schema(registry: Registry) -> Schema:
    """JSON Schema (Draft 2020-12) of a policy file.

    Knows every check on offer, its parameters, the evidence they are taken from and its measures,
    with their units; those of plugins too.
    """
    made = _described(settled(Policy.model_json_schema(by_alias=True), str))
    known = [c for id in registry.checker_ids() if (c := registry.checker(id)) is not None]
    control = made["properties"]["controls"]["items"]
    fields = control["properties"]
    fields["check"] = {
        "type": "string",
        "description": fields["check"]["description"],
        "oneOf": [{"const": c.id, "description": c.title} for c in known],
    }
    fields["with"] = {"type": "object", "description": fields["with"]["description"]}
    fields["require"] = {
        "type": "object",
        "minProperties": 1,
        "description": fields["require"]["description"],
    }
    fields["when"] = _when(fields["when"])
    fields["enforcement"] = _enforcement(fields["enforcement"])
    decide = fields["decide"]
    decide["properties"] = {
        name: or_input(part, REFERENCE) for name, part in decide["properties"].items()
    }
    families = made["properties"]["gate"]["properties"]["at_least"]["properties"]["families"]
    families["items"] = {
        "enum": sorted({c.family for c in known}),
        "description": "Family of checks: the part of their ids before the dot.",
    }
    defs: dict[str, Schema] = {"InputReference": _INPUT}
    control["allOf"] = [_of_check(checker, registry, defs) for checker in known]
    # Editors offer all that is required of an object at once, under its title.
    control["title"] = "A control"
    head = {"$schema": DIALECT, "$id": "deploycheck/policy/1", "title": "A policy"}
    return {**head, **made, "$defs": defs}


def _described(schema: Schema) -> Schema:
    """With a description of each word that a key may have."""
    if "enum" in schema and all(word in _WORDS for word in schema["enum"]):
        return {**schema, "enumDescriptions": [_WORDS[word] for word in schema["enum"]]}
    made: Schema = {}
    for key, value in schema.items():
        if isinstance(value, dict):
            made[key] = _described(value)
        elif isinstance(value, list):
            made[key] = [_described(part) if isinstance(part, dict) else part for part in value]
        else:
            made[key] = value
    return made


def _enforcement(written: Schema) -> Schema:
    """One level, or a time for each of several."""
    level, phases = written["anyOf"]
    start = phases["additionalProperties"]
    return {
        "description": written["description"],
        "anyOf": [
            {key: value for key, value in level.items() if key != "description"},
            {
                "type": "object",
                "minProperties": 1,
                "properties": {
                    each.value: {**start, "description": f"When it begins. {_WORDS[each]}"}
                    for each in Enforcement
                },
                "additionalProperties": False,
            },
        ],
    }


def _when(written: Schema) -> Schema:
    """The closed grammar of conditions."""
    presence = {"enum": ["present", "absent"]}
    text = {"type": ["string", "number", "boolean"]}
    conditions: Schema = {}
    for name, field in Release.model_fields.items():
        said = str(field.description).rstrip(".")
        allowed = {
            "task": {"enum": [*get_args(Task), "present", "absent"]},
            **dict.fromkeys(("release", "version", "owner", "description"), text),
        }.get(name, presence)
        conditions[f"release.{name}"] = {**allowed, "description": f"Of the release: {said}."}
    for name, field in Columns.model_fields.items():
        said = f"Role of a column: {field.description}"
        conditions[f"release.columns.{name}"] = {**presence, "description": said}
    for name in _SETS:
        said = f"Whether the release names a data set {name}."
        conditions[f"release.data.{name}"] = {**presence, "description": said}
    why = {"type": "string", "minLength": 1, "description": "Why it does not apply otherwise."}
    return {
        "type": "object",
        "description": written["description"],
        "properties": {"because": why, **conditions},
        "patternProperties": {
            r"^release\.data\.[^\s.]{1,100}$": {
                **presence, "description": "Whether the release names this data set."},
            r"^release\.documents\.[^\s.]{1,100}$": {
                **presence, "description": "Whether the release names this document."},
        },
        "additionalProperties": False,
        "required": ["because"],
    }  # fmt: skip


def _of_check(checker: Checker, registry: Registry, defs: dict[str, Schema]) -> Schema:
    """What ``with`` and ``require`` of one check may hold."""
    given: dict[str, Schema] = {}
    required: list[str] = []
    for model in _models(checker, registry):
        prefix = f"{checker.id}.{model.__name__}"
        made = settled(model.model_json_schema(), partial("{}.{}".format, prefix))
        defs |= {name: or_input(part, REFERENCE) for name, part in made.pop("$defs", {}).items()}
        for name, part in made.get("properties", {}).items():
            given[name] = or_input(_told(part), REFERENCE)
        required += made.get("required", ())
    needs = checker.signature.needs.values()
    for word, meaning in registry.vocabulary(checker).items():
        if meaning in {"data", "document"} and word not in given:
            given[word] = or_input(_subject(word, meaning, needs), REFERENCE)
    with_: Schema = {
        "description": f"What {checker.id} takes, and the data it is measured on.",
        "properties": given,
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }
    require = {
        "description": f"Bounds on what {checker.id} measures: "
        f"{', '.join(m.name for m in checker.measures)}.",
        "properties": {m.name: bound(m, defs) for m in checker.measures},
        "additionalProperties": False,
    }
    return {
        "if": {"properties": {"check": {"const": checker.id}}, "required": ["check"]},
        "then": {
            "properties": {"with": with_, "require": require},
            **({"required": ["with"]} if required else {}),
        },
    }


def _models(checker: Checker, registry: Registry) -> Iterator[type[Params]]:
    """The parameters of a check, of the collectors that it asks, and of those that they ask."""
    seen: list[type[Params]] = [checker.signature.params]
    waiting: list[Collector] = []

    def ask(needs: Mapping[str, Need]) -> None:
        found = (registry.collector(need.type) for need in needs.values())
        waiting.extend(maker for maker in found if maker is not None)

    ask(checker.signature.needs)
    while waiting:
        maker = waiting.pop(0)
        if maker.params not in seen:
            seen.append(maker.params)
        ask(maker.signature.needs)
    yield from seen


def _told(part: Schema) -> Schema:
    """With the default in words: editors show the description alone."""
    default = part.get("default")
    if default is None or default in ((), [], {}, ""):
        return part
    shown = str(default).lower() if isinstance(default, bool) else default
    return {**part, "description": f"{part.get('description', '')} Default: {shown}.".strip()}


def _subject(word: str, meaning: str, needs: Any) -> Schema:
    """The data set or document that an argument is made from."""
    if meaning == "document":
        said = f"Document of the release, by its name in `documents`. Default: {word}."
        return {"type": "string", "description": said, "examples": [word]}
    asked = next((need.data for need in needs if need.argument == word), None)
    role = "Data set of the release" if word == "data" else f"Data set that `{word}` is made from"
    default = asked or ("test" if word != "data" else "")
    own = f"{role}, by its name in `data`. Default: {default or 'test, or what the check says'}."
    return {"type": "string", "description": own, "examples": list(_SETS)}
