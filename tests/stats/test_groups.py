"""Ranges over groups: worst pair for PASS, all pairs at once for FAIL."""

import time
from math import isnan

import numpy as np
import pytest

from deploycheck.stats.difference import difference_bounds, difference_lower
from deploycheck.stats.groups import ordered_pairs, range_bounds, ratio_range_bounds
from deploycheck.stats.maxt import group_level, pair_level
from deploycheck.stats.proportion import clopper_pearson
from deploycheck.stats.ratio import ratio_bounds, ratio_lower
from deploycheck.stats.scores import TwoSamples

HITS, OF = [412, 170, 88, 30, 55], [797, 390, 260, 64, 61]
FAMILY = ["sex", "sex", "age", "age", "age"]
LEVEL = pair_level(0.05, [2, 3])


def by_hand(bounds, hits, of, family, alpha):
    """Every ordered pair with its own bounds, one at a time."""
    return {
        (i, j): bounds(hits[i], of[i], hits[j], of[j], alpha)
        for i in range(len(hits))
        for j in range(len(hits))
        if i != j and family[i] == family[j]
    }


def test_a_range_is_the_worst_pair_and_its_bounds_come_from_all_pairs():
    found = range_bounds(HITS, OF, FAMILY, 0.05)
    assert found.pairs == ordered_pairs(FAMILY) == 2 + 6
    loose = by_hand(difference_bounds, HITS, OF, FAMILY, 0.05)
    tight = by_hand(difference_bounds, HITS, OF, FAMILY, LEVEL)
    assert found.value == pytest.approx(55 / 61 - 88 / 260)
    assert found.pair == (4, 2)
    assert found.high == max(b.high for b in loose.values()) == loose[found.high_pair].high
    assert found.low == max(b.low for b in tight.values()) == tight[found.low_pair].low
    assert found.pair_alpha == LEVEL > 0.05 / 8
    assert found.low <= found.value <= found.high


def test_a_ratio_range_is_the_worst_pair_and_its_bounds_come_from_all_pairs():
    found = ratio_range_bounds(HITS, OF, FAMILY, 0.05)
    loose = by_hand(ratio_bounds, HITS, OF, FAMILY, 0.05)
    tight = by_hand(ratio_bounds, HITS, OF, FAMILY, LEVEL)
    assert found.value == pytest.approx((88 / 260) / (55 / 61))
    assert found.pair == (2, 4)
    assert found.low == min(b.low for b in loose.values()) == loose[found.low_pair].low
    best = min(tight, key=lambda pair: tight[pair].high)
    assert found.high_pair == best
    assert found.high == pytest.approx(tight[best].high, rel=1e-12)
    assert found.low <= found.value <= found.high


def test_pairs_lie_within_families_only():
    apart = range_bounds([10, 90, 15, 95], [100] * 4, ["tpr", "fpr", "tpr", "fpr"], 0.05)
    assert apart.pairs == 4
    assert apart.value == pytest.approx(0.05)
    assert set(apart.pair) in ({0, 2}, {1, 3})


def test_several_slices_can_share_one_alpha():
    alone = range_bounds(HITS, OF, FAMILY, 0.05)
    shared = range_bounds(HITS, OF, FAMILY, 0.05, pair_alpha=0.05 / 80)
    assert shared.high == alone.high
    assert shared.low < alone.low
    assert range_bounds(HITS, OF, FAMILY, 0.05, pair_alpha=0.05 / 8).low < alone.low
    assert range_bounds(HITS, OF, FAMILY, 0.05, family_alpha=0.05) == alone
    tenth = range_bounds(HITS, OF, FAMILY, 0.05, family_alpha=0.005)
    assert tenth.pair_alpha == pair_level(0.005, [2, 3])
    with pytest.raises(ValueError, match="not both"):
        range_bounds(HITS, OF, FAMILY, 0.05, 0.01, family_alpha=0.05)


def test_few_hits_are_bounded_group_by_group():
    """The exact bounds of all pairs come from two bounds a group, not from two a pair."""
    hits, of, family = [2, 9, 15], [20, 20, 20], ["g"] * 3
    found = range_bounds(hits, of, family, 0.05)
    low, high = clopper_pearson(hits, of, group_level(0.05, [3]))
    assert found.low == pytest.approx(float(low[2] - high[0]), abs=1e-14)
    assert found.low > range_bounds(hits, of, family, 0.05, pair_alpha=0.05 / 6).low


def test_groups_without_hits():
    none = ratio_range_bounds([0, 0], [50, 60], ["g", "g"], 0.05)
    assert isnan(none.value)
    assert (none.low, none.high) == (0.0, 1.0)
    one = ratio_range_bounds([0, 40], [50, 60], ["g", "g"], 0.05)
    assert (one.value, one.low) == (0.0, 0.0)
    assert one.pair == (0, 1)
    assert 0 < one.high < 1
    flat = range_bounds([0, 0], [50, 60], ["g", "g"], 0.05)
    assert flat.value == flat.low == 0.0
    assert 0 < flat.high < 0.2


@pytest.mark.parametrize(
    ("hits", "of", "family", "words"),
    [
        ([], [], [], "whole|share"),
        ([5], [10], ["g"], "share"),
        ([5, 6], [10, 10], ["g", "h"], "share"),
        ([5, 6], [10, 10], ["g"], "length"),
        (5, 10, ["g"], "length"),
        ([5, 6], [10, 0], ["g", "g"], "zero"),
        ([1] * 1001, [2] * 1001, ["g"] * 1001, "1000"),
    ],
)
def test_what_cannot_be_compared_is_refused(hits, of, family, words):
    for function in (range_bounds, ratio_range_bounds):
        with pytest.raises(ValueError, match=words):
            function(hits, of, family, 0.05)


def test_twenty_groups_take_milliseconds_and_many_pairs_are_allowed():
    rng = np.random.default_rng(1)
    of = rng.integers(200, 3000, 60)
    hits = rng.binomial(of, 0.4)
    for function in (range_bounds, ratio_range_bounds):
        spent = []
        for _ in range(5):
            start = time.process_time()
            function(hits[:20], of[:20], ["g"] * 20, 0.05)
            spent.append(time.process_time() - start)
        assert min(spent) < 0.02
        assert function(hits, of, ["g"] * 60, 0.05).pairs == 3540


def test_error_rates_of_a_range_exactly_at_its_bound():
    """Ten groups, five at 0.4 and five at 0.5; required at most 0.1."""
    runs, rows = 300, 400
    rng = np.random.default_rng(20240229)
    truth = np.array([0.4] * 5 + [0.5] * 5)
    fail = uncorrected = passed = 0
    for _ in range(runs):
        hits = rng.binomial(rows, truth)
        found = range_bounds(hits, [rows] * 10, ["g"] * 10, 0.05)
        fail += found.low > 0.1
        passed += found.high <= 0.1
        uncorrected += range_bounds(hits, [rows] * 10, ["g"] * 10, 0.05, 0.05).low > 0.1
    assert fail / runs <= 0.05
    assert passed / runs <= 0.05
    assert uncorrected / runs > 0.4


@pytest.mark.parametrize("rows", [40, 300, 5000])
def test_false_pass_and_false_fail_of_two_groups_at_the_bound(rows):
    """The same bounds as a range takes, for all simulated tables at once."""
    runs = 20_000
    hits = np.random.default_rng(rows).binomial(rows, [0.4, 0.5], (runs, 2))
    x, y = hits[:, 0].astype(float), hits[:, 1].astype(float)
    n = np.full(runs, float(rows))
    one, other = TwoSamples(x, n, y, n), TwoSamples(y, n, x, n)
    noise = 3 * (0.05 * 0.95 / runs) ** 0.5
    for lower, safe, unsafe in (
        (difference_lower, lambda low: -low <= 0.1, lambda low: low > 0.1),
        (ratio_lower, lambda low: low >= 0.8, lambda low: 1 / low < 0.8),
    ):
        passed = safe(lower(one, 0.05)[0]) & safe(lower(other, 0.05)[0])
        assert passed.mean() <= 0.05 + noise
        failed = unsafe(lower(one, 0.025)[0]) | unsafe(lower(other, 0.025)[0])
        assert failed.mean() <= 0.05 + noise
