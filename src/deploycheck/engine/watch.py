"""Keeps foreign code inside its time: a checker or collector that does not return is stopped."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from deploycheck.engine.resolve import TimeLimit

Beat = Callable[[Sequence[str]], None]


def _silent(_: Sequence[str]) -> None:
    """Nobody listens."""


class Watch:
    """Guards pieces of foreign work.

    :param seconds: how long one piece may take; controls that share a scan are one piece.
    :param beat: told which controls are at work, and with nothing when they are done, so that
        another process knows whom to blame when this one dies.
    """

    def __init__(self, seconds: float, beat: Beat = _silent) -> None:
        self.seconds = seconds
        self.beat = beat

    @contextmanager
    def __call__(self, keys: Sequence[str]) -> Iterator[None]:
        """Run a piece of work of these controls.

        :raises TimeLimit: in the main thread of a POSIX process, when it takes too long. Elsewhere,
            and in C code that does not come back, only another process can stop it.
        """
        self.beat(keys)
        try:
            if threading.current_thread() is not threading.main_thread():
                yield
            else:
                with self._alarm():
                    yield
        finally:
            self.beat(())

    @contextmanager
    def _alarm(self) -> Iterator[None]:
        def ring(_signum: int, _frame: Any) -> None:
            raise TimeLimit(f"it did not return within {self.seconds:g} s and was stopped")

        before = signal.signal(signal.SIGALRM, ring)
        # It rings again each second: code that swallows everything is asked again.
        remaining = signal.setitimer(signal.ITIMER_REAL, self.seconds, 1.0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, *remaining)
            signal.signal(signal.SIGALRM, before)
