"""A measure: the name, unit and direction of a number that a checker promises to measure."""

import math
from dataclasses import dataclass
from typing import Literal

from deploycheck.authoring.sampling import Chosen, Sampling

# What a unit says about the numbers that can occur; a bound outside can never fail or never pass.
RANGES: dict[str, tuple[float, float]] = {
    "probability": (0.0, 1.0),
    "probability difference": (-1.0, 1.0),
    "score": (0.0, 1.0),
    "correlation": (-1.0, 1.0),
    "ratio": (0.0, math.inf),
    "count": (0, math.inf),
    "rows": (0, math.inf),
    "bytes": (0, math.inf),
    "ms": (0.0, math.inf),
    "s": (0.0, math.inf),
    "days": (0.0, math.inf),
    "number": (-math.inf, math.inf),
    "text": (-math.inf, math.inf),
}


BETTER = ("lower", "higher", "none")


@dataclass(frozen=True)
class Measure:
    """One number of a checker, part of its contract.

    :param name: snake_case, unique in the checker; policies name it in ``require``.
    :param unit: one of :data:`RANGES`.
    :param better: which way is better, or ``none`` where neither is.
    :param doc: one sentence: definition, with formula.
    :param low: smallest possible value; by default the unit's.
    :param high: largest possible value; by default the unit's.
    :param plan: how its number varies from sample to sample, so that ``deploycheck plan`` can say
        how many rows show it; without, the measure is not planned.
    :param confidence: the least confidence at which its bounds hold; a control that asks for less
        is refused when the plan is made.
    """

    name: str
    unit: str
    better: Literal["lower", "higher", "none"]
    doc: str
    low: float | None = None
    high: float | None = None
    plan: Sampling | Chosen | None = None
    confidence: float = 0.5

    @property
    def range(self) -> tuple[float, float]:
        low, high = RANGES[self.unit]
        return (low if self.low is None else self.low, high if self.high is None else self.high)

    @property
    def is_count(self) -> bool:
        return self.unit in {"count", "rows", "bytes"}
