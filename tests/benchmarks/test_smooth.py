"""The coverage tables of smooth functions, resampled statistics and spreads, in a small size."""

import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2] / "benchmarks" / "coverage"
SMALL = "from smooth import smooth_tables; smooth_tables(smoke=True)"


def test_the_tables_are_printed():
    run = subprocess.run(
        [sys.executable, "-c", SMALL],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    titles = [line for line in run.stdout.splitlines() if line.startswith("### ")]
    assert [title.split(",")[0] for title in titles] == [
        "### Smooth functions of means",
        "### Resampled statistics",
        "### Spreads over groups",
    ]
    rows = [line for line in run.stdout.splitlines() if line.startswith("| ")]
    assert len([row for row in rows if row.count("|") == 8]) == 1 + 19  # a head, and the cases
    assert "At alpha 0.05: mean " in run.stdout
