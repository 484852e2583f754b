"""`good`, `assume` and `power`: what makes no sense is told at its place, and nothing is ignored."""

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from deploycheck import plugins
from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.sampling import Chosen, Counted, Model, Sampling
from deploycheck.engine.materials import gather
from deploycheck.engine.plan import make_plan
from deploycheck.engine.planning.assumptions import TAKEN, takes
from deploycheck.engine.problems import PolicyError
from deploycheck.engine.requirement import requirement
from deploycheck.engine.schemas import policy_schema
from deploycheck.model.policy import Assume, Bound, Kind

SCORE = Measure("score", unit="score", better="higher", doc="A score.")
TIME = Measure("time", unit="ms", better="lower", doc="A time.")
COUNT = Measure("things", unit="count", better="lower", doc="A count.")
SHIFT = Measure("shift", unit="probability difference", better="none", doc="A shift.")


def plan_of(project, *controls, head=""):
    project.policy(*controls, head=head)
    materials = gather(
        project.root / "release.yaml",
        [project.root / "policy.yaml"],
        root=project.root,
        inputs={},
        as_of=datetime(2026, 6, 1, tzinfo=UTC),
        front_end="test",
        run="r1",
    )
    return make_plan(materials, plugins.registry())


def told(measure, kind="demonstrate", **bound):
    problems = []
    made = requirement(
        measure, Bound.model_validate(bound), Kind(kind), lambda *t: problems.append(t)
    )
    assert (made is None) == bool(problems)
    return problems


@pytest.mark.parametrize(
    ("measure", "bound", "good"),
    [
        (SCORE, {"min": 0.8, "good": "85%"}, 0.85),
        (SCORE, {"min": 0.8, "good": 1}, 1.0),
        (TIME, {"max": 20, "good": "0.015 s"}, 15.0),
        (SHIFT, {"min": -0.1, "max": 0.1, "good": 0}, 0.0),
    ],
)
def test_a_good_value_is_read_in_the_unit_of_its_measure(measure, bound, good):
    made = requirement(measure, Bound.model_validate(bound), Kind.DEMONSTRATE, print)
    assert made.good == good
    assert "good" not in made.as_json()  # it is no bound


@pytest.mark.parametrize(
    ("measure", "kind", "bound", "code", "said"),
    [
        (SCORE, "demonstrate", {"min": 0.8, "good": 0.8}, "DC017", "not above min 0.8"),
        (SCORE, "demonstrate", {"min": 0.8, "good": 0.7}, "DC017", "not above min 0.8"),
        (TIME, "demonstrate", {"max": 20, "good": 25}, "DC017", "not below max 20"),
        (SHIFT, "demonstrate", {"min": -0.1, "max": 0.1, "good": 0.2}, "DC017", "not below max"),
        (SCORE, "demonstrate", {"min": 0.8, "good": 1.2}, "DC017", "lies between 0 and 1"),
        (SCORE, "demonstrate", {"min": 0.8, "good": "very"}, "DC018", "not a number"),
        (SCORE, "demonstrate", {"min": 0.8, "good": "9 ms"}, "DC018", "unit 'ms'"),
        (SCORE, "demonstrate", {"min": 0.8, "good": "1e999"}, "DC018", "not a number"),
        (COUNT, "exact", {"max": 0, "good": 0}, "DC023", "passes at any number of rows"),
        (SCORE, "exact", {"min": 0.8, "good": 0.9}, "DC023", "passes at any number of rows"),
        (TIME, "detect", {"max": 20, "detect": 30, "good": 10}, "DC023", "planned for its effect"),
    ],
)
def test_a_good_value_that_makes_no_sense_is_told_at_its_key(measure, kind, bound, code, said):
    problems = [p for p in told(measure, kind, **bound) if p[1] == "good"]
    assert [p[0] for p in problems] == [code]
    assert said in problems[0][2]


def problems_of(project, decide, require="{accuracy: {min: 0.8, good: 0.85}}"):
    control = project.control(
        "performance.floor", require=require, extra=f"decide: {decide}\n    rationale: r"
    )
    with pytest.raises(PolicyError) as raised:
        plan_of(project, control)
    return [(p.code, p.place.line, f"{p.message} {p.hint}") for p in raised.value.problems]


@pytest.mark.parametrize(
    ("decide", "code", "said"),
    [
        ("{assume: {rate: 0.5}}", "DC023", "nothing that this control requires"),
        ("{assume: {sd: 2}}", "DC023", "nothing that this control requires"),
        ("{assume: {rat: 0.5}}", "DC007", "did you mean 'rate'?"),
        ("{assume: {positives: 1.5}}", "DC010", "below 1"),
        ("{assume: {positives: 0}}", "DC010", "above 0"),
        ("{assume: {design_effect: 0.5}}", "DC010", "at least 1"),
        ("{assume: {positives: half}}", "DC009", "positives"),
        ("{assume: {positives: .nan}}", "DC0", "not a finite number"),
        ("{assume: {sd: .inf}}", "DC0", "not a finite number"),
        ("{assume: 3}", "DC009", "assume"),
        ("{power: 1}", "DC010", "below 1"),
        ("{power: 0.2}", "DC010", "at least 0.5"),
        ("{power: yes}", "DC0", "write true"),
    ],
)
def test_assumptions_that_make_no_sense_are_told_at_their_place(project, decide, code, said):
    problems = problems_of(project, decide)
    assert len(problems) == 1, problems
    assert problems[0][0].startswith(code)
    assert problems[0][1] == 8  # the line of `decide`
    assert said in problems[0][2]


def test_an_input_may_fill_in_a_good_value_and_an_assumption(project):
    head = "inputs: {goal: {type: number, default: 0.9}, share: {type: number, default: 0.25}}\n"
    control = project.control(
        "performance.floor",
        require='{recall: {min: 0.8, good: "${inputs.goal}"}}',
        extra='decide: {assume: {positives: "${inputs.share}"}}',
    )
    plan = plan_of(project, control, head=head)
    (step,) = plan.steps
    assert step.requirements["recall"].good == 0.9
    assert step.control.decide.assume.positives == 0.25


def test_the_recorded_plan_holds_what_power_is_planned_for(project):
    control = project.control(
        "performance.floor",
        require="{recall: {min: 0.8, good: 0.9}}",
        extra="decide: {power: 0.95, assume: {positives: 0.25}}",
    )
    (recorded,) = plan_of(project, control).record()["controls"]
    assert recorded["requirement"] == {"recall": {"min": 0.8}}
    assert recorded["power"] == {
        "wanted": 0.95, "good": {"recall": 0.9}, "assume": {"positives": 0.25}
    }  # fmt: skip


def test_the_schema_for_editors_knows_them():
    schema = policy_schema(plugins.registry())
    check = Draft202012Validator(schema)
    control = {
        "id": "A", "title": "t", "check": "performance.floor", "severity": "high",
        "enforcement": "overridable",
        "require": {"accuracy": {"min": 0.8, "good": "85%"}},
        "decide": {"power": 0.95, "assume": {"positives": 0.2}},
    }  # fmt: skip
    policy = {"policy": "p", "version": "1", "controls": [control]}
    assert check.is_valid(policy)
    for wrong in (
        {"require": {"accuracy": {"min": 0.8, "good": 1.5}}},
        {"decide": {"power": 2}},
        {"decide": {"assume": {"positives": 2}}},
        {"decide": {"assume": {"rat": 0.2}}},
    ):
        assert not check.is_valid({**policy, "controls": [{**control, **wrong}]})


def test_every_sampling_model_says_what_it_takes():
    fields = set(Assume.model_fields)
    assert all(set(taken) <= fields for taken in TAKEN.values())
    chosen = Chosen("metric", {"a": Sampling("paired"), "b": Sampling("auc_difference")})
    assert takes(chosen) == {"discordant", "sd", "positives", "design_effect"}
    assert takes(Sampling("range", of=("positives", "predicted"))) == {
        "rate", "positives", "predicted", "design_effect"
    }  # fmt: skip
    assert takes(None) == frozenset()


@pytest.mark.parametrize("given", [{"model": "proportions"}, {"model": "range", "of": "everyone"}])
def test_a_sampling_model_that_there_is_not_is_refused_where_it_is_declared(given):
    with pytest.raises(DefinitionError, match="unknown"):
        Sampling(**given)


def test_every_sampling_model_stands_on_the_page():
    page = (Path(__file__).parents[2] / "docs" / "power.md").read_text(encoding="utf-8")
    section = page.partition("## A check of your own")[2].partition("\n## ")[0]
    assert all(f'`"{model}"`' in section for model in get_args(Model))
    assert all(f"`{word}`" in section for word in get_args(Counted))
    assert set(TAKEN) == set(get_args(Model))
