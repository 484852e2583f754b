"""Shares that are worth fewer independent rows than they have: bounds, alarms, reports."""

import json
import math

import numpy as np
import pytest

from deploycheck.authoring.estimates import (
    Difference,
    Group,
    Proportion,
    Range,
    Ratio,
    RatioRange,
)
from deploycheck.engine.found import Unjudgeable
from deploycheck.engine.interval import exact, sampled
from deploycheck.engine.judge import judge
from deploycheck.model.verdict import Outcome
from deploycheck.stats.proportion import clopper_pearson

ALPHA = 0.05


def groups(*shares, effective=None):
    return tuple(
        Group({"g": str(i)}, hits, of, effective=of * effective if effective else None)
        for i, (hits, of) in enumerate(shares)
    )


MADE = {
    "proportion": lambda worth: Proportion("x", 30, 100, effective=100 * worth if worth else None),
    "f1": lambda worth: Proportion("x", 30, 100, "f1", 100 * worth if worth else None),
    "difference": lambda worth: Difference(
        "x", 30, 100, 60, 150, "identity", *((100 * worth, 150 * worth) if worth else ())
    ),
    "balanced": lambda worth: Difference(
        "x", 30, 100, 60, 150, "balanced", *((100 * worth, 150 * worth) if worth else ())
    ),
    "ratio": lambda worth: Ratio(
        "x", 30, 100, 60, 150, *((100 * worth, 150 * worth) if worth else ())
    ),
    "range": lambda worth: Range("x", groups((30, 100), (60, 150), (50, 110), effective=worth)),
    "ratio range": lambda worth: RatioRange(
        "x", groups((30, 100), (60, 150), (50, 110), effective=worth)
    ),
}


@pytest.mark.parametrize("kind", MADE)
def test_shares_that_are_worth_all_their_rows_are_plain(kind):
    plain, worth = sampled(MADE[kind](None), ALPHA, 0.02), sampled(MADE[kind](1.0), ALPHA, 0.02)
    assert (worth.value, worth.n, worth.pair and [g.slice for g in worth.pair]) == (
        plain.value, plain.n, plain.pair and [g.slice for g in plain.pair],
    )  # fmt: skip
    assert (worth.low, worth.high) == pytest.approx((plain.low, plain.high), abs=1e-9)
    assert plain.effective is None
    assert worth.effective == plain.n
    assert "of effective rows" in worth.method


@pytest.mark.parametrize("kind", MADE)
def test_shares_that_are_worth_less_have_wider_bounds(kind):
    plain, half = sampled(MADE[kind](None), ALPHA), sampled(MADE[kind](0.5), ALPHA)
    assert half.value == pytest.approx(plain.value)
    assert half.low < plain.low or half.low == plain.low == 0
    assert half.high > plain.high or half.high == plain.high == 1
    assert (half.n, half.effective) == (plain.n, plain.n / 2)


def test_the_bounds_are_those_of_so_many_rows():
    found = sampled(Proportion("x", 12.5, 50, effective=20), ALPHA)
    low, high = clopper_pearson(5, 20, ALPHA)
    assert (found.value, found.low, found.high) == pytest.approx((0.25, float(low), float(high)))
    assert (found.n, found.effective) == (50, 20)
    one = exact(Proportion("x", 12.5, 50, effective=20))
    assert (one.value, one.low, one.high, one.n) == (0.25, 0.25, 0.25, 50)


def test_one_group_may_be_worth_less_than_its_rows_and_another_not():
    mixed = (Group({"g": "a"}, 30, 100, effective=40.5), Group({"g": "b"}, 60, 150))
    found = sampled(Range("x", mixed), ALPHA)
    assert (found.n, found.effective) == (250, 190.5)
    plain = sampled(Range("x", groups((30, 100), (60, 150))), ALPHA)
    assert found.low <= plain.low
    assert found.high > plain.high


@pytest.mark.parametrize(
    ("hits", "of", "effective"),
    [
        (5, 10, 0), (5, 10, -1), (5, 10, 11), (5, 10, math.nan), (5, 10, math.inf), (5, 10, "9"),
        (5, 10, True), (11, 10, 5), (-1, 10, 5), (math.nan, 10, 5), (5, 9.5, 5), (5.5, 10, None),
    ],
)  # fmt: skip
def test_junk_is_told(hits, of, effective):
    for estimate in (
        Proportion("x", hits, of, effective=effective),
        Difference("x", hits, of, 1, 10, "identity", effective, None),
        Range("x", (Group({"g": "a"}, hits, of, "", effective), Group({"g": "b"}, 1, 10))),
    ):
        with pytest.raises(Unjudgeable):
            sampled(estimate, ALPHA)


def test_the_measurement_says_what_its_rows_are_worth(step):
    worth = Proportion("rate", 3.3, 100, effective=31.25, slice={"g": "a"})
    judged = judge(step({"rate": {"max": 0.2}}), [worth])
    (one,) = judged.measurements
    assert (one.n, one.n_effective, one.value) == (100, 31.25, 0.033)
    assert judged.outcome is Outcome.PASS
    (plain,) = judge(step({"rate": {"max": 0.2}}), [Proportion("rate", 3, 100)]).measurements
    assert plain.n_effective is None


def test_alarms_know_it(step):
    """A rate of 12 % in 1,000 rows is an alarm; in rows worth 60 it is none, and proves nothing."""
    require = {"rate": {"max": 0.08, "detect": 0.12}}

    def outcome(*estimates):
        return judge(step(require, kind="detect"), list(estimates)).outcome

    assert outcome(Proportion("rate", 120, 1000)) is Outcome.FAIL
    assert outcome(Proportion("rate", 120, 1000, effective=1000.0)) is Outcome.FAIL
    assert outcome(Proportion("rate", 120, 1000, effective=60)) is Outcome.INCONCLUSIVE
    assert outcome(Proportion("rate", 60, 1000, effective=900)) is Outcome.PASS
    assert outcome(Proportion("rate", 1, 10, effective=0.5)) is Outcome.INCONCLUSIVE
    gap = {"gap": {"max": 0.05, "detect": 0.2}}
    for worth, expected in ((None, Outcome.FAIL), (0.02, Outcome.INCONCLUSIVE)):
        more = () if worth is None else ("identity", 1000 * worth, 1000 * worth)
        estimate = Difference("gap", 300, 1000, 100, 1000, *more)
        assert judge(step(gap, kind="detect"), [estimate]).outcome is expected


RELEASE = """\
release: surveyed
version: "1"
task: binary_classification
data: {{test: {{path: data.csv}}}}
columns: {{target: label, prediction: call, positive: 1, favourable: 1, {} }}
"""
ROLES = {
    "rows": "stored: false",
    "sampling": "weight: {column: w, kind: sampling}",
    "entities": "id: person",
}


@pytest.mark.parametrize("kind", ROLES)
def test_a_release_is_judged_by_what_its_rows_are_worth(project, kind):
    """The same rows pass as independent ones, and prove too little as weighted or repeated ones."""
    random = np.random.default_rng(1)
    lines = ["id,g,label,call,w,person"]
    for at in range(600):
        right = at // 5 % 10 != 0  # one person in ten is judged wrongly, five times
        label = int(random.random() < 0.5)
        call = label if right else 1 - label
        weight = float(np.exp(0.9 * random.normal()))
        lines.append(f"{at},{'ab'[at // 5 % 2]},{label},{call},{weight:.4f},{at // 5}")
    project.write("data.csv", "\n".join(lines) + "\n")
    project.write("release.yaml", RELEASE.format(ROLES[kind]))
    project.policy(
        project.control("performance.floor", require="{accuracy: {min: 0.868}}", extra="with: {}"),
        project.control("fairness.demographic_parity", id="C-2",
                        require="{demographic_parity_difference: {max: 0.9}}",
                        extra="with: {by: [g]}"),
    )  # fmt: skip
    done = project.gate("--release", "release.yaml")
    outcomes = project.outcomes()
    assert outcomes == {"C-1": "PASS" if kind == "rows" else "INCONCLUSIVE", "C-2": "PASS"}, (
        done.stdout + done.stderr
    )
    reports = project.root / "deploycheck-reports"
    decision = json.loads((reports / "decision.json").read_text(encoding="utf-8"))
    found = {m["name"]: m for v in decision["verdicts"] for m in v["measurements"]}
    accuracy = found["accuracy"]
    assert accuracy["n"] == 600
    page = (reports / "report.html").read_text(encoding="utf-8")
    if kind == "rows":
        assert accuracy["n_effective"] is None
        assert ", worth " not in page + done.stdout
    else:
        most = 125 if kind == "entities" else 300
        assert 60 < accuracy["n_effective"] < most
        assert "600, worth " in page
        told = project.run("deploycheck", "explain", "C-1").stdout
        assert "from 600 rows, worth " in told
        assert " independent ones." in " ".join(told.split())
        assert "of effective rows" in accuracy["interval"]["method"]
