"""Checker ``data_quality.volume``."""

from collections.abc import Generator
from typing import Annotated, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.groups import Label
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import ColumnNames, Columns, Params
from deploycheck.authoring.requests import Counts, CountsAnswer
from deploycheck.evidence.coded import MISSING, value_text
from deploycheck.evidence.table import Table


class Volume(Params):
    by: Columns | None = Field(
        None,
        description="Columns whose values are counted one by one, such as the target or a "
        "protected column; each is looked at by itself.",
    )
    expected: Annotated[dict[str, tuple[Label, ...]], ColumnNames()] = Field(
        {},
        max_length=10_000,
        description="Values of the columns of `by` that are counted even where no row has them: a "
        "group that is lost altogether has 0 rows.",
    )

    @model_validator(mode="after")
    def _expected_of_by(self) -> Self:
        if unknown := sorted({*self.expected} - {*(self.by or ())}):
            raise ValueError(f"expected: {unknown[0]!r} is no column of `by`")
        return self


@checker(
    "data_quality.volume",
    measures=[
        Measure(
            "rows",
            unit="rows",
            better="higher",
            doc="Rows of the data set; with `by`, rows of each value of each column.",
        ),
    ],
    kind="exact",
)
def volume(params: Volume, table: Table) -> Generator[Estimate | Counts, CountsAnswer, None]:
    """There are enough rows.

    Why: A metric on few rows says little, and one on a group of a dozen people says nothing about
    the group. A load that broke off leaves a file that looks whole.

    Fix: Look upstream for the filter, join or partition that lost the rows. If a group is small
    in truth, collect more of it, or say in the policy that nothing is claimed about it.

    Definition: rows = #{rows}. With `by`, rows(c, v) = #{rows: c has the value v} for each column
    c and each value v that occurs or is `expected`, and the rows of the whole data set are shown
    beside them, not judged. Rows without a value are the group `(missing)`; NaN is missing. Rows
    are counted as they stand in the file, without weights.

    Bounds: Counts are exact.

    Undefined: An empty table has 0 rows; with `by` it has no groups, nothing can be said of those
    that are not `expected`, and the control is inconclusive or fails. One row is a count like any
    other; a constant column is one group, and so is one with all values missing. More than 10,000
    values of a column are an error, and so is a column of lists or other nested values, or one
    with missing values beside the text `(missing)`. A column that the table has not is refused
    when the plan is made.

    Cost: The length of the table, and one pass over each column of `by`.

    Source: Deequ, Size; Schelter et al. 2018, "Automating large-scale data quality verification"
    (VLDB).

    Example:
        check: data_quality.volume
        with: {data: test, by: [outcome, sex], expected: {sex: [female, male]}}
        require: {rows: {min: 100}}
    """
    by = () if params.by is None else chosen(table, params.by)
    yield Count("rows", table.rows(), context=bool(by))
    for column in by:
        if table.columns[column] == "other":
            raise EvidenceError(
                f"column {column} holds neither numbers, text, truth values nor times",
                "count by another column",
                code="DC203",
            )
        answer = yield Counts(table, (column,))
        rows = _by_value(column, table.columns[column], answer)
        for value in params.expected.get(column, ()):
            rows.setdefault(value, 0)
        if not answer.total:
            yield Undefined("rows", 0, "no rows", slice={"by": column})
        for value, count in sorted(rows.items()):
            yield Count("rows", count, of=answer.total, slice={column: value})


def _by_value(column: str, kind: str, answer: CountsAnswer) -> dict[str, int]:
    """Rows by the text of a value: 1 and 1.0 are ``1``."""
    rows: dict[str, int] = {}
    for (text,), count in answer.rows.items():
        value = MISSING if text is None else _group(text, kind)
        if value in rows:
            raise EvidenceError(
                f"column {column} has missing values and the text {MISSING!r}",
                f"list {MISSING!r} in the data set's `missing`, or rename it",
                code="DC203",
            )
        rows[value] = count
    return rows


def _group(text: str, kind: str) -> str:
    return value_text(float(text)) if kind == "float" else text
