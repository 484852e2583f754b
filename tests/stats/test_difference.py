"""Differences of proportions: published intervals, edges, shape."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats.difference import difference_bounds, exact_difference, miettinen_nurminen
from deploycheck.stats.proportion import clopper_pearson

SCORE = "Miettinen\N{EN DASH}Nurminen score"
CORRECTED = f"{SCORE}, skewness-corrected"
EXACT = "Clopper\N{EN DASH}Pearson of each rate at alpha/2"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 6; 95 %
        ((56, 70, 48, 80), (0.0528, 0.3382)),
        ((9, 10, 3, 10), (0.1700, 0.8406)),
        ((6, 7, 2, 7), (0.0342, 0.8534)),
        ((5, 56, 0, 29), (-0.0326, 0.1933)),
        ((0, 10, 0, 20), (-0.1658, 0.2844)),
        ((0, 10, 0, 10), (-0.2879, 0.2879)),
        ((10, 10, 0, 20), (0.7156, 1.0)),
        ((10, 10, 0, 10), (0.6636, 1.0)),
        # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables (2017), ch. 4
        ((0, 16, 15, 72), (-0.3164, -0.0056)),
    ],
)
def test_published_score_intervals(counts, expected):
    assert [round(float(b), 4) for b in miettinen_nurminen(*counts, 0.025)] == list(expected)


def test_the_score_interval_without_hits_has_a_closed_form():
    z2 = 1.959963984540054**2 * 30 / 29
    low, high = miettinen_nurminen(0, 10, 0, 20, 0.025)
    assert float(high) == pytest.approx(z2 / (10 + z2), abs=1e-12)
    assert float(low) == pytest.approx(-z2 / (20 + z2), abs=1e-12)


def test_edges_of_the_score_interval():
    assert float(miettinen_nurminen(0, 10, 10, 10, 0.05)[0]) == -1.0
    assert float(miettinen_nurminen(10, 10, 0, 10, 0.05)[1]) == 1.0
    both = miettinen_nurminen(10, 10, 10, 10, 0.05)
    assert float(both[0]) == pytest.approx(-float(both[1]), abs=1e-12)
    assert 0 < float(both[1]) < 1
    alone = miettinen_nurminen(1, 1, 0, 1, 0.05)
    assert np.all(np.isfinite(alone))


def test_exact_bounds_are_two_clopper_pearson_bounds():
    low1, high1 = clopper_pearson(3, 20, 0.025)
    low2, high2 = clopper_pearson(11, 25, 0.025)
    low, high = exact_difference(3, 20, 11, 25, 0.05)
    assert float(low) == float(low1 - high2)
    assert float(high) == float(high1 - low2)


@pytest.mark.parametrize(
    ("counts", "alpha", "method"),
    [
        ((150, 300, 140, 300), 0.05, SCORE),
        ((10, 300, 5, 300), 0.05, f"low: {CORRECTED}; high: {EXACT}"),
        ((150, 300, 140, 300), 0.05 / 90, CORRECTED),
        ((15, 29, 140, 300), 0.05, EXACT),
        ((7, 300, 140, 300), 0.05, f"low: {EXACT}; high: {SCORE}"),
    ],
)
def test_the_method_is_chosen_and_named(counts, alpha, method):
    assert difference_bounds(*counts, alpha).method == method


def test_the_chosen_bounds_are_the_published_score_where_counts_suffice():
    bounds = difference_bounds(412, 797, 170, 390, 0.05)
    low, high = miettinen_nurminen(412, 797, 170, 390, 0.05)
    assert (bounds.low, bounds.high) == (float(low), float(high))


def test_ten_million_rows_are_stable_and_fast():
    n = 10**7
    start = time.perf_counter()
    bounds = difference_bounds(5_000_000, n, 5_001_000, n, 0.05)
    rare = difference_bounds(0, n, n, n, 0.05)
    few = difference_bounds(40, n, 90, n, 0.05)
    assert time.perf_counter() - start < 0.5
    reach = 1.6448536269 * (2 * 0.25 / n) ** 0.5
    assert bounds.low == pytest.approx(-1e-4 - reach, rel=1e-6)
    assert bounds.high == pytest.approx(-1e-4 + reach, rel=1e-6)
    assert rare.low == -1.0
    assert -1 < rare.high < -0.999999
    assert few.low < -50e-7 < few.high < 0


def samples(largest):
    return st.integers(1, largest).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples(400), samples(400), st.floats(1e-5, 0.49), st.floats(1e-5, 0.49))
def test_shape_of_the_chosen_bounds(first, second, one, other):
    (x1, n1), (x2, n2) = first, second
    small, large = sorted((one, other))
    wide = difference_bounds(x1, n1, x2, n2, small)
    narrow = difference_bounds(x1, n1, x2, n2, large)
    observed = x1 / n1 - x2 / n2
    assert -1 <= wide.low <= narrow.low + 1e-12 <= observed + 2e-12
    assert observed - 2e-12 <= narrow.high - 1e-12 <= wide.high <= 1
    swapped = difference_bounds(x2, n2, x1, n1, small)
    assert swapped.low == pytest.approx(-wide.high, abs=1e-12)
    mirrored = difference_bounds(n2 - x2, n2, n1 - x1, n1, small)
    assert mirrored.low == pytest.approx(wide.low, abs=1e-9)
    exact_low, exact_high = exact_difference(x1, n1, x2, n2, small)
    assert wide.low >= float(exact_low)
    assert wide.high <= float(exact_high)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(samples(400), samples(400), st.sampled_from([0.05, 0.01, 0.05 / 90]))
def test_more_hits_raise_both_bounds(first, second, alpha):
    (x1, n1), (x2, n2) = first, second
    if x1 == n1:
        return
    before, after = (difference_bounds(x, n1, x2, n2, alpha) for x in (x1, x1 + 1))
    assert after.low >= before.low - 1e-12
    assert after.high >= before.high - 1e-12
