"""The hook that learns the outcome."""

import json

import deploycheck_example
import pytest

from deploycheck.model.release import Release


@pytest.fixture
def release() -> Release:
    return Release.model_validate(
        {"release": "scores", "version": "3.2.0", "data": {"test": {"path": "t.csv"}}}
    )


def test_one_line_a_decision(decision, release, tmp_path, monkeypatch):
    log = tmp_path / "decisions.jsonl"
    monkeypatch.setenv(deploycheck_example.LOG, str(log))
    for _ in range(2):
        deploycheck_example.deploycheck_decided(decision(("t", "r")), release)
    first, second = (json.loads(line) for line in log.read_text().splitlines())
    assert first == second
    assert first == {
        "release": "scores",
        "version": "3.2.0",
        "decision": "BLOCK",
        "run": "20261201T090000Z-0123abcd",
        "digest": "sha256:2",
    }


def test_silent_where_no_file_is_named(decision, release, tmp_path, monkeypatch):
    monkeypatch.delenv(deploycheck_example.LOG, raising=False)
    monkeypatch.chdir(tmp_path)
    deploycheck_example.deploycheck_decided(decision(), release)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(decision, release, tmp_path, monkeypatch):
    monkeypatch.setenv(deploycheck_example.LOG, str(tmp_path))
    with pytest.raises(IsADirectoryError):
        deploycheck_example.deploycheck_decided(decision(), release)
