"""How a metric of a contingency table varies: by resampled cells, or linearised.

Resampled cells are resampled rows only where every row is one independent observation, or a number
of equal ones. Under sampling weights they are not (bounds at 95 % then hold in 62 to 77 % of
samples of log-normal weights), and where rows share entities neither: both are refused. The
linearised variance holds for all of them. A rate at 0 or 1 does not vary in resamples, and its
linearised variance is 0, while the truth may well differ from it: both are refused there, and
Clopper–Pearson is the way (:mod:`deploycheck.stats.proportion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Bounds, Floats, as_level
from deploycheck.stats.contingency import Contingency
from deploycheck.stats.contingency_metrics import Metric

AT_ONCE = 100_000  # cells of tables at a time: few enough to stay in the cache
FEWEST_CLUSTERS = 20
STEP = 1e-6  # of a difference quotient, as a share of all weights
SCALE_FREE = 1e-9


def resampled(
    table: Contingency, metrics: Sequence[Metric], resamples: int, generator: np.random.Generator
) -> Floats:
    """Each metric of each of so many tables of rows drawn with replacement.

    The number of rows is held, those of the groups vary. All metrics are of the same tables.

    :return: float64 of shape (metrics, resamples), NaN where a resample has no value.
    :param generator: all randomness; the same one gives the same values.
    :raises ValueError: sampling weights, shared entities, no rows, or no resamples.
    """
    if not table.is_counted:
        raise ValueError(
            "rows with sampling weights or shared entities are not resampled by cells; take the "
            "linearised variance"
        )
    if resamples < 1 or table.rows < 1:
        raise ValueError("there must be at least one row and one resample")
    flat = table.counts.ravel()
    (occupied,) = np.nonzero(flat)
    shares = flat[occupied] / flat.sum()
    step = max(1, AT_ONCE // flat.size)
    values: Floats = np.empty((len(metrics), resamples))
    for start in range(0, resamples, step):
        some = min(step, resamples - start)
        tables = np.zeros((some, flat.size))
        tables[:, occupied] = generator.multinomial(table.rows, shares, size=some)
        shaped = tables.reshape(some, *table.counts.shape)
        for place, metric in enumerate(metrics):
            values[place, start : start + some] = metric(shaped)
    return values


def resampled_bounds(
    table: Contingency,
    metric: Metric,
    alpha: float,
    resamples: int,
    generator: np.random.Generator,
    *,
    rates: tuple[Metric, ...] = (),
) -> Bounds:
    """The quantiles of the resampled metric at ``alpha`` and 1 − ``alpha``.

    :param rates: the rates that the metric is made of, group by group where it compares groups;
        none may be 0 or 1.
    :raises ValueError: as :func:`resampled`; a rate at 0 or 1, a metric that never varies, or
        without a value in more than ``alpha`` / 10 of the resamples, or too few resamples.
    """
    level = as_level(alpha)
    if resamples * level < 10:
        raise ValueError(f"{resamples:,} resamples are too few for a bound at {level}")
    _inner(table.counts, rates)
    (drawn,) = resampled(table, [metric], resamples, generator)
    known = drawn[~np.isnan(drawn)]
    if len(known) < resamples * (1 - level / 10):
        raise ValueError("the metric has no value in many of the resamples")
    if np.ptp(known) == 0:
        raise ValueError("the metric is the same in every resample: rates at 0 or 1 do not vary")
    low, high = np.quantile(known, [level, 1 - level])
    return Bounds(float(low), float(high), "resampled cells, percentiles")


@dataclass(frozen=True)
class Linearised:
    """A metric with its linearised standard error, from so many independent units."""

    value: float
    error: float
    units: int

    def bounds(self, alpha: float) -> Bounds:
        """Student's bounds, with one degree of freedom fewer than there are units."""
        from scipy.special import stdtrit

        reach = float(stdtrit(self.units - 1, 1 - as_level(alpha))) * self.error
        return Bounds(self.value - reach, self.value + reach, "linearised, Student t")


def linearised(table: Contingency, metric: Metric, *, rates: tuple[Metric, ...] = ()) -> Linearised:
    """The metric with the standard error of its linear part (Taylor; Binder 1983).

    Each row moves the metric by its weight times the slope of its cell. The variance is the sum of
    squares of these: over cells by Σw², or over entities, by sums of their rows and q/(q − 1).

    :param rates: as for :func:`resampled_bounds`.
    :raises ValueError: no row; a metric that has no value, or that changes where all weights are
        multiplied; a rate at 0 or 1; fewer than 20 entities, or 2 rows.
    """
    counts = table.counts
    units = table.rows if table.clustered is None else table.clustered.entities
    fewest = 2 if table.clustered is None else FEWEST_CLUSTERS
    if units < fewest:
        raise ValueError(f"{units} independent units are fewer than {fewest}")
    _inner(counts, rates)
    value = float(metric(counts))
    if not np.isfinite(value):
        raise ValueError("the metric has no value")
    if abs(float(metric(2 * counts)) - value) > SCALE_FREE * max(1.0, abs(value)):
        raise ValueError("the metric changes where all weights are doubled; it must not")
    slopes = _slopes(counts, metric)
    variance = _variance(table, slopes) * units / (units - 1)
    if not variance > 0:
        raise ValueError("the metric does not vary with the rows; rates at 0 or 1 do not")
    return Linearised(value, float(np.sqrt(variance)), units)


def _variance(table: Contingency, slopes: Floats) -> float:
    if table.clustered is not None:
        found = table.clustered
        moved = found.mass * slopes[found.cell]
        sums = np.bincount(found.entity, moved, found.entities)
        return float((sums * sums).sum())
    squares = table.counts if table.squares is None else table.squares
    return float((squares.ravel() * slopes * slopes).sum())


def _slopes(counts: Floats, metric: Metric) -> Floats:
    """The derivative of the metric by each occupied cell; 0 for the others, where no row is."""
    flat = counts.ravel()
    (occupied,) = np.nonzero(flat)
    slopes: Floats = np.zeros(flat.size)
    most = max(1, AT_ONCE // flat.size)
    for start in range(0, len(occupied), most):
        some = occupied[start : start + most]
        reach = np.minimum(STEP * flat.sum(), flat[some] / 2)
        ends = [_metric_at(flat, some, way * reach, counts.shape, metric) for way in (1, -1)]
        slopes[some] = (ends[0] - ends[1]) / (2 * reach)
    if not np.isfinite(slopes).all():
        raise ValueError("the metric has no value close by")
    return slopes


def _metric_at(
    flat: Floats, at: NDArray[np.intp], by: Any, shape: tuple[int, ...], metric: Metric
) -> Floats:
    tables = np.repeat(flat[None, :], len(at), axis=0)
    tables[np.arange(len(at)), at] += by
    return metric(tables.reshape(len(at), *shape))


def _inner(counts: Floats, rates: tuple[Metric, ...]) -> None:
    for rate in rates:
        values = np.asarray(rate(counts))
        if np.isin(values, (0.0, 1.0)).any():
            raise ValueError(
                "a rate is 0 or 1 and does not vary in the data; take Clopper\N{EN DASH}Pearson"
            )
