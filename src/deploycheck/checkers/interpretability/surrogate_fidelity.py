"""Checker ``interpretability.surrogate_fidelity``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.decisions import decisions, features_of, numeric
from deploycheck.authoring.errors import needed
from deploycheck.authoring.estimates import Estimate, Proportion, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Params
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AGREEMENT = "agreement"
MAJORITY = "majority_agreement"
LARGEST = 1e30  # sums of numbers beyond it overflow the 32-bit floats of a tree


class SurrogateFidelity(Params):
    depth: int = Field(
        4, ge=1, le=20, strict=True, description="Most questions the tree asks about a row."
    )


@checker(
    "interpretability.surrogate_fidelity",
    measures=[
        Measure(
            AGREEMENT,
            unit="probability",
            better="higher",
            doc="Share of the held-out rows whose label by the model the tree tells.",
        ),
        Measure(
            MAJORITY,
            unit="probability",
            better="none",
            doc="Share that is told without any tree, by the model's most frequent label.",
        ),
    ],
    tasks=["binary_classification", "multiclass"],
)
def surrogate_fidelity(
    params: SurrogateFidelity, examples: Examples, predictor: Predictor, seed: Seed
) -> Iterator[Estimate]:
    """A small decision tree tells most of the model's decisions.

    Why: A tree that people can read in a minute is a fair account of a model only as far as it
    decides alike. Where it does not, an explanation by rules explains another model.

    Fix: Raise `depth` as far as readers can follow, or simplify the model: fewer features, stronger
    regularisation, or the tree itself. Compare with majority_agreement first: a tree that tells
    little more than the most frequent label explains nothing, however high its agreement.

    Definition: The rows are split at random into halves. On the first half scikit-learn's
    DecisionTreeClassifier of at most `depth` levels learns the labels that the model gives;
    agreement = #{rows of the second half where tree and model give the same label} ÷ #{rows of
    the second half}. majority_agreement is the same for the model's most frequent label in the
    first half. Text features are coded by the alphabet of the first half; missing values go the
    way the tree learnt for them, and the tree may ask whether a value is missing.

    Bounds: Clopper–Pearson over the second half, which the tree has not seen. Split and tree are
    drawn once, by a seed that follows from the evidence.

    Undefined: Fewer than two rows (an empty data set, one row) cannot be split, and a model that
    reads no feature cannot be told. A model that always gives one label is told by a tree of one
    leaf: its agreement is 1, and so is majority_agreement. Features that are constant or missing
    everywhere ask no question. The target is not used, so one class is no obstacle. Numbers of a
    regression have no labels; such a release is refused when the plan is made. NaN answers are an
    error, and so are scores without a threshold or labels.

    Cost: The model is asked about the rows once; a tree is grown in O(features · n log n).

    Source: Craven and Shavlik 1996, "Extracting tree-structured representations of trained
    networks" (NIPS).

    Example:
        check: interpretability.surrogate_fidelity
        with: {data: test, depth: 4}
        require: {agreement: {min: 0.85}}
    """
    import numpy as np

    columns = features_of(examples, predictor)
    if examples.rows < 2 or not columns:
        why = "the model reads no feature" if examples.rows >= 2 else "fewer than two rows"
        yield Undefined(AGREEMENT, examples.rows, why)
        yield Undefined(MAJORITY, examples.rows, why)
        return
    labels = decisions(predictor.answers(columns), examples)
    order = np.random.default_rng(int(seed)).permutation(examples.rows)
    half = examples.rows // 2
    learn, hold = order[:half], order[half:]
    told = _told(columns, labels, learn, hold, params.depth, int(seed))
    found, times = np.unique(labels[learn], return_counts=True)
    most = int((labels[hold] == found[np.argmax(times)]).sum())
    note = ("the model gives one label alone",) if len(np.unique(labels)) == 1 else ()
    yield Proportion(AGREEMENT, int((told == labels[hold]).sum()), len(hold), details=note)
    yield Proportion(MAJORITY, most, len(hold))


def _told(
    columns: Mapping[str, Any],
    labels: NDArray[np.int64],
    learn: NDArray[np.int64],
    hold: NDArray[np.int64],
    depth: int,
    seed: int,
) -> NDArray[np.int64]:
    """The labels of the held-out rows by a tree that was grown on the others."""
    import numpy as np

    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise needed("scikit-learn", "sklearn", "a surrogate tree") from None
    parts = [part for values in columns.values() for part in _coded(values, learn)]
    matrix = np.column_stack(parts)
    tree = DecisionTreeClassifier(max_depth=depth, random_state=seed % 2**32)
    tree.fit(matrix[learn], labels[learn])
    made: NDArray[np.int64] = tree.predict(matrix[hold])
    return made


def _coded(values: NDArray[Any], learn: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """A feature as the tree reads it; -1 is a text that the first half has not.

    Where values are missing, a second column asks for that alone: not every scikit-learn splits
    a column whose known values are all the same.
    """
    import numpy as np

    if numeric(values):
        made = np.asarray(np.clip(values, -LARGEST, LARGEST), dtype=np.float64)
    else:
        known = sorted({text for text in values[learn].tolist() if text is not None})
        place = {text: float(code) for code, text in enumerate(known)}
        texts = values.tolist()
        made = np.array([np.nan if text is None else place.get(text, -1.0) for text in texts])
    missing = np.isnan(made)
    return [made, missing.astype(np.float64)] if missing.any() else [made]
