"""Checker ``data_quality.duplicates``."""

from collections.abc import Generator

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen
from deploycheck.authoring.estimates import Count, Estimate, Proportion, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.requests import DuplicateCount
from deploycheck.authoring.requests import Duplicates as Request
from deploycheck.evidence.table import Table


class Duplicates(Params):
    columns: Columns | None = Field(
        None, description="Columns that are compared; every column where none are named."
    )


@checker(
    "data_quality.duplicates",
    measures=[
        Measure(
            "duplicate_rows",
            unit="rows",
            better="lower",
            doc="Rows that equal an earlier row: rows minus distinct rows.",
        ),
        Measure(
            "duplicate_rate",
            unit="probability",
            better="lower",
            doc="duplicate_rows ÷ rows.",
        ),
    ],
)
def duplicates(
    params: Duplicates, table: Table
) -> Generator[Estimate | Request, DuplicateCount, None]:
    """Rows do not repeat.

    Why: Repeated rows make a metric surer than it is, since the same case is counted as several,
    and leak from training into test data.

    Fix: Find the join or load that multiplies rows and keep one of each. If equal rows are
    different cases, add the column that tells them apart, or compare only `columns` that do.

    Definition: duplicate_rows = #{rows} − #{distinct rows}, that is the rows beyond the first of
    each set of equal ones; duplicate_rate = duplicate_rows ÷ #{rows}. Two missing values are
    equal, NaN is missing, −0.0 equals 0.0; texts are compared exactly.

    Bounds: The rows are taken as all there are, so the rate is exact; with `sample: random` it is
    bounded by Clopper–Pearson. The count is exact.

    Undefined: On a table without rows nothing can be said, and the control is inconclusive. One
    row has no duplicate. Where all columns are constant or missing, every row but one repeats. A
    column that the table has not is refused when the plan is made.

    Cost: One hash of each row, sorted: O(n log n) time, 16 bytes a row. Rows that share a hash
    are compared by value, so the count is exact.

    Source: Schelter et al. 2018, "Automating large-scale data quality verification" (VLDB);
    Lee et al. 2022, "Deduplicating training data makes language models better" (ACL).

    Example:
        check: data_quality.duplicates
        with: {data: test}
        require: {duplicate_rate: {max: 0.01}}
    """
    columns = () if params.columns is None else chosen(table, params.columns)
    answer = yield Request(table, columns)
    if not answer.rows:
        yield Undefined("duplicate_rows", 0, "no rows")
        yield Undefined("duplicate_rate", 0, "no rows")
        return
    yield Count("duplicate_rows", answer.duplicates, of=answer.rows)
    yield Proportion("duplicate_rate", hits=answer.duplicates, of=answer.rows)
