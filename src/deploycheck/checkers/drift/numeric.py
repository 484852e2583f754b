"""Checker ``drift.numeric``."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from deploycheck.authoring.binning import binned, quantile_cuts
from deploycheck.authoring.checker import checker
from deploycheck.authoring.comparing import (
    DriftParams,
    Numbers,
    Silent,
    by_size,
    too_few,
)
from deploycheck.authoring.estimates import Distance, Estimate, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.pairing import numeric as numeric_columns
from deploycheck.authoring.pairing import refuse_itself
from deploycheck.authoring.params import ColumnNames, From
from deploycheck.evidence.samples import Samples

WASSERSTEIN, KS, JS = NAMES = ("wasserstein", "ks_statistic", "js_distance")


class Numeric(DriftParams):
    bins: int = Field(
        10,
        ge=2,
        le=1_000,
        strict=True,
        description="Bins of js_distance: as many quantiles of the reference.",
    )
    edges: Annotated[dict[str, tuple[float, ...]], ColumnNames()] = Field(
        {},
        description="Inner edges of the bins of js_distance, increasing, for columns that have "
        "declared ones; a bin holds its upper edge.",
    )

    @model_validator(mode="after")
    def _edges_increase(self) -> Self:
        for column, edges in self.edges.items():
            if not edges or any(b <= a for a, b in pairwise(edges)):
                raise ValueError(f"edges: those of {column!r} do not increase")
            if self.columns is not None and column not in self.columns:
                raise ValueError(f"edges: {column!r} is none of `columns`")
        return self


@checker(
    "drift.numeric",
    measures=[
        Measure(
            WASSERSTEIN,
            unit="number",
            better="lower",
            doc="∫ |F(x) - G(x)| dx ÷ standard deviation of the reference, F and G the "
            "distribution functions of reference and current values.",
            low=0.0,
        ),
        Measure(
            KS,
            unit="probability difference",
            better="lower",
            doc="max |F(x) - G(x)|.",
            low=0.0,
        ),
        Measure(
            JS,
            unit="number",
            better="lower",
            doc="√ of the Jensen-Shannon divergence, base 2, of the shares in the bins.",
            low=0.0,
            high=1.0,
        ),
    ],
    kind="detect",
)
def numeric(
    params: Numeric,
    reference: Annotated[Samples, From("reference")],
    current: Annotated[Samples, From("production")],
) -> Iterator[Estimate | Bars]:
    """Numbers are distributed as in the reference data.

    Why: A model answers for the world it was made from. Where its inputs have moved, nobody has
    tested its answers.

    Fix: Find out whether the world or the pipeline changed: a new unit, a default that is now
    sent, another population. Mend the pipeline, or train and test again on recent data.

    Definition: For each numeric column of both data sets, or each of `columns`, with m reference
    and n current values, missing ones left out and told: wasserstein = ∫ |F − G| dx ÷ s, s the
    reference's standard deviation (ddof 0); ks_statistic = max |F − G|; js_distance over
    bins, which are the `edges` declared for the column, or `bins` quantiles of the reference; a
    value that fills a bin has one of its own. Whole numbers beyond 2⁵³ are compared as floats.
    Changes of the share of missing values are for drift.new_category and drift.psi.

    Bounds: Each distance is at most its truth plus random noise, whose mean and tail come from
    the sample by formula; bounds follow from the triangle inequality and hold where nothing
    differs, too. The columns are one alarm family.

    Undefined: A column with fewer than `min_n` values in either data set (an empty one, one row,
    all missing) leaves the control inconclusive, and so does one that holds numbers in one data
    set and texts in the other, or a run in which there is nothing to compare. A reference that is
    constant has no deviation: wasserstein is undefined unless all current values are the same
    constant, which is 0; the others are measured. Infinite values leave wasserstein undefined;
    the others take them as the largest numbers. A column that only one data set has is shown, not
    judged; one that is named and absent is refused when the plan is made. Comparing a data set
    with itself is an error.

    Cost: Both columns sorted once: O((m + n) log (m + n)), 8 bytes a value.

    Source: Kantorovich 1942 and Vaserstein 1969 (distance); Smirnov 1948; Lin 1991, "Divergence
    measures based on the Shannon entropy" (IEEE Transactions on Information Theory).

    Example:
        check: drift.numeric
        with: {reference: train, current: production, columns: [age, income]}
        require: {wasserstein: {max: 0.1, detect: 0.2}}
    """
    refuse_itself(reference, current)
    largest: dict[str, float] = {}
    judged = False
    for part in numeric_columns(reference, current, params.columns):
        silent = part if isinstance(part, Silent) else too_few(part, params.min_n)
        judged = judged or silent is None or not silent.context
        if silent is not None:
            yield from silent.notes(NAMES)
        elif isinstance(part, Numbers):
            for estimate in _distances(part, params.edges, params.bins):
                if isinstance(estimate, Distance) and estimate.name == WASSERSTEIN:
                    largest[part.column] = estimate.value
                yield estimate
    if not judged:
        for name in NAMES:
            yield Undefined(name, 0, "the data sets have no numeric column in common")
    if largest:
        yield by_size(WASSERSTEIN, "number", largest)


def _distances(
    part: Numbers, edges: Mapping[str, tuple[float, ...]], bins: int
) -> Iterator[Estimate]:
    import numpy as np

    from deploycheck.stats.distance import js, ks

    place, told, rows = {"column": part.column}, part.told(), sum(part.sizes)
    x, y = part.reference, part.current
    most = np.finfo(np.float64).max
    infinite = [int(np.isinf(values).sum()) for values in (x, y)]
    if any(infinite):
        reason = f"infinite values: {infinite[0]:,} in the reference, {infinite[1]:,} in current"
        yield Undefined(WASSERSTEIN, rows, reason, slice=place, details=told)
        x, y = np.clip(x, -most, most), np.clip(y, -most, most)
    else:
        yield _wasserstein(part)
    found = ks(x, y)
    yield Distance(KS, found.value, found.center, found.scale, rows, slice=place, details=told)
    own = part.column in edges
    cuts = np.array(edges[part.column], dtype=np.float64) if own else quantile_cuts(x, bins)
    found = js(binned(x, cuts), binned(y, cuts))
    yield Distance(JS, found.value, found.center, found.scale, rows, slice=place, details=told)


def _wasserstein(part: Numbers) -> Estimate:
    from deploycheck.stats.distance import wasserstein

    place, told, rows = {"column": part.column}, part.told(), sum(part.sizes)
    x, y = part.reference, part.current
    if x[0] == x[-1] == y[0] == y[-1]:
        # Values that were not seen may still differ: as noise, what a unit deviation would have.
        m, n = part.sizes
        scale = math.sqrt(1 / m + 1 / n)
        center = math.sqrt(2 / math.pi) * scale
        told += ("all values of both are the same",)
        return Distance(WASSERSTEIN, 0.0, center, scale, rows, slice=place, details=told)
    if x[0] == x[-1]:
        reason = "the reference is constant, the current data are not: there is no unit of distance"
        return Undefined(WASSERSTEIN, rows, reason, slice=place, details=told)
    try:
        found = wasserstein(x, y)
    except ValueError as error:  # a deviation so small that its square vanishes
        return Undefined(WASSERSTEIN, rows, str(error), slice=place, details=told)
    return Distance(
        WASSERSTEIN, found.value, found.center, found.scale, rows, slice=place, details=told
    )
