"""Order statistics bound a quantile whatever the distribution."""

from itertools import product
from math import comb, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats.order import quantile, quantile_bounds, values_needed


def at_most(k, n, q):
    """P(Binomial(n, q) ≤ k), summed by hand."""
    return sum(comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(("n", "q"), [(1, 0.5), (9, 0.5), (40, 0.9), (100, 0.99), (60, 0.05)])
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.3])
def test_the_ranks_are_the_tightest_that_keep_the_level(n, q, alpha):
    bounds = quantile_bounds(np.arange(1, n + 1), q, alpha)
    lows = [r for r in range(1, n + 1) if 1 - at_most(r - 1, n, q) >= 1 - alpha]
    highs = [s for s in range(1, n + 1) if at_most(s - 1, n, q) >= 1 - alpha]
    assert bounds.low == (max(lows) if lows else -inf)
    assert bounds.high == (min(highs) if highs else inf)
    if lows:
        assert bounds.low_level == pytest.approx(1 - at_most(max(lows) - 1, n, q), abs=1e-12)
    if highs:
        assert bounds.high_level == pytest.approx(at_most(min(highs) - 1, n, q), abs=1e-12)


def test_coverage_by_enumeration_of_every_sample():
    """All samples of five from a three-point distribution with ties; median 2."""
    mass = {1: 0.3, 2: 0.4, 3: 0.3}
    missed_low = missed_high = 0.0
    for sample in product(mass, repeat=5):
        chance = np.prod([mass[v] for v in sample])
        bounds = quantile_bounds(sample, 0.5, 0.2)
        missed_low += chance * (bounds.low > 2)
        missed_high += chance * (bounds.high < 2)
    assert missed_low <= 0.2
    assert missed_high <= 0.2


def test_p99_at_95_percent_needs_299_values():
    assert values_needed(0.99, 0.05) == 299
    assert quantile_bounds(np.arange(298), 0.99, 0.05).high == inf
    enough = quantile_bounds(np.arange(299), 0.99, 0.05)
    assert enough.high == 298
    assert enough.high_level == pytest.approx(1 - 0.99**299)


def test_the_quantile_is_the_inverse_of_the_cdf():
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert [quantile(values, q) for q in (0.01, 0.2, 0.21, 0.5, 0.8, 0.99)] == [1, 1, 2, 3, 4, 5]
    hundred = np.arange(1, 101)
    for k in range(1, 100):
        assert quantile(hundred, k / 100) == k  # 0.07 × 100 is above 7 in floating point
        between = (k - 0.5) / 100
        assert quantile(hundred, between) == np.quantile(hundred, between, method="inverted_cdf")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80),
    st.floats(0.01, 0.99),
    st.floats(0.001, 0.49),
)
def test_bounds_lie_around_the_quantile(values, q, alpha):
    bounds = quantile_bounds(values, q, alpha)
    assert bounds.low <= quantile(values, q) <= bounds.high
    assert bounds.low_level >= 1 - alpha - 1e-12
    assert bounds.high_level >= 1 - alpha - 1e-12


@pytest.mark.parametrize(
    ("values", "q"),
    [
        ([], 0.5),
        ([1.0, float("nan")], 0.5),
        ([1.0, float("inf")], 0.5),
        (["1"], 0.5),
        ([True, False], 0.5),
        ([[1.0]], 0.5),
        (1.0, 0.5),
        ([1.0], 0),
        ([1.0], 1),
        ([1.0], float("nan")),
    ],
)
def test_what_has_no_quantile_is_refused(values, q):
    with pytest.raises(ValueError):
        quantile_bounds(values, q, 0.05)
    with pytest.raises(ValueError):
        quantile(values, q)
