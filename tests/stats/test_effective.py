"""Bounds of rates worth a fractional number of rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats import effective
from deploycheck.stats.bounds import as_counts
from deploycheck.stats.difference import difference_bounds
from deploycheck.stats.groups import range_bounds, ratio_range_bounds
from deploycheck.stats.proportion import proportion_bounds
from deploycheck.stats.pvalues import difference_pvalue, proportion_pvalue, ratio_pvalue
from deploycheck.stats.ratio import ratio_bounds

HITS, OF = [412, 170, 88, 30, 55], [797, 390, 260, 64, 61]
RATES = [x / n for x, n in zip(HITS, OF, strict=True)]
FAMILY = ["sex", "sex", "age", "age", "age"]


def ends(bounds):
    return (bounds.low, bounds.high)


@pytest.mark.parametrize("x1", [0, 3, 25, 412, 797])
def test_whole_numbers_give_the_bounds_of_counts(x1):
    for alpha in (0.05, 0.004):
        one = effective.proportion_bounds(x1 / 797, 797, alpha)
        assert ends(one) == pytest.approx(ends(proportion_bounds(x1, 797, alpha)), abs=1e-12)
        two = effective.difference_bounds(x1 / 797, 797, 170 / 390, 390, alpha)
        counted = difference_bounds(x1, 797, 170, 390, alpha)
        assert ends(two) == pytest.approx(ends(counted), abs=1e-9)
        three = effective.ratio_bounds(x1 / 797, 797, 170 / 390, 390, alpha)
        counted = ratio_bounds(x1, 797, 170, 390, alpha)
        assert ends(three) == pytest.approx(ends(counted), abs=1e-9)
        assert all(b.method.endswith(", of effective rows") for b in (one, two, three))


def test_whole_numbers_give_the_ranges_of_counts():
    for function, counted in (
        (effective.range_bounds, range_bounds),
        (effective.ratio_range_bounds, ratio_range_bounds),
    ):
        found, expected = function(RATES, OF, FAMILY, 0.05), counted(HITS, OF, FAMILY, 0.05)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert (found.pair, found.low_pair) == (expected.pair, expected.low_pair)
        assert found.pair_alpha == expected.pair_alpha
        assert found.method == expected.method + ", of effective rows"
        shared = function(RATES, OF, FAMILY, 0.05, family_alpha=0.01)
        assert shared.pair_alpha < found.pair_alpha


def test_whole_numbers_give_the_p_values_of_counts():
    for side in ("max", "min"):
        one = effective.proportion_pvalue(RATES, OF, 0.45, side)
        assert one == pytest.approx(proportion_pvalue(HITS, OF, 0.45, side), abs=1e-12)
        given_rates = (RATES[0], OF[0], RATES[1], OF[1])
        counts = (HITS[0], OF[0], HITS[1], OF[1])
        for function, counted, bound in (
            (effective.difference_pvalue, difference_pvalue, 0.03),
            (effective.ratio_pvalue, ratio_pvalue, 1.05),
        ):
            found, expected = function(*given_rates, bound, side), counted(*counts, bound, side)
            assert float(found) == pytest.approx(float(expected), abs=1e-9)


def test_korn_and_graubards_interval_is_an_incomplete_beta():
    """The formula in F quantiles, as SAS and Stata print it, at fractional degrees of freedom."""
    from scipy.stats import f

    rate, rows, alpha = 0.0731, 41.37, 0.025
    x = rate * rows
    first, second = 2 * x, 2 * (rows - x + 1)
    quantile = f.ppf(alpha, first, second)
    low = first * quantile / (second + first * quantile)
    first, second = 2 * (x + 1), 2 * (rows - x)
    quantile = f.ppf(1 - alpha, first, second)
    high = first * quantile / (second + first * quantile)
    assert ends(effective.proportion_bounds(rate, rows, alpha)) == pytest.approx((low, high))


def test_ends_and_less_than_one_row():
    none = effective.proportion_bounds(0.0, 12.5, 0.05)
    assert none.low == 0
    assert none.high == pytest.approx(1 - 0.05 ** (1 / 12.5))
    every = effective.proportion_bounds(1.0, 12.5, 0.05)
    assert ends(every) == pytest.approx((1 - none.high, 1.0))
    little = effective.proportion_bounds(0.5, 0.3, 0.05)
    assert 0 <= little.low < 0.001
    assert 0.999 < little.high <= 1
    assert effective.ratio_bounds(0.2, 50.5, 0.0, 60.5, 0.05).high == np.inf
    flat = effective.range_bounds([0.0, 0.0], [50.5, 60.5], ["g", "g"], 0.05)
    assert flat.low == 0
    assert 0 < flat.high < 0.2


rates = st.floats(0, 1) | st.sampled_from([0.0, 1.0])
rows = st.floats(0.5, 900)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(rates, rows, rates, rows, st.floats(1e-4, 0.3))
def test_shape(p1, n1, p2, n2, alpha):
    one = effective.proportion_bounds(p1, n1, alpha)
    assert 0 <= one.low <= p1 + 1e-9
    assert p1 - 1e-9 <= one.high <= 1
    fewer = effective.proportion_bounds(p1, n1 / 2, alpha)
    assert fewer.low <= one.low + 1e-9
    assert one.high <= fewer.high + 1e-9
    two = effective.difference_bounds(p1, n1, p2, n2, alpha)
    assert two.low - 1e-9 <= p1 - p2 <= two.high + 1e-9
    turned = effective.difference_bounds(p2, n2, p1, n1, alpha)
    assert ends(two) == pytest.approx((-turned.high, -turned.low), abs=1e-9)
    stricter = effective.difference_bounds(p1, n1, p2, n2, alpha / 3)
    assert stricter.low <= two.low + 1e-9
    p = float(effective.difference_pvalue(p1, n1, p2, n2, 0.02))
    if abs(two.low - 0.02) > 1e-6:
        assert (p <= alpha) == (two.low >= 0.02)


def test_weighted_samples_are_covered():
    """Log-normal sampling weights: rows of a rate that depends on nothing, 5 % each tail."""
    rng, n, truth, runs = np.random.default_rng(7), 200, 0.3, 1000
    weights = np.exp(rng.normal(0, 0.7, (runs, n)))
    hits = rng.random((runs, n)) < truth
    rate = (weights * hits).sum(axis=1) / weights.sum(axis=1)
    spread = (weights**2 * (hits - rate[:, None]) ** 2).sum(axis=1) / weights.sum(axis=1) ** 2
    worth = np.minimum(rate * (1 - rate) / spread, n)
    bounds = [effective.proportion_bounds(p, m, 0.05) for p, m in zip(rate, worth, strict=True)]
    noise = 3 * (0.05 * 0.95 / runs) ** 0.5
    assert np.mean([b.low > truth for b in bounds]) < 0.05 + noise
    assert np.mean([b.high < truth for b in bounds]) < 0.05 + noise


def test_counts_go_on_refusing_fractions():
    with pytest.raises(ValueError, match="whole"):
        as_counts(2.5, 10)
    with pytest.raises(ValueError, match="whole"):
        range_bounds([2.5, 3], [10, 10], ["g", "g"], 0.05)


@pytest.mark.parametrize(
    "call",
    [
        lambda: effective.proportion_bounds(1.1, 10, 0.05),
        lambda: effective.proportion_bounds(-0.1, 10, 0.05),
        lambda: effective.proportion_bounds(0.5, 0, 0.05),
        lambda: effective.proportion_bounds(0.5, -3, 0.05),
        lambda: effective.proportion_bounds(float("nan"), 3, 0.05),
        lambda: effective.proportion_bounds(0.5, float("inf"), 0.05),
        lambda: effective.proportion_bounds(True, 10, 0.05),
        lambda: effective.proportion_bounds("0.5", 10, 0.05),
        lambda: effective.proportion_bounds(None, 10, 0.05),
        lambda: effective.proportion_bounds([0.5, 0.4], 10, 0.05),
        lambda: effective.difference_bounds([0.5, 0.4], 10, 0.5, 10, 0.05),
        lambda: effective.difference_pvalue([0.5, 0.4], 10, [0.1, 0.2, 0.3], 10, 0.0),
        lambda: effective.proportion_pvalue([0.5, 0.4], [10, 10, 10], 0.5),
        lambda: effective.ratio_bounds(0.5, 10, 0.5, 10, 0.5),
        lambda: effective.range_bounds([0.5, True], [10, 10], ["g", "g"], 0.05),
        lambda: effective.range_bounds([0.5, 0.5], [10, 10], ["g", "h"], 0.05),
        lambda: effective.range_bounds([0.5] * 2, [10] * 2, ["g"] * 2, 0.05, 0.01,
                                       family_alpha=0.02),
    ],
)  # fmt: skip
def test_junk_is_refused(call):
    with pytest.raises(ValueError):
        call()
