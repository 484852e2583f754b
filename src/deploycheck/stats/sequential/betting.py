"""A confidence sequence for the mean of bounded numbers by betting.

Whoever bets a share λ of a capital against "the mean is at most m" multiplies it by
1 + λ (x − m): fair if the mean is m, a loss on average if it is less. Means that somebody would
have got rich against, by 1 / alpha, are ruled out. The capital falls as m rises, so a grid of m has
one place where it ends; the bound is the last m of the grid that is ruled out, at most one step of
the grid too low. Source: Waudby-Smith and Ramdas, Journal of the Royal Statistical Society B 86
(2024) 1-27, section 4; bets of at most half of what may be lost, theirs of formula 26.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Flags, Floats, as_level
from deploycheck.stats.sequential.looks import Band, as_values, running
from deploycheck.stats.sequential.plugin import Seen, bets

MOST = 0.5
STEPS = 1000
_BLOCK = 512


def _grid() -> Floats:
    return np.arange(1, STEPS) / STEPS


@dataclass(frozen=True)
class Betting:
    """The state of the sequence: what was seen, and the log capital against each mean of ``grid``.

    ``above`` bets that the mean is larger, ``below`` that it is smaller. ``grid`` rises within
    (0, 1).
    """

    alpha: float
    grid: Floats = field(default_factory=_grid)
    seen: Seen = field(default_factory=Seen)
    above: Floats | None = None
    below: Floats | None = None

    def update(self, values: Any) -> tuple["Betting", Band]:
        """The state after ``values`` in [0, 1], and the bounds after each, each at 1 − alpha.

        Raises ValueError for values outside [0, 1] or not finite, an alpha outside (0, 0.5), and a
        grid that does not rise within (0, 1).
        """
        level = as_level(self.alpha)
        grid = _checked(self.grid)
        batch = as_values(values, 0.0, 1.0)
        made = bets(self.seen, batch, level)
        nothing = np.zeros(grid.size)
        above = nothing if self.above is None else self.above
        below = nothing if self.below is None else self.below
        low, high = np.zeros(batch.size), np.ones(batch.size)
        enough = -np.log(level)
        for start in range(0, batch.size, _BLOCK):  # so that memory does not grow with the batch
            part = slice(start, start + _BLOCK)
            x, bet = batch[part, None], made.bet[part, None]
            up = running(above, np.log1p(np.minimum(bet, MOST / grid) * (x - grid)))
            down = running(below, np.log1p(np.minimum(bet, MOST / (1 - grid)) * (grid - x)))
            low[part] = _last(up >= enough, grid, 0.0)
            high[part] = _last(down[:, ::-1] >= enough, grid[::-1], 1.0)
            above, below = up[-1], down[-1]
        return replace(self, seen=made.seen, above=above, below=below), Band(low, high)


def _last(out: Flags, grid: Floats, none: float) -> Floats:
    """The last mean of the grid before the first that is not ruled out."""
    count = np.where(out.all(axis=1), grid.size, np.argmin(out, axis=1))
    return np.concatenate([[none], grid])[count]


def _checked(grid: Any) -> Floats:
    numbers = as_values(grid)
    if not numbers.size or numbers[0] <= 0 or numbers[-1] >= 1 or np.any(np.diff(numbers) <= 0):
        raise ValueError("the grid must rise within 0 and 1")
    return numbers
