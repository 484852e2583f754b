"""Rates of groups from what was predicted and what was true, whatever the rows are worth.

Every checker whose measures are shares of rows counts here. So sampling weights and repeated
entities are understood in one place, and every checker that does not understand them says so by
:func:`independent`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from deploycheck.authoring.effective import worth
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.groups import Rate
from deploycheck.evidence.coded import combined
from deploycheck.evidence.predictions import Confusion, Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Which = Literal[
    "selection_rate",
    "accuracy",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "false_omission_rate",
    "base_rate",
    "jaccard",
]

# Each rate of a binary outcome as (hits, of) of a confusion table.
OF_CONFUSION: dict[str, Callable[[Confusion], tuple[int, int]]] = {
    "true_positive_rate": lambda c: (c.tp, c.tp + c.fn),
    "false_positive_rate": lambda c: (c.fp, c.fp + c.tn),
    "true_negative_rate": lambda c: (c.tn, c.tn + c.fp),
    "false_negative_rate": lambda c: (c.fn, c.fn + c.tp),
    "positive_predictive_value": lambda c: (c.tp, c.tp + c.fp),
    "false_omission_rate": lambda c: (c.fn, c.fn + c.tn),
    "base_rate": lambda c: (c.tp + c.fn, c.rows),
    "jaccard": lambda c: (c.tp, c.tp + c.fp + c.fn),
}
# The same of each row, from whether it is positive and whether it is predicted so: whether it is a
# hit, and whether it is counted at all.
OF_ROWS: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {
    "true_positive_rate": lambda true, told: (told, true),
    "false_positive_rate": lambda true, told: (told, ~true),
    "true_negative_rate": lambda true, told: (~told, ~true),
    "false_negative_rate": lambda true, told: (~told, true),
    "positive_predictive_value": lambda true, told: (true, told),
    "false_omission_rate": lambda true, told: (true, ~told),
    "base_rate": lambda true, told: (true, told | ~told),
    "jaccard": lambda true, told: (true & told, true | told),
}


def rates(predictions: Predictions, split: tuple[str, ...], which: Which) -> list[Rate]:
    """The rate ``which`` of every group of ``split`` that occurs, sorted by the groups' values.

    ``selection_rate`` is about the favourable label, ``accuracy`` about all labels, every other
    one about the positive label; ``jaccard`` is TP ÷ (TP + FP + FN), of which F1 is a function. An
    empty ``split`` gives the one rate of all rows.

    Frequency weights are counts of rows. Under sampling weights a rate is that of the population,
    and under these or repeated entities it carries how many independent rows it is worth
    (:mod:`deploycheck.authoring.effective`); groups of rows whose weights are all 0 do not occur.

    :raises EvidenceError: a role that the release does not give, a missing prediction or target,
        a column that was not collected, or more than 10,000 groups.
    :raises ValueError: no rate has this name.
    """
    return several(predictions, split, (which,))[which]


def several(
    predictions: Predictions, split: tuple[str, ...], names: Sequence[Which]
) -> dict[str, list[Rate]]:
    """Several of :func:`rates` by name, from one count."""
    for which in names:
        if which not in ("selection_rate", "accuracy", *OF_CONFUSION):
            raise ValueError(f"there is no rate {which!r}; there are {', '.join(OF_CONFUSION)}")
    if not predictions.has_independent_rows:
        return {name: _worth(predictions, split, *_rows(predictions, name)) for name in names}
    is_binary = any(name in OF_CONFUSION for name in names)
    counts = predictions.confusion(split) if is_binary else ()
    return {name: _counted(predictions, split, name, counts) for name in names}


def _counted(
    predictions: Predictions, split: tuple[str, ...], which: Which, counts: Sequence[Confusion]
) -> list[Rate]:
    """The rate of each group, of independent rows."""
    if which == "selection_rate":
        return [Rate(s.slice, s.hits, s.of, s.of) for s in predictions.selected(split)]
    if which == "accuracy":
        return [
            Rate(m.slice, int(m.rows.trace()), rows, rows)
            for m in predictions.confusion_matrix(split)
            for rows in [int(m.rows.sum())]
        ]
    rate_of = OF_CONFUSION[which]
    return [Rate(c.slice, *rate_of(c), c.rows) for c in counts]


def by_truth(predictions: Predictions) -> tuple[tuple[Rate, Rate], str]:
    """True-positive and false-positive rate, as of two groups of rows that are compared.

    Balanced accuracy and informedness are functions of their difference. The text says why there is
    none, where a class has no rows; else it is empty.

    :raises EvidenceError: as :func:`rates`.
    """
    names: tuple[Which, Which] = ("true_positive_rate", "false_positive_rate")
    if predictions.has_independent_rows:
        found = several(predictions, (), names)
        positive, negative = (found[name][0] for name in names)
    else:
        true, told = predictions.true("positive"), predictions.predicted("positive")
        group = 1 - true.astype("int64")
        positive, negative = _of_groups(predictions, [{}, {}], group, told, None)
    for rate, what in ((positive, "positive"), (negative, "negative")):
        if not rate.of:
            return (positive, negative), f"no row is {what}"
    return (positive, negative), ""


def _rows(predictions: Predictions, which: Which) -> tuple[Any, Any]:
    """Whether each row is a hit, and whether it is counted; ``None`` where all are."""
    if which == "selection_rate":
        return predictions.predicted("favourable"), None
    if which == "accuracy":
        return predictions.right(), None
    return OF_ROWS[which](predictions.true("positive"), predictions.predicted("positive"))


def _worth(
    predictions: Predictions,
    split: tuple[str, ...],
    hit: NDArray[np.bool_],
    counted: NDArray[np.bool_] | None,
) -> list[Rate]:
    """The rate of each group, with how many independent rows it is worth."""
    slices, group = combined(predictions.groups, split, predictions.rows)
    found = _of_groups(predictions, slices, group, hit, counted)
    return [rate for rate in found if rate.size or not split]


def _of_groups(
    predictions: Predictions,
    slices: list[dict[str, str]],
    group: NDArray[np.int64],
    hit: NDArray[np.bool_],
    counted: NDArray[np.bool_] | None,
) -> list[Rate]:
    import numpy as np

    sampling, counts, entities = predictions.sampling, predictions.weights, predictions.entities
    stands = np.ones(predictions.rows) if counts is None else counts
    is_there = stands > 0 if sampling is None else sampling > 0
    size = np.bincount(group, stands * is_there, len(slices))
    mass = None if sampling is None else np.bincount(group, sampling, len(slices))
    rows = slice(None) if counted is None else counted
    found = worth(
        len(slices),
        group[rows],
        hit[rows],
        sampling=None if sampling is None else sampling[rows],
        counts=None if counts is None else counts[rows],
        entities=None if entities is None else entities[rows],
    )
    return [
        Rate(
            slice=part,
            hits=int(found.hits[i]) if mass is None else float(found.rate[i] * found.of[i]),
            of=int(found.of[i]),
            size=int(size[i]),
            effective=float(found.effective[i]),
            apart=float(found.apart[i]),
            entities=None if entities is None else int(found.units[i]),
            mass=None if mass is None else float(mass[i]),
            selected=int(found.hits[i]),
        )
        for i, part in enumerate(slices)
    ]


def independent(predictions: Predictions, what: str) -> None:
    """Every row is one independent observation, or a number of equal ones.

    A checker that calls it supports neither sampling weights nor repeated entities.

    :param what: what has no bounds for them, as a sentence's subject: ``"the calibration"``.
    :raises EvidenceError: there are sampling weights, or entities that repeat (``DC203``).
    """
    if predictions.sampling is not None:
        raise EvidenceError(
            f"{what} has no bounds under sampling weights",
            "judge it on a data set without them, in a release of its own, or leave it out",
            "DC203",
        )
    if predictions.entities is not None:
        raise EvidenceError(
            f"{what} has no bounds for rows that are about the same entity",
            "keep one row of each entity, or leave it out",
            "DC203",
        )
