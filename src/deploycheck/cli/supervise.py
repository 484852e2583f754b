"""Runs the engine in a process of its own and believes only what that process finishes.

Code of a checker can end a process, crash it or never come back. The engine's process says which
controls are at work; when it dies, those are to blame, and a new process judges the rest.
"""

import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from deploycheck.cli.progress import STEP, Progress, State
from deploycheck.engine.exits import Exit
from deploycheck.engine.language.place import visible

_TICK = 0.5  # seconds between two looks at a silent engine
_GRACE = 5.0  # seconds beyond the time limit, for an engine that stops the work by itself
_DEATHS = 20
_LONGEST = 1 << 20  # bytes of a message; the engine's own are far shorter
_MOST = 1_000_000  # controls


@dataclass
class _Ending:
    """How an engine's process ended."""

    code: int | None = None
    at_work: list[str] = field(default_factory=list)
    how: str = ""
    settled: int | None = None  # the exit code of a decision that is recorded


def supervise(task: Mapping[str, Any]) -> int:
    """Run the engine until it has decided; the exit code for the shell.

    :param task: what :mod:`deploycheck.cli.process` is to do, as plain data.
    """
    _open_streams()
    dead: dict[str, str] = {}
    apart = False
    for _ in range(_DEATHS):
        ending = _attempt({**task, "dead": dead, "apart": apart}, float(task["timeout"]))
        if ending.code is not None:
            return ending.code
        if ending.settled is not None:
            work = " ".join(ending.at_work) or "its last steps"
            click.echo(
                f"deploycheck: the decision stands; the engine's process ended afterwards, at work "
                f"on {work}",
                err=True,
            )
            return ending.settled
        if not ending.at_work:
            click.echo(
                f"deploycheck: the engine's process {ending.how}; nothing was decided", err=True
            )
            return Exit.CRASH
        if len(ending.at_work) > 1:
            apart = True
            continue
        name = ending.at_work[0]
        if " " in name:  # no control, whose names have no blank, but the plan or a report
            click.echo(
                f"deploycheck: the engine's process {ending.how} at work on {name}; nothing was "
                "decided",
                err=True,
            )
            return Exit.UNCHECKED
        dead[name] = f"the process {ending.how} while {name} was being measured"
        click.echo(f"deploycheck: {dead[name]}; judging the others without it", err=True)
    click.echo(f"deploycheck: {_DEATHS} processes died; nothing was decided", err=True)
    return Exit.CRASH


def _open_streams() -> None:
    """Open what the caller closed: else the next file would become standard output."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _attempt(task: Mapping[str, Any], seconds: float) -> _Ending:
    token = secrets.token_hex(16)
    reading, writing = os.pipe()
    heard, answer = os.pipe()
    progress = Progress(sys.stderr)
    with contextlib.ExitStack() as stack:
        for handle in (reading, answer):
            stack.callback(os.close, handle)
        stack.callback(progress.stop)
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, *_flags(), "-m", "deploycheck.cli.process", str(writing)],
            stdin=subprocess.PIPE,
            pass_fds=(writing, heard),
            start_new_session=True,
        )
        for handle in (writing, heard):
            os.close(handle)
        stack.callback(_kill, process)
        before = signal.signal(signal.SIGTERM, _terminated)
        stack.callback(signal.signal, signal.SIGTERM, before)
        with (
            contextlib.suppress(BrokenPipeError),
            process.stdin or contextlib.nullcontext() as pipe,
        ):
            if pipe is not None:
                hush = {"hush": heard} if progress.alive else {}
                pipe.write(json.dumps({**task, **hush, "token": token}).encode())
        listener = _Listener(reading, token, progress, answer)
        return _follow(process, listener, seconds)


def _flags() -> list[str]:
    """Isolated from the caller's folder, environment and user site; no bytecode where none is
    wanted.
    """
    return ["-I", "-B"] if sys.dont_write_bytecode else ["-I"]


def _terminated(_signum: int, _frame: Any) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _follow(process: "subprocess.Popen[bytes]", listener: "_Listener", seconds: float) -> _Ending:
    """Listen to what the engine says until it ends or overstays its time."""
    ending = listener.ending
    told = time.monotonic()
    while listener.code is None:
        listener.progress.tick()
        if listener.ready():
            if not listener.listen():
                break
            told = time.monotonic()
        elif process.poll() is not None:
            break  # it ended, and something that it left behind holds the pipe
        elif ending.at_work and time.monotonic() > told + seconds + _GRACE:
            _kill(process)
            ending.how = f"did not come back within {seconds:g} s and was killed"
            return ending
    code, status = listener.code, process.wait()
    if code is not None and status == code:
        ending.code = code
    elif status < 0:
        ending.how = f"died of signal {-status} ({signal.Signals(-status).name})"
    else:
        ending.how = f"ended with status {status} before it had decided"
    return ending


class _Listener:
    """Hears what the engine's process says, and tells its own words from those of foreign code.

    :param answer: where the engine is told that nothing is drawn any more.
    """

    def __init__(self, pipe: int, token: str, progress: Progress, answer: int) -> None:
        self.ending = _Ending()
        self.code: int | None = None
        self.progress = progress
        self._pipe, self._token, self._answer = pipe, token, answer
        self._rest = b""

    def ready(self) -> bool:
        """Whether there is something to hear, soon."""
        tick = STEP if self.progress.alive else _TICK
        return bool(select.select([self._pipe], [], [], tick)[0])

    def listen(self) -> bool:
        """Note what is said; false where nobody can say anything any more."""
        chunk = os.read(self._pipe, 65536)
        if not chunk:
            return False
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-_LONGEST:]
        for said in map(_said, lines):
            if isinstance(said.get("at"), list):
                self.ending.at_work = [visible(key) for key in said["at"] if isinstance(key, str)]
                self._show(said)
            elif said.get("token") == self._token:
                self.code = said.get("code", self.code)
                self.ending.settled = said.get("settled", self.ending.settled)
                if said.get("hush"):
                    self._hush()
        return True

    def _show(self, said: Mapping[str, Any]) -> None:
        """Only what has the right type is shown; foreign code can say anything."""
        title, done, planned = said.get("title"), said.get("done"), said.get("planned")
        if isinstance(title, str) and _count(done) and _count(planned):
            self.progress.say(
                State(title, min(int(done or 0), int(planned or 0)), int(planned or 0))
            )

    def _hush(self) -> None:
        self.progress.stop()
        with contextlib.suppress(OSError):
            os.write(self._answer, b"\n")


def _count(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < _MOST


def _said(line: bytes) -> dict[str, Any]:
    """What the engine said; nothing where foreign code wrote into its pipe."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the engine and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
