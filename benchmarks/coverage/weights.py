"""Print, as Markdown, how often bounds of rates hold under sampling weights and repeated entities.

    python benchmarks/coverage/weights.py            some minutes
    python benchmarks/coverage/weights.py --smoke    a few seconds

Samples are drawn from a population whose rate is known, and the share of samples is counted in
which each one-sided bound at 95 % lies on its side of the truth, and both do. Beside deploycheck's
(effective rows, Clopper-Pearson) stand the linearised bounds alone (Student), bounds by cells that
were resampled as if weights were counts of rows, and bounds that do not know the weights or the
entities.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.authoring.effective import worth
from deploycheck.stats.contingency import contingency
from deploycheck.stats.contingency_bounds import linearised
from deploycheck.stats.contingency_metrics import selection_rate
from deploycheck.stats.effective import proportion_bounds
from deploycheck.stats.proportion import clopper_pearson

Floats = NDArray[np.float64]
ALPHA = 0.05
CELLS = 500  # resamples of cells in each sample


@dataclass(frozen=True)
class Sample:
    """Whether each row is a hit, with its weight or its entity."""

    hit: NDArray[np.bool_]
    sampling: Floats | None = None
    entities: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Case:
    """A population and a way to draw from it, with the rate in the population."""

    words: tuple[str, ...]
    truth: float
    draw: Any


def weighted(rows: int, spread: float, tie: float, middle: float) -> Case:
    """Log-normal weights exp(spread · z), and hits that depend on the same z by ``tie``."""
    from scipy.special import expit, logit

    grid = np.linspace(-9, 9, 4001)
    shape = np.exp(-(grid**2) / 2)
    # In the population a row is as frequent as its weight says: z is normal around `spread`.
    truth = float(np.average(expit(logit(middle) + tie * (grid + spread)), weights=shape))

    def draw(random: np.random.Generator) -> Sample:
        z = random.normal(size=rows)
        hit = random.random(rows) < expit(logit(middle) + tie * z)
        return Sample(hit, sampling=np.exp(spread * z))

    how = {0: "none", 1: "more with weight", -1: "fewer with weight"}[int(tie)]
    return Case((f"{rows:,} rows", f"sigma {spread:g}", how, f"{truth:.2f}"), truth, draw)


def clustered(entities: int, rows: str, alike: float, rate: float) -> Case:
    """Entities with rows whose rate is drawn from a beta distribution; ``alike`` is the ICC."""

    def draw(random: np.random.Generator) -> Sample:
        each = {
            "5": np.full(entities, 5),
            "1 to 20": random.integers(1, 21, entities),
            "log-normal": np.ceil(np.exp(1 + 1.2 * random.normal(size=entities))).astype(int),
        }[rows]
        share = np.full(entities, rate)
        if alike:
            both = 1 / alike - 1
            share = random.beta(rate * both, (1 - rate) * both, entities)
        of = np.repeat(np.arange(entities), each)
        return Sample(random.random(len(of)) < share[of], entities=of)

    words = (f"{entities} entities", f"{rows} rows each", f"ICC {alike:g}", f"{rate:.2f}")
    return Case(words, rate, draw)


METHODS = ("deploycheck", "linearised", "cells", "not knowing")


def bounds(sample: Sample, random: np.random.Generator) -> dict[str, tuple[float, float]]:
    """The two bounds of each method."""
    rows = len(sample.hit)
    found = worth(
        1, np.zeros(rows, np.int64), sample.hit,
        sampling=sample.sampling, entities=sample.entities,
    )  # fmt: skip
    rate, effective = float(found.rate[0]), float(found.effective[0])
    ours = proportion_bounds(rate, effective, ALPHA)
    low, high = clopper_pearson(int(sample.hit.sum()), rows, ALPHA)
    made = {"deploycheck": (ours.low, ours.high), "not knowing": (float(low), float(high))}
    told = sample.hit.astype(np.int64)
    table = contingency(
        np.zeros(rows, np.int64), told, 2, sampling=sample.sampling, clusters=sample.entities
    )
    if 0 < rate < 1:
        straight = linearised(table, selection_rate).bounds(ALPHA)
        made["linearised"] = (straight.low, straight.high)
        # What one gets who takes the sums of weights for counts, scaled to the number of rows.
        drawn = random.binomial(rows, rate, CELLS) / rows
        made["cells"] = tuple(np.quantile(drawn, [ALPHA, 1 - ALPHA]))
    else:  # none of both varies: zero width
        made |= {"linearised": (rate, rate), "cells": (rate, rate)}
    return made


def measured(case: Case, samples: int, random: np.random.Generator) -> dict[str, Any]:
    """The share of samples in which each method's lower bound, upper bound and both hold."""
    hold = {name: np.zeros(3) for name in METHODS}
    for _ in range(samples):
        for name, (low, high) in bounds(case.draw(random), random).items():
            above, below = low <= case.truth, case.truth <= high
            hold[name] += (above, below, above and below)
    return {name: tuple(100 * count / samples) for name, count in hold.items()}


def lines(cases: list[Case], samples: int, seed: int) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Each case with what was measured; a seed of its own each."""
    for place, case in enumerate(cases):
        yield case, measured(case, samples, np.random.default_rng([seed, place]))


def show(title: str, cases: list[Case], samples: int, seed: int) -> tuple[float, float]:
    """Prints the table; the mean and the least coverage of deploycheck's bounds."""
    print(f"\n### {title}\n")
    print("| drawn | | | rate | " + " | ".join(METHODS) + " |")
    print("|---" * (4 + len(METHODS)) + "|")
    ours = []
    for case, found in lines(cases, samples, seed):
        cells = [" / ".join(f"{share:.1f}" for share in found[name]) for name in METHODS]
        print("| " + " | ".join((*case.words, *cells)) + " |", flush=True)
        ours += found["deploycheck"][:2]
    mean, least = float(np.mean(ours)), float(np.min(ours))
    print(
        f"\nBounds of deploycheck hold in {mean:.1f} % on average, in {least:.1f} % at the least."
    )
    return mean, least


def main() -> int:
    """Prints both tables; 1 where a bound holds more than 3 points below its level."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="few cases, few samples")
    parser.add_argument("--samples", type=int, default=1_000)
    asked = parser.parse_args()
    samples = 40 if asked.smoke else asked.samples
    some = slice(0, 2) if asked.smoke else slice(None)
    weights = [
        weighted(rows, spread, tie, middle)
        for rows in (50, 200, 1_000)
        for spread in (0.5, 1.0, 1.5)
        for tie in (0, 1, -1)
        for middle in (0.05, 0.5)
    ]
    entities = [
        clustered(number, rows, alike, rate)
        for number in (20, 40, 100)
        for rows in ("5", "1 to 20", "log-normal")
        for alike in (0.0, 0.2, 0.6)
        for rate in (0.03, 0.2, 0.5)
    ]
    print(f"Lower / upper bounds at 95 % that hold / both, in % of {samples:,} samples.")
    first = show("Sampling weights", weights[some], samples, 1)
    second = show("Repeated entities", entities[some], samples, 2)
    return int(not asked.smoke and min(first[1], second[1]) < 100 * (1 - ALPHA) - 3)


if __name__ == "__main__":
    sys.exit(main())
