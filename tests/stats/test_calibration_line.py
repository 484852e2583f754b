"""Bounds of calibration slope and intercept by the likelihood."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from scipy.stats import norm

from deploycheck.stats.calibration import logistic_calibration
from deploycheck.stats.calibration_line import METHOD, calibration_line


def sample(rng, n, bend=1.0, shift=0.0, a=2, b=3):
    scores = rng.beta(a, b, size=n)
    return scores, (rng.random(n) < expit(shift + bend * logit(scores))) * 1.0


def profile(scores, target, which, value):
    """The largest log likelihood with one of the two fixed, by scipy's minimiser."""
    x = logit(scores)

    def loss(free):
        eta = free + value * x if which == "slope" else value + free * x
        return -np.sum(target * eta - np.logaddexp(0, eta))

    return -minimize_scalar(loss, bracket=(-1, 1), tol=1e-12).fun


@pytest.mark.parametrize("which", ["slope", "intercept"])
@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.0005])
def test_a_bound_is_where_the_likelihood_has_fallen_or_beyond(which, alpha):
    scores, target = sample(np.random.default_rng(4), 120, 1.3, -0.5)
    line = calibration_line(scores, target)
    bounds = line.bounds(which, alpha)
    assert bounds.method == METHOD
    best = profile(scores, target, which, getattr(line.found, which))
    assert line.best == pytest.approx(best, abs=1e-8)
    z, estimate, by_likelihood = norm.isf(alpha), getattr(line.found, which), []
    reach = z * getattr(line.found, f"{which}_se")
    for value, by_error in ((bounds.low, estimate - reach), (bounds.high, estimate + reach)):
        fallen = 2 * (best - profile(scores, target, which, value))
        assert fallen**0.5 >= z - 1e-6
        by_likelihood.append(fallen**0.5 == pytest.approx(z, abs=1e-6))
        assert by_likelihood[-1] or value == pytest.approx(by_error)  # the outer one of two
    assert any(by_likelihood)
    assert bounds.low <= estimate - reach + 1e-9
    assert bounds.high >= estimate + reach - 1e-9
    assert bounds.low < getattr(line.found, which) < bounds.high
    assert line.pvalue(which, bounds.low) == pytest.approx(alpha, rel=1e-5)
    assert line.pvalue(which, bounds.high, "min") == pytest.approx(alpha, rel=1e-5)
    assert line.pvalue(which, bounds.high) == 1.0


def test_many_rows_have_the_bounds_of_the_standard_error():
    scores, target = sample(np.random.default_rng(5), 40_000)
    line = calibration_line(scores, target)
    for which in ("slope", "intercept"):
        bounds = line.bounds(which, 0.05)
        estimate, error = getattr(line.found, which), getattr(line.found, f"{which}_se")
        reach = 1.645 * error
        assert (bounds.low, bounds.high) == pytest.approx(
            (estimate - reach, estimate + reach), abs=0.03 * reach
        )


def test_weights_stand_for_rows():
    rng = np.random.default_rng(6)
    scores, target = sample(rng, 80)
    weights = rng.integers(0, 4, 80)
    one = calibration_line(scores, target, weights)
    other = calibration_line(np.repeat(scores, weights), np.repeat(target, weights))
    assert one.found == logistic_calibration(scores, target, weights)
    for which in ("slope", "intercept"):
        first, second = one.bounds(which, 0.01), other.bounds(which, 0.01)
        assert (first.low, first.high) == pytest.approx((second.low, second.high), rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(2, 3), (1, 12)])
def test_few_rows_keep_their_level(a, b):
    """150 rows, balanced and with one positive in thirteen."""
    rng = np.random.default_rng(a + b)
    missed, wald, runs = np.zeros(4), np.zeros(4), 0
    while runs < 200:
        scores, target = sample(rng, 150, a=a, b=b)
        try:
            line = calibration_line(scores, target)
        except ValueError:
            continue  # no maximum, nothing is said
        runs += 1
        for at, (which, truth) in enumerate((("slope", 1.0), ("intercept", 0.0))):
            bounds = line.bounds(which, 0.05)
            missed[2 * at : 2 * at + 2] += (bounds.low > truth, bounds.high < truth)
            estimate, error = getattr(line.found, which), getattr(line.found, f"{which}_se")
            away = (estimate - truth) / error
            wald[2 * at : 2 * at + 2] += (away > 1.645, away < -1.645)
    assert max(missed) / runs <= 0.05 + 0.03
    assert np.all(missed <= wald)


def test_a_root_has_the_sign_of_the_difference():
    scores, target = sample(np.random.default_rng(7), 200)
    line = calibration_line(scores, target)
    assert line.root("slope", line.found.slope) == 0
    assert line.root("slope", line.found.slope - 0.3) > 0 > line.root("slope", 9.0)
    roots = [line.root("intercept", value) for value in np.linspace(-3, 3, 13)]
    assert np.all(np.diff(roots) < 0)


def test_what_has_no_line_is_refused():
    with pytest.raises(ValueError, match="separate"):
        calibration_line([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
    line = calibration_line([0.2, 0.8, 0.7, 0.4], [0, 1, 0, 1])
    assert np.isfinite(line.bounds("slope", 1e-6).low)
    with pytest.raises(ValueError, match="no 'bias'"):
        line.bounds("bias", 0.05)
    with pytest.raises(ValueError, match="alpha"):
        line.bounds("slope", 0.5)
    for bound in (np.nan, True, "1"):
        with pytest.raises(ValueError, match="bound"):
            line.pvalue("slope", bound)
    with pytest.raises(ValueError, match="side"):
        line.pvalue("slope", 1.0, "both")
