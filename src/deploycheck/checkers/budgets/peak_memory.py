"""Checker ``budgets.peak_memory``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.starts import circumstances, counted
from deploycheck.evidence.timings import Timings


@checker(
    "budgets.peak_memory",
    measures=[
        Measure(
            "peak_bytes",
            unit="bytes",
            better="lower",
            doc="The most memory that the model's process held at once, over all its starts.",
        )
    ],
    kind="exact",
)
def peak_memory(timings: Timings) -> Iterator[Estimate]:
    """The model's process fits into its memory.

    Why: A container beyond its limit is killed, in the middle of the requests that it serves, and
    the peak (loading, the largest batch) is what counts, not the mean.

    Fix: If the peak is there with tiny batches too, it is the model and what it imports: quantise
    it, load it by memory mapping, leave out what serving does not need. If it grows with
    `throughput_batch`, score in smaller batches.

    Definition: peak_bytes = the largest, over `starts` process starts, of the resident memory
    that the process held at once, as the kernel counted it (`ru_maxrss`) from its start to its
    end: the interpreter, its libraries, the model, loading, `requests` of `batch` rows, and one
    pass over all rows in batches of `throughput_batch`.

    Bounds: The largest is a fact about the starts that were made, and is compared as it is; more
    `starts` find a larger one where the peak varies.

    Undefined: Without a single start, as for an empty data set, there is no peak, and the control
    is inconclusive. One start or one row is a peak like any other. A model that dies because it
    went beyond its own limit is an error.

    Cost: None beyond the starts, which the other budgets share.

    Source: POSIX `getrusage`; Maffey et al. 2023, "MLTEing models: negotiating, evaluating, and
    documenting model and system qualities" (ICSE-NIER).

    Example:
        check: budgets.peak_memory
        with: {data: test, throughput_batch: 256}
        require: {peak_bytes: {max: 512 MiB}}
    """
    told = (*circumstances(timings), f"batches of up to {counted(_largest(timings), 'row')}")
    peaks = [start.peak_bytes for start in timings.starts]
    if not peaks:
        yield Undefined("peak_bytes", 0, "the process was never started", details=told)
        return
    spread = f"from {min(peaks):,} to {max(peaks):,} bytes"
    yield Count("peak_bytes", max(peaks), of=len(peaks), details=(*told, spread))


def _largest(timings: Timings) -> int:
    return max(timings.batch, timings.throughput_batch)
