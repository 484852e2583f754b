"""A test of "the mean is at most m" that may be stopped at any time, by betting against it.

The evidence is the average capital of sixteen gamblers who each bet one share of what may be lost
on every row. It is at most 1 on average, at every time, however the time was chosen, if the mean
never exceeds m; so 1 / (largest evidence so far) is a p-value at any time, and evidences of
independent streams may be multiplied, of any streams averaged. Source: Waudby-Smith and Ramdas,
JRSS B 86 (2024); Ramdas, Grünwald, Vovk and Shafer, Statistical Science 38 (2023) 576-601.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_number, as_side
from deploycheck.stats.sequential.looks import as_values, running

SHARES = tuple(float(share) for share in np.geomspace(0.002, 0.95, 16))
_BLOCK = 8192


@dataclass(frozen=True)
class Evidence:
    """After each row of a batch: the log of the evidence, and the p-value for any time."""

    log_evidence: Floats
    pvalue: Floats


@dataclass(frozen=True)
class EProcess:
    """The state of the test: the log capital of each gambler, and the largest average so far.

    ``side="max"`` tests "the mean is at most ``bound``", ``"min"`` "at least".
    """

    bound: float
    side: str = "max"
    capital: tuple[float, ...] = (0.0,) * len(SHARES)
    best: float = 0.0
    rows: int = 0

    def update(self, values: Any) -> tuple["EProcess", Evidence]:
        """The state after ``values`` in [0, 1], and the evidence after each.

        Raises ValueError for values outside [0, 1] or not finite, a bound outside (0, 1), and a
        side that is neither "max" nor "min".
        """
        limit = as_number(self.bound, "bound")
        if not 0 < limit < 1:
            raise ValueError(f"bound must lie between 0 and 1, not {limit:g}")
        batch = as_values(values, 0.0, 1.0)
        x, m = (batch, limit) if as_side(self.side) == "max" else (1 - batch, 1 - limit)
        won = np.asarray(SHARES) * (x[:, None] / m - 1)
        capital, logs = np.asarray(self.capital), np.zeros(batch.size)
        for start in range(0, batch.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            all_capital = running(capital, np.log1p(won[part]))
            top = all_capital.max(axis=1)
            logs[part] = top + np.log(np.exp(all_capital - top[:, None]).mean(axis=1))
            capital = all_capital[-1]
        best = np.maximum.accumulate(np.concatenate([[self.best], logs]))
        after = replace(
            self,
            capital=tuple(float(c) for c in capital),
            best=float(best[-1]),
            rows=self.rows + batch.size,
        )
        return after, Evidence(logs, np.exp(-best[1:]))
