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
import deploycheck.stats.calibration_line, deploycheck.stats.sequential.bernstein
import deploycheck.stats.sequential.normal, deploycheck.stats.sequential.eprocess
import deploycheck.stats.sequential.shift
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
deploycheck.stats.calibration_line.calibration_line([0.2, 0.8, 0.7, 0.4], [0, 1, 0, 1]).bounds("slope", 0.1)
auc.area_bounds(auc.area([1, 2, 3], [0, 1, 2], clusters=([1, 2, 3], [1, 2, 3])), 0.05)
deploycheck.stats.sequential.shift.proportion_shift(1, 9, 0.05).update([0, 1])
deploycheck.stats.sequential.normal.SubGaussian(0.05, 1.0).update([0, 1])
for heavy in ("scipy.stats", "scipy.optimize", "polars", "pydantic"):
    assert heavy not in sys.modules, heavy
"""


def test_what_is_imported():
    subprocess.run([sys.executable, "-I", "-c", CODE], check=True, timeout=60)
