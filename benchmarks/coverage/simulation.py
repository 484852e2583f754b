"""How often bounds miss in simulated samples, where no enumeration of tables can say it."""

from collections.abc import Callable, Iterable

import numpy as np
from naive import interval, wald_area
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from deploycheck.stats import auc, auc_difference, bounded, calibration, distance, noise, noncentral
from deploycheck.stats.bounds import Bounds
from deploycheck.stats.mean import mean_bounds

Floats = NDArray[np.float64]
Generator = np.random.Generator
ALPHA = 0.05
SEED = 20240229


def shares(
    runs: int, truth: float, draw: Callable[[Generator], Iterable[Bounds]], seed: int = SEED
) -> str:
    """The share of runs in which the lower and the upper bound of each method miss ``truth``."""
    rng = np.random.default_rng(seed)
    missed: list[tuple[int, int]] = []
    for _ in range(runs):
        found = [(int(b.low > truth), int(b.high < truth)) for b in draw(rng)]
        missed = [
            (a + c, b + d)
            for (a, b), (c, d) in zip(missed or [(0, 0)] * len(found), found, strict=True)
        ]
    return " | ".join(f"{low / runs:.1%}, {high / runs:.1%}" for low, high in missed)


def head(title: str, runs: int, columns: str, methods: str) -> None:
    """Title and first lines of a table."""
    print(f"\n### {title}, alpha {ALPHA:g}, {runs:,} runs: misses of the lower and upper bound\n")
    print(f"| {columns} | {methods} |")
    print("|" + "---|" * (columns.count("|") + methods.count("|") + 2))


def mean_table(runs: int) -> None:
    """A mean of numbers between 0 and 1, beside Student's t."""
    head("Mean of numbers between 0 and 1", runs, "numbers | n", "deploycheck | Student t")
    for name, draw, truth in (
        ("0 or 1, rate 0.02", lambda r, n: (r.random(n) < 0.02) * 1.0, 0.02),
        ("beta(0.05, 1)", lambda r, n: r.beta(0.05, 1, n), 0.05 / 1.05),
        ("uniform", lambda r, n: r.random(n), 0.5),
    ):
        for n in (30, 300):

            def bounds(
                rng: Generator, draw: Callable[..., Floats] = draw, n: int = n
            ) -> Iterable[Bounds]:
                values = draw(rng, n)
                mean, sd = float(values.mean()), float(values.std(ddof=1))
                yield bounded.bounded_mean_bounds(mean, sd, n, 0, 1, ALPHA)
                yield mean_bounds(mean, sd, n, ALPHA) if sd else Bounds(mean, mean, "")

            print(f"| {name} | {n} | {shares(runs, truth, bounds)} |")


def auc_table(runs: int, areas: Iterable[float]) -> None:
    """One area, for normal scores and for positives that vary three times as much."""
    columns = "positives | m, n | area"
    head("Area under the ROC curve", runs, columns, "deploycheck | DeLong, Wald")
    for deviation in (1.0, 3.0):
        for m, n in ((20, 20), (20, 200), (50, 50), (100, 1000)):
            for theta in areas:
                shift = ndtri(theta) * (1 + deviation**2) ** 0.5

                def bounds(
                    rng: Generator,
                    shift: float = shift,
                    deviation: float = deviation,
                    m: int = m,
                    n: int = n,
                ) -> Iterable[Bounds]:
                    found = auc.area(rng.normal(shift, deviation, m), rng.normal(size=n))
                    yield auc.area_bounds(found, ALPHA)
                    yield wald_area(found.value, found.variance, ALPHA)

                name = "normal" if deviation == 1 else "normal, sd 3"
                print(f"| {name} | {m}, {n} | {theta:g} | {shares(runs, theta, bounds)} |")


def auc_difference_table(runs: int) -> None:
    """Two areas on the same rows, their scores correlated."""
    columns = "m, n | areas | correlation"
    head("Difference of two areas", runs, columns, "deploycheck | DeLong, Wald")
    for m, n in ((20, 200), (50, 50), (100, 1000)):
        for first, second, share in ((0.8, 0.8, 0.5), (0.95, 0.9, 0.8), (0.97, 0.99, 0.5)):
            shifts = ndtri([first, second]) * 2**0.5

            def bounds(
                rng: Generator,
                shifts: Floats = shifts,
                share: float = share,
                m: int = m,
                n: int = n,
            ) -> Iterable[Bounds]:
                x, y = (
                    share**0.5 * rng.normal(size=rows)
                    + (1 - share) ** 0.5 * rng.normal(size=(2, rows))
                    for rows in (m, n)
                )
                found = auc_difference.area_difference(
                    x[0] + shifts[0], y[0], x[1] + shifts[1], y[1]
                )
                yield auc_difference.auc_difference_bounds(found, ALPHA)
                yield wald_area(found.value, found.variance, ALPHA)

            told = shares(runs, first - second, bounds)
            print(f"| {m}, {n} | {first:g}, {second:g} | {share:g} | {told} |")


NUMBERS: dict[str, Callable[[Generator, int, float], Floats]] = {
    "normal": lambda r, n, shift: r.normal(size=n) + shift,
    "exponential": lambda r, n, shift: r.exponential(size=n) + shift,
    "Poisson of mean 2": lambda r, n, shift: r.poisson(2 + shift * 2**0.5, n).astype(float),
    "0 or 1, rate 0.05": lambda r, n, shift: (r.random(n) < 0.05 + shift * 0.2179) * 1.0,
    "t with 3 df": lambda r, n, shift: r.standard_t(3, n) + shift * 3**0.5,
}


def wasserstein_table(runs: int, sizes: Iterable[int]) -> None:
    """A Wasserstein distance of nothing and of 0.1, which is where drift may begin."""
    columns = "numbers | m = n | runs | truth"
    head("Wasserstein distance over sd", runs, columns, "deploycheck")
    for name, draw in NUMBERS.items():
        for n in sizes:
            for truth in (0.0, 0.1):

                def bounds(
                    rng: Generator,
                    draw: Callable[..., Floats] = draw,
                    n: int = n,
                    truth: float = truth,
                ) -> Iterable[Bounds]:
                    found = distance.wasserstein(draw(rng, n, 0.0), draw(rng, n, truth))
                    yield noise.distance_bounds(found.value, found.center, found.scale, ALPHA)

                few = max(runs * 300 // n, min(runs, 400))
                told = shares(few, truth, bounds)
                print(f"| {name} | {n} | {few:,} | {truth:g} | {told} |")


def counts_table(runs: int) -> None:
    """Cramér's V, PSI and Jensen–Shannon of even categories and of rare ones."""
    columns = "categories | m, n"
    head("Effects 0.1 in counts", runs, columns, "Cramér's V | PSI | Jensen-Shannon")
    for name, p in (
        ("5 even", np.full(5, 0.2)),
        ("4 of 1 %", np.array([0.96, 0.01, 0.01, 0.01, 0.01])),
    ):
        for m, n in ((1000, 1000), (10_000, 1000), (1000, 10_000)):
            cells = []
            for effect in (_v, _psi, _js):
                q, truth = moved(p, lambda q, f=effect, p=p, m=m, n=n: f(p, q, m, n), 0.1)

                def bounds(
                    rng: Generator,
                    f: Callable[..., float] = effect,
                    p: Floats = p,
                    q: Floats = q,
                    m: int = m,
                    n: int = n,
                ) -> Iterable[Bounds]:
                    yield _bounds_of[f](rng.multinomial(m, p), rng.multinomial(n, q))

                told = shares(runs, truth, bounds)
                cells.append(told if truth > 0.099 else f"{told} at {truth:.2g}")
            print(f"| {name} | {m}, {n} | " + " | ".join(cells) + " |")


def moved(p: Floats, effect: Callable[[Floats], float], until: float) -> tuple[Floats, float]:
    """``p`` with its last category made likelier until the effect is ``until``, and the effect."""
    low, high = 0.0, 7.0
    for _ in range(60):
        middle = (low + high) / 2
        q = p * np.where(np.arange(p.size) == p.size - 1, np.exp(middle), 1)
        low, high = (middle, high) if effect(q / q.sum()) < until else (low, middle)
    q = q / q.sum()
    return q, effect(q)


def _v(p: Floats, q: Floats, m: int, n: int) -> float:
    a, b = m * p, n * q
    t = (a + b) / (m + n)
    return float(np.sqrt(np.sum(m * (p - t) ** 2 / t + n * (q - t) ** 2 / t) / (m + n)))


def _psi(p: Floats, q: Floats, _m: int, _n: int) -> float:
    return float(np.sum((p - q) * np.log(p / q)))


def _js(p: Floats, q: Floats, _m: int, _n: int) -> float:
    middle = (p + q) / 2
    return float(np.sqrt(np.sum(p * np.log2(p / middle) + q * np.log2(q / middle)) / 2))


def _v_bounds(a: Floats, b: Floats) -> Bounds:
    f = distance.chi2(a, b)
    return noncentral.noncentral_bounds(f.statistic, f.df, f.n, 2, ALPHA, f.inflation)


def _psi_bounds(a: Floats, b: Floats) -> Bounds:
    f = distance.psi(a, b)
    return noncentral.noncentral_bounds(f.statistic, f.df, f.n, 1, ALPHA, f.inflation)


def _js_bounds(a: Floats, b: Floats) -> Bounds:
    f = distance.js(a, b)
    return noise.distance_bounds(f.value, f.center, f.scale, ALPHA)


_bounds_of: dict[Callable[..., float], Callable[[Floats, Floats], Bounds]] = {
    _v: _v_bounds,
    _psi: _psi_bounds,
    _js: _js_bounds,
}


def calibration_table(runs: int) -> None:
    """The binned calibration error of perfect and of bent scores, beside the naive bootstrap."""
    head("Calibration error, 10 bins", runs, "slope | n", "deploycheck | percentile bootstrap")
    edges = np.linspace(0, 1, 11)

    def sample(rng: Generator, n: int, bend: float) -> tuple[Floats, Floats]:
        scores = rng.beta(2, 3, size=n)
        return scores, (rng.random(n) < expit(bend * logit(scores))) * 1.0

    for bend in (1.0, 2.0):
        rng = np.random.default_rng(SEED)
        truth = calibration.ece(*sample(rng, 2_000_000, bend), None, edges).value
        truth = 0.0 if bend == 1 else truth
        for n in (300, 3000):

            def bounds(rng: Generator, n: int = n, bend: float = bend) -> Iterable[Bounds]:
                scores, target = sample(rng, n, bend)
                f = calibration.ece(scores, target, None, edges)
                yield noise.distance_bounds(f.value, f.center, f.scale, ALPHA)
                rows = rng.integers(0, n, size=(40, n))
                again = [calibration.ece(scores[r], target[r], None, edges).value for r in rows]
                yield interval(np.array(again), ALPHA)

            print(f"| {bend:g} | {n} | {shares(runs, truth, bounds)} |")
