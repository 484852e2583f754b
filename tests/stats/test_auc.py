"""One area under the curve: value and variance by oracles, coverage by simulation, never a point."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from deploycheck.stats.auc import (
    Area,
    area,
    area_bounds,
    area_pvalue,
    auc_bounds,
    newcombe_variance,
    power_area,
)


def kernel(positives, negatives):
    """1 where the positive is above, half where they tie: one row a positive."""
    x, y = np.asarray(positives)[:, None], np.asarray(negatives)[None, :]
    return (x > y) + 0.5 * (x == y)


SAMPLES = {
    "continuous": lambda r: (r.normal(1, 1, 40), r.normal(0, 1, 70)),
    "ties": lambda r: (r.integers(0, 5, 30), r.integers(0, 4, 50)),
    "constant": lambda r: (np.ones(5), np.ones(9)),
    "two values": lambda r: (r.integers(0, 2, 25), r.integers(0, 2, 8)),
    "separated": lambda r: (r.random(6) + 2, r.random(7)),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_value_and_variance_are_those_of_all_pairs(name):
    positives, negatives = SAMPLES[name](np.random.default_rng(5))
    found = area(positives, negatives)
    pairs = kernel(positives, negatives)
    labels = [1] * len(positives) + [0] * len(negatives)
    scores = np.concatenate([positives, negatives])
    assert found.value == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    m, n = pairs.shape
    variance = np.var(pairs.mean(axis=1), ddof=1) / m + np.var(pairs.mean(axis=0), ddof=1) / n
    assert found.variance == pytest.approx(variance, abs=1e-14)
    assert (found.m, found.n) == (m, n)


def test_the_worked_example_of_hanley_and_mcneil():
    """109 CT images, Radiology 143 (1982), table I; DeLong's error as Stata's manual prints it.

    [R] roctab: ROC area 0.8932, standard error 0.0307, 95 % interval 0.83295 to 0.95339.
    """
    ratings, normal, abnormal = np.arange(1, 6), [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    found = area(np.repeat(ratings, abnormal), np.repeat(ratings, normal))
    assert found.value == pytest.approx(0.8932, abs=5e-5)
    error = found.variance**0.5
    assert error == pytest.approx(0.0307, abs=5e-5)
    interval = found.value - 1.959964 * error, found.value + 1.959964 * error
    assert interval == pytest.approx((0.83295, 0.95339), abs=5e-6)
    same = area(ratings, ratings, counts=(abnormal, normal))
    assert (same.value, same.variance) == pytest.approx((found.value, found.variance), rel=1e-12)


def test_newcombes_variance_is_hanley_and_mcneils_for_equal_classes():
    """{θ(1−θ) + (n−1)(Q1−θ²) + (m−1)(Q2−θ²)} / mn, Q1 = θ/(2−θ), Q2 = 2θ²/(1+θ)."""
    for theta in (0.55, 0.8, 0.97):
        n, q1, q2 = 40, theta / (2 - theta), 2 * theta**2 / (1 + theta)
        expected = (
            theta * (1 - theta) + (n - 1) * (q1 - theta**2) + (n - 1) * (q2 - theta**2)
        ) / n**2
        assert newcombe_variance(theta, n, n) == pytest.approx(expected, rel=1e-12)


def test_the_bound_is_the_outermost_of_its_methods():
    found = Area(0.8, 0.002, 100, 150)
    z = norm.isf(0.05)
    bounds = area_bounds(found, 0.05)
    center, error = log(0.8 / 0.2), 0.002**0.5 / 0.16
    logit = 1 / (1 + exp(-(center - z * error)))
    assert bounds.low == pytest.approx(logit, abs=1e-12)
    # At Newcombe's own bound the estimate lies z of its standard errors away.
    tight = area_bounds(Area(0.8, 1e-6, 100, 150), 0.05)
    assert tight.method == "Newcombe method 5"
    for bound in (tight.low, tight.high):
        reach = z * newcombe_variance(bound, 100, 150) ** 0.5
        assert abs(0.8 - bound) == pytest.approx(reach, abs=1e-9)


@pytest.mark.parametrize(("m", "n"), [(2, 2), (2, 1000), (20, 20), (100, 3000)])
def test_a_perfect_model_still_has_a_width(m, n):
    found = auc_bounds(np.arange(m) + 1e6, np.arange(n), 0.05)
    assert found.high == 1
    k = min(m, n)
    assert found.low <= 0.05 ** (1 / k) + 1e-9  # positives not seen may lie anywhere
    reverse = auc_bounds(-np.arange(m) - 1e6, np.arange(n), 0.05)
    assert (reverse.low, reverse.high) == pytest.approx((0, 1 - found.low))


def test_small_classes_rest_on_a_bound_for_every_distribution():
    found = auc_bounds([1, 2, 3, 9], np.arange(500) / 100, 0.05)
    assert "Hoeffding" in found.method
    assert found.low < 0.3
    assert found.high > 0.9


NORMAL = [(0.6, 20, 20), (0.75, 20, 200), (0.9, 20, 20), (0.9, 50, 50), (0.95, 20, 200),
          (0.97, 50, 500), (0.99, 30, 30), (0.99, 100, 400)]  # fmt: skip


@pytest.mark.parametrize(("theta", "m", "n"), NORMAL)
@pytest.mark.parametrize("deviation", [1.0, 3.0])
def test_each_bound_keeps_its_level(theta, m, n, deviation):
    """Normal scores, the positives' deviation once and three times the negatives'."""
    rng = np.random.default_rng(int(1000 * theta) + m)
    shift = norm.ppf(theta) * (1 + deviation**2) ** 0.5
    missed = np.zeros(2)
    runs = 400
    for _ in range(runs):
        found = area(rng.normal(shift, deviation, m), rng.normal(size=n))
        bounds = area_bounds(found, 0.05)
        missed += (bounds.low > theta, bounds.high < theta)
    assert max(missed) / runs <= 0.08 + 0.02  # c − 3 points, and the simulation's error


def test_delong_alone_would_miss():
    """At 0.97 with 20 positives its Wald bound covers some 80 %."""
    rng = np.random.default_rng(8)
    shift, missed = norm.ppf(0.97) * 2**0.5, 0
    for _ in range(500):
        found = area(rng.normal(shift, 1, 20), rng.normal(size=60))
        missed += found.value - 1.645 * found.variance**0.5 > 0.97
    assert missed / 500 > 0.12


AREAS = st.builds(
    Area,
    st.floats(0, 1),
    st.floats(0, 0.02),
    st.integers(2, 400),
    st.integers(2, 400),
)


@given(AREAS, st.floats(0.01, 0.99), st.sampled_from([0.3, 0.05, 0.001]))
@settings(max_examples=150, deadline=None)
def test_p_values_agree_with_the_bounds(found, bound, alpha):
    bounds = area_bounds(found, alpha)
    assert bounds.low <= found.value <= bounds.high
    if abs(bounds.low - bound) > 1e-9:
        assert (area_pvalue(found, bound) <= alpha) == (bounds.low >= bound)
    if abs(bounds.high - bound) > 1e-9:
        assert (area_pvalue(found, bound, "min") <= alpha) == (bounds.high <= bound)


def test_power_is_near_the_share_of_runs_that_clear():
    rng = np.random.default_rng(12)
    shift, cleared = norm.ppf(0.85) * 2**0.5, 0
    for _ in range(300):
        found = area(rng.normal(shift, 1, 150), rng.normal(size=150))
        cleared += area_bounds(found, 0.05).low >= 0.8
    told = power_area(150, 150, 0.8, 0.85, 0.05)
    assert told == pytest.approx(cleared / 300, abs=0.12)
    assert power_area(150, 150, 0.2, 0.15, 0.05, "min") == pytest.approx(told)
    assert power_area(5, 5, 0.9, 1.0, 0.05) == 0.0
    assert power_area(5000, 5000, 0.9, 1.0, 0.05) == 1.0


@pytest.mark.parametrize(
    ("positives", "negatives", "why"),
    [
        ([1.0], [0.0, 1.0], "positives: 1 scores"),
        ([1.0, 2.0], [], "negatives"),
        ([1.0, np.nan], [0.0, 1.0], "finite"),
        (["a", "b"], [0.0, 1.0], "numbers"),
        ([[1.0], [2.0]], [0.0, 1.0], "numbers"),
        ([True, False], [0.0, 1.0], "numbers"),
    ],
)
def test_what_is_no_pair_of_classes_is_refused(positives, negatives, why):
    with pytest.raises(ValueError, match=why):
        area(positives, negatives)


def test_an_effect_that_is_no_area_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        power_area(10, 10, 0.8, 1.2, 0.05)
    assert area_pvalue(Area(0.5, 0.01, 30, 30), 0.0) == 0.0
    assert area_pvalue(Area(0.5, 0.01, 30, 30), 1.0) == 1.0
