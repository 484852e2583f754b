"""The attained error of the bounds that decide, enumerated exactly over all tables of counts."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from deploycheck.stats.choice import EXACT
from deploycheck.stats.difference import difference_lower, exact_difference, miettinen_nurminen
from deploycheck.stats.exact_ratio import exact_ratio
from deploycheck.stats.ratio import koopman, ratio_lower
from deploycheck.stats.samples import as_pair

SIZES = [(5, 30), (12, 300), (30, 30), (30, 300), (300, 30), (40, 37), (60, 100), (150, 60)]


def limit(alpha):
    """c − 3 points, and for small alpha the same in proportion: 0.08 is 1.6 times 0.05."""
    return min(alpha + 0.03, 1.6 * alpha) if alpha <= 0.05 else alpha + 0.03


def chosen(lower, tables, alpha):
    pair, shape = as_pair(*tables)
    low, method = lower(pair, alpha)
    return low.reshape(shape), method.reshape(shape)


@pytest.mark.parametrize("alpha", [0.3, 0.1, 0.05, 0.025, 0.01, 0.05 / 12, 0.05 / 90, 0.05 / 380])
@pytest.mark.parametrize("estimand", ["difference", "ratio"])
def test_what_decides_keeps_its_level(enumeration, estimand, alpha):
    lower = {"difference": difference_lower, "ratio": ratio_lower}[estimand]
    errors_of = getattr(enumeration, f"{estimand}_errors")
    for sizes in SIZES:
        low, method = chosen(lower, enumeration.all_tables(*sizes), alpha)
        worst = max(float(errors.max()) for errors in errors_of(low))
        assert worst <= limit(alpha), (sizes, worst / alpha)
        if min(sizes) < 30:
            assert np.all(method == EXACT)


@pytest.mark.parametrize(
    ("function", "estimand"), [(exact_difference, "difference"), (exact_ratio, "ratio")]
)
def test_the_exact_bounds_never_exceed_alpha(enumeration, function, estimand):
    for sizes in ((5, 5), (5, 30), (30, 8), (40, 37)):
        for alpha in (0.2, 0.05, 0.05 / 90):
            low = function(*enumeration.all_tables(*sizes), alpha)[0]
            for errors in getattr(enumeration, f"{estimand}_errors")(low):
                assert errors.max() <= alpha


def test_the_plain_scores_alone_would_not_do(enumeration):
    tables = enumeration.all_tables(30, 300)
    for function, estimand in ((miettinen_nurminen, "difference"), (koopman, "ratio")):
        for alpha, at_least in ((0.05, 0.1), (0.05 / 90, 15 * 0.05 / 90)):
            low = function(*tables, alpha)[0]
            errors = getattr(enumeration, f"{estimand}_errors")(low)
            assert max(float(error.max()) for error in errors) > at_least


@pytest.mark.parametrize("alpha", [0.1, 0.05, 0.025])
def test_mean_coverage_is_nominal_where_the_score_decides(enumeration, alpha):
    for sizes in ((100, 100), (100, 250), (250, 100)):
        tables = enumeration.all_tables(*sizes)
        low, _ = chosen(difference_lower, tables, alpha)
        rates = np.linspace(0.25, 0.75, 26)
        found = [missed(enumeration, low >= d - 1e-12, rates, rates + d) for d in (-0.1, 0.0, 0.1)]
        assert abs(np.mean(found) - alpha) <= 0.015
        low, _ = chosen(ratio_lower, tables, alpha)
        found = [missed(enumeration, low >= r, rates, rates * r) for r in (0.8, 0.9, 1.0, 1.1)]
        assert abs(np.mean(found) - alpha) <= 0.015


def missed(enumeration, misses, second, first):
    n1, n2 = misses.shape[0] - 1, misses.shape[1] - 1
    weights = enumeration.binomial(n1, first), enumeration.binomial(n2, second)
    return float(np.mean(np.einsum("ij,ij->i", weights[0] @ misses, weights[1])))


def test_the_script_prints_the_tables_as_markdown():
    script = Path(__file__).parents[2] / "benchmarks" / "coverage" / "tables.py"
    run = subprocess.run(
        [sys.executable, script, "--smoke"], capture_output=True, text=True, check=True, timeout=100
    )
    assert run.stderr == ""
    assert run.stdout.count("|---|") >= 4
    assert "| 0.05 | 30, 30 |" in run.stdout
