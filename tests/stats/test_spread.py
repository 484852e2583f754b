"""Spreads by MOVER: published examples, identities, and coverage."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import ndtri

from deploycheck.stats.auc import area, area_bounds
from deploycheck.stats.proportion import wilson
from deploycheck.stats.slopes import linear
from deploycheck.stats.smooth import smooth_bounds
from deploycheck.stats.spread import Member, difference_spread, ratio_spread
from deploycheck.stats.units import Unbounded, units


def member(value, low, high, tight_low=None, tight_high=None):
    return Member(
        value, low, high, low if tight_low is None else tight_low,
        high if tight_high is None else tight_high,
    )  # fmt: skip


def test_the_published_difference_of_two_rates():
    """Newcombe 1998 (Statistics in Medicine 17, 873-890), Table II, contrast a, method 10.

    56/70 less 48/80: 0.2000, 95 % limits 0.0524 and 0.3339, by Wilson's limits of each rate.
    """
    members = []
    for hits, of in ((56, 70), (48, 80)):
        low, high = wilson(hits, of, 0.025)
        members.append(member(hits / of, float(low), float(high)))
    found = difference_spread(members, "gg")
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.pair == (0, 1)


def test_symmetric_bounds_give_fiellers_ratio():
    """Where bounds are t ± z s, MOVER of a ratio is Fieller's theorem, in closed form."""
    (t1, s1), (t2, s2), z = (2.0, 0.2), (3.0, 0.25), 1.6449
    found = ratio_spread([member(t, t - z * s, t + z * s) for t, s in ((t1, s1), (t2, s2))], [1, 1])
    g = (z * s2 / t2) ** 2
    half = z / t2 * math.sqrt((1 - g) * s1**2 + (t1 / t2) ** 2 * s2**2)
    assert found.value == pytest.approx(t1 / t2)
    assert found.low == pytest.approx((t1 / t2 - half) / (1 - g))
    assert found.high == pytest.approx((t1 / t2 + half) / (1 - g))


def test_the_extremes_over_all_ordered_pairs():
    rng = np.random.default_rng(3)
    made = []
    for _ in range(6):
        value, a, b = rng.gamma(5, 1), *rng.gamma(2, 0.2, 2)
        made.append(member(value, value - a, value + b, value - 2 * a, value + 2 * b))
    found = difference_spread(made, [0] * 6)
    ordered = list(itertools.permutations(made, 2))
    assert found.value == max(i.value - j.value for i, j in ordered)
    assert found.high == pytest.approx(max(
        i.value - j.value + math.hypot(i.high - i.value, j.value - j.low) for i, j in ordered
    ))  # fmt: skip
    assert found.low == pytest.approx(max(0.0, *(
        i.value - j.value
        - math.hypot(i.value - i.low_corrected, j.high_corrected - j.value)
        for i, j in ordered
    )))  # fmt: skip
    ratios = ratio_spread(made, [0] * 6)
    assert ratios.value == min(i.value / j.value for i, j in ordered)
    pairwise = [ratio_spread([i, j], [0, 0]) for i, j in itertools.combinations(made, 2)]
    assert ratios.low == pytest.approx(min(p.low for p in pairwise))
    assert ratios.high == pytest.approx(min(p.high for p in pairwise))


def test_families_are_apart():
    made = [member(v, v - 0.1, v + 0.1) for v in (1, 1.5, 7, 7.2)]
    found = difference_spread(made, "aabb")
    assert (found.value, found.pair) == (0.5, (1, 0))


def test_unbounded_members_leave_no_bound():
    open_high, open_low = member(1, 0.9, math.inf), member(2, -math.inf, 2.1)
    found = difference_spread([open_high, member(2, 1.9, 2.1)], "gg")
    assert (found.low, found.high) == (0.0, math.inf) or found.high > found.value
    assert difference_spread([open_high, open_low], "gg").low == 0
    ratio = ratio_spread([member(1, 0.9, 1.1), member(2, 1.9, math.inf)], "gg")
    assert ratio.low == 0
    ratio = ratio_spread([open_low, member(1, -math.inf, math.inf)], "gg")
    assert (ratio.low, ratio.high) == (0.0, 1.0)


def test_wide_bounds_keep_the_ratio_positive():
    """An upper bound of more than twice the value, a lower one of zero."""
    found = ratio_spread([member(1, 0.0, 5), member(1, 0.5, 9)], "gg")
    assert 0 == found.low < found.value == found.high == 1


@pytest.mark.parametrize(
    ("members", "family", "said"),
    [
        ([member(1, 0, 2)], "g", "no two groups"),
        ([], "", "no two groups"),
        ([member(1, 0, 2)] * 2, "ab", "no two groups"),
        ([member(1, 0, 2)] * 1001, "a" * 1001, "at most 1000"),
        ([member(1, 1.5, 2)] * 2, "aa", "do not enclose"),
        ([member(1, 0, math.nan)] * 2, "aa", "do not enclose"),
        ([member(math.inf, 0, math.inf)] * 2, "aa", "do not enclose"),
    ],
)
def test_junk_is_refused(members, family, said):
    with pytest.raises(ValueError, match=said):
        difference_spread(members, family)


def test_a_ratio_needs_values_above_zero():
    with pytest.raises(ValueError, match="above zero"):
        ratio_spread([member(0, 0, 1), member(1, 0, 2)], "gg")


def areas(rng):
    for rows, theta in ((40, 0.8), (60, 0.9)):
        shift = ndtri(theta) * 2**0.5
        found = area(rng.normal(shift, 1, rows), rng.normal(size=rows))
        bounds = area_bounds(found, 0.05)
        yield member(found.value, bounds.low, bounds.high)


def errors(rng, of, power, scales=(1.0, 1.25)):
    for rows, scale in zip((120, 200), scales, strict=True):
        residuals = np.abs(rng.normal(size=rows) * scale) ** power
        found = linear(units(residuals[:, None], of))
        bounds = smooth_bounds(found, 0.05)
        yield member(found.value, bounds.low, bounds.high)


@pytest.mark.parametrize(
    ("draw", "spread", "truth"),
    [
        (areas, difference_spread, 0.1),
        (lambda r: errors(r, lambda m: np.sqrt(m[..., 0]), 2), ratio_spread, 0.8),
        (
            lambda r: errors(r, lambda m: m[..., 0], 1),
            difference_spread,
            0.25 * math.sqrt(2 / math.pi),
        ),
    ],
)
def test_no_tail_falls_below_its_level_by_three_points(draw, spread, truth):
    """Of two groups whose order is known by their sizes of effect; each tail at 95 %."""
    rng = np.random.default_rng(20)
    runs = 500
    low = high = 0
    for _ in range(runs):
        try:
            found = spread(list(draw(rng)), "gg")
        except Unbounded:
            continue
        low += found.low > truth + 1e-12
        high += found.high < truth - 1e-12
    assert max(low, high) / runs <= 0.05 + 0.03 + 0.005
