"""Checker ``budgets.throughput``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.starts import circumstances, counted, over_starts
from deploycheck.evidence.timings import Timings


@checker(
    "budgets.throughput",
    measures=[
        Measure(
            "rows_per_second",
            unit="number",
            better="higher",
            doc="Median over process starts of rows answered ÷ seconds, in large batches.",
            low=0.0,
        )
    ],
)
def throughput(timings: Timings) -> Iterator[Estimate]:
    """The model scores rows fast enough.

    Why: A nightly run over all customers has a window; a model that is half as fast needs twice
    the machines, or is not done in the morning.

    Fix: Larger batches (`throughput_batch`) come first; then a smaller model, fewer features,
    quantised weights, a leaner runtime. The process has one thread: what several processes or
    threads do together is more. Measure on a machine like the one that will do the work.

    Definition: Each of `starts` process starts loads the model anew and, when it is warm, answers
    all rows once in batches of `throughput_batch` rows, the last one filled up from the first
    rows; its throughput is rows answered ÷ Σ seconds of the batches, timed inside the process.
    rows_per_second is the median over the starts.

    Bounds: Order statistics of the starts' throughputs, exact whatever their distribution; the
    starts are the independent draws. The numbers hold for the machine that measured.

    Undefined: Fewer than 10 starts leave nothing to say, and the control is inconclusive; so does
    an empty data set, which has no rows to ask. One row, or a small data set, is repeated until a
    batch is full; a model that remembers equal rows looks faster so. A model that raises, dies or
    is late is an error.

    Cost: `starts` × (loading + one pass over the rows), and the requests that are timed for
    latency in the same starts.

    Source: Mattson et al. 2020, "MLPerf inference benchmark" (ISCA), the offline scenario;
    Kalibera and Jones 2013, "Rigorous benchmarking in reasonable time" (ISMM); Thompson 1936 for
    the bounds.

    Example:
        check: budgets.throughput
        with: {data: test, throughput_batch: 1024}
        require: {rows_per_second: {min: 5000}}
    """
    told = (
        *circumstances(timings),
        f"{counted(timings.rows, 'row')} in batches of {timings.throughput_batch:,}",
    )
    yield over_starts("rows_per_second", [s.throughput for s in timings.starts], told)
