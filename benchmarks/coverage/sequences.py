"""How often sequences miss at any of 10,000 looks, beside bounds of a fixed sample."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, rel_entr

from deploycheck.stats.proportion import clopper_pearson
from deploycheck.stats.sequential.bernoulli import log_evidence
from deploycheck.stats.sequential.bernstein import EmpiricalBernstein
from deploycheck.stats.sequential.betting import Betting
from deploycheck.stats.sequential.eprocess import EProcess
from deploycheck.stats.sequential.normal import SubGaussian

Floats = NDArray[np.float64]
Generator = np.random.Generator
SEED = 20240229
LOOKS = 10_000
FIRST_LOOK = 30  # the fixed-sample bound is spared the first rows, where it is at its worst
ALPHA = 0.05


def leaning(rng: Generator) -> Floats:
    """Rows whose spread follows the row before them, and whose mean does not."""
    noise = rng.choice([-1.0, 1.0], LOOKS)
    spread = np.where(np.concatenate([[1.0], noise[:-1]]) > 0, 0.5, 0.1)
    return np.asarray(0.5 + noise * spread)


STREAMS: dict[str, tuple[float, Callable[[Generator], Floats]]] = {
    "0 or 1, rate 0.02": (0.02, lambda r: (r.random(LOOKS) < 0.02) * 1.0),
    "0 or 1, rate 0.5": (0.5, lambda r: (r.random(LOOKS) < 0.5) * 1.0),
    "beta(0.2, 1.8)": (0.1, lambda r: r.beta(0.2, 1.8, LOOKS)),
    "uniform": (0.5, lambda r: r.random(LOOKS)),
    "spread by the row before": (0.5, leaning),
}


def ever(total: Floats, rows: Floats, mean: float, alpha: float) -> bool:
    """Whether the beta mixture ever reaches 1 / alpha against "at most ``mean``".

    It is asked where the largest likelihood ratio does, which is not often.
    """
    rate = np.clip(total / rows, 0.0, 1.0)
    largest = rows * (rel_entr(rate, mean) + rel_entr(1 - rate, 1 - mean))
    asked = (largest >= -np.log(alpha)) & (rate > mean)
    return bool((log_evidence(total[asked], rows[asked], mean) >= -np.log(alpha)).any())


def _missed(values: Floats, truth: float) -> list[tuple[bool, bool]]:
    rows = np.arange(1.0, LOOKS + 1)
    total = np.cumsum(values)
    found = [
        (ever(total, rows, truth, ALPHA), ever(rows - total, rows, 1 - truth, ALPHA)),
    ]
    _, band = Betting(ALPHA, np.array([truth])).update(values)
    # The one mean of the grid is ruled out where the bound is that mean.
    found.append((bool((band.low >= truth).any()), bool((band.high <= truth).any())))
    for state in (EmpiricalBernstein(ALPHA), SubGaussian(ALPHA, 0.5)):
        _, band = state.update(values)
        found.append((bool((band.low > truth).any()), bool((band.high < truth).any())))
    tests = [EProcess(truth, side).update(values)[1].pvalue[-1] <= ALPHA for side in ("max", "min")]
    found.append((bool(tests[0]), bool(tests[1])))
    mean = total / rows
    spread = np.sqrt(np.maximum(np.cumsum(values**2) / rows - mean**2, 0.0) / rows)
    reach = -float(ndtri(ALPHA)) * spread
    late = slice(FIRST_LOOK, None)
    found.append(
        (bool((mean - reach > truth)[late].any()), bool((mean + reach < truth)[late].any()))
    )
    return found


def anytime_table(runs: int) -> None:
    """Misses at any look, of the lower and of the upper bound."""
    print(f"\n### Streams looked at {LOOKS:,} times, alpha {ALPHA:g}, {runs:,} runs\n")
    print("Share of streams in which the lower, the upper bound misses at any look.\n")
    methods = "beta mixture | betting | empirical Bernstein | normal mixture | e-process | Wald"
    print(f"| rows | {methods} |\n|" + "---|" * 7)
    for name, (truth, draw) in STREAMS.items():
        rng = np.random.default_rng(SEED)
        found = np.mean([_missed(draw(rng), truth) for _ in range(runs)], axis=0)
        print(f"| {name} | " + " | ".join(f"{low:.1%}, {high:.1%}" for low, high in found) + " |")


def reference_table(runs: int) -> None:
    """Alarms in streams without any change, against a reference that is a sample."""
    print(f"\n### A reference of few rows, streams of {LOOKS:,} rows, {runs:,} runs\n")
    print("Share of streams without any change that alarm, both sides together at 5 %.\n")
    print("| rows of reference | rate | deploycheck | sequence, reference taken for known |"
          " one test at the end, likewise |\n|---|---|---|---|---|")  # fmt: skip
    rows = np.arange(1.0, LOOKS + 1)
    for size in (300, 3000):
        for rate in (0.05, 0.2, 0.5):
            rng = np.random.default_rng(SEED)
            found = np.zeros(3)
            for _ in range(runs):
                hits = rng.binomial(size, rate)
                total = np.cumsum((rng.random(LOOKS) < rate) * 1.0)
                found += _alarms(hits, size, total, rows)
            print(f"| {size} | {rate:g} | " + " | ".join(f"{f / runs:.1%}" for f in found) + " |")


def _alarms(hits: int, size: int, total: Floats, rows: Floats) -> tuple[bool, bool, bool]:
    each = ALPHA / 2
    low, high = (float(bound) for bound in clopper_pearson(hits, size, each / 2))
    ours = ever(total, rows, high, each / 2) or ever(rows - total, rows, 1 - low, each / 2)
    known = min(max(hits / size, 1e-9), 1 - 1e-9)
    taken = ever(total, rows, known, each) or ever(rows - total, rows, 1 - known, each)
    error = (known * (1 - known) / LOOKS) ** 0.5
    return ours, taken, bool(abs(total[-1] / LOOKS - known) > -float(ndtri(each)) * error)
