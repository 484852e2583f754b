"""The benchmarks of areas and sequences run in a small size and say what their tables promise."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / "benchmarks"


def rows(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and "---" not in line
    ]


def ended(*arguments):
    return subprocess.run(
        [sys.executable, HOME / "delong.py", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_delong():
    run = ended("--smoke", "--runs", "1")
    assert run.returncode == 0, run.stderr
    lines = rows(run.stdout)
    assert lines[0] == ["what", "CPU s", "ratio", "goal"]
    assert lines[1][:1] == ["roc_auc_score, one area"]
    assert len(lines) == 8 + 2
    assert all(float(line[1]) >= 0 for line in lines[1:8])
    assert lines[8] == ["rows", "textbook", "deploycheck", "ratio"]


def test_delong_of_too_few_rows_is_refused():
    run = ended("--rows", "10")
    assert run.returncode == 2
    assert "at least 100 rows" in run.stderr


@pytest.mark.parametrize(
    ("module", "table", "columns"),
    [
        ("areas", "sampled_area_table", 7),
        ("areas", "small_alpha_table", 8),
        ("lines", "line_table", 9),
        ("sequences", "anytime_table", 7),
        ("sequences", "reference_table", 5),
    ],
)
def test_coverage_tables(module, table, columns, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(HOME / "coverage"))
    spec = importlib.util.spec_from_file_location(
        f"coverage_{module}", HOME / "coverage" / f"{module}.py"
    )
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, made)
    spec.loader.exec_module(made)
    getattr(made, table)(2)
    told = rows(capsys.readouterr().out)
    assert len(told) > 3
    assert {len(line) for line in told} == {columns}
