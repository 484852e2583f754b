"""A p-value is at most alpha exactly where the bound at that alpha excludes the null effect."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm, ttest_1samp

from deploycheck.stats.difference import difference_bounds
from deploycheck.stats.mean import mean_bounds
from deploycheck.stats.proportion import proportion_bounds
from deploycheck.stats.pvalues import (
    difference_pvalue,
    mean_pvalue,
    proportion_pvalue,
    ratio_pvalue,
)
from deploycheck.stats.ratio import ratio_bounds

ALPHAS = [0.3, 0.1, 0.06, 0.05, 0.01, 1e-3, 1e-4]


def samples(largest=500):
    return st.integers(1, largest).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def agree(p, alpha, margin):
    """p ≤ alpha exactly where the bound excludes, except within rounding of the bound."""
    return abs(margin) < 1e-9 or (float(p) <= alpha) == (margin > 0)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples(), st.floats(0, 1), st.sampled_from(ALPHAS))
def test_proportion(sample, bound, alpha):
    found = proportion_bounds(*sample, alpha)
    assert agree(proportion_pvalue(*sample, bound, "max"), alpha, found.low - bound)
    assert agree(proportion_pvalue(*sample, bound, "min"), alpha, bound - found.high)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples(), samples(), st.floats(-0.9, 0.9), st.sampled_from(ALPHAS))
def test_difference(first, second, bound, alpha):
    found = difference_bounds(*first, *second, alpha)
    assert agree(difference_pvalue(*first, *second, bound), alpha, found.low - bound)
    assert agree(difference_pvalue(*first, *second, bound, "min"), alpha, bound - found.high)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples(), samples(), st.floats(0.1, 10), st.sampled_from(ALPHAS))
def test_ratio(first, second, bound, alpha):
    found = ratio_bounds(*first, *second, alpha)
    assert agree(ratio_pvalue(*first, *second, bound), alpha, found.low - bound)
    assert agree(ratio_pvalue(*first, *second, bound, "min"), alpha, bound - found.high)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.floats(-5, 5), st.floats(0.1, 5), st.integers(2, 500), st.sampled_from(ALPHAS))
def test_mean(bound, sd, n, alpha):
    found = mean_bounds(1.0, sd, n, alpha)
    assert agree(mean_pvalue(1.0, sd, n, bound), alpha, found.low - bound)
    assert agree(mean_pvalue(1.0, sd, n, bound, "min"), alpha, bound - found.high)


@pytest.mark.parametrize(("hits", "n", "bound"), [(0, 10, 0.2), (7, 10, 0.2), (10, 10, 0.9)])
def test_proportion_agrees_with_scipy(hits, n, bound):
    for side, alternative in (("max", "greater"), ("min", "less")):
        expected = binomtest(hits, n, bound, alternative).pvalue
        assert float(proportion_pvalue(hits, n, bound, side)) == pytest.approx(expected, rel=1e-9)


def test_mean_agrees_with_scipy():
    values = np.random.default_rng(3).normal(1, 2, 25)
    for side, alternative in (("max", "greater"), ("min", "less")):
        expected = ttest_1samp(values, 0.5, alternative=alternative).pvalue
        found = mean_pvalue(values.mean(), values.std(ddof=1), 25, 0.5, side)
        assert found == pytest.approx(expected, rel=1e-9)


def test_difference_of_zero_is_the_chi_squared_test():
    """At a difference of zero the score is the signed root of (N − 1)/N times Pearson's chi²."""
    x1, n1, x2, n2 = 180, 300, 150, 300
    pooled = (x1 + x2) / (n1 + n2)
    z = (x1 / n1 - x2 / n2) / (pooled * (1 - pooled) * (1 / n1 + 1 / n2)) ** 0.5
    expected = norm.sf(z * ((n1 + n2 - 1) / (n1 + n2)) ** 0.5)
    assert float(difference_pvalue(x1, n1, x2, n2, 0.0)) == pytest.approx(expected, rel=1e-9)


def test_edges_of_a_proportion():
    assert float(proportion_pvalue(1, 10, 0.0)) == 0.0
    assert float(proportion_pvalue(0, 10, 0.0)) == 1.0
    assert float(proportion_pvalue(10, 10, 1.0, "min")) == 1.0
    assert float(proportion_pvalue(9, 10, 1.0, "min")) == 0.0


def test_overwhelming_evidence_and_none():
    assert float(difference_pvalue(900, 1000, 100, 1000, 0.0)) < 1e-14
    assert float(difference_pvalue(100, 1000, 900, 1000, 0.0)) == 1.0
    assert float(ratio_pvalue(0, 10, 0, 10, 1.0)) == 1.0


def test_families_are_tested_at_once():
    found = difference_pvalue([60, 50], [100, 100], 50, 100, 0.0)
    assert found.shape == (2,)
    assert found[0] == float(difference_pvalue(60, 100, 50, 100, 0.0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: proportion_pvalue(1, 10, 1.2),
        lambda: proportion_pvalue(1, 10, float("nan")),
        lambda: proportion_pvalue(1, 10, 0.5, "both"),
        lambda: difference_pvalue(1, 10, 2, 10, 1.5),
        lambda: difference_pvalue(1, 10, 2, 10, 0.1, None),
        lambda: ratio_pvalue(1, 10, 2, 10, 0.0),
        lambda: ratio_pvalue(1, 10, 2, 10, True),
        lambda: mean_pvalue(1.0, 0.0, 10, 0.0),
        lambda: mean_pvalue(1.0, 1.0, 10, None),
    ],
)
def test_what_is_no_bound_is_refused(call):
    with pytest.raises(ValueError):
        call()
