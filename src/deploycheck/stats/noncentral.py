"""Bounds, tests and power for an effect that a noncentral chi-squared statistic measures.

``statistic`` ~ χ²(df, λ) and the effect is (λ / n)^(1 / power): Cramér's V and the population
stability index. Bounds come from turning the distribution round in λ, so they are calibrated where
nothing differs, which a point estimate and a percentile bootstrap of it are not.

``inflation`` says by how much the statistic varies more than χ²(df, λ) (1 or more): statistic / f
is then held against χ²(df, λ / f). On the side where fewer degrees of freedom are the safer, df / f
is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploycheck.stats.bounds import Bounds, as_level, as_number, as_side

METHOD = "noncentral chi-squared"
_NORMAL_FROM = 1e5  # where λ + df is larger, skewness is below 0.01 and the normal stands in
_LARGEST = 1e15
_ROUNDS = 200


def effect_of(statistic: Any, df: Any, n: Any, power: Any) -> float:
    """The effect in the data, (statistic / n)^(1 / power); it is biased upwards by df / n."""
    model = _checked(statistic, df, n, power, 1.0)
    return model.effect(model.statistic)


def noncentral_bounds(
    statistic: Any, df: Any, n: Any, power: Any, alpha: float, inflation: Any = 1.0
) -> Bounds:
    """The bounds of the effect, each at level 1 − alpha; both are at least 0.

    ``high`` is taken at a statistic of at least ``df``: where the data fit better than expected,
    that is luck, and no reason to know the effect to be zero. Raises ValueError for a negative
    statistic, df that is no whole number of at least 1, n that is not positive, power but 1 and 2,
    and an inflation below 1.
    """
    model, level = _checked(statistic, df, n, power, inflation), as_level(alpha)
    low = _noncentrality(model.statistic, model.df, 1 - level)
    high = _noncentrality(model.at_least_df, model.fewest_df, level)
    return Bounds(model.effect(low), model.effect(high), METHOD)


def noncentral_pvalue(
    statistic: Any,
    df: Any,
    n: Any,
    power: Any,
    bound: float,
    side: str = "max",
    inflation: Any = 1.0,
) -> float:
    """The p-value of the effect against a bound of at least 0, consistent with the bounds."""
    model = _checked(statistic, df, n, power, inflation)
    null = model.noncentrality(bound, "bound")
    if as_side(side) == "max":
        return 1 - _cdf(model.statistic, model.df, null)
    return _cdf(model.at_least_df, model.fewest_df, null)


def power_noncentral(
    df: Any,
    n: Any,
    power: Any,
    bound: float,
    effect: float,
    alpha: float,
    side: str = "max",
    inflation: Any = 1.0,
) -> float:
    """The power of the test at a true ``effect``."""
    model, level = _checked(0.0, df, n, power, inflation), as_level(alpha)
    null, truth = model.noncentrality(bound, "bound"), model.noncentrality(effect, "effect")
    if as_side(side) == "max":
        return 1 - _cdf(_quantile(1 - level, model.df, null), model.df, truth)
    critical = _quantile(level, model.fewest_df, null)
    return _cdf(critical, model.df, truth) if critical >= model.df else 0.0


@dataclass(frozen=True)
class _Model:
    """A statistic and its n over the inflation, so that a noncentral χ² is its distribution."""

    statistic: float
    df: float
    fewest_df: float
    n: float
    power: int

    @property
    def at_least_df(self) -> float:
        return max(self.statistic, self.df)

    def effect(self, noncentrality: float) -> float:
        return float((noncentrality / self.n) ** (1 / self.power))

    def noncentrality(self, effect: Any, name: str) -> float:
        number = as_number(effect, name)
        if number < 0:
            raise ValueError(f"{name} must not be negative, not {number}")
        return float(number**self.power * self.n)


def _cdf(x: float, df: float, nc: float) -> float:
    """P(χ²(df, nc) ≤ x)."""
    from scipy.special import chndtr, ndtr

    if nc + df > _NORMAL_FROM:
        return float(ndtr((x - df - nc) / (2 * (df + 2 * nc)) ** 0.5))
    return min(max(float(chndtr(x, df, nc)), 0.0), 1.0)  # old scipys leave [0, 1] by a rounding


def _noncentrality(x: float, df: float, level: float) -> float:
    """The λ with P(χ²(df, λ) ≤ x) = ``level``, or 0 where no λ makes it so large."""
    return _falling(lambda nc: _cdf(x, df, nc) - level, x + 10)


def _quantile(level: float, df: float, nc: float) -> float:
    return _falling(lambda x: level - _cdf(x, df, nc), df + nc + 10)


def _falling(function: Callable[[float], float], start: float) -> float:
    """Where ``function`` falls through zero on [0, ∞), or 0 if it starts below."""
    if function(0.0) <= 0:
        return 0.0
    low, high = 0.0, start
    while function(high) > 0:
        low, high = high, 2 * high
        if high > _LARGEST:
            raise ValueError("the statistic is too large")
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if function(middle) > 0:
            low = middle
        else:
            high = middle
    return low


def _checked(statistic: Any, df: Any, n: Any, power: Any, inflation: Any) -> _Model:
    seen, freedom = as_number(statistic, "statistic"), as_number(df, "df")
    size, root = as_number(n, "n"), as_number(power, "power")
    factor = as_number(inflation, "inflation")
    if seen < 0:
        raise ValueError(f"statistic must not be negative, not {seen:g}")
    if freedom < 1 or freedom != int(freedom):
        raise ValueError(f"df must be a whole number of at least 1, not {freedom:g}")
    if size <= 0:
        raise ValueError(f"n must be positive, not {size:g}")
    if root not in (1, 2):
        raise ValueError(f"power must be 1 or 2, not {root:g}")
    if factor < 1:
        raise ValueError(f"inflation must be at least 1, not {factor:g}")
    return _Model(seen / factor, freedom, freedom / factor, size / factor, int(root))
