"""Two areas on the same rows: DeLong's variance, A/A runs, and models that agree on every row."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from deploycheck.stats.auc import Area, area, area_bounds
from deploycheck.stats.auc_difference import (
    FEW,
    AreaDifference,
    area_difference,
    auc_difference_bounds,
    auc_difference_pvalue,
    power_auc_difference,
)


def correlated(rng, rows, share, shift=0.0):
    """Two scores of the same rows that have ``share`` of their variance in common."""
    common = rng.normal(size=rows)
    return [
        shift + share**0.5 * common + (1 - share) ** 0.5 * rng.normal(size=rows) for _ in range(2)
    ]


def test_value_and_variance_are_delongs():
    """By the covariance matrix of the structural components, over all pairs."""
    rng = np.random.default_rng(2)
    positives = [np.round(v, 1) for v in correlated(rng, 40, 0.5, 1.0)]
    negatives = [np.round(v, 1) for v in correlated(rng, 60, 0.5)]
    found = area_difference(positives[0], negatives[0], positives[1], negatives[1])
    parts = []
    for x, y in zip(positives, negatives, strict=True):
        pairs = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
        parts.append((pairs.mean(axis=1), pairs.mean(axis=0)))
    s10 = np.cov([parts[0][0], parts[1][0]])
    s01 = np.cov([parts[0][1], parts[1][1]])
    contrast = np.array([1, -1])
    variance = contrast @ (s10 / 40 + s01 / 60) @ contrast
    labels = [1] * 40 + [0] * 60
    areas = [
        roc_auc_score(labels, np.concatenate([x, y]))
        for x, y in zip(positives, negatives, strict=True)
    ]
    assert found.value == pytest.approx(areas[0] - areas[1], abs=1e-12)
    assert found.variance == pytest.approx(float(variance), rel=1e-9)


def test_identical_scores_pass_a_small_margin_and_are_no_point():
    rng = np.random.default_rng(1)
    positives, negatives = rng.normal(1, 1, 600), rng.normal(size=1400)
    found = area_difference(positives, negatives, positives, negatives)
    bounds = auc_difference_bounds(found, 0.05)
    assert found.value == found.variance == found.differing == 0
    assert bounds.low == pytest.approx(-(1 - 0.05 ** (1 / 600)))
    assert bounds.high == -bounds.low
    assert bounds.low >= -0.01
    assert "rule of three" in bounds.method


def test_a_few_rows_that_differ_are_not_taken_for_all():
    """The second model turns a share of positives round; few samples show any of them."""
    rng = np.random.default_rng(4)
    m, n, runs, missed = 200, 800, 400, 0
    for _ in range(runs):
        positives, negatives = rng.normal(2.3, 1, m), rng.normal(size=n)
        turned = np.where(rng.random(m) < 0.01, -9.0, positives)
        found = area_difference(turned, negatives, positives, negatives)
        truth = -0.01 * norm.cdf(2.3 / 2**0.5)
        missed += auc_difference_bounds(found, 0.05).low > truth
    assert missed / runs <= 0.05


@pytest.mark.parametrize(
    ("first", "second", "share", "m", "n"),
    [
        (0.8, 0.8, 0.5, 20, 200),
        (0.9, 0.85, 0.5, 50, 50),
        (0.95, 0.9, 0.8, 100, 400),
        (0.97, 0.99, 0.5, 100, 400),
        (0.99, 0.99, 0.9, 50, 200),
    ],
)
def test_each_bound_keeps_its_level(first, second, share, m, n):
    rng = np.random.default_rng(m + n)
    missed, runs = np.zeros(2), 400
    for _ in range(runs):
        x, y = correlated(rng, m, share), correlated(rng, n, share)
        shifts = norm.ppf([first, second]) * 2**0.5
        found = area_difference(x[0] + shifts[0], y[0], x[1] + shifts[1], y[1])
        bounds = auc_difference_bounds(found, 0.05)
        missed += (bounds.low > first - second, bounds.high < first - second)
    assert max(missed) / runs <= 0.08 + 0.02


def test_equally_good_models_are_not_told_apart():
    """``min: -0.005`` fails in at most 5 % of runs of two independent noisy models."""
    rng = np.random.default_rng(9)
    failed, runs = 0, 600
    for _ in range(runs):
        x, y = correlated(rng, 300, 0.7, 1.5), correlated(rng, 700, 0.7)
        found = area_difference(x[0], y[0], x[1], y[1])
        failed += auc_difference_bounds(found, 0.05).high < -0.005
    assert failed / runs <= 0.05 + 0.01


@pytest.mark.parametrize(
    ("first", "second", "m", "n"), [(0.9, 0.95, 20, 200), (0.97, 0.99, 50, 500), (0.6, 0.6, 20, 20)]
)
def test_a_small_alpha_is_kept_with_few_rows(first, second, m, n):
    """At a level of 0.05 / 90; DeLong's variance alone misses ten times as often, and more."""
    rng = np.random.default_rng(m + n + 1)
    alpha, runs, missed, naive = 0.05 / 90, 1200, np.zeros(2), 0
    shifts, z = norm.ppf([first, second]) * 2**0.5, norm.isf(0.05 / 90)
    for _ in range(runs):
        x, y = correlated(rng, m, 0.5), correlated(rng, n, 0.5)
        found = area_difference(x[0] + shifts[0], y[0], x[1] + shifts[1], y[1])
        away, error = found.value - (first - second), found.variance**0.5
        naive += away > z * error
        if abs(away) > 2 * error:  # a cheap part of the question
            bounds = auc_difference_bounds(found, alpha)
            missed += (bounds.low > first - second, bounds.high < first - second)
    assert max(missed) <= 3  # of 0.7 expected
    assert first < 0.9 or naive / runs > 10 * alpha


def test_within_one_percent_of_the_champion():
    """θ₁ − 0.99 θ₂, its variance by the same contrast of the covariance of both areas."""
    rng = np.random.default_rng(6)
    x, y = correlated(rng, 400, 0.9, 1.5), correlated(rng, 600, 0.9)
    first, second = area(x[0], y[0]), area(x[1], y[1])
    plain = area_difference(x[0], y[0], x[1], y[1])
    found = area_difference(x[0], y[0], x[1], y[1], factor=0.99)
    assert found.value == pytest.approx(first.value - 0.99 * second.value, abs=1e-12)
    covariance = (first.variance + second.variance - plain.variance) / 2
    expected = first.variance + 0.99**2 * second.variance - 2 * 0.99 * covariance
    assert found.variance == pytest.approx(expected, rel=1e-9)
    assert found.correlation == pytest.approx(plain.correlation, rel=1e-9)
    assert found.differing == plain.differing  # which rows differ is no matter of the factor
    bounds = auc_difference_bounds(found, 0.05)
    shift = 0.01 * second.value
    assert bounds.low == pytest.approx(auc_difference_bounds(plain, 0.05).low + shift, abs=5e-4)


def test_the_same_model_is_within_one_percent_of_itself_when_rows_suffice():
    rng = np.random.default_rng(7)
    x, y = rng.normal(1, 1, 900), rng.normal(size=900)
    found = area_difference(x, y, x, y, factor=0.99)
    assert found.few
    assert auc_difference_bounds(found, 0.05).low > 0
    few = area_difference(x[:200], y[:200], x[:200], y[:200], factor=0.99)
    assert auc_difference_bounds(few, 0.05).low < 0
    assert auc_difference_bounds(few, 1e-14).low >= -0.99


@pytest.mark.parametrize("factor", [0, -1.0, np.nan, np.inf, True, "1", None])
def test_what_is_no_factor_is_refused(factor):
    with pytest.raises(ValueError, match="factor"):
        area_difference([1, 2], [0, 1], [1, 2], [0, 1], factor=factor)


def test_the_areas_recover_a_reach_that_the_variance_does_not_show():
    areas = (Area(0.98, 4e-4, 50, 500), Area(0.99, 1e-4, 50, 500))
    alone = AreaDifference(-0.01, 1e-5, 50, 500, 0.0, 100.0)
    both = replace(alone, areas=areas, correlation=0.5)
    lows = [area_bounds(one, 0.05) for one in areas]
    a, b = 0.98 - lows[0].low, lows[1].high - 0.99
    assert both.reach(0.05, "max") == pytest.approx((a * a + b * b - a * b) ** 0.5)
    assert both.reach(0.05, "max") > alone.reach(0.05, "max")


def test_skewed_contributions_widen_one_side_only():
    plain = AreaDifference(0.01, 1e-4, 300, 300, 0.0, 100.0)
    skewed = AreaDifference(0.01, 1e-4, 300, 300, -0.2, 100.0)
    assert skewed.reach(0.05, "min") == plain.reach(0.05, "min")
    assert skewed.reach(0.05, "max") > plain.reach(0.05, "max")


FOUND = st.builds(
    AreaDifference,
    st.floats(-0.5, 0.5),
    st.floats(0, 0.01),
    st.integers(2, 400),
    st.integers(2, 400),
    st.floats(-1, 1),
    st.floats(0, 3 * FEW),
)


@given(FOUND, st.floats(-0.6, 0.6), st.sampled_from([0.3, 0.05, 0.001]))
@settings(max_examples=150, deadline=None)
def test_p_values_agree_with_the_bounds(found, bound, alpha):
    bounds = auc_difference_bounds(found, alpha)
    assert bounds.low <= found.value <= bounds.high
    if abs(bounds.low - bound) > 1e-9:
        assert (auc_difference_pvalue(found, bound) <= alpha) == (bounds.low >= bound)
    if abs(bounds.high - bound) > 1e-9:
        assert (auc_difference_pvalue(found, bound, "min") <= alpha) == (bounds.high <= bound)


def test_power():
    found = AreaDifference(0.0, 1e-4, 500, 500, 0.0, 300.0)
    expected = norm.sf(norm.isf(0.05) - 3)
    assert power_auc_difference(found, -0.03, 0.0, 0.05) == pytest.approx(expected)
    assert power_auc_difference(found, 0.03, 0.0, 0.05, "min") == pytest.approx(expected)
    same = AreaDifference(0.0, 0.0, 500, 500, 0.0, 0.0)
    assert power_auc_difference(same, -0.01, 0.0, 0.05) == 1
    assert power_auc_difference(same, -0.005, 0.0, 0.05) == 0


def test_scores_that_do_not_stand_beside_one_another_are_refused():
    with pytest.raises(ValueError, match="2 scores of the first, 3 of the second"):
        area_difference([1, 2], [0, 1], [1, 2, 3], [0, 1])
