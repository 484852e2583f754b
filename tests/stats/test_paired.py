"""Tango's score for a paired difference: oracles, exact coverage, its test and its power."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import norm

from deploycheck.stats.paired import (
    METHODS,
    paired_bounds,
    paired_lower,
    paired_pvalue,
    power_paired,
    tango,
    tango_score,
)
from deploycheck.stats.scores import TwoSamples


def score(first, second, n, delta):
    pair = TwoSamples(*(np.array([float(v)]) for v in (first, n, second, n)))
    found = tango_score(np.array([float(delta)]), pair)
    spread = found.variance[0] ** 0.5
    return float(found.gap[0] / spread) if spread > 0 else math.copysign(math.inf, found.gap[0])


@pytest.mark.parametrize(
    ("first", "second", "n", "level", "low", "high"),
    [
        # R package PropCIs 0.3-0, scoreci.mp(60, 20, 1000) and its mirror, 95 % two-sided
        (60, 20, 1000, 0.975, 0.0231, 0.0584),
        (20, 60, 1000, 0.975, -0.0584, -0.0231),
        # the same function, 48 against 41 of 549 rows, 90 % two-sided
        (48, 41, 549, 0.95, -0.0157, 0.0414),
    ],
)
def test_the_score_is_tangos(first, second, n, level, low, high):
    """At the published limits the score is at its critical value."""
    z = norm.ppf(level)
    assert score(first, second, n, low) == pytest.approx(z, abs=0.01)
    assert score(first, second, n, high) == pytest.approx(-z, abs=0.01)


@pytest.mark.parametrize(
    ("cells", "alpha", "expected", "digits"),
    [
        # Tango, Statistics in Medicine 17 (1998) 891–908, two examples; 95 % and 90 % two-sided
        ((4, 9, 3, 16), 0.025, (-0.027, 0.390), 3),
        ((43, 0, 1, 0), 0.05, (-0.096, 0.037), 3),
        # Agresti and Min, Statistics in Medicine 24 (2005) 729–740
        ((53, 16, 8, 9), 0.025, (-0.020, 0.207), 3),
        # Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014) 2850–2875
        ((1, 1, 7, 12), 0.025, (-0.517, -0.026), 3),
        # Tang, Ling, Ling and Tian, Statistics in Medicine 29 (2010) 46–62
        ((8, 3, 1, 2), 0.025, (-0.1670, 0.4327), 4),
    ],
)
def test_published_score_intervals(cells, alpha, expected, digits):
    found = [round(float(b[0]), digits) for b in tango(*cells, alpha)]
    assert found == list(expected)


def test_the_score_interval_ends_where_every_row_is_discordant():
    low, high = tango(0, 0, 5, 0, 0.05)
    assert low[0] == -1
    assert -1 < high[0] < 0
    assert float(tango(0, 5, 0, 0, 0.05)[1][0]) == 1


@pytest.mark.parametrize("delta", [-0.6, -0.1, 0.01, 0.05, 0.3])
@pytest.mark.parametrize(
    ("first", "second", "n"), [(12, 2, 50), (0, 0, 54), (7, 0, 30), (5, 9, 14)]
)
def test_its_variance_stands_at_the_maximum_of_the_likelihood(first, second, n, delta):
    def loss(second_alone):
        first_alone = second_alone + delta
        rest = 1 - first_alone - second_alone
        return -(
            xlogy(first, first_alone)
            + xlogy(second, second_alone)
            + xlogy(n - first - second, rest)
        )

    inside = (max(0.0, -delta), (1 - delta) / 2)
    best = minimize_scalar(loss, bounds=inside, method="bounded", options={"xatol": 1e-12}).x
    variance = (2 * best + delta - delta**2) / n
    expected = ((first - second) / n - delta) / variance**0.5
    assert score(first, second, n, delta) == pytest.approx(expected, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("alpha", [0.3, 0.1, 0.05, 0.025, 0.01, 0.05 / 12, 0.05 / 90])
def test_what_decides_keeps_its_level(enumeration, alpha):
    limit = min(alpha + 0.03, 1.6 * alpha) if alpha <= 0.05 else alpha + 0.03
    for n in (5, 20, 30, 47, 100, 160):
        tables = enumeration.paired_tables(n)
        low, method = paired_lower(tables, alpha)
        worst = max(float(errors.max()) for errors in enumeration.paired_errors(tables, low))
        assert worst <= limit, (n, worst / alpha)
        if n < 30:
            assert np.all(method == len(METHODS) - 1)


def test_the_plain_score_alone_would_not_do(enumeration):
    """At 0.05/12 and 30 rows it errs nearly four times too often."""
    tables, alpha = enumeration.paired_tables(30), 0.05 / 12
    low = np.array(
        [score_bound(b, c, 30, alpha) for b, c in zip(tables.x1, tables.x2, strict=True)]
    )
    worst = max(float(errors.max()) for errors in enumeration.paired_errors(tables, low))
    assert worst > 3 * alpha


def score_bound(first, second, n, alpha):
    z, low, high = norm.isf(alpha), -1.0, (first - second) / n
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if score(first, second, n, middle) > z else (low, middle)
    return low


def test_no_discordant_row_leaves_a_width_that_shrinks_with_the_rows():
    for n, most in ((10, 0.4), (100, 0.04), (2000, 0.002)):
        found = paired_bounds(n, 0, 0, 0, 0.05)
        assert found.low == -found.high
        assert 0 < found.high < most


def test_the_table_turned_round_gives_the_bounds_turned_round():
    one, other = paired_bounds(400, 60, 20, 520, 0.05), paired_bounds(400, 20, 60, 520, 0.05)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert one.low < 0.04 < one.high
    assert one.method == "Tango score"


@given(
    st.tuples(*[st.integers(0, 400)] * 4).filter(lambda cells: sum(cells) > 0),
    st.floats(-0.99, 0.99),
    st.sampled_from([0.3, 0.05, 0.01]),
)
@settings(max_examples=60, deadline=None)
def test_p_values_agree_with_the_bounds(cells, bound, alpha):
    found = paired_bounds(*cells, alpha)
    if abs(found.low - bound) > 1e-9:
        assert (paired_pvalue(*cells, bound) <= alpha) == (found.low >= bound)
    if abs(found.high - bound) > 1e-9:
        assert (paired_pvalue(*cells, bound, "min") <= alpha) == (found.high <= bound)


def test_power_is_the_share_of_runs_that_clear():
    n, effect = 1000, 0.05
    p12, p21 = (0.1 + effect) / 2, (0.1 - effect) / 2
    rng = np.random.default_rng(7)
    draws = rng.multinomial(n, [p12, p21, 1 - p12 - p21], size=3000)
    pair = TwoSamples(
        *(np.asarray(v, dtype=float) for v in (draws[:, 0], [n] * 3000, draws[:, 1], [n] * 3000))
    )
    low, _ = paired_lower(pair, 0.05)
    told = power_paired(75, 25, n, 0.03, effect, 0.05)
    assert told == pytest.approx(np.mean(low >= 0.03), abs=0.04)
    assert power_paired(25, 75, n, -0.03, -effect, 0.05, "min") == pytest.approx(told)
    assert power_paired(0, 0, 20, 0.0, 0.001, 0.05) < 0.1


@pytest.mark.parametrize(
    "cells", [(0, 0, 0, 0), (1, -1, 0, 0), (1, 0.5, 0, 0), (True, 0, 0, 1), (float("nan"), 0, 0, 1)]
)
def test_what_is_no_table_is_refused(cells):
    with pytest.raises(ValueError, match=r"rows|whole|negative"):
        paired_bounds(*cells, 0.05)


def test_bounds_outside_a_difference_are_refused():
    with pytest.raises(ValueError, match="between -1 and 1"):
        paired_pvalue(1, 1, 1, 1, 1.5)
    with pytest.raises(ValueError, match="at least 1"):
        power_paired(0, 0, 0, 0.0, 0.1, 0.05)
