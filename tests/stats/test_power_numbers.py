"""Power of means, areas, effects and distances, against their bounds on drawn data."""

import numpy as np
import pytest

from deploycheck.stats.auc import auc_bounds
from deploycheck.stats.bounded import bounded_mean_bounds
from deploycheck.stats.mean import mean_bounds
from deploycheck.stats.noise import distance_bounds
from deploycheck.stats.noncentral import noncentral_bounds
from deploycheck.stats.power import (
    NoisyDistance,
    NoncentralEffect,
    OneArea,
    OneBoundedMean,
    OneMean,
    SmoothValue,
    TwoAreas,
    detectable,
    fails,
    passable,
    passes,
    power_mean,
    rows_needed,
)

MEAN = OneMean(limit=1.0, required="at_most", sd=2.0)
SMOOTH = SmoothValue(limit=1.0, required="at_least", sd=2.0)
LOSS = OneBoundedMean(limit=0.2, required="at_most", sd=0.3, low=0, high=1)
AREA = OneArea(limit=0.8, required="at_least", positives=0.2)
AREAS = TwoAreas(limit=-0.01, required="at_least", positives=0.2, sd=0.3)
DISTANCE = NoisyDistance(limit=0.1, required="at_most", center=0.03, scale=0.02, at=1000)
CRAMER = NoncentralEffect(limit=0.1, required="at_most", df=3)
ALL = [(MEAN, 0.5), (SMOOTH, 1.5), (LOSS, 0.1), (AREA, 0.85), (AREAS, 0.0), (DISTANCE, 0.02),
       (CRAMER, 0.02)]  # fmt: skip


@pytest.mark.parametrize(("design", "good"), ALL)
def test_rows_needed_are_enough(design, good):
    found = rows_needed(design, good)
    assert passes(design, found.total, good) >= 0.8
    assert passes(design, int(found.total * 0.98), good) < 0.8
    assert rows_needed(design, good, 0.95).total > found.total
    assert found.groups == design.sizes(found.total)
    assert sum(found.groups) in (0, found.total)


@pytest.mark.parametrize(("design", "good"), ALL)
def test_detectable_and_passable_are_turned_round_power(design, good):
    n = 2 * rows_needed(design, good).total
    bad, least = detectable(design, n), passable(design, n)
    assert fails(design, n, bad) == pytest.approx(0.8, abs=0.02)
    assert passes(design, n, least) == pytest.approx(0.8, abs=0.02)
    sign = 1 if design.required == "at_least" else -1
    assert sign * bad < sign * design.limit < sign * least < sign * good
    stricter = type(design)(**(vars(design) | {"fail_alpha": 0.001}))
    assert sign * detectable(stricter, n) < sign * bad
    assert fails(design, n, design.limit) <= 0.06
    assert passes(design, n, design.limit) <= 0.06


def test_a_mean_is_students_and_so_is_a_smooth_value():
    for n in (5, 40):
        assert passes(MEAN, n, 0.0) == power_mean(n, 2.0, 1.0, 0.0, 0.05, "min")
        assert passes(SMOOTH, n, 2.0) == passes(MEAN, n, 0.0)
    assert passes(MEAN, 1, 0.0) == 0.0
    values = np.random.default_rng(4).normal(0.4, 2.0, (1500, 60))
    seen = [mean_bounds(v.mean(), v.std(ddof=1), 60, 0.05).high <= 1.0 for v in values]
    assert np.mean(seen) == pytest.approx(passes(MEAN, 60, 0.4), abs=0.04)


def test_a_bounded_mean_passes_about_as_often_as_planned():
    rng = np.random.default_rng(8)
    n = rows_needed(LOSS, 0.1).total
    values = np.where(rng.random((200, n)) < 0.125, rng.uniform(0.6, 1.0, (200, n)), 0.0)
    design = OneBoundedMean(
        limit=0.2, required="at_most", sd=float(values.std()), low=0.0, high=1.0
    )
    seen = [bounded_mean_bounds(v.mean(), v.std(ddof=1), n, 0, 1, 0.05).high <= 0.2 for v in values]
    assert np.mean(seen) >= passes(design, n, float(values.mean())) - 0.1
    assert passes(design, 1, 0.1) == 0.0
    assert passes(LOSS, 500, 0.0) == 1.0  # at an end nothing varies


def test_an_area_passes_about_as_often_as_planned():
    rng, n = np.random.default_rng(2), rows_needed(AREA, 0.86).total
    m, rest = AREA.sizes(n)
    shift = 2**0.5 * 1.0803  # the normal quantile of 0.86
    seen = [
        auc_bounds(rng.normal(shift, 1, m), rng.normal(0, 1, rest), 0.05).low >= 0.8
        for _ in range(100)
    ]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.12)
    assert passes(AREA, 5, 0.99) == 0.0


def test_two_areas_see_that_few_rows_differ():
    few = TwoAreas(limit=-0.01, required="at_least", positives=0.2, sd=0.05, differing=0.001)
    many = TwoAreas(limit=-0.01, required="at_least", positives=0.2, sd=0.05)
    assert passes(few, 1000, 0.0) < passes(many, 1000, 0.0)
    assert passes(many, 5, 0.0) == 0.0


def test_a_distance_passes_at_least_as_often_as_planned():
    rng = np.random.default_rng(6)
    truth = np.array([0.03, 0.0])
    noise = rng.normal(0, 0.02, (2000, 2))
    seen = np.linalg.norm(truth + noise, axis=1)
    design = NoisyDistance(limit=0.1, required="at_most", center=0.03, scale=0.02, at=500)
    clear = [distance_bounds(v, 0.03, 0.02, 0.05).high <= 0.1 for v in seen]
    assert np.mean(clear) >= passes(design, 500, 0.03)
    assert passes(design, 2000, 0.03) > passes(design, 500, 0.03)


def test_an_effect_passes_as_often_as_planned():
    rng, n = np.random.default_rng(10), 1500
    statistics = rng.noncentral_chisquare(3, 0.03**2 * n, 2000)
    clear = [noncentral_bounds(s, 3, n, 2, 0.05).high <= 0.1 for s in statistics]
    assert np.mean(clear) == pytest.approx(passes(CRAMER, n, 0.03), abs=0.03)
    psi = NoncentralEffect(limit=0.25, required="at_most", df=9, root=1, per_row=0.25)
    assert passes(psi, 1000, 0.05) < passes(psi, 2000, 0.05)
    assert passable(CRAMER, 100) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: OneMean(limit=1.0, required="at_most", sd=0.0),
        lambda: OneMean(limit=1.0, required="at_most", sd=float("inf")),
        lambda: OneBoundedMean(limit=0.2, required="at_most", sd=-1.0, low=0, high=1),
        lambda: OneBoundedMean(limit=0.2, required="at_most", sd=0.1, low=1, high=1),
        lambda: OneArea(limit=0.8, required="at_least", positives=0.0),
        lambda: TwoAreas(limit=0.0, required="at_least", sd=0.1, differing=1.5),
        lambda: NoisyDistance(limit=0.1, required="at_most", center=-0.1, scale=0.1, at=10),
        lambda: NoisyDistance(limit=0.1, required="at_most", center=0.1, scale=0.1, at=0),
        lambda: NoncentralEffect(limit=0.1, required="at_most", df=3, per_row=0.0),
        lambda: rows_needed(MEAN, 1.0),
        lambda: rows_needed(SMOOTH, 0.5),
        lambda: rows_needed(LOSS, 1.5),
        lambda: passes(DISTANCE, 10, -0.1),
    ],
)
def test_what_cannot_be_planned_is_refused(call):
    with pytest.raises(ValueError):
        call()
