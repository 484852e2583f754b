"""Smooth functions of means: published intervals, exact values, and coverage."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from deploycheck.stats.slopes import linear
from deploycheck.stats.smooth import (
    abc_interval,
    power_smooth,
    smooth_bounds,
    smooth_pvalue,
)
from deploycheck.stats.tails import freedom, reach, tail
from deploycheck.stats.units import Unbounded, units

# Spatial test data, Efron and Tibshirani, An Introduction to the Bootstrap (1993), Table 14.1, A.
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


def variance(means):
    return means[..., 1] - means[..., 0] ** 2


def first(means):
    return means[..., 0]


def root(means):
    return np.sqrt(means[..., 0])


def ratio(means):
    return means[..., 0] / means[..., 1]


def f1(means):
    return 2 * means[..., 0] / (2 * means[..., 0] + means[..., 1] + means[..., 2])


def mcc(means):
    tp, fp, fn, tn = (means[..., i] for i in range(4))
    return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def r2(means):
    return 1 - means[..., 0] / (means[..., 2] - means[..., 1] ** 2)


def skill(means):
    return 1 - means[..., 0] / (means[..., 1] * (1 - means[..., 1]))


def cells(target, predicted):
    return np.column_stack(
        [target & predicted, ~target & predicted, target & ~predicted, ~target & ~predicted]
    )


def test_the_published_abc_interval():
    """E&T 1993, Table 14.2: variance of the spatial test data, ABC (116.7, 260.9), a = 0.061."""
    found = linear(units(np.column_stack([SPATIAL, SPATIAL**2]), variance))
    assert found.value == pytest.approx(171.5, abs=0.05)
    assert found.acceleration == pytest.approx(0.061, abs=0.0005)
    assert abc_interval(found, 0.05) == pytest.approx((116.7, 260.9), abs=0.05)


def test_the_standard_error_of_a_mean_and_its_skewness():
    x = np.random.default_rng(1).gamma(2, 1, 80)
    found = linear(units(x[:, None], first))
    centred = x - x.mean()
    assert found.error == pytest.approx(x.std() / 80**0.5, rel=1e-9)
    skewness = np.mean(centred**3) / x.std() ** 3
    assert found.acceleration == pytest.approx(skewness / (6 * 80**0.5), rel=1e-9)
    assert found.behind == pytest.approx(80 / (np.mean(centred**4) / x.std() ** 4), rel=1e-9)
    assert found.bias == pytest.approx(0, abs=1e-9)
    assert found.bend == pytest.approx(0, abs=1e-9)


def test_derivatives_are_those_by_hand():
    """Of a product of two means: bias is their covariance over n."""
    x = np.random.default_rng(1).gamma(2, 1, (80, 2))
    found = linear(units(x, lambda m: m[..., 0] * m[..., 1]))
    mean = x.mean(axis=0)
    influence = (x - mean) @ mean[::-1]
    assert found.error == pytest.approx(influence.std() / 80**0.5, rel=1e-6)
    assert found.bias == pytest.approx(np.cov(x.T, ddof=0)[0, 1] / 80, rel=1e-6)


numbers = st.floats(-1e3, 1e3, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(10, 60))
def test_regression_values_are_scikit_learns(data, n):
    y, p = (data.draw(hnp.arrays(float, n, elements=numbers)) for _ in range(2))
    w = data.draw(hnp.arrays(float, n, elements=st.floats(0.01, 100)))
    error = y - p
    for terms, of, theirs in (
        (error**2, root, metrics.root_mean_squared_error),
        (np.abs(error), first, metrics.mean_absolute_error),
    ):
        for given_weights in (None, w):
            try:
                found = linear(units(terms[:, None], of, weights=given_weights)).value
            except Unbounded:
                continue
            expected = theirs(y, p, sample_weight=given_weights)
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    if y.std() > 1e-3:
        centred = y - y.mean()
        try:
            made = linear(units(np.column_stack([error**2, centred, centred**2]), r2))
        except Unbounded:
            return
        assert made.value == pytest.approx(metrics.r2_score(y, p), rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(10, 80))
def test_classification_values_are_scikit_learns(data, n):
    y, p = (data.draw(hnp.arrays(bool, n)) for _ in range(2))
    w = data.draw(hnp.arrays(float, n, elements=st.floats(0.01, 100)))
    table = cells(y, p)
    for of, theirs in (
        (f1, lambda **k: metrics.f1_score(y, p, zero_division=np.nan, **k)),
        (mcc, lambda **k: metrics.matthews_corrcoef(y, p, **k)),
    ):
        for given_weights in (None, w):
            try:
                found = linear(units(table, of, weights=given_weights)).value
            except Unbounded:
                continue
            expected = theirs(sample_weight=given_weights)
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    counts = table.sum(axis=0)
    try:
        of_counts = linear(units(np.eye(4), mcc, counts=counts))
    except Unbounded:
        return
    of_rows = linear(units(table, mcc))
    assert of_counts.value == pytest.approx(of_rows.value, abs=1e-12)
    assert of_counts.error == pytest.approx(of_rows.error, rel=1e-6)


def test_macro_f1_log_loss_and_brier_are_scikit_learns():
    rng = np.random.default_rng(7)
    y, p = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    terms = np.column_stack([part[:, :3] for part in (cells(y == c, p == c) for c in range(3))])

    def macro(means):
        return np.mean([f1(means[..., 3 * c : 3 * c + 3]) for c in range(3)], axis=0)

    assert linear(units(terms, macro)).value == pytest.approx(
        metrics.f1_score(y, p, average="macro"), abs=1e-12
    )
    hit, score = rng.random(200) < 0.3, rng.random(200)
    loss = -np.log(np.where(hit, score, 1 - score))
    assert linear(units(loss[:, None], first)).value == pytest.approx(
        metrics.log_loss(hit, score), abs=1e-12
    )
    made = linear(units(np.column_stack([(score - hit) ** 2, hit]), skill))
    best = metrics.brier_score_loss(hit, np.full(200, hit.mean()))
    assert made.value == pytest.approx(1 - metrics.brier_score_loss(hit, score) / best, abs=1e-12)


def test_bounds_widen_with_confidence_and_enclose_the_value():
    found = linear(units(np.random.default_rng(1).gamma(2, 1, (300, 2)), ratio))
    made = [smooth_bounds(found, alpha) for alpha in (0.4, 0.2, 0.1, 0.05, 0.01)]
    for inner, outer in itertools.pairwise(made):
        assert outer.low < inner.low < found.value < inner.high < outer.high


def test_the_p_value_inverts_the_bound():
    for seed in range(5):
        found = linear(units(np.random.default_rng(seed).gamma(2, 1, (300, 2)), ratio))
        for alpha in (0.3, 0.05, 0.01):
            bounds = smooth_bounds(found, alpha)
            assert smooth_pvalue(found, bounds.low, "max") == pytest.approx(alpha, rel=1e-6)
            assert smooth_pvalue(found, bounds.high, "min") == pytest.approx(alpha, rel=1e-6)
        assert smooth_pvalue(found, found.value, "max") == 1
        assert smooth_pvalue(found, 1e9, "max") == 1
        # What the units in effect allow is the smallest.
        assert smooth_pvalue(found, -1e9, "max") == pytest.approx(np.exp(-found.behind / 2.5))


def test_power_is_how_often_the_bound_excludes():
    rng = np.random.default_rng(3)
    hits = planned = 0.0
    for _ in range(600):
        found = linear(units((rng.normal(size=400) ** 2)[:, None], root))
        hits += smooth_bounds(found, 0.05).low > 0.92
        planned += power_smooth(found, 0.92, 1.0, 0.05, "max")
    assert hits / 600 == pytest.approx(planned / 600, abs=0.07)
    assert power_smooth(found, 1.2, 1.0, 0.05, "min") > 0.9
    assert power_smooth(found, 0.92, 1.0, np.exp(-found.behind), "max") == 0.0


@pytest.mark.parametrize(
    ("terms", "of", "said"),
    [
        (np.ones((50, 1)), first, "no row moves it"),
        (np.ones((50, 1)) * 1e300, first, "no row moves it"),
        (np.random.default_rng(1).random((50, 1)), lambda m: m[..., 0] * 0, "no row moves it"),
        (np.random.default_rng(1).random((9, 1)), first, "too few"),
        (np.zeros((50, 1)), lambda m: np.log(m[..., 0]), "not defined"),
        (
            np.random.default_rng(1).random((50, 1)),
            lambda m: np.where(m[..., 0] == m[..., 0].flat[0], 1.0, np.nan),
            "no slope",
        ),
    ],
)
def test_what_cannot_be_bounded(terms, of, said):
    with pytest.raises(Unbounded, match=said):
        linear(units(terms, of))


def test_few_units_in_effect_have_no_bound():
    found = linear(units((np.arange(1000) < 7)[:, None], first))
    assert found.behind == pytest.approx(7, rel=0.02)
    assert smooth_bounds(found, 0.1).low < found.value
    with pytest.raises(Unbounded, match=r"as few as 7\.1 of 1000 rows.*takes 7\.5"):
        smooth_bounds(found, 0.05)
    assert smooth_pvalue(found, 0.0, "max") > 0.05


def test_what_no_row_shows_moves_the_bound():
    """Without a false positive the lower bound reckons with the share that 200 rows may hide."""
    counts = np.array([60, 0, 30, 110])
    table = np.repeat(np.eye(4), counts, axis=0)
    found = linear(units(table, mcc))
    shown = linear(units(table * 2, lambda m: mcc(m / 2)))  # the same, not as 0 and 1
    assert (found.rest.silent, shown.rest.silent) == ((1,), ())
    with_it, without = smooth_bounds(found, 0.05), smooth_bounds(shown, 0.05)
    share = 1 - 0.05 ** (1 / 200)
    moved = found.value - mcc(counts / 200 + np.array([0, share, 0, 0]))
    reach = np.hypot(found.value - without.low, moved)
    assert with_it.low == pytest.approx(found.value - reach, rel=1e-6)
    assert with_it.high == pytest.approx(without.high, rel=1e-6)
    for alpha in (0.2, 0.05):
        bounds = smooth_bounds(found, alpha)
        assert smooth_pvalue(found, bounds.low, "max") == pytest.approx(alpha, rel=1e-6)
    for more in (
        {"weights": np.full(200, 3.0)},
        {"clusters": np.arange(200), "weights": np.full(200, 3.0)},
    ):
        again = smooth_bounds(linear(units(table, mcc, **more)), 0.05)
        assert again.low == pytest.approx(with_it.low, rel=1e-6)
    counted = smooth_bounds(linear(units(np.eye(4), mcc, counts=counts)), 0.05)
    assert counted.low == pytest.approx(with_it.low, rel=1e-6)
    twice = linear(units(np.repeat(table, 2, axis=0), mcc, clusters=np.arange(400) // 2))
    assert smooth_bounds(twice, 0.05).low == pytest.approx(with_it.low, rel=1e-6)


def test_a_rare_class_without_an_error_is_no_certainty():
    """Macro F1 over two large classes and one of about 20 rows, 90 % right."""
    rng = np.random.default_rng(8)
    share, right = np.array([0.49, 0.49, 0.02]), np.array([0.8, 0.8, 0.9])

    def macro(means):
        return np.mean([f1(means[..., 3 * c : 3 * c + 3]) for c in range(3)], axis=0)

    # True and false positives and false negatives; what is wrong is told to be of class 1 or 0.
    expected = macro(np.array([0.392, 0.098, 0.098, 0.392, 0.1, 0.098, 0.018, 0, 0.002]))
    runs = 200
    missed = 0
    for _ in range(runs):
        target = rng.choice(3, 1000, p=share)
        guess = np.where(rng.random(1000) < right[target], target, (target + 1) % 2)
        terms = np.column_stack([cells(target == c, guess == c)[:, :3] for c in range(3)])
        found = linear(units(terms, macro))
        if found.behind > 7.5:
            missed += smooth_bounds(found, 0.05).low > expected
    assert missed / runs <= 0.05 + 0.03 + 0.01


def test_where_the_function_ends_the_bound_is_infinite():
    x = np.random.default_rng(1).random(40)

    def ends(means):
        with np.errstate(invalid="ignore"):
            return np.where(means[..., 0] < x.mean() * 1.05, means[..., 0], np.nan)

    bounds = smooth_bounds(linear(units(x[:, None], ends)), 0.05)
    assert bounds.high == np.inf
    assert np.isfinite(bounds.low)


def test_terms_too_large_for_sums_are_refused():
    with pytest.raises(ValueError, match="too large"):
        linear(units(np.full((50, 1), 1e308), first))


@pytest.mark.parametrize("scale", [1e-200, 1e-9, 1e9, 1e200])
def test_the_scale_of_the_terms_does_not_matter(scale):
    x = np.random.default_rng(1).gamma(2, 1, 60)
    one, other = (linear(units(x[:, None] * s, first)) for s in (1.0, scale))
    assert smooth_bounds(other, 0.05).low / scale == pytest.approx(smooth_bounds(one, 0.05).low)
    assert smooth_bounds(other, 0.05).high / scale == pytest.approx(smooth_bounds(one, 0.05).high)


def test_degrees_of_freedom_of_normal_and_heavy_units():
    """n for a kurtosis of 3; of few units in effect few, whatever n."""
    assert freedom(100 / 3, 100) == pytest.approx(99)
    assert freedom(1000.0, 1000) == 999  # two values, equally often: a kurtosis of 1
    assert freedom(5, 10_000) == pytest.approx(10, rel=0.01)
    assert tail(reach(0.03, 7.5, 50), 7.5, 50) == pytest.approx(0.03)


SIMULATED = {
    "mean of an exponential": (lambda r, n: (r.exponential(size=(n, 1)),), first, 1.0, 100),
    "RMSE": (lambda r, n: (r.normal(size=(n, 1)) ** 2,), root, 1.0, 100),
    "mean of a log-normal": (
        lambda r, n: (np.exp(r.normal(size=(n, 1))),), first, np.exp(0.5), 300,
    ),
    "rate under log-normal weights": (
        lambda r, n: ((r.random((n, 1)) < 0.3), None, np.exp(r.normal(size=n))), first, 0.3, 300,
    ),
    "RMSE of entities": (
        lambda r, n: (
            (r.normal(size=n).repeat(3) + r.normal(size=3 * n))[:, None] ** 2,
            None, None, np.arange(n).repeat(3),
        ),
        root, 2**0.5, 100,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIMULATED)
def test_no_tail_falls_below_its_level_by_three_points(name):
    draw, of, truth, n = SIMULATED[name]
    rng = np.random.default_rng(20)
    runs = 800
    low = high = 0
    for _ in range(runs):
        terms, *more = draw(rng, n)
        try:
            bounds = smooth_bounds(linear(units(terms, of, *more)), 0.05)
        except Unbounded:
            continue
        low += bounds.low > truth
        high += bounds.high < truth
    assert max(low, high) / runs <= 0.05 + 0.03 + 0.007
