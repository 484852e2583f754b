"""Power before the run: rows that are needed, what they can show, what cannot pass."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from deploycheck import plugins
from deploycheck.authoring.estimates import (
    Auc,
    Difference,
    Group,
    Mean,
    Paired,
    Proportion,
    Range,
    RatioRange,
)
from deploycheck.engine.interval import sampled
from deploycheck.engine.materials import gather
from deploycheck.engine.plan import make_plan
from deploycheck.engine.planning.joint import joint, sentences
from deploycheck.model.planned import Planned, PlannedMeasure

CLOCK = datetime(2026, 6, 1, tzinfo=UTC)


def rows_of(*groups, text=True):
    """Data with so many rows in each group, of which half are positive and predicted right."""
    lines = ["id,g,h,label,call,score"]
    number = 0
    for place, size in enumerate(groups):
        name = f"g{place}" if text else str(place)
        for at in range(size):
            lines.append(f"{number},{name},{'u' if at % 3 else 'v'},{at % 2},{at % 2},0.{at % 10}")
            number += 1
    return "\n".join(lines) + "\n"


def plan_of(project, *controls, head=""):
    project.policy(*controls, head=head)
    materials = gather(
        project.root / "release.yaml",
        [project.root / "policy.yaml"],
        root=project.root,
        inputs={},
        as_of=CLOCK,
        front_end="test",
        run="r1",
    )
    return make_plan(materials, plugins.registry())


def planned(project, check, require, *, with_="{}", decide="{}"):
    extra = f"with: {with_}\n    decide: {decide}"
    plan = plan_of(project, project.control(check, require=require, extra=extra))
    return plan.planning.of(plan.steps[0])


@pytest.mark.parametrize(("groups", "rows"), [(2, 429), (4, 653), (10, 917)])
def test_rows_of_a_range_are_those_of_the_studentised_range(project, groups, rows):
    """Figures of the normal approximation: p = 0.5, range at most 0.10, 95 %, power 80 %."""
    project.write("data.csv", rows_of(*[40] * groups))
    found = planned(
        project,
        "fairness.demographic_parity",
        "{demographic_parity_difference: {max: 0.1, good: 0}}",
        with_="{by: [g]}",
        decide="{power: 0.8, assume: {rate: 0.5}}",
    )
    (m,) = found.measures
    assert m.groups == groups
    assert m.per_group == pytest.approx(rows, rel=0.04)
    assert m.rows == m.per_group * groups
    assert m.power < 0.2
    assert m.nothing_passes


def test_an_undeclared_rate_is_planned_at_its_worst_and_said(project):
    require = "{demographic_parity_difference: {max: 0.1, good: 0}}"
    by = "{by: [g]}"
    check = "fairness.demographic_parity"
    worst = planned(project, check, require, with_=by)
    known = planned(
        project, check, require, with_=by, decide="{assume: {rate: 0.1, design_effect: 1}}"
    )
    assert "rate 0.5, the worst, as none is declared" in worst.measures[0].assumed
    assert "rate 0.1" in known.measures[0].assumed
    assert known.measures[0].rows < worst.measures[0].rows


def test_rows_of_a_proportion_are_those_of_its_exact_test(project):
    from deploycheck.stats.power import power_proportion

    found = planned(project, "performance.floor", "{accuracy: {min: 0.8, good: 0.85}}")
    (m,) = found.measures
    assert power_proportion(m.rows, 0.8, 0.85, 0.05) >= 0.9
    assert power_proportion(m.rows - 1, 0.8, 0.85, 0.05) < 0.9
    assert m.power == pytest.approx(power_proportion(400, 0.8, 0.85, 0.05), abs=1e-4)
    assert found.power == m.power
    assert power_proportion(400, 0.8, m.passable, 0.05) >= 0.899
    assert power_proportion(400, 0.8, m.passable - 0.004, 0.05) < 0.9


def test_a_share_of_rows_that_counts_needs_so_many_more(project):
    ask = "{recall: {min: 0.7, good: 0.8}}"
    quarter = planned(project, "performance.floor", ask, decide="{assume: {positives: 0.25}}")
    half = planned(project, "performance.floor", ask, decide="{assume: {positives: 0.5}}")
    assert quarter.measures[0].rows == pytest.approx(2 * half.measures[0].rows, abs=2)
    doubled = planned(
        project, "performance.floor", ask, decide="{assume: {positives: 0.5, design_effect: 2}}"
    )
    assert doubled.measures[0].rows == quarter.measures[0].rows


@pytest.mark.parametrize(
    ("check", "require", "with_", "said"),
    [
        ("performance.floor", "{recall: {min: 0.7, good: 0.8}}", "{}", "assume: {positives"),
        ("performance.floor", "{precision: {min: 0.7, good: 0.8}}", "{}", "assume: {predicted"),
        ("performance.floor", "{roc_auc: {min: 0.7, good: 0.8}}", "{}", "assume: {positives"),
        ("fairness.impact_ratio", "{impact_ratio: {min: 0.8, good: 1}}", "{by: [g]}", "{rate: …}"),
        ("data_quality.key_unique", "{duplicate_keys: {max: 0}}", "{key: [id]}", "needs no rows"),
        ("performance.floor", "{accuracy: {min: 0.8}}", "{}", "no `good` is declared"),
    ],
)
def test_what_cannot_be_planned_is_said(project, check, require, with_, said):
    found = planned(project, check, require, with_=with_)
    assert said in found.measures[0].unplanned
    assert found.power is None
    assert found.measures[0].rows is None


def test_without_a_good_value_it_says_what_would_pass(project):
    found = planned(project, "performance.floor", "{accuracy: {min: 0.8}}")
    assert 0.85 < found.measures[0].passable < 0.87


def test_data_that_cannot_be_read_are_said_and_rows_planned_all_the_same(project):
    plan = plan_of(
        project,
        project.control(
            "fairness.demographic_parity",
            require="{demographic_parity_difference: {max: 0.1, good: 0}}",
            extra="with: {by: [g]}",
        ),
    )
    plan.store.table = lambda _: None  # as where no collector takes the file
    (m,) = plan.planning.of(plan.steps[0]).measures
    assert "rows not counted" in m.unplanned
    assert (m.n, m.power, m.groups) == (None, None, 2)
    assert m.rows == 2 * m.per_group > 0


def test_rows_without_which_nothing_passes(project):
    project.write("data.csv", rows_of(10, 10))
    floor = planned(project, "performance.floor", "{accuracy: {min: 0.95, good: 0.99}}")
    assert "even the best 20" in floor.measures[0].impossible
    assert floor.power == 0
    assert floor.impossible
    groups = planned(
        project,
        "fairness.demographic_parity",
        "{demographic_parity_difference: {max: 0.5, good: 0}}",
        with_="{by: [g]}",
    )
    assert "fewer than min_n" in groups.measures[0].impossible
    bigger = planned(
        project,
        "fairness.demographic_parity",
        "{demographic_parity_difference: {max: 0.1, good: 0}}",
        with_="{by: [g], min_n: 5}",
    )
    assert "at most" in bigger.measures[0].impossible


def test_declared_exclusions_leave_groups_out(project):
    project.write("data.csv", rows_of(200, 200, 3, 40, text=False))
    ask = "{demographic_parity_difference: {max: 0.2, good: 0}}"
    check = "fairness.demographic_parity"
    every = planned(project, check, ask, with_="{by: [g]}")
    assert "2 has about 3" in every.measures[0].impossible
    declared = planned(project, check, ask, with_='{by: [g], min_share: 0.02, exclude: ["3"]}')
    assert declared.measures[0].impossible == ""
    assert (declared.measures[0].groups, declared.measures[0].smallest) == (2, 200)


def test_groups_and_their_intersections_all_count(project):
    project.write("data.csv", rows_of(300, 300))
    ask = "{demographic_parity_difference: {max: 0.2, good: 0}}"
    check = "fairness.demographic_parity"
    one = planned(project, check, ask, with_="{by: [g]}")
    both = planned(project, check, ask, with_="{by: [g, h], intersections: true}")
    assert both.measures[0].groups == 4
    assert both.measures[0].power < one.measures[0].power
    assert both.measures[0].smallest == 100


def test_each_group_of_a_floor_must_pass(project):
    project.write("data.csv", rows_of(300, 300))
    ask = "{accuracy: {min: 0.8, good: 0.85}}"
    whole = planned(project, "performance.floor", ask)
    parts = planned(project, "performance.slice_floor", ask, with_="{by: [g]}")
    assert parts.measures[0].rows == 2 * parts.measures[0].per_group
    assert parts.measures[0].per_group > whole.measures[0].rows  # both of them, at 90 %
    assert parts.measures[0].power < whole.measures[0].power


def test_no_outcome_is_read(project):
    """Power is the same whatever the labels and predictions are."""
    ask = "{accuracy: {min: 0.8, good: 0.85}}"
    first = planned(project, "performance.floor", ask)
    text = (project.root / "data.csv").read_text(encoding="utf-8")
    head, *lines = text.splitlines()
    turned = [",".join([*line.split(",")[:2], "1", "0"]) for line in lines]
    project.write("data.csv", "\n".join([head, *turned]) + "\n")
    assert planned(project, "performance.floor", ask) == first


# What a checker would yield from data in which the declared good value is the truth, as planned.
def _floor(rng, m):
    return Proportion("x", int(rng.binomial(m.rows, 0.85)), m.rows)


def _parity(rng, m):
    groups = [Group({}, int(rng.binomial(m.per_group, 0.5)), m.per_group) for _ in range(2)]
    return Range("x", tuple(groups))


def _impact(rng, m):
    groups = [Group({}, int(rng.binomial(m.per_group, 0.6)), m.per_group) for _ in range(2)]
    return RatioRange("x", tuple(groups))


def _balanced(rng, m):
    half = m.rows // 2
    hits, false = int(rng.binomial(half, 0.8)), int(rng.binomial(half, 0.2))
    return Difference("x", hits, half, false, half, scale="balanced")


def _champion(rng, m):
    first, second, both = (int(n) for n in rng.multinomial(m.rows, [0.1, 0.1, 0.8]))
    return Paired("x", both, first, second, 0)


def _area(rng, m):
    half = m.rows // 2
    shift = 1.190232  # two normals so far apart have an area of 0.80
    return Auc("x", rng.normal(shift, 1, half), rng.normal(0, 1, m.rows - half))


def _error(rng, m):
    values = rng.normal(1.0, 2.0, m.rows)
    return Mean("x", float(values.mean()), float(values.std(ddof=1)), m.rows)


@pytest.mark.parametrize(
    ("check", "require", "with_", "assume", "draw", "bound"),
    [
        ("performance.floor", "{accuracy: {min: 0.8, good: 0.85}}", "{}", "{}", _floor, 0.8),
        ("fairness.demographic_parity", "{demographic_parity_difference: {max: 0.15, good: 0}}",
         "{by: [g]}", "{rate: 0.5}", _parity, -0.15),
        ("fairness.impact_ratio", "{impact_ratio: {min: 0.8, good: 1}}",
         "{by: [g]}", "{rate: 0.6}", _impact, 0.8),
        ("performance.floor", "{balanced_accuracy: {min: 0.75, good: 0.8}}",
         "{}", "{positives: 0.5}", _balanced, 0.75),
        ("champion.non_inferior", "{difference: {min: -0.05, good: 0}}",
         "{}", "{discordant: 0.2}", _champion, -0.05),
        ("performance.floor", "{roc_auc: {min: 0.74, good: 0.8}}",
         "{}", "{positives: 0.5}", _area, 0.74),
        ("performance.floor", "{mean_absolute_error: {max: 1.4, good: 1}}",
         "{}", "{sd: 2.0}", _error, -1.4),
    ],
)  # fmt: skip
def test_planned_rows_have_the_planned_power(
    project, linear_onnx, check, require, with_, assume, draw, bound
):
    if check == "champion.non_inferior":
        linear_onnx(project.root / "champion.onnx", {"id": 0.0})
        release = (project.root / "release.yaml").read_text(encoding="utf-8")
        project.write("release.yaml", release + "champion: {model: {path: champion.onnx}}\n")
    (m,) = planned(
        project, check, require, with_=with_, decide=f"{{power: 0.9, assume: {assume}}}"
    ).measures
    assert m.rows, m.unplanned
    rng, runs = np.random.default_rng(7), 400
    found = [sampled(draw(rng, m), 0.05) for _ in range(runs)]
    passed = sum(
        f.low >= bound if bound > 0 or "min" in require else f.high <= -bound for f in found
    )
    noise = 3.5 * math.sqrt(0.9 * 0.1 / runs)
    assert 0.9 - noise <= passed / runs <= 0.9 + noise + 0.03, (m, passed / runs)


def made(power, low=None, **more):
    return Planned.of(wanted=0.9, power=power, power_low=power if low is None else low, **more)


def test_joint_power_is_a_product_and_its_honest_bounds():
    found = joint({f"C-{at}": made(0.8) for at in range(12)} | {"EXACT": made(None, certain=True)})
    assert found.controls == 12
    assert found.independent == pytest.approx(0.8**12, rel=1e-3)  # 7 %
    assert found.low == 0
    assert found.high == 0.8
    assert found.each == pytest.approx(0.9913, abs=1e-4)
    assert found.open == ()
    (said, needed) = sentences(found)
    assert "6.87 % of runs if they are independent" in said
    assert "each needs 99.1 %" in needed


def test_a_policy_that_cannot_release_is_told_so():
    hopeless = PlannedMeasure.of(name="accuracy", impossible="even the best 20 rows show nothing")
    found = joint({"A": made(0.99), "B": made(0.0, measures=(hopeless,)), "C": made(None)})
    assert found.impossible == (("B", "even the best 20 rows show nothing"),)
    assert found.open == ("C",)
    assert sentences(found)[0].startswith("cannot release with these rows: B cannot pass")


def test_nothing_planned_says_nothing():
    assert sentences(joint({})) == []
    assert sentences(joint({"EXACT": made(None, certain=True)})) == []


def test_the_best_of_a_superior_model_is_not_that_it_agrees_with_the_other(project):
    require = "{difference: {min: 0.05, good: 0.1}}"
    project.write("train.csv", rows_of(50, 50))
    release = (project.root / "release.yaml").read_text(encoding="utf-8")
    data = "data: {train: {path: train.csv}, test: {path: data.csv}}"
    project.write("release.yaml", release.replace("data: {test: {path: data.csv}}", data))
    found = planned(project, "performance.beats_baseline", require)
    assert found.measures[0].impossible == ""
    assert found.measures[0].assumed == ("discordant 1, the worst, as none is declared",)


@pytest.mark.parametrize(("rows", "passes"), [(2000, True), (60, False)])
def test_an_alarm_about_a_rate_is_planned_for_its_effect(project, rows, passes):
    from deploycheck.stats.power import power_proportion

    project.write("data.csv", rows_of(rows // 2, rows // 2))
    project.write("train.csv", rows_of(50, 50))
    release = (project.root / "release.yaml").read_text(encoding="utf-8")
    data = "data: {train: {path: train.csv}, test: {path: data.csv}}"
    project.write("release.yaml", release.replace("data: {test: {path: data.csv}}", data))
    with_ = "{reference: train, current: test, columns: [g, h]}"
    require = "{unseen_rate: {max: 0.01, detect: 0.03}}"
    found = planned(project, "drift.new_category", require, with_=with_)
    (m,) = found.measures
    assert (m.detect, m.n, found.power) == (0.03, rows, None)
    assert m.found == pytest.approx(power_proportion(rows, 0.01, 0.03, 0.025), abs=1e-4)
    assert power_proportion(m.rows, 0.01, 0.03, 0.025) >= 0.8
    assert bool(m.impossible) is not passes
    if not passes:
        assert "no alarm passes below 80 %" in m.impossible


def test_an_alarm_without_a_sampling_model_is_told_by_the_data(project):
    project.write("data.csv", rows_of(50, 50))
    project.write("train.csv", rows_of(50, 50))
    release = (project.root / "release.yaml").read_text(encoding="utf-8")
    data = "data: {train: {path: train.csv}, test: {path: data.csv}}"
    project.write("release.yaml", release.replace("data: {test: {path: data.csv}}", data))
    found = planned(
        project,
        "drift.numeric",
        "{wasserstein: {max: 0.1, detect: 0.3}}",
        with_="{reference: train, current: test, columns: [score]}",
    )
    assert "the data tell" in found.measures[0].unplanned


def test_a_frequency_weight_counts_as_so_many_rows(project):
    project.write(
        "data.csv", "id,g,label,call,w\n1,a,0,0,150\n2,a,1,1,50\n3,b,0,0,120\n4,b,1,1,80\n"
    )
    release = (project.root / "release.yaml").read_text(encoding="utf-8")
    weight = "favourable: 1, weight: {column: w, kind: frequency}"
    project.write("release.yaml", release.replace("favourable: 1", weight))
    ask = "{demographic_parity_difference: {max: 0.2, good: 0}}"
    (m,) = planned(project, "fairness.demographic_parity", ask, with_="{by: [g]}").measures
    assert (m.n, m.smallest, m.impossible) == (400, 200, "")


def test_sampling_weights_without_a_design_effect_are_said(project):
    lines = ["id,g,label,call,w", *(f"{i},a,{i % 2},{i % 2},1.5" for i in range(400))]
    project.write("data.csv", "\n".join(lines) + "\n")
    release = (project.root / "release.yaml").read_text(encoding="utf-8")
    weight = "favourable: 1, weight: {column: w, kind: sampling}"
    project.write("release.yaml", release.replace("favourable: 1", weight))
    ask = "{accuracy: {min: 0.8, good: 0.85}}"
    (bare,) = planned(project, "performance.floor", ask).measures
    assert "design_effect 1, although rows have sampling weights" in bare.assumed
    (known,) = planned(
        project, "performance.floor", ask, decide="{assume: {design_effect: 2}}"
    ).measures
    assert known.rows == pytest.approx(2 * bare.rows, abs=1)
    assert known.power < bare.power


def test_columns_with_very_many_values_are_counted_one_by_one(project):
    lines = ["id,g,h,label,call"]
    lines += [f"{i},g{i % 150},h{i // 150},{i % 2},{i % 2}" for i in range(150 * 150)]
    project.write("data.csv", "\n".join(lines) + "\n")
    ask = "{demographic_parity_difference: {max: 0.9, good: 0}}"
    control = project.control(
        "fairness.demographic_parity", require=ask, extra="with: {by: [g, h]}"
    )
    plan = plan_of(project, control)
    sizes = plan.planning.sizes
    assert sizes.rows("test") == 150 * 150
    assert set(sizes.groups("test", ("g",)).values()) == {150}
    assert len(sizes.groups("test", ("h",))) == 150


def test_alike_controls_are_planned_at_the_price_of_one(project):
    from time import process_time

    ask = "{demographic_parity_difference: {max: 0.2, good: 0}}"
    controls = [
        project.control(
            "fairness.demographic_parity", id=f"C-{i}", require=ask, extra="with: {by: [g]}"
        )
        for i in range(300)
    ]
    plan = plan_of(project, *controls)
    first = plan.planning.of(plan.steps[0])
    begun = process_time()
    assert all(plan.planning.of(step) == first for step in plan.steps)
    assert process_time() - begun < 3
