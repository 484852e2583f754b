"""The clock over foreign code."""

import signal
import threading
import time

import pytest

from deploycheck.engine.resolve import TimeLimit
from deploycheck.engine.watch import Watch


def test_what_takes_too_long_is_stopped():
    began = time.monotonic()
    with pytest.raises(TimeLimit, match=r"0\.1 s"), Watch(0.1)(["a"]):
        time.sleep(10)
    assert time.monotonic() - began < 5


def test_code_that_swallows_exceptions_is_stopped():
    def stubborn():
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    with pytest.raises(TimeLimit), Watch(0.1)(["a"]):
        stubborn()


def test_code_that_swallows_everything_once_is_stopped_the_second_time():
    def stubborn():
        try:
            time.sleep(10)
        except BaseException:
            time.sleep(10)

    with pytest.raises(TimeLimit), Watch(0.1)(["a"]):
        stubborn()


def test_what_is_quick_leaves_no_trace():
    before = signal.getsignal(signal.SIGALRM)
    timer = signal.getitimer(signal.ITIMER_REAL)[0]
    with Watch(5)(["a"]):
        pass
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == pytest.approx(timer, abs=1)


def test_another_timer_is_put_back():
    """pytest-timeout has one too."""
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    outer = signal.setitimer(signal.ITIMER_REAL, 30)
    try:
        with Watch(5)(["a"]):
            pass
        assert 20 < signal.getitimer(signal.ITIMER_REAL)[0] <= 30
    finally:
        signal.setitimer(signal.ITIMER_REAL, *outer)
        signal.signal(signal.SIGALRM, before)


def test_whoever_listens_learns_who_is_at_work():
    said = []
    watch = Watch(5, lambda keys: said.append(list(keys)))
    with pytest.raises(ValueError, match="x"), watch(["a", "b"]):
        raise ValueError("x")
    assert said == [["a", "b"], []]


def test_a_thread_runs_without_a_clock():
    done = []

    def work():
        with Watch(0.05)(["a"]):
            time.sleep(0.1)
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]
