"""How often bounds of areas miss: at small alpha, with repeated entities, and with weights."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from naive import wald_area
from numpy.typing import NDArray
from scipy.special import ndtri

from deploycheck.stats.auc import area, area_bounds
from deploycheck.stats.auc_difference import (
    AreaDifference,
    area_difference,
    auc_difference_bounds,
)
from deploycheck.stats.bounds import Bounds

Floats = NDArray[np.float64]
Generator = np.random.Generator
SEED = 20240229
SMALL = (0.05, 0.05 / 12, 0.05 / 90)
ICC = 0.5
EACH = 5


@dataclass(frozen=True)
class Sample:
    """Scores of two models on the rows of two classes, and how the rows were drawn."""

    positives: tuple[Floats, Floats]
    negatives: tuple[Floats, Floats]
    given: dict[str, Any]


Draw = Callable[[Generator, int, tuple[float, float]], Sample]


def _pair(rng: Generator, rows: int, shared: float) -> Floats:
    """Two standard normal scores a row, correlated by ``shared``."""
    common = rng.normal(size=rows)
    return np.asarray(shared**0.5 * common + (1 - shared) ** 0.5 * rng.normal(size=(2, rows)))


def independent(m: int, n: int, shared: float) -> Draw:
    """Independent rows of equal weight."""

    def draw(rng: Generator, _: int, shifts: tuple[float, float]) -> Sample:
        x, y = _pair(rng, m, shared), _pair(rng, n, shared)
        return Sample((x[0] + shifts[0], x[1] + shifts[1]), (y[0], y[1]), {})

    return draw


def entities(mixed: bool) -> Draw:
    """Entities of five rows, half of the variance of a score between them.

    All rows of an entity have one class, or two of them are positive and three negative.
    """

    def draw(rng: Generator, size: int, shifts: tuple[float, float]) -> Sample:
        own = np.repeat(_pair(rng, size, 0.5), EACH, axis=1)
        scores = ICC**0.5 * own + (1 - ICC) ** 0.5 * _pair(rng, size * EACH, 0.5)
        codes = np.repeat(np.arange(size), EACH)
        at = np.arange(size * EACH)
        positive = at % EACH < 2 if mixed else codes % 5 < 2
        x, y = scores[:, positive], scores[:, ~positive]
        clusters = (codes[positive], codes[~positive])
        shifted = (x[0] + shifts[0], x[1] + shifts[1])
        return Sample(shifted, (y[0], y[1]), {"clusters": clusters})

    return draw


def weighted(link: float) -> Draw:
    """Log-normal sampling weights, correlated with the score by ``link`` in both classes.

    Where rows are drawn with probability 1 / w, the population's scores lie ``link`` higher in
    positives, and lower in negatives, than those drawn.
    """

    def draw(rng: Generator, size: int, shifts: tuple[float, float]) -> Sample:
        rows = size * 5
        scores, other = _pair(rng, rows, 0.5), rng.normal(size=rows)
        positive = np.arange(rows) % 5 < 2
        sign = np.where(positive, link, -link)
        weights = np.exp(sign * scores[0] + (1 - link**2) ** 0.5 * other)
        x, y = scores[:, positive], scores[:, ~positive]
        shifted = (x[0] + shifts[0] - 2 * link, x[1] + shifts[1] - link)
        return Sample(shifted, (y[0], y[1]), {"weights": (weights[positive], weights[~positive])})

    return draw


SAMPLED: dict[str, Draw] = {
    "entities of one class": entities(mixed=False),
    "entities of both classes": entities(mixed=True),
    "log-normal weights": weighted(0.0),
    "weights that follow the score": weighted(0.5),
}


def misses(
    runs: int, truth: float, draw: Callable[[Generator], Iterator[Bounds]]
) -> list[tuple[float, float]]:
    """The share of runs in which the lower and the upper bound of each method miss ``truth``."""
    rng = np.random.default_rng(SEED)
    found = np.array([[(b.low > truth, b.high < truth) for b in draw(rng)] for _ in range(runs)])
    return [(float(low), float(high)) for low, high in found.mean(axis=0)]


def _shift(theta: float) -> float:
    return float(ndtri(theta)) * 2**0.5


def sampled_area_table(runs: int, alpha: float = 0.05) -> None:
    """One area, and the difference of two, with repeated entities and with sampling weights."""
    print(f"\n### Areas of rows that are not alike, alpha {alpha:g}, {runs:,} runs\n")
    print("Misses of the lower and upper bound. Five rows an entity; weights with sigma 1.\n")
    print("| rows | sample | areas | one area | as if independent | difference | the same |")
    print("|" + "---|" * 7)
    for name, draw in SAMPLED.items():
        for size in (40, 200):
            for first, second in ((0.75, 0.75), (0.95, 0.9)):
                told = _sampled_row(runs, alpha, draw, size, (first, second))
                print(f"| {5 * size} | {name} | {first:g}, {second:g} | {told} |")


def _sampled_row(runs: int, alpha: float, draw: Draw, size: int, areas: tuple[float, float]) -> str:
    shifts = (_shift(areas[0]), _shift(areas[1]))

    def one(rng: Generator) -> Iterator[Bounds]:
        sample = draw(rng, size, shifts)
        scores = sample.positives[0], sample.negatives[0]
        yield area_bounds(area(*scores, **sample.given), alpha)
        yield area_bounds(area(*scores), alpha)

    def two(rng: Generator) -> Iterator[Bounds]:
        sample = draw(rng, size, shifts)
        yield auc_difference_bounds(_difference(sample, sample.given), alpha)
        yield auc_difference_bounds(_difference(sample, {}), alpha)

    found = [*misses(runs, areas[0], one), *misses(runs, areas[0] - areas[1], two)]
    return " | ".join(f"{low:.1%}, {high:.1%}" for low, high in found)


def _difference(sample: Sample, given: dict[str, Any]) -> AreaDifference:
    (a, b), (c, d) = sample.positives, sample.negatives
    return area_difference(a, c, b, d, **given)


def small_alpha_table(runs: int) -> None:
    """The difference of two areas with few rows and at a level shared among many bounds."""
    print(f"\n### Difference of two areas, small alpha, {runs:,} runs: misses in multiples of it\n")
    told = " | ".join(f"alpha {alpha:.2g} | DeLong, Wald" for alpha in SMALL)
    print(f"| m, n | areas | {told} |\n|" + "---|" * (2 + 2 * len(SMALL)))
    for m, n in ((20, 20), (20, 200), (50, 500), (100, 100)):
        for first, second in ((0.8, 0.8), (0.9, 0.95), (0.97, 0.99)):
            draw = independent(m, n, 0.5)
            shifts = (_shift(first), _shift(second))

            def bounds(
                rng: Generator,
                draw: Draw = draw,
                shifts: tuple[float, float] = shifts,
            ) -> Iterator[Bounds]:
                sample = draw(rng, 0, shifts)
                found = _difference(sample, {})
                for alpha in SMALL:
                    yield auc_difference_bounds(found, alpha)
                    yield wald_area(found.value, found.variance, alpha)

            found = misses(runs, first - second, bounds)
            alphas = [alpha for alpha in SMALL for _ in range(2)]
            cells = (f"{max(pair) / alpha:.2f}" for pair, alpha in zip(found, alphas, strict=True))
            print(f"| {m}, {n} | {first:g}, {second:g} | " + " | ".join(cells) + " |")
