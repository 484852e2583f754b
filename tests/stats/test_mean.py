"""t bounds of a mean."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from deploycheck.stats.mean import mean_bounds


@pytest.mark.parametrize("n", [2, 5, 30, 1000])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_bounds_agree_with_scipy(n, alpha):
    values = np.random.default_rng(n).normal(3, 2, n)
    expected = ttest_1samp(values, 0).confidence_interval(1 - 2 * alpha)
    bounds = mean_bounds(values.mean(), values.std(ddof=1), n, alpha)
    assert (bounds.low, bounds.high) == pytest.approx((expected.low, expected.high), rel=1e-9)


@pytest.mark.parametrize(
    ("mean", "sd", "n", "words"),
    [
        (1.0, 0.0, 100, "alike"),
        (1.0, -1.0, 100, "negative"),
        (1.0, 1.0, 1, "at least 2"),
        (1.0, 1.0, 2.5, "whole"),
        (float("nan"), 1.0, 10, "finite"),
        (1.0, float("inf"), 10, "finite"),
        (True, 1.0, 10, "bool"),
        (None, 1.0, 10, "number"),
    ],
)
def test_what_gives_no_bound_is_refused(mean, sd, n, words):
    with pytest.raises(ValueError, match=words):
        mean_bounds(mean, sd, n, 0.05)
