"""Newcombe's hybrid score bounds for a difference of proportions: for display and comparison only.

They put Wilson's bounds of each rate together by square and add, in closed form. They do not decide
here: Wilson's one-sided bounds miss more often than their level says, and so do these. At alpha
0.05 and 30 against 300 independent rows, a lower bound misses in up to 8.4 % of samples where the
rates are equal and in 10.3 % at worst; those of :mod:`deploycheck.stats.difference` in 6.2 %.
"""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_counts, as_whole
from deploycheck.stats.proportion import wilson


def newcombe(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """The bounds of p1 − p2 of two independent samples; Newcombe's method 10, no correction.

    Scalars or arrays that broadcast; two float arrays come back (0-d for scalars). Each bound is
    meant to hold at level 1 − alpha: a two-sided 95 % interval has alpha 0.025. Assumes independent
    rows. Raises ValueError for what is no count or no level. Source: Newcombe, Statistics in
    Medicine 17 (1998) 873–890.
    """
    first, second = as_counts(x1, n1, "the first sample"), as_counts(x2, n2, "the second sample")
    p1, p2 = first[0] / first[1], second[0] / second[1]
    (low1, high1), (low2, high2) = wilson(*first, alpha), wilson(*second, alpha)
    try:
        low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
        high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    except ValueError as error:
        raise ValueError("the two samples differ in shape") from error
    return np.asarray(low), np.asarray(high)


def newcombe_paired(
    both: Any, first: Any, second: Any, neither: Any, alpha: float
) -> tuple[Floats, Floats]:
    """The bounds of p1 − p2 on the same rows; Newcombe's method 10 for paired data.

    The four cells of their table, scalars or arrays that broadcast: ``first`` rows are hits of the
    first alone. As for independent rows, less twice the correlation φ of the two, which is taken
    with a continuity correction where it is positive and is 0 where a margin is empty. At alpha
    0.05 a lower bound misses in up to 12 % of samples of 20 rows and 11 % of 50, where all
    discordant rows are hits of the second; Tango's, as it decides, in 6.1 %. Raises ValueError for
    what is no count, for no rows, and for what is no level. Source: Newcombe, Statistics in
    Medicine 17 (1998) 2635–2650.
    """
    names = ("both", "first", "second", "neither")
    given = [as_whole(v, k) for v, k in zip((both, first, second, neither), names, strict=True)]
    try:
        a, b, c, d = np.broadcast_arrays(*given)
    except ValueError as error:
        raise ValueError("the four counts differ in shape") from error
    n = a + b + c + d
    if np.any(n == 0):
        raise ValueError("there are no rows")
    p1, p2, phi = (a + b) / n, (a + c) / n, _correlation(a, b, c, d)
    (low1, high1), (low2, high2) = wilson(a + b, n, alpha), wilson(a + c, n, alpha)
    low = p1 - p2 - _third_side(p1 - low1, high2 - p2, phi)
    high = p1 - p2 + _third_side(high1 - p1, p2 - low2, phi)
    return np.asarray(low), np.asarray(high)


def _correlation(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    margins = np.sqrt(a + b) * np.sqrt(c + d) * np.sqrt(a + c) * np.sqrt(b + d)
    cross, half = a * d - b * c, (a + b + c + d) / 2
    corrected = np.where(cross > 0, np.maximum(cross - half, 0), cross)
    found: Floats = np.divide(corrected, margins, out=np.zeros_like(margins), where=margins > 0)
    return found


def _third_side(one: Floats, other: Floats, cosine: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(one * one - 2 * cosine * one * other + other * other, 0)))
