"""Evidence made of other evidence, roles of models, the run's clock, figures beside estimates."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from deploycheck import plugins
from deploycheck.authoring.checker import checker
from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.collector import Description, collector
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count
from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Point
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.engine.cache import Cache
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.registry import Offer
from deploycheck.engine.step import evidence_digest
from deploycheck.engine.watch import Watch
from deploycheck.evidence.table import Table
from deploycheck.model.decision import PluginUsed


@dataclass(frozen=True)
class Oracle:
    subject: ClassVar[str] = "model"
    said: str
    digest: str


@dataclass(frozen=True)
class Prophecy:
    subject: ClassVar[str] = "data"
    timed: ClassVar[bool] = False
    about: str
    by: str
    loud: int
    digest: str = ""


@dataclass(frozen=True)
class Hurried:
    subject: ClassVar[str] = "data"
    timed: ClassVar[bool] = True
    prophecy: Prophecy


class OracleParams(Params):
    loud: int = Field(1, description="How loud.")


@collector
class MakesOracle:
    evidence = Oracle
    params = OracleParams

    def describe(self, source, params):
        model = source.model
        if model is None:
            raise EvidenceError(f"no {source.subject}")
        return Description(f"digest of {model.path}", None, {})

    def collect(self, source, params):
        return Oracle(f"{source.model.path} x{params.loud}", f"digest of {source.model.path}")


@collector
class MakesProphecy:
    evidence = Prophecy

    def describe(self, source, params):
        return Description(source.described(Table).digest)

    def collect(self, source, params, oracle: Oracle, table: Table):
        return Prophecy(table.name, oracle.said, params is not None, table.digest)


@collector
class MakesHurried:
    evidence = Hurried

    def describe(self, source, params):
        return Description("always the same")

    def collect(self, source, params, prophecy: Prophecy):
        return Hurried(prophecy)


SEEN = []


@checker("toy.prophets", kind="exact", measures=[Measure("things", unit="count", better="lower", doc="A count.")])  # fmt: skip
def prophets(prophecy: Prophecy, champion: Prophecy, now: AsOf):
    """Keeps what it is given."""
    SEEN.append((prophecy, champion, now))
    yield Count("things", 0)
    yield Bars("Importances", (Bar("a", 0.5), Bar("b", 0.25, 0.1, 0.4)))


@checker("toy.hurried", kind="exact", measures=[Measure("things", unit="count", better="lower", doc="A count.")])  # fmt: skip
def hurried(hurried: Hurried):
    """Is timed."""
    yield Count("things", 0)


FIGURES = {
    "not finite": Bars("x", (Bar("a", float("nan")),)),
    "no tuple": Bars("x", [Bar("a", 1.0)]),
    "too many": Bars("x", tuple(Bar("a", 1.0) for _ in range(1_001))),
    "no text": Curve("x", "x", None, (Point(0.0, 1.0),)),
    "a boolean": Curve("x", "x", "y", (Point(True, 1.0),)),
    "edges": Distribution("x", "ms", (0.0, 1.0), (1, 2)),
    "order": Distribution("x", "ms", (1.0, 0.0), (1,)),
    "marks": Distribution("x", "ms", (0.0, 1.0), (1,), {"p95": float("inf")}),
    "junk": Bars("x", None),
}


@checker("toy.drawn", kind="exact", measures=[Measure("things", unit="count", better="lower", doc="A count.")])  # fmt: skip
def drawn(params: OracleParams, table: Table):
    """Draws what it must not."""
    yield Count("things", 0)
    yield list(FIGURES.values())[params.loud]


RELEASE = """
release: toy
version: "1"
model: {path: one.bin}
champion: {model: {path: two.bin}}
data: {test: {path: data.csv}}
"""
POLICY = """
policy: toy
version: "1"
controls:
  - {id: A, title: a, check: toy.prophets, with: {loud: 3}, require: {things: {max: 0}}, severity: low, enforcement: mandatory}
  - {id: B, title: b, check: toy.hurried, require: {things: {max: 0}}, severity: low, enforcement: mandatory}
"""


@pytest.fixture
def planned(tmp_path):
    (tmp_path / "data.csv").write_text("a\n1\n")

    def make(policy=POLICY, front_end="gate", as_of=datetime(2026, 6, 1, tzinfo=UTC)):
        registry = plugins.registry()
        registry.add(
            Offer(
                PluginUsed(name="toy", version="1", digest="sha256:0"),
                checkers=(prophets, hurried, drawn),
                collectors=(MakesOracle, MakesProphecy, MakesHurried),
            )
        )
        materials = Materials(
            tmp_path, Text("r", "r", RELEASE.encode()), (Text("p", "p", policy.encode()),),
            {}, as_of, front_end, "run",
        )  # fmt: skip
        return make_plan(materials, registry)

    return make


def verdicts(plan, cache=None):
    measuring = Measuring(plan, Watch(20.0), cache)
    found = list(measuring.verdicts(plan.steps))
    measuring.finish()
    return found


def test_evidence_is_made_of_that_below_it_and_the_champion_is_asked_on_the_same_rows(planned):
    SEEN.clear()
    plan = planned()
    (one, two) = verdicts(plan)
    assert (one.outcome, two.outcome) == ("PASS", "PASS")
    ((mine, theirs, now),) = SEEN
    assert (mine.by, theirs.by) == ("one.bin x3", "two.bin x3")
    assert mine.about == theirs.about == "test"
    assert now == plan.as_of
    assert now.utcoffset().total_seconds() == 0
    assert one.parameters["loud"] == 3
    assert one.figures[0]["bars"][1]["high"] == 0.4


def test_the_key_of_evidence_has_the_keys_of_what_is_below(planned):
    plan = planned()
    first, second = (binding.need for binding in plan.steps[0].bound.bindings)
    assert plan.store.evidence_key(first) != plan.store.evidence_key(second)
    quiet = planned(POLICY.replace("loud: 3", "loud: 4"))
    assert evidence_digest(quiet.steps[0], quiet) != evidence_digest(plan.steps[0], plan)


def test_what_is_timed_is_remembered_by_pytest_and_never_by_the_gate(planned, tmp_path):
    assert evidence_digest((p := planned(front_end="gate")).steps[1], p) is None
    assert evidence_digest((p := planned(front_end="pytest")).steps[1], p) is not None


def test_what_looks_at_the_clock_is_measured_again_at_another_instant(planned, tmp_path):
    SEEN.clear()
    cache = tmp_path / "cache"
    verdicts(planned(), Cache(cache))
    (again, _) = verdicts(planned(), Cache(cache))
    assert len(SEEN) == 1
    assert again.figures[0]["title"] == "Importances"
    verdicts(planned(as_of=datetime(2026, 6, 2, tzinfo=UTC)), Cache(cache))
    assert len(SEEN) == 2


@pytest.mark.parametrize("which", FIGURES)
def test_a_figure_that_cannot_be_drawn_is_an_error_of_its_control(planned, which):
    number = list(FIGURES).index(which)
    policy = POLICY.replace("check: toy.prophets, with: {loud: 3}", f"check: toy.drawn, with: {{loud: {number}}}")  # fmt: skip
    (one, other) = verdicts(planned(policy))
    assert one.outcome == "ERROR"
    assert one.code == "DC304"
    assert "figure" in one.reason
    assert other.outcome == "PASS"


def test_a_decision_with_figures_is_strict_json(planned, tmp_path):
    (one, _) = verdicts(planned())
    kept = json.loads(one.model_dump_json(by_alias=True))
    assert kept["figures"][0]["kind"] == "bars"
    assert Path(tmp_path / "data.csv").exists()
