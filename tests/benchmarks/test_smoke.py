"""Each benchmark runs, in a size that says nothing about speed, and prints what its table promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / "benchmarks"


def output(script: str, *arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, HOME / script, *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if line.startswith("|") and "---" not in line]  # fmt: skip


@pytest.mark.slow
def test_startup():
    head, *lines = rows(output("startup.py", "--runs", "1"))
    assert head == ["what", "CPU s", "ratio", "goal"]
    assert len(lines) == 6
    by_name = {line[0]: line for line in lines}
    assert by_name["the same, installed and unused"][3].startswith("≤ 1.05: ")
    assert all(re.fullmatch(r"-?\d+\.\d{3}", line[1]) for line in lines)


@pytest.mark.slow
def test_a_second_run():
    text = output("second_run.py", "--runs", "1")
    head, *lines = rows(text)
    assert head == ["what", "CPU s", "goal"]
    by_name = {line[0]: float(line[1]) for line in lines}
    assert by_name["a second run"] < by_name["the first run with --deploycheck"]
    imported = text.rpartition("Imported by the second run: ")[2]
    assert "scipy" not in imported
    assert "onnxruntime" not in imported


@pytest.mark.slow
def test_the_process_of_a_model():
    text = output("sandbox.py", "--rows", "2000", "--trees", "3", "--runs", "1")
    assert len(rows(text)) >= 3
    assert "goal" in text


@pytest.mark.slow
def test_controls():
    text = output("controls.py", "--controls", "40", "--files", "2")
    assert text.startswith("40 controls in 2 files")
    lines = rows(text)
    front_ends = [line for line in lines if line[0].startswith(("deploycheck gate", "pytest --"))]
    assert len(front_ends) == 2
    assert all(float(line[1]) > 0 and float(line[4]) > 1 for line in front_ends)
    shares = [line for line in lines if line[0] == "gate"]
    told = sum(int(line[3].removesuffix("%")) for line in shares)
    assert abs(told - 100) <= len(shares), "the stages make up the whole"


def test_controls_profile():
    text = output("controls.py", "--controls", "6", "--files", "1", "--profile", "--top", "5")
    assert "6 planned = 6 passed" in text
    assert "cumulative time" in text
    assert "internal time" in text


def test_a_policy_that_no_loader_would_take_is_refused():
    ended = subprocess.run(
        [sys.executable, HOME / "controls.py", "--controls", "9000", "--files", "1"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode != 0
    assert "use more files" in ended.stderr
