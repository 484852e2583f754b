"""Checker ``drift.new_category``."""

from collections.abc import Iterator
from typing import Annotated

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.comparing import (
    Categories,
    DriftParams,
    Silent,
    by_size,
    too_few,
)
from deploycheck.authoring.estimates import Count, Difference, Estimate, Proportion, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.pairing import categorical, refuse_itself
from deploycheck.authoring.params import From
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.samples import Samples

RATE, VALUES, MISSING_RATE = NAMES = ("unseen_rate", "unseen_values", "missing_rate_change")
NAMED = 3  # unseen values that are named
SHARED_BY = 5  # rows that must have a value for it to be a category, and no text of one person


class NewCategory(DriftParams):
    """Nothing beyond what every comparison of two data sets takes."""


@checker(
    "drift.new_category",
    measures=[
        Measure(
            RATE,
            unit="probability",
            better="lower",
            doc="Current rows whose value never occurs in the reference ÷ current rows with a "
            "value.",
            plan=Sampling("proportion", data=("current",)),
        ),
        Measure(
            VALUES,
            unit="count",
            better="lower",
            doc="Different values of the current data that never occur in the reference.",
        ),
        Measure(
            MISSING_RATE,
            unit="probability difference",
            better="lower",
            doc="Share of rows without a value in the current data minus that in the reference.",
        ),
    ],
    kind="detect",
)
def new_category(
    params: NewCategory,
    reference: Annotated[Samples, From("reference")],
    current: Annotated[Samples, From("production")],
) -> Iterator[Estimate | Bars]:
    """No category is new to the model.

    Why: A category that training never saw is encoded as nothing, or as whatever comes first. The
    answer is then about somebody else, and no error is raised.

    Fix: Map renamed categories back, or train again with the new ones. If they are rare by nature,
    encode unseen values on purpose, and test that.

    Definition: For each column of texts or truth values of both data sets, or each of `columns`
    (of any kind): unseen_rate = #{current rows: their value occurs in no reference row} ÷
    #{current rows with a value}; unseen_values = #{different such values}; missing_rate_change =
    #{current rows without a value} ÷ #{current rows} less the same of the reference. Values are
    compared as text, exactly; 1, 1.0 and `1` are the same. A missing value is no category.

    Bounds: Clopper–Pearson for unseen_rate, Miettinen–Nurminen for missing_rate_change; the count
    is exact. The columns are one alarm family.

    Undefined: A column with fewer than `min_n` values in either data set (an empty one, one row,
    all missing) leaves the first two measures undefined and the control inconclusive, and so does
    one that holds numbers in one data set and texts in the other, or a run in which there is
    nothing to compare. missing_rate_change needs `min_n` rows. A constant column is one category.
    Columns that only one data set has, dates and moments, and columns of more than 1,000
    categories are shown and not judged, unless they are named. A named column that is absent is
    refused when the plan is made. Comparing a data set with itself is an error.

    Cost: One count of each column, O(m + n).

    Source: deepchecks, NewCategory; Breck et al. 2019, "Data validation for machine learning"
    (MLSys).

    Example:
        check: drift.new_category
        with: {reference: train, current: production, columns: [sex, race]}
        require: {unseen_rate: {max: 0.01, detect: 0.02}}
    """
    refuse_itself(reference, current)
    largest: dict[str, float] = {}
    judged = False
    for part in categorical(reference, current, params.columns):
        judged = judged or not (isinstance(part, Silent) and part.context)
        if isinstance(part, Silent):
            yield from part.notes(NAMES)
            continue
        for estimate in _unseen(part, params.min_n):
            if isinstance(estimate, Proportion):
                largest[part.column] = estimate.hits / estimate.of
            yield estimate
        yield _missing(part, params.min_n)
    if not judged:
        for name in NAMES:
            yield Undefined(name, 0, "the data sets have no column of categories in common")
    if largest:
        yield by_size(RATE, "probability", largest)


def _unseen(part: Categories, min_n: int) -> Iterator[Estimate]:
    if (few := too_few(part, min_n)) is not None:
        yield from few.notes((RATE, VALUES))
        return
    place = {"column": part.column}
    rows = part.sizes[1]
    new = {
        value: count
        for value, before, count in zip(
            part.values, part.reference.tolist(), part.current.tolist(), strict=True
        )
        if count and not before
    }
    told = [f"{int((part.reference > 0).sum()):,} categories in the reference"]
    common = [value for value, count in new.items() if count >= SHARED_BY]
    first = sorted(common, key=lambda value: (-new[value], value))[:NAMED]
    told += [f"{quoted(value)}: {new[value]:,} rows" for value in first]
    if len(common) > NAMED:
        told.append(f"and {len(common) - NAMED:,} more values of {SHARED_BY} rows and more")
    details = (*told, *part.told())
    yield Proportion(RATE, hits=sum(new.values()), of=rows, slice=place, details=details)
    yield Count(VALUES, len(new), of=rows, slice=place, details=details)


def _missing(part: Categories, min_n: int) -> Estimate:
    """How much more often a value is missing than in the reference."""
    before, now = part.missing
    rows = [size + missing for size, missing in zip(part.sizes, part.missing, strict=True)]
    place = {"column": part.column}
    if min(rows) < min_n:
        reason = f"{min(rows):,} rows in one of the data sets, fewer than {min_n:,}"
        return Undefined(MISSING_RATE, min(rows), reason, slice=place)
    return Difference(
        MISSING_RATE,
        hits=now,
        of=rows[1],
        versus_hits=before,
        versus_of=rows[0],
        slice=place,
        details=part.told(),
    )
