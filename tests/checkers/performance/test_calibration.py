from itertools import pairwise

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from deploycheck.authoring.estimates import BoundedMean, Distance, Mean, Undefined
from deploycheck.authoring.figures import Curve
from deploycheck.checkers.performance.calibration import Calibration, calibration
from deploycheck.evidence.scores import Scores
from deploycheck.stats.noise import distance_bounds

NAMES = [m.name for m in calibration.measures]
LINE = ["calibration_slope", "calibration_intercept"]


def sample(seed, rows=2_000, slope=1.0, intercept=0.0):
    """Scores, and a target whose logit is linear in the score's."""
    random = np.random.default_rng(seed)
    score = random.beta(1.2, 2.0, rows).clip(1e-3, 1 - 1e-3)
    logit = intercept + slope * np.log(score / (1 - score))
    return score, (random.random(rows) < 1 / (1 + np.exp(-logit))).astype(float)


def apart(found):
    """Estimates by name, and the figure."""
    figures = [one for one in found if isinstance(one, Curve)]
    return {one.name: one for one in found if not isinstance(one, Curve)}, figures


def error_by_hand(score, target, weights, edges):
    total = 0.0
    for k, (low, high) in enumerate(pairwise(edges)):
        mine = (score <= high) & ((score > low) | (k == 0))
        if weights[mine].sum():
            gap = np.average(target[mine], weights=weights[mine]) - np.average(
                score[mine], weights=weights[mine]
            )
            total += abs(gap) * weights[mine].sum() / weights.sum()
    return total


@pytest.mark.parametrize(
    ("params", "edges"),
    [
        ({}, np.linspace(0, 1, 11)),
        ({"bins": 4}, np.linspace(0, 1, 5)),
        ({"edges": [0.1, 0.35]}, [0, 0.1, 0.35, 1]),
        ({"bins": 1}, [0, 1]),
    ],
)
def test_the_error_is_the_weighted_mean_of_the_bins_gaps(run, params, edges):
    score, target = sample(0, slope=0.7)
    weights = np.random.default_rng(1).integers(0, 4, len(score))
    scores = Scores.of(score, target, weights=weights)
    found, (curve,) = apart(run(calibration, params, scores=scores))
    made = found["calibration_error"]
    assert isinstance(made, Distance)
    assert made.value == pytest.approx(error_by_hand(score, target, weights, edges), abs=1e-12)
    assert made.n == weights.sum() == sum(point.n for point in curve.points)


def test_the_curve_equals_scikit_learns(run):
    score, target = sample(2)
    _, (curve,) = apart(run(calibration, scores=Scores.of(score, target)))
    rate, mean = calibration_curve(target, score, n_bins=10)
    np.testing.assert_allclose([point.x for point in curve.points], mean, atol=1e-12)
    np.testing.assert_allclose([point.y for point in curve.points], rate, atol=1e-12)
    assert curve.diagonal
    for point in curve.points:
        assert 0 <= point.low <= point.y <= point.high <= 1


def test_slope_and_intercept_equal_an_unpenalised_logistic_regression(run):
    score, target = sample(3, slope=0.6, intercept=0.4)
    found, _ = apart(run(calibration, scores=Scores.of(score, target)))
    logit = np.log(score / (1 - score))[:, None]
    model = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1_000).fit(logit, target)
    assert found["calibration_slope"].mean == pytest.approx(model.coef_[0, 0], abs=1e-6)
    assert found["calibration_intercept"].mean == pytest.approx(model.intercept_[0], abs=1e-6)
    p = model.predict_proba(logit)[:, 1]
    design = np.hstack([np.ones_like(logit), logit])
    covariance = np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))
    for k, name in enumerate(("calibration_intercept", "calibration_slope")):
        made = found[name]
        assert made.sd / made.n**0.5 == pytest.approx(covariance[k, k] ** 0.5, rel=1e-5)


def test_bounds_cover_the_truth_where_nothing_is_wrong_and_where_something_is(run):
    """At 95 %: the bounds are conservative, so that few of 200 runs lie outside."""
    outside = 0
    for seed in range(200):
        random, truth = np.random.default_rng(seed), 0.05 * (seed % 2)
        score = random.integers(1, 10, 400) / 10 - 0.05
        target = (random.random(400) < score + truth).astype(float)
        made = apart(run(calibration, scores=Scores.of(score, target)))[0]["calibration_error"]
        outside += bounds(made).low > truth or bounds(made).high < truth
    assert outside <= 10


def bounds(made):
    return distance_bounds(made.value, made.center, made.scale, 0.05)


def test_rare_misses_do_not_make_a_false_pass(run):
    """A score of 0.999 where 0.95 is true: with 100 rows the Gaussian tail alone passes 12 %."""
    random = np.random.default_rng(7)
    passed = 0
    for _ in range(400):
        target = (random.random(100) < 0.95).astype(float)
        made = apart(run(calibration, scores=Scores.of([0.999] * 100, target)))[0]
        passed += bounds(made["calibration_error"]).high < 0.049
    assert passed <= 32  # 20 expected at 5 %, and 99.5 % of such runs have at most 32


def test_a_perfect_model_has_a_small_error_and_no_slope(run):
    target = [0.0, 1.0] * 200
    found, _ = apart(run(calibration, scores=Scores.of(target, target)))
    assert found["calibration_error"].value == 0
    assert 0 < bounds(found["calibration_error"]).high < 0.02
    for name in LINE:
        assert isinstance(found[name], Undefined)
        assert "separate" in found[name].reason


def test_a_constant_score_has_an_error_and_no_slope(run):
    found, (curve,) = apart(run(calibration, scores=Scores.of([0.5] * 100, [0, 1] * 50)))
    assert found["calibration_error"].value == 0
    assert len(curve.points) == 1
    assert "alike" in found["calibration_slope"].reason


def test_one_class_and_one_row(run):
    for target in ([1.0] * 60, [0.0] * 60, [1.0]):
        score = np.linspace(0.2, 0.9, len(target))
        found, _ = apart(run(calibration, scores=Scores.of(score, target)))
        assert isinstance(found["calibration_error"], Distance)
        for name in LINE:
            assert isinstance(found[name], Undefined)
            assert "one class" in found[name].reason
    assert bounds(found["calibration_error"]).high > 1  # of one row


def test_no_rows_are_no_pass(run):
    for scores in (Scores.of([], []), Scores.of([0.2, 0.7], [0, 1], weights=[0, 0])):
        found = run(calibration, scores=scores)
        assert [one.name for one in found] == NAMES
        assert all(isinstance(one, Undefined) and one.n == 0 for one in found)


@pytest.mark.parametrize("score", [[1.2, 0.5], [-1e-9, 0.5], [7.0, 3.0]])
def test_scores_that_are_no_probabilities_are_an_error(run, score):
    found = run(calibration, scores=Scores.of(score, [0, 1]))
    assert found.code == "DC203"
    assert "no probabilities" in str(found.error)


def test_scores_without_a_target_are_an_error(run, code):
    assert code(run(calibration, scores=Scores.of([0.2, 0.7]))) == "DC203"


@pytest.mark.parametrize(
    "params",
    [
        {"bins": 0}, {"bins": 101}, {"bins": True}, {"bins": 2.5}, {"edges": []},
        {"edges": [0.5, 0.5]}, {"edges": [0.0, 0.5]}, {"edges": [1.0]}, {"edges": [float("nan")]},
    ],
)  # fmt: skip
def test_bins_that_are_none_are_refused(params):
    with pytest.raises(ValueError, match=r"bins|edges"):
        Calibration.model_validate(params)


def test_slope_and_intercept_have_a_sampling_model(run):
    score, target = sample(5)
    found, _ = apart(run(calibration, scores=Scores.of(score, target)))
    assert all(isinstance(found[name], Mean) for name in LINE)


def spiegelhalter(p, y):
    """Z as in Spiegelhalter 1986, from the Brier score and its moments where p is the truth."""
    brier, expected = ((p - y) ** 2).sum(), (p * (1 - p)).sum()
    return (brier - expected) / np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum())


def test_the_excess_is_that_of_the_brier_score_and_tells_spiegelhalters_z(run):
    score, target = sample(8, rows=500, slope=0.6)
    weights = np.random.default_rng(3).integers(0, 4, 500)
    found, _ = apart(run(calibration, scores=Scores.of(score, target, weights=weights)))
    made = found["brier_excess"]
    p, y = np.repeat(score, weights), np.repeat(target, weights)
    expected = brier_score_loss(y, p) - (p * (1 - p)).mean()
    assert isinstance(made, BoundedMean)
    assert made.mean == pytest.approx(expected, abs=1e-12)
    assert made.n == weights.sum()
    assert made.details == (f"Spiegelhalter's Z {spiegelhalter(p, y):.4g}",)


def test_spiegelhalters_z_is_standard_normal_where_nothing_is_wrong(run):
    found = []
    for seed in range(200):
        made, _ = apart(run(calibration, scores=Scores.of(*sample(seed, rows=200))))
        found.append(float(made["brier_excess"].details[0].rpartition(" ")[2]))
    assert abs(np.mean(found)) < 0.25
    assert 0.85 < np.std(found) < 1.15


def test_an_excess_of_rows_that_are_alike_has_bounds(run):
    found, _ = apart(run(calibration, scores=Scores.of([0.5] * 40, [0.0, 1.0] * 20)))
    assert found["brier_excess"].mean == 0
    one, _ = apart(run(calibration, scores=Scores.of([0.5], [1.0])))
    assert isinstance(one["brier_excess"], Undefined)
