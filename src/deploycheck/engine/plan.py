"""Policies × release × registry → plan. Every mistake is found here, before any measuring."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files
from deploycheck.authoring.seed import Seed
from deploycheck.engine.bind import Binder, Bound
from deploycheck.engine.canonical import CanonicalError, canonical_bytes
from deploycheck.engine.document import Document, parse
from deploycheck.engine.inputs import stray_inputs
from deploycheck.engine.load import LoadedControl, LoadedPolicy, load_policy, load_release
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.problems import PolicyError, Problem, did_you_mean
from deploycheck.engine.quiet import quiet
from deploycheck.engine.registry import Registry
from deploycheck.engine.requirement import Requirement, requirement
from deploycheck.engine.store import Store, sha256
from deploycheck.model.base import format_instant
from deploycheck.model.decision import PolicyUsed, ReleaseUsed
from deploycheck.model.policy import Control, Enforcement, Kind, Policy
from deploycheck.model.release import Release
from deploycheck.model.verdict import EvidenceUsed


@dataclass(frozen=True)
class Step:
    """A control, ready to be measured and judged.

    :param broken: why its evidence cannot be had; the control is ERROR.
    :param excused: why it does not apply; the control is NOT_APPLICABLE.
    :param key: ``policy/CONTROL``.
    """

    key: str
    policy: str
    control: Control
    bound: Bound
    kind: Kind
    requirements: Mapping[str, Requirement]
    enforcement: Enforcement
    location: str
    broken: EvidenceError | None = None
    excused: str | None = None

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Everything that was in force, defaults included: of the check and of its evidence."""
        used: dict[str, Any] = {}
        for binding in self.bound.bindings:
            used |= binding.need.params.model_dump(mode="json")
        return used | self.bound.params.model_dump(mode="json")

    @cached_property
    def asked(self) -> dict[str, dict[str, Any]]:
        """The bounds, by measure, as they are reported."""
        return {name: r.as_json() for name, r in self.requirements.items()}


@dataclass(frozen=True)
class Plan:
    """What a run will do, fixed before it begins.

    :param expired: problems of policies that are not in force; such a run blocks.
    :param alarms: number of alarm families (detect controls, by measure) of each policy; they
        share one alpha.
    """

    materials: Materials
    release: Release
    release_used: ReleaseUsed
    policies: tuple[Policy, ...]
    policies_used: tuple[PolicyUsed, ...]
    steps: tuple[Step, ...]
    store: Store
    registry: Registry
    expired: tuple[Problem, ...] = ()
    alarms: Mapping[str, int] = field(default_factory=dict)

    @property
    def as_of(self) -> datetime:
        return self.materials.as_of

    def evidence_used(self, step: Step) -> tuple[EvidenceUsed, ...]:
        """Which evidence a control is judged on, with digests; none where it does not apply."""
        bindings = step.bound.bindings if step.excused is None else ()
        return tuple(
            EvidenceUsed(
                argument=binding.argument,
                type=binding.need.collector.name,
                subject=binding.need.subject,
                digest=self._digest(binding.need),
            )
            for binding in bindings
        )

    def _digest(self, need: Any) -> str | None:
        try:
            return self.store.describe(need).digest
        except EvidenceError:
            return None

    def record(self) -> dict[str, Any]:
        """The plan as it is recorded: everything that will be judged, by digest."""
        return {
            "schema": "deploycheck/plan/1",
            "run": self.materials.run,
            "as_of": format_instant(self.as_of),
            "front_end": self.materials.front_end,
            "policies": [p.model_dump(mode="json") for p in self.policies_used],
            "release": self.release_used.model_dump(mode="json"),
            "plugins": [p.model_dump(mode="json") for p in self.registry.plugins],
            "controls": [self._planned(step) for step in self.steps],
        }

    def _planned(self, step: Step) -> dict[str, Any]:
        return {
            "control": step.key,
            "check": step.control.check,
            "version": step.bound.checker.version,
            "kind": step.kind.value,
            "confidence": step.control.decide.confidence,
            "enforcement": step.enforcement.value,
            "parameters": step.parameters,
            "requirement": step.asked,
            "evidence": [e.model_dump(mode="json") for e in self.evidence_used(step)],
        }


def make_plan(materials: Materials, registry: Registry) -> Plan:
    """Plan a run.

    :raises PolicyError: with every mistake of every file, in one go.
    """
    with quiet():
        return _plan(materials, registry)


def _plan(materials: Materials, registry: Registry) -> Plan:
    problems: list[Problem] = [Problem("DC029", text, None) for text in registry.refused]
    document = parse(materials.release.label, materials.release.data, problems)
    release = load_release(document, problems) if document is not None else None
    loaded = _policies(materials, release, problems)
    declared = [name for policy, _ in loaded for name in policy.declared]
    problems += stray_inputs(declared, materials.inputs, document)
    planner = None
    steps: list[Step] = []
    if release is not None and document is not None:
        store = Store(release, Files(materials.folder), registry.collector, known=materials.known)
        planner = _Planner(materials, Binder(release, registry, store), document, problems)
        steps = [step for policy, place in loaded for step in planner.steps(policy, place)]
    if problems or planner is None or document is None or release is None:
        raise PolicyError(problems)
    policies = [policy for policy, _ in loaded]
    return Plan(
        materials=materials,
        release=release,
        release_used=_release_used(
            release, document, materials.release, planner.binder.store, registry
        ),
        policies=tuple(p.policy for p in policies),
        policies_used=tuple(_policy_used(p, place) for p, place in loaded),
        steps=tuple(steps),
        store=planner.binder.store,
        registry=registry,
        expired=tuple(_expired(policies, materials.as_of)),
        alarms=_alarms(steps),
    )


def _policies(
    materials: Materials, release: Release | None, problems: list[Problem]
) -> list[tuple[LoadedPolicy, str]]:
    given = {} if release is None else release.inputs
    loaded = []
    for text in materials.policies:
        document = parse(text.label, text.data, problems)
        if document is None:
            continue
        policy = load_policy(document, problems, release_inputs=given, cli_inputs=materials.inputs)
        if policy is not None:
            loaded.append((policy, text.place))
    seen: dict[str, str] = {}
    for policy, _ in loaded:
        first = seen.setdefault(policy.policy.policy, policy.document.label)
        if first != policy.document.label:
            problems.append(
                Problem(
                    "DC028",
                    f"policy {policy.policy.policy!r} is also in {first}",
                    policy.document.place(("policy",)),
                )
            )
    if not materials.policies:
        problems.append(Problem("DC026", "no policy was given, so nothing would be checked", None))
    return loaded


@dataclass(frozen=True)
class _Planner:
    """Turns loaded controls into steps, telling problems with their places."""

    materials: Materials
    binder: Binder
    release_document: Document
    problems: list[Problem]

    def steps(self, policy: LoadedPolicy, place: str) -> Iterator[Step]:
        for loaded in policy.controls:
            before = len(self.problems)
            step = self._step(policy, loaded, place)
            if step is not None and loaded.sound and len(self.problems) == before:
                yield step

    def _step(self, policy: LoadedPolicy, loaded: LoadedControl, place: str) -> Step | None:
        control, document = loaded.control, policy.document

        def tell(
            code: str, path: Sequence[Any], message: str, hint: str = "", *, key: bool = False
        ) -> None:
            where = document.place((*loaded.path, *path), key=key)
            self.problems.append(Problem(code, message, where, hint))

        excused = _excused(control, self.binder.release)
        bound = self.binder.bind(control, tell, applies=excused is None)
        checker = bound.checker if bound else self._known(control)
        if checker is None:
            return None
        kind = _kind(control, checker.kind, tell)
        requirements = _requirements(control, checker, kind, tell)
        if bound is None or requirements is None:
            return None
        name = policy.policy.policy
        step = Step(
            key=f"{name}/{control.id}",
            policy=name,
            control=control,
            bound=bound,
            kind=kind,
            requirements=requirements,
            enforcement=control.enforced_at(self.materials.as_of),
            location=f"{place}:{document.place(loaded.path).line}",
            broken=self._broken(bound, tell) if excused is None else None,
            excused=excused,
        )
        _refuse_uncanonical(step, tell)
        return step

    def _known(self, control: Control) -> Any:
        """The checker of a control that could not be bound, to go on telling its mistakes."""
        from deploycheck.authoring.errors import DefinitionError

        try:
            return self.binder.registry.checker(control.check)
        except DefinitionError:
            return None

    def _broken(self, bound: Bound, tell: Any) -> EvidenceError | None:
        try:
            self.binder.describe(bound, tell)
        except EvidenceError as error:
            if error.code != "DC019":
                return error
            self.problems.append(
                Problem("DC019", str(error), self.release_document.place(("data",), key=True))
            )
        return None


def _kind(control: Control, default: str, tell: Any) -> Kind:
    """How a control is decided: by the policy's word, a whole population, or the check's own."""
    decide = control.decide
    own = Kind(default)
    population = decide.sample == "population" or (
        decide.sample is None and control.family == "data_quality" and decide.kind is None
    )
    if decide.sample == "population" and decide.kind not in {None, Kind.EXACT}:
        tell("DC023", ("decide", "kind"), "a whole population is exact; drop kind or sample")
    if decide.kind is Kind.EXACT and own is not Kind.EXACT and not population:
        tell(
            "DC023",
            ("decide", "kind"),
            f"{control.check} measures a sample of future rows, which is never exact",
        )
    if decide.kind not in {None, Kind.EXACT} and own is Kind.EXACT:
        tell("DC023", ("decide", "kind"), f"{control.check} counts; it is exact by nature")
    if decide.kind is not None:
        return decide.kind
    return Kind.EXACT if population else own


def _requirements(
    control: Control, checker: Any, kind: Kind, tell: Any
) -> dict[str, Requirement] | None:
    made: dict[str, Requirement] = {}
    sound = True
    for name, bound in control.require.items():
        measure = checker.named(name)
        if measure is None:
            known = [m.name for m in checker.measures]
            hint = did_you_mean(name, known)
            tell(
                "DC016",
                ("require", name),
                f"{checker.id} does not measure {name!r}",
                hint,
                key=True,
            )
            sound = False
            continue

        def tell_bound(code: str, key: str, message: str, name: str = name) -> None:
            tell(code, ("require", name, key) if key else ("require", name), message)

        found = requirement(measure, bound, kind, tell_bound)
        if found is None:
            sound = False
        else:
            made[name] = found
    return made if sound else None


def _refuse_uncanonical(step: Step, tell: Any) -> None:
    """Refuse numbers that JSON cannot hold exactly, so that every decision has a digest."""
    try:
        canonical_bytes([step.parameters, step.asked])
    except CanonicalError as error:
        tell("DC010", (), str(error))


def _excused(control: Control, release: Release) -> str | None:
    """Why the control does not apply, by its `when`; ``None`` where it applies."""
    if not control.when:
        return None
    for key, wanted in control.when.items():
        if key == "because":
            continue
        value = getattr(release, key.removeprefix("release."), None)
        present = value is not None and value not in ("none", "", {}, ())
        holds = (
            present
            if wanted == "present"
            else (not present)
            if wanted == "absent"
            else (str(value) == str(wanted))
        )
        if not holds:
            return f"{control.when.get('because', '')} ({key} is not {wanted})"
    return None


def _expired(policies: Sequence[LoadedPolicy], as_of: datetime) -> Iterator[Problem]:
    for loaded in policies:
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


def _policy_used(loaded: LoadedPolicy, place: str) -> PolicyUsed:
    policy = loaded.policy
    return PolicyUsed(
        id=policy.policy,
        version=policy.version,
        title=policy.title,
        owner=policy.owner,
        path=place,
        digest=loaded.document.digest,
        inputs=loaded.inputs,
    )


def _release_used(
    release: Release, document: Document, text: Text, store: Store, registry: Registry
) -> ReleaseUsed:
    from deploycheck.engine.artefacts import digests

    return ReleaseUsed(
        name=release.release,
        version=release.version,
        owner=release.owner,
        path=text.place,
        digest=document.digest,
        digests=digests(store, registry),
    )


def seed_of(step: Step, plan: Plan) -> Seed:
    """The control's seed: of its evidence, its check and its parameters, and of nothing else."""
    parts = {
        "check": step.control.check,
        "parameters": step.parameters,
        "evidence": _evidence_keys(step, plan),
    }
    return Seed(int(sha256(parts).removeprefix("sha256:")[:16], 16))


def evidence_digest(step: Step, plan: Plan) -> str | None:
    """What a control is measured on, by content.

    :return: ``None`` where some evidence has no digest, so that nothing may be reused, and where
        no data set is among it: what is made of a file's size is quicker measured than looked up.
    """
    needs = [binding.need for binding in step.bound.bindings]
    if not any(need.collector.evidence.subject == "data" for need in needs):
        return None
    if any(plan.store.describe(need).digest is None for need in needs):
        return None
    return sha256(_evidence_keys(step, plan))


def control_digest(step: Step, plan: Plan) -> str:
    """What is asked of the evidence: the code that measures, and its parameters."""
    from deploycheck import __version__

    provider = plan.registry.provider(step.control.check)
    return sha256(
        {
            "deploycheck": __version__,
            "check": step.control.check,
            "version": step.bound.checker.version,
            "plugin": provider.model_dump(mode="json") if provider else None,
            "parameters": step.parameters,
        }
    )


def _evidence_keys(step: Step, plan: Plan) -> dict[str, str]:
    return {b.argument: plan.store.evidence_key(b.need) for b in step.bound.bindings}


def _alarms(steps: Sequence[Step]) -> Counter[str]:
    families: Counter[str] = Counter()
    for step in steps:
        if step.kind is Kind.DETECT:
            families[step.policy] += len(step.requirements)
    return families
