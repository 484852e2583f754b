"""Exact error of one-sided bounds, by adding up the probability of every table they miss in."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, xlog1py, xlogy

from deploycheck.stats.scores import TwoSamples

Floats = NDArray[np.float64]
Table = Callable[[Floats, Floats, Floats, Floats, float], Floats]

# Expected hits (or misses) at which rare events are looked at, whatever the sample size.
RARE = np.array([0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 19, 23, 28, 36, 50, 80])
SPREAD = np.concatenate(
    [[0.001, 0.003, 0.01, 0.03], np.arange(0.06, 0.95, 0.04), [0.97, 0.99, 0.997]]
)
DIFFERENCES = (-0.9, -0.6, -0.3, -0.1, -0.03, 0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.6, 0.9)
RATIOS = (0.2, 0.5, 0.8, 0.9, 1.0, 1.02, 1.05, 1.1, 1.25, 1.5, 2.0, 5.0)


# The same, finer: for the worst cells that the docs quote.
DENSE_RARE = np.unique(np.concatenate([RARE, np.arange(0.25, 30, 0.5)]))
DENSE_SPREAD = np.unique(np.concatenate([SPREAD, np.linspace(0.005, 0.995, 100)]))
DENSE_DIFFERENCES = tuple(
    np.unique(np.concatenate([DIFFERENCES, np.arange(-19, 20) / 20, np.arange(-3, 13) / 100]))
)
DENSE_RATIOS = (0.1, 0.33, 0.7, 0.95, 0.98, 1.01, 1.03, 1.07, 1.15, 1.4, 1.6, 3.0, 10.0, *RATIOS)


def binomial(n: int, rates: Floats) -> Floats:
    """P(X = k) for k = 0 … n, one row for each rate."""
    k = np.arange(n + 1)
    log_choose = -np.log1p(n) - betaln(n - k + 1, k + 1)
    rate = np.asarray(rates)[:, None]
    return np.exp(log_choose + xlogy(k, rate) + xlog1py(n - k, -rate))


def one_sample_errors(lower: Floats, rates: Floats) -> Floats:
    """P(lower bound ≥ rate) for each rate; ``lower`` has a member for each number of hits."""
    missed = lower[None, :] >= rates[:, None] - 1e-12
    return (binomial(lower.size - 1, rates) * missed).sum(axis=1)


def all_tables(n1: int, n2: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Hits and sizes of every pair of samples, each as an array of (n1 + 1) × (n2 + 1)."""
    x1, x2 = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    return x1, np.full_like(x1, n1), x2, np.full_like(x2, n2)


def difference_errors(
    lower: Floats,
    deltas: Iterable[float] = DIFFERENCES,
    spread: Floats = SPREAD,
    rare: Floats = RARE,
) -> Iterator[Floats]:
    """P(lower bound ≥ p1 − p2) over a grid of rates, for each difference."""
    n1, n2 = lower.shape[0] - 1, lower.shape[1] - 1
    for delta in deltas:
        least, most = max(0.0, -delta), min(1.0, 1 - delta)
        rates = [least + (most - least) * spread]
        rates += [
            start + sign * rare / n for n in (n1, n2) for start, sign in ((least, 1), (most, -1))
        ]
        p2 = _inside(np.concatenate(rates), least, most)
        p1 = np.clip(p2 + delta, 0, 1)
        yield _missed(lower >= delta - 1e-12, binomial(n1, p1), binomial(n2, p2))


def ratio_errors(
    lower: Floats,
    ratios: Iterable[float] = RATIOS,
    spread: Floats = SPREAD,
    rare: Floats = RARE,
) -> Iterator[Floats]:
    """P(lower bound ≥ p1 / p2) over a grid of rates, for each ratio."""
    n1, n2 = lower.shape[0] - 1, lower.shape[1] - 1
    for ratio in ratios:
        most = min(1.0, 1 / ratio)
        rates = [
            most * spread,
            rare / n2,
            rare / n1 / ratio,
            most - rare / n2,
            most - rare / n1 / ratio,
        ]
        p2 = _inside(np.concatenate(rates), 0, most)
        yield _missed(lower >= ratio * (1 - 1e-12), binomial(n1, p2 * ratio), binomial(n2, p2))


def _inside(rates: Floats, least: float, most: float) -> Floats:
    return np.unique(rates[(rates > least) & (rates < most)])


def _missed(missed: NDArray[np.bool_], first: Floats, second: Floats) -> Floats:
    return np.einsum("ij,ij->i", first @ missed, second)


def paired_tables(n: int) -> TwoSamples:
    """Every pair of discordant counts among ``n`` rows."""
    first, second = np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0), indexing="ij")
    whole = first + second <= n
    size = np.full(int(whole.sum()), float(n))
    return TwoSamples(first[whole], size, second[whole], size)


def paired_errors(
    tables: TwoSamples,
    lower: Floats,
    deltas: Iterable[float] = DIFFERENCES,
    spread: Floats = SPREAD,
    rare: Floats = RARE,
) -> Iterator[Floats]:
    """P(lower bound ≥ p1 − p2) over a grid of discordant shares, for each difference."""
    b, c, n = tables.x1, tables.x2, tables.n1
    ways = gammaln(n + 1) - gammaln(b + 1) - gammaln(c + 1) - gammaln(n - b - c + 1)
    for delta in deltas:
        least = abs(delta)
        shares = np.concatenate([least + (1 - least) * spread, least + rare / n[0], [least, 1.0]])
        shares = np.unique(shares[(shares > 0) & (shares <= 1)])[:, None]
        at = lower >= delta - 1e-12
        first, second = (shares + delta) / 2, np.maximum((shares - delta) / 2, 0)
        terms = ways[at] + xlogy(b[at], first) + xlogy(c[at], second)
        terms = terms + xlogy((n - b - c)[at], np.maximum(1 - shares, 0))
        yield np.exp(terms).sum(axis=1)
