"""A checker measures: once its evidence is there, it opens nothing and connects to nothing."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploycheck import plugins
from deploycheck.catalog import checks as catalog
from deploycheck.engine.materials import gather
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.watch import Watch

EXAMPLES = Path(__file__).parents[2] / "examples"
WATCHED = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")


class Listener:
    """An audit hook cannot be taken away again; this one is deaf but inside ``with``."""

    def __init__(self):
        self.heard, self.listening = [], False
        sys.addaudithook(self.hear)

    def hear(self, event, args):
        if self.listening and event.startswith(WATCHED):
            self.heard.append(f"{event} {args!r}"[:200])

    def __enter__(self):
        self.heard.clear()
        self.listening = True

    def __exit__(self, *_):
        self.listening = False


@pytest.fixture(scope="module")
def listener():
    return Listener()


@pytest.fixture(scope="module", params=["recidivism", "credit"])
def plan(request):
    made = planned(request.param)
    yield made
    made.store.close()


def planned(example):
    folder = EXAMPLES / example
    materials = gather(
        folder / "release.yaml",
        [folder / "policy.yaml"],
        root=folder,
        inputs={},
        as_of=datetime(2026, 11, 25, tzinfo=UTC),
        front_end="test",
        run="r",
    )
    return make_plan(materials, plugins.registry())


def test_a_second_measurement_opens_nothing(plan, listener):
    """The first one imports libraries and reads the evidence; the second one has both."""
    first = [v.outcome for v in Measuring(plan, Watch(60)).verdicts(plan.steps)]
    assert "ERROR" not in first
    with listener:
        second = [v.outcome for v in Measuring(plan, Watch(60)).verdicts(plan.steps)]
    assert second == first
    assert listener.heard == []


def test_the_examples_use_all_families():
    used = {s.control.check for e in ("recidivism", "credit") for s in planned(e).steps}
    families = {name.partition(".")[0] for name in used}
    assert families == {c.family for c in catalog.checkers()}


def test_the_listener_hears(listener):
    with listener:
        Path(__file__).read_bytes()
    assert any("test_purity" in heard for heard in listener.heard)
