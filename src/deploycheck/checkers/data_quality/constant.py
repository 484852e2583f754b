"""Checker ``data_quality.constant``."""

from collections.abc import Generator
from fractions import Fraction

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen, quoted
from deploycheck.authoring.estimates import Count, Estimate, Proportion, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.requests import TopTwo, TopTwoAnswer
from deploycheck.evidence.table import Table

SHOWN = 100


class Constant(Params):
    columns: Columns | None = Field(
        None, description="Columns that are looked at; every column where none are named."
    )
    frequency_ratio: float = Field(
        19.0,
        ge=1,
        strict=True,
        description="The most frequent value is too frequent where it occurs more than this many "
        "times as often as the second most frequent.",
    )
    distinct_share: float = Field(
        0.1,
        gt=0,
        le=1,
        strict=True,
        description="A column has too few values where distinct values ÷ rows is less than this.",
    )


@checker(
    "data_quality.constant",
    measures=[
        Measure(
            "constant_columns",
            unit="count",
            better="lower",
            doc="Columns with one value, with none, or with near-zero variance.",
        ),
        Measure(
            "frequency_ratio",
            unit="ratio",
            better="lower",
            doc="Rows with the most frequent value ÷ rows with the second most frequent one, for "
            "each column.",
            low=1.0,
        ),
        Measure(
            "distinct_share",
            unit="probability",
            better="higher",
            doc="Distinct values ÷ rows, for each column.",
        ),
    ],
    kind="exact",
)
def constant(params: Constant, table: Table) -> Generator[Estimate | TopTwo, TopTwoAnswer, None]:
    """Columns vary enough to tell rows apart.

    Why: A column with nearly one value tells a model nothing, and the few other rows get a weight
    that rests on them alone. Often it is the trace of a join or a default that went wrong.

    Fix: Look upstream for the source that stopped to deliver; else drop the column from the
    features. Where a rare value matters, as in the label of a rare event, leave the column out of
    `columns`.

    Definition: A column is constant if it has at most one distinct value, or near-zero variance:
    frequency_ratio = #{rows with the most frequent value} ÷ #{rows with the second most frequent
    one} > `frequency_ratio` and distinct_share = #{distinct values} ÷ #{rows} < `distinct_share`.
    constant_columns is their number. A missing value is no value, but its row counts as a row;
    NaN is missing, −0.0 equals 0.0, texts are compared exactly.

    Bounds: Counts and shares are exact.

    Undefined: On a table without rows nothing can be said, and the control is inconclusive. In a
    table of one row every column is constant. A column with all values missing is constant. The
    frequency ratio of a constant column is undefined. A column that the table has not is refused
    when the plan is made.

    Cost: For each column one hash of each row, sorted: O(n log n) time, 16 bytes a row. Rows that
    share a hash are compared by value, so the counts are exact.

    Source: Kuhn 2008, "Building predictive models in R using the caret package" (Journal of
    Statistical Software).

    Example:
        check: data_quality.constant
        with: {data: test, columns: [age, income, sex]}
        require: {constant_columns: {max: 0}}
    """
    found: list[str] = []
    rows = looked = 0
    for column in chosen(table, params.columns):
        answer = yield TopTwo(table, column)
        looked += 1
        rows = answer.rows
        yield from _context(answer, {"column": column})
        if said := _constant(params, answer):
            found.append(f"column {quoted(column)}: {said}")
    if not rows:
        yield Undefined("constant_columns", 0, "no rows")
        return
    more = (f"and {len(found) - SHOWN:,} more",) if len(found) > SHOWN else ()
    yield Count("constant_columns", len(found), of=looked, details=(*found[:SHOWN], *more))


def _context(answer: TopTwoAnswer, place: dict[str, str]) -> Generator[Estimate, None, None]:
    present = answer.rows - answer.missing
    if answer.second:
        yield Statistic("frequency_ratio", answer.most / answer.second, of=present, slice=place)
    else:
        reason = "fewer than two distinct values" if answer.rows else "no rows"
        yield Undefined("frequency_ratio", present, reason, slice=place)
    if answer.rows:
        yield Proportion("distinct_share", hits=answer.distinct, of=answer.rows, slice=place)
    else:
        yield Undefined("distinct_share", 0, "no rows", slice=place)


def _constant(params: Constant, answer: TopTwoAnswer) -> str:
    """Why a column counts as constant; empty if it does not."""
    if not answer.rows:
        return ""
    if not answer.distinct:
        return "no value at all"
    if not answer.second:
        return "one value"
    # As the bounds are written: 0.1 as a binary number lies above one tenth.
    frequent = Fraction(answer.most, answer.second) > Fraction(repr(params.frequency_ratio))
    few = Fraction(answer.distinct, answer.rows) < Fraction(repr(params.distinct_share))
    if not (frequent and few):
        return ""
    return (
        f"{answer.most:,} rows have the most frequent of {answer.distinct:,} values, "
        f"{answer.second:,} the second"
    )
