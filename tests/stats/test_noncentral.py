"""Effects behind a noncentral chi-squared statistic, against scipy's distribution and tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, ncx2

from deploycheck.stats import distance
from deploycheck.stats.noncentral import (
    effect_of,
    noncentral_bounds,
    noncentral_pvalue,
    power_noncentral,
)


@pytest.mark.parametrize("df", [1, 3, 20])
@pytest.mark.parametrize("statistic", [30.0, 250.0, 5e4])
@pytest.mark.parametrize("power", [1, 2])
def test_at_its_bounds_the_statistic_has_the_stated_tails(df, statistic, power):
    n = 1000.0
    found = noncentral_bounds(statistic, df, n, power, 0.05)
    low, high = (n * bound**power for bound in (found.low, found.high))
    if low > 0:
        assert ncx2.sf(statistic, df, low) == pytest.approx(0.05, abs=1e-9)
    assert ncx2.cdf(max(statistic, df), df, high) == pytest.approx(0.05, abs=1e-9)
    assert effect_of(statistic, df, n, power) == pytest.approx((statistic / n) ** (1 / power))


@pytest.mark.parametrize("statistic", [1e5, 1e6, 1e9])
def test_large_statistics_meet_the_normal_limit(statistic):
    found = noncentral_bounds(statistic, 5, 1e10, 2, 0.05)
    root = statistic**0.5
    for bound, sign in ((found.low, -1), (found.high, 1)):
        assert 1e5 * bound == pytest.approx(root + sign * 1.645, abs=0.02)


def test_nothing_seen_is_not_nothing_known():
    """A statistic of 0, or far below its degrees of freedom, has a bound above 0."""
    for df in (1, 5, 50):
        low, high = (
            noncentral_bounds(0, df, 1000, 2, 0.05),
            noncentral_bounds(df, df, 1000, 2, 0.05),
        )
        assert low.low == 0
        assert low.high == high.high > 0


def test_under_no_change_it_alarms_at_its_level():
    rng = np.random.default_rng(6)
    draws = chi2.rvs(4, size=4000, random_state=rng)
    alarms = np.mean([noncentral_pvalue(x, 4, 500, 2, 0.0) <= 0.05 for x in draws])
    assert alarms == pytest.approx(0.05, abs=0.012)
    assert np.mean([noncentral_bounds(x, 4, 500, 2, 0.05).low > 0 for x in draws]) == alarms


@given(
    st.floats(0, 500),
    st.integers(1, 30),
    st.floats(10, 1e5),
    st.sampled_from([1, 2]),
    st.floats(0, 2),
    st.floats(1, 5),
    st.sampled_from([0.3, 0.05, 0.001]),
)
@settings(max_examples=150, deadline=None)
def test_p_values_agree_with_the_bounds(statistic, df, n, power, bound, inflation, alpha):
    found = noncentral_bounds(statistic, df, n, power, alpha, inflation)
    p = {
        side: noncentral_pvalue(statistic, df, n, power, bound, side, inflation)
        for side in ("max", "min")
    }
    if abs(found.low - bound) > 1e-6 and bound > 1e-6:
        assert (p["max"] <= alpha) == (found.low >= bound)
    if abs(found.high - bound) > 1e-6:
        assert (p["min"] <= alpha) == (found.high <= bound)


def test_power_is_exact():
    critical = ncx2.isf(0.05, 3, 0.1**2 * 1200)
    expected = ncx2.sf(critical, 3, 0.2**2 * 1200)
    assert power_noncentral(3, 1200, 2, 0.1, 0.2, 0.05) == pytest.approx(expected, abs=1e-9)
    critical = ncx2.ppf(0.05, 3, 0.2**2 * 1200)
    expected = ncx2.cdf(critical, 3, 0.1**2 * 1200)
    told = power_noncentral(3, 1200, 2, 0.2, 0.1, 0.05, "min")
    assert told == pytest.approx(expected, abs=1e-9)
    assert power_noncentral(3, 100, 2, 0.05, 0.0, 0.05, "min") == 0
    assert power_noncentral(5, 1e10, 2, 0.1, 0.101, 0.05) == 1


def cramers_v(p, q, m, n):
    a, b = m * p, n * q
    total = (a + b) / (m + n)
    return float(
        np.sqrt(np.sum(m * (p - total) ** 2 / total + n * (q - total) ** 2 / total) / (m + n))
    )


def moved(p, which, until):
    """The distribution ``p`` with one category made likelier until ``until`` says so."""
    low, high = 0.0, 6.0
    for _ in range(60):
        middle = (low + high) / 2
        q = p.copy()
        q[which] *= np.exp(middle)
        q /= q.sum()
        low, high = (middle, high) if not until(q) else (low, middle)
    return q


@pytest.mark.parametrize(("m", "n"), [(1000, 1000), (10_000, 1000), (1000, 10_000)])
@pytest.mark.parametrize("rare", [False, True])
def test_cramers_v_and_psi_keep_their_level_in_real_tables(m, n, rare):
    """Truth at the bound, for even categories and for rare ones: each bound misses 5 % of runs."""
    rng = np.random.default_rng(31)
    p = np.full(5, 0.2) if not rare else np.array([0.96, 0.01, 0.01, 0.01, 0.01])

    def index(q):
        return float(np.sum((p - q) * np.log(p / q)))

    # a reference of far more rows than the current sample bounds V from above
    truth_v = 0.1 if not rare or m == n else 0.05
    q_v = moved(p, 4, lambda q: cramers_v(p, q, m, n) >= truth_v)
    q_psi = moved(p, 4, lambda q: index(q) >= 0.1)
    missed, runs = np.zeros(4), 500
    for _ in range(runs):
        a = rng.multinomial(m, p)
        found = distance.chi2(a, rng.multinomial(n, q_v))
        v = noncentral_bounds(found.statistic, found.df, found.n, 2, 0.05, found.inflation)
        stable = distance.psi(a, rng.multinomial(n, q_psi))
        s = noncentral_bounds(stable.statistic, stable.df, stable.n, 1, 0.05, stable.inflation)
        missed += (v.low > truth_v, v.high < truth_v, s.low > 0.1, s.high < 0.1)
    assert max(missed) / runs <= 0.08 + 0.01


def test_without_the_inflation_a_rare_category_would_alarm_too_often():
    rng = np.random.default_rng(32)
    p = np.array([0.96, 0.01, 0.01, 0.01, 0.01])
    q = moved(p, 4, lambda q: cramers_v(p, q, 10_000, 1000) >= 0.1)
    alarms = 0
    for _ in range(400):
        found = distance.chi2(rng.multinomial(10_000, p), rng.multinomial(1000, q))
        alarms += noncentral_bounds(found.statistic, found.df, found.n, 2, 0.05).low > 0.1
    assert alarms / 400 > 0.1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((-1, 1, 10, 2), "statistic"),
        ((1, 0, 10, 2), "df"),
        ((1, 1.5, 10, 2), "df"),
        ((1, True, 10, 2), "df"),
        ((1, 1, 0, 2), "n must be positive"),
        ((1, 1, 10, 3), "power"),
        ((float("inf"), 1, 10, 2), "finite"),
    ],
)
def test_what_is_no_such_statistic_is_refused(given, why):
    with pytest.raises(ValueError, match=why):
        noncentral_bounds(*given, 0.05)


def test_impossible_effects_are_refused():
    with pytest.raises(ValueError, match="negative"):
        noncentral_pvalue(1, 1, 10, 2, -0.1)
    with pytest.raises(ValueError, match="at least 1"):
        noncentral_bounds(1, 1, 10, 2, 0.05, 0.5)
    with pytest.raises(ValueError, match="too large"):
        noncentral_bounds(1e300, 1, 10, 2, 0.05)
