"""Policies read to be shown: every mistake is told, and inputs that nobody gave stay open."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from deploycheck.authoring.checker import Checker
from deploycheck.engine.bind import Binder
from deploycheck.engine.document import Document, parse, read
from deploycheck.engine.inputs import stray_inputs
from deploycheck.engine.linting.inputs import references, stand_ins
from deploycheck.engine.linting.lint import lint
from deploycheck.engine.load import LoadedControl, LoadedPolicy, load_policy, load_release
from deploycheck.engine.plan import ask, teller
from deploycheck.engine.problems import PolicyError, Problem
from deploycheck.engine.registry import Registry
from deploycheck.model.policy import Control, Kind
from deploycheck.model.release import Release
from deploycheck.shipped import pack_name


@dataclass(frozen=True)
class Shown:
    """A control as it is shown.

    :param raw: as written, with ``${inputs.name}`` where an input stands.
    :param parameters: everything in force for the check itself, defaults included; what an open
        input stands for is left out.
    :param line: where it is written.
    """

    control: Control
    raw: Mapping[str, Any]
    checker: Checker
    kind: Kind
    parameters: Mapping[str, Any]
    line: int


@dataclass(frozen=True)
class Read:
    """A policy as it is shown.

    :param open: inputs that nobody has given a value yet.
    """

    loaded: LoadedPolicy
    open: frozenset[str]
    controls: tuple[Shown, ...]

    @property
    def document(self) -> Document:
        return self.loaded.document


@dataclass(frozen=True)
class Given:
    """What is known beside the policies.

    :param release: gives values to inputs; ``None`` where no release is named.
    :param inputs: ``--input name=value`` as given.
    :param root: what labels in messages are relative to.
    """

    registry: Registry
    as_of: datetime
    root: Path
    inputs: Mapping[str, str]
    release: Path | None = None


def read_policies(paths: Sequence[Path], given: Given) -> list[Read]:
    """Read policies, and the release that gives their inputs; no artefact is opened.

    :raises PolicyError: with every mistake of every file.
    """
    problems = [Problem("DC029", text, None) for text in given.registry.refused]
    released, release = _release(given, problems)
    made: list[Read] = []
    declared: list[str] = []
    for path in paths:
        label = _label(path, given.root)
        data = read(path, label, problems)
        if data is None:
            continue
        found = _Reader(given, {} if release is None else release.inputs).read(label, data)
        problems += found[1]
        if found[0] is not None:
            _refuse_twice(made, found[0], problems)
            made.append(found[0])
            declared += found[0].loaded.declared
    problems += stray_inputs(declared, given.inputs, released)
    if problems:
        raise PolicyError(problems)
    return made


def _release(given: Given, problems: list[Problem]) -> tuple[Document | None, Release | None]:
    if given.release is None:
        return None, None
    label = _label(given.release, given.root)
    data = read(given.release, label, problems)
    document = None if data is None else parse(label, data, problems)
    return document, None if document is None else load_release(document, problems)


def _label(path: Path, root: Path) -> str:
    """A file as messages and documents name it; what ships has one name everywhere."""
    ready = pack_name(path.resolve())
    return ready or Path(os.path.relpath(path.absolute(), root)).as_posix()


def _refuse_twice(made: Sequence[Read], new: Read, problems: list[Problem]) -> None:
    for known in made:
        if known.loaded.policy.policy == new.loaded.policy.policy:
            message = f"policy {new.loaded.policy.policy!r} is also in {known.document.label}"
            problems.append(Problem("DC028", message, new.document.place(("policy",))))


@dataclass(frozen=True)
class _Reader:
    """Reads one policy."""

    given: Given
    release_inputs: Mapping[str, Any]

    def read(self, label: str, data: bytes) -> tuple[Read | None, list[Problem]]:
        """The policy, and what is wrong with it."""
        problems = list(lint(label, data, self.given.registry, self.given.as_of).mistakes)
        document = parse(label, data, [])
        if document is None or problems:
            return None, problems
        known = {*self.release_inputs, *self.given.inputs}
        places = {r.place: r.name for r in references(document)}
        fitting: tuple[LoadedPolicy, dict[str, Any], dict[str, Any], list[Problem]] | None = None
        for stood in stand_ins(document):
            standing = {name: value for name, value in stood.items() if name not in known}
            found: list[Problem] = []
            loaded, asked = self._loaded(document, standing, found)
            found = [p for p in found if _place(p) not in places or places[_place(p)] in known]
            if loaded is not None and (fitting is None or len(found) < len(fitting[3])):
                fitting = (loaded, standing, asked, found)
            if loaded is not None and not found:
                break
        if fitting is None:
            return None, problems
        loaded, standing, asked, found = fitting
        controls = tuple(self._shown(loaded, each, asked, standing) for each in loaded.controls)
        return Read(loaded, frozenset(standing), controls), found

    def _loaded(
        self, document: Document, standing: Mapping[str, Any], problems: list[Problem]
    ) -> tuple[LoadedPolicy | None, dict[str, Any]]:
        """The policy with values for all inputs, and each control's parameters and kind."""
        loaded = load_policy(
            document,
            problems,
            release_inputs={**standing, **self.release_inputs},
            cli_inputs=self.given.inputs,
        )
        asked: dict[str, Any] = {}
        if loaded is not None:
            binder = Binder(None, self.given.registry, None)
            for each in loaded.controls:
                made = ask(each.control, binder, teller(loaded, each, problems))
                if made is not None:
                    asked[each.control.id] = made
        return loaded, asked

    def _shown(
        self,
        loaded: LoadedPolicy,
        each: LoadedControl,
        asked: Mapping[str, Any],
        standing: Mapping[str, Any],
    ) -> Shown:
        control = each.control
        raw = loaded.document.root["controls"][each.path[1]]
        checker = self.given.registry.checker(control.check)
        if checker is None:  # lint told it, and nothing is shown of a policy with mistakes
            raise LookupError(control.check)
        made = asked.get(control.id)
        kind = made[1] if made is not None else Kind(control.decide.kind or checker.kind)
        written = raw.get("with")
        open_keys = {
            key
            for key, value in (written.items() if isinstance(written, dict) else ())
            if any(f"${{inputs.{name}}}" in str(value) for name in standing)
        }
        used = made[0].params.model_dump(mode="json") if made is not None else dict(control.with_)
        parameters = {key: value for key, value in used.items() if key not in open_keys}
        line = loaded.document.place(each.path).line
        return Shown(control, raw, checker, kind, parameters, line)


def _place(problem: Problem) -> tuple[int, int]:
    return (0, 0) if problem.place is None else (problem.place.line, problem.place.column)
