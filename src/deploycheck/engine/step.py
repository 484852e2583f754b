"""A plan and its steps: what a run will do, fixed before it begins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.collector import Collector
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.seed import Seed
from deploycheck.engine.bind import Binding, Bound
from deploycheck.engine.materials import Materials
from deploycheck.engine.problems import Problem
from deploycheck.engine.registry import Registry
from deploycheck.engine.requirement import Requirement
from deploycheck.engine.store import Need, Store, sha256
from deploycheck.model.base import format_instant
from deploycheck.model.decision import PluginUsed, PolicyUsed, ReleaseUsed
from deploycheck.model.policy import Control, Enforcement, Kind, Policy
from deploycheck.model.release import ModelArtefact, Release
from deploycheck.model.verdict import EvidenceUsed

if TYPE_CHECKING:
    from deploycheck.engine.planning.planning import Planning


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
            used |= _options(binding.need)
        return used | self.bound.params.model_dump(mode="json")

    @cached_property
    def asked(self) -> dict[str, dict[str, Any]]:
        """The bounds, by measure, as they are reported."""
        return {name: r.as_json() for name, r in self.requirements.items()}

    @cached_property
    def aimed(self) -> dict[str, Any]:
        """What rows and power are planned for; it decides nothing."""
        decide = self.control.decide
        good = {name: r.good for name, r in self.requirements.items() if r.good is not None}
        return {
            "wanted": decide.power,
            "good": good,
            "assume": decide.assume.model_dump(mode="json", exclude_none=True),
        }


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
    used: dict[tuple[str, str], EvidenceUsed] = field(default_factory=dict)

    @property
    def as_of(self) -> datetime:
        return self.materials.as_of

    @cached_property
    def planning(self) -> "Planning":
        """Rows and power of the controls; data are counted when a control is asked for."""
        from deploycheck.engine.planning.planning import Planning

        return Planning(self)

    def evidence_used(self, step: Step) -> tuple[EvidenceUsed, ...]:
        """Which evidence a control is judged on, with digests; none where it does not apply."""
        if step.excused is not None:
            return ()
        return tuple(self._used_by(binding) for binding in step.bound.bindings)

    def _used_by(self, binding: Binding) -> EvidenceUsed:
        """One object for all controls that share the evidence."""
        key = (binding.argument, binding.need.key)
        if key not in self.used:
            self.used[key] = EvidenceUsed(
                argument=binding.argument,
                type=binding.need.collector.name,
                subject=binding.need.subject,
                digest=self._digest(binding.need),
            )
        return self.used[key]

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
            "power": step.aimed,
            "evidence": [e.__dict__ for e in self.evidence_used(step)],
        }


def _options(need: Need) -> dict[str, Any]:
    """The parameters of evidence and of what it is made from."""
    below: dict[str, Any] = {}
    for other in need.below.values():
        below |= _options(other)
    return below | need.params.model_dump(mode="json")


def timed(need: Need) -> bool:
    """Whether evidence depends on the machine and the moment, by its type's own word."""
    own = bool(getattr(need.collector.evidence, "timed", False))
    return own or any(timed(other) for other in need.below.values())


def _digested(need: Need, store: Store) -> bool:
    """Whether the evidence has a digest, and everything that it is made from has one too."""
    own = store.describe(need).digest is not None
    return own and all(_digested(other, store) for other in need.below.values())


def _makers(need: Need) -> Iterator[Collector]:
    yield need.collector
    for other in need.below.values():
        yield from _makers(other)


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

    :return: ``None`` where some evidence, or something it is made from, has no digest, so that
        nothing may be reused, and where no data set is among it: what is made of a file's size is
        quicker measured than looked up.
    """
    needs = [binding.need for binding in step.bound.bindings]
    if not any(need.collector.evidence.subject == "data" for need in needs):
        return None
    if not all(_digested(need, plan.store) for need in needs):
        return None
    if plan.materials.front_end == "gate" and any(timed(need) for need in needs):
        return None  # a release is judged by the clock of its own run
    if any(not plugin.trusted for plugin in _plugins(step, plan)):
        return None  # what a conftest imports is in nobody's digest
    return sha256(_evidence_keys(step, plan))


def control_digest(step: Step, plan: Plan) -> str:
    """What is asked of the evidence: the code that measures, and its parameters."""
    from deploycheck import __version__

    return sha256(
        {
            "deploycheck": __version__,
            "check": step.control.check,
            "version": step.bound.checker.version,
            "plugins": [plugin.model_dump(mode="json") for plugin in _plugins(step, plan)],
            "parameters": step.parameters,
            "limits": _limits(plan.release),
            "as_of": format_instant(plan.as_of) if step.bound.checker.signature.clock else None,
        }
    )


def _limits(release: Release) -> list[dict[str, Any]]:
    """What the models may use: who grants less wants to know whether it is enough."""
    champion = None if release.champion is None else release.champion.model
    models = [m for m in (release.model, champion) if isinstance(m, ModelArtefact)]
    return [model.limits.model_dump(mode="json") for model in models]


def _plugins(step: Step, plan: Plan) -> list[PluginUsed]:
    """Plugins whose code measures a control or makes its evidence."""
    registry = plan.registry
    found = [registry.provider(step.control.check)]
    makers = (maker for binding in step.bound.bindings for maker in _makers(binding.need))
    found += [registry.maker(maker) for maker in makers]
    return [plugin for plugin in found if plugin is not None]


def _evidence_keys(step: Step, plan: Plan) -> dict[str, str]:
    return {b.argument: plan.store.evidence_key(b.need) for b in step.bound.bindings}
