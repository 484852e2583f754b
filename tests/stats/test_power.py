"""Power and the rows that buy it."""

import numpy as np
import pytest
from scipy.stats import binom, nct, t

from deploycheck.stats.difference import difference_lower
from deploycheck.stats.mean import mean_bounds
from deploycheck.stats.power import (
    power_difference,
    power_mean,
    power_proportion,
    rows_needed_proportion,
)
from deploycheck.stats.proportion import clopper_pearson
from deploycheck.stats.samples import as_pair


@pytest.mark.parametrize(
    ("n", "bound", "effect", "side"),
    [(50, 0.8, 0.95, "max"), (200, 0.1, 0.03, "min"), (30, 0.01, 0.0, "min"), (40, 0.0, 0.1, "max"),
     (40, 0.5, 1.0, "max"), (20, 0.99, 0.999, "max")],
)  # fmt: skip
def test_power_of_a_proportion_by_summing_over_the_outcomes(n, bound, effect, side):
    hits = np.arange(n + 1)
    low, high = clopper_pearson(hits, n, 0.05)
    clears = low >= bound if side == "max" else high <= bound
    if bound == 0:
        clears = hits > 0  # any hit shows that the rate is above zero
    expected = binom.pmf(hits, n, effect)[clears].sum()
    assert power_proportion(n, bound, effect, 0.05, side) == pytest.approx(expected, abs=1e-12)


def test_power_at_the_bound_is_at_most_alpha():
    for n in (10, 100, 1000):
        for bound in (0.05, 0.5, 0.9):
            assert power_proportion(n, bound, bound, 0.05, "max") <= 0.05
            assert power_proportion(n, bound, bound, 0.05, "min") <= 0.05


@pytest.mark.parametrize(
    ("bound", "effect", "power"),
    [(0.8, 0.9, 0.8), (0.1, 0.05, 0.9), (0.5, 0.6, 0.8), (0.95, 0.99, 0.9)],
)
def test_rows_needed_are_the_first_from_which_the_power_stays(bound, effect, power):
    rows = rows_needed_proportion(bound, effect, 0.05, power)
    side = "max" if effect > bound else "min"
    assert power_proportion(rows - 1, bound, effect, 0.05, side) < power
    for n in range(rows, rows + 200):
        assert power_proportion(n, bound, effect, 0.05, side) >= power


def test_rows_needed_at_the_extremes():
    assert rows_needed_proportion(0.01, 0.0, 0.05, 0.8) == 299
    assert rows_needed_proportion(0.99, 1.0, 0.05, 0.8) == 299
    many = rows_needed_proportion(0.8, 0.801, 0.05, 0.9)
    normal = ((1.6449 * 0.4 + 1.2816 * (0.801 * 0.199) ** 0.5) / 0.001) ** 2
    assert many == pytest.approx(normal, rel=0.005)
    assert power_proportion(many, 0.8, 0.801, 0.05) >= 0.9


def test_power_of_a_difference_against_simulation():
    rng = np.random.default_rng(5)
    for p1, n1, p2, n2, bound, side in (
        (0.5, 429, 0.5, 429, 0.1, "min"),
        (0.62, 300, 0.5, 200, 0.0, "max"),
        (0.02, 400, 0.02, 400, 0.05, "min"),
    ):
        x1, x2 = rng.binomial(n1, p1, 3000), rng.binomial(n2, p2, 3000)
        pair, _ = as_pair(x1, n1, x2, n2)
        low, _ = difference_lower(pair if side == "max" else pair.swapped(), 0.05)
        clears = low >= (bound if side == "max" else -bound)
        planned = power_difference(p1, n1, p2, n2, bound, 0.05, side)
        assert np.mean(clears) == pytest.approx(planned, abs=0.05)


def test_power_of_a_mean_is_noncentral_t():
    for n in (3, 30, 500):
        shift = 0.5 / (2 / n**0.5)
        expected = nct.sf(t.isf(0.05, n - 1), n - 1, shift)
        assert power_mean(n, 2.0, 1.0, 1.5, 0.05) == pytest.approx(expected, abs=1e-6)
        assert power_mean(n, 2.0, 1.5, 1.0, 0.05, "min") == pytest.approx(expected, abs=1e-6)
    assert power_mean(20_000, 2.0, 1.0, 1.0, 0.05) == pytest.approx(0.05, abs=1e-4)
    values = np.random.default_rng(9).normal(1.5, 2.0, (2000, 30))
    clears = [mean_bounds(v.mean(), v.std(ddof=1), 30, 0.05).low >= 1.0 for v in values]
    assert np.mean(clears) == pytest.approx(power_mean(30, 2.0, 1.0, 1.5, 0.05), abs=0.035)


@pytest.mark.parametrize(
    "call",
    [
        lambda: power_proportion(0, 0.5, 0.6, 0.05),
        lambda: power_proportion(10.5, 0.5, 0.6, 0.05),
        lambda: power_proportion(10, 1.5, 0.6, 0.05),
        lambda: power_proportion(10, 0.5, float("nan"), 0.05),
        lambda: power_proportion(10, 0.5, 0.6, 0.05, "up"),
        lambda: rows_needed_proportion(0.5, 0.5, 0.05, 0.8),
        lambda: rows_needed_proportion(0.5, 0.6, 0.05, 1.0),
        lambda: rows_needed_proportion(0.5, 0.5 + 1e-9, 0.05, 0.8),
        lambda: power_difference(0.5, 0, 0.5, 10, 0.1, 0.05),
        lambda: power_difference(1.5, 10, 0.5, 10, 0.1, 0.05),
        lambda: power_mean(1, 1.0, 0.0, 1.0, 0.05),
        lambda: power_mean(10, 0.0, 0.0, 1.0, 0.05),
    ],
)
def test_what_cannot_be_planned_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize("sd", [1e-3, 1e-200, 1e-300])
def test_a_mean_far_from_its_bound_has_all_power(sd):
    assert power_mean(200, sd, -1.0, 0.0, 0.05) == pytest.approx(1.0)
    assert power_mean(200, sd, 1.0, 0.0, 0.05) == pytest.approx(0.0)
