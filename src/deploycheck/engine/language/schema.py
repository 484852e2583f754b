"""Validates a subtree against its model and tells every mistake in plain words, with its place."""

import re
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from deploycheck.engine.language.findings import MOST, EnoughError
from deploycheck.engine.language.later import LATER
from deploycheck.engine.language.place import show
from deploycheck.engine.language.site import Path, Site, dotted
from deploycheck.engine.language.types import (
    choose,
    expectation,
    fields,
    inside,
    is_model,
    members,
    remedy,
    said,
)
from deploycheck.engine.problems import did_you_mean

M = TypeVar("M", bound=BaseModel)

_MISFIT = re.compile(r".*_type|enum|literal_error|none_required")
_RANGE = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
_PATTERNS = {
    "^[A-Za-z0-9]": "use letters, digits, '.', '_' and '-', at most 100, no sign first",
    "^sha256:": "must be sha256: and 64 hexadecimal digits in lower case",
}


class _Error(NamedTuple):
    """A mistake, with the union tags gone from its path."""

    type: str
    path: Path
    owner: Any  # annotation of what holds the last step
    annotation: Any
    context: dict[str, Any]
    key: bool  # the key itself is wrong, not what stands under it
    misfit: bool  # no member of a union takes the value


def validate(model: type[M], data: Any, site: Site) -> tuple[M | None, list[Path]]:
    """The model made of ``data``, or ``None`` and the paths of what is wrong, all told.

    :raises EnoughError: there is more wrong than a person reads.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        raw = error.errors(include_url=False, include_input=False)
    found = [_plain(model, e, data) for e in raw[: 10 * MOST]]
    exact = [e.path for e in found if not e.misfit]
    renamed = _renamed(found)
    seen: set[tuple[str, Path]] = set()
    for e in found:
        kind = "misfit" if e.misfit else e.type
        overruled = e.misfit and any(path[: len(e.path)] == e.path for path in exact)
        misspelt = e.type == "missing" and e.path in renamed
        if overruled or misspelt or (kind, e.path) in seen:
            continue
        seen.add((kind, e.path))
        _tell(e, data, site)
    if len(raw) > len(found):  # so many that those not told must be repeats of told ones
        raise EnoughError
    return None, [e.path for e in found]


def _renamed(found: list[_Error]) -> set[Path]:
    """Paths of missing keys that stand there misspelt: one mistake, to be told once."""
    missing = {e.path for e in found if e.type == "missing"}
    unknown = [e for e in found if e.type == "extra_forbidden"][:MOST]
    return {
        path
        for path in missing
        for e in unknown
        if e.path[:-1] == path[:-1] and is_model(e.owner)
        if f"'{path[-1]}'?" in did_you_mean(str(e.path[-1]), fields(e.owner))
    }


def _plain(model: type[BaseModel], error: Any, data: Any) -> _Error:
    annotation: Any = model
    owner: Any = None
    path: Path = ()
    steps = list(error["loc"])
    misfit = key = False
    while steps:
        if steps[0] == "[key]":
            key = True
            break
        options = members(annotation)
        if len(options) > 1:
            steps.pop(0)  # the tag of the member that pydantic tried
            if not steps and _MISFIT.fullmatch(error["type"]):
                misfit = True
                break
            annotation = choose(options, data)
            if not steps:
                annotation = annotation or options[-1]
            options = [annotation]
        if not steps:
            break
        step = steps.pop(0)
        owner, annotation = options[0], inside(options[0], step)
        path = (*path, step)
        data = _under(data, step)
    return _Error(error["type"], path, owner, annotation, error.get("ctx") or {}, key, misfit)


def _under(data: Any, step: Any) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def _tell(error: _Error, data: Any, site: Site) -> None:
    value = site.value(data, error.path)
    if error.type == "missing":
        _tell_missing(error, site)
    elif error.type == "extra_forbidden":
        _tell_unknown(error, site)
    elif error.key:
        known = [option.value for option in _keys(error.owner)] if error.owner else []
        hint = did_you_mean(str(error.path[-1]), known)
        where = site.of(error.path[:-1])
        shown = show(error.path[-1])
        site.tell("DC025", f"unknown level {shown} in {where}", error.path, hint, key=True)
    elif value is None or site.is_told(error.path) or (error.type == "too_short" and value):
        return  # null values, refused scalars and wrong members are told by themselves
    else:
        _tell_value(error, value, site)


def _keys(annotation: Any) -> Any:
    arguments = getattr(annotation, "__args__", ())
    return arguments[0] if arguments else ()


def _tell_missing(error: _Error, site: Site) -> None:
    *parent, name = error.path
    field = fields(error.owner)[str(name)]
    what = (field.description or expectation(field.annotation)).rstrip(".")
    site.tell(
        "DC008",
        f"{site.of(parent)} has no '{name}'",
        tuple(parent),
        f"add '{name}': {what[:1].lower()}{what[1:]}",
    )


def _tell_unknown(error: _Error, site: Site) -> None:
    *parent, name = error.path
    if site.is_told(error.path, key=True):
        return
    later = LATER.get((error.owner, str(name)))
    if later is not None:
        site.tell(later.code, f"{site.prefix}{later.message}", error.path, later.hint, key=True)
        return
    hint = did_you_mean(str(name), fields(error.owner)) if is_model(error.owner) else ""
    message = f"unknown key {show(name)} in {site.of(parent)}"
    site.tell("DC007", message, error.path, hint, key=True)


def _tell_value(error: _Error, value: Any, site: Site) -> None:
    name = f"{site.prefix}{dotted(error.path)}" if error.path else site.noun
    if error.misfit or _MISFIT.fullmatch(error.type):
        hint = remedy(error.annotation, value)
        site.tell("DC009", f"{name} is {said(value, error.annotation)}", error.path, hint)
        return
    code, message = _wrong(error, value)
    site.tell(code, f"{name} {message}", error.path)


def _wrong(error: _Error, value: Any) -> tuple[str, str]:
    """Code and predicate for a value of the right type that is wrong all the same."""
    context = error.context
    code = "DC009"
    if error.type in _RANGE:
        word, key = _RANGE[error.type]
        code, message = "DC010", f"is {show(value)}; must be {word} {context[key]:g}"
    elif error.type == "value_error":
        code = "DC012" if "time stamp" in expectation(error.annotation) else "DC009"
        message = f"is {show(value)}: {context['error']}"
    elif error.type == "string_too_long":
        message = f"is longer than {context['max_length']} characters"
    elif error.type in {"string_too_short", "too_short"}:
        code, message = "DC026" if error.path == ("require",) else "DC009", "is empty"
    elif error.type == "too_long":
        message = f"has more than {context['max_length']} entries"
    elif error.type == "string_pattern_mismatch":
        wanted = [text for start, text in _PATTERNS.items() if context["pattern"].startswith(start)]
        message = f"is {show(value)}; {wanted[0] if wanted else 'must match its pattern'}"
    else:
        message = f"is {said(value, error.annotation)}"
    return code, message


def repaired(data: dict[str, Any], wrong: list[Path], placeholders: dict[str, Any]) -> Any:
    """A copy of ``data`` without what is wrong, so that the rest can be checked further.

    Keys directly under the root fall as a whole, those of ``inputs`` and ``data`` one by one,
    bounds of ``require`` each alone; ``placeholders`` stand in for required keys.
    """
    kept = dict(data)
    for path in wrong:
        name = str(path[0]) if path else ""
        nested = name in {"require", "inputs", "data"} and len(path) > 1
        if nested and isinstance(kept.get(name), dict):
            kept[name] = _without(kept[name], path[1:3] if name == "require" else path[1:2])
        if not nested or not kept.get(name):
            kept.pop(name, None)
    return {**placeholders, **kept}


def _without(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """``data`` without what stands under ``path``, and without what is empty then."""
    first, kept = str(path[0]), dict(data)
    inner = kept.pop(first, None)
    if len(path) > 1 and isinstance(inner, dict):
        left = {key: value for key, value in inner.items() if key != path[1]}
        if left:
            kept[first] = left
    return kept
