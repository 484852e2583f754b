"""Print, as Markdown, how often the bounds of deploycheck miss, beside textbook ones.

    python benchmarks/coverage/tables.py            all tables, some minutes
    python benchmarks/coverage/tables.py --smoke    a small part, a few seconds
    python benchmarks/coverage/tables.py --dense    the worst cells, a quarter of an hour

Errors of proportions, their differences (paired ones too) and ratios are exact, enumerated over
all tables of counts; the others are simulated with a fixed seed. Each error belongs to one
one-sided bound.
"""

import argparse
import contextlib
import io
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from areas import sampled_area_table, small_alpha_table
from enumeration import (
    DENSE_DIFFERENCES,
    DENSE_RARE,
    DENSE_RATIOS,
    DENSE_SPREAD,
    all_tables,
    difference_errors,
    one_sample_errors,
    paired_errors,
    paired_tables,
    ratio_errors,
)
from lines import line_table
from naive import log_ratio_lower, newcombe_lower, wald_lower, wald_paired_lower
from numpy.typing import NDArray
from sequences import anytime_table, reference_table
from simulation import (
    auc_difference_table,
    auc_table,
    calibration_table,
    counts_table,
    mean_table,
    wasserstein_table,
)
from smooth import smooth_tables

from deploycheck.stats.difference import difference_lower, miettinen_nurminen
from deploycheck.stats.groups import range_bounds
from deploycheck.stats.paired import paired_lower
from deploycheck.stats.proportion import clopper_pearson, wilson
from deploycheck.stats.ratio import koopman, ratio_lower
from deploycheck.stats.samples import as_pair

sys.path.append(str(Path(__file__).resolve().parents[1]))
from _page import put

Floats = NDArray[np.float64]
Lower = Callable[[Floats, Floats, Floats, Floats, float], Floats]
Errors = Callable[[Floats], Iterator[Floats]]

ALPHAS = (0.1, 0.05, 0.025, 0.01, 0.05 / 12, 0.05 / 90, 0.05 / 380)
SIZES = (
    *((10, 10), (10, 300), (300, 10), (30, 30), (30, 300), (300, 30)),
    *((60, 100), (100, 100), (100, 300), (300, 100), (300, 300)),
)

DENSE_SIZES = (5, 12, 20, 29, 30, 31, 33, 35, 38, 42, 47, 55, 65, 80, 100, 130, 180, 300)


def chosen(lower: Callable[..., tuple[Floats, Floats]]) -> Lower:
    """The product's choice, as a function of whole tables."""

    def table(x1: Floats, n1: Floats, x2: Floats, n2: Floats, alpha: float) -> Floats:
        pair, shape = as_pair(x1, n1, x2, n2)
        return lower(pair, alpha)[0].reshape(shape)

    return table


def first(bounds: Callable[..., tuple[Floats, Floats]]) -> Lower:
    """The lower one of two bounds."""
    return lambda *counts: bounds(*counts)[0]


def wald_difference(x1: Floats, n1: Floats, x2: Floats, n2: Floats, alpha: float) -> Floats:
    """The difference less z standard errors."""
    p1, p2 = x1 / n1, x2 / n2
    reach = np.hypot(p1 - wald_lower(x1, n1, alpha), p2 - wald_lower(x2, n2, alpha))
    return p1 - p2 - reach


DIFFERENCE: dict[str, Lower] = {
    "deploycheck": chosen(difference_lower),
    "Miettinen-Nurminen": first(miettinen_nurminen),
    "Newcombe": newcombe_lower,
    "Wald": wald_difference,
}
RATIO: dict[str, Lower] = {
    "deploycheck": chosen(ratio_lower),
    "Koopman": first(koopman),
    "log ratio": log_ratio_lower,
}


def proportion_table(sizes: Sequence[int], alpha: float) -> None:
    """Coverage of the bounds of one proportion."""
    print(f"\n### One proportion, alpha {alpha:.3g}: mean and worst coverage over p\n")
    print("| n | Clopper-Pearson | Wilson | Wald |\n|---|---|---|---|")
    for n in sizes:
        hits, size = np.arange(n + 1.0), np.full(n + 1, float(n))
        rates = np.unique(
            np.concatenate([np.linspace(0.001, 0.999, 1999), np.arange(0.1, 20, 0.1) / n])
        )
        rates = rates[rates < 1]
        tables = (
            clopper_pearson(hits, size, alpha)[0],
            wilson(hits, size, alpha)[0],
            wald_lower(hits, size, alpha),
        )
        cells = (1 - one_sample_errors(table, rates) for table in tables)
        print(f"| {n} | " + " | ".join(f"{c.mean():.1%}, {c.min():.1%}" for c in cells) + " |")


def two_sample_table(
    title: str,
    methods: dict[str, Lower],
    errors: Errors,
    sizes: Sequence[tuple[int, int]],
    alphas: Sequence[float],
) -> None:
    """Worst and mean error of lower bounds in multiples of alpha, the worst over all sizes."""
    print(f"\n### {title}: worst error (mean error) over rates, as multiples of alpha\n")
    print("| alpha | n | " + " | ".join(methods) + " |\n|---|---|" + "---|" * len(methods))
    for alpha in alphas:
        for n1, n2 in sizes:
            tables = all_tables(n1, n2)
            cells = []
            for lower in methods.values():
                found = np.concatenate(list(errors(lower(*tables, alpha))))
                cells.append(f"{found.max() / alpha:.2f} ({found.mean() / alpha:.2f})")
            print(f"| {alpha:.2g} | {n1}, {n2} | " + " | ".join(cells) + " |")


def paired_table(sizes: Sequence[int], alphas: Sequence[float]) -> None:
    """Worst and mean error of the lower bound of a paired difference."""
    print("\n### Paired difference of proportions: worst error (mean error), multiples of alpha\n")
    print("| alpha | n | deploycheck | Wald |\n|---|---|---|---|")
    for alpha in alphas:
        for n in sizes:
            tables = paired_tables(n)
            cells = []
            for lower in (
                paired_lower(tables, alpha)[0],
                wald_paired_lower(tables.x1, tables.x2, tables.n1, alpha),
            ):
                found = np.concatenate(list(paired_errors(tables, lower)))
                cells.append(f"{found.max() / alpha:.2f} ({found.mean() / alpha:.2f})")
            print(f"| {alpha:.2g} | {n} | " + " | ".join(cells) + " |")


def worst_table(sizes: Sequence[int], alphas: Sequence[float]) -> None:
    """The worst cell of the bounds that decide, over pairs of sizes and a fine grid of rates."""
    print("\n### Worst error of what deploycheck decides by, on the fine grid\n")
    print(
        "| estimand | alpha | error | as multiple | at n | at contrast |\n|---|---|---|---|---|---|"
    )
    for name, lower, errors, grid in (
        ("difference", chosen(difference_lower), difference_errors, DENSE_DIFFERENCES),
        ("ratio", chosen(ratio_lower), ratio_errors, DENSE_RATIOS),
    ):
        for alpha in alphas:
            worst = (0.0, 0, 0, 0.0)
            for n1, n2 in itertools.product(sizes, sizes):
                low = lower(*all_tables(n1, n2), alpha)
                found = errors(low, grid, DENSE_SPREAD, DENSE_RARE)
                for at, error in zip(grid, found, strict=True):
                    worst = max(worst, (float(error.max()), n1, n2, at))
            error, n1, n2, at = worst
            times = error / alpha
            print(f"| {name} | {alpha:.2g} | {error:.2g} | {times:.2f} | {n1}, {n2} | {at:g} |")


def range_table(runs: int) -> None:
    """False verdicts on a range over ten groups whose truth lies exactly at the bound."""
    print(f"\n### Range over ten groups, true range exactly 0.1, {runs:,} simulated runs\n")
    print("| rows a group | false FAIL, corrected | uncorrected | false PASS |\n|---|---|---|---|")
    rng = np.random.default_rng(20240229)
    truth = np.array([0.4] * 5 + [0.5] * 5)
    for rows in (100, 400):
        fail = loose = passed = 0
        for _ in range(runs):
            hits = rng.binomial(rows, truth)
            found = range_bounds(hits, [rows] * 10, ["g"] * 10, 0.05)
            fail += found.low > 0.1
            passed += found.high <= 0.1
            loose += range_bounds(hits, [rows] * 10, ["g"] * 10, 0.05, pair_alpha=0.05).low > 0.1
        print(f"| {rows} | {fail / runs:.1%} | {loose / runs:.1%} | {passed / runs:.1%} |")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a small part, a few seconds")
    parser.add_argument("--dense", action="store_true", help="the worst cells, on a finer grid")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/")
    arguments = parser.parse_args()
    if not arguments.write:
        _tables(arguments)
        return
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        _tables(arguments)
    put("coverage", told.getvalue().strip().splitlines()[1:])


def _tables(arguments: argparse.Namespace) -> None:
    smoke = arguments.smoke
    print("## Coverage of one-sided bounds")
    if arguments.dense:
        worst_table(DENSE_SIZES, (0.4, 0.2, *ALPHAS))
        return
    proportion_table((10, 100) if smoke else (10, 30, 100, 300, 1000), 0.05)
    sizes = ((30, 30), (30, 60)) if smoke else SIZES
    alphas = (0.05,) if smoke else ALPHAS
    two_sample_table("Difference of proportions", DIFFERENCE, difference_errors, sizes, alphas)
    two_sample_table("Ratio of proportions", RATIO, ratio_errors, sizes, alphas)
    paired_table((30,) if smoke else (10, 30, 60, 100, 200), alphas)
    range_table(50 if smoke else 10_000)
    runs = 20 if smoke else 4000
    mean_table(runs)
    auc_table(runs, (0.9,) if smoke else (0.6, 0.75, 0.9, 0.95, 0.99))
    auc_difference_table(runs)
    wasserstein_table(runs, (300,) if smoke else (300, 1000, 10_000))
    counts_table(runs)
    calibration_table(runs // 4)
    sampled_area_table(2 if smoke else 2000)
    small_alpha_table(2 if smoke else 8000)
    line_table(2 if smoke else 2000)
    anytime_table(2 if smoke else 1000)
    reference_table(2 if smoke else 1000)
    smooth_tables(smoke=smoke)


if __name__ == "__main__":
    main()
