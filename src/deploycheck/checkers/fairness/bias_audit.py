"""Checker ``fairness.bias_audit``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from deploycheck.authoring.answered import missing_scores
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate, Statistic, Undefined
from deploycheck.authoring.groups import Rate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.parity import parts
from deploycheck.authoring.rates import independent, rates
from deploycheck.evidence.coded import MISSING
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMPACT, RATE, SELECTED = "impact_ratio", "rate", "selected"
ASSESSED, CATEGORIES, UNKNOWN = "assessed_rows", "categories", "unknown_rows"


class BiasAudit(Params):
    by: Columns = Field(
        description="Columns of the categories, such as sex and race; each has a table, and all of "
        "them together have one."
    )
    of: Literal["selection", "score"] = Field(
        "selection",
        description="What is counted: rows with the favourable prediction, or rows whose score is "
        "above the median of all scores.",
    )
    min_share: float = Field(
        0.02,
        ge=0,
        lt=1,
        strict=True,
        description="Categories with a smaller share of the rows have no impact ratio; their rate "
        "and number of rows are shown.",
    )

    @property
    def splits(self) -> tuple[tuple[str, ...], ...]:
        """One table for each column, and one for all of them together."""
        single = tuple((column,) for column in self.by)
        return (*single, self.by) if len(self.by) > 1 else single


@checker(
    "fairness.bias_audit",
    measures=[
        Measure(
            CATEGORIES,
            unit="count",
            better="none",
            doc="In each table, categories that have an impact ratio.",
        ),
        Measure(
            ASSESSED,
            unit="rows",
            better="higher",
            doc="In each table, rows whose category is known.",
        ),
        Measure(
            UNKNOWN,
            unit="rows",
            better="lower",
            doc="In each table, rows whose category is not known; they are in no category.",
        ),
        Measure(
            IMPACT,
            unit="ratio",
            better="none",
            doc="Rate of a category ÷ rate of the category with the highest; for display.",
        ),
        Measure(
            RATE,
            unit="probability",
            better="none",
            doc="Rows selected, or scored above the median, ÷ rows of the category; for display.",
        ),
        Measure(
            SELECTED,
            unit="rows",
            better="none",
            doc="Rows selected, or scored above the median, in each category; for display.",
        ),
    ],
    kind="exact",
    roles=["prediction"],
)
def bias_audit(params: BiasAudit, predictions: Predictions) -> Iterator[Estimate]:
    """The tables of a bias audit under New York City's Local Law 144 can be made from these rows.

    Why: The law asks employers to have the tables computed and published, and sets no mark that
    they must reach. So this check computes and shows them and judges only that they can be made: it
    says nothing about fairness, and nothing about the law. `fairness.impact_ratio` judges.

    Fix: If too many categories are unknown, see why people were not asked or did not answer; they
    must not be guessed. If a category is too small, take more rows: the rules allow historical data
    of several employers, and test data.

    Definition: For each column of `by`, and for all of them together, each combination of values is
    a category. rate = rows selected ÷ rows of the category, or with `of: score` rows whose score is
    above the median of all rows ÷ rows. impact_ratio = rate ÷ the highest rate of a category that
    has one. A category with less than `min_share` of the rows has none. Rows with a missing value
    are counted in unknown_rows, not guessed and in no category. Aggregated rows with frequency
    weights stand for as many rows.

    Bounds: None: the tables are facts about these rows. impact_ratio, rate and selected are shown
    and cannot be required; a policy that requires one is told so by an error. categories,
    assessed_rows and unknown_rows are exact.

    Undefined: In a table without a selected row (nobody is selected, no score above the median) no
    category has an impact ratio. Without rows (an empty data set), or with the category unknown in
    every row, there is no category. One row is a category. A missing prediction, or a missing score
    with `of: score`, is an error; the target is not used. Not supported and refused: regression,
    sampling weights, repeated entities.

    Cost: One count over the coded categories, O(n) for each table; one sort of the scores.

    Source: NYC Administrative Code § 20-870 to 20-874 (Local Law 144 of 2021); Rules of the City of
    New York, Title 6, § 5-300 to 5-304.

    Example:
        check: fairness.bias_audit
        with: {data: test, by: [sex, race]}
        require: {unknown_rows: {max: 100}, categories: {min: 2}}
    """
    independent(predictions, "a table of counted rows")
    above = _above_median(predictions) if params.of == "score" else None
    for split in params.splits:
        found = (
            rates(predictions, split, "selection_rate")
            if above is None
            else _scoring_rates(predictions, split, above)
        )
        yield from _table(params, split, found)


@dataclass(frozen=True)
class _Above:
    """Which rows score above the median, and the median."""

    rows: NDArray[np.bool_]
    median: float


def _above_median(predictions: Predictions) -> _Above:
    import numpy as np

    if predictions.task == "regression":
        raise EvidenceError(
            "predictions of a regression are numbers, and have no favourable outcome",
            "give the score of a classification",
            "DC203",
        )
    reason = missing_scores(predictions)
    scores = predictions.scores
    if reason or scores is None:
        raise EvidenceError(
            f"a scoring rate needs the score of every row: {reason}",
            "set `columns.score` in the release, or write `of: selection`",
            "DC203",
        )
    weights = predictions.weights
    sample = scores if weights is None else np.repeat(scores, weights)
    median = float(np.median(sample)) if len(sample) else 0.0
    return _Above(scores > median, median)


def _scoring_rates(predictions: Predictions, split: tuple[str, ...], above: _Above) -> list[Rate]:
    import numpy as np

    weights = predictions.weights
    ones = np.ones(predictions.rows, dtype=np.int64) if weights is None else weights
    found = parts(predictions.groups, split, predictions.rows, weights)
    return [
        Rate(p.slice, int((ones * above.rows)[p.rows].sum()), p.counted, p.counted) for p in found
    ]


def _table(params: BiasAudit, split: tuple[str, ...], found: Sequence[Rate]) -> Iterator[Estimate]:
    known = [rate for rate in found if MISSING not in rate.slice.values() and rate.of]
    unknown = sum(rate.of for rate in found if MISSING in rate.slice.values())
    rows = sum(rate.of for rate in known) + unknown
    place = {"by": ", ".join(split)}
    large = [rate for rate in known if rate.of >= params.min_share * rows]
    best = max((rate.hits / rate.of for rate in large), default=0.0)
    yield Count(CATEGORIES, len(large) if best else 0, slice=place)
    yield Count(ASSESSED, rows - unknown, of=rows, slice=place)
    yield Count(UNKNOWN, unknown, of=rows, slice=place)
    for rate in known:
        value = rate.hits / rate.of
        yield Count(SELECTED, rate.hits, of=rate.of, slice=rate.slice, context=True)
        yield Statistic(RATE, value, of=rate.of, slice=rate.slice, context=True)
        if rate not in large:
            share, least = 100 * rate.of / rows, 100 * params.min_share
            why = f"no impact ratio: {share:.2f} % of the rows, less than {least:g} %"
            yield Undefined(IMPACT, rate.of, why, slice=rate.slice, context=True)
        elif not best:
            why = "no impact ratio: no row of any category is selected"
            yield Undefined(IMPACT, rate.of, why, slice=rate.slice, context=True)
        else:
            yield Statistic(IMPACT, value / best, of=rate.of, slice=rate.slice, context=True)
