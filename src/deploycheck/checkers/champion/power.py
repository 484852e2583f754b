"""Checker ``champion.power``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from deploycheck.authoring.answered import same_rows
from deploycheck.authoring.checker import checker
from deploycheck.authoring.compared import ERRORS, compared, errors_apart, of_another_task
from deploycheck.authoring.estimates import Count, Estimate, Paired, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import FEWEST_ROWS, sample_of
from deploycheck.authoring.params import Params
from deploycheck.authoring.rates import independent
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    from deploycheck.stats.power import Design

POWER, ROWS, NEEDED, MISSING, SHOWN = NAMES = (
    "power",
    "rows",
    "rows_needed",
    "rows_missing",
    "effect_shown",
)
MOST_DISCORDANT = 0.05  # error probability of the share of discordant rows, where none is declared


class Power(Params):
    metric: Literal[
        "accuracy",
        "recall",
        "specificity",
        "log_loss",
        "brier_score",
        "mean_absolute_error",
    ] = Field("accuracy", description="What the planned control compares.")
    bound: float = Field(
        description="The `min` of the planned control: -0.01 for a margin of one point, 0 for a "
        "gain of any size.",
    )
    effect: float = Field(
        0.0,
        description="The true difference, or error reduction, that the control must pass at: 0 for "
        "a candidate that is as good as the champion.",
    )
    power: float = Field(
        0.8, gt=0, lt=1, description="How often it must pass then; `rows_needed` are for this."
    )
    confidence: float = Field(
        0.95, gt=0.5, lt=1, description="The confidence of the planned control."
    )
    discordant: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Share of rows that only one of the two models has right, as assumed "
        "beforehand; without it, the most that the data do not exclude.",
    )
    sd: float | None = Field(
        None,
        gt=0,
        description="For an error: standard deviation of the differences row by row, as assumed "
        "beforehand; without it, the one in the data.",
    )

    @model_validator(mode="after")
    def _can_be_shown(self) -> Self:
        if self.effect <= self.bound:
            raise ValueError(
                f"effect: {self.effect:g} is not above bound {self.bound:g}, and no number of rows "
                "shows it"
            )
        is_error = self.metric in ERRORS
        if not is_error and not (-1 < self.bound < 1 and self.effect <= 1):
            raise ValueError("bound: a difference of rates lies between -1 and 1")
        for name, has_use in (("discordant", not is_error), ("sd", is_error)):
            if getattr(self, name) is not None and not has_use:
                raise ValueError(f"{name}: {self.metric} has no use for it")
        if self.discordant is not None and self.discordant < abs(self.effect):
            raise ValueError("discordant: fewer rows than the effect needs")
        return self

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        found = None if task is None else of_another_task(self.metric, task)
        return found or super().unmeasured(measure, task)


@dataclass(frozen=True)
class _Planned:
    """What the rows are planned for, how many there are, and what was assumed.

    :param fewest: rows below which the planned control never passes.
    """

    design: "Design"
    n: int
    told: str
    fewest: int = 1


@checker(
    "champion.power",
    measures=[
        Measure(
            POWER,
            unit="probability",
            better="higher",
            doc="How often the planned control passes at these rows, where the true difference is "
            "`effect`.",
        ),
        Measure(ROWS, unit="rows", better="higher", doc="Rows that the metric is of."),
        Measure(
            NEEDED, unit="rows", better="lower", doc="Rows at which that is as often as `power`."
        ),
        Measure(MISSING, unit="rows", better="lower", doc="max(0, rows_needed - rows)."),
        Measure(
            SHOWN,
            unit="number",
            better="lower",
            doc="The smallest true difference at which the planned control passes as often as "
            "`power`, at these rows: the minimal detectable effect.",
        ),
    ],
    kind="exact",
    roles=["target"],
)
def power(params: Power, predictions: Predictions, champion: Predictions) -> Iterator[Estimate]:
    """There are enough rows to show what a comparison with the champion must show.

    Why: With few rows a good candidate gets "inconclusive" most of the time, and whoever then
    looks again with more rows until it passes has no error rate left. How many rows it takes can
    be known before anything is compared.

    Fix: Collect as many rows as are missing; or give up a wider margin, if a larger loss does not
    matter; or wait for a candidate that is better by more. Do not lower the confidence afterwards.

    Definition: The planned control is `champion.non_inferior` or `champion.superior` with
    `require: {difference: {min: bound}}` (error_reduction for an error). power = P(it passes) at
    the rows there are, where the true difference is `effect`; rows_needed = the rows at which
    that is at least the parameter `power`. Its test is that of the control. For accuracy, recall
    and specificity it depends on the share of rows that only one of the models has right; for an
    error on the standard deviation of the differences of errors row by row. Both are nuisances and
    no effects: they may be read off the data, the effect may not. rows are all rows, positive ones
    for recall, negative ones for specificity; with frequency weights their sum.

    Bounds: All numbers follow from the assumptions and the rows that are there, and are exact.
    Without `discordant` the upper bound at 95 % of that share is taken, so that few rows do not
    look like models that hardly differ.

    Undefined: Without rows (an empty table, or one class where only the other counts) nothing is
    planned, and the control is inconclusive; so it is for an error without `sd` where fewer than
    two rows differ, such as one row or a constant difference. Constant predictions are planned for
    as they are. Where no number of rows up to 10¹² is enough, rows_needed is undefined. With fewer
    than 100 rows a mean of errors has no bounds: power is 0 there, and effect_shown is undefined. A
    missing target or prediction is an error, and so are rows that are not the same for both,
    sampling weights, and repeated entities. A metric of another task is refused when the plan is
    made.

    Cost: One comparison of each row, O(n), and some hundred evaluations of the power.

    Source: Cohen 1988, "Statistical power analysis for the behavioral sciences"; Lachenbruch 1992,
    "On the sample size for studies based upon McNemar's test"; Tango 1998.

    Example:
        check: champion.power
        with: {data: test, metric: accuracy, bound: -0.02, discordant: 0.05}
        require: {rows_missing: {max: 0}}
    """
    independent(predictions, "the power of a comparison")
    same_rows(predictions, champion)
    planned = _planned(params, predictions, champion)
    if isinstance(planned, str):
        for name in NAMES:
            yield Undefined(name, 0, planned)
        return
    from deploycheck.stats.power import passable, passes, rows_needed

    n, told = planned.n, (planned.told,)
    enough = n >= planned.fewest
    reached = passes(planned.design, n, params.effect) if enough else 0.0
    yield Statistic(POWER, min(max(reached, 0.0), 1.0), of=n, details=told)
    yield Count(ROWS, n, details=told)
    try:
        found = rows_needed(planned.design, params.effect, params.power).total
        needed = max(found, planned.fewest)
    except ValueError as error:
        for name in (NEEDED, MISSING):
            yield Undefined(name, n, str(error), details=told)
    else:
        yield Count(NEEDED, needed, details=told)
        yield Count(MISSING, max(0, needed - n), of=n, details=(f"{needed:,} needed", *told))
    shown = passable(planned.design, n, params.power) if enough else None
    if shown is None:
        yield Undefined(SHOWN, n, "no difference would be shown at these rows", details=told)
    else:
        yield Statistic(SHOWN, shown, of=n, details=told)


def _planned(params: Power, predictions: Predictions, champion: Predictions) -> _Planned | str:
    """The design of the planned control at these rows, or why there is none."""
    from deploycheck.stats.power import PairedDifference

    if params.metric in ERRORS:
        return _of_errors(params, predictions, champion)
    found = compared("difference", params.metric, predictions, champion)
    if not isinstance(found, Paired):
        return found.reason if isinstance(found, Undefined) else "there is no difference of rates"
    apart = found.first + found.second
    n = apart + found.both + found.neither
    share = params.discordant
    told = f"{apart:,} of {n:,} rows are right of one model alone"
    if share is None:
        from deploycheck.stats.proportion import clopper_pearson

        share = max(float(clopper_pearson(apart, n, MOST_DISCORDANT)[1]), abs(params.effect))
        told += f"; at most {share:.4g} of all are"
    else:
        told += f"; {share:.4g} of all are assumed to be"
    design = PairedDifference(
        limit=params.bound, required="at_least", alpha=1 - params.confidence, discordant=share
    )
    return _Planned(design, n, told)


def _of_errors(params: Power, predictions: Predictions, champion: Predictions) -> _Planned | str:
    """The design for a mean of differences of errors, whose deviation is the nuisance."""
    from deploycheck.stats.power import OneMean

    sample = sample_of(predictions)
    differences = errors_apart(params.metric, predictions, champion)
    if not sample.n:
        return "no rows"
    deviation = params.sd
    told = f"a standard deviation of {deviation:.4g} is assumed" if deviation else ""
    if deviation is None:
        mean = sample.means(differences[:, None])[0]
        square = float(sample.means(((differences - mean) ** 2)[:, None])[0])
        if sample.n < 2 or not square > 0:
            return "the errors of the two models do not differ, so nothing is known of how much"
        deviation = (square * sample.n / (sample.n - 1)) ** 0.5
        told = f"the errors differ row by row with a standard deviation of {deviation:.4g}"
    design = OneMean(
        limit=params.bound, required="at_least", alpha=1 - params.confidence, sd=deviation
    )
    return _Planned(design, sample.n, told, FEWEST_ROWS)
