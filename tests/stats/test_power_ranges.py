"""Power of ranges over groups: against the published rows and the bounds that decide."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import studentized_range

from deploycheck.stats.groups import range_bounds, ratio_range_bounds
from deploycheck.stats.power import (
    RateRange,
    RateRatioRange,
    detectable,
    fails,
    passable,
    passes,
    rows_needed,
)
from deploycheck.stats.power.contrast import independent_power
from deploycheck.stats.pvalues import difference_test


def parity(groups, **more):
    return RateRange(limit=0.1, required="at_most", rate=0.5, shares=(1,) * groups, **more)


def four_fifths(groups, **more):
    return RateRatioRange(limit=0.8, required="at_least", rate=0.5, shares=(1,) * groups, **more)


@pytest.mark.parametrize(("groups", "rows"), [(2, 429), (4, 653), (10, 917)])
def test_rows_for_a_range_of_groups_that_are_alike(groups, rows):
    """n = p(1 − p) ((q + √2 z) / m)², q the studentised range's quantile of the power."""
    q = studentized_range.ppf(0.8, groups, np.inf)
    assert rows == pytest.approx(0.25 * ((q - 2**0.5 * ndtri(0.05)) / 0.1) ** 2, abs=1)
    found = rows_needed(parity(groups), 0.0)
    assert found.groups == (found.total // groups,) * groups
    assert found.groups[0] == pytest.approx(rows, rel=0.02)
    assert passes(parity(groups), rows * groups, 0.0) == pytest.approx(0.8, abs=0.02)


def test_two_groups_are_two_tests():
    """Where both cannot be missed at once, the chance of both is one less both failures."""
    one = independent_power(difference_test, (0.5, 0.5), (429, 429), -0.1, 0.05)
    assert passes(parity(2), 858, 0.0) == pytest.approx(2 * one - 1, abs=0.015)


@pytest.mark.parametrize("sizes", [(300, 300, 300), (500, 150, 60), (90, 80, 70, 60, 50, 45, 40)])
def test_the_bounds_that_decide_pass_and_fail_as_often(sizes):
    total, rng, runs = sum(sizes), np.random.default_rng(17), 80
    difference = RateRange(limit=0.2, required="at_most", rate=0.4, shares=sizes)
    ratio = RateRatioRange(limit=0.6, required="at_least", rate=0.5, shares=sizes)
    assert difference.sizes(total) == sizes
    order = sorted(range(len(sizes)), key=lambda g: (sizes[g], g))
    halves, apart = np.zeros(len(sizes)), np.zeros(len(sizes))
    halves[order[::2]], halves[order[1::2]] = -1, 1
    apart[order[0]], apart[order[1]] = -1, 1
    for rates, bounds, limit, expected in (
        (0.4 + 0.025 * halves, range_bounds, 0.2, passes(difference, total, 0.05)),
        (0.4 + 0.2 * apart, range_bounds, 0.2, fails(difference, total, 0.4)),
        (0.475 + 0.025 * halves, ratio_range_bounds, 0.6, passes(ratio, total, 0.9)),
    ):
        hits = rng.binomial(sizes, rates, (runs, len(sizes)))
        found = [bounds(h, sizes, ["g"] * len(sizes), 0.05) for h in hits]
        if bounds is range_bounds:
            failing = rates.max() - rates.min() > limit
            seen = [b.low > limit if failing else b.high <= limit for b in found]
        else:
            seen = [b.low >= limit for b in found]
        assert np.mean(seen) == pytest.approx(expected, abs=0.1)


def test_more_groups_need_more_rows_and_detect_less():
    assert rows_needed(four_fifths(2), 1.0).groups[0] < rows_needed(four_fifths(5), 1.0).groups[0]
    assert detectable(parity(2), 2000) < detectable(parity(5), 5000)
    assert detectable(four_fifths(2), 2000) > detectable(four_fifths(5), 5000)
    assert passable(parity(2), 2000) > passable(parity(5), 5000)
    assert passable(parity(5), 500) is None
    assert detectable(RateRange(limit=0.9, required="at_most", rate=0.5, shares=(1, 1)), 10) is None


def test_detectable_and_passable_are_turned_round_power():
    for design in (parity(3), four_fifths(3)):
        bad, good = detectable(design, 3000), passable(design, 3000)
        assert fails(design, 3000, bad) == pytest.approx(0.8, abs=0.02)
        assert passes(design, 3000, good) == pytest.approx(0.8, abs=0.02)
        stricter = type(design)(**(vars(design) | {"fail_alpha": 0.001}))
        assert fails(stricter, 3000, bad) < 0.8
        assert passes(stricter, 3000, good) == passes(design, 3000, good)


def test_the_small_group_rules():
    even = rows_needed(parity(3), 0.0)
    uneven = rows_needed(
        RateRange(limit=0.1, required="at_most", rate=0.5, shares=(0.5, 0.4, 0.1)), 0.0
    )
    assert uneven.total > 1.5 * even.total
    assert uneven.groups[2] < even.groups[0] < uneven.groups[0]


def test_families_are_compared_within_only():
    apart = parity(4, family=("tpr", "tpr", "fpr", "fpr"))
    together = parity(4)
    assert passes(apart, 2400, 0.0) > passes(together, 2400, 0.0)
    two = passes(parity(2), 1200, 0.0)
    assert passes(apart, 2400, 0.0) == pytest.approx(two * two, abs=0.02)
    assert fails(apart, 2400, 0.25) > fails(together, 2400, 0.25)


def test_the_same_power_at_every_call_and_monotone():
    design = parity(4)
    assert passes(design, 2000, 0.01) == passes(parity(4), 2000, 0.01)
    chances = [passes(design, n, 0.0) for n in (40, 400, 1200, 2400, 4800, 50_000_000)]
    assert chances == sorted(chances)
    assert chances[0] < 0.05
    assert chances[-1] == 1.0
    chances = [passes(design, 3000, true) for true in (0.0, 0.02, 0.05, 0.1, 0.2)]
    assert chances == sorted(chances, reverse=True)
    assert chances[3] <= 0.05
    assert fails(design, 3000, 0.1) <= 0.05


def test_ends():
    assert passes(parity(3), 2, 0.0) == 0.0
    rare = RateRange(limit=0.1, required="at_most", rate=0.01, shares=(1, 1))
    assert passes(rare, 200, 0.05) <= passes(rare, 400, 0.05)
    none = RateRange(limit=0.1, required="at_most", rate=0.0, shares=(1, 1))
    assert passes(none, 20, 0.0) == 0.0
    assert passes(none, 200, 0.0) == 1.0
    anything = RateRatioRange(limit=0.0, required="at_least", rate=0.5, shares=(1, 1))
    assert (passes(anything, 10, 1.0), fails(anything, 10, 1.0)) == (1.0, 0.0)
    assert fails(four_fifths(2), 2000, 0.0) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: RateRange(limit=0.1, required="at_least", rate=0.5, shares=(1, 1)),
        lambda: RateRange(limit=0.0, required="at_most", rate=0.5, shares=(1, 1)),
        lambda: RateRange(limit=1.1, required="at_most", rate=0.5, shares=(1, 1)),
        lambda: RateRange(limit=0.1, required="at_most", rate=1.5, shares=(1, 1)),
        lambda: RateRange(limit=0.1, required="at_most", rate=0.5, shares=(1,)),
        lambda: RateRange(limit=0.1, required="at_most", rate=0.5, shares=(1, -1)),
        lambda: parity(2, family=("a", "b")),
        lambda: parity(2, family=("a",)),
        lambda: RateRatioRange(limit=0.8, required="at_most", rate=0.5, shares=(1, 1)),
        lambda: RateRatioRange(limit=1.0, required="at_least", rate=0.5, shares=(1, 1)),
        lambda: RateRatioRange(limit=0.8, required="at_least", rate=0.0, shares=(1, 1)),
        lambda: rows_needed(parity(2), 0.1),
        lambda: rows_needed(four_fifths(2), 0.8),
        lambda: passes(parity(2), 100, 1.1),
    ],
)
def test_what_cannot_be_planned_is_refused(call):
    with pytest.raises(ValueError):
        call()
