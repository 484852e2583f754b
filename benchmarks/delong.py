"""What DeLong's variance of an area costs, beside the area alone and beside the textbook.

.venv/bin/python benchmarks/delong.py [--rows 1000000] [--runs 5] [--smoke]

CPU seconds, the best of several runs in turn, in one process. The floor is scikit-learn's
`roc_auc_score`, which gives one area and no variance. The textbook compares every positive with
every negative: it is run on few rows, where all ways agree, and grows with their square.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from _child import table
from deploycheck.stats.auc import area, area_bounds
from deploycheck.stats.auc_difference import area_difference, auc_difference_bounds

Floats = NDArray[np.float64]
GOAL = 2.0  # seconds for a million rows
POSITIVE = 0.3
ALPHA = 0.05


@dataclass(frozen=True)
class Rows:
    """Labels, and two scores of the same rows, some of them tied."""

    labels: NDArray[np.bool_]
    first: Floats
    second: Floats

    def by_class(self, scores: Floats) -> tuple[Floats, Floats]:
        return scores[self.labels], scores[~self.labels]


def made(rows: int) -> Rows:
    rng = np.random.default_rng(20240229)
    labels = rng.random(rows) < POSITIVE
    first = np.round(rng.normal(size=rows) + labels, 5)
    return Rows(labels, first, np.round(first + rng.normal(size=rows), 5))


def textbook(positives: Floats, negatives: Floats) -> tuple[float, float]:
    """The area and DeLong's variance by all pairs (Biometrics 44 (1988))."""
    above = positives[:, None] > negatives[None, :]
    pairs = above + 0.5 * (positives[:, None] == negatives[None, :])
    high, low = pairs.mean(axis=1), pairs.mean(axis=0)
    variance = high.var(ddof=1) / high.size + low.var(ddof=1) / low.size
    return float(pairs.mean()), float(variance)


def best(runs: int, ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """The least CPU time of each way, all of them in turn."""
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(runs):
        for name, way in ways.items():
            start = time.process_time()
            way()
            least[name] = min(least[name], time.process_time() - start)
    return least


def ways_of(rows: Rows) -> dict[str, Callable[[], Any]]:
    """What is timed, from scores by class to bounds; the weights and entities are of every row."""
    a, b = rows.by_class(rows.first)
    c, d = rows.by_class(rows.second)
    weights = np.linspace(1, 3, a.size), np.linspace(1, 3, b.size)
    entities = np.arange(a.size) // 5, np.arange(b.size) // 5

    def one(**given: Any) -> Any:
        return area_bounds(area(a, b, **given), ALPHA)

    def two(**given: Any) -> Any:
        return auc_difference_bounds(area_difference(a, b, c, d, **given), ALPHA)

    return {
        "roc_auc_score, one area": lambda: roc_auc_score(rows.labels, rows.first),
        "one area with bounds": one,
        "the same, sampling weights": lambda: one(weights=weights),
        "the same, entities of five rows": lambda: one(clusters=entities),
        "two areas, paired, with bounds": two,
        "the same two, sampling weights": lambda: two(weights=weights),
        "the same two, entities of five rows": lambda: two(clusters=entities),
    }


def large(rows: int, runs: int) -> None:
    """The table of many rows."""
    took = best(runs, ways_of(made(rows)))
    floor = took["roc_auc_score, one area"]
    goal = GOAL * max(rows / 1e6, 0.05)
    lines = []
    for name, seconds in took.items():
        met = "" if name.startswith("roc") else f"≤ {goal:g} s: "
        met += "" if not met else ("met" if seconds <= goal else "MISSED")
        lines.append((name, f"{seconds:.4f}", f"{seconds / floor:.2f}", met))
    print(f"{rows:,} rows, {POSITIVE:.0%} positive: CPU seconds, the best of {runs}\n")
    print(table(("what", "CPU s", "ratio", "goal"), lines))


def small(sizes: tuple[int, ...], runs: int) -> None:
    """The textbook against the product, which must agree with it."""
    lines = []
    for size in sizes:
        rows = made(size)
        a, b = rows.by_class(rows.first)
        found, expected = area(a, b), textbook(a, b)
        if not np.allclose((found.value, found.variance), expected, rtol=1e-9):
            raise SystemExit(f"{size} rows: {found} is not {expected}")
        took = best(
            runs,
            {"textbook": lambda a=a, b=b: textbook(a, b), "area": lambda a=a, b=b: area(a, b)},
        )
        ratio = took["textbook"] / max(took["area"], 1e-9)
        lines.append(
            (f"{size:,}", f"{took['textbook']:.5f}", f"{took['area']:.5f}", f"{ratio:.1f}")
        )
    print("\nAll pairs, as in the textbook: CPU seconds, and how many times the product's\n")
    print(table(("rows", "textbook", "deploycheck", "ratio"), lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large table [1000000]")
    parser.add_argument("--runs", type=int, default=5, help="of each way [5]")
    parser.add_argument("--smoke", action="store_true", help="few rows, a few seconds")
    arguments = parser.parse_args()
    if arguments.rows < 100 or arguments.runs < 1:
        parser.error("at least 100 rows and 1 run are needed")
    large(20_000 if arguments.smoke else arguments.rows, arguments.runs)
    small((500,) if arguments.smoke else (1_000, 3_000, 10_000), arguments.runs)


if __name__ == "__main__":
    main()
