"""A confidence sequence for the mean of bounded numbers by a formula.

The predictable plug-in empirical Bernstein sequence: with bets λ_t of at most 1/2,

    Σ λ_t x_t / Σ λ_t ± (ln(1/alpha) + Σ (x_t − μ_{t−1})² (−ln(1 − λ_t) − λ_t)) / Σ λ_t.

It is nearly as narrow as betting where the variance is small. Source: Waudby-Smith and Ramdas,
Journal of the Royal Statistical Society B 86 (2024) 1-27, theorem 2; Howard, Ramdas, McAuliffe and
Sekhon, Annals of Statistics 49 (2021), theorem 4.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from deploycheck.stats.bounds import as_level
from deploycheck.stats.sequential.looks import Band, as_values, running
from deploycheck.stats.sequential.plugin import Seen, bets

MOST = 0.5


@dataclass(frozen=True)
class EmpiricalBernstein:
    """The state of the sequence: what was seen, and the sums of the formula."""

    alpha: float
    seen: Seen = field(default_factory=Seen)
    bet: float = 0.0
    won: float = 0.0
    spread: float = 0.0

    def update(self, values: Any) -> tuple["EmpiricalBernstein", Band]:
        """The state after ``values`` in [0, 1], and the bounds after each, each at 1 − alpha.

        Raises ValueError for values outside [0, 1] or not finite, and an alpha outside (0, 0.5).
        """
        level = as_level(self.alpha)
        batch = as_values(values, 0.0, 1.0)
        made = bets(self.seen, batch, level)
        share = np.minimum(made.bet, MOST)
        all_bets = running(self.bet, share)
        won = running(self.won, share * batch)
        cost = (batch - made.mean) ** 2 * (-np.log1p(-share) - share)
        spread = running(self.spread, cost)
        center, reach = won / all_bets, (spread - np.log(level)) / all_bets
        band = Band(np.maximum(center - reach, 0.0), np.minimum(center + reach, 1.0))
        if not batch.size:
            return self, band
        sums = (float(part[-1]) for part in (all_bets, won, spread))
        names = ("bet", "won", "spread")
        return replace(self, seen=made.seen, **dict(zip(names, sums, strict=True))), band
