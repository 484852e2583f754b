"""Files that are wholly there or not at all, whatever call fails."""

import errno
import os

import pytest

from deploycheck.engine import durable
from deploycheck.engine.record import Record, RecordError, latest, new_run, unfinished

CALLS = ["open", "write", "fsync", "replace", "close", "mkstemp"]


class Failing:
    """Lets ``n`` calls through and fails the next, over everything that writing calls."""

    def __init__(self, monkeypatch, n, error=errno.ENOSPC):
        self.left, self.error, self.failed = n, error, ""
        for module, name in [(os, "fsync"), (os, "fdopen"), (os, "open")]:
            self._wrap(monkeypatch, module, name)
        self._wrap(monkeypatch, durable.tempfile, "mkstemp")
        self._wrap(monkeypatch, durable.Path, "replace")
        self._wrap(monkeypatch, durable.Path, "mkdir")
        self._wrap(monkeypatch, durable.Path, "chmod")

    def _wrap(self, monkeypatch, module, name):
        real = getattr(module, name)

        def call(*args, **kwargs):
            self.left -= 1
            if self.left == -1:
                self.failed = name
                raise OSError(self.error, os.strerror(self.error))
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_every_failing_call_leaves_the_old_file_or_the_new_one(tmp_path, monkeypatch, error):
    """SQLite's loop: fail the n-th call, for n = 0, 1, 2, … until the write completes."""
    path = tmp_path / "deep" / "file.json"
    durable.write(path, b"old")
    seen = []
    for n in range(50):
        with monkeypatch.context() as patch:
            failing = Failing(patch, n, error)
            try:
                durable.write(path, b"new")
            except OSError as raised:
                told = raised.errno
                assert told == error
            done = not failing.failed
        seen.append(failing.failed)
        assert path.read_bytes() in {b"old", b"new"}
        assert [p.name for p in path.parent.iterdir()] == ["file.json"], failing.failed
        if done:
            break
        durable.write(path, b"old")
    assert path.read_bytes() == b"new"
    assert {"mkstemp", "fdopen", "fsync", "replace"} <= set(seen)


def test_a_full_disk_is_told_with_the_place_and_the_fix(tmp_path, monkeypatch):
    record = Record(tmp_path, "r1")
    with monkeypatch.context() as patch:
        Failing(patch, 1)
        with pytest.raises(RecordError, match=r"plan\.json.*No space left.*--record"):
            record.plan({"controls": []})
    assert unfinished(tmp_path) == []


def test_a_run_without_a_decision_stays_unfinished(tmp_path):
    record = Record(tmp_path, "20260101T000000Z-aaaaaaaa")
    record.plan({"controls": []})
    assert unfinished(tmp_path) == ["20260101T000000Z-aaaaaaaa"]
    assert latest(tmp_path) is None
    staged = record.decision(b"{}")
    assert latest(tmp_path) is None
    record.seal(staged)
    assert unfinished(tmp_path) == []
    assert latest(tmp_path) == record.folder / "decision.json"


def test_names_of_runs_sort_by_time_and_do_not_collide():
    from datetime import UTC, datetime, timedelta, timezone

    early = new_run(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=5))))
    late = new_run(datetime(2026, 1, 1, tzinfo=UTC))
    assert early < late
    assert len({new_run(datetime(2026, 1, 1, tzinfo=UTC)) for _ in range(1000)}) == 1000


def test_a_plan_with_nan_is_refused(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        Record(tmp_path, "r").plan({"x": float("nan")})
