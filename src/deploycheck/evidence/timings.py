"""How long a model takes and how much memory, over several starts of its process."""

import math
from dataclasses import dataclass
from typing import ClassVar

from deploycheck.evidence.errors import EvidenceError


@dataclass(frozen=True)
class Start:
    """One start of the process that serves the model.

    :param load_ms: from the start of the process to a loaded model.
    :param first_ms: the first answer after it.
    :param latencies_ms: of each request of ``batch`` rows, warm-up left out.
    :param throughput: rows per second over the whole pass in large batches.
    :param peak_bytes: most memory the process held at once, as the kernel counted.
    :raises EvidenceError: a time that is negative or no number, or no memory at all.
    """

    load_ms: float
    first_ms: float
    latencies_ms: tuple[float, ...]
    throughput: float
    peak_bytes: int

    def __post_init__(self) -> None:
        times = (self.load_ms, self.first_ms, *self.latencies_ms)
        if not all(_is_number(value) and value >= 0 for value in times):
            raise _nonsense("a time is negative or no number")
        if not _is_number(self.throughput) or self.throughput <= 0:
            raise _nonsense(f"{self.throughput!r} rows per second")
        if type(self.peak_bytes) is not int or self.peak_bytes <= 0:
            raise _nonsense(f"a peak of {self.peak_bytes!r} bytes")


@dataclass(frozen=True)
class Timings:
    """What was timed, start by start. A process start is the unit: requests of one are alike.

    :param name: name of the data set whose rows were asked.
    :param batch: rows of a request.
    :param throughput_batch: rows of a batch of the pass that throughput was taken from.
    :param digest: digest of model, data and what was asked for; not of the times.
    :param rows: different rows that were asked, over and over.
    :param cpus: processors that the process was allowed to use; ``None`` where nobody can tell.
    :param isolation: how the model was kept apart, for the reader.
    """

    subject: ClassVar[str] = "data"
    timed: ClassVar[bool] = True  # depends on the machine: never reused to decide a release

    name: str
    batch: int
    throughput_batch: int
    starts: tuple[Start, ...]
    digest: str = ""
    rows: int = 0
    cpus: int | None = None
    isolation: str = ""


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]  # it is


def _nonsense(what: str) -> EvidenceError:
    return EvidenceError(f"the process of the model was timed wrongly: {what}", code="DC204")
