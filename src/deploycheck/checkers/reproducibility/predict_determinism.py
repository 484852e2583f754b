"""Checker ``reproducibility.predict_determinism``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.agreement import (
    FARTHEST,
    MISMATCHES,
    Agreement,
    Tolerance,
    label_texts,
    of_all,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.estimates import Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SINGLES = 50  # rows that are asked one by one
SEVENS = 350  # rows that are asked seven at a time


class PredictDeterminism(Tolerance):
    """Nothing beyond the tolerance."""


@checker(
    "reproducibility.predict_determinism",
    measures=[
        Measure(
            MISMATCHES,
            unit="count",
            better="lower",
            doc="Rows whose answer is another one when the same rows are asked again.",
        ),
        Measure(
            FARTHEST,
            unit="number",
            better="lower",
            doc="Largest absolute difference of two scores of one row.",
            low=0.0,
        ),
    ],
    kind="exact",
)
def predict_determinism(
    params: PredictDeterminism, model: Predictor, data: Examples, seed: Seed
) -> Iterator[Estimate]:
    """The same row gets the same answer, whatever is asked beside it.

    Why: A decision that changes when it is asked again cannot be explained, appealed or tested,
    and a score that depends on its neighbours in the batch leaks one person's data into another's
    answer.

    Fix: "again" is randomness in the model: dropout left on, sampling, an unseeded generator, a
    clock, threads that add in any order. "shuffled" and "rebatched" are answers that depend on
    the batch: normalisation by the batch's own mean, ranks, padding, state kept between rows.
    Differences of a millionth are rounding: widen `rtol` knowingly.

    Definition: All rows are asked once, and then again: as they are; in a random order, and put
    back; and re-batched (the first 50 one by one, the first 350 seven at a time, and all in two
    halves). For each way, mismatches = #{rows with |later − earlier| > atol + rtol × |earlier|
    for the score, or with another label, in any of its batches}, and max_difference = max
    |later − earlier| of the scores. An answer that is no finite number equals nothing.

    Bounds: The counts are exact, for the rows and orders that were asked. The model stays in one
    process: randomness drawn once, while it loads, is not seen.

    Undefined: An empty data set leaves nothing to ask, and the control is inconclusive; so is
    max_difference for a model that answers labels alone, or no finite number. One row is asked
    again like any other; with constant rows or all values missing the answers are compared the
    same. A model that raises or dies is an error, and so is one that takes no other batch size.

    Cost: Three more passes over the rows, and 100 small batches.

    Source: Pineau et al. 2021, "Improving reproducibility in machine learning research" (JMLR
    22); Ioffe and Szegedy 2015 for answers that depend on the batch.

    Example:
        check: reproducibility.predict_determinism
        with: {data: test}
        require: {mismatches: {max: 0}}
    """
    if data.rows == 0:
        for name in (MISMATCHES, FARTHEST):
            yield Undefined(name, 0, "there are no rows to ask")
        return
    first = of_all(model.answers(data.columns), data.rows)
    for way, batches in _ways(data.rows, seed).items():
        found = Agreement.of(data.rows)
        for place in batches:
            columns = {name: data.columns[name][place] for name in model.features}
            # What is kept of an equal question would be equal; the model itself must answer.
            later = of_all(model.answers(columns, fresh=True), len(place))
            _compare(found, place, later, first, params)
        yield from found.estimates(way)


def _ways(rows: int, seed: int) -> dict[str, list[NDArray[np.int64]]]:
    """The rows of each batch, for each way to ask again."""
    import numpy as np

    every = np.arange(rows, dtype=np.int64)
    singles, sevens = every[:SINGLES], every[:SEVENS]
    rebatched: list[Any] = [*np.array_split(singles, len(singles))]
    rebatched += np.split(sevens, range(7, len(sevens), 7))
    rebatched += [half for half in np.array_split(every, 2) if len(half)]
    return {
        "again": [every],
        "shuffled": [np.random.default_rng(seed).permutation(every)],
        "rebatched": rebatched,
    }


def _compare(
    found: Agreement,
    place: NDArray[np.int64],
    later: Answers,
    first: Answers,
    tolerance: Tolerance,
) -> None:
    for now, before in ((later.scores, first.scores), (later.codes, first.codes)):
        if (now is None) != (before is None):
            found.different[place] = True  # one of the two has no such answer
    if later.scores is not None and first.scores is not None:
        found.scores(place, later.scores, first.scores[place], tolerance)
    now_texts, before_texts = label_texts(later), label_texts(first)
    if now_texts is not None and before_texts is not None:
        found.texts(place, now_texts, before_texts[place])
