"""Checker ``drift.psi``."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from deploycheck.authoring.binning import binned, quantile_cuts
from deploycheck.authoring.checker import checker
from deploycheck.authoring.comparing import (
    Categories,
    DriftParams,
    Numbers,
    Silent,
    by_size,
    too_few,
    too_sparse,
)
from deploycheck.authoring.estimates import ChiSquared, Estimate, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.pairing import categorical, numeric, refuse_itself
from deploycheck.authoring.params import From
from deploycheck.evidence.samples import Samples

PSI = "psi"


class StabilityIndex(DriftParams):
    bins: int = Field(
        10,
        ge=2,
        le=1_000,
        strict=True,
        description="Bins of a number: as many quantiles of the reference.",
    )


@checker(
    "drift.psi",
    measures=[
        Measure(
            PSI,
            unit="number",
            better="lower",
            doc="Population stability index Σ (p - q) ln(p ÷ q) over bins or categories, p their "
            "shares in the reference and q in the current data.",
            low=0.0,
        ),
    ],
)
def psi(
    params: StabilityIndex,
    reference: Annotated[Samples, From("reference")],
    current: Annotated[Samples, From("production")],
) -> Iterator[Estimate | Bars]:
    """Inputs and scores are as stable as the index demands.

    Why: The index is what credit-risk monitoring reports, for scores and for each of their inputs.
    Its usual limits of 0.10 and 0.25 forget that it is above 0 by chance: with 10 bins and 100
    rows on either side it is 0.18 on average where nothing has changed.

    Fix: Find out whether the population or the pipeline changed. Where the index cannot be shown
    to be small, collect more rows, or look at a longer window.

    Definition: psi = Σ (p − q) ln(p ÷ q). Of a number the bins are `bins` quantiles of the
    reference, right-closed; a value that fills a bin has one of its own, and so has every value
    where there are at most `bins`. Of a text or truth value each value is a bin. Missing values
    are a bin, if there are any. Where a bin of one data set is empty, half a row is added to every
    bin of both, since the index would be infinite. Every numeric column and every column of
    categories that both data sets have is measured, or each of `columns`.

    Bounds: psi · m·n ÷ (m + n) is taken as noncentral χ² with as many degrees of freedom as bins
    less one, turned round; so the bounds know what chance alone adds.

    Undefined: A column of which either data set has fewer than `min_n` rows (an empty one, one
    row), with fewer than 5 rows for each bin in both together, whose reference values are all
    missing, or with numbers in one data set and texts in the other, leaves the control
    inconclusive, and so does a run in which there is nothing to compare. A column that is constant
    in both is 0. Columns that only one data set has, dates and moments, and columns of more than
    1,000 categories are shown and not judged, unless they are named. A named column that is absent
    is refused when the plan is made. Comparing a data set with itself is an error.

    Cost: Numbers are sorted, texts counted: O((m + n) log (m + n)).

    Source: Yurdakul and Naranjo 2020, "Statistical properties of the population stability index"
    (Journal of Risk Model Validation); Siddiqi 2006, "Credit risk scorecards".

    Example:
        check: drift.psi
        with: {reference: train, current: production, columns: [age, income]}
        require: {psi: {max: 0.25}}
    """
    refuse_itself(reference, current)
    largest: dict[str, float] = {}
    judged = False
    for part in _parts(params, reference, current):
        silent = part if isinstance(part, Silent) else _silent(part, params.min_n)
        judged = judged or silent is None or not silent.context
        if silent is not None:
            yield from silent.notes((PSI,))
        elif isinstance(part, Categories):
            estimate = _index(part)
            largest[part.column] = estimate.statistic / estimate.n
            yield estimate
    if not judged:
        yield Undefined(PSI, 0, "the data sets have no column in common that can be compared")
    if largest:
        yield by_size(PSI, "number", largest)


def _silent(part: Categories, min_n: int) -> Silent | None:
    return too_few(part, min_n) or too_sparse(part)


def _parts(
    params: StabilityIndex, reference: Samples, current: Samples
) -> Iterator[Categories | Silent]:
    """Every column as rows by bin, missing values among them, or why not."""
    if params.columns is None:
        told: set[str] = set()
        for part in (*numeric(reference, current, None), *categorical(reference, current, None)):
            if part.column not in told:  # what holds numbers here and texts there is told twice
                told.add(part.column)
                yield _binned(part, params.bins)
        return
    for column in params.columns:
        number = column in reference.numbers or column in current.numbers
        found = (numeric if number else categorical)(reference, current, (column,))
        for part in found:
            yield _binned(part, params.bins)


def _binned(part: Numbers | Categories | Silent, bins: int) -> Categories | Silent:
    if isinstance(part, Silent):
        return part
    if isinstance(part, Categories):
        return part.with_missing()
    if not len(part.reference):
        return Silent(part.column, "no values in the reference")
    cuts = quantile_cuts(part.reference, bins)
    counts = (binned(part.reference, cuts), binned(part.current, cuts))
    names = tuple(map(str, range(len(counts[0]))))
    return Categories(part.column, names, *counts, part.missing).with_missing()


def _index(part: Categories) -> ChiSquared:
    from deploycheck.stats.distance import psi as stability_index

    found = stability_index(part.reference, part.current)
    empty = int(((part.reference == 0) != (part.current == 0)).sum())
    told = [f"{found.df + 1:,} bins"]
    if empty:
        told.append(f"{empty:,} of them empty in one data set: half a row is added to each")
    return ChiSquared(
        PSI,
        found.statistic,
        max(found.df, 1),  # one bin alone leaves none, and the bounds need one
        found.n,
        power=1,
        rows=sum(part.sizes),
        inflation=found.inflation,
        slice={"column": part.column},
        details=tuple(told),
    )
