import math

import pytest

from deploycheck.authoring.estimates import Quantile, Undefined
from deploycheck.checkers.budgets.throughput import throughput
from deploycheck.evidence.errors import EvidenceError
from deploycheck.model.verdict import Outcome


def test_one_number_of_each_start(run, timings, start):
    made = timings([start(throughput=1000.0 + i) for i in range(10)])
    (found,) = run(throughput, timings=made)
    assert found == Quantile(
        "rows_per_second",
        tuple(1000.0 + i for i in range(10)),
        0.5,
        details=("10 starts of the process, 2 CPUs", "500 rows in batches of 1,024"),
    )


@pytest.mark.parametrize(
    ("slow", "outcome"),
    [(0, Outcome.PASS), (1, Outcome.PASS), (2, Outcome.INCONCLUSIVE), (8, Outcome.INCONCLUSIVE),
     (9, Outcome.FAIL), (10, Outcome.FAIL)],
)  # fmt: skip
def test_most_starts_must_be_fast_enough(verdict, timings, start, slow, outcome):
    """The lower bound of a median of ten is the second smallest."""
    starts = [start(throughput=10.0)] * slow + [start(throughput=900.0)] * (10 - slow)
    require = {"rows_per_second": {"min": 500}}
    assert verdict(throughput, require, timings(starts)).outcome is outcome


@pytest.mark.parametrize("starts", [0, 1, 9])
def test_too_few_starts(run, verdict, timings, start, starts):
    made = timings([start()] * starts)
    (found,) = run(throughput, timings=made)
    assert isinstance(found, Undefined)
    assert found.n == starts
    judged = verdict(throughput, {"rows_per_second": {"min": 1}}, made)
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "starts: 10" in judged.reason


def test_one_row_is_a_batch_of_one(run, timings, start):
    (found,) = run(throughput, timings=timings([start()] * 10, rows=1))
    assert found.details[1] == "1 row in batches of 1,024"


def test_constant_throughput_is_bounded(verdict, timings, start):
    same = timings([start(throughput=700.0)] * 10)
    assert verdict(throughput, {"rows_per_second": {"min": 700}}, same).outcome is Outcome.PASS
    assert verdict(throughput, {"rows_per_second": {"min": 701}}, same).outcome is Outcome.FAIL


@pytest.mark.parametrize("junk", [math.nan, math.inf, 0.0, -1.0, None, "1"])
def test_a_throughput_that_is_none_is_refused(start, junk):
    with pytest.raises(EvidenceError):
        start(throughput=junk)
