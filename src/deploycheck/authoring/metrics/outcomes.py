"""Metrics of predicted labels and scores beyond those that are proportions of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deploycheck.authoring.answered import missing_scores
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.metrics import classes, scores
from deploycheck.authoring.metrics.sample import sample_of
from deploycheck.evidence.predictions import Predictions


def of_two(predictions: Predictions) -> Iterator[Estimate]:
    """What a positive label and its score allow: correlation, kappa, and metrics of the score.

    :raises EvidenceError: a target or prediction is missing.
    """
    yield from _labelled(predictions, (classes.MATTHEWS, classes.KAPPA))
    yield from scores.scored(
        predictions.scores,
        predictions.true("positive"),
        sample_of(predictions),
        missing_scores(predictions),
    )


def of_several(predictions: Predictions, accuracy: Estimate) -> Iterator[Estimate]:
    """What labels allow of which none is positive: averages over them, correlation and kappa.

    :param accuracy: as it was measured; where every row has one label, it is also the micro
        average of each metric, and the weighted one of recall.
    :raises EvidenceError: a target or prediction is missing.
    """
    yield from _labelled(predictions, tuple(classes.FUNCTIONS))
    for name in classes.AVERAGES:
        if name in classes.SAME_AS_ACCURACY:
            yield replace(accuracy, name=name)


def _labelled(predictions: Predictions, names: tuple[str, ...]) -> Iterator[Estimate]:
    predictions.right()  # proves that every target and prediction is known
    target = predictions.target_codes
    if target is None:  # no rows
        target = predictions.prediction_codes
    yield from classes.labelled(
        target,
        predictions.prediction_codes,
        len(predictions.labels),
        sample_of(predictions),
        names,
    )
