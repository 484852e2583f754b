"""What the benchmarks share: runs a command and tells what it cost, its own children included."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one run of a command cost.

    :param cpu: user and system seconds of the process and of all children it waited for.
    :param wall: seconds from start to end.
    :param rss: bytes resident at most, in the largest of those processes.
    :param code: exit code.
    """

    cpu: float
    wall: float
    rss: int
    code: int


class Unexpected(Exception):
    """A command did not end as the benchmark needs it to."""


def run(
    command: Sequence[object],
    cwd: Path,
    *,
    codes: Iterable[int] = (0,),
    variables: Mapping[str, str] | None = None,
) -> Cost:
    """Run a command to its end.

    :raises Unexpected: another exit code than ``codes``; what it said is in the message.
    """
    with (cwd / "said.txt").open("w+b") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(variables or {})},
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in set(codes):
            said.seek(0)
            text = said.read().decode(errors="replace")[-4000:]
            raise Unexpected(f"{command} ended with {process.returncode}:\n{text}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024, process.returncode)


def medians(runs: int, *makers: Callable[[], Cost]) -> list[float]:
    """The median CPU seconds of each, run in turn so that a busy minute falls on all of them."""
    costs: list[list[float]] = [[] for _ in makers]
    for maker in makers:
        maker()  # the first run compiles and fills the disk cache
    for turn in range(runs):
        order = range(len(makers)) if turn % 2 == 0 else reversed(range(len(makers)))
        for index in order:
            costs[index].append(makers[index]().cpu)
    return [statistics.median(part) for part in costs]


def pytest_alone() -> list[str]:
    """Arguments that switch every installed pytest plugin off but deploycheck, and the cache.

    A share of a run is not made small by what other plugins cost.
    """
    others = sorted({entry.name for entry in entry_points(group="pytest11")} - {"deploycheck"})
    return [word for name in ("cacheprovider", *others) for word in ("-p", f"no:{name}")]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
