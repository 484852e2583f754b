"""How much to bet on the next row, from the rows before it alone."""

from dataclasses import dataclass

import numpy as np

from deploycheck.stats.bounds import Floats
from deploycheck.stats.sequential.looks import rows_after, running


@dataclass(frozen=True)
class Seen:
    """Rows in [0, 1] that were seen: how many, their sum, and their squares about running means."""

    rows: int = 0
    total: float = 0.0
    square: float = 0.0


@dataclass(frozen=True)
class Bets:
    """For each row of a batch, from the rows before: their mean, and the bet that it gives."""

    seen: Seen
    mean: Floats
    bet: Floats


def bets(seen: Seen, values: Floats, alpha: float) -> Bets:
    """The predictable plug-in of Waudby-Smith and Ramdas (JRSS B 86 (2024)), formulas 15 and 26.

    μ_t = (1/2 + Σ x) / (t + 1), σ²_t = (1/4 + Σ (x − μ)²) / (t + 1), and the bet on row t is
    √(2 ln(1/alpha) / (σ²_{t−1} t ln(1 + t))).
    """
    rows = rows_after(seen.rows, values)
    totals = running(seen.total, values)
    means = (0.5 + totals) / (rows + 1)
    squares = running(seen.square, (values - means) ** 2)
    before = np.concatenate([[(0.5 + seen.total) / (seen.rows + 1)], means])
    spread = np.concatenate(
        [[(0.25 + seen.square) / (seen.rows + 1)], (0.25 + squares) / (rows + 1)]
    )
    bet = np.sqrt(-2 * np.log(alpha) / (spread[:-1] * rows * np.log1p(rows)))
    after = seen
    if values.size:
        after = Seen(seen.rows + values.size, float(totals[-1]), float(squares[-1]))
    return Bets(after, before[:-1], bet)
