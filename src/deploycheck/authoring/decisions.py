"""What a model's answers come to: decisions, whether they are right, and how far they move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.coded import label_text
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNKNOWN = -1  # a label that the data never have
NINE_TENTHS = 3.29  # standard deviations that the middle nine tenths of a normal distribution span
SLACK = 1e-6  # by which the sum of 32-bit probabilities may miss 1


def features_of(examples: Examples, predictor: Predictor) -> dict[str, Any]:
    """The columns that the model reads, by name, in its order.

    :raises EvidenceError: one of them is not there.
    """
    for name in predictor.features:
        if name not in examples.columns:
            raise EvidenceError(
                f"the model reads {name}, which data set {examples.name} has not",
                "mend the model's `features`",
                code="DC019",
            )
    return {name: examples.columns[name] for name in predictor.features}


def scores_of(answers: Answers) -> NDArray[np.float64] | None:
    """The scores, proven to be finite; ``None`` where the model answers labels alone.

    :raises EvidenceError: a score is NaN or infinite.
    """
    import numpy as np

    if answers.scores is None:
        return None
    if wrong := int((~np.isfinite(answers.scores)).sum()):
        raise EvidenceError(
            f"{wrong:,} of {answers.rows:,} scores that the model answered are no finite number",
            "see which rows it cannot score; `where` narrows the data set",
            code="DC204",
        )
    return answers.scores


def can_decide(answers: Answers, examples: Examples) -> bool:
    """Whether the answers come to labels: they are labels, or scores held against a threshold."""
    if examples.task == "regression":
        return False
    cut = examples.threshold is not None and answers.scores is not None
    return cut or answers.codes is not None


def decisions(answers: Answers, examples: Examples) -> NDArray[np.int64]:
    """What is decided about each row: 1 for the positive label and 0 for the other.

    With more than two labels, or without a positive one, codes into ``examples.labels``; a label
    that the data never have is -1 there. A declared threshold comes before the model's own label.

    :raises EvidenceError: scores without a threshold, scores of another label than the positive
        one, or labels in another coding than the data.
    """
    answers.prove_scores_of(examples.positive)
    if examples.threshold is not None and (scores := scores_of(answers)) is not None:
        return (scores >= examples.threshold).astype("int64")
    if answers.codes is None:
        raise EvidenceError(
            "the model answers a score and no label, and the release has no threshold",
            "set `columns.threshold`, or say in `model.outputs.label` which output holds the label",
            code="DC203",
        )
    return _places(answers, examples)[answers.codes]


def _places(answers: Answers, examples: Examples) -> NDArray[np.int64]:
    """Of each label that the model answers, what it means here."""
    import numpy as np

    told = [label_text(label) for label in answers.labels]
    known = list(examples.labels)
    if known and told and not {*known} & {*told} and len({*known, *told}) > 2:
        raise EvidenceError(
            f"the target has {_named(known)}, the model answers {_named(told)}: no label in common",
            "write both in one coding",
            code="DC203",
        )
    if examples.task == "multiclass" or examples.positive is None:
        # Without a target any label is as good as another, and only has to be told apart.
        place = {label: code for code, label in enumerate(known or sorted(told))}
        return np.array([place.get(label, UNKNOWN) for label in told], dtype=np.int64)
    if len({*told}) > 2 or (len({*told}) == 2 and examples.positive not in told):
        raise EvidenceError(
            f"the model answers {_named(told)}; binary classification has two labels, one of them "
            f"the positive {examples.positive!r}",
            "write `columns.positive` as the model answers it, or set `task: multiclass`",
            code="DC203",
        )
    place = {label: int(label == examples.positive) for label in (*known, examples.positive)}
    other = UNKNOWN if len(place) == 2 else 0
    return np.array([place.get(label, other) for label in told], dtype=np.int64)


def known_target(examples: Examples) -> NDArray[np.float64]:
    """What was true of each row.

    :raises EvidenceError: the data set has no target.
    """
    if examples.target is None:
        raise EvidenceError(
            f"data set {examples.name} has no target", "set `columns.target`", code="DC203"
        )
    return examples.target


def right(answers: Answers, examples: Examples) -> NDArray[np.bool_]:
    """Whether each row is decided as was true.

    :raises EvidenceError: there is no target, or as :func:`decisions`.
    """
    made: NDArray[np.bool_] = decisions(answers, examples) == known_target(examples)
    return made


def flips(before: Answers, after: Answers, examples: Examples) -> NDArray[np.bool_]:
    """Whether each row's decision changed; labels are told apart by their texts.

    :raises EvidenceError: as :func:`decisions`.
    """
    import numpy as np

    old, new = decisions(before, examples), decisions(after, examples)
    cut = examples.threshold is not None and before.scores is not None
    if cut or before.codes is None or after.codes is None:
        return np.asarray(old != new, dtype=np.bool_)
    place = {label: code for code, label in enumerate(sorted({*before.labels, *after.labels}))}
    first, second = (
        np.array([place[label] for label in made.labels], dtype=np.int64)[made.codes]
        for made in (before, after)
    )
    return np.asarray(first != second, dtype=np.bool_)


def changes(
    before: Answers, after: Answers, examples: Examples, *, unit: float | None
) -> NDArray[np.float64]:
    """How far each row's answer moved, from 0 to 1.

    :param unit: scores moved by this much count 1, by more too; ``None`` counts flipped decisions.
    """
    import numpy as np

    old, new = scores_of(before), scores_of(after)
    if unit is None or old is None or new is None:
        return flips(before, after, examples).astype(np.float64)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        moved = np.abs(new - old)
        share = np.where(moved > 0, moved / unit, 0.0)
    return np.minimum(share, 1.0)


def unit_of(before: Answers, examples: Examples) -> tuple[float | None, str]:
    """The unit in which answers move, for :func:`changes`, and a word on it for the reader.

    Scores between 0 and 1 are their own unit; the numbers of a regression move in standard
    deviations of the answers; of any other scores the decisions are compared.
    """
    scores = scores_of(before)
    if scores is None:
        return None, "the model answers labels: the share of rows whose label flips"
    if examples.task == "regression":
        spread = spread_of(scores)
        return spread, f"in standard deviations of the answers ({spread:.4g}), at most 1 a row"
    if not len(scores) or (scores.min() >= -SLACK and scores.max() <= 1 + SLACK):
        return 1.0, ""
    return None, "scores lie outside 0 to 1: the share of rows whose decision flips"


def spread_of(numbers: NDArray[np.float64]) -> float:
    """The standard deviation, by the middle nine tenths if it is less by those.

    One number far out must not make what moves all others look like nothing.
    """
    import numpy as np

    if not len(numbers):
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        whole = float(np.std(numbers))
        low, high = np.quantile(numbers, (0.05, 0.95))
        middle = float(high - low) / NINE_TENTHS
    return min(whole, middle) if middle > 0 else whole


def changed(columns: Mapping[str, Any], instead: Mapping[str, Any]) -> dict[str, Any]:
    """The columns with some of them replaced."""
    return {**columns, **instead}


def numeric(values: Any) -> bool:
    """Whether a column holds numbers."""
    return bool(values.dtype.kind == "f")


def differs(first: Any, second: Any) -> NDArray[np.bool_]:
    """Whether two columns have different values in each row; two missing ones are equal."""
    import numpy as np

    apart = np.asarray(first != second, dtype=np.bool_)
    if numeric(first):
        apart &= ~(np.isnan(first) & np.isnan(second))
    return apart


def _named(labels: list[str]) -> str:
    return ", ".join(repr(label[:40]) for label in labels[:8]) + (", …" if len(labels) > 8 else "")
