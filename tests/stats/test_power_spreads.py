"""Power of a spread of any measure over groups."""

from math import log

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import studentized_range

from deploycheck.stats.power import (
    GroupSpread,
    detectable,
    fails,
    passable,
    passes,
    rows_needed,
)
from deploycheck.stats.spread import Member, difference_spread, ratio_spread


def gap(groups, **more):
    return GroupSpread(limit=0.1, required="at_most", sd=0.5, shares=(1,) * groups, **more)


def ratio(groups, **more):
    return GroupSpread(
        limit=0.8, required="at_least", sd=0.5, how="ratio", shares=(1,) * groups, **more
    )


@pytest.mark.parametrize("groups", [2, 4, 10])
def test_rows_for_groups_that_are_alike(groups):
    """n = ((q + √2 z) sd / m)², q the studentised range's quantile of the power; log for a ratio."""
    reach = studentized_range.ppf(0.8, groups, np.inf) - 2**0.5 * ndtri(0.05)
    found = rows_needed(gap(groups), 0.0)
    assert found.groups[0] == pytest.approx((reach * 0.5 / 0.1) ** 2, rel=0.02)
    found = rows_needed(ratio(groups), 1.0)
    assert found.groups[0] == pytest.approx((reach * 0.5 / log(0.8)) ** 2, rel=0.02)


def test_the_bounds_that_decide_pass_and_fail_as_often():
    rng, runs, sizes, z = np.random.default_rng(5), 1500, np.array([900, 400, 200]), 1.6449
    error = 0.5 / np.sqrt(sizes)
    tight = -float(ndtri(0.05 / 6))
    shares, total = tuple(sizes), int(sizes.sum())
    design = GroupSpread(limit=0.1, required="at_most", sd=0.5, shares=shares)
    for values, expected, failing in (
        ([0.51, 0.51, 0.49], passes(design, total, 0.02), False),
        ([0.5, 0.62, 0.38], fails(design, total, 0.24), True),
    ):
        seen = []
        for drawn in rng.normal(values, error, (runs, 3)):
            reach = np.array([z, z, tight, tight])[:, None] * error * [[-1], [1], [-1], [1]]
            members = [Member(v, *(v + reach[:, g])) for g, v in enumerate(drawn)]
            found = difference_spread(members, ["g"] * 3)
            seen.append(found.low > 0.1 if failing else found.high <= 0.1)
        assert np.mean(seen) == pytest.approx(expected, abs=0.05)
    design = GroupSpread(limit=0.8, required="at_least", sd=0.5, how="ratio", shares=shares)
    seen = []
    for drawn in rng.normal([1.0, 1.0, 0.97], error, (runs, 3)):
        members = [
            Member(v, v - z * v * e, v + z * v * e, v - 3 * v * e, v + 3 * v * e)
            for v, e in zip(drawn, error, strict=True)
        ]
        seen.append(ratio_spread(members, ["g"] * 3).low >= 0.8)
    assert np.mean(seen) == pytest.approx(passes(design, total, 0.97), abs=0.06)


@pytest.mark.parametrize("design", [gap(3), ratio(3)])
def test_power_is_turned_round(design):
    good, sign = (0.0, -1) if design.how == "difference" else (1.0, 1)
    n = 2 * rows_needed(design, good).total
    bad, least = detectable(design, n), passable(design, n)
    assert fails(design, n, bad) == pytest.approx(0.8, abs=0.02)
    assert passes(design, n, least) == pytest.approx(0.8, abs=0.02)
    assert sign * bad < sign * design.limit < sign * least < sign * good
    assert passes(design, n, design.limit) <= 0.05
    assert fails(design, n, design.limit) <= 0.05
    assert passes(design, 3, good) == 0.0


def test_families_and_the_worst_ratio():
    apart = gap(4, family=("tpr", "tpr", "fpr", "fpr"))
    assert passes(apart, 2400, 0.0) > passes(gap(4), 2400, 0.0)
    assert fails(ratio(3), 2000, 0.0) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: gap(2, how="sum"),
        lambda: GroupSpread(limit=0.1, required="at_least", sd=0.5, shares=(1, 1)),
        lambda: GroupSpread(limit=0.0, required="at_most", sd=0.5, shares=(1, 1)),
        lambda: GroupSpread(limit=0.1, required="at_most", sd=0.0, shares=(1, 1)),
        lambda: GroupSpread(limit=1.0, required="at_least", sd=1.0, how="ratio", shares=(1, 1)),
        lambda: GroupSpread(limit=0.8, required="at_most", sd=1.0, how="ratio", shares=(1, 1)),
        lambda: rows_needed(gap(2), 0.1),
        lambda: passes(ratio(2), 100, 1.2),
    ],
)
def test_what_cannot_be_planned_is_refused(call):
    with pytest.raises(ValueError):
        call()
