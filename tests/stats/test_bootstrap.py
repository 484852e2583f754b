"""Resampled statistics: published and other people's BCa, coverage, and what fails closed."""

import numpy as np
import pytest
from scipy import stats

from deploycheck.stats.bootstrap import (
    FEWEST_RESAMPLES,
    MOST_RESAMPLES,
    bca_interval,
    power_resampled,
    resampled_bounds,
    resampled_pvalue,
    resamples_for,
    resampling,
)
from deploycheck.stats.slopes import linear
from deploycheck.stats.smooth import smooth_bounds
from deploycheck.stats.units import Unbounded, units

SPATIAL = np.array(
    [
        "48",
        "36",
        "20",
        "29",
        "42",
        "42",
        "20",
        "42",
        "22",
        "41",
        "45",
        "14",
        "6",
        "0",
        "33",
        "28",
        "34",
        "4",
        "32",
        "24",
        "47",
        "41",
        "24",
        "26",
        "30",
        "41",
    ],
    float,
)


def of(values, statistic=np.mean):
    return lambda rows: float(statistic(values[rows]))


def test_the_published_bca_interval():
    """E&T 1993, Table 14.2: variance of the spatial test data, BCa (115.8, 259.6) of B = 2,000.

    A quantile of 2,000 resamples has a standard error of about 3 here; a is 0.061, exactly.
    """
    found = resampling(of(SPATIAL, np.var), 26, 1)
    assert found.value == pytest.approx(171.5, abs=0.05)
    assert found.acceleration == pytest.approx(0.061, abs=0.0005)
    assert bca_interval(found, 0.05) == pytest.approx((115.8, 259.6), abs=8)


@pytest.mark.parametrize("statistic", [np.mean, np.var, stats.skew])
def test_bca_is_scipys(statistic):
    values = np.random.default_rng(4).gamma(2, 1, 60)
    ours = bca_interval(resampling(of(values, statistic), 60, 3), 0.05)
    theirs = stats.bootstrap(
        (values,), statistic, confidence_level=0.9, method="BCa", n_resamples=9999,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    slack = 0.15 * theirs.standard_error
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=slack)


def test_where_both_are_at_home_it_agrees_with_the_closed_form():
    values = np.random.default_rng(4).normal(size=300) ** 2
    smooth = linear(units(values[:, None], lambda m: np.sqrt(m[..., 0])))
    found = resampling(of(values, lambda v: np.sqrt(np.mean(v))), 300, 9)
    assert found.behind == pytest.approx(smooth.behind, rel=0.05)
    for alpha in (0.2, 0.05, 0.01):
        ours, theirs = resampled_bounds(found, alpha), smooth_bounds(smooth, alpha)
        assert ours.low == pytest.approx(theirs.low, abs=0.25 * smooth.error)
        assert ours.high == pytest.approx(theirs.high, abs=0.25 * smooth.error)


def test_the_seed_alone_decides():
    values = np.random.default_rng(4).normal(size=100)
    one, two = (resampled_bounds(resampling(of(values), 100, 5), 0.05) for _ in range(2))
    assert one == two
    assert resampled_bounds(resampling(of(values), 100, 6), 0.05) != one
    found = resampling(of(values), 100, 5)
    resampled_bounds(found, 0.02)
    assert resampled_bounds(found, 0.05) == one
    assert resampling(of(values), 100, 2**200).seed == 2**200  # seeds are digests


def test_entities_are_drawn_whole():
    code = np.random.default_rng(4).integers(0, 40, 200)
    seen = []

    def statistic(rows):
        counts = np.bincount(rows, minlength=200)
        for entity in np.unique(code):
            assert np.unique(counts[code == entity]).size == 1
        seen.append(rows.size)
        return float(rows.mean())

    found = resampling(statistic, 200, 1, code)
    resampled_bounds(found, 0.3)
    assert found.n == np.unique(code).size
    assert min(seen) < 200 < max(seen)


def test_entities_of_one_row_each_change_nothing():
    values = np.random.default_rng(4).normal(size=100)
    alone = resampled_bounds(resampling(of(values), 100, 5), 0.05)
    assert resampled_bounds(resampling(of(values), 100, 5, np.arange(100)), 0.05) == alone


def test_rows_said_twice_add_nothing():
    values = np.random.default_rng(4).normal(size=100)
    twice, code = np.repeat(values, 2), np.repeat(np.arange(100), 2)
    found = resampled_bounds(resampling(of(twice), 200, 5, code), 0.05)
    alone = resampled_bounds(resampling(of(values), 100, 5), 0.05)
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high))


def test_a_resample_without_a_value_counts_against_both_sides():
    """In four of ten resamples it is undefined, so no bound at 95 % can be given."""
    values = np.arange(60.0)

    def statistic(rows):
        return float(values[rows].mean()) if (rows == 7).sum() + (rows.size < 60) else np.nan

    found = resampling(statistic, 60, 1)
    bounds = resampled_bounds(found, 0.05)
    assert (bounds.low, bounds.high) == (-np.inf, np.inf)
    assert resampled_pvalue(found, -1e9, "max") > 0.05
    assert resampled_pvalue(found, 1e9, "min") > 0.05


def test_the_p_value_inverts_the_bound_within_the_resamples():
    values = np.random.default_rng(4).gamma(2, 1, 150)
    found = resampling(of(values), 150, 1)
    for alpha in (0.2, 0.05, 0.01):
        bounds = resampled_bounds(found, alpha)
        assert resampled_pvalue(found, bounds.low, "max") == pytest.approx(alpha, rel=0.25)
        assert resampled_pvalue(found, bounds.high, "min") == pytest.approx(alpha, rel=0.25)
    assert resampled_pvalue(found, found.value, "max") == 1
    assert 0 < resampled_pvalue(found, -1e9, "max") < 0.001


def test_power_is_none_where_no_resample_could_tell():
    values = np.random.default_rng(4).normal(size=150)
    found = resampling(of(values), 150, 1)
    assert power_resampled(found, 0.0, 0.5, 0.05, "max") > 0.9
    assert power_resampled(found, 0.0, -0.5, 0.05, "min") > 0.9
    assert power_resampled(found, 0.0, 0.01, 0.05, "max") < 0.1
    assert power_resampled(found, 0.0, 5.0, 1e-6, "max") == 0.0


def test_many_rows_take_a_jackknife_of_parts_that_agrees_with_that_of_rows():
    values = np.sort(np.random.default_rng(4).exponential(size=40_000))  # sorted, at its worst
    found = resampling(of(values), 40_000, 1)
    assert found.error == pytest.approx(values.std() / 200, rel=0.1)
    assert found.acceleration == pytest.approx(2 / (6 * 200), rel=0.5)
    assert found.behind > 1000


def test_how_many_resamples():
    assert resamples_for(0.05, 100) == FEWEST_RESAMPLES
    assert resamples_for(0.005, 100) == 20_000
    assert resamples_for(1e-9, 100) == MOST_RESAMPLES
    assert resamples_for(1e-9, 10**6) == FEWEST_RESAMPLES


@pytest.mark.parametrize(
    ("statistic", "rows", "clusters", "said"),
    [
        (lambda r: 1.0, 50, None, "no row moves it"),
        (lambda r: 1.0, 0, None, "no rows"),
        (lambda r: float(r.mean()), 9, None, "too few"),
        (lambda r: float(r.mean()), 50, np.zeros(50, int), "1 independent rows or entities"),
        (lambda r: float("inf"), 50, None, "not defined at these rows"),
        (lambda r: 10**400, 50, None, "not defined at these rows"),
        (lambda r: float(r.mean()) if r.size == 50 else np.nan, 50, None, "without some"),
    ],
)
def test_what_cannot_be_bounded(statistic, rows, clusters, said):
    with pytest.raises(Unbounded, match=said):
        resampling(statistic, rows, 1, clusters)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rows": 2.0}, "rows must be"),
        ({"rows": -1}, "rows must be"),
        ({"seed": None}, "seed must be"),
        ({"clusters": np.zeros(49, int)}, "clusters must be"),
        ({"clusters": np.zeros(50)}, "clusters must be whole"),
        ({"statistic": lambda r: "1"}, "a str, not a number"),
        ({"statistic": lambda r: np.array([1.0])}, "a ndarray, not a number"),
    ],
)
def test_junk_is_refused(given, said):
    with pytest.raises(ValueError, match=said) as error:
        resampling(**({"statistic": lambda r: float(r.mean()), "rows": 50, "seed": 1} | given))
    assert not isinstance(error.value, Unbounded)


def test_no_tail_of_a_gini_falls_below_its_level_by_three_points():
    """The Gini of an exponential is one half."""
    rng = np.random.default_rng(20)
    runs, rows = 60, 60
    low = high = 0
    for _ in range(runs):
        values = rng.exponential(size=rows)

        def gini(at, values=values):
            some = np.sort(values[at])
            return float((2 * np.arange(1, some.size + 1) - some.size - 1) @ some
                         / (some.size * some.sum()))  # fmt: skip

        try:
            bounds = resampled_bounds(resampling(gini, rows, 1), 0.05)
        except Unbounded:
            continue
        low += bounds.low > 0.5
        high += bounds.high < 0.5
    assert max(low, high) / runs <= 0.05 + 0.03 + 0.04
