"""Importing the statistics costs numpy alone, and using them never imports scipy.stats."""

import subprocess
import sys

CODE = """
import sys
import deploycheck.stats.groups, deploycheck.stats.power, deploycheck.stats.pvalues
import deploycheck.stats.order, deploycheck.stats.multiplicity
assert "scipy" not in sys.modules, "scipy at import"
from deploycheck.stats.groups import range_bounds
from deploycheck.stats.power import power_mean, rows_needed_proportion
from deploycheck.stats.pvalues import ratio_pvalue
range_bounds([10, 40], [100, 100], ["g", "g"], 0.05)
power_mean(10, 1.0, 0.0, 0.5, 0.05), rows_needed_proportion(0.8, 0.9, 0.05, 0.8)
ratio_pvalue(40, 100, 50, 100, 0.8)
for heavy in ("scipy.stats", "scipy.optimize", "polars", "pydantic"):
    assert heavy not in sys.modules, heavy
"""


def test_what_is_imported():
    subprocess.run([sys.executable, "-I", "-c", CODE], check=True, timeout=60)
