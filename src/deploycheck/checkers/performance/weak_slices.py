"""Checker ``performance.weak_slices``."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.answered import numbers, right
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Difference, Estimate
from deploycheck.authoring.figures import Bar, Bars, Figure
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.classes import divided
from deploycheck.authoring.metrics.sample import Sample, function, sample_of
from deploycheck.authoring.metrics.slicing import Slice, parts_of, worst
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.rates import independent
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.coded import Coded
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE, LOSS = "excess_error_rate", "excess_absolute_error"


class WeakSlices(Params):
    columns: Columns = Field(description="Columns that slices are made of.")
    depth: int = Field(
        2, ge=1, le=2, strict=True, description="Most columns that one slice is made of."
    )
    bins: int = Field(
        5, ge=2, le=20, strict=True, description="Quantiles that a column of numbers is cut into."
    )
    most: int = Field(
        5,
        ge=1,
        le=50,
        strict=True,
        description="Slices that are tested; with more, each needs more rows to be found.",
    )
    min_n: int = Field(
        100,
        ge=30,
        strict=True,
        description="Rows that a slice must have in the half where slices are looked for.",
    )


@checker(
    "performance.weak_slices",
    measures=[
        Measure(
            RATE,
            unit="probability difference",
            better="lower",
            doc="Share of wrong predictions in the slice minus that in all other rows.",
        ),
        Measure(
            LOSS,
            unit="number",
            better="lower",
            doc="For a regression: mean absolute error in the slice minus that in all other rows, "
            "in the unit of the target.",
        ),
    ],
    kind="detect",
    roles=["target"],
)
def weak_slices(
    params: WeakSlices, predictions: Predictions, seed: Seed
) -> Iterator[Estimate | Figure]:
    """No slice that nobody thought of has far more errors than the rest.

    Why: Declared slices find what somebody expected. The worst one may be a pair of values, such as
    young customers of one branch. Looking through hundreds of slices always finds some that look
    bad, so what was found must be tested on rows that were not looked at.

    Fix: Look at the slice: are its features filled, its labels made in the same way, was it in the
    training data? Then declare it in performance.slice_floor, so that it stays watched.

    Definition: The rows are split at random, by the control's seed, into two halves. In the first,
    every value of each of `columns`, and with `depth: 2` every pair of values of two, is a slice:
    numbers are cut into `bins` quantiles, texts are taken as they are, and so is a missing value.
    Of those with at least `min_n` rows the `most` are chosen whose loss exceeds that of the other
    rows most certainly, excess − 1.645 standard errors; one that shares more than half of its
    rows with a better one is left out. In the second half each is measured afresh:
    excess_error_rate = share of wrong predictions in the slice − that in all other rows, or, for
    a regression, excess_absolute_error = mean absolute error in it − that in all others. An
    alarm names the slice. No alarm does not mean that there is no weak slice, but that none
    of this kind was found where one of size `detect` would have been.

    Bounds: The slices are one alarm family, by the score test of Miettinen and Nurminen, or for a
    regression by analytic BCa. The first half chooses and the second tests, so the number of
    slices that were looked at costs nothing; it stands in the details.

    Undefined: Where no slice is large enough (an empty table, one row, constant columns) the
    control is inconclusive. A model without any error has no weak slice, and is measured as it
    is; so are one class and a constant prediction. Errors of a regression that are all equal have
    no bounds. A missing value of `columns` is a slice. A missing target or prediction is an
    error, and so are sampling weights and repeated entities, which are not supported here; a
    column that is absent is refused when the plan is made. Losses of scores are not looked at.

    Cost: O(n) for each column and each pair of columns.

    Source: Chung et al. 2019, "Slice Finder" (ICDE); Sagadeeva and Boehm 2021, "SliceLine: fast,
    linear-algebra-based slice finding for ML model debugging" (SIGMOD); Athey and Imbens 2016,
    "Recursive partitioning for heterogeneous causal effects" for honest halves.

    Example:
        check: performance.weak_slices
        with: {data: test, columns: [age, income, sex], min_n: 50}
        require: {excess_error_rate: {max: 0.1, detect: 0.3}}
    """
    independent(predictions, "a search for weak slices")
    numeric = predictions.task == "regression"
    name = LOSS if numeric else RATE
    loss = _loss(predictions, numeric=numeric)
    sample = sample_of(predictions)
    slices, searched = _found(params, predictions, loss, seed)
    chosen = _half(predictions.rows, seed)
    if not slices:
        reason = f"no slice has {params.min_n:,} rows in the half where slices are looked for"
        yield sample.undefined(name, reason)
        return
    bars = []
    for one in slices:
        there = f"{one.rows:,} rows with an excess of {one.excess:.4g}"
        told = f"chosen among {searched:,} slices of the other half, by {there}"
        yield _tested(name, one, loss, ~chosen, sample, (told,))
        bars.append(Bar(", ".join(f"{k}: {v}" for k, v in one.place.items()), one.excess))
    yield Bars("Excess of errors where slices were looked for", tuple(bars))


def _loss(predictions: Predictions, *, numeric: bool) -> "NDArray[np.float64]":
    """What is counted of each row: its absolute error, or 1 where it is wrong."""
    import numpy as np

    if numeric:
        true, predicted = numbers(predictions)
        return np.abs(true - predicted)
    return (~right(predictions)).astype(np.float64)


def _half(rows: int, seed: int) -> "NDArray[np.bool_]":
    """The rows in which slices are looked for."""
    import numpy as np

    chosen = np.zeros(rows, dtype=np.bool_)
    chosen[np.random.default_rng(int(seed)).permutation(rows)[: rows // 2]] = True
    return chosen


def _found(
    params: WeakSlices, predictions: Predictions, loss: "NDArray[np.float64]", seed: int
) -> tuple[list[Slice], int]:
    import numpy as np

    half = _half(predictions.rows, seed)
    weights = predictions.weights
    often = np.ones(predictions.rows) if weights is None else weights.astype(np.float64)
    if not often[half].any():
        return [], 0
    columns = [
        parts_of(name, _column(predictions, name), often * half, params.bins, params.min_n)
        for name in params.columns
    ]
    return worst(
        columns,
        loss,
        often,
        half,
        depth=params.depth,
        least=params.min_n,
        most=params.most,
    )


def _column(predictions: Predictions, name: str) -> Coded:
    if name not in predictions.groups:
        raise EvidenceError(f"column {name} was not collected", "name it in `columns`", "DC019")
    return predictions.groups[name]


def _tested(
    name: str,
    one: Slice,
    loss: "NDArray[np.float64]",
    half: "NDArray[np.bool_]",
    sample: Sample,
    told: tuple[str, ...],
) -> Estimate:
    """The slice in the half that did not choose it."""
    import numpy as np

    inside = one.inside & half
    outside = ~one.inside & half
    part = sample.of(half, one.place)
    of, versus_of = (sample.of(mask, {}).n for mask in (inside, outside))
    if not of or not versus_of:
        return part.undefined(name, "no row of the slice is in the half where it is tested")
    if name == RATE:
        hits, versus = (_sum(loss, mask, sample) for mask in (inside, outside))
        return Difference(name, hits, of, versus, versus_of, slice=one.place, details=told)
    within = one.inside[half].astype(np.float64)
    error = loss[half]
    terms = np.column_stack([error * within, within, error * (1 - within), 1 - within])
    made = function(name, terms, excess, part)

    return replace(made, details=told)


def _sum(loss: "NDArray[np.float64]", mask: "NDArray[np.bool_]", sample: Sample) -> int:
    counted = loss[mask] if sample.counts is None else loss[mask] * sample.counts[mask]
    return int(counted.sum())


def excess(means: Any) -> Any:
    """The difference of two means, of the means of (loss and membership) inside and outside."""
    return divided(means[..., 0], means[..., 1]) - divided(means[..., 2], means[..., 3])
