"""Checkers that do everything a checker must not do, and one that behaves."""

import ctypes
import os
import sys
import time

from deploycheck import Count, Measure, Params, Proportion, Statistic, checker, hookimpl
from deploycheck.evidence.table import Table


class How(Params):
    value: float = 0.0


def toy(name, *, kind="exact", unit="count"):
    return checker(
        f"toy.{name}",
        measures=[Measure("things", unit=unit, better="lower", doc="Things.")],
        kind=kind,
    )


@toy("good")
def good(params: How, data: Table):
    """Counts what it is told to count."""
    yield Count("things", int(params.value))


@toy("also_good")
def also_good(data: Table):
    """Counts nothing."""
    yield Count("things", 0)


@toy("raises")
def raises(data: Table):
    """Raises."""
    raise RuntimeError("boom <script>alert(1)</script>")
    yield


@toy("skips")
def skips(data: Table):
    """Skips by pytest's own means."""
    import pytest

    pytest.skip("nothing to see")
    yield


@toy("exits")
def exits(data: Table):
    """Ends the interpreter politely, as a success."""
    sys.exit(0)
    yield


@toy("pytest_exit")
def pytest_exit(data: Table):
    """Ends the session by pytest's own means, as a success."""
    import pytest

    pytest.exit("all good", returncode=0)
    yield


@toy("dies")
def dies(data: Table):
    """Ends the process at once, as a success."""
    os._exit(0)
    yield


@toy("crashes")
def crashes(data: Table):
    """Reads what is not there."""
    ctypes.string_at(0)
    yield


@toy("hangs")
def hangs(data: Table):
    """Never returns, and swallows what it can."""
    while True:
        try:
            time.sleep(60)
        except Exception:
            pass
    yield


@toy("none")
def none(data: Table):
    """Returns None."""
    return None


@toy("nothing")
def nothing(data: Table):
    """Yields nothing."""
    return
    yield


@toy("nan", unit="number")
def nan(data: Table):
    """Yields NaN."""
    yield Statistic("things", float("nan"))


@toy("true")
def true(data: Table):
    """Yields a boolean where a count is promised."""
    yield Count("things", True)


@toy("point", kind="demonstrate", unit="number")
def point(data: Table):
    """Yields a point estimate without a sampling model."""
    yield Statistic("things", 0.5)


@toy("stranger")
def stranger(data: Table):
    """Yields a measure that it does not declare."""
    yield Count("others", 0)


@toy("rate", kind="demonstrate", unit="probability")
def rate(params: How, data: Table):
    """A proportion of a thousand rows."""
    yield Proportion("things", int(params.value), 1000)


@hookimpl
def deploycheck_checkers():
    return [good, also_good, raises, skips, exits, pytest_exit, dies, crashes, hangs, none, nothing, nan,
            true, point, stranger, rate]  # fmt: skip
