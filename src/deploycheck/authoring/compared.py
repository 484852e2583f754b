"""One metric of a candidate less that of a champion, on the same rows, as an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from deploycheck.authoring.answered import (
    missing_scores,
    numbers,
    paired,
    split_by_class,
    told_positive,
    too_few,
    truly_positive,
)
from deploycheck.authoring.contrasts import FUNCTIONS, Contrast, contrasted, possible, unsaid
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import AucDifference, Estimate
from deploycheck.authoring.metrics import classes
from deploycheck.authoring.metrics.sample import FEWEST_ROWS, Sample, few, first, sample_of
from deploycheck.authoring.metrics.scores import losses

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.predictions import Predictions

OF_SCORES = frozenset({"log_loss", "brier_score"})
OF_NUMBERS = frozenset({"mean_absolute_error", "root_mean_squared_error"})
ERRORS = OF_SCORES | OF_NUMBERS
MOST_TERMS = 50_000_000  # numbers in memory, where rows cannot be counted together


def compared(
    name: str,
    metric: str,
    candidate: Predictions,
    champion: Predictions,
    *,
    factor: float = 1.0,
    place: Mapping[str, str] | None = None,
) -> Estimate:
    """A metric of the candidate minus ``factor`` times that of the champion; of errors, negated.

    More is better, then, whatever the metric. The rows of both must be the same.

    :raises EvidenceError: a target, prediction or score is missing, or the metric is of another
        task.
    """
    _of_this_task(metric, candidate)
    sample = replace(sample_of(candidate), slice=place or {})
    if metric in {"accuracy", "recall", "specificity"}:
        return _hits(name, metric, candidate, champion, factor, sample)
    if metric in {"roc_auc", "balanced_accuracy"}:
        made = _areas(name, metric, candidate, champion, factor)
        return replace(made, slice=sample.slice)
    if metric == "f1":
        yes = [truly_positive(candidate), told_positive(candidate), told_positive(champion)]
        return _labels(name, metric, [y.astype("int64") for y in yes], 2, factor, sample)
    if metric in {"f1_macro", "matthews_corrcoef"}:
        for one in (candidate, champion):
            one.right()  # proves that everything is known
        labels = tuple(sorted({*candidate.labels, *champion.labels}))
        target = candidate.target_codes
        codes = [
            _coded(one, p.labels, labels)
            for p, one in (
                (candidate, candidate.prediction_codes if target is None else target),
                (candidate, candidate.prediction_codes),
                (champion, champion.prediction_codes),
            )
        ]
        return _labels(name, metric, codes, len(labels), factor, sample)
    return _errors(name, metric, candidate, champion, factor, sample)


def _of_this_task(metric: str, candidate: Predictions) -> None:
    if found := of_another_task(metric, candidate.task or ""):
        raise EvidenceError(*found, "DC203")


def of_another_task(metric: str, task: str) -> tuple[str, str] | None:
    """That a metric is of another task than this one, and what to do; ``None`` if it is not."""
    is_regression = task == "regression"
    if is_regression == (metric in OF_NUMBERS):
        return None
    if not is_regression:
        return f"labels have no {metric}", "choose another `metric`"
    known = ", ".join(sorted(OF_NUMBERS))
    return f"a regression has no {metric}", f"choose one of {known} as `metric`"


def _hits(
    name: str,
    metric: str,
    candidate: Predictions,
    champion: Predictions,
    factor: float,
    sample: Sample,
) -> Estimate:
    """A share of rows that are right: of all, of the positive ones, or of the others."""
    if metric == "accuracy":
        told, without = [candidate.right(), champion.right()], "no rows"
    else:
        positive = metric == "recall"
        rows = truly_positive(candidate) == positive
        told = [(told_positive(p) == positive)[rows] for p in (candidate, champion)]
        sample = sample.of(rows, sample.slice)
        without = "no row is positive" if positive else "no row is negative"
    return rates_apart(name, told[0], told[1], sample, without, factor)


def rates_apart(
    name: str,
    first_told: NDArray[np.bool_],
    second_told: NDArray[np.bool_],
    sample: Sample,
    without: str,
    factor: float = 1.0,
) -> Estimate:
    """The share of hits of the first less ``factor`` times that of the second, on the same rows.

    :param without: what is said where no row counts.
    """
    if sample.is_plain and factor == 1:
        made = paired(name, first_told, second_told, sample.counts, without)
        return replace(made, slice=sample.slice)
    if not _any(sample):
        return sample.undefined(name, without)
    terms = [told[:, None].astype("float64") for told in (first_told, second_told)]
    contrast = Contrast(terms[0], terms[1], first, _ends(0.0, 1.0))
    if sample.independent < FEWEST_ROWS:
        return sample.undefined(name, few(sample))
    return contrasted(name, contrast, factor, sample)


def _areas(
    name: str, metric: str, candidate: Predictions, champion: Predictions, factor: float
) -> Estimate:
    """The difference of two areas; that of labels is the balanced accuracy."""
    of_labels = metric == "balanced_accuracy"
    values = [
        told_positive(p).astype("float64") if of_labels else _scores(who, metric, p)
        for who, p in (("candidate", candidate), ("champion", champion))
    ]
    one, other = split_by_class(candidate, values[0]), split_by_class(champion, values[1])
    if reason := too_few(one.positives, one.negatives):
        return sample_of(candidate).undefined(name, reason)
    return AucDifference(
        name,
        one.positives,
        one.negatives,
        other.positives,
        other.negatives,
        factor=factor,
        **one.sample,
    )


def _scores(who: str, metric: str, predictions: Predictions) -> NDArray[np.float64]:
    if (reason := missing_scores(predictions)) or predictions.scores is None:
        raise EvidenceError(
            f"the {who} cannot be compared by {metric}: {reason}",
            "give the score of the positive label, as `columns.score` or by the model's "
            "`outputs.score`, or choose another metric",
            "DC203",
        )
    return predictions.scores


def _labels(
    name: str,
    metric: str,
    codes: list[NDArray[np.int64]],
    labels: int,
    factor: float,
    sample: Sample,
) -> Estimate:
    """F1 and Matthews' correlation, of codes of what is true and what each model answers.

    Rows with the same three codes are alike, so that a table stands for a plain sample.
    """
    import numpy as np

    if not _any(sample):
        return sample.undefined(name, "no rows")
    binary = metric == "f1"
    size = labels
    if not binary:  # labels that nobody answers and that are never true do not count
        seen = np.flatnonzero(sum(np.bincount(part, minlength=labels) for part in codes))
        size, place = len(seen), np.zeros(labels, dtype=np.int64)
        place[seen] = np.arange(size)
        codes = [place[part] for part in codes]
    true, first_told, second_told = codes
    if size > classes.MOST_LABELS:
        return sample.undefined(name, f"{size:,} labels, more than {classes.MOST_LABELS}")
    if reason := unsaid(metric, true, (first_told, second_told), size, sample):
        return sample.undefined(name, reason)
    if sample.is_plain:
        cells = np.bincount((true * size + first_told) * size + second_told, sample.counts)
        held = np.flatnonzero(cells)
        sample = Sample(len(held), cells[held].astype(np.int64), slice=sample.slice)
        true, first_told, second_told = np.unravel_index(held, (size, size, size))
    elif sample.rows * size * 6 > MOST_TERMS:
        return sample.undefined(name, "too many rows and labels that cannot be counted together")
    terms = possible(size, binary=binary)
    made = Contrast(terms[true, first_told], terms[true, second_told], FUNCTIONS[metric], terms)
    return contrasted(name, made, factor, sample)


def _errors(
    name: str,
    metric: str,
    candidate: Predictions,
    champion: Predictions,
    factor: float,
    sample: Sample,
) -> Estimate:
    """The error of the champion less that of the candidate; no error of a row is above the most."""
    import numpy as np

    if not _any(sample):
        return sample.undefined(name, "no rows")
    made = _both(metric, candidate, champion)
    if not all(np.isfinite(m).all() for m in made):
        return sample.undefined(name, "the numbers are too large to be averaged")
    if sample.independent < FEWEST_ROWS:
        return sample.undefined(name, few(sample, "errors"))
    most = 1.0 if metric == "brier_score" else max(float(m.max()) for m in made)
    contrast = Contrast(made[0][:, None], made[1][:, None], FUNCTIONS[metric], _ends(0.0, most))
    return contrasted(name, contrast, factor, sample)


def errors_apart(metric: str, candidate: Predictions, champion: Predictions) -> NDArray[np.float64]:
    """The champion's error less the candidate's of each row, as the mean of which they compare.

    :param metric: one of :data:`ERRORS` but the root, which is no mean.
    :raises EvidenceError: as :func:`compared`.
    """
    _of_this_task(metric, candidate)
    first_lost, second_lost = _both(metric, candidate, champion)
    return second_lost - first_lost


def _both(
    metric: str, candidate: Predictions, champion: Predictions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The errors of each row, of the candidate and of the champion."""
    import numpy as np

    with np.errstate(all="ignore"):
        return _lost(metric, "candidate", candidate), _lost(metric, "champion", champion)


def _lost(metric: str, who: str, predictions: Predictions) -> NDArray[np.float64]:
    """The error of each row, or its square."""
    import numpy as np

    if metric in OF_NUMBERS:
        true, told = numbers(predictions)
        return np.abs(true - told) if metric == "mean_absolute_error" else (true - told) ** 2
    scores, positive = _scores(who, metric, predictions), truly_positive(predictions)
    if outside := int(((scores < 0) | (scores > 1)).sum()):
        raise EvidenceError(
            f"{outside:,} of {predictions.rows:,} scores of the {who} lie outside 0 to 1: they are "
            f"no probabilities, and have no {metric}",
            "give the model's probability as the score, or choose another metric",
            "DC203",
        )
    return losses(scores, positive) if metric == "log_loss" else (scores - positive) ** 2


def _any(sample: Sample) -> bool:
    """Whether any row counts."""
    return bool(sample.rows if sample.share is None else sample.share.sum() > 0)


def _ends(low: float, high: float) -> NDArray[np.float64]:
    """What a row of one number may hold, whatever is true of it."""
    import numpy as np

    return np.array([[[low], [high]]])


def _coded(
    codes: NDArray[np.int64], labels: tuple[str, ...], union: tuple[str, ...]
) -> NDArray[np.int64]:
    """Codes into ``labels`` as codes into ``union``."""
    import numpy as np

    place = {label: code for code, label in enumerate(union)}
    table = np.array([place[label] for label in labels], dtype=np.int64)
    made: NDArray[np.int64] = table[codes] if len(table) else codes
    return made
