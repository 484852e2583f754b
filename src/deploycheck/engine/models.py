"""Estimates whose value, bounds, test and power all follow from one sampling model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.estimates import (
    Auc,
    AucDifference,
    BoundedMean,
    ChiSquared,
    Distance,
    Paired,
    Resampled,
    Smooth,
)
from deploycheck.engine.found import Missing, Unjudgeable, counted, plain
from deploycheck.engine.scan.failures import TimeLimit

if TYPE_CHECKING:
    from deploycheck.stats.bounds import Bounds

Modelled = BoundedMean | Paired | Auc | AucDifference | Distance | ChiSquared | Smooth | Resampled
MODELLED = (BoundedMean, Paired, Auc, AucDifference, Distance, ChiSquared, Smooth, Resampled)


@dataclass(frozen=True)
class Model:
    """What the data say of one estimate.

    :param bounds: the two one-sided bounds at an alpha.
    :param pvalue: of a bound and a side (``max``: H0 is effect ≤ bound; ``min``: effect ≥ bound).
    :param power: of a bound, a true effect, an alpha and a side.
    """

    value: float
    n: float | int | None
    bounds: Callable[[float], "Bounds"]
    pvalue: Callable[[float, str], float]
    power: Callable[[float, float, float, str], float]


def model(estimate: Modelled) -> Model:
    """The sampling model of an estimate.

    :raises Unjudgeable: junk.
    :raises Missing: nothing, or too little, was there to count.
    """
    with judged(estimate.name):
        return _MAKERS[type(estimate)](estimate)


@contextmanager
def judged(name: str, n: float | None = None) -> Iterator[None]:
    """Says of what the numbers cannot be judged, or are too few.

    :param n: rows behind them.
    :raises Unjudgeable: junk.
    :raises Missing: sound numbers that say too little for a bound.
    """
    from deploycheck.stats.units import Unbounded

    try:
        yield
    except Unbounded as error:
        raise Missing(str(error), error.value, n) from None
    except ValueError as error:
        raise Unjudgeable("DC305", f"{name}: {error}") from None


def _bounded_mean(estimate: BoundedMean) -> Model:
    from deploycheck.stats import bounded

    n = plain(estimate.n, f"{estimate.name}: n")
    if n < 2:
        raise Missing(f"a mean of {n:g} has no bounds")
    mean, sd = plain(estimate.mean, estimate.name), plain(estimate.sd, f"{estimate.name}: sd")
    low, high = plain(estimate.low, "low"), plain(estimate.high, "high")
    given = (mean, sd, n, low, high)
    bounded.bounded_mean_bounds(*given, 0.05)  # junk is told here, whatever is asked later
    return Model(
        value=mean,
        n=n,
        bounds=partial(bounded.bounded_mean_bounds, *given),
        pvalue=partial(bounded.bounded_mean_pvalue, *given),
        power=partial(bounded.power_bounded_mean, *given),
    )


def _paired(estimate: Paired) -> Model:
    from deploycheck.stats import paired

    cells = [
        plain(getattr(estimate, cell), f"{estimate.name}: {cell}")
        for cell in ("both", "first", "second", "neither")
    ]
    total = sum(cells)
    both, first, second, neither = (
        counted(cell, total, estimate.name)[0] if total else 0 for cell in cells
    )
    n = both + first + second + neither
    if n == 0:
        raise Missing("there are no rows to count")
    table = (both, first, second, neither)
    return Model(
        value=(first - second) / n,
        n=n,
        bounds=partial(paired.paired_bounds, *table),
        pvalue=partial(paired.paired_pvalue, *table),
        power=partial(paired.power_paired, first, second, n),
    )


def _enough(estimate: Auc | AucDifference) -> None:
    for scores, name in ((estimate.positives, "positive"), (estimate.negatives, "negative")):
        if len(scores) < 2:
            rows = "row" if len(scores) == 1 else "rows"
            raise Missing(f"{len(scores)} {name} {rows}; an area needs two of each class")


def _sampled(estimate: Auc | AucDifference) -> dict[str, Any]:
    return {part: getattr(estimate, part) for part in ("counts", "weights", "clusters")}


def _auc(estimate: Auc) -> Model:
    from deploycheck.stats import auc
    from deploycheck.stats.placements import TooFew

    _enough(estimate)
    try:
        found = auc.area(estimate.positives, estimate.negatives, **_sampled(estimate))
    except TooFew as error:
        raise Missing(str(error)) from None
    return Model(
        value=found.value,
        n=round(found.m + found.n),
        bounds=partial(auc.area_bounds, found),
        pvalue=partial(auc.area_pvalue, found),
        power=partial(auc.power_area, found.m, found.n),
    )


def _auc_difference(estimate: AucDifference) -> Model:
    from deploycheck.stats import auc_difference as pair
    from deploycheck.stats.placements import TooFew

    _enough(estimate)
    try:
        found = pair.area_difference(
            estimate.positives,
            estimate.negatives,
            estimate.versus_positives,
            estimate.versus_negatives,
            **_sampled(estimate),
            factor=estimate.factor,
        )
    except TooFew as error:
        raise Missing(str(error)) from None
    return Model(
        value=found.value,
        n=round(found.m + found.n),
        bounds=partial(pair.auc_difference_bounds, found),
        pvalue=partial(pair.auc_difference_pvalue, found),
        power=partial(pair.power_auc_difference, found),
    )


def _distance(estimate: Distance) -> Model:
    from deploycheck.stats import noise

    value, center, scale = (
        plain(getattr(estimate, part), f"{estimate.name}: {part}")
        for part in ("value", "center", "scale")
    )
    n = plain(estimate.n, f"{estimate.name}: n")
    if n <= 0:
        raise Missing("there are no rows to compare")
    noise.distance_bounds(value, center, scale, 0.05)  # junk is told here, whatever is asked later
    return Model(
        value=float(value),
        n=n,
        bounds=partial(noise.distance_bounds, value, center, scale),
        pvalue=partial(noise.distance_pvalue, value, center, scale),
        power=partial(noise.power_distance, center, scale),
    )


def _chi_squared(estimate: ChiSquared) -> Model:
    from deploycheck.stats import noncentral

    statistic, size, inflation = (
        plain(getattr(estimate, part), f"{estimate.name}: {part}")
        for part in ("statistic", "n", "inflation")
    )
    rows = size if estimate.rows is None else plain(estimate.rows, f"{estimate.name}: rows")
    if size <= 0 or rows <= 0:
        raise Missing("there are no rows to compare")
    df, root = plain(estimate.df, "df"), plain(estimate.power, "power")
    shape = (df, size, root)
    return Model(
        value=noncentral.effect_of(statistic, *shape),
        n=rows,
        bounds=lambda alpha: noncentral.noncentral_bounds(statistic, *shape, alpha, inflation),
        pvalue=lambda bound, side: noncentral.noncentral_pvalue(
            statistic, *shape, bound, side, inflation
        ),
        power=lambda bound, effect, alpha, side: noncentral.power_noncentral(
            *shape, bound, effect, alpha, side, inflation
        ),
    )


def _smooth(estimate: Smooth) -> Model:
    from deploycheck.stats import smooth
    from deploycheck.stats.slopes import linear
    from deploycheck.stats.units import units

    parts = (estimate.counts, estimate.weights, estimate.clusters)
    rows = units(estimate.terms, own(estimate.of, estimate.name), *parts)
    with judged(estimate.name, rows.rows):
        found = linear(rows)
    return Model(
        value=found.value,
        n=found.rows,
        bounds=partial(smooth.smooth_bounds, found),
        pvalue=partial(smooth.smooth_pvalue, found),
        power=partial(smooth.power_smooth, found),
    )


def _resampled(estimate: Resampled) -> Model:
    from deploycheck.stats import bootstrap

    statistic = own(estimate.statistic, estimate.name)
    with judged(estimate.name, estimate.rows):
        found = bootstrap.resampling(statistic, estimate.rows, estimate.seed, estimate.clusters)
    return Model(
        value=found.value,
        n=found.draws.rows,
        bounds=partial(bootstrap.resampled_bounds, found),
        pvalue=partial(bootstrap.resampled_pvalue, found),
        power=partial(bootstrap.power_resampled, found),
    )


def own(function: Any, name: str) -> Callable[[Any], Any]:
    """A checker's own function; what it raises is told as the check's error.

    :raises Unjudgeable: it cannot be called, or it raises.
    """
    if not callable(function):
        raise Unjudgeable("DC304", f"{name} has a {type(function).__name__} in place of a function")

    def called(given: Any) -> Any:
        try:
            return function(given)
        except (KeyboardInterrupt, TimeLimit):
            raise
        except BaseException as error:  # noqa: BLE001 - checkers may raise anything, panics too
            said = f"{type(error).__name__}: {str(error)[:2000]}"
            raise Unjudgeable("DC301", f"the function of {name} raised {said}") from None

    return called


_MAKERS: dict[type[Any], Callable[[Any], Model]] = {
    BoundedMean: _bounded_mean,
    Paired: _paired,
    Auc: _auc,
    AucDifference: _auc_difference,
    Distance: _distance,
    ChiSquared: _chi_squared,
    Smooth: _smooth,
    Resampled: _resampled,
}
