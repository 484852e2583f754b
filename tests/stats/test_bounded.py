"""Bounds of a mean between two known ends: valid at every n, never wider than Maurer–Pontil's."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats.bounded import (
    bounded_mean_bounds,
    bounded_mean_pvalue,
    power_bounded_mean,
)
from deploycheck.stats.coins import exponent, furthest_above, furthest_below
from deploycheck.stats.proportion import clopper_pearson


def maurer_pontil(mean, sd, n, alpha):
    """Their Theorem 4 (COLT 2009), for numbers in [0, 1]."""
    reach = sd * sqrt(2 * log(2 / alpha) / n) + 7 * log(2 / alpha) / (3 * (n - 1))
    return mean - reach, mean + reach


def moments(values):
    return float(np.mean(values)), float(np.std(values, ddof=1)), len(values)


@pytest.mark.parametrize("n", [2, 5, 30, 300, 10_000, 10**7])
@pytest.mark.parametrize("mean", [0.0, 0.01, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.05 / 90])
def test_never_wider_than_the_empirical_bernstein_bounds(n, mean, share, alpha):
    sd = share * sqrt(mean * (1 - mean))
    found = bounded_mean_bounds(mean, sd, n, 0, 1, alpha)
    low, high = maurer_pontil(mean, sd, n, alpha)
    assert found.low >= max(low, 0) - 1e-12
    assert found.high <= min(high, 1) + 1e-12
    assert found.low <= mean <= found.high


def test_numbers_that_are_all_alike_still_have_a_width():
    found = bounded_mean_bounds(0.0, 0.0, 10_000, 0, 1, 0.05)
    assert found.low == 0
    assert 2.9 / 10_000 < found.high < 3.5 / 10_000  # a rule of three, against 8.6 / n of theirs
    middle = bounded_mean_bounds(0.5, 0.0, 1000, 0, 1, 0.05)
    assert 0 < middle.high - middle.low < 0.03


def test_two_values_are_nearly_as_good_as_counting_them():
    """For a rate, Clopper–Pearson is exact; what knows only mean and sd cannot beat it."""
    for hits, n in ((3, 100), (50, 100), (400, 1000)):
        rate = hits / n
        sd = sqrt(rate * (1 - rate) * n / (n - 1))
        low, high = clopper_pearson(hits, n, 0.05)
        found = bounded_mean_bounds(rate, sd, n, 0, 1, 0.05)
        assert found.low < low
        assert found.high > high
        assert found.high - found.low < 1.8 * (high - low)


@pytest.mark.parametrize("alpha", [0.2, 0.05])
@pytest.mark.parametrize(
    ("name", "n"), [("rare", 30), ("rare", 300), ("skewed", 10), ("skewed", 100), ("even", 30)]
)
def test_each_bound_holds_at_its_level(name, n, alpha):
    rng = np.random.default_rng(11)
    runs = 500
    draws, truth = {
        "rare": lambda: ((rng.random((runs, n)) < 0.02) * 1.0, 0.02),
        "skewed": lambda: (rng.beta(0.05, 1, size=(runs, n)), 0.05 / 1.05),
        "even": lambda: (rng.random((runs, n)), 0.5),
    }[name]()
    missed = [0, 0]
    for mean, sd in zip(draws.mean(axis=1), draws.std(axis=1, ddof=1), strict=True):
        found = bounded_mean_bounds(float(mean), float(sd), n, 0, 1, alpha)
        missed[0] += found.low > truth
        missed[1] += found.high < truth
    assert max(missed) / runs <= alpha


def test_the_t_bounds_would_not_hold_there():
    from deploycheck.stats.mean import mean_bounds

    rng = np.random.default_rng(11)
    draws = rng.beta(0.05, 1, size=(1000, 30))
    missed = sum(mean_bounds(*moments(row), 0.05).high < 0.05 / 1.05 for row in draws)
    assert missed / 1000 > 0.15


def test_other_ends_only_shift_and_stretch():
    plain = bounded_mean_bounds(0.3, 0.2, 50, 0, 1, 0.05)
    moved = bounded_mean_bounds(-1 + 4 * 0.3, 4 * 0.2, 50, -1, 3, 0.05)
    assert (moved.low, moved.high) == pytest.approx((-1 + 4 * plain.low, -1 + 4 * plain.high))


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(2, 5000),
    st.floats(-0.1, 1.1),
    st.sampled_from([0.3, 0.05, 0.001]),
)
@settings(max_examples=60, deadline=None)
def test_p_values_agree_with_the_bounds(mean, share, n, bound, alpha):
    sample = (mean, share * sqrt(mean * (1 - mean)), n, 0, 1)
    found = bounded_mean_bounds(*sample, alpha)
    if abs(found.low - bound) > 1e-9:
        assert (bounded_mean_pvalue(*sample, bound) <= alpha) == (found.low >= bound)
    if abs(found.high - bound) > 1e-9:
        assert (bounded_mean_pvalue(*sample, bound, "min") <= alpha) == (found.high <= bound)


def test_power_is_the_share_of_runs_that_clear():
    rng = np.random.default_rng(3)
    draws = rng.beta(2, 6, size=(300, 1000))
    cleared = np.mean([bounded_mean_bounds(*moments(r), 0, 1, 0.05).low >= 0.235 for r in draws])
    told = power_bounded_mean(0.25, 0.144, 1000, 0, 1, 0.235, 0.25, 0.05)
    assert 0.2 < cleared < 0.9
    assert told <= cleared + 0.05  # the variance is taken as its upper bound
    assert told > cleared - 0.25
    other = power_bounded_mean(0.75, 0.144, 1000, 0, 1, 0.765, 0.75, 0.05, "min")
    assert other == pytest.approx(told)
    assert power_bounded_mean(0.5, 0.1, 10, 0, 1, 1.0, 1.0, 0.05) == 0


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        ((0.5, 0.1, 1, 0, 1), "at least 2"),
        ((0.5, 0.1, 2.5, 0, 1), "whole number"),
        ((1.5, 0.1, 10, 0, 1), "outside"),
        ((0.5, 0.6, 10, 0, 1), "cannot have the sd"),
        ((0.5, -0.1, 10, 0, 1), "negative"),
        ((0.5, 0.1, 10, 1, 1), "below high"),
        ((float("nan"), 0.1, 10, 0, 1), "finite"),
        ((0.0, 0.1, 10, -1.5e308, 1.5e308), "too far apart"),
    ],
)
def test_what_cannot_be_is_refused(sample, why):
    with pytest.raises(ValueError, match=why):
        bounded_mean_bounds(*sample, 0.05)


def test_an_effect_outside_the_ends_is_refused():
    with pytest.raises(ValueError, match="outside the ends"):
        power_bounded_mean(0.5, 0.1, 10, 0, 1, 0.9, 1.1, 0.05)


def test_coins():
    assert exponent(0.0, 0.25) == pytest.approx(-log(0.75))
    assert exponent(0.3, 0.3) == 0
    assert exponent(0.5, 0.0) == exponent(0.5, 1.0) == float("inf")
    assert furthest_above(0.0, log(20) / 100) == pytest.approx(1 - 0.05**0.01)
    low = furthest_below(0.7, 0.02)
    assert exponent(0.7, low) == pytest.approx(0.02)
