"""Importing the statistics costs numpy alone, and using them never imports scipy.stats."""

import subprocess
import sys

CODE = """
import sys
import deploycheck.stats.groups, deploycheck.stats.power, deploycheck.stats.pvalues
import deploycheck.stats.order, deploycheck.stats.multiplicity
import deploycheck.stats.paired, deploycheck.stats.auc, deploycheck.stats.auc_difference
import deploycheck.stats.bounded, deploycheck.stats.noise, deploycheck.stats.noncentral
import deploycheck.stats.distance, deploycheck.stats.calibration
assert "scipy" not in sys.modules, "scipy at import"
from deploycheck.stats.groups import range_bounds
from deploycheck.stats.power import power_mean, rows_needed_proportion
from deploycheck.stats.pvalues import ratio_pvalue
range_bounds([10, 40], [100, 100], ["g", "g"], 0.05)
power_mean(10, 1.0, 0.0, 0.5, 0.05), rows_needed_proportion(0.8, 0.9, 0.05, 0.8)
ratio_pvalue(40, 100, 50, 100, 0.8)
from deploycheck.stats import auc, bounded, calibration, distance, noise, noncentral, paired
paired.paired_bounds(1, 2, 3, 4, 0.05), auc.auc_bounds([1, 2, 3], [0, 1, 2], 0.05)
bounded.bounded_mean_bounds(0.5, 0.1, 10, 0, 1, 0.05), noncentral.noncentral_bounds(9, 2, 99, 2, 0.05)
found = distance.wasserstein(range(30), range(50))
distance.js([1, 2], [3, 4]), noise.distance_bounds(found.value, found.center, found.scale, 0.05)
calibration.ece([0.2, 0.8], [0, 1], None, [0, 0.5, 1])
calibration.logistic_calibration([0.2, 0.8, 0.7, 0.4], [0, 1, 0, 1])
for heavy in ("scipy.stats", "scipy.optimize", "polars", "pydantic"):
    assert heavy not in sys.modules, heavy
"""


def test_what_is_imported():
    subprocess.run([sys.executable, "-I", "-c", CODE], check=True, timeout=60)
