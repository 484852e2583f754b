"""Checker ``budgets.latency_quantile``."""

from collections.abc import Iterator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Quantile, Undefined
from deploycheck.authoring.figures import Distribution, Figure
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.starts import circumstances, counted, over_starts
from deploycheck.evidence.timings import Timings

QUANTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
BINS = 50
WIDE = 10.0  # largest ÷ smallest from which bins grow with the value


@checker(
    "budgets.latency_quantile",
    measures=[
        Measure(
            name,
            unit="ms",
            better="lower",
            doc=f"Median over process starts of the {share} quantile of the requests of a start.",
        )
        for name, share in QUANTILES.items()
    ],
)
def latency_quantile(timings: Timings) -> Iterator[Estimate | Figure]:
    """The model answers in time.

    Why: Whoever waits for the answer feels the slow requests, not the mean: a page that asks ten
    models is as slow as the slowest of them. A model that is too slow is switched off, or its
    callers stop waiting.

    Fix: Look at the distribution: one hump too far to the right is the model's own work (a
    smaller or quantised model, fewer trees, features made beforehand); a long tail is the
    machine's or the runtime's (other work on it, garbage collection, a cold cache). Give
    `requests: 300` or more for p99, and measure on a machine like the one that will serve.

    Definition: Each of `starts` process starts loads the model anew, answers `warmup` requests
    that do not count, and then `requests` requests of `batch` rows each, one after the other
    (closed loop, one client, one thread); a request is timed inside the process, from the rows in
    memory to the answer. For each start the q quantile is the smallest of its latencies with at
    least the share q at or below it. p50_ms, p95_ms and p99_ms are the median of these over the
    starts.

    Bounds: Order statistics of the starts' quantiles, exact whatever their distribution. The
    starts are the independent draws: requests of one process are alike, and counting them as
    independent makes bounds far too narrow. The numbers hold for the machine that measured.

    Undefined: Fewer than 10 starts, or a start with fewer requests than its quantile needs (the
    largest of n values bounds the q quantile at 95 % only where q^n is at most 0.05: 5 for p50,
    59 for p95, 299 for p99), leave nothing to say, and the control is inconclusive; so does an
    empty data set, which has no rows to ask. One row is asked over and over. Equal latencies are
    a quantile like any other. A model that raises, dies or is late is an error.

    Cost: `starts` × (loading + (`warmup` + `requests`) × the latency itself).

    Source: Dean and Barroso 2013, "The tail at scale" (CACM 56); Kalibera and Jones 2013,
    "Rigorous benchmarking in reasonable time" (ISMM), for the process start as the unit; Thompson
    1936 for the bounds.

    Example:
        check: budgets.latency_quantile
        with: {data: test, requests: 300}
        require: {p95_ms: {max: 25 ms}, p99_ms: {max: 80 ms}}
    """
    marks: dict[str, float] = {}
    for name, share in QUANTILES.items():
        made = _over_starts(name, share, timings)
        if isinstance(made, Quantile):
            marks[name.removesuffix("_ms")] = _median(made.values)
        yield made
    latencies = [value for start in timings.starts for value in start.latencies_ms]
    if latencies:
        edges, counts = _histogram(latencies)
        title = f"Latency of a request of {counted(timings.batch, 'row')}"
        yield Distribution(title, "ms", edges, counts, marks)


def _over_starts(name: str, share: float, timings: Timings) -> Quantile | Undefined:
    from deploycheck.stats.order import quantile, values_needed

    needs = values_needed(share, 0.05)
    fewest = min((len(start.latencies_ms) for start in timings.starts), default=0)
    told = (
        *circumstances(timings),
        f"{counted(fewest, 'request')} of {counted(timings.batch, 'row')} each",
    )
    if timings.starts and fewest < needs:
        reason = (
            f"{counted(fewest, 'request')} of a start, where this quantile needs {needs}; "
            f"set `requests: {needs}`"
        )
        return Undefined(name, len(timings.starts), reason, details=told)
    return over_starts(name, [quantile(s.latencies_ms, share) for s in timings.starts], told)


def _median(values: tuple[float, ...]) -> float:
    from deploycheck.stats.order import quantile

    return quantile(values, 0.5)


def _histogram(values: list[float]) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Edges and counts of all values; equal bins, or growing ones where the tail is long."""
    import numpy as np

    low, high = min(values), max(values)
    if high - low <= 1e-9 * high:  # all alike: one bin around them
        around = max(0.01 * high, 1e-6)
        return (low - around, high + around), (len(values),)
    if low > 0 and high / low > WIDE:
        edges = np.geomspace(low, high, BINS + 1)
    else:
        edges = np.linspace(low, high, BINS + 1)
    edges[0], edges[-1] = low, high
    counts, _ = np.histogram(values, edges)
    return tuple(edges.tolist()), tuple(counts.tolist())
