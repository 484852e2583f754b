"""Bounds of all pairs at once: the studentised range, and the error that is left at small n."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import studentized_range

from deploycheck.stats.groups import range_bounds
from deploycheck.stats.maxt import group_level, pair_level, range_tail
from deploycheck.stats.pvalues import difference_test, ratio_test
from deploycheck.stats.scores import TwoSamples


@pytest.mark.parametrize("groups", [2, 3, 10, 50])
def test_the_tail_is_that_of_scipys_studentised_range(groups):
    for width in (0.5, 2.0, 3.5, 6.0):
        expected = studentized_range.sf(width, groups, np.inf)
        assert float(range_tail(width, groups)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("groups", "quantile"),
    # Upper 5 % points of the studentised range with infinite degrees of freedom: Pearson and
    # Hartley, Biometrika Tables for Statisticians 1, table 29
    [(2, 2.77), (3, 3.31), (4, 3.63), (5, 3.86), (10, 4.47), (20, 5.01)],
)
def test_published_quantiles(groups, quantile):
    z = -float(ndtri(pair_level(0.05, [groups])))
    assert round(z * 2**0.5, 2) == quantile


def test_two_groups_are_bonferroni_and_more_are_sharper():
    assert pair_level(0.05, [2]) == pytest.approx(0.025, rel=1e-9)
    assert pair_level(0.05, [2, 1, 2]) == pytest.approx(0.0125, rel=1e-9)
    for sizes in ([3], [10], [3, 5], [2, 2, 7]):
        pairs = sum(k * (k - 1) for k in sizes)
        assert 0.05 / pairs < pair_level(0.05, sizes) < 2 * 0.05 / pairs
    assert group_level(0.05, [2, 3, 1]) == 0.05 / 10


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.integers(2, 60), min_size=1, max_size=4), st.floats(1e-6, 0.4))
def test_shape(sizes, alpha):
    level = pair_level(alpha, sizes)
    pairs = sum(k * (k - 1) for k in sizes)
    assert alpha / pairs <= level <= alpha
    assert pair_level(alpha / 2, sizes) <= level
    assert pair_level(alpha, [*sizes, 3]) <= level
    assert pair_level(alpha, sizes[::-1]) == level


@pytest.mark.parametrize("sizes", [[], [1], [1, 1]])
def test_without_a_pair_there_is_no_level(sizes):
    for function in (pair_level, group_level):
        with pytest.raises(ValueError, match="two groups"):
            function(0.05, sizes)
    with pytest.raises(ValueError, match="two groups"):
        range_tail(1.0, 1)


PATTERNS = {
    "equal": lambda k, n: [n] * k,
    "one large": lambda k, n: [25 * n] + [n] * (k - 1),
    "one small": lambda k, n: [n] + [25 * n] * (k - 1),
    "mixed": lambda k, n: [n * (1, 2, 4, 10, 30)[i % 5] for i in range(k)],
}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("test_of", [difference_test, ratio_test])
def test_the_error_of_all_pairs_together(pattern, test_of):
    """All groups alike, the worst case: some pair is called different in at most 6 % of runs."""
    runs = 1000
    noise = 3 * (0.05 * 0.95 / runs) ** 0.5
    nothing = 1e-12 if test_of is difference_test else 1 - 1e-12
    for k in (3, 6):
        for n in (30, 100):
            sizes = np.array(PATTERNS[pattern](k, n))
            for rate in (0.1, 0.5):
                rng = np.random.default_rng(n + k)
                hits = rng.binomial(sizes, rate, (runs, k)).astype(float)
                share = _wrong(test_of, hits, sizes.astype(float), nothing).mean()
                assert share <= 0.06 + noise, (k, n, rate, share)


def _wrong(test_of, hits, sizes, nothing):
    runs, k = hits.shape
    alpha, each = np.full(runs, pair_level(0.05, [k])), group_level(0.05, [k])
    wrong = np.zeros(runs, dtype=bool)
    for i in range(k):
        for j in range(k):
            if i != j:
                n1, n2 = np.full(runs, sizes[i]), np.full(runs, sizes[j])
                pair = TwoSamples(hits[:, i], n1, hits[:, j], n2)
                wrong |= test_of(pair, nothing).rejects(alpha, each)
    return wrong


def test_some_failures_are_found_that_bonferroni_misses():
    rng, runs = np.random.default_rng(3), 80
    truth = [0.5] * 9 + [0.66]
    found = bonferroni = 0
    for _ in range(runs):
        hits = rng.binomial(800, truth)
        given = (hits, [800] * 10, ["g"] * 10, 0.05)
        found += range_bounds(*given).low > 0.1
        bonferroni += range_bounds(*given, 0.05 / 90).low > 0.1
    assert found > bonferroni
