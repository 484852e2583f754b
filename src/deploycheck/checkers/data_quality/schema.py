"""Checker ``data_quality.schema``."""

from collections.abc import Generator, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictStr, field_serializer

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.authoring.requests import Values, ValuesAnswer
from deploycheck.evidence.table import Table

SHOWN = 100

Name = Annotated[StrictStr, Field(min_length=1, max_length=1000)]


class Declared(Params):
    """What one column is declared to be."""

    kind: Literal["integer", "float", "boolean", "text", "date", "datetime"] = Field(
        description="What its values are; compared exactly, so `integer` is no `float`."
    )
    nullable: StrictBool = Field(True, description="Whether values may be missing.")


class Schema(Params):
    columns: dict[Name, Declared] = Field(
        min_length=1, max_length=10_000, description="What each column is declared to be, by name."
    )
    ordered: StrictBool = Field(
        False, description="Whether the columns stand in the order in which they are declared."
    )
    extra: StrictBool = Field(
        False, description="Whether the data may have columns that are not declared."
    )

    @field_serializer("columns")
    def _in_order(self, columns: dict[str, Declared]) -> list[dict[str, Any]]:
        """As a list: a digest of a mapping is blind to the order, which is part of the contract."""
        return [{"name": name, **declared.model_dump()} for name, declared in columns.items()]


@checker(
    "data_quality.schema",
    measures=[
        Measure(
            "differences",
            unit="count",
            better="lower",
            doc="Ways in which the columns differ from what is declared.",
        ),
        Measure("columns", unit="count", better="none", doc="Columns of the data set."),
    ],
    kind="exact",
)
def schema(params: Schema, table: Table) -> Generator[Estimate | Values, ValuesAnswer, None]:
    """The columns are those that are declared.

    Why: A model reads columns by name, place and type. A column that is renamed, turned into text
    or suddenly has holes gives predictions that look like any others.

    Fix: Each difference is named, with what is declared and what is there. Mend the export that
    changed; if the data are right, change the contract, and check the code that reads them.

    Definition: differences is the number of: declared columns that the data have not; columns
    that are not declared, unless `extra`; columns whose kind is another than declared; columns
    that are declared not `nullable` and miss a value in some row; and, with `ordered`, one if the
    declared columns stand in another order (undeclared ones between them do not matter). Names
    are compared exactly. NaN is missing. A CSV column of whole numbers is of kind integer.

    Bounds: Counts are exact.

    Undefined: On a table without rows nothing can be said about kinds, and the control is
    inconclusive; one row is judged like many, and so is a constant column. A column without any
    value in a CSV file is of kind text, and differs from any other kind that is declared. A
    declared column that the table has not is a difference.

    Cost: One pass over the columns that are not `nullable`, shared with the other checks on the
    data set.

    Source: Breck et al. 2019, "Data validation for machine learning" (MLSys).

    Example:
        check: data_quality.schema
        with:
          data: test
          columns:
            application_id: {kind: integer, nullable: false}
            age: {kind: integer}
            sex: {kind: text, nullable: false}
          extra: true
        require: {differences: {max: 0}}
    """
    yield Count("columns", len(table.columns))
    asked = [name for name in params.columns if name in table.columns]
    counted = {f"missing {name}": table.missing(name).sum() for name in asked}
    answer = yield Values(table, {"rows": table.rows(), **counted})
    rows = answer.numbers["rows"]
    if not rows:
        yield Undefined("differences", 0, "no rows")
        return
    missing = {name: answer.numbers[f"missing {name}"] for name in asked}
    found = tuple(_differences(params, table, missing, rows))
    more = (f"and {len(found) - SHOWN:,} more",) if len(found) > SHOWN else ()
    yield Count("differences", len(found), details=(*found[:SHOWN], *more))


def _differences(
    params: Schema, table: Table, missing: Mapping[str, int], rows: int
) -> Iterator[str]:
    for name, declared in params.columns.items():
        if name not in table.columns:
            yield f"column {quoted(name)}: declared {declared.kind}, not there"
            continue
        kind = table.columns[name]
        if kind != declared.kind:
            void = ", without any value" if missing[name] == rows else ""
            yield f"column {quoted(name)}: declared {declared.kind}, is {kind}{void}"
        if missing[name] and not declared.nullable:
            holes = f"{missing[name]:,} of {rows:,} rows have no value"
            yield f"column {quoted(name)}: declared not nullable, {holes}"
    if not params.extra:
        for name, kind in table.columns.items():
            if name not in params.columns:
                yield f"column {quoted(name)}: not declared, is {kind}"
    if params.ordered:
        yield from _order(tuple(params.columns), tuple(table.columns))


def _order(declared: tuple[str, ...], there: tuple[str, ...]) -> Iterator[str]:
    """The first place where the columns that both have stand in another order."""
    both = {*declared} & {*there}
    wanted = [name for name in declared if name in both]
    found = [name for name in there if name in both]
    for first, second in zip(wanted, found, strict=True):
        if first != second:
            yield f"order: declared {quoted(first)}, there stands {quoted(second)}"
            return
