"""How long a model takes and how much memory, over several starts of its process."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Start:
    """One start of the process that serves the model.

    :param load_ms: from the start of loading to a loaded model.
    :param first_ms: the first answer after it.
    :param latencies_ms: of each request of ``batch`` rows, warm-up left out.
    :param throughput: rows per second over the whole pass in large batches.
    :param peak_bytes: most memory the process held at once, as the kernel counted.
    """

    load_ms: float
    first_ms: float
    latencies_ms: tuple[float, ...]
    throughput: float
    peak_bytes: int


@dataclass(frozen=True)
class Timings:
    """What was timed, start by start. A process start is the unit: requests of one are alike.

    :param name: name of the data set whose rows were asked.
    :param batch: rows of a request.
    :param throughput_batch: rows of a batch of the pass that throughput was taken from.
    :param digest: digest of model and data; not of the times.
    """

    subject: ClassVar[str] = "data"

    name: str
    batch: int
    throughput_batch: int
    starts: tuple[Start, ...]
    digest: str = ""
