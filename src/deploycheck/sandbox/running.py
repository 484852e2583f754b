"""A model at work in a process of its own: asked, timed, and ended."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from deploycheck.evidence.errors import EvidenceError
from deploycheck.sandbox import messages, transfer
from deploycheck.sandbox.answering import joined, part_of
from deploycheck.sandbox.process import Ended, Process
from deploycheck.sandbox.sealed import Sealed, memory_file

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from deploycheck.evidence.predictor import Answers, Inputs

_STARTING = 60.0  # seconds for Python and the libraries, which are not the model's fault
_TELLING = 1.0  # seconds beyond the model's own time until the parent must have heard
_MEMORY_WORDS = (b"MemoryError", b"bad_alloc", b"Cannot allocate memory")


@dataclass(frozen=True)
class Usage:
    """What the process took, as the kernel counted.

    :param peak_bytes: most memory that it held at once.
    :param cpu_seconds: processor time, its own and the kernel's for it.
    """

    peak_bytes: int
    cpu_seconds: float


@dataclass(frozen=True)
class Task:
    """What a process is to hold.

    :param name: ``model`` or ``champion``, for messages.
    :param seconds: time to load, and to answer each part.
    :param memory_mb: MiB of memory.
    :param features: columns that are sent, in order.
    :param kinds: kind of each, as :func:`deploycheck.sandbox.transfer.prepared` takes them.
    :param told: what the child is told, as plain data.
    :param shared: files in memory that it is given; held here, so that their numbers stay theirs.
    :param copies: each makes a copy of a file below the private folder that it is called with.
    """

    name: str
    seconds: float
    memory_mb: int
    features: tuple[str, ...]
    kinds: dict[str, str]
    told: dict[str, Any]
    shared: tuple[Sealed, ...] = ()
    copies: tuple[Callable[[Path], None], ...] = field(default=(), repr=False)


class Running:
    """The process; a context manager that ends it.

    ``load_ms`` is the time from its start until the model was loaded, by this process's clock.

    :raises EvidenceError: the model cannot be loaded (``DC204``).
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._space = memory_file("columns")
        self._usage: Usage | None = None
        began = time.perf_counter()
        try:
            self._process = Process(
                "deploycheck.sandbox.child", (self._space, *(file.number for file in task.shared))
            )
        except OSError as error:
            os.close(self._space)
            raise self._failed(f"could not be started: {error.strerror or error}") from None
        except BaseException:
            os.close(self._space)
            raise
        try:
            for copy in task.copies:
                copy(self._process.home)
            home = str(self._process.home)
            told = {key: value.replace("{home}", home) if key == "model" else value
                    for key, value in task.told.items()}  # fmt: skip
            self._send({**told, "space": self._space}, _STARTING)
            self._heard("ready", _STARTING)
            self._heard("loaded", task.seconds)
        except BaseException:
            self.close()
            raise
        self.load_ms = (time.perf_counter() - began) * 1000.0

    def ask(self, columns: Inputs) -> Answers:
        """What the model answers on these columns.

        Sent in parts of at most 65,536 rows, each of which must be answered within the limit.

        :param columns: every feature, of one length: float64 with NaN, or object arrays of text
            and ``None``.
        :raises EvidenceError: the model raises, dies, is late, or answers what it may not
            (``DC204``); then the process has been ended.
        """
        task = self._task
        made = transfer.prepared(columns, task.features, task.kinds)
        rows = len(made[0]) if made else 0
        size = transfer.rows_at_once(len(made))
        parts = [
            self._asked([values[at : at + size] for values in made]) for at in range(0, rows, size)
        ]
        return joined(parts, self._wrong)

    def _asked(self, columns: Sequence[NDArray[Any]]) -> Any:
        rows = len(columns[0])
        try:
            layout = transfer.written(self._space, columns, self._task.features)
            self._send({"do": "ask", "rows": rows, "layout": layout}, self._task.seconds)
            header = self._header(self._task.seconds)
            deadline = time.monotonic() + self._task.seconds + _TELLING
            return part_of(header, rows, lambda size: self._receive(size, deadline), self._wrong)
        except BaseException:
            self.close()
            raise

    def time(self, columns: Inputs, *, batch: int, requests: int, warmup: int) -> tuple[float, ...]:
        """Milliseconds of each request, measured in the process around the call alone.

        :param columns: as :meth:`ask`; requests take their rows in order, again and again.
        :param batch: rows of a request.
        :param warmup: requests before, whose times are left out.
        :raises EvidenceError: as :meth:`ask`; there are no rows; or the times are none, or together
            more than went by (``DC204``).
        """
        task = self._task
        made = transfer.prepared(columns, task.features, task.kinds)
        if not made or not len(made[0]):
            raise self._failed("cannot be timed on no rows")
        times: list[float] = []
        try:
            for part in _blocks(made, batch, warmup + requests):
                times += self._timed(part, batch)
        except BaseException:
            self.close()
            raise
        return tuple(times[warmup:])

    def _timed(self, columns: Sequence[NDArray[Any]], batch: int) -> list[float]:
        rows, task = len(columns[0]), self._task
        layout = transfer.written(self._space, columns, task.features)
        began = time.perf_counter()
        command = {"do": "time", "rows": rows, "batch": batch, "layout": layout}
        self._send(command, task.seconds)
        header = self._header(task.seconds)
        if header != {"times": rows // batch}:
            raise self._wrong("answered something else than times")
        times: list[float] = []
        for _ in range(rows // batch):
            data = self._receive(8, time.monotonic() + task.seconds + _TELLING)
            times += memoryview(data).cast("d")
        passed = (time.perf_counter() - began) * 1000.0
        if not all(math.isfinite(t) and t >= 0 for t in times) or sum(times) > passed:
            raise self._wrong(
                f"says that its answers took {sum(times):.4g} ms, and {passed:.4g} ms went by"
            )
        return times

    def close(self) -> Usage:
        """End the process; what it took. A second call tells the same."""
        if self._usage is None:
            self._usage = Usage(*self._process.end())
            os.close(self._space)
        return self._usage

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _send(self, command: dict[str, Any], seconds: float) -> None:
        try:
            self._process.send(messages.packed(command), time.monotonic() + seconds)
        except Ended as error:
            raise self._ended(error, seconds) from None

    def _heard(self, what: str, seconds: float) -> None:
        """Wait for one step of the start.

        :raises EvidenceError: something else was said.
        """
        if self._header(seconds, loading=True) != {what: True}:
            raise self._wrong("said something else than that it is loaded")

    def _header(self, seconds: float, *, loading: bool = False) -> dict[str, Any]:
        deadline = time.monotonic() + seconds + (0 if loading else _TELLING / 2)
        head = self._receive(4, deadline, seconds)
        try:
            header = messages.unpacked(self._receive(messages.length(head), deadline, seconds))
        except ValueError:
            raise self._wrong("wrote over what it is asked and answers through") from None
        if "refused" in header:
            raise self._failed(messages.one_line(str(header["refused"])).removeprefix("it "))
        if "raised" in header:
            raise self._raised(header, loading=loading)
        return header

    def _receive(self, size: int, deadline: float, seconds: float | None = None) -> bytes:
        limit = seconds or self._task.seconds
        try:
            data = self._process.receive(size, deadline)
        except Ended as error:
            raise self._ended(error, limit) from None
        if time.monotonic() > deadline:  # it was there when somebody looked, and late all the same
            raise self._ended(Ended(late=True), limit)
        return data

    def _raised(self, header: dict[str, Any], *, loading: bool) -> EvidenceError:
        if header.get("memory") is True:
            return self._out_of_memory()
        kind = messages.one_line(str(header["raised"]), 80)
        text = messages.one_line(str(header.get("text", "")))
        said = f"{kind}: {text}" if text else kind
        return self._failed(f"could not be loaded: {said}" if loading else f"raised {said}")

    def _ended(self, ending: Ended, seconds: float) -> EvidenceError:
        by_itself = not ending.late and self._process.settle(_TELLING)
        self.close()
        if ending.late:
            return self._failed(
                f"was stopped after {seconds:g} s", "raise `limits.seconds` if it needs more"
            )
        said, status = self._process.said, self._process.status
        if any(word in said for word in _MEMORY_WORDS):
            return self._out_of_memory()
        if not by_itself:
            return self._failed("closed the pipes that it is asked and answers through")
        how = f"died with signal {-status}" if status and status < 0 else (
            f"ended itself with status {status}")  # fmt: skip
        last = messages.one_line(said[-400:].decode(errors="replace"))
        return self._failed(f"{how}; it said last: {last}" if last else how)

    def _out_of_memory(self) -> EvidenceError:
        return self._failed(
            f"ran out of memory (limit {self._task.memory_mb:,} MiB)",
            "raise `limits.memory_mb` if it needs more",
        )

    def _wrong(self, what: str) -> EvidenceError:
        return self._failed(what)

    def _failed(self, what: str, fix: str = "") -> EvidenceError:
        return EvidenceError(f"the {self._task.name} {what}", fix, "DC204")


def _blocks(
    columns: Sequence[NDArray[Any]], batch: int, requests: int
) -> Iterator[list[NDArray[Any]]]:
    """Rows for so many requests, in their order and again from the first one on, in parts."""
    import numpy as np

    rows, at = len(columns[0]), 0
    each = max(1, transfer.rows_at_once(len(columns)) // batch)
    for start in range(0, requests, each):
        size = batch * min(each, requests - start)
        if at + size <= rows:
            yield [values[at : at + size] for values in columns]
        else:
            place = (at + np.arange(size)) % rows
            yield [values[place] for values in columns]
        at = (at + size) % rows
