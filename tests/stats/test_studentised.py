"""The studentised bootstrap of a mean: second-order exact, and why it does not decide."""

import numpy as np
import pytest
from scipy import stats

from deploycheck.stats.mean import mean_bounds
from deploycheck.stats.studentised import studentised_mean_bounds
from deploycheck.stats.units import Unbounded


def test_of_normal_values_it_is_students_t():
    values = stats.norm.ppf((np.arange(400) + 0.5) / 400, 10, 3)
    found = studentised_mean_bounds(values, 0.05, seed=1, resamples=20_000)
    exact = mean_bounds(values.mean(), values.std(ddof=1), 400, 0.05)
    width = exact.high - exact.low
    assert found.low == pytest.approx(exact.low, abs=0.03 * width)
    assert found.high == pytest.approx(exact.high, abs=0.03 * width)


def test_of_skewed_values_the_long_side_is_longer():
    values = stats.expon.ppf((np.arange(60) + 0.5) / 60)
    found = studentised_mean_bounds(values, 0.05, seed=1)
    mean = values.mean()
    assert found.high - mean > 1.3 * (mean - found.low)
    assert found.low < mean < found.high


def test_it_covers_a_skewed_mean_where_students_t_does_not():
    """Exponential, 50 values, 400 samples, upper bound: 5 % of misses are stated."""
    misses = {"t": 0, "studentised": 0}
    for at in range(400):
        values = np.random.default_rng([7, at]).exponential(1, 50)
        t = mean_bounds(values.mean(), values.std(ddof=1), 50, 0.05)
        misses["t"] += t.high < 1
        misses["studentised"] += studentised_mean_bounds(values, 0.05, at, 1_000).high < 1
    assert misses["studentised"] / 400 <= 0.085
    assert misses["t"] > misses["studentised"]


def test_the_same_seed_gives_the_same_bounds_and_another_does_not():
    values = np.random.default_rng(3).lognormal(size=80)
    one, same, other = (studentised_mean_bounds(values, 0.05, seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("values", "error"),
    [([1.0] * 9, Unbounded), ([2.0] * 50, Unbounded), ([1.0, float("nan")] * 20, ValueError),
     ([[1.0, 2.0]] * 20, ValueError), (["a"] * 20, ValueError)],
)  # fmt: skip
def test_what_has_no_bounds(values, error):
    with pytest.raises(error):
        studentised_mean_bounds(values, 0.05, 1)


def test_too_few_resamples_for_a_small_alpha():
    with pytest.raises(ValueError, match="too few"):
        studentised_mean_bounds(list(range(50)), 0.0001, 1)
