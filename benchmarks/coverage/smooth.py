"""How often the bounds of smooth functions of means, of resampled statistics and of spreads miss.

Beside the percentile bootstrap and an estimate with z standard errors (Wald). A sample for which
deploycheck gives no bound, so that the control is INCONCLUSIVE, counts as not missed, and its share
is printed.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from naive import wald_area
from scipy.special import ndtri
from smooth_cases import CASES, Case, Floats, Generator, first, root

from deploycheck.stats.auc import area, area_bounds
from deploycheck.stats.bootstrap import Resampling, resampled_bounds, resampling
from deploycheck.stats.bounds import Bounds
from deploycheck.stats.slopes import Linear, linear
from deploycheck.stats.smooth import smooth_bounds
from deploycheck.stats.spread import Member, SpreadBounds, difference_spread, ratio_spread
from deploycheck.stats.units import Unbounded, Units, units

ALPHA, SEED = 0.05, 20240229
RESAMPLES = 500
NOTHING = Bounds(-math.inf, math.inf, "none")


def _truth(case: Case) -> float:
    if case.truth is not None:
        return case.truth
    rng = np.random.default_rng(SEED)
    means = [case.draw(rng, 500_000)[0].mean(axis=0) for _ in range(8)]
    return float(case.of(np.mean(means, axis=0)))


def percentile(found: Units, rng: Generator, alphas: Sequence[float]) -> list[Bounds]:
    """The percentile bootstrap of a function of means; what is not a number is left out."""
    size = found.terms.shape[0]
    places = rng.integers(0, size, (RESAMPLES, size)) + size * np.arange(RESAMPLES)[:, None]
    draws = np.bincount(places.ravel(), minlength=RESAMPLES * size).reshape(RESAMPLES, size)
    with np.errstate(all="ignore"):
        values = found.of(draws @ found.terms / size)
    values = values[np.isfinite(values)]
    found_bounds = []
    for alpha in alphas:
        low, high = np.quantile(values, (alpha, 1 - alpha))
        found_bounds.append(Bounds(float(low), float(high), "percentile"))
    return found_bounds


def _ours(made: Linear | Resampling | None, alpha: float) -> Bounds:
    if made is None:
        return NOTHING
    try:
        if isinstance(made, Linear):
            return smooth_bounds(made, alpha)
        return resampled_bounds(made, alpha)
    except Unbounded:
        return NOTHING


class Counts:
    """Misses of the lower and upper bound of some methods."""

    def __init__(self, methods: int) -> None:
        self.missed = np.zeros((methods, 2))
        self.runs = self.without = 0

    def add(self, bounds: Sequence[Bounds], truth: float) -> None:
        """Count one run; the first method's is deploycheck's."""
        self.runs += 1
        self.without += bounds[0] is NOTHING
        self.missed += [(b.low > truth + 1e-12, b.high < truth - 1e-12) for b in bounds]

    def __str__(self) -> str:
        shares = self.missed / self.runs
        told = " | ".join(f"{low:.1%}, {high:.1%}" for low, high in shares)
        return f"{self.without / self.runs:.0%} | {told}"


def smooth_table(runs: int, sizes: Sequence[int], alphas: Sequence[float]) -> None:
    """Functions of means."""
    print(f"\n### Smooth functions of means, {runs:,} runs: misses of the lower and upper bound\n")
    print("| statistic | n | alpha | no bound | deploycheck | percentile bootstrap | Wald |")
    print("|---|---|---|---|---|---|---|")
    worst = dict.fromkeys(alphas, 0.0)
    shares: dict[float, list[float]] = {alpha: [] for alpha in alphas}
    for case in CASES:
        truth = _truth(case)
        for n in sizes:
            rng, other = np.random.default_rng([SEED, n]), np.random.default_rng([SEED, n, 1])
            counts = {alpha: Counts(3) for alpha in alphas}
            for _ in range(runs):
                found = _units(case, rng, n)
                try:
                    made = linear(found)
                except Unbounded:
                    made = None
                for (alpha, count), naive in zip(
                    counts.items(), _naive(found, made, other, alphas), strict=True
                ):
                    count.add((_ours(made, alpha), *naive), truth)
            for alpha, count in counts.items():
                print(f"| {case.name} | {n} | {alpha:.2g} | {count} |", flush=True)
                ours = count.missed[0] / count.runs
                worst[alpha] = max(worst[alpha], float(ours.max()))
                shares[alpha] += list(ours)
    for alpha in alphas:
        mean = float(np.mean(shares[alpha]))
        print(f"\nAt alpha {alpha:.2g}: mean {mean:.1%}, worst {worst[alpha]:.1%}.")


def _units(case: Case, rng: Generator, n: int) -> Units:
    terms, *more = case.draw(rng, n)
    return units(terms, case.of, *more)


def _naive(
    found: Units, made: Linear | None, rng: Generator, alphas: Sequence[float]
) -> list[tuple[Bounds, ...]]:
    if made is None:
        with np.errstate(all="ignore"):
            value = float(found.of(found.terms.mean(axis=0)))
        return [(Bounds(value, value, "point"),) * 2] * len(alphas)
    walds = [wald_area(made.value, made.error**2, alpha) for alpha in alphas]
    return list(zip(percentile(found, rng, alphas), walds, strict=True))


def _gini(values: Floats) -> float:
    ordered = np.sort(values)
    place = 2 * np.arange(1, ordered.size + 1) - ordered.size - 1
    return float(place @ ordered / (ordered.size * ordered.sum()))


def _spearman(values: Floats) -> float:
    ranks = values.argsort(axis=0).argsort(axis=0)
    return float(np.corrcoef(ranks.T)[0, 1])


def resampled_table(runs: int, sizes: Sequence[int]) -> None:
    """Statistics that are no functions of means."""
    print(f"\n### Resampled statistics, alpha {ALPHA:g}, {runs:,} runs: misses\n")
    print(
        "| statistic | n | no bound | deploycheck | percentile bootstrap |\n|---|---|---|---|---|"
    )
    for name, statistic, draw, truth in (
        ("median, exponential", lambda v: float(np.median(v)),
         lambda r, n: r.exponential(size=n), math.log(2)),
        ("90 % quantile, normal", lambda v: float(np.quantile(v, 0.9)),
         lambda r, n: r.normal(size=n), float(ndtri(0.9))),
        ("Gini, exponential", _gini, lambda r, n: r.exponential(size=n), 0.5),
        ("rank correlation 0.48", _spearman,
         lambda r, n: r.multivariate_normal((0, 0), ((1, 0.5), (0.5, 1)), n),
         6 / math.pi * math.asin(0.25)),
    ):  # fmt: skip
        for n in sizes:
            rng, counts = np.random.default_rng([SEED, n]), Counts(2)
            for run in range(runs):
                values = draw(rng, n)
                made = resampling(lambda at, s=statistic, v=values: s(v[at]), n, run)
                drawn = made.resamples(ALPHA)[0]
                low, high = np.quantile(drawn, (ALPHA, 1 - ALPHA))
                counts.add((_ours(made, ALPHA), Bounds(low, high, "percentile")), truth)
            print(f"| {name} | {n} | {counts} |", flush=True)


def spread_table(runs: int) -> None:
    """Spreads over groups, by the groups' own bounds."""
    print(f"\n### Spreads over groups, alpha {ALPHA:g}, {runs:,} runs: misses\n")
    print("| spread | groups | no bound | deploycheck |\n|---|---|---|---|")
    for name, groups, draw, spread, truth in _spreads():
        rng, counts = np.random.default_rng(SEED), Counts(1)
        for _ in range(runs):
            members = list(draw(rng))
            if any(member is None for member in members):
                counts.add((NOTHING,), truth)
                continue
            found: SpreadBounds = spread(members, [0] * len(members))
            counts.add((Bounds(found.low, found.high, ""),), truth)
        print(f"| {name} | {groups} | {counts} |", flush=True)


def _spreads() -> Iterator[tuple[str, str, Callable[[Generator], Iterator[Any]], Any, float]]:
    """Names, draws and truths; a false FAIL is a miss of the bound that takes all pairs."""
    half = 0.25 * math.sqrt(2 / math.pi)
    ten = [1.0] * 5 + [1.25] * 5
    for rows in (50, 200):
        twice = 2 * rows

        def areas(rng: Generator, rows: int = rows) -> Iterator[Any]:
            return _areas(rng, rows, (0.8, 0.9))

        def squares(rng: Generator, rows: int = twice) -> Iterator[Any]:
            return _errors(rng, rows, root, 2, (1.0, 1.25))

        def sizes(rng: Generator, rows: int = twice) -> Iterator[Any]:
            return _errors(rng, rows, first, 1, (1.0, 1.25))

        yield f"two AUCs, 0.8 and 0.9, {rows} of each class", "2", areas, difference_spread, 0.1
        yield f"RMSE ratio 0.8, {twice} rows", "2", squares, ratio_spread, 0.8
        yield f"MAE difference, {twice} rows", "2", sizes, difference_spread, half
    yield ("RMSE ratio 0.8, five groups at each end, 300 rows", "10",
           lambda r: _errors(r, 300, root, 2, ten), ratio_spread, 0.8)  # fmt: skip
    yield ("MAE difference, five groups at each end, 300 rows", "10",
           lambda r: _errors(r, 300, first, 1, ten), difference_spread, half)  # fmt: skip


def _areas(rng: Generator, rows: int, areas: Sequence[float]) -> Iterator[Member]:
    pairs = len(areas) * (len(areas) - 1)
    for theta in areas:
        shift = float(ndtri(theta)) * 2**0.5
        found = area(rng.normal(shift, 1, rows), rng.normal(size=rows))
        loose, tight = area_bounds(found, ALPHA), area_bounds(found, ALPHA / pairs)
        yield Member(found.value, loose.low, loose.high, tight.low, tight.high)


def _errors(
    rng: Generator, rows: int, of: Callable[[Any], Any], power: int, scales: Sequence[float]
) -> Iterator[Member | None]:
    pairs = len(scales) * (len(scales) - 1)
    for scale in scales:
        made = linear(units(np.abs(rng.normal(size=(rows, 1)) * scale) ** power, of))
        loose, tight = _ours(made, ALPHA), _ours(made, ALPHA / pairs)
        if loose is NOTHING:
            yield None
        else:
            yield Member(made.value, loose.low, loose.high, tight.low, tight.high)


def smooth_tables(*, smoke: bool) -> None:
    """All tables of this module."""
    sizes = (30,) if smoke else (30, 100, 300, 1000)
    smooth_table(5 if smoke else 2000, sizes, (0.05,) if smoke else (0.05, 0.05 / 12))
    resampled_table(2 if smoke else 500, (30,) if smoke else (50, 200))
    spread_table(5 if smoke else 2000)


if __name__ == "__main__":
    smooth_tables(smoke=False)
