"""Distances between samples: values by scipy, noise by simulation, alarms at most at their level."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.special import kolmogi

from deploycheck.stats import distance
from deploycheck.stats.noise import distance_bounds, power_distance

SAMPLES = {
    "normal": lambda r, n, shift: r.normal(size=n) + shift,
    "exponential": lambda r, n, shift: r.exponential(size=n) + shift,
    "integers": lambda r, n, shift: r.poisson(2 + shift * 2**0.5, size=n).astype(float),
    "two values": lambda r, n, shift: (r.random(n) < 0.05 + shift * 0.2179) * 1.0,
    "heavy tail": lambda r, n, shift: r.standard_t(3, size=n) + shift * 3**0.5,
}  # each moved by ``shift`` standard deviations, which is its Wasserstein distance


def pair(name, seed, m=300, n=500, shift=0.2):
    rng = np.random.default_rng(seed)
    return SAMPLES[name](rng, m, 0.0), SAMPLES[name](rng, n, shift)


@pytest.mark.parametrize("name", SAMPLES)
def test_values_are_scipys(name):
    x, y = pair(name, 4)
    expected = stats.wasserstein_distance(x, y) / np.std(x)
    assert distance.wasserstein(x, y).value == pytest.approx(expected, abs=1e-9)
    expected = stats.ks_2samp(x, y, method="asymp").statistic
    assert distance.ks(x, y).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-200, 1e-3, 1e6, 1e200])
def test_the_unit_of_the_data_does_not_matter(unit):
    x, y = pair("exponential", 5)
    plain, scaled = distance.wasserstein(x, y), distance.wasserstein(x * unit, y * unit)
    for part in ("value", "center", "scale"):
        assert getattr(scaled, part) == pytest.approx(getattr(plain, part), rel=1e-9)


def test_the_noise_is_that_of_two_equal_samples():
    """Normal data, nothing differs: center is the mean of W1, and few values exceed the tail."""
    rng = np.random.default_rng(6)
    found = [distance.wasserstein(rng.normal(size=400), rng.normal(size=800)) for _ in range(300)]
    values = np.array([f.value for f in found])
    assert np.mean([f.center for f in found]) == pytest.approx(values.mean(), rel=0.05)
    assert np.mean([f.value > f.center + f.scale for f in found]) < 0.16
    assert np.mean(values) > 0.05  # what an estimate alone would take for drift


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(("n", "runs"), [(300, 400), (1000, 200), (10_000, 40)])
def test_a_truth_at_its_bound_alarms_at_most_at_the_level(name, n, runs):
    alarms = missed = 0
    for seed in range(runs):
        x, y = pair(name, seed, n, n, 0.1)
        found = distance.wasserstein(x, y)
        bounds = distance_bounds(found.value, found.center, found.scale, 0.05)
        alarms += bounds.low > 0.1
        missed += bounds.high < 0.1
    assert alarms <= 0.05 * runs
    assert missed <= (0.08 + 2 * (0.08 * 0.92 / runs) ** 0.5) * runs


@pytest.mark.parametrize("name", SAMPLES)
def test_power_at_twice_the_bound_is_real(name):
    """10,000 rows of each: the alarm is told to be found at 0.2, and is."""
    found = [distance.wasserstein(*pair(name, seed, 10_000, 10_000, 0.2)) for seed in range(25)]
    alarms = [distance_bounds(f.value, f.center, f.scale, 0.05).low > 0.1 for f in found]
    told = [power_distance(f.center, f.scale, 0.1, 0.2, 0.05) for f in found]
    assert np.mean(alarms) >= 0.9
    assert np.median(told) >= 0.8


def test_a_variable_unit_is_part_of_the_noise():
    """The heavier the reference's tail, the less its deviation is known."""
    x, y = pair("heavy tail", 3, shift=2.0)
    rows = x.size**-0.5, (y.std() / x.std()) * y.size**-0.5
    assert distance.wasserstein(x, y).scale > np.hypot(*rows) * 1.5


def test_the_tail_of_kolmogorov_lies_below_the_normal_one():
    levels = np.logspace(np.log10(0.5), -9, 500)
    tail = distance.KS_CENTER + distance.KS_SCALE * stats.norm.isf(levels)
    assert np.all(tail >= kolmogi(levels))
    assert tail[0] == pytest.approx(kolmogi(0.5), abs=1e-3)


@pytest.mark.parametrize("kind", ["normal", "integers"])
@pytest.mark.parametrize("sizes", [(30, 30), (100, 1000)])
def test_ks_keeps_its_level_with_and_without_ties(kind, sizes):
    rng = np.random.default_rng(14)
    found = [
        distance.ks(SAMPLES[kind](rng, sizes[0], 0), SAMPLES[kind](rng, sizes[1], 0))
        for _ in range(600)
    ]
    for alpha in (0.3, 0.05):
        alarms = [distance_bounds(f.value, f.center, f.scale, alpha).low > 0 for f in found]
        assert np.mean(alarms) <= alpha


def counts(k, m, n, seed, q=None):
    rng = np.random.default_rng(seed)
    p = np.full(k, 1 / k)
    return rng.multinomial(m, p), rng.multinomial(n, p if q is None else q)


@pytest.mark.parametrize("k", [2, 7, 60])
def test_values_of_counts_are_scipys(k):
    a, b = counts(k, 500, 900, 1)
    assert distance.js(a, b).value == pytest.approx(jensenshannon(a, b, base=2), abs=1e-9)
    some = (a + b) > 0
    expected = stats.chi2_contingency(np.array([a, b])[:, some], correction=False)
    found = distance.chi2(a, b)
    assert found.statistic == pytest.approx(expected.statistic, abs=1e-9)
    assert (found.df, found.n) == (expected.dof, 1400)


def test_categories_that_nobody_has_do_not_count():
    a, b = np.array([30, 0, 20, 0]), np.array([25, 0, 40, 0])
    assert distance.chi2(a, b) == distance.chi2(a[::2], b[::2])
    assert distance.js(a, b) == distance.js(a[::2], b[::2])
    assert distance.psi(a, b) == distance.psi(a[::2], b[::2])
    assert distance.chi2([10, 0], [5, 0]).df == 0


@pytest.mark.parametrize(
    ("k", "m", "n"), [(2, 300, 300), (10, 300, 1000), (100, 300, 300), (1000, 300, 300)]
)
def test_js_keeps_its_level_with_many_rare_categories(k, m, n):
    found = [distance.js(*counts(k, m, n, seed)) for seed in range(300)]
    for alpha in (0.3, 0.05):
        alarms = [distance_bounds(f.value, f.center, f.scale, alpha).low > 0 for f in found]
        assert np.mean(alarms) <= alpha


def test_js_covers_a_true_distance():
    q = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
    truth = jensenshannon(np.full(5, 0.2), q, base=2)
    bounds = []
    for seed in range(400):
        f = distance.js(*counts(5, 2000, 1000, seed, q))
        bounds.append(distance_bounds(f.value, f.center, f.scale, 0.05))
    assert np.mean([b.low > truth for b in bounds]) <= 0.05
    assert np.mean([b.high < truth for b in bounds]) <= 0.08


def test_psi_by_its_definition_and_its_critical_value():
    a, b = counts(10, 1000, 400, 2)
    p, q = a / 1000, b / 400
    found = distance.psi(a, b)
    assert found.value == pytest.approx(float(np.sum((p - q) * np.log(p / q))), abs=1e-12)
    assert found.n == pytest.approx(1000 * 400 / 1400)
    assert found.statistic == pytest.approx(found.value * found.n)
    above = [
        distance.psi(*counts(10, 1000, 400, seed)).statistic > stats.chi2.isf(0.05, 9)
        for seed in range(600)
    ]
    assert np.mean(above) == pytest.approx(0.05, abs=0.025)


def test_psi_with_an_empty_bin_adds_half_a_row_to_each():
    found = distance.psi([0, 10, 30], [5, 10, 5])
    p, q = np.array([0.5, 10.5, 30.5]) / 41.5, np.array([5.5, 10.5, 5.5]) / 21.5
    assert found.value == pytest.approx(float(np.sum((p - q) * np.log(p / q))))
    assert found.n == pytest.approx(40 * 20 / 60)


def test_inflation_is_one_where_nothing_differs():
    assert distance.chi2([50, 50], [500, 500]).inflation == 1
    assert distance.psi([50, 50], [500, 500]).inflation == 1
    assert distance.chi2([9900, 100], [950, 50]).inflation > 2


@pytest.mark.parametrize(
    ("reference", "current", "why"),
    [
        (np.ones(50), np.arange(50.0), "constant"),
        (np.arange(29.0), np.arange(50.0), "29 values"),
        (np.arange(50.0), np.array([]), "0 values"),
        (np.arange(50.0), np.full(50, np.nan), "finite"),
        (np.arange(50.0), np.append(np.arange(49.0), np.inf), "finite"),
        (np.arange(50.0).reshape(2, 25), np.arange(50.0), "one-dimensional"),
        (np.array(["a"] * 50), np.arange(50.0), "numbers"),
        (np.ones(50, dtype=bool), np.arange(50.0), "numbers"),
    ],
)
def test_what_is_no_sample_is_refused(reference, current, why):
    with pytest.raises(ValueError, match=why):
        distance.wasserstein(reference, current)
    if "constant" not in why:
        with pytest.raises(ValueError, match=why):
            distance.ks(reference, current)


@pytest.mark.parametrize("function", [distance.js, distance.chi2, distance.psi])
@pytest.mark.parametrize(
    ("reference", "current", "why"),
    [
        ([1, 2], [1, 2, 3], "one count for each"),
        ([0, 0], [1, 2], "without rows"),
        ([], [], "whole|without rows"),
        ([1, -1], [1, 2], "negative"),
        ([1.5, 1], [1, 2], "whole"),
        ([float("nan"), 1], [1, 2], "whole"),
        ([True, 1], [1, 2], "bool"),
    ],
)
def test_what_are_no_counts_is_refused(function, reference, current, why):
    with pytest.raises(ValueError, match=why):
        function(reference, current)
