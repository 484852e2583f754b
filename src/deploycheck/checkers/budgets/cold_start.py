"""Checker ``budgets.cold_start``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.starts import circumstances, over_starts
from deploycheck.evidence.timings import Timings


@checker(
    "budgets.cold_start",
    measures=[
        Measure(
            "cold_start_ms",
            unit="ms",
            better="lower",
            doc="Median over process starts of the time from the start to the first answer.",
        ),
        Measure(
            "load_ms",
            unit="ms",
            better="lower",
            doc="Median over process starts of the time from the start to a loaded model.",
        ),
        Measure(
            "first_answer_ms",
            unit="ms",
            better="lower",
            doc="Median over process starts of the time of the first answer of a loaded model.",
        ),
    ],
)
def cold_start(timings: Timings) -> Iterator[Estimate]:
    """A fresh process answers soon.

    Why: A service that scales from nothing, restarts after a crash or rolls out a version makes
    its first callers wait for all of this; many runtimes do half their work at the first answer.

    Fix: See which half it is. A long load is the size of the artefact and what it imports: leave
    out what serving does not need, or use a leaner runtime. A slow first answer is compilation or
    lazy set-up: do it while loading, with one answer before the process says that it is ready.

    Definition: For each of `starts` process starts: cold_start_ms = load_ms + first_answer_ms,
    where load_ms runs from the start of the process (interpreter, libraries, model) to a loaded
    model and first_answer_ms is the first request of `batch` rows after it. The measure is the
    median over the starts, of the sum and of each part. The files may lie in the system's memory
    already; a machine that never saw them takes longer.

    Bounds: Order statistics of the starts' times, exact whatever their distribution. The numbers
    hold for the machine that measured.

    Undefined: Fewer than 10 starts leave nothing to say, and the control is inconclusive; so does
    an empty data set, which has no rows to ask. One row, a constant column and missing values are
    asked as they are. A model that raises, dies or is late is an error.

    Cost: `starts` × (loading + one answer), and the requests that are timed for latency in the
    same starts.

    Source: Kalibera and Jones 2013, "Rigorous benchmarking in reasonable time" (ISMM); Thompson
    1936 for the bounds.

    Example:
        check: budgets.cold_start
        with: {data: test, starts: 10}
        require: {cold_start_ms: {max: 3 s}}
    """
    told = circumstances(timings)
    starts = timings.starts
    yield over_starts("cold_start_ms", [s.load_ms + s.first_ms for s in starts], told)
    yield over_starts("load_ms", [s.load_ms for s in starts], told)
    yield over_starts("first_answer_ms", [s.first_ms for s in starts], told)
