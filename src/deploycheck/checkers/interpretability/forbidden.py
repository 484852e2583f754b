"""Checker ``interpretability.forbidden``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.decisions import (
    can_decide,
    changed,
    changes,
    differs,
    features_of,
    unit_of,
)
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import BoundedMean, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EFFECT = "effect"
FLIPS = "flip_rate"
MEASURES = (EFFECT, FLIPS)
NOTHING = 1e-9  # the most that a feature can do that the model is never given


class Forbidden(Params):
    features: Columns = Field(
        description="Columns that must not move the model's answers, such as sex or race."
    )


@checker(
    "interpretability.forbidden",
    measures=[
        Measure(
            EFFECT,
            unit="probability",
            better="lower",
            doc="Mean absolute change of a row's score when the feature is swapped for the "
            "different value of another row; of each prohibited feature.",
        ),
        Measure(
            FLIPS,
            unit="probability",
            better="lower",
            doc="Share of rows whose decision flips when the feature is swapped likewise.",
        ),
    ],
    version="2",
)
def forbidden(
    params: Forbidden, examples: Examples, predictor: Predictor, seed: Seed
) -> Iterator[Estimate]:
    """Prohibited features do not move the answers.

    Why: What the law or the owner forbids to use must not be used, and the list of a model's
    columns does not say how much it uses each.

    Fix: Train without the column; a model that does not read it cannot use it, and this control
    then passes on any number of rows. Features that stand in for it are not found by themselves:
    name those that you know in `features` too.

    Definition: The rows are paired at random, and the two rows of a pair swap their values of the
    feature, all else staying. effect = mean of |score(swapped) − score| over the pairs whose
    values differ: how much a row's answer hangs on having this value instead of another.
    flip_rate = share of these rows whose decision is another one; ask for both where scores lie
    close together, since a small move may then decide. Scores
    lie between 0 and 1. Where they do not, or where the model answers labels alone, a row counts
    1 if its decision flips; the numbers of a regression move in standard deviations of the
    answers (by their middle nine tenths, if it is less by those), at most 1 a row.

    Bounds: Each pair is one independent number between 0 and 1, so Hoeffding's bounds with the
    empirical variance hold at every number of pairs, also where nothing moves. The pairing is
    drawn once, by a seed that follows from the evidence. A feature that the model is never given
    has the effect 0 on every row there can be, and its bounds say so.

    Undefined: Fewer than two pairs with different values (an empty data set, one row, a feature
    that is constant or missing everywhere) say nothing about a feature that the model reads. A
    missing value is different from any value. One class and a constant model are no obstacle. NaN
    answers are an error, and so are scores outside 0 to 1 without a threshold or labels.

    Cost: The model is asked about the rows once, and once more for each feature that it reads.

    Source: Breiman 2001, "Random forests" (Machine Learning 45), for permuting a feature;
    Hoeffding 1963 (JASA 58) for the bounds.

    Example:
        check: interpretability.forbidden
        with: {data: test, features: [sex, race]}
        require: {effect: {max: 0.01}}
    """
    columns = features_of(examples, predictor)
    read = [name for name in params.features if name in columns]
    before = predictor.answers(columns) if read and examples.rows else None
    for name in params.features:
        place = {"feature": name}
        if not examples.rows:
            yield from (Undefined(measure, 0, "no rows", slice=place) for measure in MEASURES)
        elif name not in columns or before is None:
            yield from _unread(examples, name)
        else:
            yield from _effect(name, columns, examples, predictor, before, seed)


def _unread(examples: Examples, name: str) -> Iterator[Estimate]:
    if name not in examples.columns:  # it would be a column that nobody ever saw
        raise EvidenceError(
            f"data set {examples.name} has no column {name}", "mend `features`", code="DC019"
        )
    told = ("the model does not read it",)
    rows = max(examples.rows, 2)
    place = {"feature": name}
    for measure in MEASURES:
        yield BoundedMean(measure, 0.0, 0.0, rows, 0.0, NOTHING, slice=place, details=told)


def _effect(
    name: str,
    columns: dict[str, Any],
    examples: Examples,
    predictor: Predictor,
    before: Answers,
    seed: int,
) -> Iterator[Estimate]:
    import numpy as np

    first, second = _pairs(examples.rows, seed)
    values = columns[name]
    swapped = values.copy()
    swapped[first], swapped[second] = values[second], values[first]
    differ = differs(values[first], values[second])
    n = int(differ.sum())
    place = {"feature": name}
    if n < 2:
        why = "too few rows have different values, so its effect cannot be seen"
        yield from (Undefined(measure, n, why, slice=place) for measure in MEASURES)
        return
    after = predictor.answers(changed(columns, {name: swapped}))
    unit, word = unit_of(before, examples)
    told = (f"{n:,} pairs of rows with different values", *((word,) if word else ()))
    for measure, by in ((EFFECT, unit), (FLIPS, None)):
        if measure == FLIPS and not can_decide(before, examples):
            yield Undefined(FLIPS, n, "the answers come to no decision", slice=place)
            continue
        moved = changes(before, after, examples, unit=by)
        pair = ((moved[first] + moved[second]) / 2)[differ]
        yield BoundedMean(
            measure, float(pair.mean()), float(np.std(pair, ddof=1)), n, 0.0, 1.0,
            slice=place, details=told,
        )  # fmt: skip


def _pairs(rows: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows in random pairs; of an odd number one stays alone."""
    import numpy as np

    order = np.random.default_rng(int(seed)).permutation(rows)
    half = rows // 2
    return order[:half], order[half : 2 * half]
