"""Steps and plans made by hand, for judging without files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count
from deploycheck.authoring.files import Files
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import NoParams
from deploycheck.engine.bind import Bound
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.plan import Plan, Step
from deploycheck.engine.registry import Registry
from deploycheck.engine.requirement import requirement
from deploycheck.engine.store import Store
from deploycheck.evidence.table import Table
from deploycheck.model.decision import PolicyUsed, ReleaseUsed
from deploycheck.model.policy import Bound as PolicyBound
from deploycheck.model.policy import Control, Enforcement, Kind, Policy
from deploycheck.model.release import Release

DIGEST = "sha256:" + "0" * 64


@checker(
    "toy.many",
    measures=[
        Measure("rate", unit="probability", better="lower", doc="A rate."),
        Measure("gap", unit="probability", better="lower", doc="A largest difference."),
        Measure("ratio", unit="ratio", better="higher", doc="A smallest ratio.", high=1.0),
        Measure("shift", unit="probability difference", better="none", doc="A difference."),
        Measure("level", unit="number", better="none", doc="Any number."),
        Measure("things", unit="count", better="lower", doc="A count."),
        Measure("label", unit="text", better="none", doc="A name."),
    ],
)
def many(data: Table):
    """Measures whatever a test yields in its place."""
    yield Count("things", 0)


def make_step(
    require: dict,
    *,
    kind: str = "demonstrate",
    confidence: float = 0.95,
    enforcement: str = "overridable",
    uncertain: str = "block",
    correction: str = "holm",
    id: str = "C-1",
    policy: str = "toy",
) -> Step:
    control = Control.model_validate(
        {
            "id": id,
            "title": "A control",
            "check": "toy.many",
            "require": require,
            "decide": {
                "confidence": confidence,
                "uncertain": uncertain,
                "kind": kind,
                "correction": correction,
            },
            "severity": "high",
            "enforcement": enforcement,
        }
    )
    told: list[tuple] = []
    requirements = {
        name: requirement(
            many.named(name),
            PolicyBound.model_validate(bound),
            Kind(kind),
            lambda *t: told.append(t),
        )
        for name, bound in require.items()
    }
    if told:
        raise ValueError(told)
    return Step(
        key=f"{policy}/{id}",
        policy=policy,
        control=control,
        bound=Bound(many, NoParams(), ()),
        kind=Kind(kind),
        requirements=requirements,
        enforcement=Enforcement(enforcement),
        location="policy.yaml:1",
    )


def make_plan(steps, gate: dict | None = None, folder: Path = Path()) -> Plan:
    names = list(dict.fromkeys(step.policy for step in steps)) or ["toy"]
    release = Release(release="r", version="1")
    return Plan(
        materials=Materials(
            folder=folder,
            release=Text("release.yaml", "release.yaml", b""),
            policies=(),
            inputs={},
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            front_end="test",
            run="r1",
        ),
        release=release,
        release_used=ReleaseUsed(name="r", version="1", digest=DIGEST),
        policies=tuple(
            Policy.model_validate({"policy": n, "version": "1", "controls": [], "gate": gate or {}})
            for n in names
        ),
        policies_used=tuple(
            PolicyUsed(id=n, version="1", path="policy.yaml", digest=DIGEST) for n in names
        ),
        steps=tuple(steps),
        store=Store(release, Files(folder), lambda _: None),
        registry=Registry(builtin={}),
    )


@pytest.fixture
def step():
    return make_step


@pytest.fixture
def plan():
    return make_plan
