"""Bytes between runs: whole, unaltered and not without end, or not there."""

import pytest

from deploycheck.engine import memory
from deploycheck.engine.memory import Kept


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "answers")


def test_what_was_put_is_there_for_another_process_and_no_other_key(kept):
    kept.put("a", b"\0\1\2")
    assert Kept(kept.folder).get("a") == b"\0\1\2"
    assert kept.get("b") is None


def test_altered_cut_and_swapped_files_are_as_if_never_kept(kept):
    kept.put("a", b"answers of a")
    kept.put("b", b"answers of b")
    one, two = sorted(kept.folder.glob("*.bin"))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    assert kept.get("a") is None or kept.get("b") is None
    two.write_bytes(first[:-1] + b"X")
    assert kept.get("a") is None
    assert kept.get("b") is None
    one.write_bytes(b"")
    assert kept.get("a") is None


def test_the_oldest_goes_when_there_is_too_much(kept, monkeypatch):
    monkeypatch.setattr(memory, "ALL", 1_000)
    for name in "abcdef":
        kept.put(name, name.encode() * 300)
        assert kept.get(name) is not None
    left = [name for name in "abcdef" if kept.get(name) is not None]
    assert "f" in left
    assert len(left) == 2
    assert sum(path.stat().st_size for path in kept.folder.glob("*.bin")) <= 1_000


def test_what_is_too_large_or_cannot_be_written_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MOST", 10)
    kept = Kept(tmp_path)
    kept.put("a", b"x" * 11)
    assert kept.get("a") is None
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    Kept(blocked).put("a", b"x")
    assert Kept(blocked).get("a") is None
