"""Two rates compared within strata: Mantel and Haenszel's common difference, as of two rates.

The difference Σ w (p₁ − p₀) ÷ Σ w with w = n₁ n₀ ÷ (n₁ + n₀) in each stratum is the difference of
two standardised rates p₁* and p₀*. What these are worth in independent rows makes them two
proportions, whose score bounds neither have a width of zero at rates of 0 and 1 nor leave [−1, 1],
as the normal bounds of the difference do.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_whole


@dataclass(frozen=True)
class Standardised:
    """Two rates, standardised to the same strata.

    :param first: rate of the first group, ``second`` of the second; their difference is Mantel and
        Haenszel's.
    :param variance: of the difference, the larger of Sato's and of the binomial one.
    :param rows: rows of each group in strata that have both.
    :param effective: independent rows that each rate is worth, at most ``rows``.
    :param strata: how many strata have both groups.
    """

    first: float
    second: float
    variance: float
    rows: tuple[int, int]
    effective: tuple[float, float]
    strata: int

    @property
    def difference(self) -> float:
        return self.first - self.second


def standardised(x1: Any, n1: Any, x0: Any, n0: Any) -> Standardised:
    """The rates of two groups, standardised to the strata that have rows of both.

    Lists with one member a stratum: hits and rows of the first group, then of the second. Effective
    rows are Kish's, 1 ÷ Σ (w ÷ Σ w)² ÷ n, times what their binomial variance is to that of the
    difference, at most 1: a gain by strata that tell the outcome is not taken. Raises ValueError
    for what is no count, for more hits than rows, and where no stratum has both groups.

    Source: Sato, Biometrics 45 (1989) 1323–1324, for a variance that holds in few large and in many
    small strata alike; Greenland and Robins, Biometrics 41 (1985) 55–68.
    """
    named = {"x1": x1, "n1": n1, "x0": x0, "n0": n0}
    given = [as_whole(values, name) for name, values in named.items()]
    if len({v.shape for v in given}) > 1:
        raise ValueError("x1, n1, x0 and n0 must have one number for each stratum")
    if np.any(given[0] > given[1]) or np.any(given[2] > given[3]):
        raise ValueError("a stratum has more hits than rows")
    both = (given[1] > 0) & (given[3] > 0)
    if not both.any():
        raise ValueError("no stratum has rows of both groups")
    a, n, b, m = (v[both] for v in given)
    weight = n * m / (n + m)
    share = weight / weight.sum()
    first, second = float(share @ (a / n)), float(share @ (b / m))
    kish = 1 / float((share**2) @ (1 / n)), 1 / float((share**2) @ (1 / m))
    binomial = float((share**2) @ (a / n * (1 - a / n) / n + b / m * (1 - b / m) / m))
    variance = max(_sato(a, n, b, m, first - second), binomial)
    plain = first * (1 - first) / kish[0] + second * (1 - second) / kish[1]
    worth = min(plain / variance, 1.0) if variance > 0 else 1.0
    return Standardised(
        first=first,
        second=second,
        variance=variance,
        rows=(int(n.sum()), int(m.sum())),
        effective=(kish[0] * worth, kish[1] * worth),
        strata=int(both.sum()),
    )


def _sato(a: Floats, n: Floats, b: Floats, m: Floats, difference: float) -> float:
    total = n + m
    p = (n**2 * b - m**2 * a + n * m * (m - n) / 2) / total**2
    q = (a * (m - b) + b * (n - a)) / (2 * total)
    return float(difference * p.sum() + q.sum()) / float((n * m / total).sum()) ** 2
