"""What resampling a contingency table costs, beside a hand-written one and a row-wise library.

.venv/bin/python benchmarks/contingency.py [--smoke] [--profile]

Rows are drawn once: a group of 20, a true and a predicted label of two. What is asked for is the
largest difference between groups, of selection rates and of true-positive rates, in resamples of
the rows.

* The *floor* does no more than it must: one `np.bincount`, one multinomial draw, and the two
  differences by hand, without a check of its input.
* `fairlearn` is `MetricFrame(n_boot=…)`, which draws rows. It is run at 10,000 rows and 100
  resamples, once; so is deploycheck there, a thousand times.

Predicted and measured, in CPU ms on one core of a shared machine of two:

| step, 1,000,000 rows, 20 groups, 1,000 resamples | predicted | measured |
|---|---|---|
| three codes checked and joined into cells | 8 (8 passes of 1 ms over 8 MB) | 5 |
| counting the cells | 3 | 2 |
| 80,000 binomial numbers | 6 (70 ns each) | 5 |
| two metrics of 1,000 tables | 2 | 1 |
| all | 19 | 13 to 19; by hand 10 to 12 |

The ratio to the hand-written one was predicted at 1.6 (it checks nothing, and copies no draws into
a table of floats) and measured at 1.4 to 1.6. 10,000 resamples of the table alone take 100 times
what 100 take as long as the tables stay in the cache: drawn 50,000 at a time they took four times
longer. MetricFrame draws rows and splits them by group again in each resample: 13.3 s for 10,000
rows and 100 resamples, 14,000 times as long.
"""

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from _child import table
from deploycheck.stats.contingency import contingency
from deploycheck.stats.contingency_bounds import resampled
from deploycheck.stats.contingency_metrics import (
    difference,
    selection_rate,
    true_positive_rate,
)

GROUPS = 20
FLOOR_GOAL = 2.0  # times the hand-written one, at most
ROWWISE_GOAL = 10_000  # times faster than MetricFrame, at least
RESAMPLES_GOAL = 1.5  # time at 10,000 resamples ÷ 100 times that at 100, at most


@dataclass(frozen=True)
class Rows:
    """Codes of group, true and predicted label of each row."""

    group: Any
    target: Any
    prediction: Any


def rows(number: int, seed: int = 0) -> Rows:
    """Rows of 20 groups, about half of them positive, whose rates differ a little."""
    random = np.random.default_rng(seed)
    group = random.integers(0, GROUPS, number)
    target = (random.random(number) < 0.5).astype(np.int64)
    chosen = random.random(number) < 0.3 + 0.4 * target + 0.005 * group
    return Rows(group, target, chosen.astype(np.int64))


def ours(given: Rows, resamples: int, seed: int = 1) -> tuple[Any, Any]:
    """Both differences in each resample, by deploycheck."""
    random = np.random.default_rng(seed)
    made = contingency(given.target, given.prediction, 2, [given.group], [GROUPS])
    both = [difference(rate) for rate in (selection_rate, true_positive_rate)]
    first, second = resampled(made, both, resamples, random)
    return first, second


def by_hand(given: Rows, resamples: int, seed: int = 1) -> tuple[Any, Any]:
    """The same without a check, as somebody would write it for these two metrics."""
    random = np.random.default_rng(seed)
    number = len(given.group)
    cell = (given.group * 2 + given.target) * 2 + given.prediction
    counts = np.bincount(cell, minlength=GROUPS * 4)
    drawn = random.multinomial(number, counts / number, size=resamples)
    tn, fp, fn, tp = np.moveaxis(drawn.reshape(resamples, GROUPS, 4), -1, 0)
    selected, found = (tp + fp) / (tn + fp + fn + tp), tp / (tp + fn)
    return selected.max(1) - selected.min(1), found.max(1) - found.min(1)


def by_rows(given: Rows, resamples: int) -> None:
    """The same by fairlearn's MetricFrame, which draws rows."""
    from fairlearn import metrics

    metrics.MetricFrame(
        metrics={"selection": metrics.selection_rate, "recall": metrics.true_positive_rate},
        y_true=given.target,
        y_pred=given.prediction,
        sensitive_features=given.group,
        n_boot=resamples,
        ci_quantiles=[0.05, 0.95],
        random_state=1,
    ).difference_ci()


def seconds(work: Callable[[], object], runs: int) -> float:
    """Processor time of the quickest of several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def paired(
    first: Callable[[], object], second: Callable[[], object], runs: int
) -> tuple[float, float]:
    """The quickest of each, run in turn, so that both meet the same machine."""
    one = two = float("inf")
    for _ in range(runs):
        one, two = min(one, seconds(first, 1)), min(two, seconds(second, 1))
    return one, two


def main() -> int:
    """Runs all comparisons; 1 where a goal is missed, unless the sizes say nothing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="sizes that say nothing about speed")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    asked = parser.parse_args()
    large, resamples, small, boots, runs = (
        (2_000, 100, 500, 3, 1) if asked.smoke else (1_000_000, 1_000, 10_000, 100, 15)
    )
    many = rows(large)
    mine, floor = paired(lambda: ours(many, resamples), lambda: by_hand(many, resamples), runs)
    for made, meant in zip(ours(many, resamples), by_hand(many, resamples), strict=True):
        np.testing.assert_allclose(made, meant, rtol=0, atol=1e-12)
    few = rows(small)
    quick = seconds(lambda: ours(few, boots), 20 * runs)
    slow = seconds(lambda: by_rows(few, boots), 1)
    sizes = (100, 1_000, 10_000) if not asked.smoke else (10, 20, 40)
    made = contingency(many.target, many.prediction, 2, [many.group], [GROUPS])
    metric = difference(selection_rate)
    times = [
        seconds(
            lambda count=count: resampled(made, [metric], count, np.random.default_rng(2)), runs
        )
        for count in sizes
    ]
    ratio, faster = mine / floor, slow / quick
    lines = [
        (f"{large:,} rows, {resamples:,} resamples", ms(mine), ""),
        ("  by hand", ms(floor), f"{ratio:.2f} ≤ {FLOOR_GOAL:g}: {ratio <= FLOOR_GOAL}"),
        (f"{small:,} rows, {boots:,} resamples", ms(quick), ""),
        (
            "  by rows (fairlearn)",
            ms(slow),
            f"{faster:,.0f} ≥ {ROWWISE_GOAL:,}: {faster >= ROWWISE_GOAL}",
        ),
        *(
            (f"{count:,} resamples of the table alone", ms(one), "")
            for count, one in zip(sizes, times, strict=True)
        ),
    ]
    grown = times[-1] / times[0] / (sizes[-1] / sizes[0])
    lines.append(
        (
            "  time ÷ resamples, last against first",
            f"{grown:.2f}",
            f"≤ {RESAMPLES_GOAL}: {grown <= RESAMPLES_GOAL}",
        )
    )
    print(table(["what", "CPU ms", "ratio and goal"], lines))
    if asked.profile:
        profile = cProfile.Profile()
        profile.runcall(ours, many, resamples)
        pstats.Stats(profile).sort_stats("tottime").print_stats(12)
    missed = ratio > FLOOR_GOAL or faster < ROWWISE_GOAL or grown > RESAMPLES_GOAL
    return int(missed and not asked.smoke)


def ms(spent: float) -> str:
    """Milliseconds."""
    return f"{1000 * spent:,.2f}"


if __name__ == "__main__":
    sys.exit(main())
