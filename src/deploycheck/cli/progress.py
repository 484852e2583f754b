"""One line that says what is at work, for a person who waits; gone before anything is printed."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any, TextIO

from deploycheck.cli.terminal import coloured, moving

DELAY = 1.0  # seconds; what is done sooner needs no progress
STEP = 0.1  # seconds between two drawings
_MOST = 200  # characters of a name
_BAR, _LEAST, _WIDEST = 16, 20, 200  # columns
_CLEAR = b"\r\x1b[2K"

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class State:
    """What is known of a run: untrusted, for code of plugins can write into the engine's pipe.

    :param at: what is at work, in words.
    :param planned: how many controls there are; 0 where that is not known yet.
    """

    at: str = ""
    done: int = 0
    planned: int = 0


class Progress:
    """The line of one command.

    :param now: seconds of a clock that only goes forward.
    """

    def __init__(self, stream: TextIO | None, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._began = self._since = self._drawn = now()
        self._handle = stream.fileno() if stream is not None and moving(stream) else None
        self._colour = coloured(stream)
        self._shown = False
        self._console: Any = None
        self.state = State()

    @property
    def alive(self) -> bool:
        """Whether it may still draw."""
        return self._handle is not None

    def say(self, state: State) -> None:
        """Take over what is known now."""
        if state.at != self.state.at:
            self._since = self._now()
        self.state = state

    def tick(self) -> None:
        """Draw the line again, where the command takes long and the last drawing is old."""
        now = self._now()
        if self._handle is None or now - self._began < DELAY or now - self._drawn < STEP:
            return
        self._drawn = now
        try:
            line = self._line()
            self._shown = True  # before it is: an interrupt may come between
            os.write(self._handle, _CLEAR + line.encode(errors="replace"))
        except OSError:  # nobody looks any more; the command goes on
            self._handle = None

    def stop(self) -> None:
        """Take the line away, for good."""
        if self._handle is not None and self._shown:
            with contextlib.suppress(OSError):
                os.write(self._handle, _CLEAR)
        self._handle = None

    def _line(self) -> str:
        """The line as wide as the terminal is now, without its end."""
        from rich.console import Console
        from rich.text import Text

        if self._console is None:
            self._console = Console(
                file=sys.stderr,
                force_terminal=True,
                no_color=not self._colour,
                highlight=False,
                legacy_windows=False,
            )
        state, at = self.state, self._now()
        line = Text("deploycheck ", no_wrap=True)
        if state.planned > 0:
            filled = _BAR * state.done // state.planned
            line.append("━" * filled, "green").append("━" * (_BAR - filled), "bright_black")
            line.append(f" {state.done} of {state.planned} ")
        line.append(f"{_clock(at - self._began)} ")
        long = at - self._since >= DELAY and bool(state.at)
        since = f" ({_clock(at - self._since)})" if long else ""
        width = max(min(_columns(self._handle), _WIDEST) - 1, _LEAST)
        name = Text(_inert(state.at))
        name.truncate(max(width - line.cell_len - len(since), 8), overflow="ellipsis")
        line.append_text(name).append(since)
        line.truncate(width)
        with self._console.capture() as kept:
            self._console.print(line, end="", soft_wrap=True)
        return str(kept.get())


def _columns(handle: int | None) -> int:
    try:
        return os.get_terminal_size(handle if handle is not None else 2).columns or 80
    except OSError:
        return 80


def _clock(seconds: float) -> str:
    whole = int(seconds)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole // 60 % 60:02}:{whole % 60:02}"


def _inert(text: str) -> str:
    """A name from a file or a plugin, with nothing in it that acts on a terminal."""
    from deploycheck.engine.language.place import visible

    return " ".join(visible(text[:_MOST]).split())


@contextlib.contextmanager
def waiting(what: str, stream: TextIO | None = None) -> Iterator[Tell]:
    """While the block runs, say what it does where it takes more than a second.

    The block is given what takes a word on what is at work, how much is done, and of how much.

    :param stream: where it is shown; standard error by default.
    """
    progress = Progress(sys.stderr if stream is None else stream)
    if not progress.alive:
        yield lambda _at, _done, _planned: None
        return
    progress.say(State(at=what))
    over = threading.Event()

    def draw() -> None:
        while not over.wait(STEP):
            progress.tick()

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield lambda at, done, planned: progress.say(State(at, done, planned))
    finally:
        over.set()
        thread.join()
        progress.stop()
