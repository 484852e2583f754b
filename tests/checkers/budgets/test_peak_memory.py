import pytest

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.budgets.peak_memory import peak_memory
from deploycheck.evidence.errors import EvidenceError
from deploycheck.model.verdict import Outcome

MIB = 1 << 20


def test_the_largest_of_all_starts(run, timings, start):
    made = timings([start(peak=peak * MIB) for peak in (100, 130, 90)], batch=8)
    assert run(peak_memory, timings=made) == (
        Count(
            "peak_bytes",
            130 * MIB,
            of=3,
            details=(
                "3 starts of the process, 2 CPUs",
                "batches of up to 1,024 rows",
                "from 94,371,840 to 136,314,880 bytes",
            ),
        ),
    )


def test_a_single_start_is_a_peak(verdict, timings, start):
    one = timings([start(peak=512 * MIB)], batch=2048)
    assert verdict(peak_memory, {"peak_bytes": {"max": "512 MiB"}}, one).outcome is Outcome.PASS
    judged = verdict(peak_memory, {"peak_bytes": {"max": "500 MiB"}}, one)
    assert judged.outcome is Outcome.FAIL
    assert "2,048 rows" in judged.reason


def test_one_start_beyond_the_budget_fails(verdict, timings, start):
    starts = [start(peak=10 * MIB)] * 9 + [start(peak=101 * MIB)]
    judged = verdict(peak_memory, {"peak_bytes": {"max": "100 MiB"}}, timings(starts))
    assert judged.outcome is Outcome.FAIL
    (m,) = judged.measurements
    assert (m.value, m.n, m.interval) == (101 * MIB, 10, None)


def test_no_start_at_all(run, verdict, timings):
    (found,) = run(peak_memory, timings=timings([]))
    assert isinstance(found, Undefined)
    judged = verdict(peak_memory, {"peak_bytes": {"max": "1 TB"}}, timings([]))
    assert judged.outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("junk", [0, -1, 1.5, None, True, float("nan")])
def test_a_peak_that_is_none_is_refused(start, junk):
    with pytest.raises(EvidenceError):
        start(peak=junk)
