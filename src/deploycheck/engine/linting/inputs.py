"""Inputs that nobody has given yet: where they stand in a policy, and values that they may have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.params import Params
from deploycheck.authoring.signature import Signature
from deploycheck.engine.document import Document
from deploycheck.engine.inputs import NAME, resolve
from deploycheck.engine.language.findings import EnoughError, Findings
from deploycheck.engine.language.site import Site
from deploycheck.engine.load import LoadedPolicy
from deploycheck.engine.registry import Registry
from deploycheck.model.policy import InputDeclaration

_REFERENCE = re.compile(r"\$\{inputs\.(" + NAME.pattern + r")\}")
_NUMBERS = (0.5, 0.95, 1.0, 0.05, 0.9, 10.0, 100.0, 0.001, 0.0, 2.0, -1.0, 0.55)
_WORDS = ("10%", "25 ms", "5 MB", "30 days", "review", "block", "demonstrate", "detect", "exact",
          "holm", "population", "random")  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """A place in a policy where an open input stands.

    :param path: its path in the document.
    :param place: its line and column.
    """

    name: str
    type: str
    path: tuple[str | int, ...]
    place: tuple[int, int]

    def takes_text(self, policy: LoadedPolicy, registry: Registry) -> bool:
        """Whether a parameter takes some text here, so that the right one would do."""
        if self.type != "text" or self.path[2:3] != ("with",) or len(self.path) < 4:
            return False
        control = next((c.control for c in policy.controls if c.path == self.path[:2]), None)
        try:
            checker = registry.checker(control.check) if control is not None else None
            words = registry.vocabulary(checker) if checker is not None else {}
        except DefinitionError:
            return False
        if checker is None or words.get(str(self.path[3])) is None:
            return False
        models = _models(checker.signature, registry)
        return any(_text_fits(model, str(self.path[3])) for model in models)


def _models(signature: Signature, registry: Registry) -> Iterator[type[Params]]:
    """The parameters of a check, of its evidence, and of what that is made from."""
    yield signature.params
    for need in signature.needs.values():
        maker = registry.collector(need.type)
        if maker is not None:
            yield from _models(maker.signature, registry)


def _text_fits(model: type[Params], field: str) -> bool:
    if field not in model.model_fields:
        return False
    whole = model.model_json_schema()
    return _has_text(whole["properties"][field], whole.get("$defs", {}), 0)


def _has_text(schema: Any, defs: Mapping[str, Any], depth: int) -> bool:
    """Whether some part of a schema is a text."""
    if isinstance(schema, list):
        return any(_has_text(part, defs, depth) for part in schema)
    if not isinstance(schema, dict) or depth > 20:
        return False
    if schema.get("type") == "string" or isinstance(schema.get("const"), str):
        return True
    named = defs.get(str(schema.get("$ref", "")).rpartition("/")[2])
    if named is not None and _has_text(named, defs, depth + 1):
        return True
    return any(_has_text(part, defs, depth + 1) for part in schema.values())


def _open(document: Document) -> dict[str, InputDeclaration]:
    """Inputs that a release must give, as far as their declarations can be read."""
    root = document.root
    written = root.get("inputs") if isinstance(root, dict) else None
    found = {}
    for name, raw in written.items() if isinstance(written, dict) else ():
        try:
            declared = InputDeclaration.model_validate(raw)
        except ValidationError:  # the loader tells it
            continue
        if declared.default is None:
            found[name] = declared
    return found


def references(document: Document) -> list[Reference]:
    """Every place of a control where an open input stands."""
    declared = _open(document)
    if not declared:
        return []
    found: list[Reference] = []
    stack: list[tuple[Any, tuple[str | int, ...]]] = [
        (document.root.get("controls"), ("controls",))
    ]
    while stack:
        value, path = stack.pop()
        if isinstance(value, dict):
            stack += [(inner, (*path, key)) for key, inner in value.items()]
        elif isinstance(value, list):
            stack += [(inner, (*path, at)) for at, inner in enumerate(value)]
        elif isinstance(value, str) and (named := _REFERENCE.fullmatch(value)):
            spot = document.place(path)
            if named[1] in declared:
                where = (spot.line, spot.column)
                found.append(Reference(named[1], declared[named[1]].type, path, where))
    return found


def stand_ins(document: Document) -> Iterator[dict[str, Any]]:
    """One value for every open input, and again with other values; at least once."""
    choices = {
        name: _values(name, declared, document) for name, declared in _open(document).items()
    }
    choices = {name: values for name, values in choices.items() if values}
    for turn in range(max((len(values) for values in choices.values()), default=1)):
        yield {name: values[turn % len(values)] for name, values in choices.items()}


def _values(name: str, declared: InputDeclaration, document: Document) -> list[Any]:
    """Values that the declaration allows, unlike ones first; none where it allows none."""
    shown = "${inputs." + name + "}"
    tried: list[Any] = list(declared.one_of or ())
    if declared.type in {"column", "columns"}:
        tried = [*tried, shown]
    elif declared.type == "text":
        tried = [*tried, shown, *_WORDS]
    elif declared.type == "boolean":
        tried = [*tried, True, False]
    else:
        low, high = declared.min, declared.max
        ends = [end for end in (low, high) if end is not None]
        middle = [(low + high) / 2] if low is not None and high is not None else []
        tried += [*middle, *_NUMBERS, *ends]
        if declared.type == "integer":
            tried = [int(v) for v in tried if isinstance(v, int | float) and float(v).is_integer()]
            tried += [int(v) for v in middle]
    unlike = [value for at, value in enumerate(tried) if value not in tried[:at]]
    return [value for value in unlike if _fits(value, name, declared, document)]


def _fits(value: Any, name: str, declared: InputDeclaration, document: Document) -> bool:
    """Whether the plan would take the value, by the plan's own word."""
    site = Site(document, Findings(document.source, []), "the policy")
    try:
        return bool(resolve({name: declared}, site, release_inputs={name: value}, cli_inputs={}))
    except EnoughError:
        return False
