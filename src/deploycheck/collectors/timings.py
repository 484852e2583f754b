"""``Timings``: the model started again and again, and timed from within its own process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.params import Params
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.timings import Start, Timings
from deploycheck.sandbox.launch import Launch, launch_of


class HowTimed(Params):
    """How often the model is started and asked."""

    batch: int = Field(
        1, ge=1, le=100_000, strict=True, description="Rows of a request that is timed."
    )
    starts: int = Field(
        10,
        ge=1,
        le=100,
        strict=True,
        description="Starts of the model's process; bounds need ten.",
    )
    requests: int = Field(
        300,
        ge=1,
        le=10_000,
        strict=True,
        description="Requests that are timed in each start; p99 needs 299, p95 needs 59.",
    )
    warmup: int = Field(
        20,
        ge=0,
        le=10_000,
        strict=True,
        description="Requests of each start that are answered before and do not count.",
    )
    throughput_batch: int = Field(
        1024,
        ge=1,
        le=1_000_000,
        strict=True,
        description="Rows of a batch of the pass over all rows that throughput is taken from.",
    )


@collector
class TimedStarts:
    """Every start is a process of its own: it loads, answers once, warms up, and is timed."""

    evidence = Timings
    params = HowTimed

    def describe(self, source: Source, params: HowTimed) -> Description:
        """Digest of the model, the data and what will be asked; nothing is started.

        A Python function has none here: what its code imports beside its own files is not known,
        and times of other code must not be taken for its own.

        :raises EvidenceError, RoleError, NotYet: there is no such model, or it cannot be held.
        """
        launch = launch_of(source)
        digest = _digest(source, launch, params) if launch.kind == "onnx" else None
        facts = {"starts": params.starts, "requests": params.requests, "batch": params.batch}
        return Description(digest, None, facts)

    def collect(self, source: Source, params: HowTimed, examples: Examples) -> Timings:
        """Starts the model ``starts`` times, one after the other.

        Requests take the rows in their order, from the first on, again and again: the same rows
        in every start.

        :raises EvidenceError: the model cannot be loaded, raises, dies, is late, or needs more
            memory than it may use.
        """
        launch = launch_of(source)
        columns = {name: examples.columns[name] for name in examples.features}
        starts = range(params.starts if examples.rows else 0)
        return Timings(
            name=examples.name,
            batch=params.batch,
            throughput_batch=params.throughput_batch,
            starts=tuple(_start(launch, columns, examples.rows, params) for _ in starts),
            digest=_digest(source, launch, params),
            rows=examples.rows,
            cpus=_cpus(),
            isolation=launch.isolation,
        )


def _digest(source: Source, launch: Launch, params: HowTimed) -> str:
    return combined_digest(launch.digest, rows_of(source).digest, params.model_dump(mode="json"))


def _start(launch: Launch, columns: Mapping[str, Any], rows: int, params: HowTimed) -> Start:
    """One process, from its start to its end."""
    batch, whole = params.batch, params.throughput_batch
    with launch.start() as running:
        (first,) = running.time(columns, batch=batch, requests=1, warmup=0)
        latencies = running.time(
            columns, batch=batch, requests=params.requests, warmup=params.warmup
        )
        passes = running.time(columns, batch=whole, requests=-(-rows // whole), warmup=0)
        usage = running.close()
    answered, took = whole * len(passes), sum(passes) / 1000.0
    return Start(
        load_ms=running.load_ms,
        first_ms=first,
        latencies_ms=latencies,
        throughput=answered / took if took > 0 else 0.0,
        peak_bytes=usage.peak_bytes,
    )


def _cpus() -> int | None:
    """Processors that this process, and the model's after it, may use."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not everywhere
        return os.cpu_count()
