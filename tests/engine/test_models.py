"""Estimates with a model of their own: judged, alarmed, and refused where they are junk."""

import math

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import (
    Auc,
    AucDifference,
    BoundedMean,
    ChiSquared,
    Distance,
    Mean,
    Paired,
    Resampled,
    Smooth,
)
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import NoParams
from deploycheck.engine.judge import judge
from deploycheck.engine.models import MODELLED, model
from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.engine.scan.fill import unsound
from deploycheck.evidence.table import Table
from deploycheck.model.verdict import Outcome
from deploycheck.stats import auc, auc_difference, distance

PASS, FAIL, UNSURE, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR


def scored(theta, m=300, n=700, seed=1):
    """Scores of two classes with the area of their quantiles near ``theta``."""
    rng = np.random.default_rng(seed)
    return rng.normal(theta, 1, m), rng.normal(size=n)


@pytest.mark.parametrize(
    ("estimate", "require", "outcome"),
    [
        (BoundedMean("level", 0.0, 0.0, 10_000, 0, 1), {"level": {"max": 0.001}}, PASS),
        (BoundedMean("level", 0.0, 0.0, 1_000, 0, 1), {"level": {"max": 0.001}}, UNSURE),
        (BoundedMean("level", 0.5, 0.1, 1_000, 0, 1), {"level": {"max": 0.45}}, FAIL),
        (Paired("shift", 900, 20, 20, 60), {"shift": {"min": -0.02}}, PASS),
        (Paired("shift", 2_000, 0, 0, 0), {"shift": {"min": -0.005}}, PASS),
        (Paired("shift", 900, 10, 60, 30), {"shift": {"min": -0.02}}, FAIL),
        (Paired("shift", 30, 2, 2, 6), {"shift": {"min": -0.02}}, UNSURE),
        (Auc("level", *scored(2.0)), {"level": {"min": 0.88}}, PASS),
        (Auc("level", *scored(0.5)), {"level": {"min": 0.8}}, FAIL),
        (Auc("level", (2.0, 3.0), (0.0, 1.0)), {"level": {"min": 0.8}}, UNSURE),
        (
            AucDifference("shift", *scored(1.0), *scored(1.0)),
            {"shift": {"min": -0.01}},
            PASS,
        ),
        (
            AucDifference("shift", *scored(0.5), *scored(2.0)),
            {"shift": {"min": -0.01}},
            FAIL,
        ),
        (Distance("level", 0.02, 0.02, 0.01, 2_000), {"level": {"max": 0.1}}, PASS),
        (Distance("level", 0.09, 0.02, 0.01, 2_000), {"level": {"max": 0.1}}, UNSURE),
        (Distance("level", 0.2, 0.02, 0.01, 2_000), {"level": {"max": 0.1}}, FAIL),
        (ChiSquared("level", 3.0, 3, 2_000, rows=2_000), {"level": {"max": 0.1}}, PASS),
        (ChiSquared("level", 200.0, 3, 2_000), {"level": {"max": 0.1}}, FAIL),
        (ChiSquared("level", 5.0, 9, 300, power=1), {"level": {"max": 0.1}}, PASS),
    ],
)
def test_demonstrated(step, estimate, require, outcome):
    judged = judge(step(require), [estimate])
    assert judged.outcome is outcome, judged.reason
    (m,) = judged.measurements
    assert m.interval.method
    assert m.interval.low is not None
    assert "95 %" in judged.reason


@pytest.mark.parametrize(
    ("estimate", "reason"),
    [
        (BoundedMean("level", 0.5, 0.0, 1, 0, 1), "a mean of 1 has no bounds"),
        (Paired("level", 0, 0, 0, 0), "no rows"),
        (Auc("level", (1.0,), (0.0, 1.0)), "1 positive row;"),
        (Auc("level", (1.0, 2.0), ()), "0 negative rows;"),
        (AucDifference("level", (), (1.0, 2.0), (), (1.0, 2.0)), "0 positive rows;"),
        (Distance("level", 0.1, 0.1, 0.1, 0), "no rows to compare"),
        (ChiSquared("level", 1.0, 1, 0), "no rows to compare"),
    ],
)
@pytest.mark.parametrize("kind", ["demonstrate", "detect", "exact"])
def test_what_has_too_little_is_undecided_and_says_why(step, estimate, reason, kind):
    bound = {"max": 0.1, "detect": 0.2} if kind == "detect" else {"max": 0.1}
    judged = judge(step({"level": bound}, kind=kind), [estimate])
    assert judged.outcome is UNSURE
    assert reason in judged.reason


@pytest.mark.parametrize(
    ("estimate", "code"),
    [
        (BoundedMean("level", 1.5, 0.1, 10, 0, 1), "DC305"),
        (BoundedMean("level", 0.5, 0.9, 10, 0, 1), "DC305"),
        (BoundedMean("level", None, 0.1, 10, 0, 1), "DC307"),
        (BoundedMean("level", 0.5, math.nan, 10, 0, 1), "DC305"),
        (Paired("level", 1, -1, 0, 5), "DC305"),
        (Paired("level", 1, 0.5, 0, 5), "DC305"),
        (Paired("level", True, 1, 0, 5), "DC307"),
        (Distance("level", -0.1, 0.1, 0.1, 10), "DC305"),
        (Distance("level", 0.1, 0.1, 0.0, 10), "DC305"),
        (Distance("level", math.inf, 0.1, 0.1, 10), "DC305"),
        (ChiSquared("level", -1.0, 1, 10), "DC305"),
        (ChiSquared("level", 1.0, 1, 10, inflation=0.5), "DC305"),
        (ChiSquared("level", "1", 1, 10), "DC307"),
    ],
)
@pytest.mark.parametrize("kind", ["demonstrate", "detect"])
def test_junk_is_an_error(step, estimate, code, kind):
    bound = {"max": 0.1, "detect": 0.2} if kind == "detect" else {"max": 0.1}
    judged = judge(step({"level": bound}, kind=kind), [estimate])
    assert (judged.outcome, judged.code) == (ERROR, code)


def test_exact_is_the_value_itself(step):
    positives, negatives = scored(1.0)
    judged = judge(step({"level": {"max": 1}}, kind="exact"), [Auc("level", positives, negatives)])
    (m,) = judged.measurements
    assert m.value == pytest.approx(auc.area(positives, negatives).value, abs=1e-11)
    assert m.interval is None
    shown = judge(
        step({"level": {"max": 1}}, kind="exact"), [Distance("level", 0.25, 0.1, 0.1, 50)]
    )
    assert (shown.measurements[0].value, shown.measurements[0].n) == (0.25, 50)


def test_bounds_end_where_the_measure_ends(step):
    """A rate of at most 1 is not said to be at most 1.2."""
    judged = judge(step({"rate": {"max": 0.99}}), [Distance("rate", 0.9, 0.1, 0.2, 50)])
    (m,) = judged.measurements
    assert (m.interval.high, judged.outcome) == (1, UNSURE)


def test_slices_fail_by_bounds_that_share_alpha(step):
    over = [Distance("level", 0.14, 0.02, 0.01, 900, slice={"c": str(i)}) for i in range(20)]
    alone = judge(step({"level": {"max": 0.1}}), over[:1])
    together = judge(step({"level": {"max": 0.1}}), over)
    assert (alone.outcome, together.outcome) == (FAIL, UNSURE)
    assert together.measurements[0].simultaneous.each == pytest.approx(1 - 0.05 / 20)


FAMILIES = [
    ("quiet", Distance("level", 0.03, 0.02, 0.012, 5_000), PASS),
    ("loud", Distance("level", 0.4, 0.02, 0.012, 5_000), FAIL),
    ("small", Distance("level", 0.1, 0.07, 0.05, 500), UNSURE),
    ("quiet", ChiSquared("level", 4.0, 4, 5_000, rows=5_000), PASS),
    ("loud", ChiSquared("level", 400.0, 4, 5_000, rows=5_000), FAIL),
    ("small", ChiSquared("level", 4.0, 4, 200, rows=200), UNSURE),
    ("quiet", BoundedMean("level", 0.1, 0.05, 2_000, 0, 1), PASS),
    ("loud", BoundedMean("level", 0.2, 0.05, 2_000, 0, 1), FAIL),
    ("small", BoundedMean("level", 0.1, 0.05, 20, 0, 1), UNSURE),
    ("quiet", Paired("level", 500, 100, 100, 1_300), PASS),
    ("loud", Paired("level", 500, 500, 50, 950), FAIL),
    ("small", Paired("level", 10, 5, 5, 20), UNSURE),
]


@pytest.mark.parametrize(("what", "estimate", "outcome"), FAMILIES)
def test_alarms(step, what, estimate, outcome):
    made = step({"level": {"max": 0.1, "detect": 0.2}}, kind="detect")
    judged = judge(made, [estimate])
    assert judged.outcome is outcome, (what, judged.reason)


@pytest.mark.parametrize(
    ("estimate", "outcome"),
    [
        (Auc("level", *scored(2.0)), PASS),
        (Auc("level", *scored(0.1)), FAIL),
        (Auc("level", *scored(1.5, 20, 20)), UNSURE),
        (AucDifference("level", *scored(0.5), *scored(2.0)), FAIL),
    ],
)
def test_alarms_from_below(step, estimate, outcome):
    bound = {"min": 0.85, "detect": 0.75}
    if isinstance(estimate, AucDifference):
        bound = {"min": -0.02, "detect": -0.05}
    judged = judge(step({"level": bound}, kind="detect"), [estimate])
    assert judged.outcome is outcome, judged.reason


def test_null_columns_raise_at_most_the_stated_share_of_alarms(step):
    """Ten columns of which nothing drifts, at 1,000 rows: an alarm in at most 5 % of runs."""
    rng = np.random.default_rng(19)
    made = step({"level": {"max": 0.05, "detect": 0.3}}, kind="detect")
    alarms = 0
    for _ in range(60):
        family = []
        for column in range(10):
            found = distance.wasserstein(rng.normal(size=1000), rng.normal(size=1000))
            family.append(
                Distance(
                    "level", found.value, found.center, found.scale, 2000, slice={"c": str(column)}
                )
            )
        alarms += judge(made, family).outcome is FAIL
    assert alarms / 60 <= 0.05


def test_a_mean_that_does_not_vary_is_undecided_as_an_alarm(step):
    made = step({"level": {"max": 0.1, "detect": 0.2}}, kind="detect")
    judged = judge(made, [Mean("level", 0.5, 0.0, 10)])
    assert judged.outcome is UNSURE
    assert "all values are equal" in judged.reason


def test_an_effect_that_cannot_be_is_an_error(step):
    made = step({"level": {"max": 0.1, "detect": 2}}, kind="detect")
    judged = judge(made, [BoundedMean("level", 0.05, 0.05, 200, 0, 1)])
    assert (judged.outcome, judged.code) == (ERROR, "DC305")
    assert "outside the ends" in judged.reason


def test_the_rows_shown_are_those_behind_it():
    assert model(ChiSquared("v", 3.0, 3, 285.7, power=1, rows=1_400)).n == 1_400
    assert model(ChiSquared("v", 3.0, 3, 285)).n == 285
    assert model(Auc("a", *scored(1.0, 30, 50))).n == 80
    assert model(Paired("p", 1, 2, 3, 4)).n == 10
    assert model(Paired("p", 1, 2, 3, 4)).value == pytest.approx(-0.1)


def test_every_kind_with_a_model_has_one():
    made = [BoundedMean("x", 0.5, 0.1, 50, 0, 1), Paired("x", 1, 2, 3, 4),
            Auc("x", *scored(1.0)), AucDifference("x", *scored(1.0), *scored(2.0)),
            Distance("x", 0.1, 0.1, 0.1, 10), ChiSquared("x", 1.0, 1, 10),
            Smooth("x", np.random.default_rng(1).normal(size=(99, 1)), lambda m: m[..., 0]),
            Resampled("x", lambda rows: float(rows.mean()), 99, 1)]  # fmt: skip
    assert [type(e) for e in made] == list(MODELLED)
    for estimate in made:
        found = model(estimate)
        bounds = found.bounds(0.05)
        assert bounds.low < bounds.high
        assert 0 <= found.pvalue(0.2, "max") <= 1
        assert 0 <= found.power(0.2, 0.4, 0.05, "max") <= 1


@pytest.mark.parametrize(
    ("estimate", "fault"),
    [
        (Auc("x", [1.0, 2.0], (0.0,)), "positives are no tuple"),
        (Auc("x", (1.0, math.nan), (0.0,)), "positives are no tuple"),
        (Auc("x", (1.0, True), (0.0,)), "positives are no tuple"),
        (Auc("x", (1.0,), np.zeros((2, 2))), "negatives are no tuple"),
        (Auc("x", (1.0,), np.array(["a"])), "negatives are no tuple"),
        (Auc("x", (1.0,), np.array([np.inf])), "negatives are no tuple"),
        (Auc("x", (1.0,), np.array([True])), "negatives are no tuple"),
        (Auc("x", "10", (0.0,)), "positives are no tuple"),
        (AucDifference("x", (1.0,), (0.0,), None, (0.0,)), "versus_positives are no tuple"),
        (AucDifference("x", (1.0,), (0.0,), (1.0, 2.0), (0.0,)), "not as many as positives"),
        (BoundedMean("x", 0.5, 0.1, 5, 1, 0), "low below high"),
        (BoundedMean("x", 0.5, 0.1, 5, 0, math.inf), "low below high"),
        (BoundedMean("x", 0.5, 0.1, 5, False, True), "low below high"),
        (ChiSquared("x", 1.0, 0, 5), "df is no whole number"),
        (ChiSquared("x", 1.0, 1.5, 5), "df is no whole number"),
        (ChiSquared("x", 1.0, True, 5), "df is no whole number"),
        (ChiSquared("x", 1.0, 1, 5, power=3), "power is neither"),
        (ChiSquared("x", 1.0, 1, 5, power=True), "power is neither"),
    ],
)
def test_parts_that_are_no_numbers_are_found_when_it_is_yielded(estimate, fault):
    assert fault in unsound(estimate)


def test_sound_parts_are_not_complained_of():
    for estimate in (
        Auc("x", (1, 2.5, np.float64(3)), np.array([1, 2])),
        AucDifference("x", (1.0,), (), np.array([2.0]), ()),
        ChiSquared("x", 1.0, np.int64(2), 5, power=np.int64(1)),
        BoundedMean("x", 0.5, 0.1, 5, np.float64(0), 1),
    ):
        assert unsound(estimate) == ""


def test_expressions_are_filled_in():
    frame = pl.DataFrame({"a": [0.0, 0.25, 0.5, 0.25]})
    data = Table("test", {"a": "float"}, "", frame.lazy())

    @checker(
        "some.check",
        measures=[Measure("x", "number", "lower", "A number.")],
    )
    def check(data: Table):
        """Yields numbers that one scan finds."""
        a = nw.col("a")
        yield BoundedMean("x", a.mean(), a.std(), a.count(), 0.0, 1.0)
        yield Distance("x", a.max(), 0.1, a.std(), nw.len())
        yield ChiSquared("x", a.sum(), 2, nw.len(), rows=a.count())

    found = measure([Job("x", check, NoParams(), {"data": data})], _open)["x"]
    assert not isinstance(found, Failed), found
    mean, far, chi = found
    assert (mean.mean, mean.n) == (0.25, 4)
    assert far.value == 0.5
    assert (chi.statistic, chi.n, chi.rows) == (1.0, 4, 4)
    assert model(mean).bounds(0.05).low >= 0


def _open(keys):
    from contextlib import nullcontext

    return nullcontext(keys)


def test_a_difference_of_areas_by_its_own_numbers():
    one, other = scored(1.0), scored(1.2, seed=2)
    made = model(AucDifference("x", *one, *other))
    found = auc_difference.area_difference(*one, *other)
    assert made.value == found.value
    assert made.bounds(0.01) == auc_difference.auc_difference_bounds(found, 0.01)
