"""Calibration: binned error with its noise, and slope and intercept by maximum likelihood."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from deploycheck.stats.calibration import CLIP, ece, logistic_calibration
from deploycheck.stats.noise import distance_bounds

EDGES = np.linspace(0, 1, 11)


def sample(rng, n, bend=1.0, shift=0.0):
    scores = rng.beta(2, 3, size=n)
    target = (rng.random(n) < expit(shift + bend * logit(scores))) * 1.0
    return scores, target


def test_the_value_is_the_sum_over_bins():
    scores = np.array([0.1, 0.15, 0.2, 0.25, 0.9, 0.95, 1.0, 0.0])
    target = np.array([0, 1, 0, 0, 1, 1, 0, 0])
    found = ece(scores, target, None, [0.0, 0.2, 0.5, 1.0])
    # (0.1, 0.15, 0.2, 0.0), (0.25,), (0.9, 0.95, 1.0): an upper edge belongs to its bin
    expected = (abs(0.25 - 0.1125) * 4 + 0.25 + abs(2 / 3 - 0.95) * 3) / 8
    assert found.value == pytest.approx(expected)
    assert list(found.rows) == [4, 1, 3]
    assert found.mean_target[1] == 0
    assert found.n == 8


def test_weights_stand_for_rows():
    rng = np.random.default_rng(1)
    scores, target = sample(rng, 60)
    weights = rng.integers(0, 4, size=60)
    weighted = ece(scores, target, weights, EDGES)
    plain = ece(np.repeat(scores, weights), np.repeat(target, weights), None, EDGES)
    for part in ("value", "debiased", "center", "scale"):
        assert getattr(weighted, part) == pytest.approx(getattr(plain, part))
    line = logistic_calibration(scores, target, weights)
    other = logistic_calibration(np.repeat(scores, weights), np.repeat(target, weights))
    for part in ("slope", "slope_se", "intercept", "intercept_se", "n"):
        assert getattr(line, part) == pytest.approx(getattr(other, part))


@pytest.mark.parametrize("n", [200, 3000])
def test_the_noise_of_perfect_scores_is_covered(n):
    rng = np.random.default_rng(n)
    found = [ece(*sample(rng, n), None, EDGES) for _ in range(400)]
    values = np.array([f.value for f in found])
    assert np.mean([f.center for f in found]) == pytest.approx(values.mean(), rel=0.15)
    alarms = [distance_bounds(f.value, f.center, f.scale, 0.05).low > 0 for f in found]
    assert np.mean(alarms) <= 0.05
    # Debiasing takes a part of that away, and only a part: the noise is estimated with it.
    assert np.mean([f.debiased for f in found]) < 0.7 * values.mean()


@pytest.mark.parametrize("n", [300, 3000])
def test_a_true_error_is_covered_from_both_sides(n):
    rng = np.random.default_rng(n + 1)
    truth = ece(*sample(rng, 1_000_000, 2.0, 0.5), None, EDGES).value
    bounds = []
    for _ in range(400):
        f = ece(*sample(rng, n, 2.0, 0.5), None, EDGES)
        bounds.append(distance_bounds(f.value, f.center, f.scale, 0.05))
    assert np.mean([b.low > truth for b in bounds]) <= 0.05
    assert np.mean([b.high < truth for b in bounds]) <= 0.08


def test_a_bin_without_hits_is_not_taken_as_known():
    found = ece([0.001] * 20, [0] * 20, None, EDGES)
    assert found.value == pytest.approx(0.001)
    assert found.scale > 0.03
    assert distance_bounds(found.value, found.center, found.scale, 0.05).high > 0.05


@pytest.mark.parametrize(("bend", "shift"), [(1.0, 0.0), (2.0, 0.5), (0.3, -1.0), (-0.5, 0.0)])
def test_slope_and_intercept_are_those_of_an_unpenalised_regression(bend, shift):
    scores, target = sample(np.random.default_rng(7), 1500, bend, shift)
    found = logistic_calibration(scores, target)
    x = logit(scores)[:, None]
    other = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(x, target)
    assert found.slope == pytest.approx(other.coef_[0, 0], abs=1e-5)
    assert found.intercept == pytest.approx(other.intercept_[0], abs=1e-5)
    design = np.column_stack([np.ones(1500), x])
    p = expit(design @ [found.intercept, found.slope])
    errors = np.sqrt(np.diag(np.linalg.inv((design.T * (p * (1 - p))) @ design)))
    assert (found.intercept_se, found.slope_se) == pytest.approx(tuple(errors), rel=1e-6)


def test_two_scores_have_a_closed_form():
    """30 of 100 at 0.2, 80 of 100 at 0.7: the line goes through both logits."""
    scores = np.repeat([0.2, 0.7], 100)
    target = np.concatenate([np.arange(100) < 30, np.arange(100) < 80]) * 1.0
    found = logistic_calibration(scores, target)
    slope = (logit(0.8) - logit(0.3)) / (logit(0.7) - logit(0.2))
    error = np.sqrt(1 / 21 + 1 / 16) / (logit(0.7) - logit(0.2))
    assert found.slope == pytest.approx(slope)
    assert found.slope_se == pytest.approx(error)
    assert found.intercept == pytest.approx(logit(0.3) - slope * logit(0.2))


def test_standard_errors_cover():
    rng = np.random.default_rng(5)
    away = []
    for _ in range(400):
        found = logistic_calibration(*sample(rng, 500))
        away.append(((found.slope - 1) / found.slope_se, found.intercept / found.intercept_se))
    assert np.mean(np.abs(away) > 1.96, axis=0) == pytest.approx([0.05, 0.05], abs=0.025)


def test_scores_of_nought_and_one_are_clipped():
    scores, target = sample(np.random.default_rng(9), 300)
    scores[:6], target[:6] = [0, 0, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1]
    found = logistic_calibration(scores, target)
    assert found == logistic_calibration(np.clip(scores, CLIP, 1 - CLIP), target)
    assert 0 < found.slope < 0.5
    assert np.isfinite(found.slope_se)


@pytest.mark.parametrize(
    ("scores", "target", "why"),
    [
        ([0.2, 0.8, 0.5], [1, 1, 1], "one class"),
        ([0.5, 0.5, 0.5], [0, 1, 1], "alike"),
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], "separate"),
        ([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1], "separate"),
        ([0.9, 0.5, 0.5, 0.1], [0, 0, 1, 1], "separate"),
    ],
)
def test_where_there_is_no_maximum_it_says_so(scores, target, why):
    with pytest.raises(ValueError, match=why):
        logistic_calibration(scores, target)


@pytest.mark.parametrize(
    ("scores", "target", "weights", "edges", "why"),
    [
        ([], [], None, EDGES, "no rows"),
        ([0.5], [1], [0], EDGES, "no rows"),
        ([0.5], [1, 0], None, EDGES, "for each row"),
        ([1.5], [1], None, EDGES, "between 0 and 1"),
        ([0.5], [2], None, EDGES, "0 or 1"),
        ([np.nan], [1], None, EDGES, "finite"),
        ([0.5], [1], [0.5], EDGES, "whole"),
        ([0.5], [1], None, [0.0, 0.5], "edges"),
        ([0.5], [1], None, [0.0, 0.5, 0.5, 1.0], "edges"),
        ([0.5], [1], None, [0.0], "edges"),
        ([[0.5]], [1], None, EDGES, "one-dimensional"),
    ],
)
def test_what_does_not_fit_is_refused(scores, target, weights, edges, why):
    with pytest.raises(ValueError, match=why):
        ece(scores, target, weights, edges)
