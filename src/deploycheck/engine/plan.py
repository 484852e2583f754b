"""Policies × release × registry → plan. Every mistake is found here, before any measuring."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from deploycheck.authoring.errors import DefinitionError, EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.engine.artefacts import digests, same_model
from deploycheck.engine.asked import kind_of, measurable, requirements
from deploycheck.engine.bind import Binder, Bound, Tell
from deploycheck.engine.document import Document, parse
from deploycheck.engine.excused import excused
from deploycheck.engine.floor import unreachable
from deploycheck.engine.inputs import stray_inputs
from deploycheck.engine.load import LoadedControl, LoadedPolicy, load_policy, load_release
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.placing import named_in, place_of
from deploycheck.engine.problems import PolicyError, Problem
from deploycheck.engine.quiet import quiet
from deploycheck.engine.registry import Registry
from deploycheck.engine.requirement import Requirement
from deploycheck.engine.step import Plan, Step
from deploycheck.engine.store import Store
from deploycheck.engine.used import policy_used, release_used
from deploycheck.model.base import format_instant
from deploycheck.model.decision import PolicyUsed
from deploycheck.model.policy import Control, Kind, Policy
from deploycheck.model.release import Release

__all__ = ["Plan", "Step", "make_plan"]


def make_plan(materials: Materials, registry: Registry) -> Plan:
    """Plan a run.

    :raises PolicyError: with every mistake of every file, in one go.
    """
    with quiet():
        made = _plan(materials, registry)
    gc.freeze()  # a plan lives as long as its run; the collector need not look at it again
    return made


def _plan(materials: Materials, registry: Registry) -> Plan:
    problems: list[Problem] = [Problem("DC029", text, None) for text in registry.refused]
    document = parse(materials.release.label, materials.release.data, problems)
    release = load_release(document, problems) if document is not None else None
    planner = None
    if release is not None and document is not None:
        vouched = materials.vouched
        files = Files(materials.folder, trust_stat=vouched is not None, known=dict(vouched or {}))
        store = Store(release, files, registry.collector, known=materials.known)
        planner = _Planner(materials, release, store, registry, document, problems)
    policies = _Policies(materials, release, problems)
    for text in materials.policies:
        policies.add(text, planner)
    problems += stray_inputs(policies.declared, materials.inputs, document)
    if not materials.policies:
        problems.append(Problem("DC026", "no policy was given, so nothing would be checked", None))
    if problems or planner is None or document is None or release is None:
        raise PolicyError(problems)
    found = digests(planner.store, registry)
    if same := list(same_model(release, found, document)):
        raise PolicyError(same)
    return Plan(
        materials=materials,
        release=release,
        release_used=release_used(release, document, materials.release, found),
        policies=tuple(policies.policies),
        policies_used=tuple(policies.used),
        steps=tuple(policies.steps),
        store=planner.store,
        registry=registry,
        expired=tuple(policies.expired),
        alarms=_alarms(policies.steps),
    )


@dataclass
class _Policies:
    """The policies of a run, one after the other: a file's tree of places is large, and goes when
    its controls are planned.
    """

    materials: Materials
    release: Release | None
    problems: list[Problem]
    policies: list[Policy] = field(default_factory=list)
    used: list[PolicyUsed] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    expired: list[Problem] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)

    def add(self, text: Text, planner: "_Planner | None") -> None:
        document = parse(text.label, text.data, self.problems)
        if document is None:
            return
        given = {} if self.release is None else self.release.inputs
        loaded = load_policy(
            document, self.problems, release_inputs=given, cli_inputs=self.materials.inputs
        )
        if loaded is None:
            return
        for known, used in zip(self.policies, self.used, strict=True):
            if known.policy == loaded.policy.policy:
                message = f"policy {known.policy!r} is also in {used.path}"
                self.problems.append(Problem("DC028", message, document.place(("policy",))))
        self.problems += unreachable(loaded)
        self.policies.append(loaded.policy)
        self.used.append(policy_used(loaded, text.place))
        self.expired += _expired(loaded, self.materials.as_of)
        self.declared += loaded.declared
        if planner is not None:
            self.steps += planner.steps(loaded, text.place)


@dataclass(frozen=True)
class _Planner:
    """Turns loaded controls into steps, telling problems with their places."""

    materials: Materials
    release: Release
    store: Store
    registry: Registry
    release_document: Document
    problems: list[Problem]

    @cached_property
    def binder(self) -> Binder:
        return Binder(self.release, self.registry, self.store)

    def steps(self, policy: LoadedPolicy, place: str) -> Iterator[Step]:
        for loaded in policy.controls:
            before = len(self.problems)
            step = self._step(policy, loaded, place)
            if step is not None and loaded.sound and len(self.problems) == before:
                yield step

    def _step(self, policy: LoadedPolicy, loaded: LoadedControl, place: str) -> Step | None:
        control = loaded.control
        tell = teller(policy, loaded, self.problems)
        idle = excused(control, self.release)
        asked = ask(control, self.binder, tell, applies=idle is None)
        if asked is None:
            return None
        bound, kind, wanted = asked
        name = policy.policy.policy
        return Step(
            key=f"{name}/{control.id}",
            policy=name,
            control=control,
            bound=bound,
            kind=kind,
            requirements=wanted,
            enforcement=control.enforced_at(self.materials.as_of),
            location=f"{place}:{policy.document.place(loaded.path).line}",
            broken=self._broken(bound, tell) if idle is None else None,
            excused=idle,
        )

    def _broken(self, bound: Bound, tell: Any) -> EvidenceError | None:
        try:
            self.binder.describe(bound, tell)
        except EvidenceError as error:
            if error.code != "DC019":
                return error
            self._absent(str(error))
        return None

    def _absent(self, message: str) -> None:
        """Tell a column that the data have not, where the release names it, and only once."""
        column, release = named_in(message), self.binder.release
        path = place_of(release, column) if column is not None and release is not None else None
        if path is None and any(named_in(p.message) == column for p in self.problems):
            return  # the policy names it, and its place was told
        where = self.release_document.place(path or ("data",), key=path is None)
        self.problems.append(Problem("DC019", message, where))


def teller(policy: LoadedPolicy, loaded: LoadedControl, problems: list[Problem]) -> Tell:
    """What tells the mistakes of one control, at their places below it."""

    def tell(
        code: str, path: Sequence[Any], message: str, hint: str = "", *, key: bool = False
    ) -> None:
        where = policy.document.place((*loaded.path, *path), key=key)
        problems.append(Problem(code, message, where, hint))

    return tell


def ask(
    control: Control, binder: Binder, tell: Tell, *, applies: bool = True
) -> tuple[Bound, Kind, dict[str, Requirement]] | None:
    """What a control asks for, or ``None`` after telling every mistake in it.

    With a binder that has no release, this is what ``lint`` looks at.
    """
    bound = binder.bind(control, tell, applies=applies)
    checker = bound.checker if bound else None
    if checker is None:
        with suppress(DefinitionError):  # not bound, and yet its other mistakes are told
            checker = binder.registry.checker(control.check)
    if checker is None:
        return None
    kind = kind_of(control, checker.kind, tell)
    wanted = requirements(control, checker, kind, tell)
    if bound is None or wanted is None:
        return None
    task = None if binder.release is None else binder.release.task
    sound = not applies or measurable(control, bound.params, task, wanted, tell)
    return (bound, kind, wanted) if sound else None


def _expired(loaded: LoadedPolicy, as_of: datetime) -> Iterator[Problem]:
    valid = loaded.policy.valid
    name, now = loaded.policy.policy, format_instant(as_of)
    if valid.from_ is not None and as_of < valid.from_:
        yield Problem(
            "DC027",
            f"policy {name} is in force from {format_instant(valid.from_)}; it is {now}",
            loaded.document.place(("valid", "from")),
        )
    if valid.until is not None and as_of >= valid.until:
        yield Problem(
            "DC027",
            f"policy {name} expired at {format_instant(valid.until)}; it is {now}",
            loaded.document.place(("valid", "until")),
        )


def _alarms(steps: Sequence[Step]) -> Counter[str]:
    families: Counter[str] = Counter()
    for step in steps:
        if step.kind is Kind.DETECT:
            families[step.policy] += len(step.requirements)
    return families
