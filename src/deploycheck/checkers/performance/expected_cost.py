"""Checker ``performance.expected_cost``."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.groups import Label
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import Sample, bounded, sample_of
from deploycheck.authoring.params import Params
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COST, BENEFIT, OVER_ALL = "expected_cost", "net_benefit", "net_benefit_over_all"


class ExpectedCost(Params):
    costs: Mapping[Label, Mapping[Label, float]] | None = Field(
        None,
        min_length=1,
        description="Cost of each decision: by true label, then by predicted label, in any unit; "
        "negative is a gain. A right prediction costs 0 unless it is given.",
    )
    threshold: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Probability at which a person would just act on the prediction; it says how "
        "many useless actions one useful action is worth. For the net benefit.",
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.costs is None and self.threshold is None:
            raise ValueError("costs: give `costs`, `threshold` or both")
        return self

    def unmeasured(self, measure: str, task: str | None) -> tuple[str, str] | None:
        name = "costs" if measure == COST else "threshold"
        if getattr(self, name) is None:
            return f"no `{name}` {'are' if name == 'costs' else 'is'} given", f"give `{name}`"
        return super().unmeasured(measure, task)


@checker(
    "performance.expected_cost",
    measures=[
        Measure(
            COST,
            unit="number",
            better="lower",
            doc="Mean cost of a decision, by `costs`, in their unit.",
        ),
        Measure(
            BENEFIT,
            unit="number",
            better="higher",
            doc="TP ÷ n - FP ÷ n · t ÷ (1 - t), t the `threshold`; acting on nobody has 0.",
            high=1.0,
        ),
        Measure(
            OVER_ALL,
            unit="number",
            better="higher",
            doc="Net benefit minus that of acting on everybody: TN ÷ n · t ÷ (1 - t) - FN ÷ n.",
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target"],
)
def expected_cost(params: ExpectedCost, predictions: Predictions) -> Iterator[Estimate]:
    """Decisions cost no more than was agreed, errors weighed by what they cost.

    Why: Errors are not alike. Where a missed default costs ten refused good customers, the more
    accurate of two models may be the dearer one, and no rate of errors says so.

    Fix: Move the threshold: with probabilities that are calibrated the cheapest one is
    c_FP ÷ (c_FP + c_FN). If the best threshold is still too dear, the model ranks too badly.

    Definition: expected_cost = Σ cost(true, predicted) ÷ n over rows, for any number of labels.
    net_benefit weighs a false positive as t ÷ (1 − t) of a true one, t the `threshold` at which a
    person would just act, and net_benefit_over_all is its gain over acting on everybody: a model
    is worth using where both are above 0. The decisions are those of the release, at its own
    threshold; t should be the same. To hold a candidate against a champion, bound each by its
    budget, or see champion.non_inferior.

    Bounds: A row's cost lies between the least and the greatest of those that are declared, so
    the mean has Hoeffding's bounds with the empirical variance, at every n. Under sampling weights
    or repeated entities it has those of fewer, effective rows, from 100 independent ones on.

    Undefined: Without rows (an empty table) there is no cost, and one row has no bounds, nor have
    fewer than 100 independent ones under sampling weights or repeated entities. A measure whose
    parameter is not given is refused when the plan is made. Undefined are the net benefit without a
    positive label or with more than two labels, and costs that are all alike. One class and a
    constant prediction are measured as they are. A pair of different labels that has no cost is an
    error, and so are a missing target or prediction and a positive value that never occurs; a
    column that is absent is refused when the plan is made. Costs that differ from row to row, such
    as those of the amount of a loan, are not supported. Regressions have no labels.

    Cost: One look-up a row, O(n).

    Source: Elkan 2001, "The foundations of cost-sensitive learning"; Vickers and Elkin 2006,
    "Decision curve analysis"; Hoeffding 1963 and Maurer and Pontil 2009 for the bounds.

    Example:
        check: performance.expected_cost
        with:
          data: test
          costs: {"1": {"0": 10}, "0": {"1": 1}}
          threshold: 0.5
        require: {expected_cost: {max: 6}}
    """
    predictions.right()  # proves that there are labels, and that all are known
    sample = sample_of(predictions)
    yield _cost(params, predictions, sample)
    yield from _benefit(params, predictions, sample)


def _cost(params: ExpectedCost, predictions: Predictions, sample: Sample) -> Estimate:
    import numpy as np

    if params.costs is None:
        return sample.undefined(COST, "no `costs` are given")
    table = _table(params.costs, predictions.labels)
    target = predictions.target_codes
    if not sample.n or target is None:
        return sample.undefined(COST, "no rows")
    values = table[target, predictions.prediction_codes]
    declared = [cost for row in params.costs.values() for cost in row.values()]
    low, high = (end(*declared, *table.ravel().tolist()) for end in (min, max))
    if low == high:
        return sample.undefined(COST, "every decision costs the same, right or wrong", low)
    if not np.isfinite(high - low):
        raise EvidenceError("the costs are too far apart", "give them in another unit", "DC203")
    return bounded(COST, values, low, high, sample)


def _table(
    costs: Mapping[str, Mapping[str, float]], labels: tuple[str, ...]
) -> "NDArray[np.float64]":
    """Costs by true and predicted label.

    :raises EvidenceError: two different labels have no cost.
    """
    import numpy as np

    table = np.zeros((len(labels), len(labels)))
    for i, true in enumerate(labels):
        for j, predicted in enumerate(labels):
            cost = costs.get(true, {}).get(predicted)
            if cost is None and i != j:
                raise EvidenceError(
                    f"`costs` does not say what it costs to predict {predicted[:40]!r} where "
                    f"{true[:40]!r} is true",
                    "give a cost for each pair of labels, as the data has them",
                    "DC203",
                )
            table[i, j] = cost or 0.0
    return table


def _benefit(params: ExpectedCost, predictions: Predictions, sample: Sample) -> Iterator[Estimate]:
    import numpy as np

    is_binary = predictions.task != "multiclass" and len(predictions.labels) <= 2
    reason = ""
    if params.threshold is None:
        reason = "no `threshold` is given"
    elif not is_binary or predictions.positive is None:
        reason = "the net benefit is of one positive label and one other"
    elif not sample.n:
        reason = "no rows"
    if reason or params.threshold is None:
        yield sample.undefined(BENEFIT, reason)
        yield sample.undefined(OVER_ALL, reason)
        return
    odds = params.threshold / (1 - params.threshold)
    true, told = predictions.true("positive"), predictions.predicted("positive")
    of_acting = np.where(told, np.where(true, 1.0, -odds), 0.0)
    of_sparing = np.where(told, 0.0, np.where(true, -1.0, odds))
    yield bounded(BENEFIT, of_acting, -odds, 1.0, sample)
    yield bounded(OVER_ALL, of_sparing, -1.0, odds, sample)
