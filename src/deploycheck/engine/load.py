"""Policies and releases from parsed files: every mistake of a file is told in one go."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deploycheck.engine.document import Document
from deploycheck.engine.inputs import Filler, refuse_templates, resolve, uses_inputs
from deploycheck.engine.language.artefacts import check_release
from deploycheck.engine.language.control import check_control
from deploycheck.engine.language.findings import EnoughError, Findings
from deploycheck.engine.language.kind import is_kind, peek_kind
from deploycheck.engine.language.place import show
from deploycheck.engine.language.schema import repaired, validate
from deploycheck.engine.language.site import Path, Site, dotted
from deploycheck.engine.problems import Problem
from deploycheck.model.decision import InputUsed
from deploycheck.model.policy import Control, Policy
from deploycheck.model.release import Release

__all__ = ["LoadedControl", "LoadedPolicy", "load_policy", "load_release", "peek_kind"]

_HEADER = {"policy": "unnamed", "version": "0", "controls": ()}
_CONTROL = {
    "title": "(no title)",
    "check": "",
    "require": {"": {"equals": True}},
    "severity": "low",
    "enforcement": "advisory",
}
_ALL_HANGS_ON = frozenset({("check",), ("with",)})


@dataclass(frozen=True)
class LoadedControl:
    """A control with its place.

    :param control: as written; where it is unsound, what is wrong is left out or filled with a
        placeholder, so that its check, parameters and other bounds can still be checked.
    :param path: its path in the document, such as ``("controls", 3)``.
    """

    control: Control
    path: tuple[str | int, ...]
    sound: bool


@dataclass(frozen=True)
class LoadedPolicy:
    """A policy with its places.

    :param policy: holds the sound controls only.
    :param controls: all controls in which more mistakes can be looked for. Not among them are
        those without a usable check or ``with``, with a refused scalar, or waiting for an input.
    :param inputs: values in force and where they came from.
    :param declared: names of all inputs that the policy declares.
    """

    document: Document
    policy: Policy
    controls: tuple[LoadedControl, ...]
    inputs: dict[str, InputUsed]
    declared: frozenset[str] = frozenset()


def load_release(document: Document, problems: list[Problem]) -> Release | None:
    """The release in ``document``, or ``None`` and all its mistakes in ``problems``."""
    findings = Findings(document.source, problems)
    site = Site(document, findings, "the release", told=set(document.refused))
    try:
        if not is_kind(site, "release"):
            return None
        _refuse_empty(site)
        refuse_templates(site)
        release, wrong = validate(Release, document.root, site)
        if release is None:
            left = repaired(document.root, wrong, {"release": "unnamed", "version": "0"})
            release = Release.model_validate(left)
        check_release(release, site)
    except EnoughError:
        return None
    return None if findings.count or document.refused else release


def load_policy(
    document: Document,
    problems: list[Problem],
    *,
    release_inputs: Mapping[str, Any],
    cli_inputs: Mapping[str, str],
) -> LoadedPolicy | None:
    """The policy in ``document``; all its mistakes go to ``problems``.

    A policy that may be used is one that added none. Inputs that no policy declares are told by
    ``inputs.stray_inputs``, which knows all policies of a run.

    :return: ``None`` where nothing could be made of the file.
    """
    findings = Findings(document.source, problems)
    site = Site(document, findings, "the policy", told=set(document.refused))
    try:
        if not is_kind(site, "policy"):
            return None
        return _Loader(site, release_inputs, cli_inputs).load()
    except EnoughError:
        return None


def _refuse_empty(site: Site, *, but: str = "") -> set[int]:
    """Tell every key without a value; a forgotten value must not mean "no limit".

    :param but: key of a control under which null is a value.
    :return: indexes of the controls that have one.
    """
    found: set[int] = set()
    stack: list[tuple[Any, Path]] = [(site.document.root, ())] if site.document.empty else []
    while stack:
        value, path = stack.pop()
        if value is None:
            hint, name = "give a value, or leave the key out", dotted(path)
            if len(path) > 1 and path[0] == "controls" and isinstance(path[1], int):
                found.add(path[1])
                noun = _noun(site.document.root["controls"][path[1]], path[1])
                name = f"{noun}: {dotted(path[2:])}" if len(path) > 2 else noun
            site.tell("DC009", f"{name} is empty", path, hint, key=True)
        elif isinstance(value, dict):
            skip = but if len(path) == 2 and path[0] == "controls" else ""
            stack += [
                (inner, (*path, key))
                for key, inner in value.items()
                if key != skip or inner is None
            ]
        elif isinstance(value, list):
            stack += [(v, (*path, at)) for at, v in enumerate(value)]
    return found


class _Loader:
    """Loads one policy."""

    def __init__(
        self, site: Site, release_inputs: Mapping[str, Any], cli_inputs: Mapping[str, str]
    ) -> None:
        self.site = site
        self.root: dict[str, Any] = site.document.root
        self.release_inputs = release_inputs
        self.cli_inputs = cli_inputs

    def load(self) -> LoadedPolicy:
        empty = _refuse_empty(self.site, but="with")
        header = self._header()
        raw_inputs = self.root.get("inputs")
        declared = frozenset(raw_inputs) if isinstance(raw_inputs, dict) else frozenset()
        inputs = resolve(
            header.inputs,
            self.site,
            release_inputs=self.release_inputs,
            cli_inputs=self.cli_inputs,
        )
        filler = self._filler(inputs, declared)
        controls = tuple(self._controls(filler, empty))
        for name in sorted(set(inputs) - (filler.used if filler is not None else set())):
            hint = "use it as ${inputs." + name + "}, or drop it"
            message = f"the input {show(name)} is declared and used nowhere"
            self.site.tell("DC022", message, ("inputs", name), hint, key=True)
        sound = tuple(loaded.control for loaded in controls if loaded.sound)
        policy = header.model_copy(update={"controls": sound})
        return LoadedPolicy(self.site.document, policy, controls, inputs, declared)

    def _header(self) -> Policy:
        """The policy without its controls."""
        data = dict(self.root)
        if isinstance(data.get("controls"), list):
            if not data["controls"]:
                self.site.tell("DC026", "the policy has no control", ("controls",))
            data["controls"] = ()
        if isinstance(data.get("valid"), dict):
            _refuse_field_name(data["valid"], "from", self.site, ("valid",))
        header, wrong = validate(Policy, data, self.site)
        if header is None:
            header = Policy.model_validate(repaired(data, wrong, _HEADER))
        valid = header.valid
        if valid.from_ is not None and valid.until is not None and valid.from_ >= valid.until:
            message = "valid.from is not before valid.until, so the policy is never in force"
            self.site.tell("DC012", message, ("valid", "until"))
        return header

    def _filler(self, inputs: dict[str, InputUsed], declared: frozenset[str]) -> Filler | None:
        """What fills inputs in, having looked at all but the controls; ``None`` without need."""
        if not uses_inputs(self.site.document):
            return None
        filler = Filler(self.site, inputs, declared)
        for key, value in self.root.items():
            filler.fill({key: value} if key != "controls" else {key: None}, ())
        return filler

    def _controls(self, filler: Filler | None, empty: set[int]) -> Iterator[LoadedControl]:
        """Every control; a mistake in one hides none in another."""
        controls = self.root.get("controls")
        given = controls if isinstance(controls, list) else []
        first: dict[str, int] = {}
        for index, written in enumerate(given):
            base: Path = ("controls", index)
            noun = _noun(written, index)
            document, findings = self.site.document, self.site.findings
            site = Site(document, findings, noun, base, self.site.told)
            if not isinstance(written, dict):
                if written is not None and not site.is_told(()):
                    site.tell("DC009", f"{noun} is {show(written)}; must be a mapping")
                continue
            before = findings.count
            held = index in empty or self._refused_inside(index, len(given))
            raw = written
            if filler is not None:
                filler.unresolved = False
                raw = filler.fill(written, base)
                held = held or filler.unresolved
            control, whole = self._control(raw, site, partial=held)
            line = first.setdefault(control.id, index)
            if line != index and "id" in raw:
                place = self.site.document.place(("controls", line, "id"))
                hint = f"first in line {place.line}"
                site.tell("DC011", f"the id {control.id} stands twice", ("id",), hint)
            sound = findings.count == before and not held
            if whole and not held:
                yield LoadedControl(control, base, sound)

    def _control(self, raw: dict[str, Any], site: Site, *, partial: bool) -> tuple[Control, bool]:
        """The control, repaired where it must be, and whether a plan can look further into it."""
        _refuse_field_name(raw, "with", site, ())
        control, wrong = validate(Control, raw, site)
        if control is None:
            fallback = {**_CONTROL, "id": f"control-{site.base[-1]}"}
            control = Control.model_validate(repaired(raw, wrong, fallback))
        bad = check_control(control, site, partial=partial or bool(wrong))
        if bad or "" in control.require:
            kept = {k: bound for k, bound in control.require.items() if k and k not in bad}
            control = control.model_copy(update={"require": kept})
        return control, _ALL_HANGS_ON.isdisjoint(wrong)

    def _refused_inside(self, index: int, count: int) -> bool:
        """Whether a scalar of this control is refused already."""
        refused = self.site.document.refused
        if not refused:
            return False
        start = self.site.document.span(("controls", index))[0]
        at = bisect_left(refused, start)
        end = (
            self.site.document.span(("controls", index + 1))[0]
            if index + 1 < count
            else len(self.site.document.text)
        )
        return at < len(refused) and refused[at] < end


def _refuse_field_name(data: dict[str, Any], key: str, site: Site, path: Path) -> None:
    """Python's name of a field is no key, though pydantic would take it for one."""
    name = f"{key}_"
    if name in data and key not in data:
        message = f"unknown key '{name}' in {site.of(path)}"
        site.tell("DC007", message, (*path, name), f"did you mean '{key}'?", key=True)


def _noun(raw: Any, index: int) -> str:
    """What messages call a control: by its id, else by its number."""
    name = raw.get("id") if isinstance(raw, dict) else None
    if name is None or isinstance(name, dict | list | bool):
        return f"control {index + 1}"
    return f"control {show(str(getattr(name, 'raw', name)))[1:-1]}"
