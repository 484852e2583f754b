"""Checker ``data_quality.domain``."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate, Proportion
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import ColumnNames, Params
from deploycheck.authoring.patterns import Pattern, whole
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import narwhals as nw

Text = Annotated[StrictStr, Field(max_length=1000)]
Whole = Annotated[StrictInt, Field(ge=-(2**63), lt=2**63)]
Limit = Whole | StrictFloat | Text
Value = StrictBool | Whole | StrictFloat | Text


class Rule(Params):
    """What the values of one column may be; everything that is given must hold."""

    min: Limit | None = Field(None, description="Smallest value: a number, or a date as text.")
    max: Limit | None = Field(None, description="Largest value: a number, or a date as text.")
    closed: Literal["both", "left", "right", "neither"] = Field(
        "both", description="Which of `min` (left) and `max` (right) are allowed themselves."
    )
    one_of: tuple[Value, ...] | None = Field(
        None, min_length=1, max_length=10_000, description="The allowed values."
    )
    pattern: Pattern | None = Field(
        None,
        description="Regular expression that the whole text must match: the RE2 subset, with "
        "`\\d \\w \\s` meaning ASCII.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(v is None for v in (self.min, self.max, self.one_of, self.pattern)):
            raise ValueError("give at least one of min, max, one_of, pattern")
        low, high = self.min, self.max
        if low is not None and high is not None:
            if isinstance(low, str) != isinstance(high, str):
                raise ValueError("min and max are both numbers or both dates")
            empty = low > high or (low == high and self.closed != "both")  # type: ignore[operator]  # of one kind
            if empty:
                raise ValueError(f"no value lies between min {low} and max {high}")
        return self


class Domain(Params):
    rules: Annotated[dict[str, Rule], ColumnNames()] = Field(
        min_length=1, max_length=10_000, description="What the values of each column may be."
    )


@checker(
    "data_quality.domain",
    measures=[
        Measure(
            "violation_rate",
            unit="probability",
            better="lower",
            doc="Values outside their domain ÷ values that are there, for each column.",
        ),
        Measure(
            "violations", unit="rows", better="lower", doc="Values outside their domain, by column."
        ),
    ],
)
def domain(params: Domain, table: Table) -> Iterator[Estimate]:
    """Values lie in their declared range, set or form.

    Why: An age of 999 or a country that does not exist is a fault upstream, and a model answers
    it without complaint, far from anything it was trained on.

    Fix: Look at the rows that violate the rule and mend their source. If the values are right,
    the rule is too narrow: widen it, and check that the model knows such values.

    Definition: violation_rate(c) = #{values of c outside their rule} ÷ #{values of c that are
    there}. A value violates its rule if it is below `min`, above `max` (or equal to a bound that
    `closed` leaves out), not in `one_of`, or not matched as a whole by `pattern`. A missing value
    is no violation and is not counted: that is data_quality.completeness.

    Bounds: The rows are taken as all there are, so a rate is exact; with `sample: random` it is
    bounded by Clopper–Pearson. Counts are exact.

    Undefined: Where a column has no value at all, or the table is empty, nothing can be said, and
    the control is inconclusive. One row gives 0 or 1, and so does a constant column. A rule that
    does not suit the column's type, such as a pattern for numbers, is an error; a column that the
    table has not is refused when the plan is made.

    Cost: One pass over the named columns, shared with the other checks on the data set; a pattern
    is matched in time linear in the text.

    Source: Breck et al. 2019, "Data validation for machine learning" (MLSys); RE2 syntax,
    https://github.com/google/re2/wiki/Syntax.

    Example:
        check: data_quality.domain
        with:
          data: test
          rules:
            age: {min: 18, max: 120}
            sex: {one_of: [female, male, other]}
            postcode: {pattern: '[0-9]{5}'}
        require: {violations: {max: 0}}
    """
    for column in chosen(table, tuple(params.rules)):
        present = ~table.missing(column)
        wrong = present & _violates(table, column, params.rules[column])
        place = {"column": column}
        yield Proportion("violation_rate", hits=wrong, of=present, slice=place)
        yield Count("violations", wrong, of=present, slice=place)


def _violates(table: Table, column: str, rule: Rule) -> "nw.Expr":
    values, kind = table.col(column), table.columns[column]
    found: list[nw.Expr] = []
    if rule.min is not None:
        low = _limit(rule.min, "min", column, kind)
        found.append(values < low if rule.closed in {"both", "left"} else values <= low)
    if rule.max is not None:
        high = _limit(rule.max, "max", column, kind)
        found.append(values > high if rule.closed in {"both", "right"} else values >= high)
    if rule.one_of is not None:
        found.append(~values.is_in([_member(v, column, kind) for v in rule.one_of]))
    if rule.pattern is not None:
        if kind != "text":
            raise _unsuited("pattern", column, kind, "a pattern is for text")
        found.append(~values.str.contains(whole(rule.pattern)))
    violated = found[0]
    for other in found[1:]:
        violated |= other
    return violated


def _limit(limit: float | str, name: str, column: str, kind: str) -> Any:
    if kind in {"integer", "float"} and not isinstance(limit, str):
        return limit
    if kind in {"date", "datetime"} and isinstance(limit, str):
        try:
            return date.fromisoformat(limit) if kind == "date" else datetime.fromisoformat(limit)
        except ValueError:
            raise _unsuited(name, column, kind, "write it like 2026-12-01") from None
    wanted = "a number" if kind in {"integer", "float"} else "a number or date"
    raise _unsuited(name, column, kind, f"{name} is {wanted}, of the column's own type")


def _member(value: bool | float | str, column: str, kind: str) -> Any:
    suits = {
        "text": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, int | float) and not isinstance(value, bool),
    }
    if not suits.get(kind, False):
        raise _unsuited("one_of", column, kind, "its values are of the column's own type")
    return float(value) if kind == "float" else value


def _unsuited(name: str, column: str, kind: str, fix: str) -> EvidenceError:
    return EvidenceError(
        f"rule of column {column}: {name} does not suit a column of kind {kind}", fix, code="DC203"
    )
