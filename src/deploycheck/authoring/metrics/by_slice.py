"""Metrics of scores and of numbers in each slice of a split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from deploycheck.authoring.answered import missing_scores, numbers, too_few
from deploycheck.authoring.estimates import Auc, Estimate, Undefined
from deploycheck.authoring.groups import GroupParams, Rate, assess
from deploycheck.authoring.metrics import regression, scores
from deploycheck.authoring.metrics.sample import Sample, places, sample_of
from deploycheck.evidence.coded import combined
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AREA = "roc_auc"
OF_SCORES = (AREA, *scores.NAMES)


def of_numbers(
    params: GroupParams, predictions: Predictions, split: tuple[str, ...]
) -> Iterator[Estimate]:
    """The metrics of a regression in each slice.

    :raises EvidenceError: a number is missing or not finite.
    """
    true, predicted = numbers(predictions)
    for sample, rows in _assessed(params, predictions, split):
        if isinstance(sample, Undefined):
            yield from (replace(sample, name=name) for name in regression.NAMES)
        else:
            yield from regression.errors(true[rows], predicted[rows], sample)


def of_scores(
    params: GroupParams, predictions: Predictions, split: tuple[str, ...]
) -> Iterator[Estimate]:
    """The metrics of the score of the positive label in each slice.

    :raises EvidenceError: a target is missing, or no label is positive.
    """
    import numpy as np

    positive = predictions.true("positive")
    given, missing = predictions.scores, missing_scores(predictions)
    values = np.zeros(predictions.rows) if given is None else given
    for sample, rows in _assessed(params, predictions, split):
        if isinstance(sample, Undefined):
            yield from (replace(sample, name=name) for name in OF_SCORES)
            continue
        if missing:
            yield sample.undefined(AREA, missing)
        else:
            yield _area(values[rows], positive[rows], sample)
        yield from scores.scored(values[rows], positive[rows], sample, missing)


def _area(values: NDArray[np.float64], positive: NDArray[np.bool_], sample: Sample) -> Estimate:
    counted = None if sample.share is None else sample.share > 0
    classes = [positive, ~positive]
    if counted is not None:
        classes = [one & counted for one in classes]
    parts = [values[one] for one in classes]
    if reason := too_few(*parts):
        return sample.undefined(AREA, reason)
    counts, weights, clusters = (
        None if each is None else tuple(each[one] for one in classes)
        for each in (sample.counts, sample.weights, sample.clusters)
    )
    return Auc(AREA, parts[0], parts[1], counts, weights, clusters, slice=sample.slice)


def _assessed(
    params: GroupParams, predictions: Predictions, split: tuple[str, ...]
) -> Iterator[tuple[Sample | Undefined, NDArray[np.int64]]]:
    """The slices that are compared with their rows, and what is said of the others.

    The measure that is undefined has no name yet.
    """
    import numpy as np

    slices, group = combined(predictions.groups, split, predictions.rows)
    whole = sample_of(predictions)
    parts = places(group, len(slices))
    samples = [whole.of(rows, one) for rows, one in zip(parts, slices, strict=True)]
    found = [_rate(sample) for sample in samples]
    assessed = assess(params, split, found)
    compared = {id(rate) for rate in assessed.compared}
    for rate, sample, rows in zip(found, samples, parts, strict=True):
        if id(rate) in compared:
            yield sample, rows
    none = np.zeros(0, dtype=np.int64)
    for note in assessed.notes(""):
        yield replace(note, value=None), none
    if not assessed.compared and not assessed.small:
        reason = "there is no slice that is not excluded"
        yield Undefined("", 0, reason, slice={"by": assessed.by}), none


def _rate(sample: Sample) -> Rate:
    """The rows of a slice, as groups are assessed by."""
    import numpy as np

    return Rate(
        sample.slice,
        0,
        sample.n,
        sample.n,
        effective=None if sample.is_plain else sample.independent,
        entities=None if sample.clusters is None else len(np.unique(sample.clusters)),
        mass=None if sample.weights is None else float(sample.weights.sum()),
    )
