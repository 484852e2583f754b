"""Checker ``data_quality.completeness``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen
from deploycheck.authoring.estimates import Count, Estimate, Proportion
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import narwhals as nw

Whole = Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]
Sentinel = Whole | StrictFloat | Annotated[StrictStr, Field(max_length=200)]


class Completeness(Params):
    columns: Columns | None = Field(
        None, description="Columns that are looked at; every column where none are named."
    )
    sentinels: tuple[Sentinel, ...] = Field(
        (),
        max_length=100,
        description="Texts and numbers that stand for a missing value, such as `NA` or -999. "
        "Numbers count in numeric columns, and as they are written in text columns.",
    )


@checker(
    "data_quality.completeness",
    measures=[
        Measure(
            "missing_rate",
            unit="probability",
            better="lower",
            doc="Rows without a value ÷ rows, for each column.",
        ),
        Measure(
            "missing_rows", unit="rows", better="lower", doc="Rows without a value, by column."
        ),
    ],
)
def completeness(params: Completeness, table: Table) -> Iterator[Estimate]:
    """Columns have few missing values.

    Why: A model that was trained on complete rows guesses where a value is missing, and a metric
    on the rows that are left speaks about other people than those who will be served.

    Fix: Look upstream for the join or export that lost the values; fill them there, or drop the
    column from the features. If a value such as -999 stands for "unknown", name it in `sentinels`.

    Definition: missing_rate(c) = #{rows: c is null, NaN, or one of `sentinels`} ÷ #{rows}, for
    each column c. A sentinel is compared exactly: case and blanks count, and the empty text is
    missing only if it is named. A null of the file is always missing.

    Bounds: The rows are taken as all there are, so a rate is exact; with `sample: random` it is
    bounded by Clopper–Pearson. Counts are exact.

    Undefined: On a table without rows nothing can be said, and the control is inconclusive. One
    row gives 0 or 1. A constant column is complete if it has a value; a column with no value at
    all has the rate 1. A column that the table has not is refused when the plan is made.

    Cost: One pass over the named columns, shared with the other checks on the data set.

    Source: ISO/IEC 5259-2:2024, completeness measures; Schelter et al. 2018, "Automating
    large-scale data quality verification" (VLDB).

    Example:
        check: data_quality.completeness
        with: {data: test, columns: [age, income], sentinels: [NA, -999]}
        require: {missing_rate: {max: 0.05}}
    """
    rows = table.rows()
    for column in chosen(table, params.columns):
        missing = _missing(table, column, params.sentinels)
        place = {"column": column}
        yield Proportion("missing_rate", hits=missing, of=rows, slice=place)
        yield Count("missing_rows", missing, of=rows, slice=place)


def _missing(table: Table, column: str, sentinels: tuple[int | float | str, ...]) -> "nw.Expr":
    missing = table.missing(column)
    kind = table.columns[column]
    for sentinel in sentinels:
        # Compared one by one: a literal is widened to the column's type, a list would overflow it.
        if (literal := _literal(sentinel, kind)) is not None:
            missing |= table.col(column) == literal
    return missing


def _literal(sentinel: float | str, kind: str) -> float | str | None:
    """The sentinel as a value of such a column; ``None`` if no value can equal it."""
    if kind == "text":
        return str(sentinel)
    if isinstance(sentinel, str) or kind not in {"integer", "float"}:
        return None
    if kind == "float":
        return float(sentinel)
    is_possible = sentinel == int(sentinel) and -(2**63) <= sentinel < 2**63
    return int(sentinel) if is_possible else None
