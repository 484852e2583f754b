"""Inputs of a policy: declared, typed and ranged; filled in as whole values, never as templates."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue

from deploycheck.engine.document import Document
from deploycheck.engine.language.place import show
from deploycheck.engine.language.scalars import LARGEST, plain
from deploycheck.engine.language.site import Path, Site
from deploycheck.engine.problems import Problem, did_you_mean
from deploycheck.model.decision import InputUsed
from deploycheck.model.policy import InputDeclaration

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_WHOLE = re.compile(r"\$\{inputs\.([A-Za-z_][A-Za-z0-9_]{0,99})\}")
_NAMED = re.compile(r"\$\{inputs\.([A-Za-z_][A-Za-z0-9_]{0,99})")
_FILLED = ("with", "require", "decide")
_NUMBERS = {"number", "integer"}
_CALLED = {
    "columns": "a column or a list of columns",
    "column": "a column",
    "number": "a number",
    "integer": "a whole number",
    "text": "text",
    "boolean": "true or false",
}


def uses_inputs(document: Document) -> bool:
    """Whether some value may hold ``${``; escapes in double quotes can spell it too."""
    return "${" in document.text or "\\" in document.text


def resolve(
    declared: Mapping[str, InputDeclaration],
    site: Site,
    *,
    release_inputs: Mapping[str, Any],
    cli_inputs: Mapping[str, str],
) -> dict[str, InputUsed]:
    """The value in force of each input, with its origin: default < release < command line.

    :param site: the whole policy.
    :return: without the inputs whose mistakes were told.
    """
    used = {}
    for name, declaration in declared.items():
        if not _sound_declaration(name, declaration, site):
            continue
        path: Path = ("inputs", name)
        if name in cli_inputs:
            given, origin = _parsed(declaration.type, cli_inputs[name]), "command line"
        elif name in release_inputs:
            given, origin = release_inputs[name], "release"
        elif declaration.required:
            hint = f"give it under inputs: of the release, or as --input {name}=…"
            site.tell("DC022", f"the input '{name}' is required and nobody gives it", path, hint)
            continue
        elif declaration.default is None:
            message = f"the input '{name}' has no default and nobody gives it"
            site.tell("DC022", message, path, "add a default, or required: true")
            continue
        else:
            given, origin, path = declaration.default, "default", (*path, "default")
        wrong = _wrong(given, declaration)
        if wrong:
            said_by = {"default": "its default", "release": "the release"}.get(origin, "--input")
            message = f"the input '{name}' is {show(given)} by {said_by}; {wrong}"
            site.tell("DC022", message, path)
            continue
        value = _settled(given, declaration.type)
        own = _settled(declaration.default, declaration.type)
        used[name] = InputUsed(value=value, origin=origin, default=None if value == own else own)
    return used


def _sound_declaration(name: str, declaration: InputDeclaration, site: Site) -> bool:
    """Whether a declaration makes sense by itself; tells what does not."""
    before = site.findings.count
    path: Path = ("inputs", name)
    if not NAME.fullmatch(name):
        message = f"{show(name)} cannot name an input"
        site.tell("DC022", message, path, "letters, digits and '_', no digit first", key=True)
    ranged = declaration.min is not None or declaration.max is not None
    if ranged and declaration.type not in _NUMBERS:
        message = f"the input '{name}' is {_CALLED[declaration.type]}, which has no min or max"
        site.tell("DC022", message, path)
        return False
    low, high = declaration.min, declaration.max
    if low is not None and high is not None and low > high:
        message = f"the min of the input '{name}' is above its max, so no value fits"
        site.tell("DC022", message, (*path, "min"))
    if declaration.one_of is not None and not declaration.one_of:
        site.tell("DC022", f"one_of of the input '{name}' is empty, so no value fits", path)
    if declaration.required and declaration.default is not None:
        message = f"the input '{name}' is required, so its default is never used"
        site.tell("DC022", message, (*path, "default"), "drop one of the two", key=True)
    elif declaration.default is not None and (wrong := _wrong(declaration.default, declaration)):
        message = f"the default of the input '{name}' is {show(declaration.default)}; {wrong}"
        site.tell("DC022", message, (*path, "default"))
    return site.findings.count == before


def _parsed(kind: str, text: str) -> Any:
    """The value of ``--input name=text``; text that does not fit stays text and is refused."""
    text = text.strip()
    if kind == "columns":
        return [part.strip() for part in text.split(",")]
    if kind in _NUMBERS:
        value = plain(text)
        return value if isinstance(value, int | float) else text
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text


def _wrong(value: Any, declaration: InputDeclaration) -> str:
    """What is wrong with ``value``, in words that follow a semicolon; empty if nothing."""
    if not _fits(value, declaration.type):
        return f"must be {_CALLED[declaration.type]}"
    if declaration.min is not None and value < declaration.min:
        return f"must be at least {declaration.min:g}"
    if declaration.max is not None and value > declaration.max:
        return f"must be at most {declaration.max:g}"
    if declaration.one_of is not None:
        parts = value if isinstance(value, list) else [value]
        if not all(_among(part, declaration.one_of) for part in parts):
            return f"one of {', '.join(str(choice) for choice in declaration.one_of)}"
    return ""


def _among(value: Any, choices: Iterable[Any]) -> bool:
    """Membership in which true is not 1."""
    return any(isinstance(value, bool) is isinstance(c, bool) and value == c for c in choices)


def _fits(value: Any, kind: str) -> bool:
    if kind == "columns":
        names = value if isinstance(value, list) else [value]
        sound = bool(names) and all(isinstance(name, str) and name.strip() for name in names)
        return sound and len(set(names)) == len(names)
    if kind == "column":
        return isinstance(value, str) and bool(value.strip())
    if kind == "text":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # NaN and infinities are neither above nor below any bound.
    return abs(value) <= (LARGEST if kind == "integer" else 1e308) and (
        kind == "number" or isinstance(value, int)
    )


def _settled(value: Any, kind: str) -> JsonValue:
    if kind == "columns" and isinstance(value, str):
        return [value]
    settled: JsonValue = value
    return settled


class Filler:
    """Puts the values of inputs where ``${inputs.name}`` stands, and refuses any other ``${``.

    :param values: inputs in force.
    :param declared: names of all declared inputs, those with mistakes too.
    """

    def __init__(
        self, site: Site, values: Mapping[str, InputUsed], declared: Iterable[str]
    ) -> None:
        self.used: set[str] = set()
        self._site = site
        self._values = values
        self._declared = frozenset(declared)
        self.unresolved = False

    def fill(self, value: Any, path: Path) -> Any:
        """``value`` with its inputs filled in; what cannot be filled in is told and stays."""
        if isinstance(value, str):
            return self._text(value, path) if "${" in value else value
        if isinstance(value, dict):
            for key in value:
                if "${" in key:
                    message = f"an input cannot be a key: {show(key)}"
                    self._site.tell("DC022", message, (*path, key), key=True)
            return {key: self.fill(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.fill(inner, (*path, at)) for at, inner in enumerate(value)]
        return value

    def _text(self, text: str, path: Path) -> Any:
        self.used.update(_NAMED.findall(text))
        found = _WHOLE.fullmatch(text)
        if found is None:
            self._refuse(text, path)
        elif len(path) < 3 or path[0] != "controls" or path[2] not in _FILLED:
            here = path[2] if len(path) > 2 and path[0] == "controls" else path[0]
            message = f"inputs may stand in {', '.join(_FILLED)} of a control, not in {here}"
            self._tell(message, path)
        elif found[1] not in self._declared:
            message = f"the policy declares no input {show(found[1])}"
            self._tell(message, path, did_you_mean(found[1], self._declared))
        elif found[1] in self._values:
            return self._values[found[1]].value
        else:
            self._tell("", path)
        return text

    def _refuse(self, text: str, path: Path) -> None:
        if "${inputs." in text:
            message = f"an input is a whole value, never a part of one: {show(text)}"
            hint = 'write "${inputs.name}" and nothing around it'
        else:
            message = f"nothing is filled in here: {show(text)}"
            hint = "no templates, no environment variables; inputs are ${inputs.name}"
        self._tell(message, path, hint)

    def _tell(self, message: str, path: Path, hint: str = "") -> None:
        """Tell it, or nothing where the input's own mistake was told; the value is unknown."""
        self.unresolved = True
        self._site.told.add(self._site.document.span(path)[0])
        if message:
            self._site.tell("DC022", message, path, hint)


def refuse_templates(site: Site) -> None:
    """Refuse every ``${`` of a file that takes no inputs, such as a release."""
    if uses_inputs(site.document):
        Filler(site, {}, ()).fill(site.document.root, ())


def stray_inputs(
    declared: Iterable[str], cli_inputs: Mapping[str, str], release: Document | None
) -> list[Problem]:
    """Inputs that are given and that no policy of the run declares.

    :param declared: names that some policy declares (``LoadedPolicy.declared`` of all).
    :param release: the release's document, whose ``inputs`` are looked at.
    """
    names = frozenset(declared)
    problems = [
        Problem("DC022", f"no policy declares the input of --input {name}=…", None, hint)
        for name in cli_inputs
        if name not in names
        for hint in [did_you_mean(name, names)]
    ]
    if release is None or not isinstance(release.root, dict):
        return problems
    given = release.root.get("inputs")
    for name in given if isinstance(given, dict) else ():
        if name not in names:
            place = release.place(("inputs", name), key=True)
            message = f"no policy declares the input {show(name)}"
            problems.append(Problem("DC022", message, place, did_you_mean(name, names)))
    return problems
