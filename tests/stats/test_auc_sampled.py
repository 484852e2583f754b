"""Areas with frequency weights, sampling weights and repeated entities; and point values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from deploycheck.stats.auc import area, area_bounds, area_pvalue
from deploycheck.stats.auc_difference import (
    area_difference,
    auc_difference_bounds,
    auc_difference_pvalue,
)
from deploycheck.stats.placements import TooFew, placements, two_classes


def drawn(seed=3, m=30, n=50):
    """Two scores with ties of positives and negatives."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, m)).round(1) + 1, rng.normal(size=(2, n)).round(1)
    return rng, x, y


def sk_area(positives, negatives, weights=None):
    labels = np.repeat([1, 0], [len(positives), len(negatives)])
    return roc_auc_score(
        labels,
        np.concatenate([positives, negatives]),
        sample_weight=None if weights is None else np.concatenate(weights),
    )


SCORES = st.lists(
    st.sampled_from([0.0, 0.25, 0.5, 1.0, -3.0, 1e300, 5e-324]), min_size=2, max_size=30
)


@given(SCORES, SCORES)
@settings(max_examples=120, deadline=None)
def test_point_values_are_those_of_scikit_learn(positives, negatives):
    assert area(positives, negatives).value == pytest.approx(
        sk_area(positives, negatives), abs=1e-9
    )


@given(SCORES, SCORES, st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_weighted_point_values_are_those_of_scikit_learn(positives, negatives, seed):
    rng = np.random.default_rng(seed)
    weights = rng.lognormal(size=len(positives)), rng.lognormal(size=len(negatives))
    found = area(positives, negatives, weights=weights)
    assert found.value == pytest.approx(sk_area(positives, negatives, weights), abs=1e-9)


def test_all_equal_scores_are_one_half():
    assert area([2, 2], [2, 2, 2]).value == 0.5
    assert area([2, 2], [2, 2], weights=([1, 3], [2, 5])).value == 0.5


@pytest.mark.parametrize("entities", [False, True])
@pytest.mark.parametrize("sampling", [False, True])
def test_counts_are_repeated_rows(entities, sampling):
    rng, x, y = drawn()
    counts = rng.integers(0, 5, 30), rng.integers(0, 5, 50)
    codes = (rng.integers(0, 25, 30), rng.integers(0, 25, 50)) if entities else None
    mass = (rng.lognormal(size=30), rng.lognormal(size=50)) if sampling else None

    def repeated(pair):
        return pair and tuple(np.repeat(v, c) for v, c in zip(pair, counts, strict=True))

    one = area(x[0], y[0], counts=counts, weights=mass, clusters=codes)
    more = [np.repeat(v, counts[0]) for v in x], [np.repeat(v, counts[1]) for v in y]
    given = {"weights": repeated(mass), "clusters": repeated(codes)}
    other = area(more[0][0], more[1][0], **given)
    for part in ("value", "variance", "m", "n", "df", "units"):
        assert getattr(one, part) == pytest.approx(getattr(other, part), rel=1e-12)
    pair = area_difference(x[0], y[0], x[1], y[1], counts=counts, weights=mass, clusters=codes)
    same = area_difference(more[0][0], more[1][0], more[0][1], more[1][1], **given)
    for part in ("value", "variance", "m", "n", "skewness", "differing", "df", "correlation"):
        assert getattr(pair, part) == pytest.approx(getattr(same, part), rel=1e-11), part
    low, high = (auc_difference_bounds(found, 0.01).low for found in (pair, same))
    assert low == pytest.approx(high, rel=1e-11)


def test_huge_counts_cost_nothing():
    found = area([1.0, 2.0], [0.0, 1.5], counts=([10**9, 10**9], [10**9, 10**9]))
    assert (found.value, found.m) == (0.75, 2e9)
    assert found.variance < 1e-9


@pytest.mark.parametrize("factor", [1e-9, 1.0, 1e200])
def test_equal_weights_are_none(factor):
    _, x, y = drawn()
    plain = area(x[0], y[0])
    one = area(x[0], y[0], weights=(np.full(30, factor), np.full(50, factor)))
    assert one.value == pytest.approx(plain.value, rel=1e-12)
    assert one.variance == pytest.approx(plain.variance, rel=1e-12)
    assert (one.m, one.n) == pytest.approx((30, 50))
    assert one.units == pytest.approx(30)


def test_entities_of_one_row_are_rows():
    _, x, y = drawn()
    codes = np.arange(30), np.arange(30, 80)
    assert area(x[0], y[0], clusters=codes).variance == pytest.approx(
        area(x[0], y[0]).variance, rel=1e-12
    )
    one = area_difference(x[0], y[0], x[1], y[1], clusters=codes)
    plain = area_difference(x[0], y[0], x[1], y[1])
    assert one.variance == pytest.approx(plain.variance, rel=1e-12)
    assert one.differing == pytest.approx(plain.differing, rel=1e-12)


def test_the_variance_is_obuchowskis():
    """Biometrics 53 (1997), formulas 2 to 5, over all pairs and by loops over entities."""
    rng, x, y = drawn(m=40, n=60)
    of_x, of_y = rng.integers(0, 20, 40), rng.integers(5, 30, 60)
    pairs = (x[0][:, None] > y[0]) + 0.5 * (x[0][:, None] == y[0])
    theta, v10, v01 = pairs.mean(), pairs.mean(axis=1), pairs.mean(axis=0)
    everyone = sorted({*of_x, *of_y})
    s10 = s01 = s11 = 0.0
    for entity in everyone:
        high = (v10[of_x == entity] - theta).sum()
        low = (v01[of_y == entity] - theta).sum()
        s10, s01, s11 = s10 + high**2, s01 + low**2, s11 + high * low
    k10, k01, k = len({*of_x}), len({*of_y}), len(everyone)
    s10 *= k10 / ((k10 - 1) * 40)
    s01 *= k01 / ((k01 - 1) * 60)
    s11 *= k / (k - 1)
    expected = s10 / 40 + s01 / 60 + 2 * s11 / (40 * 60)
    found = area(x[0], y[0], clusters=(of_x, of_y))
    assert found.value == pytest.approx(theta, rel=1e-12)
    assert found.variance == pytest.approx(expected, rel=1e-12)


def test_a_copy_of_every_row_tells_nothing_new():
    """Each row twice, as one entity: the variance is that of the rows once, but for K / (K − 1)."""
    _, x, y = drawn(m=60, n=90)
    twice = np.repeat(x[0], 2), np.repeat(y[0], 2)
    codes = np.repeat(np.arange(60), 2), np.repeat(np.arange(60, 150), 2)
    found, plain = area(*twice, clusters=codes), area(x[0], y[0])
    assert found.variance == pytest.approx(plain.variance, rel=1e-12)
    assert area(*twice).variance < 0.6 * plain.variance
    assert found.units == pytest.approx(60)
    assert (found.m, found.n) == pytest.approx((60, 90), rel=0.05)


def clustered(rng, theta, mixed):
    """100 entities of five rows; half the variance of two scores lies between entities."""
    own = np.repeat(rng.normal(size=100), 5)
    scores = 0.5**0.5 * (own + rng.normal(size=500))
    codes = np.repeat(np.arange(100), 5)
    positive = np.arange(500) % 5 < 2 if mixed else codes % 5 < 2
    shift = norm.ppf(theta) * 2**0.5
    return scores[positive] + shift, scores[~positive], (codes[positive], codes[~positive])


@pytest.mark.parametrize("mixed", [False, True])
def test_repeated_entities_keep_the_level(mixed):
    rng = np.random.default_rng(17)
    missed, runs = {"clustered": np.zeros(2), "naive": np.zeros(2)}, 400
    for _ in range(runs):
        x, y, clusters = clustered(rng, 0.8, mixed)
        found = {"clustered": area(x, y, clusters=clusters), "naive": area(x, y)}
        for how, told in found.items():
            bounds = area_bounds(told, 0.05)
            missed[how] += (bounds.low > 0.8, bounds.high < 0.8)
    assert max(missed["clustered"]) / runs <= 0.08
    assert mixed or min(missed["naive"]) / runs > 0.10  # what is at stake


@pytest.mark.parametrize("link", [0.0, 0.5])
def test_log_normal_weights_keep_the_level(link):
    """Weights of sigma 1, that follow the scores of both classes in opposite ways or do not."""
    rng = np.random.default_rng(int(10 * link) + 1)
    shift, runs, missed = norm.ppf(0.8) * 2**0.5, 400, np.zeros(2)
    for _ in range(runs):
        x, y = rng.normal(size=200), rng.normal(size=300)
        noise = [(1 - link**2) ** 0.5 * rng.normal(size=v.size) for v in (x, y)]
        weights = np.exp(link * x + noise[0]), np.exp(-link * y + noise[1])
        # One over the probability to be drawn: the population lies higher by `link`, or lower.
        bounds = area_bounds(area(x + shift - 2 * link, y, weights=weights), 0.05)
        missed += (bounds.low > 0.8, bounds.high < 0.8)
    assert max(missed) / runs <= 0.08 + 0.02


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"weights": ([1, -1, 1], [1, 1])}, "weights of positives must not be negative"),
        ({"weights": ([1, 1, 1], [1, np.nan])}, "weights of negatives must be finite"),
        ({"weights": ([1, 1, 1], [1, np.inf])}, "finite"),
        ({"weights": ([1, 1, 1], ["a", "b"])}, "numbers"),
        ({"weights": ([1, 1, 1], [1])}, "one number for each of 2 scores"),
        ({"weights": ([1, 1, 1], None)}, "both classes or for none"),
        ({"weights": [1, 1, 1, 1, 1]}, "a pair"),
        ({"weights": "ab"}, "a pair"),
        ({"counts": ([1, 0.5, 1], [1, 1])}, "whole"),
        ({"counts": ([1, True, 1], [1, 1])}, "bool"),
        ({"clusters": ([0.0, 1.0, 2.0], [3.0, 4.0])}, "whole numbers"),
        ({"clusters": ([0, 1], [3, 4])}, "each of 3 scores"),
    ],
)
def test_what_is_no_weight_count_or_entity_is_refused(given, why):
    with pytest.raises(ValueError, match=why) as refused:
        area([1.0, 2.0, 3.0], [0.0, 1.0], **given)
    assert not isinstance(refused.value, TooFew)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"clusters": ([7, 7, 7], [7, 8])}, "positives: all rows are of one entity"),
        ({"clusters": ([1, 2, 3], [4, 4])}, "negatives: all rows are of one entity"),
        ({"weights": ([0, 0, 1], [1, 1])}, "positives: 1 rows count"),
        ({"counts": ([1, 1, 1], [0, 0])}, "negatives: 0 rows count"),
        ({"weights": ([1, 1, 0], [1, 1]), "clusters": ([1, 1, 2], [3, 4])}, "one entity"),
    ],
)
def test_too_few_rows_or_entities_have_a_word_of_their_own(given, why):
    with pytest.raises(TooFew, match=why):
        area([1.0, 2.0, 3.0], [0.0, 1.0], **given)


def test_placements_keep_the_order_of_rows():
    classes = two_classes(([3.0, 1.0, 2.0],), ([2.0, 0.0],))
    high, low = placements(*classes)
    assert list(high) == [1, 0.5, 0.75]
    assert high.mean() == low.mean()
    assert list(low) == [0.5, 1]
    anyhow = placements(*classes, any_order=True)
    assert [sorted(v) for v in anyhow] == [sorted(high), sorted(low)]


def test_few_entities_rest_on_a_bound_for_every_distribution():
    """Ten entities of fifty perfect rows are not five hundred."""
    codes = np.repeat(np.arange(10), 50), np.repeat(np.arange(10, 20), 50)
    bounds = area_bounds(area(np.arange(500) + 1e6, np.arange(500), clusters=codes), 0.05)
    assert "Hoeffding" in bounds.method
    assert bounds.low <= 0.05 ** (1 / 10) + 1e-9
    assert bounds.high == 1


def test_an_entity_of_both_classes_makes_no_two_pairs():
    """Thirty entities with a positive and a negative each: fifteen pairs have none in common."""
    codes = np.arange(30), np.arange(30)
    found = area(np.arange(30) + 1e6, np.arange(30), clusters=codes)
    assert found.pairs == 15
    assert area_bounds(found, 0.05).low <= 0.05 ** (1 / 15) + 1e-9
    x, y = np.arange(30.0) + 9, np.arange(30.0)
    pair = area_difference(x, y, x, y, clusters=codes)
    assert auc_difference_bounds(pair, 0.05).low == pytest.approx(-(1 - 0.05 ** (1 / 15)))
    apart = area_difference(x, y, x, y, clusters=(np.arange(30), np.arange(30, 60)))
    assert apart.pairs == 30


def test_p_values_agree_with_the_bounds():
    _, x, y = drawn()
    codes = np.arange(30) // 2, np.arange(50) // 2 + 15
    found = area(x[0], y[0], clusters=codes)
    pair = area_difference(x[0], y[0], x[1], y[1], clusters=codes, factor=0.9)
    for alpha in (0.2, 0.05, 0.001):
        bounds = area_bounds(found, alpha)
        assert area_pvalue(found, bounds.low) == pytest.approx(alpha, rel=1e-6)
        assert area_pvalue(found, bounds.high, "min") == pytest.approx(alpha, rel=1e-6)
        bounds = auc_difference_bounds(pair, alpha)
        assert auc_difference_pvalue(pair, bounds.low) == pytest.approx(alpha, rel=1e-6)
        assert auc_difference_pvalue(pair, bounds.high, "min") == pytest.approx(alpha, rel=1e-6)
