"""What checkers of predictions share: scores by class, and two predictions of the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Mean, Paired, Proportion, Undefined
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_REPEATED = 50_000_000
FEWEST_ERRORS = 100
FEWEST_OF_A_CLASS = 2  # fewer have no variance, and no area has bounds


def rate(name: str, hits: int, of: int, without: str) -> Estimate:
    """A proportion, or the word that there is none because nothing is counted."""
    return Proportion(name, hits, of) if of else Undefined(name, 0, without)


def missing_scores(predictions: Predictions) -> str:
    """Why an area under the curve cannot be measured; empty where it can."""
    import numpy as np

    if predictions.scores is None:
        return "there is no score, only labels"
    if unknown := int((~np.isfinite(predictions.scores)).sum()):
        return f"{unknown:,} of {predictions.rows:,} rows have no finite score"
    return ""


def by_class(
    predictions: Predictions, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The values of the truly positive rows, and of all others, each as often as its row counts.

    :raises EvidenceError: no positive label or no target, one that is missing in a row, sampling
        weights, repeated entities, or weights that sum beyond 50,000,000.
    """
    import numpy as np

    predictions.confusion()  # refuses rows that are not independent
    is_positive = truly_positive(predictions)
    weights = predictions.weights
    if weights is None:
        return values[is_positive], values[~is_positive]
    if (total := int(weights.sum())) > MOST_REPEATED:
        raise EvidenceError(
            f"the frequency weights sum to {total:,}; scores are compared one by one, and more "
            f"than {MOST_REPEATED:,} are too many",
            "divide the weights, or draw a sample",
            "DC203",
        )
    positives, negatives = (
        np.repeat(values[rows], weights[rows]) for rows in (is_positive, ~is_positive)
    )
    return positives, negatives


@dataclass(frozen=True)
class ByClass:
    """One value of every row that counts, by class, and how the rows were sampled.

    :param positives: float64, of the truly positive rows; ``negatives`` of all others.
    :param sample: ``counts``, ``weights`` and ``clusters`` as an
        :class:`~deploycheck.authoring.estimates.Auc` takes them: ``None``, or a pair of arrays.
    """

    positives: NDArray[np.float64]
    negatives: NDArray[np.float64]
    sample: dict[str, Any]


def split_by_class(predictions: Predictions, values: NDArray[np.float64]) -> ByClass:
    """The values of the truly positive rows, and of all others, with their weights and entities.

    No row is repeated; rows of weight 0 are left out.

    :raises EvidenceError: no positive label or no target, or one that is missing in a row.
    """
    import numpy as np

    is_positive = truly_positive(predictions)
    counts, weights = predictions.weights, predictions.sampling
    used = np.ones(predictions.rows, dtype=np.bool_)
    for mass in (counts, weights):
        used &= True if mass is None else mass > 0
    positives, negatives = used & is_positive, used & ~is_positive
    given = {"counts": counts, "weights": weights, "clusters": predictions.entities}
    sample = {
        name: None if numbers is None else (numbers[positives], numbers[negatives])
        for name, numbers in given.items()
    }
    return ByClass(values[positives], values[negatives], sample)


def truly_positive(predictions: Predictions) -> NDArray[np.bool_]:
    """Whether each row's target is the positive label; errors as for :func:`told_positive`."""
    return _is_positive(predictions, predictions.target_codes)


def told_positive(predictions: Predictions) -> NDArray[np.bool_]:
    """Whether each row is predicted the positive label.

    :raises EvidenceError: as :meth:`~deploycheck.evidence.predictions.Predictions.confusion`.
    """
    return _is_positive(predictions, predictions.prediction_codes)


def _is_positive(predictions: Predictions, codes: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    import numpy as np

    # Proves that there is a positive label, and that all rows are known, whatever they are worth.
    replace(predictions, weights=None, sampling=None, entities=None).confusion()
    if codes is None or predictions.positive not in predictions.labels:
        return np.zeros(predictions.rows, dtype=np.bool_)  # no rows
    made: NDArray[np.bool_] = codes == predictions.labels.index(predictions.positive)
    return made


def too_few(positives: Any, negatives: Any) -> str:
    """Why two classes are too small for an area; empty where they are not."""
    for what, values in (("positive", positives), ("negative", negatives)):
        if len(values) < FEWEST_OF_A_CLASS:
            some = f"only {len(values)} row is" if len(values) else "no row is"
            return f"{some} {what}"
    return ""


@dataclass(frozen=True)
class Mismatch:
    """Something in which two predictions of the same rows differ, and how often."""

    count: int
    what: str


def mismatches(first: Predictions, second: Predictions) -> tuple[Mismatch, ...]:
    """In what two predictions differ that should be of the same rows; empty where in nothing.

    What the two predict may differ; which rows, which truth and which labels may not.
    """
    apart = sorted({*first.labels} ^ {*second.labels})
    names = ", ".join(repr(label[:40]) for label in apart[:8])
    labels = Mismatch(len(apart), f"labels that only one of them and no target has: {names}")
    return (*rows_apart(first, second), *((labels,) if apart else ()))


def rows_apart(first: Predictions, second: Predictions) -> tuple[Mismatch, ...]:
    """As :func:`mismatches`, without a word on labels: one that only one answers is just wrong."""
    found = _of_the_data(first, second)
    if first.rows == second.rows:
        found += _of_the_rows(first, second)
    return tuple(Mismatch(count, what) for count, what in found if count)


def _of_the_data(first: Predictions, second: Predictions) -> list[tuple[int, str]]:
    rows = f"{first.rows:,} rows of one, {second.rows:,} of the other"
    return [
        (int(first.name != second.name), f"data sets {first.name} and {second.name}"),
        (int(first.data != second.data), "the data sets have different digests"),
        (int((first.task == "regression") != (second.task == "regression")), "different tasks"),
        (abs(first.rows - second.rows), rows),
        (int(first.positive != second.positive), "different labels are positive"),
    ]


def _of_the_rows(first: Predictions, second: Predictions) -> list[tuple[int, str]]:
    import numpy as np

    given = [p.target_codes is not None or p.numbers is not None for p in (first, second)]
    found: list[tuple[int, str]] = [(int(given[0] != given[1]), "only one of them has a target")]
    differ = np.zeros(first.rows, dtype=np.bool_)
    if first.target_codes is not None and second.target_codes is not None:
        differ = first.target_codes != _recoded(second.target_codes, second.labels, first.labels)
    if first.numbers is not None and second.numbers is not None:
        absent = np.isnan(first.numbers) & np.isnan(second.numbers)
        differ = (first.numbers != second.numbers) & ~absent
    found.append((int(differ.sum()), "rows with another target"))
    ones = np.ones(first.rows, dtype=np.int64)
    weights = [ones if p.weights is None else p.weights for p in (first, second)]
    found.append((int((weights[0] != weights[1]).sum()), "rows with another weight"))
    answered = [_answered(p) for p in (first, second)]
    found.append((int((answered[0] != answered[1]).sum()), "rows that only one of them predicts"))
    return found


def _answered(predictions: Predictions) -> NDArray[np.bool_]:
    import numpy as np

    if predictions.task == "regression" and predictions.scores is not None:
        return np.isfinite(predictions.scores)
    return predictions.prediction_codes >= 0


def _recoded(
    codes: NDArray[np.int64], labels: tuple[str, ...], other: tuple[str, ...]
) -> NDArray[np.int64]:
    """Codes into ``labels`` as codes into ``other``; -2 where it has none, -1 stays missing."""
    import numpy as np

    place = {label: code for code, label in enumerate(other)}
    # The code -1 of a missing value takes the last place.
    table = np.array([*(place.get(label, -2) for label in labels), -1], dtype=np.int64)
    made: NDArray[np.int64] = table[codes]
    return made


def same_rows(first: Predictions, second: Predictions) -> None:
    """Two predictions can be compared row by row.

    :raises EvidenceError: they are not of the same rows with the same truth.
    """
    if wrong := rows_apart(first, second):
        raise EvidenceError(
            f"candidate and champion cannot be compared row by row: {wrong[0].what}",
            "bind both arguments to one data set; `champion.same_eval` tells all differences",
            "DC203",
        )


def right(predictions: Predictions) -> NDArray[np.bool_]:
    """Whether each row is predicted right.

    :raises EvidenceError: there is no target, or a target or prediction is missing.
    """
    predictions.confusion_matrix()  # proves that all of them are known
    if predictions.target_codes is None:
        return predictions.prediction_codes >= 0  # no rows
    made: NDArray[np.bool_] = predictions.target_codes == predictions.prediction_codes
    return made


def paired(
    name: str,
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    weights: NDArray[np.int64] | None,
    without: str,
) -> Estimate:
    """The share of hits of the first less that of the second, on the same rows."""
    import numpy as np

    cells = np.bincount(2 * first.astype(np.int64) + second, weights, 4).astype(np.int64)
    neither, second_alone, first_alone, both = (int(cell) for cell in cells)
    if not neither + second_alone + first_alone + both:
        return Undefined(name, 0, without)
    return Paired(name, both, first_alone, second_alone, neither)


def numbers(predictions: Predictions) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """True and predicted numbers of a regression.

    :raises EvidenceError: there is no target, or a number is missing or infinite.
    """
    import numpy as np

    if predictions.numbers is None or predictions.scores is None:
        raise EvidenceError(
            "the release has no target", "set `columns.target` in the release", code="DC203"
        )
    for role, column, values in (
        ("target", predictions.target_column, predictions.numbers),
        ("prediction", predictions.prediction_column, predictions.scores),
    ):
        if unknown := int((~np.isfinite(values)).sum()):
            raise EvidenceError(
                f"{unknown:,} of {predictions.rows:,} rows of {predictions.name} have no finite "
                f"{role}",
                f"narrow the data set with `where: [{{column: {column}, present: true}}]`",
                code="DC203",
            )
    return predictions.numbers, predictions.scores


def mean_error(
    name: str, values: NDArray[np.float64], weights: NDArray[np.int64] | None
) -> Estimate:
    """The mean of errors, or of their differences, each as often as its row counts.

    Errors are skewed; with fewer than 100 of them the t bounds of their mean fall more than three
    points below their level, and nothing is said.
    """
    import numpy as np

    n = len(values) if weights is None else int(weights.sum())
    if not n:
        return Undefined(name, 0, "no rows")
    center = float(np.average(values, weights=weights))
    if n < FEWEST_ERRORS:
        return Undefined(name, n, f"{n:,} errors, fewer than {FEWEST_ERRORS}", center)
    square = float(np.average((values - center) ** 2, weights=weights))
    return Mean(name, center, (square * n / (n - 1)) ** 0.5, n)
