import math

import pytest

from deploycheck.authoring.estimates import Quantile, Undefined
from deploycheck.checkers.budgets.cold_start import cold_start
from deploycheck.evidence.errors import EvidenceError
from deploycheck.model.verdict import Outcome


@pytest.fixture
def found(run, timings, by_place):
    def found(starts):
        return {
            name: e for (name,), e in by_place(run(cold_start, timings=timings(starts))).items()
        }

    return found


def test_loading_and_the_first_answer_are_summed_start_by_start(found, start):
    """The median of sums is not the sum of medians: what loads long may answer at once."""
    starts = [start(load=float(i), first=float(100 - i * i)) for i in range(10)]
    made = found(starts)
    assert made["cold_start_ms"].values == tuple(i + 100.0 - i * i for i in range(10))
    assert made["load_ms"].values == tuple(float(i) for i in range(10))
    assert made["first_answer_ms"].values == tuple(100.0 - i * i for i in range(10))
    assert all(isinstance(e, Quantile) and e.q == 0.5 for e in made.values())
    assert made["load_ms"].details == ("10 starts of the process, 2 CPUs",)


def test_requests_of_a_warm_process_do_not_matter(found, start):
    made = found([start([1e6] * 3, load=100.0, first=5.0)] * 10)
    assert made["cold_start_ms"].values == (105.0,) * 10


@pytest.mark.parametrize("starts", [0, 1, 9])
def test_too_few_starts(found, start, starts):
    for estimate in found([start()] * starts).values():
        assert isinstance(estimate, Undefined)
        assert estimate.n == starts


def test_judged_by_the_sum(verdict, timings, start):
    made = timings([start(load=900.0, first=200.0)] * 10)
    assert verdict(cold_start, {"cold_start_ms": {"max": "1.1 s"}}, made).outcome is Outcome.PASS
    assert verdict(cold_start, {"cold_start_ms": {"max": "1 s"}}, made).outcome is Outcome.FAIL
    assert verdict(cold_start, {"load_ms": {"max": "1 s"}}, made).outcome is Outcome.PASS
    short = timings([start()] * 9)
    judged = verdict(cold_start, {"cold_start_ms": {"max": 1e9}}, short)
    assert judged.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("junk", [math.nan, -0.1, None, True])
def test_a_load_that_is_no_time_is_refused(start, junk):
    with pytest.raises(EvidenceError):
        start(load=junk)
