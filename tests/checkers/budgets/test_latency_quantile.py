import math

import numpy as np
import pytest

from deploycheck.authoring.estimates import Quantile, Undefined
from deploycheck.authoring.figures import Distribution
from deploycheck.checkers.budgets.latency_quantile import latency_quantile
from deploycheck.engine.scan.drawable import undrawable
from deploycheck.evidence.errors import EvidenceError
from deploycheck.model.verdict import Outcome

NAMES = ("p50_ms", "p95_ms", "p99_ms")


@pytest.fixture
def measured(run, timings, start):
    """Estimates by name and the figure, of the latencies of each start."""

    def measured(*latencies, **facts):
        found = run(latency_quantile, timings=timings([start(x) for x in latencies], **facts))
        figures = [e for e in found if isinstance(e, Distribution)]
        return {e.name: e for e in found if e not in figures}, *figures

    return measured


def test_the_quantile_of_each_start_is_the_inverse_of_its_distribution(measured):
    draw = np.random.default_rng(1)
    latencies = draw.lognormal(1, 0.5, (12, 400)).tolist()
    found, figure = measured(*latencies)
    for name, q in zip(NAMES, (0.5, 0.95, 0.99), strict=True):
        expected = np.quantile(latencies, q, axis=1, method="inverted_cdf")
        assert found[name].values == pytest.approx(tuple(expected), abs=0)
        assert found[name].q == 0.5
        median = np.quantile(expected, 0.5, method="inverted_cdf")
        assert figure.marks[name[:3]] == pytest.approx(median, abs=0)


def test_the_details_say_what_was_measured(measured):
    found, figure = measured(*[[1.0] * 300] * 10, batch=8, cpus=4, isolation="own process")
    assert found["p95_ms"].details == (
        "10 starts of the process, 4 CPUs, own process",
        "300 requests of 8 rows each",
    )
    assert figure.title == "Latency of a request of 8 rows"
    assert measured(*[[1.0] * 300] * 10, cpus=None)[0]["p50_ms"].details[0] == (
        "10 starts of the process"
    )


@pytest.mark.parametrize("starts", [0, 1, 9])
def test_fewer_than_ten_starts_say_nothing(measured, starts):
    found, *_ = measured(*[[1.0] * 300] * starts)
    assert set(found) == set(NAMES)
    for estimate in found.values():
        assert isinstance(estimate, Undefined)
        assert estimate.n == starts
        assert "`starts: 10`" in estimate.reason
        assert not estimate.context


@pytest.mark.parametrize(
    ("requests", "defined"),
    [(4, ()), (5, NAMES[:1]), (58, NAMES[:1]), (59, NAMES[:2]), (298, NAMES[:2]), (299, NAMES)],
)
def test_a_start_with_too_few_requests_for_its_quantile(measured, requests, defined):
    """The largest of n lies above the q quantile with probability 1 - q^n: 95 % from these on."""
    found, _ = measured(*[[1.0] * 300] * 9, [1.0] * requests)
    assert tuple(name for name in NAMES if isinstance(found[name], Quantile)) == defined
    for name in set(NAMES) - {*defined}:
        q = float("0." + name[1:3])
        needs = int(found[name].reason.rpartition("requests: ")[2].rstrip("`"))
        assert 1 - q**needs >= 0.95 > 1 - q ** (needs - 1)


def test_no_request_at_all(measured):
    found, *figures = measured(*[[]] * 10)
    assert all(isinstance(e, Undefined) for e in found.values())
    assert figures == []


def test_equal_latencies_are_a_quantile_like_any_other(verdict, timings, start):
    same = timings([start([2.0] * 300)] * 10)
    judged = verdict(latency_quantile, {"p99_ms": {"max": "2 ms"}}, same)
    assert judged.outcome is Outcome.PASS
    assert verdict(latency_quantile, {"p99_ms": {"max": 1.9}}, same).outcome is Outcome.FAIL


def test_one_slow_start_of_ten_is_forgiven_and_six_are_not(verdict, timings, start):
    def judged(slow):
        fast = [start([2.0] * 300)] * (10 - slow)
        return verdict(
            latency_quantile,
            {"p95_ms": {"max": 5.0}},
            timings([*fast, *[start([9.0] * 300)] * slow]),
        ).outcome

    # With n = 10 the upper bound is the 9th, the lower one the 2nd (binomial, at 95 %).
    assert [judged(slow) for slow in range(11)] == [
        *[Outcome.PASS] * 2,
        *[Outcome.INCONCLUSIVE] * 7,
        *[Outcome.FAIL] * 2,
    ]


def test_too_few_requests_for_what_is_required_is_inconclusive(verdict, timings, start):
    short = timings([start([1.0] * 200)] * 10)
    judged = verdict(latency_quantile, {"p99_ms": {"max": 5.0}}, short)
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "requests: 299" in judged.reason
    assert verdict(latency_quantile, {"p95_ms": {"max": 5.0}}, short).outcome is Outcome.PASS


def test_a_model_exactly_at_its_budget_seldom_passes(verdict, timings, start):
    """Starts differ by 20 %: bounds that count their requests as independent pass far too often."""
    draw = np.random.default_rng(2)
    runs, passed, naive = 300, 0, 0
    for _ in range(runs):
        level = np.exp(0.2 * draw.standard_normal(10))  # of each start; its median is 1
        latencies = level[:, None] * draw.uniform(0.99, 1.01, (10, 60))
        made = timings([start(row.tolist()) for row in latencies])
        judged = verdict(latency_quantile, {"p50_ms": {"max": 1.0}}, made)
        passed += judged.outcome is Outcome.PASS
        naive += np.sort(latencies.ravel())[320] <= 1.0  # 95 % bound of 600 independent draws
    assert passed <= runs * 0.03  # the attained size with ten starts is 1.1 %
    assert naive >= runs * 0.2


def test_the_figure_holds_every_request(measured):
    draw = np.random.default_rng(3)
    for latencies in (
        draw.uniform(1, 2, (10, 300)),
        draw.lognormal(0, 2, (10, 300)),
        np.zeros((10, 300)),
        np.full((10, 300), 3.0),
        np.full((10, 300), 3.0) + 1e-15 * draw.integers(0, 9, (10, 300)),
        np.append(np.zeros((10, 299)), np.ones((10, 1)), axis=1),
        np.array([[1.0], *[[2.0]] * 9]),
    ):
        found, figure = measured(*latencies.tolist())
        assert undrawable(figure) == ""
        assert sum(figure.counts) == np.size(latencies)
        assert len(figure.counts) <= 60
        assert figure.edges[0] <= np.min(latencies)
        assert figure.edges[-1] >= np.max(latencies)
        assert figure.unit == "ms"
        assert set(figure.marks) == {n[:3] for n, e in found.items() if isinstance(e, Quantile)}


@pytest.mark.parametrize("junk", [math.nan, math.inf, -1.0, None, True, "1"])
def test_times_that_are_no_times_are_refused(start, junk):
    with pytest.raises(EvidenceError):
        start([1.0, junk])
    for part in ("load", "first", "throughput", "peak"):
        with pytest.raises(EvidenceError):
            start(**{part: junk})


def test_no_throughput_and_no_memory_are_refused(start):
    for part, junk in (("throughput", 0.0), ("peak", 0), ("peak", 1.5)):
        with pytest.raises(EvidenceError):
            start(**{part: junk})
