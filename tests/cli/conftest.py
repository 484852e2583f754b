"""A terminal of its own for a program: what a person sees, and what a person types."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_=>]")


class Terminal:
    """A program on a pseudo-terminal that is its own."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        env: Mapping[str, str] | None = None,
        *,
        stdout: int | None = None,
        columns: int = 100,
    ) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.raw = b""
        # A runner in the background ignores Ctrl-C, and what it starts would, too.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        # setsid makes it the controlling terminal, so that Ctrl-C reaches the program.
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *arguments],
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            cwd=folder,
            env=env,
        )
        signal.signal(signal.SIGINT, before)
        os.close(slave)

    def send(self, text: str) -> None:
        """Type it."""
        os.write(self.master, text.encode())

    @property
    def text(self) -> str:
        """All that was written, without what moves the cursor or colours."""
        return _CONTROL.sub("", self.raw.decode(errors="replace"))

    def until(self, text: str, seconds: float = 20) -> str:
        """Everything up to where ``text`` is seen; fails where it is not seen in time."""
        end = time.monotonic() + seconds
        while text not in self.text:
            if not self._more(end):
                pytest.fail(f"{text!r} was not seen in {self.text!r}")
        return self.text

    def ended(self, seconds: float = 30) -> int:
        """The exit code, once it has ended and all is read."""
        end = time.monotonic() + seconds
        while self._more(end):
            pass
        return self.process.wait(timeout=max(end - time.monotonic(), 1))

    def sees(self, text: str, seconds: float) -> bool:
        """Whether ``text`` is seen in time."""
        end = time.monotonic() + seconds
        while text not in self.text:
            if not self._more(end):
                return False
        return True

    def _more(self, end: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], max(end - time.monotonic(), 0))
        if not ready:
            return False
        try:
            chunk = os.read(self.master, 65536)
        except OSError:  # nobody holds the other end any more
            return False
        self.raw += chunk
        return bool(chunk)

    def close(self) -> None:
        """End it, whatever it is doing."""
        os.close(self.master)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def terminal() -> Iterator[type[Terminal]]:
    """Starts programs on terminals, and ends them after the test."""
    begun: list[Terminal] = []

    def start(*arguments: object, **more: object) -> Terminal:
        begun.append(Terminal(*arguments, **more))
        return begun[-1]

    yield start
    for one in begun:
        one.close()
