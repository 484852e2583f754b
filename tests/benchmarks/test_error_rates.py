"""Whole decisions on data whose truth is known: a small part of what the documentation shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/error-rates.md").read_text(encoding="utf-8")
CELL = re.compile(r"^\**(\d+(?:\.\d+)?) ?%\**$")


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if line.startswith("|") and "---" not in line]  # fmt: skip


def shares(cells):
    return [float(CELL.match(cell)[1]) for cell in cells if CELL.match(cell)]


def smoke():
    ended = subprocess.run(
        [sys.executable, ROOT / "benchmarks/error_rates/tables.py", "--smoke", "--only", "release", "alarm",
         "--workers", "1"],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return rows(ended.stdout)


@pytest.mark.slow
def test_a_few_runs_are_wrong_as_seldom_as_is_promised():
    """40 runs: with a true share of 5 %, more than 10 wrong ones have a chance of 1 in 100,000."""
    lines = smoke()
    assert len(lines) >= 31
    for name, *cells in lines:
        for share in shares(cells):
            assert share <= 100 * 10 / 40, name


def between(name):
    return PAGE.split(f"<!-- {name}: begin -->")[1].split(f"<!-- {name}: end -->")[0]


@pytest.mark.parametrize("table", ["release", "alarm"])
def test_the_page_shows_at_most_five_percent(table):
    """What 10,000 runs of a true 5 % do not exceed but once in a hundred; 2,000 in the last cell."""
    _, *lines = rows(between(table))
    assert len(lines) >= 15
    for name, *cells in lines:
        *few, many = shares(cells)
        assert len(few) == 3, name
        assert max(few) <= 5.6, name
        assert many <= 6.2, name


def test_the_page_shows_that_good_models_go_out():
    _, *lines = rows(between("good"))
    assert "as planned for 90 %" in lines[-1][0]
    assert shares(lines[-1])[0] >= 90


def test_the_page_shows_that_bad_models_are_found():
    """90 %, less what 1,000 runs miss of it once in a hundred simulations."""
    _, *lines = rows(between("detection"))
    assert len(lines) >= 7
    for line in lines:
        assert shares(line[-1:])[0] >= 87.8, line[0]


def test_the_page_has_the_coverage_of_the_bounds():
    told = rows(between("coverage"))
    assert len(told) > 60


def test_the_page_for_people_who_are_no_statisticians_tells_the_same():
    told = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
    tables = {name: rows(between(name))[1:] for name in ("release", "alarm", "good", "detection")}
    out = max(max(shares(line[1:])) for line in tables["release"])
    false = max(max(shares(line[1:])) for line in tables["alarm"][1:])
    alarm = max(shares(tables["alarm"][0][1:]))
    found = min(shares(line[-1:])[0] for line in tables["detection"])
    assert f"| RELEASE | at most {out:.2f} % of runs |" in told
    assert f"| FAIL of that control | at most {false:.2f} % (in 2,000 runs" in told
    assert f"| any FAIL | at most {alarm:.2f} % |" in told
    assert f"| RELEASE | {shares(tables['good'][-1])[0]} % |" in told
    assert f"| FAIL | at least {found} % |" in told
