"""Power of the tests of two proportions: their difference, their ratio, and paired.

Every likely number of hits of the first sample is taken with the largest number of the second at
which the very test that decides still rejects; that number is found by bisection, since more hits
there lower the contrast. The power is then a sum of binomial probabilities, exact to 1e-8. Small
tables are put to the test one by one: where the method changes, the test may reject a little beyond
a number at which it does not. From some 180,000 rows a sample on, the normal approximation stands
in (Farrington and Manning, Statistics in Medicine 9 (1990)) with the same critical value.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Flags, Floats, as_level, as_number, as_side
from deploycheck.stats.choice import critical, score_use
from deploycheck.stats.power.binomial import as_rates
from deploycheck.stats.pvalues import PairTest, difference_test
from deploycheck.stats.scores import TwoSamples

FEW_TABLES = 10_000
MOST_COUNTS = 1500
_LEFT_OUT = 1e-10

TestOf = Callable[[TwoSamples, float], PairTest]


def power_difference(
    p1: float,
    n1: Any,
    p2: float,
    n2: Any,
    bound: float,
    alpha: float,
    side: str = "max",
) -> float:
    """The power of the test of p1 − p2 at true rates p1 and p2, by the normal approximation.

    ``side="max"``: the lower bound at level 1 − alpha lies at or above ``bound``; ``"min"``: the
    upper bound at or below it. Where the expected counts are too few for a score, the exact bound
    at them. See :func:`independent_power` for the exact power.
    """
    first, second = as_rates(p1, p2)
    limit, level = as_number(bound, "bound"), as_level(alpha)
    sizes = (as_number(n1, "n1"), as_number(n2, "n2"))
    if min(sizes) < 1:
        raise ValueError("n1 and n2 must be at least 1")
    pair = expected_pair(first, sizes[0], second, sizes[1])
    spread = (first * (1 - first) / sizes[0] + second * (1 - second) / sizes[1]) ** 0.5
    if as_side(side) == "min":
        pair, limit = pair.swapped(), -limit
    return normal_power(difference_test(pair, limit), spread, level, inside=-1 < limit < 1)


def independent_power(
    test: TestOf, rates: tuple[float, float], sizes: tuple[int, int], limit: float, alpha: float
) -> float | None:
    """The exact power of ``test`` for two independent samples, or None for too many rows."""
    first, second = (_likely(n, p) for n, p in zip(sizes, rates, strict=True))
    if first is None or second is None:
        return None
    n1, n2 = sizes

    def rejects(x1: Floats, x2: Floats) -> Flags:
        n = np.full(x1.size, float(n1)), np.full(x1.size, float(n2))
        return test(TwoSamples(x1, n[0], x2, n[1]), limit).rejects(np.full(x1.size, alpha))

    sizes_of_second = np.full(first.size, float(n2))
    return _summed(rejects, first, second, _mass(first, n1, rates[0]), sizes_of_second, rates[1])


def paired_power(
    test: TestOf, first: float, second: float, rows: int, limit: float, alpha: float
) -> float | None:
    """The exact power for two discordant shares of the same rows, or None for too many rows."""
    ones, others = _likely(rows, first), _likely(rows, second)
    if ones is None or others is None:
        return None

    def rejects(x1: Floats, x2: Floats) -> Flags:
        n, there = np.full(x1.size, float(rows)), x1 + x2 <= rows
        pair = TwoSamples(x1, n, np.where(there, x2, rows - x1), n)
        return np.asarray(test(pair, limit).rejects(np.full(x1.size, alpha)) & there)

    rest = min(1.0, second / (1 - first)) if first < 1 else 0.0
    return _summed(rejects, ones, others, _mass(ones, rows, first), rows - ones, rest)


def normal_power(test: PairTest, spread: float, alpha: float, *, inside: bool = True) -> float:
    """The power where the counts of ``test`` are those expected and ``spread`` is their error's.

    ``spread`` is the standard deviation of the contrast at the true rates; ``inside`` says that
    the bound lies where a score can be taken.
    """
    from scipy.special import ndtr

    pair = test.pair
    use = score_use(pair, np.full_like(pair.x1, alpha), test.fewest_hits, test.lattice)
    if use.allowed[0] and inside:
        room = test.found.gap - critical(use, test.found.tilt(use.z)) * np.sqrt(test.found.variance)
    else:
        levels = np.full_like(pair.x1, alpha)
        room = test.exact(pair, levels, levels / 2) - test.bound
    if spread <= 0:
        return float(room[0] >= 0)
    return float(ndtr(room[0] / spread))


def expected_pair(p1: float, n1: float, p2: float, n2: float) -> TwoSamples:
    """The counts expected of two samples, fractional, as arrays of one member."""
    return TwoSamples(*(np.array([v]) for v in (p1 * n1, n1, p2 * n2, n2)))


def _summed(
    rejects: Callable[[Floats, Floats], Flags],
    first: Floats,
    second: Floats,
    weight: Floats,
    rows: Floats,
    rate: float,
) -> float:
    """The probability of rejection: over ``first`` by ``weight``, over the second binomially."""
    if first.size * second.size <= FEW_TABLES:
        x1, x2 = (part.ravel() for part in np.meshgrid(first, second, indexing="ij"))
        size = np.repeat(rows, second.size)
        there = x2 <= size
        x1, x2, size = x1[there], x2[there], size[there]
        both = np.repeat(weight, second.size)[there] * _mass(x2, size, rate)
        return float(min(np.dot(both, rejects(x1, x2)), 1.0))
    low, high = np.full(first.size, second[0] - 1), np.full(first.size, second[-1])
    low = np.where(rejects(first, high), high, low)
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        yes = rejects(first, middle)
        low, high = np.where(yes, middle, low), np.where(yes, high, middle)
    from scipy.special import bdtr

    up_to = bdtr(np.clip(low, 0, rows), rows.astype(np.int64), rate)
    reached = np.where(low < second[0], 0.0, up_to)
    return float(min(np.dot(weight, reached), 1.0))


def _likely(n: int, p: float) -> Floats | None:
    """The counts that carry all but 1e-10 of each tail of a binomial; None for too many of them."""
    from scipy.special import bdtr

    reach = 7 * (n * p * (1 - p)) ** 0.5 + 20
    if reach > MOST_COUNTS:
        return None
    low, high = max(0, int(n * p - reach)), min(n, int(n * p + reach) + 1)
    counts = np.arange(low, high + 1, dtype=np.float64)
    up_to = bdtr(counts, n, p)
    before = np.concatenate(([0.0], up_to[:-1]))
    return np.asarray(counts[(up_to > _LEFT_OUT) & (before < 1 - _LEFT_OUT)], dtype=np.float64)


def _mass(x: Floats, n: Any, p: float) -> Floats:
    from scipy.special import gammaln, xlog1py, xlogy

    ways = gammaln(n + 1.0) - gammaln(x + 1) - gammaln(n - x + 1)
    return np.asarray(np.exp(ways + xlogy(x, p) + xlog1py(n - x, -p)))
