"""Timings made by hand, and what the judge makes of a control on them."""

import pytest

from deploycheck.authoring.figures import FIGURES
from deploycheck.engine.bind import Bound
from deploycheck.engine.judge import judge
from deploycheck.engine.requirement import requirement
from deploycheck.engine.step import Step
from deploycheck.evidence.timings import Start, Timings
from deploycheck.model.policy import Bound as PolicyBound
from deploycheck.model.policy import Control, Enforcement, Kind


@pytest.fixture
def start():
    """``start(latencies, load=…)``: one start of a process."""

    def start(latencies=(1.0,), *, load=100.0, first=5.0, throughput=1000.0, peak=1 << 20):
        return Start(load, first, tuple(latencies), throughput, peak)

    return start


@pytest.fixture
def timings():
    """``timings(starts)``: as the collector makes them."""

    def timings(starts, **facts):
        told = {"name": "test", "batch": 1, "throughput_batch": 1024, "rows": 500, "cpus": 2}
        return Timings(**told | facts, starts=tuple(starts))

    return timings


@pytest.fixture
def verdict(run):
    """``verdict(checker, require, timings)``: what a control comes to."""

    def verdict(checker, require, timings):
        told = []
        requirements = {
            name: requirement(
                checker.named(name),
                PolicyBound.model_validate(bound),
                Kind(checker.kind),
                lambda *t: told.append(t),
            )
            for name, bound in require.items()
        }
        assert told == []
        control = Control.model_validate(
            {
                "id": "C-1",
                "title": "A control",
                "check": checker.id,
                "require": require,
                "severity": "high",
                "enforcement": "mandatory",
            }
        )
        step = Step(
            key="p/C-1",
            policy="p",
            control=control,
            bound=Bound(checker, checker.signature.params(), ()),
            kind=Kind(checker.kind),
            requirements=requirements,
            enforcement=Enforcement.MANDATORY,
            location="policy.yaml:1",
        )
        found = run(checker, timings=timings)
        return judge(step, [e for e in found if type(e) not in FIGURES])

    return verdict
