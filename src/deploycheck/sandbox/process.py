"""A child process and its pipes: every wait has an end, and no child outlives its parent."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import resource

TAIL = 4_000  # last bytes of what the child prints that are kept
_PIPE = 1 << 20
_CHUNK = 1 << 20


class Ended(Exception):
    """The child said nothing more: it ended, or was late.

    :param late: whether its time was up.
    """

    def __init__(self, *, late: bool) -> None:
        super().__init__("late" if late else "ended")
        self.late = late


class Process:
    """A Python module in a process of its own, in a private folder that goes with it.

    :param module: it is called with the parent's number and the numbers of two pipes: one to read
        commands from, one to answer on.
    :param shared: numbers of open files that it may use too.
    """

    def __init__(self, module: str, shared: Sequence[int] = ()) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="deploycheck-"))
        self.said = b""
        self._owner = os.getpid()
        self._usage: tuple[int, float] | None = None
        self.status: int | None = None
        with contextlib.ExitStack() as stack:
            stack.callback(_remove, self.home)
            commands, self._commands = _pipe(stack, own=1)
            self._answers, answers = _pipe(stack, own=0)
            self._log, log = _pipe(stack, own=0)
            with contextlib.ExitStack() as given:
                for number in (commands, answers, log):
                    given.callback(os.close, number)
                self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
                    [sys.executable, "-I", "-B", "-m", module, str(os.getpid()),
                     str(commands), str(answers)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.home,
                    env=_environment(self.home),
                    pass_fds=(commands, answers, *shared),
                    start_new_session=True,
                )  # fmt: skip
            self.number = self._process.pid
            for number in (self._commands, self._answers, self._log):
                os.set_blocking(number, False)
            numbers = (self._commands, self._answers, self._log)
            self._end = weakref.finalize(self, _end, self._process, self.home, numbers, self._owner)
            stack.pop_all()

    @property
    def alive(self) -> bool:
        """Whether it has not been ended or waited for."""
        return self._end.alive

    def send(self, data: bytes, deadline: float) -> None:
        """Write a command.

        :raises Ended: it does not read it until ``deadline``, by ``time.monotonic``.
        """
        left = memoryview(data)
        while left:
            self._wait(self._commands, select.POLLOUT, deadline)
            try:
                left = left[os.write(self._commands, left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise Ended(late=False) from None

    def receive(self, size: int, deadline: float) -> bytes:
        """So many bytes of its answer.

        :raises Ended: it ends before, or has not sent them until ``deadline``.
        """
        parts: list[bytes] = []
        while size:
            try:
                part = os.read(self._answers, min(size, _CHUNK))
            except BlockingIOError:
                self._wait(self._answers, select.POLLIN, deadline)
                continue
            if not part:
                raise Ended(late=False)
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _wait(self, number: int, event: int, deadline: float) -> None:
        """Wait until a pipe is ready, and let the child print meanwhile."""
        poll = select.poll()
        poll.register(number, event)
        poll.register(self._log, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            ready = dict(poll.poll(left * 1000 + 1))
            if self._log in ready and not self._listen():
                poll.unregister(self._log)
            if number in ready:
                return
        raise Ended(late=True)

    def _listen(self) -> bool:
        """Keep the end of what it prints; whether it may print more."""
        try:
            part = os.read(self._log, _CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.said = (self.said + part)[-TAIL:]
        return bool(part)

    def settle(self, seconds: float) -> bool:
        """Wait a moment for it to end by itself, so that its own status is told, not our kill."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if os.waitid(os.P_PID, self.number, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                    return True
            except ChildProcessError:
                return True  # somebody else has waited for it
            time.sleep(0.005)
        return False

    def kernel_peak(self) -> int:
        """Most bytes of memory that it held at once until now; 0 where the kernel does not say.

        What ``wait4`` tells is no measure of it: that begins with the memory of the process that
        started it.
        """
        try:
            told = Path(f"/proc/{self.number}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return 0
        found = [line.split() for line in told.splitlines() if line.startswith("VmHWM:")]
        return int(found[0][1]) * 1024 if found and found[0][1].isdigit() else 0

    def end(self) -> tuple[int, float]:
        """Kill it with everything that it started; its peak in bytes and its seconds of CPU.

        A second call tells the same.
        """
        if self._usage is None:
            with _undisturbed():
                self._usage = self._ended()
        return self._usage

    def _ended(self) -> tuple[int, float]:
        peak = self.kernel_peak()
        for _ in range(8):  # what it printed before; it may go on printing for ever
            if not select.select([self._log], [], [], 0)[0] or not self._listen():
                break
        self._end.detach()
        numbers = (self._commands, self._answers, self._log)
        self.status, used = _end(self._process, self.home, numbers, self._owner) or (None, None)
        if used is None:
            return peak, 0.0
        most = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return peak or most, used.ru_utime + used.ru_stime


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """No alarm and no interrupt in between: a child that is half ended would stay."""
    waiting = {signal.SIGALRM, signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waiting)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _pipe(stack: contextlib.ExitStack, own: int) -> tuple[int, int]:
    """Both ends of a pipe, to read from and to write to; the stack closes the parent's own one."""
    ends = os.pipe()
    stack.callback(os.close, ends[own])
    # A roomy pipe spares switches between the two; a system may have reached its limit.
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _PIPE)
    return ends


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the caller's environment: no secret, and no switch of a library."""
    threads = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS", "VECLIB_MAXIMUM")
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "MALLOC_ARENA_MAX": "1",
        "LOKY_MAX_CPU_COUNT": "1",
        "ORT_DISABLE_TELEMETRY": "1",  # since 1.29 onnxruntime reports to its maker unless told
        **{f"{name}_NUM_THREADS": "1" for name in threads},
    }


def _end(
    process: subprocess.Popen[bytes], home: Path, numbers: Sequence[int], owner: int
) -> tuple[int, resource.struct_rusage] | None:
    """Kill the process and its group, wait for it, and remove what it had."""
    if os.getpid() != owner:
        return None  # a copy of the parent that somebody forked: the child is not its own
    ended = None
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # Before it is waited for, its number and its group's can be nobody else's.
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            ended = (process.returncode, used)
        if process.returncode is None:
            process.returncode = 0  # somebody else has waited for it
    for number in numbers:
        with contextlib.suppress(OSError):
            os.close(number)
    _remove(home)
    return ended


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
