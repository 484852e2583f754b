"""The closed-form restricted rates maximise the likelihood, at every size."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats.roots import decreasing_roots
from deploycheck.stats.scores import (
    TwoSamples,
    difference_score,
    rates_given_difference,
    rates_given_ratio,
)


def arrays(*counts):
    return TwoSamples(*(np.array([float(c)]) for c in counts))


def slope(p1, p2, dp1, counts):
    """Derivative of the log-likelihood along the line, in exact arithmetic."""
    x1, n1, x2, n2 = counts
    one = dp1 * ((x1 / p1 if x1 else 0) - ((n1 - x1) / (1 - p1) if n1 - x1 else 0))
    return one + (x2 / p2 if x2 else 0) - ((n2 - x2) / (1 - p2) if n2 - x2 else 0)


def by_bisection(counts, first, dp1, low, high):
    """The rate p2 where the log-likelihood is steepest no more: an independent oracle."""
    low, high = Fraction(low), Fraction(high)
    for _ in range(70):
        middle = (low + high) / 2
        rising = slope(first(middle), middle, dp1, counts) > 0
        low, high = (middle, high) if rising else (low, middle)
    return float((low + high) / 2)


counts = st.one_of(st.integers(1, 60), st.integers(1, 10**7)).flatmap(
    lambda n: st.one_of(
        st.integers(0, n), st.integers(0, min(n, 5)), st.integers(max(0, n - 5), n)
    ).map(lambda x: (x, n))
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(counts, counts, st.floats(-0.999, 0.999))
def test_rates_given_a_difference(first, second, delta):
    table = (*first, *second)
    p1, p2 = rates_given_difference(np.array([delta]), arrays(*table))
    exact = Fraction(delta)
    expected = by_bisection(
        table, lambda p: p + exact, 1, max(Fraction(0), -exact), min(Fraction(1), 1 - exact)
    )
    assert float(p2[0]) == pytest.approx(expected, abs=2e-8)
    assert float(p1[0] - p2[0]) == pytest.approx(delta, abs=1e-12)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(counts, counts, st.floats(0.01, 100))
def test_rates_given_a_ratio(first, second, ratio):
    table = (*first, *second)
    if first[0] + second[0] == 0:
        return  # no hits at all: any pair of rates near zero will do
    p1, p2 = rates_given_ratio(np.array([ratio]), arrays(*table))
    exact = Fraction(ratio)
    expected = by_bisection(table, lambda p: p * exact, exact, 0, min(Fraction(1), 1 / exact))
    assert float(p2[0]) == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert float(p1[0]) == pytest.approx(ratio * float(p2[0]), rel=1e-9)


def test_small_rates_in_many_rows_keep_their_digits():
    """arccos alone would be off by a tenth here."""
    table = (3, 10**7, 50, 10**7)
    delta = -2e-6
    _, p2 = rates_given_difference(np.array([delta]), arrays(*table))
    expected = by_bisection(table, lambda p: p + Fraction(delta), 1, Fraction(2e-6), 1)
    assert float(p2[0]) == pytest.approx(expected, rel=1e-7)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(counts, counts)
def test_the_score_falls_with_the_supposed_difference(first, second):
    deltas = np.linspace(-0.99, 0.99, 199)
    pair = TwoSamples(*(np.full(199, float(c)) for c in (*first, *second)))
    found = difference_score(deltas, pair)
    spread = np.sqrt(found.variance)
    score = np.divide(found.gap, spread, out=np.zeros(199), where=spread > 0)
    assert np.all(np.diff(score) <= 1e-6 * np.abs(score[1:]) + 1e-6)


def test_roots_are_found_and_err_downwards():
    targets = np.array([-0.9, 0.0, 0.3, 1e-12, 5.0])

    def falling(points, members):
        return np.arctan(targets[members] - points)

    found = decreasing_roots(falling, np.full(5, -7.0), np.full(5, 9.0))
    assert np.all(found <= targets)
    assert found == pytest.approx(targets, abs=2e-15)
