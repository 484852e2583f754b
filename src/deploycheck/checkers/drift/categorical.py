"""Checker ``drift.categorical``."""

from collections.abc import Iterator
from typing import Annotated

from deploycheck.authoring.checker import checker
from deploycheck.authoring.comparing import (
    Categories,
    DriftParams,
    Silent,
    by_size,
    too_few,
    too_sparse,
)
from deploycheck.authoring.estimates import ChiSquared, Distance, Estimate, Statistic, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.pairing import categorical as categorical_columns
from deploycheck.authoring.pairing import refuse_itself
from deploycheck.authoring.params import From
from deploycheck.evidence.samples import Samples

V, JS, CHI2 = "cramers_v", "js_distance", "chi2_statistic"
NAMES = (V, JS)


class Categorical(DriftParams):
    """Nothing beyond what every comparison of two data sets takes."""


@checker(
    "drift.categorical",
    measures=[
        Measure(
            V,
            unit="number",
            better="lower",
            doc="√(chi2_statistic ÷ (m + n)): Cramér's V of the table of data sets and categories.",
            low=0.0,
            high=1.0,
        ),
        Measure(
            JS,
            unit="number",
            better="lower",
            doc="√ of the Jensen-Shannon divergence, base 2, of the shares of the categories.",
            low=0.0,
            high=1.0,
        ),
        Measure(
            CHI2,
            unit="number",
            better="lower",
            doc="Pearson's statistic of the table of data sets and categories, without "
            "continuity correction. It grows with the rows, so it is shown and never judged.",
            low=0.0,
        ),
    ],
    kind="detect",
)
def categorical(
    params: Categorical,
    reference: Annotated[Samples, From("reference")],
    current: Annotated[Samples, From("production")],
) -> Iterator[Estimate | Bars]:
    """Categories are as frequent as in the reference data.

    Why: A model answers for the world it was made from. Where the mix of its inputs has moved, its
    average error moves too, and rare categories that are now common were hardly ever tested.

    Fix: Find out whether the world or the pipeline changed: a category renamed, another country,
    a campaign. Mend the pipeline, or train and test again on recent data.

    Definition: For each column of texts or truth values of both data sets, or each of `columns`
    (of any kind), with shares p in m reference rows and q in n current rows: chi2_statistic =
    Σ (a − E)² ÷ E over both rows of the table; cramers_v = √(chi2_statistic ÷ (m + n));
    js_distance = √(½ Σ p log₂(p ÷ c) + ½ Σ q log₂(q ÷ c)), c = (p + q) ÷ 2. A missing value is a
    category of its own. Values are compared as text; 1, 1.0 and `1` are the same.

    Bounds: cramers_v by the noncentral χ² distribution of chi2_statistic, turned round, which
    knows that V is above 0 by chance alone; js_distance by the triangle inequality with noise by
    formula. The columns are one alarm family.

    Undefined: A column of which either data set has fewer than `min_n` rows (an empty one, one
    row), with fewer than 5 rows for each category in both together, or with numbers in one data
    set and texts in the other, leaves the control inconclusive, and so does a run in which there
    is nothing to compare. A column that is constant, or all missing, in both is 0. Columns that
    only one data set has, dates and moments, and columns of more than 1,000 categories are shown
    and not judged, unless they are named. A named column that is absent is refused when the plan
    is made. Comparing a data set with itself is an error.

    Cost: One count of each column, O(m + n).

    Source: Cramér 1946, "Mathematical methods of statistics"; Pearson 1900; Lin 1991, "Divergence
    measures based on the Shannon entropy" (IEEE Transactions on Information Theory).

    Example:
        check: drift.categorical
        with: {reference: train, current: production, columns: [sex, race]}
        require: {cramers_v: {max: 0.1, detect: 0.2}}
    """
    refuse_itself(reference, current)
    largest: dict[str, float] = {}
    judged = False
    for part in categorical_columns(reference, current, params.columns):
        silent = part if isinstance(part, Silent) else _silent(part, params.min_n)
        judged = judged or silent is None or not silent.context
        if silent is not None:
            yield from silent.notes(NAMES)
        elif isinstance(part, Categories):
            for estimate in _distances(part.with_missing()):
                if isinstance(estimate, ChiSquared):
                    largest[part.column] = (estimate.statistic / estimate.n) ** 0.5
                yield estimate
    if not judged:
        for name in NAMES:
            yield Undefined(name, 0, "the data sets have no column of categories in common")
    if largest:
        yield by_size(V, "number", largest)


def _silent(part: Categories, min_n: int) -> Silent | None:
    whole = part.with_missing()
    return too_few(whole, min_n) or too_sparse(whole)


def _distances(part: Categories) -> Iterator[Estimate]:
    from deploycheck.stats.distance import chi2, js

    place, rows = {"column": part.column}, sum(part.sizes)
    told = (f"{len(part.values):,} categories",)
    found = chi2(part.reference, part.current)
    # One category alone leaves no degree of freedom, and the bounds need one.
    df = max(found.df, 1)
    yield ChiSquared(
        V,
        found.statistic,
        df,
        found.n,
        rows=rows,
        inflation=found.inflation,
        slice=place,
        details=told,
    )
    yield Statistic(CHI2, found.statistic, of=rows, slice=place, context=True)
    noisy = js(part.reference, part.current)
    yield Distance(JS, noisy.value, noisy.center, noisy.scale, rows, slice=place, details=told)
