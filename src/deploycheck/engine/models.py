"""Estimates whose value, bounds, test and power all follow from one sampling model."""

from collections.abc import Callable
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
)
from deploycheck.engine.found import Missing, Unjudgeable, counted, plain

if TYPE_CHECKING:
    from deploycheck.stats.bounds import Bounds

Modelled = BoundedMean | Paired | Auc | AucDifference | Distance | ChiSquared
MODELLED = (BoundedMean, Paired, Auc, AucDifference, Distance, ChiSquared)


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
    try:
        return _MAKERS[type(estimate)](estimate)
    except ValueError as error:
        raise Unjudgeable("DC305", f"{estimate.name}: {error}") from None


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


def _auc(estimate: Auc) -> Model:
    from deploycheck.stats import auc

    _enough(estimate)
    found = auc.area(estimate.positives, estimate.negatives)
    return Model(
        value=found.value,
        n=found.m + found.n,
        bounds=partial(auc.area_bounds, found),
        pvalue=partial(auc.area_pvalue, found),
        power=partial(auc.power_area, found.m, found.n),
    )


def _auc_difference(estimate: AucDifference) -> Model:
    from deploycheck.stats import auc_difference as pair

    _enough(estimate)
    found = pair.area_difference(
        estimate.positives,
        estimate.negatives,
        estimate.versus_positives,
        estimate.versus_negatives,
    )
    return Model(
        value=found.value,
        n=found.m + found.n,
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


_MAKERS: dict[type[Any], Callable[[Any], Model]] = {
    BoundedMean: _bounded_mean,
    Paired: _paired,
    Auc: _auc,
    AucDifference: _auc_difference,
    Distance: _distance,
    ChiSquared: _chi_squared,
}
