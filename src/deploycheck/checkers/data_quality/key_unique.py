"""Checker ``data_quality.key_unique``."""

from collections.abc import Generator

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.requests import DuplicateCount, Duplicates
from deploycheck.evidence.table import Table


class KeyUnique(Params):
    key: Columns = Field(description="Columns that together name a row.")


@checker(
    "data_quality.key_unique",
    measures=[
        Measure(
            "duplicate_keys",
            unit="rows",
            better="lower",
            doc="Rows whose key an earlier row has: rows minus distinct keys.",
        ),
        Measure(
            "missing_keys",
            unit="rows",
            better="lower",
            doc="Rows without a value in a column of the key, by column.",
        ),
    ],
)
def key_unique(
    params: KeyUnique, table: Table
) -> Generator[Estimate | Duplicates, DuplicateCount, None]:
    """Every row has a key of its own.

    Why: A row that stands twice counts twice in every metric, and lies in training and test data
    at once where the split was drawn at random.

    Fix: Find the join that multiplies rows, or the load that ran twice; keep one row of each key.
    If rows are meant to repeat, name the column that tells them apart in `key` as well.

    Definition: duplicate_keys = #{rows} − #{distinct keys}. A key is the values of all columns of
    `key` together; two missing values are equal, so rows without a key are duplicates of one
    another. missing_keys counts the rows without a value in each column of the key.

    Bounds: Counts are exact.

    Undefined: On a table without rows nothing can be said, and the control is inconclusive. One
    row has no duplicate. A constant key column gives rows − 1, and so does one without any value.
    A column that the table has not is refused when the plan is made.

    Cost: One hash of each row, sorted: O(n log n) time, 16 bytes a row. Rows that share a hash
    are compared by value, so the count is exact.

    Source: Schelter et al. 2018, "Automating large-scale data quality verification" (VLDB),
    uniqueness; Codd 1970, entity integrity.

    Example:
        check: data_quality.key_unique
        with: {data: test, key: [application_id]}
        require: {duplicate_keys: {max: 0}, missing_keys: {max: 0}}
    """
    key = chosen(table, params.key)
    answer = yield Duplicates(table, key)
    rows = answer.rows
    if not rows:
        yield Undefined("duplicate_keys", 0, "no rows")
    else:
        absent = f"{answer.missing:,} rows have no value in the whole key"
        details = (absent,) if answer.missing else ()
        yield Count("duplicate_keys", answer.duplicates, of=rows, details=details)
    for column in key:
        missing = table.missing(column)
        yield Count("missing_keys", missing, of=table.rows(), slice={"column": column})
