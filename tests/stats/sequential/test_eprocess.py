"""Tests that may be stopped at any time, and streams against a reference that is a sample."""

import numpy as np
import pytest
from scipy.special import rel_entr

from deploycheck.stats.bounds import Bounds
from deploycheck.stats.proportion import clopper_pearson
from deploycheck.stats.sequential.bernoulli import Proportion, log_evidence
from deploycheck.stats.sequential.eprocess import SHARES, EProcess
from deploycheck.stats.sequential.shift import Shift, mean_shift, proportion_shift

ROWS = 10_000


@pytest.mark.parametrize("side", ["max", "min"])
def test_null_streams_reject_in_at_most_five_percent_at_any_time(side):
    rng = np.random.default_rng(5)
    rejected, runs = 0, 150
    for _ in range(runs):
        values = (rng.random(ROWS) < 0.1) * 1.0
        _, told = EProcess(0.1, side).update(values)
        rejected += told.pvalue[-1] <= 0.05
    assert rejected / runs <= 0.05 + 0.018


def test_a_mean_beyond_the_bound_is_found():
    rng = np.random.default_rng(6)
    found = []
    for _ in range(50):
        _, told = EProcess(0.1).update((rng.random(4000) < 0.14) * 1.0)
        found.append(np.argmax(told.pvalue <= 0.05) if told.pvalue[-1] <= 0.05 else 4000)
    assert np.median(found) < 1500
    assert np.mean(np.array(found) < 4000) > 0.95


def test_the_evidence_is_the_average_capital():
    values = np.array([0.0, 1.0, 0.5, 1.0])
    state, told = EProcess(0.25).update(values)
    capital = np.ones(len(SHARES))
    for at, x in enumerate(values):
        capital *= 1 + np.array(SHARES) * (x / 0.25 - 1)
        assert told.log_evidence[at] == pytest.approx(np.log(capital.mean()), abs=1e-12)
    best = np.maximum.accumulate(np.exp([0, *told.log_evidence]))[1:]
    assert told.pvalue == pytest.approx(1 / best)
    assert np.all(np.diff(told.pvalue) <= 0)
    assert state.rows == 4


def test_sides_mirror_one_another():
    values = np.random.default_rng(1).random(300)
    _, most = EProcess(0.3, "max").update(values)
    _, least = EProcess(0.7, "min").update(1 - values)
    assert most.log_evidence == pytest.approx(least.log_evidence, abs=1e-9)


def test_evidence_of_two_streams_may_be_multiplied():
    """On the null the product is at most 1 on average."""
    rng = np.random.default_rng(3)
    logs = [
        sum(EProcess(0.5).update(rng.random(50))[1].log_evidence[-1] for _ in range(2))
        for _ in range(2000)
    ]
    assert np.exp(logs).mean() < 1.2


@pytest.mark.parametrize("bound", [0, 1, -0.1, np.nan, True, "0.1"])
def test_what_is_no_bound_is_refused(bound):
    with pytest.raises(ValueError, match="bound"):
        EProcess(bound).update([0.5])
    with pytest.raises(ValueError, match="side"):
        EProcess(0.5, "both").update([0.5])


REFERENCE, RATE, RUNS = 300, 0.2, 120


def ever(total, rows, mean, alpha):
    """Whether the mixture ever reaches 1 / alpha, asked where the largest of its ratios does."""
    rate = total / rows
    largest = rows * (rel_entr(rate, mean) + rel_entr(1 - rate, 1 - mean))
    asked = (largest >= -np.log(alpha)) & (rate > mean)
    return bool((log_evidence(total[asked], rows[asked], mean) >= -np.log(alpha)).any())


def test_a_reference_taken_for_known_alarms_and_one_with_its_own_error_does_not():
    """300 rows of reference, and streams without any change of 10,000 rows.

    Taken for known, even a valid sequence of both sides at 5 % alarms in most of them, and one test
    at the end in 74 %: |z| > 1.96, where the variance of z is 1 + 10,000 / 300.
    """
    rng = np.random.default_rng(74)
    rows = np.arange(1, ROWS + 1)
    at_the_end = taken_for_known = alarms = 0
    for _ in range(RUNS):
        hits = rng.binomial(REFERENCE, RATE)
        total = np.cumsum(rng.random(ROWS) < RATE)
        known = hits / REFERENCE
        error = (known * (1 - known) / ROWS) ** 0.5
        at_the_end += abs(total[-1] / ROWS - known) > 1.96 * error
        taken_for_known += ever(total, rows, known, 0.025) or ever(
            rows - total, rows, 1 - known, 0.025
        )
        # A bound of the shift excludes 0 where the stream rules out the bound of the reference.
        low, high = (float(b) for b in clopper_pearson(hits, REFERENCE, 0.025 / 2))
        alarms += ever(total, rows, high, 0.025 / 2) or ever(rows - total, rows, 1 - low, 0.025 / 2)
    assert at_the_end / RUNS == pytest.approx(0.74, abs=0.1)
    assert taken_for_known / RUNS > 0.45
    assert alarms / RUNS <= 0.05


def test_the_shift_is_the_stream_less_the_reference():
    rng = np.random.default_rng(2)
    values = (rng.random(800) < 0.35) * 1.0
    _, band = proportion_shift(60, REFERENCE, 0.05).update(values)
    _, alone = Proportion(0.025).update(values)
    low, high = clopper_pearson(60, REFERENCE, 0.025)
    assert band.low == pytest.approx(alone.low - float(high))
    assert band.high == pytest.approx(alone.high - float(low))
    assert band.low[-1] > 0  # the change from 0.2 to 0.35 is found
    made = Shift(Bounds(0.1, 0.2, "declared"), Proportion(0.05))
    assert made.update(values)[1].low[-1] > band.low[-1]


def test_means_are_compared_as_well():
    rng = np.random.default_rng(4)
    reference = rng.beta(2, 8, 1000)
    _, same = mean_shift(reference, 0.05).update(rng.beta(2, 8, 3000))
    assert same.low.max() < 0 < same.high.min()
    _, moved = mean_shift(reference, 0.05).update(rng.beta(4, 8, 3000))
    assert moved.low[-1] > 0.05
    assert moved.high[-1] < 0.2


@pytest.mark.parametrize(
    ("reference", "why"),
    [([], "0 rows"), ([0.5], "1 rows"), ([0.5, 1.5], "between"), ([0.5, np.nan], "finite")],
)
def test_a_reference_without_bounds_is_refused(reference, why):
    with pytest.raises(ValueError, match=why):
        mean_shift(reference, 0.05)
    with pytest.raises(ValueError, match="zero"):
        proportion_shift(0, 0, 0.05)
