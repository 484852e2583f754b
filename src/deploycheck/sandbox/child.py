"""The process that holds a model: gives up what it can, loads it, and answers until it is ended.

Called as ``python -I -m deploycheck.sandbox.child PARENT COMMANDS ANSWERS``: the parent's number
and the numbers of two pipes.
"""

from __future__ import annotations

import mmap
import os
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

from deploycheck.sandbox import limits, messages
from deploycheck.sandbox.serving import Refused, model_of, prepare, replied
from deploycheck.sandbox.transfer import read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from deploycheck.sandbox.serving import Model

_TELL_AFTER = 0.25  # seconds after which times are told, so that the parent sees that it goes on
_MEMORY_WORDS = ("bad_alloc", "bad allocation", "allocate memory", "out of memory")


class Channel:
    """The two pipes to the parent."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers

    def hear(self) -> dict[str, Any]:
        """The next command.

        :raises SystemExit: there is none any more.
        """
        return messages.unpacked(self._read(messages.length(self._read(4))))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = os.read(self._commands, size - len(data))
            if not part:
                raise SystemExit(0)
            data += part
        return data

    def say(self, message: dict[str, Any], *arrays: NDArray[Any]) -> None:
        """Send a message, and the bytes of arrays after it."""
        self.write(messages.packed(message))
        for array in arrays:
            self.write(memoryview(array.data).cast("B") if len(array) else b"")

    def write(self, data: bytes | memoryview) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._answers, left) :]


class Space:
    """The columns that the parent wrote, mapped again when they have outgrown the map."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._map: mmap.mmap | None = None

    def columns(self, command: dict[str, Any]) -> list[NDArray[Any]]:
        """The columns of a command."""
        if not command["layout"]:
            return []
        size = os.fstat(self._number).st_size
        if self._map is None or len(self._map) < size:
            # The old map stays as long as a model holds on to what it was given.
            self._map = mmap.mmap(self._number, size, access=mmap.ACCESS_READ)
        return read(self._map, command["layout"], command["rows"])


def main() -> None:
    """Serve the model that the first command names."""
    parent, commands, answers = map(int, sys.argv[1:4])
    limits.die_with(parent)
    channel = Channel(commands, answers)
    task = channel.hear()
    try:
        prepare(task)
        _give_up(task)
        channel.say({"ready": True})
        model = model_of(task)
    except BaseException as error:  # noqa: BLE001 - a model's own code may raise anything
        _tell(channel, error)
        return
    channel.say({"loaded": True})
    space = Space(task["space"])
    while True:
        _serve(channel, model, space, channel.hear())


def _give_up(task: dict[str, Any]) -> None:
    """Limit this process for good.

    :raises Refused: the report says that there is a filter of system calls, and there is none.
    """
    if not limits.give_up(task["memory"], task["outside"]) and task["filtered"]:
        raise Refused("cannot be kept apart: the system does not take its filter of system calls")


def _serve(channel: Channel, model: Model, space: Space, command: dict[str, Any]) -> None:
    try:
        columns = space.columns(command)
        rows = command["rows"]
        if command["do"] == "time":
            _time(channel, model, columns, command)
            return
        header, arrays = replied(model.read(model.call(model.fed(columns, rows)), rows), rows)
    except BaseException as error:  # noqa: BLE001 - a model's own code may raise anything
        _tell(channel, error)
    else:
        channel.say(header, *arrays)


def _time(
    channel: Channel, model: Model, columns: list[NDArray[Any]], command: dict[str, Any]
) -> None:
    """Time each batch alone, and tell the times as they come."""
    import numpy as np

    batch, rows = command["batch"], command["rows"]
    channel.say({"times": rows // batch})
    times: list[float] = []
    told = perf_counter()
    for start in range(0, rows, batch):
        fed = model.fed([column[start : start + batch] for column in columns], batch)
        began = perf_counter()
        # An answer may be lazy: it is there when it was read, and not before.
        model.read(model.call(fed), batch)
        ended = perf_counter()
        times.append((ended - began) * 1000.0)
        if ended - told > _TELL_AFTER:
            channel.write(np.array(times).tobytes())
            times, told = [], ended
    channel.write(np.array(times).tobytes())


def _tell(channel: Channel, error: BaseException) -> None:
    """Tell the parent what went wrong, in the model's own words where it has some."""
    if isinstance(error, Refused):
        channel.say({"refused": messages.one_line(str(error))})
        return
    try:
        text = messages.one_line(str(error))
    except BaseException:  # noqa: BLE001 - an exception of the model may not even have a text
        text = ""
    memory = isinstance(error, MemoryError) or any(w in text.lower() for w in _MEMORY_WORDS)
    kind = messages.one_line(type(error).__name__, 80)
    channel.say({"raised": kind, "text": text, "memory": memory})


if __name__ == "__main__":
    main()
