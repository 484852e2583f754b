"""Keeps foreign code inside its time: a checker or collector that does not return is stopped."""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from deploycheck.engine.resolve import TimeLimit

_COPY = 70
Beat = Callable[[Sequence[str]], None]


def _silent(_: Sequence[str]) -> None:
    """Nobody listens."""


class Watch:
    """Guards pieces of foreign work.

    :param seconds: how long one piece may take; controls that share a scan are one piece.
    :param beat: told which controls are at work, and with nothing when they are done, so that
        another process knows whom to blame when this one dies.
    :param alone: whether no person can interrupt this process, so that a KeyboardInterrupt is
        the foreign code's own.
    """

    def __init__(self, seconds: float, beat: Beat = _silent, *, alone: bool = False) -> None:
        self.seconds = seconds
        self.beat = beat
        self.alone = alone

    def __call__(self, keys: Sequence[str]) -> "_Piece":
        """A piece of work of these controls.

        Inside it :class:`TimeLimit` is raised when it takes too long: in the main thread of a
        POSIX process. Elsewhere, and in C code that does not come back, only another process can
        stop it.
        """
        return _Piece(self, keys)

    def ring(self, _signum: int, _frame: Any) -> None:
        """The alarm."""
        raise TimeLimit(f"it did not return within {self.seconds:g} s and was stopped")


class Interrupted(Exception):
    """Foreign code raised KeyboardInterrupt, as a person would to stop the run."""


class _Piece:
    """One piece of work; thousands of them are entered, so no generator is made for each."""

    __slots__ = ("before", "keys", "main", "process", "timer", "watch")

    def __init__(self, watch: Watch, keys: Sequence[str]) -> None:
        self.watch, self.keys = watch, keys
        self.main = threading.current_thread() is threading.main_thread()
        self.process = os.getpid()

    def __enter__(self) -> None:
        self.watch.beat(self.keys)
        if self.main:
            self.before = signal.signal(signal.SIGALRM, self.watch.ring)
            # It rings again each second: code that swallows everything is asked again.
            self.timer = signal.setitimer(signal.ITIMER_REAL, self.watch.seconds, 1.0)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if os.getpid() != self.process:
            os._exit(_COPY)  # a copy that foreign code forked; it has no run to go on with
        if self.main:
            signal.setitimer(signal.ITIMER_REAL, *self.timer)
            signal.signal(signal.SIGALRM, self.before)
        self.watch.beat(())
        if self.watch.alone and kind is not None and issubclass(kind, KeyboardInterrupt):
            raise Interrupted("KeyboardInterrupt") from error
