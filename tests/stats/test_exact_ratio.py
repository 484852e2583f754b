"""Exact bounds of a ratio: by each rate, given all hits, and the inner of both."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from deploycheck.stats.exact_ratio import conditional_ratio, each_rate_ratio, exact_ratio
from deploycheck.stats.proportion import clopper_pearson

SIZES = [(1, 1), (5, 5), (5, 30), (30, 5), (12, 300), (300, 12), (60, 150), (20, 1000)]


def test_the_bounds_of_each_rate_are_two_clopper_pearson_bounds():
    low1, high1 = clopper_pearson(3, 20, 0.025)
    low2, high2 = clopper_pearson(11, 25, 0.025)
    low, high = each_rate_ratio(3, 20, 11, 25, 0.05)
    assert float(low) == pytest.approx(float(low1 / high2), rel=1e-14)
    assert float(high) == pytest.approx(float(high1 / low2), rel=1e-14)


def test_the_conditional_bounds_turn_the_binomial_test_round():
    low, high = (float(b) for b in conditional_ratio(5, 1000, 20, 1000, 0.05))
    assert binom.sf(4, 25, low / (1 + low)) == pytest.approx(0.05, abs=1e-10)
    assert binom.cdf(5, 25, high / (1 + high)) == pytest.approx(0.05, abs=1e-10)
    wide, _ = conditional_ratio(5, 500, 20, 1000, 0.05)
    assert float(wide) == pytest.approx(2 * low, rel=1e-12)


def test_the_conditional_bounds_are_those_of_two_poisson_counts():
    """Lung cancer in Fredericia against three other cities: R's example of ``poisson.test``.

    ``poisson.test(c(11, 6+8+7), c(800, 1083+1050+878))``: 0.8584264 to 4.2772659, 95 % two-sided.
    """
    low, high = (float(b) for b in conditional_ratio(11, 800, 21, 3011, 0.025))
    assert (low, high) == pytest.approx((0.8584264, 4.2772659), abs=1e-7)


def test_few_hits_gain_and_high_rates_lose_nothing():
    assert float(exact_ratio(5, 1000, 20, 1000, 0.05)[0]) == pytest.approx(0.0897, abs=1e-4)
    assert float(each_rate_ratio(5, 1000, 20, 1000, 0.05)[0]) == pytest.approx(0.0529, abs=1e-4)
    high = exact_ratio(24, 25, 23, 25, 0.05), each_rate_ratio(24, 25, 23, 25, 0.05)
    assert high[0] == high[1]


def test_without_hits_nothing_finite_is_claimed():
    for function in (conditional_ratio, each_rate_ratio, exact_ratio):
        assert tuple(map(float, function(0, 50, 0, 60, 0.05))) == (0.0, inf)
        low, high = function(25, 50, 0, 60, 0.05)
        assert float(low) > 1
        assert float(high) == inf


@pytest.mark.parametrize("alpha", [0.3, 0.05, 0.01, 0.05 / 90])
def test_no_way_errs_more_than_alpha_and_neither_do_both(enumeration, alpha):
    for sizes in SIZES:
        tables = enumeration.all_tables(*sizes)
        for function in (conditional_ratio, each_rate_ratio, exact_ratio):
            low = function(*tables, alpha)[0]
            worst = max(float(errors.max()) for errors in enumeration.ratio_errors(low))
            assert worst <= 0.96 * alpha, (function.__name__, sizes, worst / alpha)


def samples(largest):
    return st.integers(1, largest).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(samples(300), samples(300), st.floats(1e-5, 0.49), st.floats(1e-5, 0.49))
def test_shape(first, second, one, other):
    (x1, n1), (x2, n2) = first, second
    small, large = sorted((one, other))
    for function in (conditional_ratio, each_rate_ratio, exact_ratio):
        wide, narrow = function(x1, n1, x2, n2, small), function(x1, n1, x2, n2, large)
        assert 0 <= float(wide[0]) <= float(narrow[0]) * (1 + 1e-12)
        assert float(narrow[1]) * (1 - 1e-12) <= float(wide[1])
        more = function(min(x1 + 1, n1), n1, x2, n2, small)
        assert float(more[0]) >= float(wide[0]) * (1 - 1e-12)
        swapped = function(x2, n2, x1, n1, small)
        if float(swapped[0]) > 0:
            assert float(wide[1]) == pytest.approx(1 / float(swapped[0]), rel=1e-9)


def test_arrays_and_junk():
    low, high = exact_ratio([3, 5], 20, [[4], [9]], 30, 0.05)
    assert low.shape == high.shape == (2, 2)
    assert np.all(low < high)
    with pytest.raises(ValueError, match="rows"):
        exact_ratio(21, 20, 4, 30, 0.05)
    with pytest.raises(ValueError, match="alpha"):
        conditional_ratio(3, 20, 4, 30, 0.5)
