"""Designs of rates: one, two independent ones, two on the same rows; and a quantile, which is one.

Power is exact for one rate at every n, and for two as far as their tables can be enumerated.
"""

from dataclasses import dataclass

import numpy as np

from deploycheck.stats.order import as_share
from deploycheck.stats.paired import paired_test
from deploycheck.stats.power.binomial import as_rates, power_proportion
from deploycheck.stats.power.contrast import (
    expected_pair,
    independent_power,
    normal_power,
    paired_power,
)
from deploycheck.stats.power.design import Design, Span, as_shares, spread_over
from deploycheck.stats.pvalues import difference_test, ratio_test


@dataclass(frozen=True, kw_only=True)
class OneProportion(Design):
    """One rate against a bound between 0 and 1; decided by Clopper and Pearson."""

    def __post_init__(self) -> None:
        super().__post_init__()
        as_rates(self.limit, self.limit)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """The exact binomial power."""
        return power_proportion(n, self.limit, true, alpha, side)


@dataclass(frozen=True, kw_only=True)
class OneQuantile(Design):
    """The ``q`` quantile of a distribution against ``limit``, decided by order statistics.

    The true value is the share of draws at or below the limit. The upper order statistic lies
    within the limit exactly where as many draws do as show, by Clopper and Pearson, that the share
    is at least ``q``: so power needs no model of the distribution.
    """

    q: float

    def __post_init__(self) -> None:
        super().__post_init__()
        as_share(self.q)

    def as_proportion(self) -> OneProportion:
        """The requirement on the share of draws at or below the limit that this is."""
        return OneProportion(
            limit=self.q,
            required="at_least" if self.required == "at_most" else "at_most",
            alpha=self.alpha,
            fail_alpha=self.fail_alpha,
        )

    def passes(self, n: int, good: float) -> float:
        """The probability of PASS where the share ``good`` of draws lies at or below the limit."""
        return self.as_proportion().passes(n, good)

    def fails(self, n: int, true: float) -> float:
        """The probability of FAIL where the share ``true`` of draws lies at or below the limit."""
        return self.as_proportion().fails(n, true)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """As for the share of draws."""
        return self.as_proportion().reaches(n, true, alpha, side)


@dataclass(frozen=True, kw_only=True)
class TwoProportions(Design):
    """p1 − p2 of two independent samples, p2 = ``versus``; decided by Miettinen and Nurminen.

    ``shares`` of the rows go to the first and the second sample.
    """

    versus: float
    shares: tuple[float, ...] = (0.5, 0.5)

    def __post_init__(self) -> None:
        super().__post_init__()
        as_rates(self.versus, self.versus)
        object.__setattr__(self, "shares", _two(self.shares))
        if not -1 < self.limit < 1:
            raise ValueError(f"the limit of a difference lies within -1 and 1, not {self.limit}")

    @property
    def span(self) -> Span:
        """The differences that a first rate between 0 and 1 can have."""
        return (0.0 - self.versus, 1.0 - self.versus)

    def sizes(self, n: int) -> tuple[int, ...]:
        """The rows of the first and of the second sample."""
        return spread_over(n, self.shares)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Exact where the tables can be enumerated, else the normal approximation."""
        n1, n2 = self.sizes(n)
        p1, p2, limit = min(max(self.versus + true, 0.0), 1.0), self.versus, self.limit
        if min(n1, n2) < 1:
            return 0.0
        if side == "min":
            p1, n1, p2, n2, limit = p2, n2, p1, n1, -limit
        exact = independent_power(difference_test, (p1, p2), (n1, n2), limit, alpha)
        if exact is not None:
            return exact
        spread = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) ** 0.5
        return normal_power(difference_test(expected_pair(p1, n1, p2, n2), limit), spread, alpha)


@dataclass(frozen=True, kw_only=True)
class ProportionRatio(Design):
    """p1 / p2 of two independent samples, p2 = ``versus``; decided by Koopman.

    ``shares`` of the rows go to the first and the second sample.
    """

    versus: float
    shares: tuple[float, ...] = (0.5, 0.5)

    def __post_init__(self) -> None:
        super().__post_init__()
        as_rates(self.versus, self.versus)
        object.__setattr__(self, "shares", _two(self.shares))
        if self.versus == 0:
            raise ValueError("there is no ratio to a rate of zero")
        if self.limit <= 0:
            raise ValueError(f"the limit of a ratio must be above zero, not {self.limit}")

    @property
    def span(self) -> Span:
        """The ratios that a first rate between 0 and 1 can have."""
        return (0.0, 1 / self.versus)

    def sizes(self, n: int) -> tuple[int, ...]:
        """The rows of the first and of the second sample."""
        return spread_over(n, self.shares)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Exact where the tables can be enumerated, else the normal approximation."""
        n1, n2 = self.sizes(n)
        p1, p2, limit = min(self.versus * true, 1.0), self.versus, self.limit
        if min(n1, n2) < 1:
            return 0.0
        if side == "min":
            p1, n1, p2, n2, limit = p2, n2, p1, n1, 1 / limit
        exact = independent_power(ratio_test, (p1, p2), (n1, n2), limit, alpha)
        if exact is not None:
            return exact
        spread = (p1 * (1 - p1) / n1 + limit * limit * p2 * (1 - p2) / n2) ** 0.5
        return normal_power(ratio_test(expected_pair(p1, n1, p2, n2), limit), spread, alpha)


@dataclass(frozen=True, kw_only=True)
class PairedDifference(Design):
    """p1 − p2 on the same rows; decided by Tango.

    ``discordant`` is the share of rows on which the two differ; a true difference larger than it
    makes it as large.
    """

    discordant: float

    def __post_init__(self) -> None:
        super().__post_init__()
        as_rates(self.discordant, self.discordant)
        if not -1 < self.limit < 1:
            raise ValueError(f"the limit of a difference lies within -1 and 1, not {self.limit}")

    @property
    def span(self) -> Span:
        """From every row hit by the second alone to every row hit by the first alone."""
        return (-1.0, 1.0)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Exact where the tables can be enumerated, else the normal approximation."""
        truth, limit = (true, self.limit) if side == "max" else (-true, -self.limit)
        apart = max(self.discordant, abs(truth))
        first, second = (apart + truth) / 2, (apart - truth) / 2
        exact = paired_power(paired_test, first, second, n, limit, alpha)
        if exact is not None:
            return exact
        pair = expected_pair(first, float(n), second, float(n))
        spread = float(np.sqrt((apart - truth * truth) / n))
        return normal_power(paired_test(pair, limit), spread, alpha)


def _two(shares: tuple[float, ...]) -> tuple[float, ...]:
    if len(shares) != 2:
        raise ValueError(f"there must be two shares, not {len(shares)}")
    return as_shares(shares)
