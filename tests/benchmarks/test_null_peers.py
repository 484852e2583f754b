"""What other tools say where nothing is wrong: the page shows what is stored, and it can be redone."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = ROOT / "benchmarks/error_rates"
PAGE = (ROOT / "docs/error-rates.md").read_text(encoding="utf-8")
STORED = json.loads((HERE / "peers.json").read_text(encoding="utf-8"))
COUNT = re.compile(r"^(\d+) of (\d+)$")


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if line.startswith("|") and "---" not in line]  # fmt: skip


def shown():
    return PAGE.split("<!-- peers: begin -->")[1].split("<!-- peers: end -->")[0]


def ended(*arguments):
    return subprocess.run(
        [sys.executable, HERE / "peers.py", *arguments],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_the_page_shows_what_is_stored():
    run = ended("--stored")
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == shown().strip()


def test_every_tool_is_there_with_its_counts_or_its_error():
    head, *lines = rows(shown())
    assert head[:3] == ["tool", "version", "rule"]
    assert head[3:] == ["runs stopped at 500 rows", "at 10,000"]
    names = {line[0] for line in lines}
    assert names == {"deploycheck", "Deepchecks", "Evidently", "bdp-model-gate"}
    for line in lines:
        if "not asked: " in line[2]:
            assert line[3:] == ["-", "-"]
            continue
        for cell in line[3:]:
            stopped, runs = map(int, COUNT.match(cell).groups())
            assert 0 <= stopped <= runs
            assert runs >= 1


def test_deploycheck_stops_no_good_release_by_a_fail():
    """With a true share of 5 %, more than 9 of 60 have a chance of 1 in 1,000."""
    (own,) = (peer for peer in STORED["peers"] if peer["name"] == "deploycheck")
    for size, (stopped, runs) in own["stopped"]["any control FAIL"].items():
        assert sum(own["outcomes"][size].values()) == runs
        assert own["outcomes"][size]["FAIL"] == stopped
        assert stopped <= 0.15 * runs


@pytest.mark.parametrize("rows_each", [300])
def test_the_row_of_deploycheck_can_be_measured_again(rows_each):
    run = ended("--only", "deploycheck", "--runs", "3", "--sizes", str(rows_each))
    assert run.returncode == 0, run.stderr
    head, failed, undecided = rows(run.stdout)
    assert head[-1] == "runs stopped at 300 rows"
    assert failed[2] == "any control FAIL"
    assert failed[3] == "0 of 3"
    assert undecided[3].endswith(" of 3")
    assert "deploycheck decided: RELEASE " in run.stdout


def test_too_few_rows_are_refused():
    run = ended("--only", "deploycheck", "--sizes", "10")
    assert run.returncode == 2
    assert "at least 100 rows" in run.stderr
