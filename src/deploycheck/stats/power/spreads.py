"""Design of the largest difference or the smallest ratio of any measure over groups.

Each group's value is taken as normal with a standard error of ``sd`` / √rows, and put to the bounds
that decide, which square and add the groups' own (:mod:`deploycheck.stats.spread`); a ratio is
looked at in logarithms. 10,000 draws, the same at every call.
"""

from dataclasses import dataclass
from math import inf, log
from typing import Literal

import numpy as np

from deploycheck.stats.bounds import Floats, as_number, normal_quantile
from deploycheck.stats.power.design import Span
from deploycheck.stats.power.over_groups import OverGroups, uniform

RUNS = 10_000
_SMALLEST = 1e-9


@dataclass(frozen=True, kw_only=True)
class GroupSpread(OverGroups):
    """A difference over groups, at most ``limit``, or a ratio of values above 0, at least it.

    :param sd: a group's standard error times the root of its rows; for a ratio over its value.
    :param how: ``"difference"``, whose true value is 0 where all groups are alike, or ``"ratio"``,
        where it is 1.
    """

    sd: float
    how: Literal["difference", "ratio"] = "difference"

    def __post_init__(self) -> None:
        super().__post_init__()
        if as_number(self.sd, "sd") <= 0:
            raise ValueError("sd must be above zero")
        if self.how == "difference":
            if self.required != "at_most" or self.limit <= 0:
                raise ValueError("a largest difference is required to be at_most a limit above 0")
        elif self.how == "ratio":
            if self.required != "at_least" or not 0 < self.limit < 1:
                raise ValueError("a smallest ratio is required to be at_least a limit in (0, 1)")
        else:
            raise ValueError(f'how must be "difference" or "ratio", not {self.how!r}')

    @property
    def span(self) -> Span:
        """Every difference; every ratio of the smaller to the larger."""
        return (0.0, inf) if self.how == "difference" else (0.0, 1.0)

    @property
    def step(self) -> float:
        """One deviation, or all ratios there are."""
        return self.sd if self.how == "difference" else 1.0

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Simulated, with the same draws at every call."""
        sizes = np.array(self.sizes(n), dtype=np.float64)
        if sizes.min() < 2:
            return 0.0
        limit, width = self.limit, true
        if self.how == "ratio":
            limit, width = -log(self.limit), -log(max(true, _SMALLEST))
        passing = (side == "min") == (self.how == "difference")
        values = self.arranged(n, (-width / 2, 0.0, width / 2), halves=passing)
        return self._simulated(np.array(values), sizes, limit, alpha, passing=passing)

    def _simulated(
        self, values: Floats, sizes: Floats, limit: float, alpha: float, *, passing: bool
    ) -> float:
        from scipy.special import ndtri

        error = self.sd / np.sqrt(sizes)
        seen = values + error * ndtri(uniform(RUNS, sizes.size))
        label = np.array([self.names.index(name) for name in self.names])
        beside = (label[:, None] == label[None, :]) & ~np.eye(sizes.size, dtype=bool)
        z = float(normal_quantile(alpha if passing else alpha / beside.sum()))
        decided = np.full(RUNS, passing)
        for g in range(sizes.size):
            others = np.flatnonzero(beside[g])
            gaps = seen[:, [g]] - seen[:, others]
            reach = z * np.hypot(error[g], error[others])
            if passing:
                decided &= np.all(gaps + reach <= limit, axis=1)
            else:
                decided |= np.any(gaps - reach >= limit, axis=1)
        return float(decided.mean())
