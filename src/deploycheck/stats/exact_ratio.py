"""Bounds for the ratio p1 / p2 of two independent proportions that hold at every n.

Two ways, both conservative; the lower bound that decides is the larger one:

* **of each rate**: the Clopper–Pearson lower bound of p1 over the upper bound of p2, each at
  alpha / 2. By Bonferroni the error is at most alpha. Good where rates are high;
* **conditional**: given x1 + x2 hits in all, x1 is binomial with the odds n1 p1 : n2 p2 if hits are
  rare (Poisson), and less spread if they are not; so the Clopper–Pearson bound of x1 of x1 + x2,
  turned into a ratio, errs with at most alpha (Przyborowski and Wilenski, Biometrika 31 (1940)
  313–323). Good where hits are few: 5 of 1,000 against 20 of 1,000 give at least 0.090 at alpha
  0.05, where the bounds of each rate give 0.053.

Their errors do not add up, for where the one is near its level the other is far below: enumerated
over sizes from 5 to 1,000 and alpha from 0.3 to 0.05/90, the larger of both misses in at most 0.96
alpha (``tests/stats/test_exact_ratio.py``).
"""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level
from deploycheck.stats.proportion import exact_high, exact_low
from deploycheck.stats.samples import as_pair
from deploycheck.stats.scores import TwoSamples


def exact_ratio(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """The bounds of p1 / p2 that decide where a score may not: the inner one of both ways.

    Scalars or arrays that broadcast; two float arrays come back. No hits in the first sample give
    low 0, none in the second high ``inf``. Raises ValueError for what is no count or no level.
    """
    pair, shape = as_pair(x1, n1, x2, n2)
    level = as_level(alpha)
    low = exact_lower(pair, level, level / 2)
    high = _inverse(exact_lower(pair.swapped(), level, level / 2))
    return low.reshape(shape), high.reshape(shape)


def each_rate_ratio(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """The bounds from two Clopper–Pearson bounds at alpha / 2 each; as :func:`exact_ratio`."""
    pair, shape = as_pair(x1, n1, x2, n2)
    half = as_level(alpha) / 2
    low, high = each_rate_lower(pair, half), _inverse(each_rate_lower(pair.swapped(), half))
    return low.reshape(shape), high.reshape(shape)


def conditional_ratio(x1: Any, n1: Any, x2: Any, n2: Any, alpha: float) -> tuple[Floats, Floats]:
    """The bounds given the sum of hits, for rare events; as :func:`exact_ratio`."""
    pair, shape = as_pair(x1, n1, x2, n2)
    level = as_level(alpha)
    low = conditional_lower(pair, level)
    return low.reshape(shape), _inverse(conditional_lower(pair.swapped(), level)).reshape(shape)


def exact_lower(pair: TwoSamples, alpha: Any, half: Any) -> Floats:
    """The larger lower bound of counts checked before, ``half`` for each of the two rates."""
    return np.maximum(each_rate_lower(pair, half), conditional_lower(pair, alpha))


def each_rate_lower(pair: TwoSamples, half: Any) -> Floats:
    """The lower bounds from each rate, of counts that were checked before."""
    return np.asarray(exact_low(pair.x1, pair.n1, half) / exact_high(pair.x2, pair.n2, half))


def conditional_lower(pair: TwoSamples, alpha: Any) -> Floats:
    """The conditional lower bounds, of counts that were checked before."""
    from scipy.special import betainccinv, betaincinv

    some = np.where(pair.x1 == 0, 1.0, pair.x1)
    # share and 1 − share apart: where the second sample has few hits the share is nearly one
    share, rest = betaincinv(some, pair.x2 + 1, alpha), betainccinv(pair.x2 + 1, some, alpha)
    with np.errstate(divide="ignore"):
        return np.where(pair.x1 == 0, 0.0, share / rest * (pair.n2 / pair.n1))


def _inverse(bounds: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return 1 / bounds
