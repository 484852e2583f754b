"""Sequences cover at all times at once, agree with formulas, and take rows in any batches."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import log_ndtr, rel_entr
from scipy.stats import beta

from deploycheck.stats.sequential.bernoulli import Proportion, log_evidence
from deploycheck.stats.sequential.bernstein import EmpiricalBernstein
from deploycheck.stats.sequential.betting import Betting
from deploycheck.stats.sequential.eprocess import EProcess
from deploycheck.stats.sequential.looks import Band
from deploycheck.stats.sequential.normal import (
    SubGaussian,
    best_rho,
    one_sided_boundary,
    two_sided_boundary,
)
from deploycheck.stats.sequential.shift import mean_shift, proportion_shift

STATES = {
    "proportion": lambda: Proportion(0.05),
    "betting": lambda: Betting(0.05, np.arange(1, 50) / 50),
    "bernstein": lambda: EmpiricalBernstein(0.05),
    "normal": lambda: SubGaussian(0.05, 0.5),
    "at most": lambda: EProcess(0.3),
    "at least": lambda: EProcess(0.3, "min"),
    "rate shift": lambda: proportion_shift(30, 100, 0.05),
    "mean shift": lambda: mean_shift([0.1, 0.5, 0.9], 0.05),
}


def arrays(told):
    return [told.low, told.high] if isinstance(told, Band) else [told.log_evidence, told.pvalue]


@pytest.mark.parametrize("name", STATES)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=4), st.integers(0, 99))
@example([600, 0, 1, 13], 0)  # beyond one block
@settings(max_examples=5, deadline=None)
def test_batches_give_the_same_bytes_as_all_at_once(name, sizes, seed):
    values = np.random.default_rng(seed).random(sum(sizes))
    after, told = STATES[name]().update(values)
    state, parts, start = STATES[name](), [], 0
    for size in sizes:
        state, part = state.update(values[start : start + size])
        parts.append(arrays(part))
        start += size
    for whole, *pieces in zip(arrays(told), *parts, strict=True):
        assert whole.tobytes() == np.concatenate(pieces).tobytes()
    assert repr(state) == repr(after)
    rest = np.random.default_rng(seed + 1).random(5)
    assert arrays(state.update(rest)[1])[0].tobytes() == arrays(after.update(rest)[1])[0].tobytes()


@pytest.mark.parametrize("name", STATES)
def test_an_empty_batch_changes_nothing(name):
    state = STATES[name]()
    after, told = state.update([])
    assert [part.shape for part in arrays(told)] == [(0,), (0,)]
    values = np.linspace(0, 1, 9)
    for one, other in zip(
        arrays(after.update(values)[1]), arrays(state.update(values)[1]), strict=True
    ):
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize(
    "values", [[0.5, np.nan], [np.inf], ["a"], [[0.5]], 0.5, [None], [0.5, -0.1], [1.0000001]]
)
def test_what_is_no_row_is_refused(name, values):
    if name == "normal" and values in ([0.5, -0.1], [1.0000001]):
        STATES[name]().update(values)  # any number may be
        return
    with pytest.raises(ValueError, match="values must"):
        STATES[name]().update(values)


@pytest.mark.parametrize("alpha", [0, 0.5, 1, -0.1, np.nan, True, "0.05", None])
def test_what_is_no_level_is_refused(alpha):
    for make in (Proportion, Betting, EmpiricalBernstein, lambda a: SubGaussian(a, 1.0)):
        with pytest.raises(ValueError, match="alpha"):
            make(alpha).update([0.5])
    with pytest.raises(ValueError, match="alpha"):
        proportion_shift(1, 2, alpha)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", ["proportion", "betting", "bernstein"])
def test_rows_all_equal_narrow_down_to_their_value(name, value):
    _, band = STATES[name]().update(np.full(4000, value))
    assert np.all(band.low <= value + 1e-12)
    assert np.all(band.high >= value - 1e-12)
    assert band.low[0] <= 0.05 + 1e-9 if value < 1 else band.low[0] < 0.1
    assert band.high[-1] - band.low[-1] < 0.07
    assert np.all((band.low >= 0) & (band.high <= 1))


def streams(kind, runs, rows, seed=11):
    """Streams of mean 0.1 or 0.5, as an array of shape (runs, rows)."""
    rng = np.random.default_rng(seed)
    if kind == "rare":
        return 0.1, (rng.random((runs, rows)) < 0.1) * 1.0
    if kind == "skewed":
        return 0.1, rng.beta(0.2, 1.8, (runs, rows))
    return 0.5, rng.random((runs, rows))


RUNS, ROWS = 40, 10_000


def ever(total, rows, mean, alpha):
    """Whether the mixture ever reaches 1 / alpha, asked where the largest of its ratios does."""
    rate = total / rows
    largest = rows * (rel_entr(rate, mean) + rel_entr(1 - rate, 1 - mean))
    asked = (largest >= -np.log(alpha)) & (rate > mean)
    return bool((log_evidence(total[asked], rows[asked], mean) >= -np.log(alpha)).any())


@pytest.mark.parametrize("kind", ["rare", "skewed", "uniform"])
def test_no_bound_misses_at_any_of_ten_thousand_looks(kind):
    """Each of two bounds in at most 5 % of streams, with a simulation error of 3.4 %."""
    truth, values = streams(kind, RUNS, ROWS)
    missed = {name: np.zeros(2) for name in ("proportion", "betting", "bernstein", "normal")}
    rows = np.arange(1, ROWS + 1)
    at_truth = {"betting": Betting(0.05, np.array([truth])), "bernstein": EmpiricalBernstein(0.05),
                "normal": SubGaussian(0.05, 0.5)}  # fmt: skip
    for stream in values:
        total = np.cumsum(stream)
        for side, (hits, mean) in enumerate(((total, truth), (rows - total, 1 - truth))):
            # The bound misses where there is evidence of 1 / alpha against the truth.
            missed["proportion"][side] += ever(hits, rows, mean, 0.05)
        for name, state in at_truth.items():
            _, band = state.update(stream)
            # Betting rules out the single mean of its grid where its bound is that mean.
            low, high = (band.low >= truth, band.high <= truth) if name == "betting" else (
                band.low > truth, band.high < truth)  # fmt: skip
            missed[name] += (low.any(), high.any())
    for name, counts in missed.items():
        assert max(counts) / RUNS <= 0.05 + 0.034, (name, counts)


def test_a_bound_of_a_fixed_sample_looked_at_again_and_again_does_miss():
    _, values = streams("rare", 2 * RUNS, ROWS)
    rows = np.arange(1, ROWS + 1)
    rate = np.cumsum(values, axis=1) / rows
    wald = rate - 1.645 * np.sqrt(rate * (1 - rate) / rows)
    assert (wald[:, 99:] > 0.1).any(axis=1).mean() > 0.2


@pytest.mark.parametrize("hits", [0, 3, 50, 100])
@pytest.mark.parametrize("p", [0.02, 0.3, 0.9])
def test_the_mixture_is_the_average_of_likelihood_ratios(hits, p):
    rows, prior = 100, beta(0.5, 2)

    def ratio(q):
        return (q / p) ** hits * ((1 - q) / (1 - p)) ** (rows - hits) * prior.pdf(q)

    expected = quad(ratio, p, 1, points=[max(p, min(hits / rows, 0.999))], limit=200)[0]
    expected /= prior.sf(p)
    found = float(np.exp(log_evidence(hits, rows, p, 0.5, 2)))
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_the_bound_of_a_proportion_is_where_evidence_reaches_one_over_alpha():
    values = (np.random.default_rng(3).random(500) < 0.2) * 1.0
    state, band = Proportion(0.01, 0.5, 2.0).update(values)
    assert (state.rows, state.total) == (500, values.sum())
    total, rows = np.cumsum(values), np.arange(1, 501)
    for at in (20, 99, 499):
        low = log_evidence(total[at], rows[at], band.low[at], 0.5, 2)
        high = log_evidence(rows[at] - total[at], rows[at], 1 - band.high[at], 2, 0.5)
        assert (float(low), float(high)) == pytest.approx((np.log(100), np.log(100)), rel=1e-6)
    # Every rate below the bound is ruled out, none above.
    grid = np.linspace(0.001, 0.999, 400)
    evidence = [float(log_evidence(total[-1], 500, p, 0.5, 2)) for p in grid]
    assert [e >= np.log(100) for e in evidence] == list(grid <= band.low[-1])


def test_the_normal_mixtures_are_the_published_ones():
    """Values of the authors' reference implementation, in the tests of their package confseq."""
    rho = best_rho(100, 0.05)
    assert rho == pytest.approx(12.60056, abs=1e-5)
    assert two_sided_boundary(100, 0.05, rho)[0] == pytest.approx(30.35209, abs=1e-5)
    one_sided = best_rho(100, 2 * 0.05)
    assert one_sided_boundary(100, 0.05, one_sided)[0] == pytest.approx(27.66071, abs=1e-5)


@given(st.floats(0, 1e9), st.floats(1e-9, 0.49), st.floats(1e-3, 1e6))
@settings(max_examples=100, deadline=None)
def test_boundaries_are_where_the_mixtures_reach_one_over_alpha(time, alpha, rho):
    two = two_sided_boundary(time, alpha, rho)[0]
    log_two = 0.5 * np.log(rho / (time + rho)) + two**2 / (2 * (time + rho))
    assert log_two == pytest.approx(-np.log(alpha), rel=1e-9)
    one = one_sided_boundary(time, alpha, rho)[0]
    u = one / np.sqrt(time + rho)
    log_one = 0.5 * np.log(4 * rho / (time + rho)) + u * u / 2 + log_ndtr(u)
    assert log_one == pytest.approx(-np.log(alpha), rel=1e-9)
    assert one <= two


def test_the_empirical_bernstein_sequence_row_by_row():
    """Waudby-Smith and Ramdas (2024), theorem 2, as it is written, one row after the other."""
    values = np.random.default_rng(8).beta(1, 3, 60)
    _, band = EmpiricalBernstein(0.025).update(values)
    bets, costs, mean, spread, means = [], [], 0.5, 0.25, []
    for t, x in enumerate(values, 1):
        bets.append(min((2 * np.log(1 / 0.025) / (spread * t * np.log(1 + t))) ** 0.5, 0.5))
        costs.append(4 * (x - mean) ** 2 * (-np.log(1 - bets[-1]) - bets[-1]) / 4)
        mean = (0.5 + values[:t].sum()) / (t + 1)
        means.append(mean)
        spread = (0.25 + sum((values[:t] - means) ** 2)) / (t + 1)
        center = np.dot(bets, values[:t]) / sum(bets)
        reach = (np.log(1 / 0.025) + sum(costs)) / sum(bets)
        assert band.low[t - 1] == pytest.approx(max(center - reach, 0), abs=1e-12)
        assert band.high[t - 1] == pytest.approx(min(center + reach, 1), abs=1e-12)


def test_the_capital_of_betting_row_by_row():
    values = np.random.default_rng(9).beta(1, 3, 40)
    grid = np.array([0.05, 0.2, 0.6])
    state, band = Betting(0.1, grid).update(values)
    capital, mean, spread, means = np.ones(3), 0.5, 0.25, []
    for t, x in enumerate(values, 1):
        bet = (2 * np.log(10) / (spread * t * np.log(1 + t))) ** 0.5
        capital *= 1 + np.minimum(bet, 0.5 / grid) * (x - grid)
        mean = (0.5 + values[:t].sum()) / (t + 1)
        means.append(mean)
        spread = (0.25 + sum((values[:t] - means) ** 2)) / (t + 1)
    assert np.exp(state.above) == pytest.approx(capital, rel=1e-9)
    assert np.all(np.diff(state.above) <= 0)
    assert band.low[-1] == max([0, *grid[capital >= 10]])


def test_betting_is_narrow_where_the_variance_is_small():
    values = np.random.default_rng(10).beta(10, 90, 2000)
    widths = {}
    for name, state in (("betting", Betting(0.05)), ("bernstein", EmpiricalBernstein(0.05)),
                        ("normal", SubGaussian(0.05, 0.5)), ("rate", Proportion(0.05))):  # fmt: skip
        _, band = state.update(values)
        widths[name] = band.high[-1] - band.low[-1]
    assert widths["betting"] < widths["bernstein"] < widths["rate"] < widths["normal"]


@pytest.mark.parametrize("grid", [[], [0.5, 0.4], [0.0, 0.5], [0.5, 1.0], [0.5, 0.5], [np.nan]])
def test_a_grid_that_does_not_rise_is_refused(grid):
    with pytest.raises(ValueError, match=r"grid|finite"):
        Betting(0.05, grid).update([0.5])


def test_other_parameters_are_checked():
    for a, b in ((0, 1), (1, -1), (np.nan, 1)):
        with pytest.raises(ValueError, match="beta distribution"):
            Proportion(0.05, a, b).update([0.5])
        with pytest.raises(ValueError, match="beta distribution"):
            log_evidence(1, 2, 0.5, a, b)
    for mean in (0, 1, np.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            log_evidence(1, 2, mean)
    for sigma in (0, -1.0, np.nan, True):
        with pytest.raises(ValueError, match="sigma"):
            SubGaussian(0.05, sigma).update([0.5])
    for rho in (0, -1.0, np.inf):
        with pytest.raises(ValueError, match="rho"):
            two_sided_boundary(1.0, 0.05, rho)
    with pytest.raises(ValueError, match="between"):
        two_sided_boundary(-1.0, 0.05, 1.0)
    for time, alpha in ((0, 0.05), (10, 1.0), (10, 2.0)):
        with pytest.raises(ValueError, match=r"positive|alpha"):
            best_rho(time, alpha)


def test_sums_that_no_number_can_hold_are_no_bound():
    """An infinite lower bound would clear every limit."""
    state, _ = SubGaussian(0.05, 1.0).update([1e308])
    with pytest.raises(ValueError, match="more than a number can hold"):
        state.update([1e308])
