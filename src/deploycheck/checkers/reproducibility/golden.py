"""Checker ``reproducibility.golden``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from deploycheck.authoring.agreement import (
    FARTHEST,
    MISMATCHES,
    Agreement,
    Tolerance,
    label_texts,
    of_all,
)
from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.errors import EvidenceError, Undecidable
from deploycheck.authoring.estimates import Count, Estimate, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Column
from deploycheck.evidence.coded import label_text
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Golden(Tolerance):
    expected: Column = Field(
        description="Column of the golden data set with the stored score or label."
    )
    answer: Literal["score", "label"] | None = Field(
        None,
        description="Whether `expected` is a score or a label. By default a score where the "
        "column holds numbers and the model answers scores, else a label.",
    )


@checker(
    "reproducibility.golden",
    measures=[
        Measure(
            MISMATCHES,
            unit="count",
            better="lower",
            doc="Rows whose answer is not the stored one.",
        ),
        Measure(
            FARTHEST,
            unit="number",
            better="lower",
            doc="Largest absolute difference of an answer from the stored score.",
            low=0.0,
        ),
        Measure("rows", unit="rows", better="higher", doc="Rows that were compared."),
    ],
    kind="exact",
)
def golden(params: Golden, model: Predictor, data: Examples) -> Iterator[Estimate]:
    """The model still gives the answers that were stored.

    Why: Between the notebook and the artefact lie an export, another version of a library and a
    rewritten feature; each of them can change the answers and none of them says so. A few stored
    answers find it in a second.

    Fix: Find the first row that differs and follow it: features in another order, a missing value
    filled otherwise, a category with another code, 32-bit floats. If the new answers are meant,
    store them anew and have them approved. Export the golden set from the training environment,
    not from the artefact that is tested.

    Definition: The golden set is a data set of the release, its column `expected` the answer that
    was stored for each row. mismatches = #{rows with |answer − expected| > atol + rtol ×
    |expected|}, or with another label where labels are compared (1, 1.0 and "1" are one label);
    max_difference = max |answer − expected|; rows = #{rows compared}.

    Bounds: The counts are exact, and speak of the golden rows alone.

    Undefined: An empty golden set compares nothing, and the control is inconclusive; so it is
    when not every row of the set was asked once, and max_difference where labels are compared.
    One row is a golden set; a constant column is compared like any other. A row without a stored
    answer, all of them included, is an error; a column that the data set has not is refused when
    the plan is made. A model that raises or dies is an error, and an answer that is no finite
    number is a mismatch.

    Cost: One pass of the model over the golden set.

    Source: Breck et al. 2017, "The ML test score: a rubric for ML production readiness" (IEEE Big
    Data).

    Example:
        check: reproducibility.golden
        with: {data: test, expected: p}
        require: {mismatches: {max: 0}, rows: {min: 100}}
    """
    if data.rows != data.of:
        raise Undecidable(
            f"{data.rows:,} rows were asked where {data.name} has {data.of:,}, and a golden set is "
            f"compared whole, each row once; set `examples: {data.of}`, leave no row without a "
            "target, and give every row the weight 1"
        )
    yield Count("rows", data.rows)
    if data.rows == 0:
        for name in (MISMATCHES, FARTHEST):
            yield Undefined(name, 0, "the golden set has no rows")
        return
    stored = _stored(params.expected, data)
    answers = of_all(model.answers(data.columns), data.rows)
    yield from _compared(params, stored, answers).estimates()


def _stored(column: str, data: Examples) -> NDArray[Any]:
    """The stored answers: float64, or an object array of texts.

    :raises EvidenceError: no such column, or a row without a stored answer.
    """
    import numpy as np

    if column not in data.columns:
        raise EvidenceError(
            f"{data.name} has no column {quoted(column)}", "mend `expected`", "DC019"
        )
    values: NDArray[Any] = np.asarray(data.columns[column])
    if values.dtype.kind == "f":
        bad = int((~np.isfinite(values)).sum())
    else:
        bad = sum(value is None for value in values.tolist())
    if bad:
        raise EvidenceError(
            f"{bad:,} of {data.rows:,} rows of {data.name} have no stored answer in "
            f"{quoted(column)}",
            "store one for every row, or narrow the golden set with `where`",
            "DC203",
        )
    return values


def _compared(params: Golden, stored: NDArray[Any], answers: Answers) -> Agreement:
    import numpy as np

    found = Agreement.of(len(stored))
    place = np.arange(len(stored), dtype=np.int64)
    numbers = stored.dtype.kind == "f"
    as_score = params.answer == "score" or (
        params.answer is None and numbers and answers.scores is not None
    )
    if as_score:
        if answers.scores is None or not numbers:
            lacks = "the column holds text" if not numbers else "the model answers labels alone"
            raise EvidenceError(
                f"{quoted(params.expected)} cannot be compared as a score: {lacks}",
                "compare labels with `answer: label`",
                "DC203",
            )
        found.scores(place, answers.scores, stored, params)
        return found
    labels = label_texts(answers)
    if labels is None:
        raise EvidenceError(
            f"{quoted(params.expected)} cannot be compared as a label: the model answers scores "
            "alone",
            "name a column of stored scores",
            "DC203",
        )
    found.texts(place, labels, _as_labels(stored))
    return found


def _as_labels(stored: NDArray[Any]) -> NDArray[np.object_]:
    """Stored labels as the model's are named: 1, 1.0 and ``"1"`` are ``1``."""
    import numpy as np

    texts = np.empty(len(stored), dtype=object)
    texts[:] = [label_text(value) for value in stored.tolist()]
    return texts
