"""What the schema expects somewhere, in plain words; read off the models' annotations."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deploycheck.engine.language.place import show
from deploycheck.engine.language.scalars import Float, Int, plain
from deploycheck.engine.problems import did_you_mean

_PLAIN: Mapping[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    datetime: "a time stamp such as 2026-12-01T00:00:00Z",
}


def bare(annotation: Any) -> Any:
    """The annotation without its constraints."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def members(annotation: Any) -> list[Any]:
    """What a union may be, None aside; the annotation alone where it is no union."""
    annotation = bare(annotation)
    if get_origin(annotation) in {Union, UnionType}:
        return [bare(part) for part in get_args(annotation) if part is not NoneType]
    return [annotation]


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the key that a file has for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def choose(options: list[Any], value: Any) -> Any:
    """The member of a union that a value of this shape is meant for."""
    if isinstance(value, dict):
        return next((o for o in options if is_model(o) or get_origin(o) is dict), None)
    if isinstance(value, list):
        return next((o for o in options if get_origin(o) is tuple), None)
    return None


def inside(annotation: Any, step: str | int) -> Any:
    """The annotation of what stands under ``step``; ``None`` where nothing is declared."""
    if is_model(annotation):
        field = fields(annotation).get(str(step))
        return None if field is None else field.annotation
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if get_origin(annotation) is tuple else None


def expectation(annotation: Any) -> str:
    """``must be text``, ``one of low, high`` … for the end of a sentence."""
    parts = list(dict.fromkeys(_name(option) for option in members(annotation)))
    comma = "," if len(parts) > 1 and "," in "".join(parts) else ""
    words = f"{', '.join(parts[:-1])}{comma} or {parts[-1]}" if len(parts) > 1 else parts[0]
    return words if words.startswith("one of") else f"must be {words}"


def _name(annotation: Any) -> str:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"one of {', '.join(str(member.value) for member in annotation)}"
    if get_origin(annotation) is Literal:
        values = get_args(annotation)
        return str(values[0]) if len(values) == 1 else f"one of {', '.join(map(str, values))}"
    if is_model(annotation) or get_origin(annotation) is dict:
        return "a mapping"
    return "a list" if get_origin(annotation) is tuple else "a value"


def remedy(annotation: Any, value: Any) -> str:
    """What to write instead of ``value``, where that is plain to see."""
    options = members(annotation)
    raw = str(value).lower() if isinstance(value, bool) else str(getattr(value, "raw", value))
    if isinstance(value, dict | list) or len(raw) > 40:
        return ""
    if not isinstance(value, str):
        return f'write "{raw}"' if options == [str] else ""
    if options in ([float], [int]):
        return f"write {raw} without quotes" if isinstance(plain(raw), Int | Float) else ""
    for option in options:
        if get_origin(option) is tuple:
            return f"write [{raw}]"
        if is_model(option) and "path" in option.model_fields:
            return f"write {{path: {raw}}}"
    guess = did_you_mean(raw, [str(choice) for option in options for choice in _choices(option)])
    return guess if guess.startswith("did you mean") else ""


def _choices(annotation: Any) -> list[Any]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [member.value for member in annotation]
    return list(get_args(annotation)) if get_origin(annotation) is Literal else []


def said(value: Any, annotation: Any) -> str:
    """``'hgih'; one of low, medium, high, critical``."""
    return f"{show(value)}; {expectation(annotation)}"
