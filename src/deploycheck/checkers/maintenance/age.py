"""Checker ``maintenance.age``."""

from collections.abc import Generator
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from deploycheck.authoring.ages import newest_age
from deploycheck.authoring.checker import checker
from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.estimates import Estimate, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Column, From, Params
from deploycheck.authoring.requests import Values, ValuesAnswer
from deploycheck.evidence.table import Table

DAY = timedelta(days=1)


class TrainingAge(Params):
    column: Column = Field(description="Column with the time of each row of the training data.")
    tolerance_s: float = Field(
        60.0,
        ge=0,
        le=86_400,
        strict=True,
        description="Seconds that the newest time may lie in the future, since clocks differ; its "
        "age is 0 then. Further ahead it is an error.",
    )


@checker(
    "maintenance.age",
    measures=[
        Measure(
            "age_days",
            unit="days",
            better="lower",
            doc="Days from the newest row of the training data to the instant of the run.",
        )
    ],
    kind="exact",
)
def age(
    params: TrainingAge, table: Annotated[Table, From("train")], as_of: AsOf
) -> Generator[Estimate | Values, ValuesAnswer, None]:
    """The model was trained on data that are not too old.

    Why: The world goes on after the last training row. A model that is never retrained gets
    worse without any change in its code, and nobody notices while its own metrics stay on file.

    Fix: Retrain on newer data, or show with drift and performance checks on recent data that the
    model still holds, and raise the bound knowingly.

    Definition: age_days = (t − max(time of a row)) ÷ 24 hours, with t the instant the run is as of
    (`--as-of`, by default its start). A date is its midnight, and a time without a zone is UTC. A
    newest time that lies at most `tolerance_s` in the future has age 0.

    Bounds: The age is exact.

    Undefined: An empty table, or one in which all times are missing, has no age, and the control
    is inconclusive. Rows without a time are left out and counted in the details. One row, and a
    constant column, have an age like any other. A time further in the future than `tolerance_s`
    is an error, since one such row would hide that all others are old. A column of text or numbers
    is an error; one that the table has not is refused when the plan is made.

    Cost: One pass over the column.

    Source: Breck et al. 2017, "The ML test score: a rubric for ML production readiness" (IEEE Big
    Data), monitoring 4: models are not too stale.

    Example:
        check: maintenance.age
        with: {table: train, column: month}
        require: {age_days: {max: 180}}
    """
    tolerance = timedelta(seconds=params.tolerance_s)
    found = yield from newest_age(table, params.column, as_of, tolerance)
    if found.age is None:
        reason = "no rows" if not found.rows else "no row has a time"
        yield Undefined("age_days", 0, reason, details=found.details)
        return
    yield Statistic(
        "age_days", found.age / DAY, of=found.rows - found.missing, details=found.details
    )
