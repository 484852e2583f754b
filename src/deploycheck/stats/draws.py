"""Resamples of rows or of their entities, and the jackknife."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.units import Unbounded, as_codes

_JACKKNIFE_ROWS, _FEWEST_PARTS = 200_000_000, 200

Statistic = Callable[[NDArray[np.intp]], Any]


@dataclass(frozen=True)
class Draws:
    """Independent units of rows, and how to draw them.

    :param starts: where the rows of each unit begin in ``order``; ``None`` where rows are units.
    """

    rows: int
    n: int
    order: NDArray[np.intp] | None
    starts: NDArray[np.intp] | None

    def of(self, units: NDArray[np.intp]) -> NDArray[np.intp]:
        """The numbers of the rows of ``units``, repeated as these are."""
        if self.order is None or self.starts is None:
            return units
        first, last = self.starts[units], self.starts[units + 1]
        sizes = last - first
        ends = np.cumsum(sizes)
        places = np.arange(int(ends[-1])) + np.repeat(first - (ends - sizes), sizes)
        found: NDArray[np.intp] = self.order[places]
        return found


def jackknife(statistic: Statistic, draws: Draws, seed: int) -> tuple[float, float, float]:
    """Standard error, acceleration and units in effect; over parts of units where these are many.

    Parts are drawn, so that they are alike where rows are sorted. The sum of m independent
    influences has 1/m of the excess kurtosis of one.
    """
    parts = max(min(draws.n, _JACKKNIFE_ROWS // draws.rows), min(_FEWEST_PARTS, draws.n))
    each = draws.n / parts
    order = np.arange(draws.n)
    if parts < draws.n:
        random = np.random.default_rng(np.random.SeedSequence([seed, 0]))
        order = random.permutation(draws.n)
    edges = np.linspace(0, draws.n, parts + 1).round().astype(np.intp)
    without = np.empty(parts)
    for part in range(parts):
        kept = np.concatenate([order[: edges[part]], order[edges[part + 1] :]])
        without[part] = as_value(statistic(draws.of(kept)))
    if not np.isfinite(without).all():
        raise Unbounded("it is not defined without some of its rows")
    influence = without.mean() - without
    second, third, fourth = (float(np.mean(influence**power)) for power in (2, 3, 4))
    if not second > 0:
        return 0.0, 0.0, 0.0
    error = ((parts - 1) * second) ** 0.5
    acceleration = third / (6 * parts**0.5 * second**1.5)
    kurtosis = max(3 + each * (fourth / second**2 - 3), 1.0) if each > 1 else fourth / second**2
    return error, acceleration, draws.n / kurtosis


def independent(rows: int, clusters: Any) -> Draws:
    """The rows, or their entities, as independent units; raises ValueError for other codes."""
    if clusters is None:
        return Draws(rows, rows, None, None)
    code = as_codes(clusters)
    if code.ndim != 1 or code.size != rows:
        raise ValueError(f"clusters must be one number for each of the {rows} rows")
    names, sizes = np.unique(code, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
    return Draws(rows, names.size, np.argsort(code, kind="stable"), starts)


def as_size(value: Any, name: str) -> int:
    """A whole number of at least 0; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} must be a whole number of at least 0")
    return int(value)


def as_value(value: Any) -> float:
    """A statistic's value as a float; infinity is NaN. Raises ValueError for what is no number."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if not _is_number(value):
        raise ValueError(f"the statistic returns a {type(value).__name__}, not a number")
    try:
        number = float(value)
    except OverflowError:
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
