"""Checker ``fairness.counterfactual_flip``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.decisions import (
    can_decide,
    changed,
    changes,
    differs,
    features_of,
    flips,
    unit_of,
)
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import BoundedMean, Estimate, Proportion, Undefined
from deploycheck.authoring.features import texts_of
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FLIPS, CHANGE = "flip_rate", "answer_change"
MOST_VALUES = 50


class CounterfactualFlip(Params):
    by: Columns = Field(
        description="Protected columns; each is changed by itself, to every other value it has."
    )


@checker(
    "fairness.counterfactual_flip",
    measures=[
        Measure(
            FLIPS,
            unit="probability",
            better="lower",
            doc="For each protected column, the share of rows whose decision is another one with "
            "any other value of the column.",
        ),
        Measure(
            CHANGE,
            unit="probability",
            better="lower",
            doc="For each protected column, the mean over rows of the largest move of the answer "
            "with any other value of the column, in the answers' unit, at most 1 a row.",
        ),
    ],
)
def counterfactual_flip(
    params: CounterfactualFlip, examples: Examples, predictor: Predictor
) -> Iterator[Estimate]:
    """The decision does not change when the protected column alone does.

    Why: A decision that is another one for the same file with another sex is unequal treatment in
    its plainest form, and needs no statistics of groups to be seen.

    Fix: Take the column out of the model. Where it must stay, as in medicine, write down why, and
    bound how far it may move the answer. A model that does not read the column passes; whether it
    reads it off other columns is asked by `fairness.proxy`.

    Definition: For each column of `by` the model is asked about the rows as they are, and once for
    every value that the column has, with all rows set to it; a row's own value changes nothing.
    flip_rate = #{rows decided otherwise with any other value} ÷ #{rows}. answer_change is the mean
    over rows of the largest |answer − answer as it is|: of scores between 0 and 1 in their own
    unit, of a regression in standard deviations of the answers, of labels the flips. All else
    stays as it is: what the column would have changed in a life is not changed.

    Bounds: Clopper–Pearson for flip_rate; those of a mean of independent numbers between 0 and 1
    for answer_change, which hold at every number of rows. To pass, every column must clear the
    bound; to fail, bounds that hold for all columns at once.

    Undefined: Without rows (an empty data set) nothing can be said, nor of a column with one value
    alone (constant, missing everywhere, one row): there is no other to set. A model that does not
    read the column changes nothing, and the details say so. A missing value is a value, and is set
    too where the column has it. Numbers with more than 50 values are an error: give the model bins,
    or ask `robustness.noise`. A column that the model reads coded in several is named as the model
    reads it, and each of these is changed by itself: rows can arise that nobody has. A regression
    has no decisions and no flip_rate; scores without a threshold have none either. The target is
    not used. NaN answers are an error. A release without a model is refused when the plan is made,
    and so are sampling weights and repeated entities.

    Cost: The model is asked about the rows once, and once for each value of each column.

    Source: Kusner, Loftus, Russell and Silva 2017, "Counterfactual fairness" (NeurIPS), of which
    this is the case without a causal model; Galhotra, Brun and Meliou 2017, "Fairness testing".

    Example:
        check: fairness.counterfactual_flip
        with: {data: test, by: [sex]}
        require: {flip_rate: {max: 0.01}}
    """
    columns = features_of(examples, predictor)
    for name in params.by:
        if name not in examples.columns:
            raise EvidenceError(f"column {quoted(name)} is not there", "mend `by`", "DC019")
    decides = examples.task != "regression"
    before = predictor.answers(columns) if examples.rows else None
    for name in params.by:
        place = {"column": name}
        values = _values(name, examples.columns[name])
        if before is None or len(values) < 2:
            why = "no rows" if before is None else "the column has one value alone"
            yield from (Undefined(m, examples.rows, why, slice=place) for m in (FLIPS, CHANGE))
            continue
        details: tuple[str, ...] = ("the model does not read it",)
        flipped, moved, told = _nothing(examples.rows)
        if name in columns:
            flipped, moved, told = _moved(name, columns, values, before, examples, predictor)
            details = (f"set to each of {len(values)} values", *told)
        if not decides or not can_decide(before, examples):
            why = "a regression has no decisions" if not decides else "scores, and no threshold"
            yield Undefined(FLIPS, examples.rows, why, slice=place)
        else:
            hits = int(flipped.sum())
            yield Proportion(FLIPS, hits, examples.rows, slice=place, details=details)
        yield _mean(moved, place, details)


def _values(name: str, column: Any) -> list[Any]:
    """The values that a column has; missing is one of them.

    :raises EvidenceError: more than 50.
    """
    import numpy as np

    _, first = np.unique(np.array(texts_of(column), dtype=np.str_), return_index=True)
    if len(first) > MOST_VALUES:
        raise EvidenceError(
            f"column {quoted(name)} has {len(first):,} values, more than {MOST_VALUES}",
            "name a column of groups, or bin it in the model's features",
            "DC203",
        )
    return [column[place] for place in first]


def _nothing(rows: int) -> tuple[NDArray[np.bool_], NDArray[np.float64], tuple[str, ...]]:
    import numpy as np

    return np.zeros(rows, dtype=np.bool_), np.zeros(rows), ()


def _moved(
    name: str,
    columns: dict[str, Any],
    values: list[Any],
    before: Answers,
    examples: Examples,
    predictor: Predictor,
) -> tuple[NDArray[np.bool_], NDArray[np.float64], tuple[str, ...]]:
    """Of each row whether any other value flips its decision, and how far one moves its answer."""
    import numpy as np

    flipped, moved, _ = _nothing(examples.rows)
    unit, word = unit_of(before, examples)
    decides = can_decide(before, examples)
    for value in values:
        column = np.full(examples.rows, value, dtype=columns[name].dtype)
        other = differs(column, columns[name])
        after = predictor.answers(changed(columns, {name: column}))
        if decides:
            flipped |= other & flips(before, after, examples)
        if decides or unit is not None:
            moved = np.maximum(moved, other * changes(before, after, examples, unit=unit))
    return flipped, moved, (word,) if word else ()


def _mean(
    moved: NDArray[np.float64], place: dict[str, str], details: tuple[str, ...]
) -> BoundedMean | Undefined:
    import numpy as np

    rows = len(moved)
    if rows < 2:
        return Undefined(CHANGE, rows, "one row", slice=place, details=details)
    spread = float(np.std(moved, ddof=1))
    mean = float(moved.mean())
    return BoundedMean(CHANGE, mean, spread, rows, 0.0, 1.0, slice=place, details=details)
