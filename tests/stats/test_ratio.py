"""Ratios of proportions: published intervals, no hits, shape."""

from math import inf, isinf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats.exact_ratio import exact_ratio
from deploycheck.stats.ratio import koopman, ratio_bounds


@pytest.mark.parametrize(
    ("counts", "expected", "digits"),
    [
        ((36, 40, 16, 80), (2.94, 7.15), 2),  # Koopman, Biometrics 40 (1984), example; 95 %
        # Gart and Nam, Biometrics 44 (1988), the score method without correction; 95 %
        ((8, 15, 4, 15), (0.815, 5.336), 3),
        ((6, 10, 6, 20), (0.844, 4.594), 3),
        # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables (2017), ch. 4
        ((7, 34, 1, 34), (1.2209, 42.5757), 4),
    ],
)
def test_published_score_intervals(counts, expected, digits):
    assert [round(float(b), digits) for b in koopman(*counts, 0.025)] == list(expected)


def test_without_hits_nothing_finite_is_claimed():
    for function in (koopman, exact_ratio):
        low, high = function(0, 50, 0, 60, 0.05)
        assert (float(low), float(high)) == (0.0, inf)
        low, high = function(25, 50, 0, 60, 0.05)
        assert float(low) > 1
        assert float(high) == inf
        low, high = function(0, 50, 30, 60, 0.05)
        assert float(low) == 0
        assert 0 < float(high) < 1
    both = ratio_bounds(0, 50, 0, 60, 0.05)
    assert (both.low, both.high) == (0.0, inf)


@pytest.mark.parametrize("counts", [(9, 300, 150, 300), (150, 300, 9, 300), (150, 300, 15, 29)])
def test_under_ten_hits_or_thirty_rows_the_exact_bounds_decide(counts):
    bounds = ratio_bounds(*counts, 0.05)
    low, high = exact_ratio(*counts, 0.05)
    assert (bounds.low, bounds.high) == pytest.approx((float(low), float(high)), rel=1e-14)
    assert bounds.method == "Clopper\N{EN DASH}Pearson of each rate at alpha/2 or given all hits"


def test_the_chosen_bounds_are_the_published_score_where_counts_suffice():
    bounds = ratio_bounds(412, 797, 170, 390, 0.05)
    low, high = koopman(412, 797, 170, 390, 0.05)
    assert (bounds.low, bounds.high) == (float(low), float(high))
    assert bounds.method == "Koopman score"


def test_ten_million_rows_are_stable():
    n = 10**7
    bounds = ratio_bounds(5_000_000, n, 5_001_000, n, 0.05)
    reach = 1.6448536269 * (2 * 0.5 / (0.5 * n)) ** 0.5
    assert bounds.low == pytest.approx(0.9998 - reach, abs=1e-6)
    assert bounds.high == pytest.approx(0.9998 + reach, abs=1e-6)
    rare = ratio_bounds(40, n, 90, n, 0.05)
    assert rare.low < 40 / 90 < rare.high < 0.7


def samples(largest):
    return st.integers(1, largest).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples(400), samples(400), st.floats(1e-5, 0.49), st.floats(1e-5, 0.49))
def test_shape_of_the_chosen_bounds(first, second, one, other):
    (x1, n1), (x2, n2) = first, second
    small, large = sorted((one, other))
    wide = ratio_bounds(x1, n1, x2, n2, small)
    narrow = ratio_bounds(x1, n1, x2, n2, large)
    assert 0 <= wide.low <= narrow.low * (1 + 1e-12)
    assert narrow.high * (1 - 1e-12) <= wide.high
    if x2:
        observed = (x1 / n1) / (x2 / n2)
        assert narrow.low * (1 - 1e-12) <= observed <= narrow.high * (1 + 1e-12)
    else:
        assert isinf(wide.high)
    swapped = ratio_bounds(x2, n2, x1, n1, small)
    if swapped.low:
        assert wide.high == pytest.approx(1 / swapped.low, rel=1e-12)
    exact_low, exact_high = exact_ratio(x1, n1, x2, n2, small)
    assert wide.low >= float(exact_low) * (1 - 1e-12)
    assert wide.high <= float(exact_high) * (1 + 1e-12)
