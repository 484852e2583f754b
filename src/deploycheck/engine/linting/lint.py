"""Mistakes in policies and releases that show without any data, and advice beside them.

What is told here is told by the functions that also make the plan: ``lint`` looks at less than
``plan``, and never at it differently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from deploycheck.engine.bind import Binder
from deploycheck.engine.document import Document, parse
from deploycheck.engine.floor import unreachable
from deploycheck.engine.linting.advice import advice
from deploycheck.engine.linting.inputs import Reference, references, stand_ins
from deploycheck.engine.load import LoadedPolicy, load_policy, load_release, peek_kind
from deploycheck.engine.plan import ask, teller
from deploycheck.engine.problems import Problem
from deploycheck.engine.quiet import quiet
from deploycheck.engine.registry import Registry

_Spot = tuple[str, int, int]  # code, line and column of a mistake


@dataclass(frozen=True)
class Linted:
    """One file that was looked at.

    :param kind: ``policy`` or ``release``; ``None`` for a file that is neither.
    :param mistakes: what must be put right before anything runs.
    :param warnings: what is allowed and seldom meant; codes begin with ``lint:``.
    """

    label: str
    kind: str | None
    mistakes: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def lint(label: str, data: bytes, registry: Registry, as_of: datetime) -> Linted:
    """Look at one file, as it was read.

    :param label: the file as messages name it.
    :param as_of: the clock, for policies that expire.
    """
    kind = peek_kind(data)
    problems: list[Problem] = []
    with quiet():
        document = parse(label, data, problems)
        if document is None:
            return Linted(label, kind, tuple(problems))
        if kind == "release":
            load_release(document, problems)
            return Linted(label, kind, tuple(problems))
        found, loaded = _look(document, registry)
        problems += found
        if loaded is None:
            return Linted(label, kind, tuple(problems))
        return Linted(label, "policy", tuple(problems), tuple(advice(loaded, as_of)))


def _look(document: Document, registry: Registry) -> tuple[list[Problem], LoadedPolicy | None]:
    """The mistakes of a policy that are mistakes whatever its open inputs turn out to be.

    Every open input is given one fitting value after the other. A mistake where one stands is
    told if no value is free of it.
    """
    open_at = references(document)
    told: list[Problem] = []
    loaded: LoadedPolicy | None = None
    here: set[_Spot] = set()
    for turn, given in enumerate(stand_ins(document)):
        found: list[Problem] = []
        seen = _mistakes(document, given, registry, found)
        found = [problem for problem in found if not _may_hold(problem, open_at, seen, registry)]
        if turn == 0:
            told, loaded, here = found, seen, {_spot(problem) for problem in found}
        else:
            here &= {_spot(problem) for problem in found}
        if not here or not open_at:
            break
    return [_explained(problem, open_at) for problem in told if _spot(problem) in here], loaded


def _mistakes(
    document: Document, given: dict[str, object], registry: Registry, problems: list[Problem]
) -> LoadedPolicy | None:
    loaded = load_policy(document, problems, release_inputs=given, cli_inputs={})
    if loaded is None:
        return None
    problems += unreachable(loaded)
    binder = Binder(None, registry, None)
    for control in loaded.controls:
        ask(control.control, binder, teller(loaded, control, problems))
    return loaded


def _spot(problem: Problem) -> _Spot:
    place = problem.place
    return (problem.code, place.line, place.column) if place is not None else (problem.code, 0, 0)


def _at(problem: Problem, open_at: Sequence[Reference]) -> Iterator[Reference]:
    place = problem.place
    if place is not None:
        yield from (r for r in open_at if r.place == (place.line, place.column))


def _may_hold(
    problem: Problem, open_at: Sequence[Reference], policy: LoadedPolicy | None, registry: Registry
) -> bool:
    """Whether a text that a parameter refuses stands for one that it may take."""
    if problem.code != "DC015" or policy is None:
        return False
    return any(reference.takes_text(policy, registry) for reference in _at(problem, open_at))


def _explained(problem: Problem, open_at: Sequence[Reference]) -> Problem:
    """Say that the value in a message is one of many, where nobody wrote it."""
    for reference in _at(problem, open_at):
        hint = f"nothing that the input '{reference.name}' may be fits here"
        return Problem(problem.code, problem.message, problem.place, hint)
    return problem
