"""A norm seen through Gaussian noise: both bounds, their test, and the power that is promised."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln
from scipy.stats import norm

from deploycheck.stats.noise import (
    distance_bounds,
    distance_pvalue,
    power_distance,
    shortfall,
)


def test_the_bounds_in_closed_form():
    found = distance_bounds(0.3, 0.05, 0.02, 0.05)
    z = norm.isf(0.05)
    assert found.low == pytest.approx(0.3 - 0.05 - z * 0.02, abs=1e-12)
    assert found.high == pytest.approx(0.3 + 0.02 * (norm.pdf(z) + z * norm.cdf(z)), abs=1e-12)
    assert distance_bounds(0.01, 0.05, 0.02, 0.05).low == 0


@pytest.mark.parametrize("size", [1, 5, 40])
@pytest.mark.parametrize("truth", [0.0, 0.5, 2.0, 10.0])
@pytest.mark.parametrize("kind", ["euclidean", "sum", "largest"])
@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.01])
def test_both_bounds_hold_for_three_norms(size, truth, kind, alpha):
    """``center`` the mean norm of the noise, ``scale`` its largest deviation in any direction."""
    rng = np.random.default_rng(17)
    order, scale = {
        "euclidean": (2, 1.0),
        "sum": (1, size**0.5),
        "largest": (np.inf, 1.0),
    }[kind]
    vector = np.zeros(size)
    vector[0] = truth
    noise = rng.normal(size=(20_000, size))
    center = float(np.mean(np.linalg.norm(noise, ord=order, axis=1)))
    seen = np.linalg.norm(vector + noise, ord=order, axis=1)
    reach = distance_bounds(0.0, 0.0, 1.0, alpha).high
    low = seen - center - norm.isf(alpha) * scale
    assert np.mean(low > truth) <= alpha + 0.005
    assert np.mean(seen + reach * scale < truth) <= alpha + 0.005


def test_the_upper_bound_is_hardly_wider_than_for_a_number():
    """Where the distance is far from zero it is a plain mean, and its coverage nominal."""
    rng = np.random.default_rng(3)
    seen = np.abs(50 + rng.normal(size=100_000))
    reach = distance_bounds(0.0, 0.0, 1.0, 0.05).high
    assert np.mean(seen + reach < 50) == pytest.approx(norm.sf(reach), abs=0.003)
    assert 1.645 < reach < 1.67


@given(
    st.floats(0, 5),
    st.floats(0, 1),
    st.floats(0.01, 1),
    st.floats(0, 5),
    st.sampled_from([0.3, 0.05, 1e-4]),
)
@settings(max_examples=150, deadline=None)
def test_p_values_agree_with_the_bounds(value, center, scale, bound, alpha):
    found = distance_bounds(value, center, scale, alpha)
    assert found.low <= value <= found.high
    if abs(found.low - bound) > 1e-9 and bound > 0:
        assert (distance_pvalue(value, center, scale, bound) <= alpha) == (found.low >= bound)
    if abs(found.high - bound) > 1e-9:
        p = distance_pvalue(value, center, scale, bound, "min")
        assert (p <= alpha) == (found.high <= bound)


def test_a_value_within_the_noise_is_no_evidence():
    assert distance_pvalue(0.1, 0.05, 0.02, 0.1) == 1
    assert distance_pvalue(0.14, 0.05, 0.02, 0.1) == 1
    assert distance_pvalue(0.3, 0.05, 0.02, 0.1) == pytest.approx(norm.sf(7.5))


@pytest.mark.parametrize("truth", [0.8, 1.0, 1.5])
def test_power_is_real_and_not_more_than_told(truth):
    """A Euclidean norm in 20 dimensions, H0 at most 0.4."""
    rng = np.random.default_rng(23)
    size, scale = 20, 0.08
    center = scale * np.sqrt(2) * np.exp(gammaln((size + 1) / 2) - gammaln(size / 2))
    vector = np.zeros(size)
    vector[0] = truth
    seen = np.linalg.norm(vector + scale * rng.normal(size=(20_000, size)), axis=1)
    real = np.mean(seen - center - norm.isf(0.05) * scale >= 0.4)
    told = power_distance(center, scale, 0.4, truth, 0.05)
    assert told <= real + 0.01
    if truth == 1.5:
        assert told > 0.99


def test_power_at_the_edge():
    """80 % where the effect exceeds the critical value by 0.953 scales."""
    assert shortfall(norm.ppf(0.8)) == pytest.approx(0.953, abs=0.001)
    critical = 0.1 + 0.03 + norm.isf(0.05) * 0.02
    assert power_distance(0.03, 0.02, 0.1, critical + 0.0191, 0.05) == pytest.approx(0.8, abs=0.01)
    assert power_distance(0.03, 0.02, 0.1, 0.1, 0.05) < 0.05
    assert power_distance(0.03, 0.02, 0.1, 99.0, 0.05) == 1
    assert power_distance(0.03, 0.02, 0.3, 0.1, 0.05, "min") == pytest.approx(1.0, abs=1e-6)
    assert power_distance(0.03, 0.02, 0.1, 0.1, 0.05, "min") == 0


@pytest.mark.parametrize(
    "given", [(-0.1, 0.1, 0.1), (0.1, -0.1, 0.1), (0.1, 0.1, 0.0), (float("nan"), 0.1, 0.1)]
)
def test_what_is_no_distance_is_refused(given):
    with pytest.raises(ValueError, match=r"negative|greater than 0|finite"):
        distance_bounds(*given, 0.05)
