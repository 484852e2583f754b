"""The benchmarks of contingency tables and of weighted bounds run, in a size that says nothing."""

import re
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2] / "benchmarks"


def output(script, *arguments):
    ended = subprocess.run(
        [sys.executable, HOME / script, *arguments],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
            if line.startswith("|") and "---" not in line]  # fmt: skip


def test_contingency():
    head, *lines = rows(output("contingency.py", "--smoke", "--profile"))
    assert head == ["what", "CPU ms", "ratio and goal"]
    by_name = {line[0]: line for line in lines}
    assert re.match(r"\d+\.\d\d ≤ 2: ", by_name["by hand"][2])
    assert re.match(r"[\d,]+ ≥ 10,000: ", by_name["by rows (fairlearn)"][2])
    assert len([name for name in by_name if name.endswith("of the table alone")]) == 3


def test_weights():
    text = output("coverage/weights.py", "--smoke")
    assert text.startswith("Lower / upper bounds at 95 % that hold / both, in % of 40 samples.")
    lines = [line for line in rows(text) if line[0] != "drawn"]
    assert len(lines) == 4
    for line in lines:
        shares = [[float(part) for part in cell.split(" / ")] for cell in line[4:]]
        assert all(len(three) == 3 and 0 <= min(three) <= max(three) <= 100 for three in shares)
        assert min(shares[0][:2]) > 80
    assert text.count("Bounds of deploycheck hold in ") == 2
