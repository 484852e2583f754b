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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from deploycheck.engine.exits import Exit

_TICK = 0.5  # seconds between two looks at a silent engine
_GRACE = 5.0  # seconds beyond the time limit, for an engine that stops the work by itself
_DEATHS = 20


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
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, reading)
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, *_flags(), "-m", "deploycheck.cli.process", str(writing)],
            stdin=subprocess.PIPE,
            pass_fds=(writing,),
            start_new_session=True,
        )
        os.close(writing)
        stack.callback(_kill, process)
        before = signal.signal(signal.SIGTERM, _terminated)
        stack.callback(signal.signal, signal.SIGTERM, before)
        with (
            contextlib.suppress(BrokenPipeError),
            process.stdin or contextlib.nullcontext() as pipe,
        ):
            if pipe is not None:
                pipe.write(json.dumps({**task, "token": token}).encode())
        return _follow(process, reading, token, seconds)


def _flags() -> list[str]:
    """Isolated from the caller's folder, environment and user site; no bytecode where none is
    wanted.
    """
    return ["-I", "-B"] if sys.dont_write_bytecode else ["-I"]


def _terminated(_signum: int, _frame: Any) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _follow(process: "subprocess.Popen[bytes]", pipe: int, token: str, seconds: float) -> _Ending:
    """Read what the engine says until it ends or overstays its time."""
    ending = _Ending()
    rest = b""
    told = time.monotonic()
    code: int | None = None
    while code is None:
        ready, _, _ = select.select([pipe], [], [], _TICK)
        if ready:
            chunk = os.read(pipe, 65536)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            told = time.monotonic()
            code = _heard(lines, token, ending)
        elif process.poll() is not None:
            break  # it ended, and something that it left behind holds the pipe
        elif ending.at_work and time.monotonic() > told + seconds + _GRACE:
            _kill(process)
            ending.how = f"did not come back within {seconds:g} s and was killed"
            return ending
    status = process.wait()
    if code is not None and status == code:
        ending.code = code
    elif status < 0:
        ending.how = f"died of signal {-status} ({signal.Signals(-status).name})"
    else:
        ending.how = f"ended with status {status} before it had decided"
    return ending


def _heard(lines: Sequence[bytes], token: str, ending: _Ending) -> int | None:
    """Note which controls are at work; the exit code where the engine has told it."""
    code = None
    for said in map(_said, lines):
        if isinstance(said.get("at"), list):
            ending.at_work = said["at"]
        elif said.get("token") == token:
            code = said.get("code")
            ending.settled = said.get("settled", ending.settled)
    return code


def _said(line: bytes) -> dict[str, Any]:
    """What the engine said; nothing where foreign code wrote into its pipe."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the engine and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
