"""Smooth functions, resampled statistics and spreads: judged, alarmed, refused where junk."""

import math
import time
from contextlib import nullcontext
from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import (
    Auc,
    BoundedMean,
    Count,
    Mean,
    Member,
    Proportion,
    Quantile,
    Resampled,
    Smooth,
    Spread,
    Statistic,
    Undefined,
)
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import NoParams
from deploycheck.engine.found import Missing, Unjudgeable
from deploycheck.engine.interval import exact, pairs, sampled, sampler
from deploycheck.engine.judge import judge
from deploycheck.engine.models import model
from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.engine.scan.failures import TimeLimit
from deploycheck.engine.scan.fill import unsound
from deploycheck.evidence.table import Table
from deploycheck.model.verdict import Outcome
from deploycheck.testing import judge_control

PASS, FAIL, UNSURE, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR


def root(means):
    return np.sqrt(means[..., 0])


def rmse(scale=1.0, rows=400, seed=1, name="level", **more):
    errors = np.random.default_rng(seed).normal(size=rows) * scale
    return Smooth(name, (errors**2)[:, None], root, **more)


def median(rows=400, shift=0.0, seed=1, name="level", **more):
    values = np.random.default_rng(seed).normal(size=rows) + shift
    return Resampled(name, lambda at: float(np.median(values[at])), rows, 5, **more)


def spread_of(*estimates, how="difference", name="level", family=""):
    members = [
        Member({"group": "abcdefgh"[i]}, estimate, family) for i, estimate in enumerate(estimates)
    ]
    return Spread(name, tuple(members), how)


@pytest.mark.parametrize(
    ("estimate", "bound", "outcome"),
    [
        (rmse(), {"max": 1.1}, PASS),
        (rmse(), {"max": 0.97}, UNSURE),
        (rmse(), {"max": 0.8}, FAIL),
        (rmse(), {"min": 0.8, "max": 1.2}, PASS),
        (rmse(rows=9), {"max": 100}, UNSURE),
        (rmse(weights=np.ones(400)), {"max": 1.1}, PASS),
        (rmse(counts=np.full(400, 2)), {"max": 1.08}, PASS),
        (rmse(clusters=np.arange(400) // 2), {"max": 1.12}, PASS),
        (rmse(clusters=np.zeros(400, dtype=int)), {"max": 100}, UNSURE),
        (median(), {"max": 0.3}, PASS),
        (median(), {"max": 0.0}, UNSURE),
        (median(shift=2.0), {"max": 1.0}, FAIL),
        (spread_of(rmse(1.0), rmse(1.0, seed=2)), {"max": 0.2}, PASS),
        (spread_of(rmse(1.0), rmse(1.0, seed=2)), {"max": 0.02}, UNSURE),
        (spread_of(rmse(1.0), rmse(2.0, seed=2)), {"max": 0.2}, FAIL),
    ],
)
def test_demonstrated(step, estimate, bound, outcome):
    judged = judge(step({"level": bound}), [estimate])
    assert judged.outcome is outcome, judged.reason
    (m,) = judged.measurements
    if m.undefined is None:
        assert m.interval.method
        assert m.interval.low <= m.value <= m.interval.high
        assert "95 %" in judged.reason


def test_a_smallest_ratio_of_any_measure(step):
    alike = spread_of(rmse(1.0), rmse(1.0, seed=2), how="ratio", name="ratio")
    apart = spread_of(rmse(1.0), rmse(2.0, seed=2), how="ratio", name="ratio")
    assert judge(step({"ratio": {"min": 0.8}}), [alike]).outcome is PASS
    assert judge(step({"ratio": {"min": 0.8}}), [apart]).outcome is FAIL


@pytest.mark.parametrize(
    ("estimate", "reason"),
    [
        (rmse(rows=0), "no rows to count"),
        (rmse(rows=5), "are too few for a bound; it takes 10"),
        (rmse(clusters=np.arange(400) % 5), "5 independent rows or entities are too few"),
        (rmse(weights=np.zeros(400)), "all weights are zero"),
        (rmse(counts=np.zeros(400, dtype=int)), "no rows to count"),
        (Smooth("level", np.ones((50, 1)), root), "no row moves it"),
        (Smooth("level", np.zeros((50, 1)), lambda m: 1 / m[..., 0]), "not defined at these rows"),
        (Smooth("level", np.eye(300)[:, :1], lambda m: m[..., 0]), "its spread hangs on as few as"),
        (Resampled("level", lambda at: 1.0, 50, 1), "no row moves it"),
        (Resampled("level", lambda at: math.nan, 50, 1), "not defined at these rows"),
        (Resampled("level", lambda at: float(at.size), 0, 1), "no rows to count"),
        (Resampled("level", lambda at: float(0 in at), 50, 1), "its spread hangs on as few as"),
        (spread_of(rmse()), "fewer than two groups"),
        (spread_of(rmse(), rmse(rows=5)), "group: b: 5 independent rows"),
        (spread_of(rmse(), Undefined("x", 3, "of 3 rows")), "group: b: of 3 rows"),
        (spread_of(rmse(), Mean("x", 1.0, 0.0, 9)), "group: b: all values are equal"),
    ],
)
def test_too_little_is_undecided_and_said(step, estimate, reason):
    judged = judge(step({"level": {"max": 1e6}}), [estimate])
    assert judged.outcome is UNSURE, judged.reason
    assert reason in judged.reason


@pytest.mark.parametrize(
    ("estimate", "value", "n"),
    [
        (Smooth("level", np.arange(5.0)[:, None], lambda m: m[..., 0]), 2.0, 5),
        (Smooth("level", np.ones((50, 1)), root), 1.0, 50),
        (Smooth("level", np.eye(300)[:, :1], lambda m: 300 * m[..., 0]), 1.0, 300),
        (Smooth("level", np.zeros((50, 1)), lambda m: 1 / m[..., 0]), None, 50),
        (Resampled("level", lambda at: float(at.mean()), 5, 1), 2.0, 5),
        (Resampled("level", lambda at: 7, 50, 1), 7.0, 50),
    ],
)
def test_the_number_is_shown_where_it_has_no_bounds(step, estimate, value, n):
    (m,) = judge(step({"level": {"max": 1e6}}), [estimate]).measurements
    assert (m.value, m.n) == (value, n)
    assert m.undefined


def test_a_number_outside_its_range_is_junk_without_bounds_too(step):
    few = Smooth("rate", np.arange(5.0)[:, None], lambda m: m[..., 0])
    judged = judge(step({"rate": {"max": 0.5}}), [few])
    assert (judged.outcome, judged.code) == (ERROR, "DC305")


def test_a_function_that_changes_what_it_is_given_changes_nothing(step):
    def changes(means):
        means *= 2
        return means[..., 0] / 2

    values = np.random.default_rng(1).normal(size=(90, 1))
    plain = sampled(Smooth("level", values, lambda m: m[..., 0]), 0.05)
    assert sampled(Smooth("level", values, changes), 0.05) == plain


def test_a_ratio_needs_values_above_zero(step):
    made = spread_of(rmse(), Mean("x", -1.0, 1.0, 50), how="ratio", name="ratio")
    judged = judge(step({"ratio": {"min": 0.8}}), [made])
    assert judged.outcome is UNSURE
    assert "group: b: -1.0 is not above zero" in judged.reason


@pytest.mark.parametrize(
    ("estimate", "code", "said"),
    [
        (Smooth("level", np.full((50, 1), np.nan), root), "DC305", "terms must be finite"),
        (Smooth("level", np.ones((50, 0)), root), "DC305", "terms have no column"),
        (Smooth("level", np.ones(50), root), "DC305", "shape (rows, k)"),
        (Smooth("level", [["a"]] * 50, root), "DC305", "shape (rows, k)"),
        (rmse(counts=np.full(400, 0.5)), "DC305", "counts must be whole"),
        (rmse(counts=np.ones(3)), "DC305", "one number for each of the 400 rows"),
        (rmse(weights=-np.ones(400)), "DC305", "not negative"),
        (rmse(weights=np.full(400, np.nan)), "DC305", "weights must be finite"),
        (rmse(clusters=np.full(400, 0.5)), "DC305", "clusters must be whole"),
        (rmse(clusters=np.array(["a"] * 400)), "DC305", "clusters must be whole"),
        (replace(rmse(), of=lambda m: m), "DC305", "not numbers of shape"),
        (replace(rmse(), of=lambda m: 1.0), "DC305", "not numbers of shape"),
        (replace(rmse(), of=lambda m: m[..., 7]), "DC301", "raised IndexError"),
        (replace(rmse(), of="root"), "DC304", "a str in place of a function"),
        (Resampled("level", lambda at: None, 50, 1), "DC305", "a NoneType, not a number"),
        (Resampled("level", lambda at: at, 50, 1), "DC305", "a ndarray, not a number"),
        (Resampled("level", lambda at: True, 50, 1), "DC305", "a bool, not a number"),
        (Resampled("level", lambda at: 1 / 0, 50, 1), "DC301", "raised ZeroDivisionError"),
        (Resampled("level", lambda at: 1.0, 50, -1), "DC305", "seed must be a whole"),
        (Resampled("level", lambda at: 1.0, True, 1), "DC305", "rows must be a whole"),
        (Resampled("level", lambda at: 1.0, 50, 1, np.ones(3, int)), "DC305", "clusters must be"),
        (spread_of(rmse(), Count("x", 3)), "DC309", "group: b: a Count"),
        (spread_of(rmse(), Statistic("x", 3)), "DC309", "group: b: a Statistic"),
        (spread_of(rmse(), spread_of(rmse())), "DC309", "group: b: a Spread"),
        (spread_of(rmse(), Proportion("x", 3, 2)), "DC305", "group: b: x: 3 of 2"),
        (spread_of(rmse(), rmse(), how="sum"), "DC304", "how is neither"),
    ],
)
def test_junk_is_an_error(step, estimate, code, said):
    judged = judge(step({"level": {"max": 1e6}}), [estimate])
    assert (judged.outcome, judged.code) == (ERROR, code), judged.reason
    assert said in judged.reason


def test_whatever_a_function_raises_is_the_checks_error(step):
    def leaves(_):
        raise SystemExit(0)

    judged = judge(step({"level": {"max": 1}}), [Resampled("level", leaves, 50, 1)])
    assert (judged.outcome, judged.code) == (ERROR, "DC301")


@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeLimit])
def test_what_stops_the_run_is_let_through(step, error):
    def stops(_):
        raise error

    with pytest.raises(error):
        judge(step({"level": {"max": 1}}), [replace(rmse(), of=stops)])


@pytest.mark.parametrize(
    ("estimate", "bound", "outcome"),
    [
        (rmse(rows=2000), {"max": 1.1, "detect": 1.3}, PASS),
        (rmse(2.0), {"max": 1.1, "detect": 1.3}, FAIL),
        (rmse(rows=60), {"max": 1.1, "detect": 1.2}, UNSURE),
        (rmse(rows=5), {"max": 1.1, "detect": 1.2}, UNSURE),
        (rmse(), {"min": 0.8, "detect": 0.5}, PASS),
        (median(rows=2000), {"max": 0.1, "detect": 0.4}, PASS),
        (median(shift=1.0), {"max": 0.1, "detect": 0.4}, FAIL),
        (median(rows=60), {"max": 0.1, "detect": 0.2}, UNSURE),
    ],
)
def test_alarms(step, estimate, bound, outcome):
    judged = judge(step({"level": bound}, kind="detect"), [estimate])
    assert judged.outcome is outcome, judged.reason


def test_a_spread_is_no_alarm(step):
    made = step({"level": {"max": 0.1, "detect": 0.2}}, kind="detect")
    judged = judge(made, [spread_of(rmse(), rmse())])
    assert (judged.outcome, judged.code) == (ERROR, "DC309")


def test_the_pair_of_the_spread_is_shown_the_higher_first(step):
    made = spread_of(rmse(1.0), rmse(3.0, seed=2), rmse(2.0, seed=3))
    (m,) = judge(step({"level": {"max": 0.1}}), [made]).measurements
    assert m.pair == ({"group": "b"}, {"group": "a"})
    assert m.n == 1200
    made = replace(made, how="ratio", name="ratio")
    (m,) = judge(step({"ratio": {"min": 0.9}}), [made]).measurements
    assert m.pair == ({"group": "b"}, {"group": "a"})


def test_families_are_not_compared_with_one_another():
    first = spread_of(rmse(1.0), rmse(1.1, seed=2)).members
    second = spread_of(rmse(5.0, seed=3), rmse(5.1, seed=4), family="other").members
    both = Spread("level", first + second)
    assert pairs(both) == 4
    assert sampled(both, 0.05).value < 0.6
    assert pairs(spread_of(*[rmse()] * 4)) == 12


def test_pass_takes_the_uncorrected_and_fail_the_corrected_bounds():
    made = spread_of(*(rmse(1 + i / 10, seed=i) for i in range(4)))
    loose, corrected = sampled(made, 0.05), sampled(made, 0.05, 0.05 / 12)
    assert loose.high == corrected.high
    assert corrected.low < loose.low
    each = [sampled(member.estimate, 0.05) for member in made.members]
    worst = max(
        one.value - two.value + math.hypot(one.high - one.value, two.value - two.low)
        for one in each
        for two in each
        if one is not two
    )
    assert loose.high == pytest.approx(worst)


def test_any_estimate_with_bounds_may_be_a_member():
    rng = np.random.default_rng(3)
    for one, two in (
        (Proportion("x", 90, 100), Proportion("x", 70, 100)),
        (Proportion("x", 90, 100, scale="f1"), Proportion("x", 70, 100, scale="f1")),
        (Mean("x", 0.5, 0.2, 100), Mean("x", 0.4, 0.2, 100)),
        (BoundedMean("x", 0.5, 0.2, 100, 0, 1), BoundedMean("x", 0.4, 0.2, 100, 0, 1)),
        (Auc("x", rng.normal(2, 1, 50), rng.normal(size=50)),
         Auc("x", rng.normal(1, 1, 50), rng.normal(size=50))),
        (Quantile("x", tuple(range(100)), 0.5), Quantile("x", tuple(range(9, 100)), 0.5)),
        (rmse(), median(shift=1.0)),
    ):  # fmt: skip
        for how in ("difference", "ratio"):
            found = sampled(spread_of(one, two, how=how), 0.05)
            assert found.low < found.value < found.high


def test_a_bound_that_is_missing_only_where_it_is_shared_leaves_the_pass(step):
    """Enough rows for 95 %, too few for the level that all slices share: no FAIL, but a PASS."""
    values = np.r_[np.zeros(91), np.ones(9)]
    made = [Smooth("level", values[:, None], lambda m: m[..., 0], slice={"s": str(i)})
            for i in range(40)]  # fmt: skip
    assert model(made[0]).bounds(0.05).high < 0.2
    with pytest.raises(Missing):
        sampled(made[0], 0.05 / 40)
    judged = judge(step({"level": {"max": 0.2}}), made)
    assert judged.outcome is PASS
    assert judged.measurements[0].simultaneous.low is None
    assert judge(step({"level": {"max": 0.001}}), made).outcome is UNSURE


def test_a_member_without_corrected_bounds_leaves_the_other_side():
    values = np.r_[np.zeros(91), np.ones(9)]
    few = [Smooth("level", values[:, None], lambda m: m[..., 0]) for _ in range(4)]
    found = sampled(spread_of(*few), 0.05)
    assert found.low == 0.0
    assert 0 < found.high < 0.2
    assert sampled(spread_of(*few, how="ratio"), 0.05).high == 1.0


def test_exact_controls_take_the_value_alone():
    assert exact(rmse()).low == exact(rmse()).value
    assert exact(spread_of(rmse(), rmse(2.0))).low == exact(spread_of(rmse(), rmse(2.0))).high


def test_the_same_inputs_give_the_same_numbers():
    one, two = sampled(median(), 0.05), sampled(median(), 0.05)
    assert one == two
    at = sampler(median())
    at(0.02)
    assert at(0.05) == one  # whatever was asked before
    assert sampled(replace(median(), seed=6), 0.05) != one
    assert sampled(rmse(), 0.01) == sampled(rmse(), 0.01)


def test_the_rows_shown_are_those_behind_it():
    assert model(rmse(clusters=np.arange(400) // 2)).n == 400
    assert model(rmse(counts=np.full(400, 3))).n == 1200
    assert model(median(rows=50)).n == 50


@pytest.mark.parametrize(
    ("estimate", "fault"),
    [
        (replace(rmse(), of=3), "of is no function"),
        (Resampled("x", None, 3, 1), "statistic is no function"),
        (Spread("x", ()), "members are no tuple"),
        (Spread("x", [Member({}, rmse())]), "members are no tuple"),
        (Spread("x", (rmse(),)), "members are no tuple"),
        (Spread("x", (Member({"a": 1}, rmse()),)), "members are no tuple"),
        (Spread("x", (Member({}, None),)), "members are no tuple"),
        (Spread("x", (Member({}, rmse(), 3),)), "members are no tuple"),
        (spread_of(spread_of(rmse())), "members are no tuple"),
        (spread_of(rmse(), how="sum"), "how is neither"),
        (spread_of(Resampled("x", None, 3, 1)), "whose statistic is no function"),
    ],
)
def test_parts_that_are_unsound_are_found_when_it_is_yielded(estimate, fault):
    assert fault in unsound(estimate)


def test_sound_parts_are_not_complained_of():
    for estimate in (rmse(), median(), spread_of(rmse(), median())):
        assert unsound(estimate) == ""


def test_expressions_of_members_are_filled_in():
    frame = pl.DataFrame({"a": [0.0, 0.25, 0.5, 0.25], "b": [True, False, True, True]})
    data = Table("test", {"a": "float", "b": "boolean"}, "", frame.lazy())

    @checker("some.check", measures=[Measure("x", "number", "lower", "A number.")])
    def check(data: Table):
        """Yields numbers that one scan finds."""
        a, b = nw.col("a"), nw.col("b")
        yield Spread("x", (Member({"g": "1"}, Proportion("x", b, nw.len())),
                           Member({"g": "2"}, Mean("x", a.mean(), a.std(), a.count())),
                           Member({"g": "3"}, Proportion("x", b & (a > 9), a > 9))))  # fmt: skip

    found = measure([Job("x", check, NoParams(), {"data": data})], nullcontext)["x"]
    assert not isinstance(found, Failed), found
    one, two, three = (member.estimate for member in found[0].members)
    assert (one.hits, one.of) == (3, 4)
    assert (two.mean, two.n) == (0.25, 4)
    assert isinstance(three, Undefined)
    with pytest.raises(Missing, match="g: 3: no rows"):
        sampled(found[0], 0.05)


def test_bounds_of_many_rows_are_fast():
    terms = np.random.default_rng(1).normal(size=(300_000, 3)) ** 2
    began = time.process_time()
    sampled(Smooth("x", terms, lambda m: m[..., 0] / (m[..., 1] + m[..., 2])), 0.05)
    assert time.process_time() - began < 5


def test_a_spread_of_many_groups_is_fast():
    members = [Member({"g": str(i)}, Proportion("x", 50 + i % 7, 100)) for i in range(300)]
    began = time.process_time()
    with pytest.raises(Unjudgeable, match="at most 1000"):
        sampled(Spread("x", tuple(members * 4)), 0.05)
    assert sampled(Spread("x", tuple(members)), 0.05).value == pytest.approx(0.06)
    assert time.process_time() - began < 5


@checker(
    "own.level",
    measures=[
        Measure("level", "number", "lower", "A number."),
        Measure("gap", "number", "lower", "A gap."),
    ],
)
def own_level(data: Table):
    """A level is low.

    Why: A test says so.

    Fix: Mend the test.

    Definition: level = √ mean of squares; gap = largest minus smallest over the halves.

    Source: The test.

    Example:
        check: own.level
        require: {level: {max: 1.2}}
    """
    yield rmse()
    yield spread_of(rmse(), rmse(seed=2), name="gap")


@checker(
    "own.slow",
    measures=[Measure("level", "number", "lower", "A number.")],
)
def own_slow(data: Table):
    """A level is low.

    Why: A test says so.

    Fix: Mend the test.

    Definition: level = something slow.

    Source: The test.

    Example:
        check: own.slow
        require: {level: {max: 1.2}}
    """
    yield Resampled("level", lambda at: time.sleep(30) or 1.0, 50, 1)


RELEASE = """
release: test
version: "1"
data: {test: {path: data.csv}}
"""


def test_a_policy_is_judged_by_them(tmp_path):
    (tmp_path / "data.csv").write_text("a\n1\n")
    asked = "check: own.level\nrequire: {level: {max: 1.2}, gap: {max: 0.4}}\n"
    verdict = judge_control(asked, tmp_path, release=RELEASE, checkers=[own_level])
    assert verdict.outcome == "PASS", verdict.reason
    level, gap = verdict.measurements
    assert level.interval.method == "ABC, analytic BCa"
    assert gap.interval.method == "MOVER of ABC, analytic BCa; all pairs"
    assert gap.pair == ({"group": "b"}, {"group": "a"})


def test_a_function_that_does_not_return_is_stopped(tmp_path):
    (tmp_path / "data.csv").write_text("a\n1\n")
    asked = "check: own.slow\nrequire: {level: {max: 1.2}}\n"
    verdict = judge_control(asked, tmp_path, release=RELEASE, checkers=[own_slow], timeout=0.3)
    assert (verdict.outcome, verdict.code) == ("ERROR", "DC303"), verdict.reason
