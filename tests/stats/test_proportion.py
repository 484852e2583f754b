"""Clopper–Pearson decides and never falls below its level; Wilson is for display."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from deploycheck.stats.proportion import clopper_pearson, proportion_bounds, wilson

COUNTS = [(0, 1), (1, 1), (0, 10), (10, 10), (3, 10), (81, 263), (15, 148), (29, 1000), (999, 1000)]


@pytest.mark.parametrize(("hits", "n"), COUNTS)
@pytest.mark.parametrize("alpha", [0.05, 0.025, 1e-4])
@pytest.mark.parametrize(("function", "method"), [(clopper_pearson, "exact"), (wilson, "wilson")])
def test_bounds_agree_with_scipy(hits, n, alpha, function, method):
    expected = binomtest(hits, n).proportion_ci(1 - 2 * alpha, method=method)
    low, high = function(hits, n, alpha)
    assert float(low) == pytest.approx(expected.low, abs=1e-9)
    assert float(high) == pytest.approx(expected.high, abs=1e-9)


@pytest.mark.parametrize(
    ("hits", "n", "exact", "score"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, methods 5 and 3; 95 %
        (81, 263, (0.2527, 0.3676), (0.2553, 0.3662)),
        (15, 148, (0.0578, 0.1617), (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1684), (0.0, 0.1611)),
        (1, 29, (0.0009, 0.1776), (0.0061, 0.1718)),
    ],
)
def test_published_intervals(hits, n, exact, score):
    assert [round(float(b), 4) for b in clopper_pearson(hits, n, 0.025)] == list(exact)
    assert [round(float(b), 4) for b in wilson(hits, n, 0.025)] == list(score)


def test_exact_bounds_keep_their_level_everywhere_and_wilson_does_not(enumeration):
    for n, wilson_worst in ((10, 0.80), (100, 0.88), (300, 0.92)):
        hits = np.arange(n + 1)
        rates = np.linspace(0.001, 0.999, 999)
        for alpha in (0.2, 0.05, 0.01, 0.05 / 90):
            errors = enumeration.one_sample_errors(clopper_pearson(hits, n, alpha)[0], rates)
            assert errors.max() <= alpha
            upper = 1 - clopper_pearson(hits, n, alpha)[1][::-1]  # hits and misses exchanged
            assert enumeration.one_sample_errors(upper, rates).max() <= alpha
        errors = enumeration.one_sample_errors(wilson(hits, n, 0.05)[0], rates)
        assert 1 - errors.max() < wilson_worst + 0.01


def test_arrays_and_scalars_agree():
    hits, n = np.array([0, 3, 10]), 10
    low, high = clopper_pearson(hits, n, 0.05)
    for i, x in enumerate(hits):
        bounds = proportion_bounds(int(x), n, 0.05)
        assert (bounds.low, bounds.high) == (low[i], high[i])
    assert bounds.method == "Clopper\N{EN DASH}Pearson exact"


def test_ten_million_rows_are_sharp():
    n = 10**7
    bounds = proportion_bounds(0, n, 0.05)
    assert bounds.high == pytest.approx(-np.expm1(np.log(0.05) / n), rel=1e-10)
    bounds = proportion_bounds(n // 2, n, 0.05)
    assert bounds.high - bounds.low == pytest.approx(2 * 1.6448536 * 0.5 / n**0.5, rel=1e-3)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(1, 10**7), st.floats(0, 1), st.floats(1e-6, 0.49), st.floats(1e-6, 0.49))
def test_bounds_contain_the_estimate_and_widen_with_confidence(n, share, one, other):
    hits = int(n * share)
    small, large = sorted((one, other))
    for function in (clopper_pearson, wilson):
        low, high = function([hits, hits], n, small)
        assert 0 <= low[0] <= hits / n + 1e-12
        assert hits / n - 1e-12 <= high[0] <= 1
        inner_low, inner_high = function(hits, n, large)
        assert low[0] <= inner_low + 1e-12
        assert inner_high <= high[0] + 1e-12
        if hits < n:
            more_low, more_high = function(hits + 1, n, small)
            assert more_low >= low[0]
            assert more_high >= high[0]
        mirrored_low, mirrored_high = function(n - hits, n, small)
        assert mirrored_low == pytest.approx(1 - high[0], abs=1e-9)
        assert mirrored_high == pytest.approx(1 - low[0], abs=1e-9)
