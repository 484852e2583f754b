"""``Predictions``: what a model answers, or what columns hold of it, beside what was true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploycheck.authoring.asking import answers_digest, answers_of
from deploycheck.authoring.coding import coded, grouped, recoded
from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.loaded import (
    Read,
    entities,
    floats,
    read_columns,
    told,
    weighted,
)
from deploycheck.authoring.outcomes import Roles, check, groups_of, roles_of, score_beside
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.coded import Coded, label_text
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.predictor import Answers
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_LABELS = 1_000


@collector
class StoredPredictions:
    """Predictions of the release's columns, or of the model where it has one.

    The champion's are always its model's: `stored: true` is about the candidate's alone.
    """

    evidence = Predictions

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of data and model, after proving that every role has a column of its kind."""
        del params
        roles = roles_of(source)
        rows = rows_of(source)
        check(roles, rows, source)
        digest = answers_digest(source, rows) if roles.asked else rows.digest
        return Description(digest, None, {"columns": list(roles.columns())})

    def collect(self, source: Source, params: NoParams, table: Table) -> Predictions:
        """Reads the columns in one scan, asks the model if it is its turn, and codes them.

        :raises EvidenceError: labels that cannot be told apart, weights that are none, a row that
            does not say whom it is about where the others do, or a model that does not answer as
            it must (``DC204``).
        """
        del params
        roles = roles_of(source)
        rows = rows_of(source)
        check(roles, rows, source)
        by = groups_of(source, table.columns)
        beside = score_beside(roles, rows)
        read = read_columns(table, (*roles.columns(), *by, *((beside,) if beside else ())))
        frame = read.frame
        weights = weighted(frame, roles.weight, sampled=roles.sampled)
        answers = answers_of(source, table, read.rows) if roles.asked else None
        made = _numbers(read, roles, answers) if roles.numeric else _labels(read, roles, answers)
        if not roles.numeric and answers is None and beside is not None:
            made["scores"] = floats(frame[beside])
        digest = answers_digest(source, rows) if roles.asked else table.digest
        task = source.release.task if roles.numeric else _task(made, source.release.task, roles)
        return Predictions(
            name=table.name,
            digest=digest or "",
            rows=read.rows,
            task=task,
            positive=roles.positive,
            favourable=roles.favourable,
            groups={column: grouped(frame[column]) for column in by},
            weights=weights.frequencies,
            sampling=weights.sampling,
            entities=entities(frame, roles.entity, table.name),
            prediction_column=roles.answer or "",
            target_column=roles.target or "",
            data=table.digest,
            **made,
        )


def _numbers(read: Read, roles: Roles, answers: Answers | None) -> dict[str, Any]:
    """The fields of a regression: predicted and true numbers, and no labels."""
    import numpy as np

    return {
        "labels": (),
        "prediction_codes": np.full(read.rows, -1, dtype=np.int64),
        "target_codes": None,
        "scores": _scored(read, roles, answers),
        "numbers": None if roles.target is None else floats(read.frame[roles.target]),
    }


def _scored(read: Read, roles: Roles, answers: Answers | None) -> NDArray[np.float64]:
    if answers is None:
        return floats(read.frame[roles.answer or ""])
    if answers.scores is None:
        raise EvidenceError(
            "the model answers labels and no score, and a score is asked for",
            "say in `model.outputs.score` which output holds it",
            "DC204",
        )
    return answers.scores


def _labels(read: Read, roles: Roles, answers: Answers | None) -> dict[str, Any]:
    """The fields of a classification: labels, and the codes of predictions and targets."""
    frame = read.frame
    true = None if roles.target is None else coded(frame[roles.target], label_text, MOST_LABELS)
    seen = () if true is None else true.values
    if answers is not None:
        answers.prove_scores_of(roles.positive)
    if roles.at_least is not None:
        predicted = _cut(_scored(read, roles, answers), roles.at_least, str(roles.positive), seen)
    elif answers is not None:
        predicted = _answered(answers)
        _one_coding(predicted.values, seen, roles)
    else:
        predicted = coded(frame[roles.answer or ""], label_text, MOST_LABELS)
        _one_coding(predicted.values, seen, roles)
    labels = tuple(sorted({*seen, *predicted.values}))
    return {
        "labels": labels,
        "prediction_codes": recoded(predicted, labels),
        "target_codes": None if true is None else recoded(true, labels),
        "scores": None if answers is None else answers.scores,
    }


def _answered(answers: Answers) -> Coded:
    """The labels that the model answered.

    :raises EvidenceError: it answers only scores, or more labels than there are classes.
    """
    if answers.codes is None:
        raise EvidenceError(
            "the model answers a score and no label, and the release has no threshold",
            "set `columns.threshold`, or say in `model.outputs.label` which output holds the label",
            "DC203",
        )
    if len(answers.labels) > MOST_LABELS:
        raise EvidenceError(
            f"the model answers {len(answers.labels):,} distinct labels: that is a number or a "
            "name, no class",
            "say in `model.outputs.label` which output holds the label",
            "DC203",
        )
    return Coded(tuple(map(label_text, answers.labels)), answers.codes)


def _one_coding(predicted: tuple[str, ...], true: tuple[str, ...], roles: Roles) -> None:
    """Target and prediction that share no label are coded differently, not all wrong."""
    if true and predicted and not {*true} & {*predicted} and len({*true, *predicted}) > 2:
        answer = "the model's answers have" if roles.asked else f"prediction {roles.answer}"
        raise EvidenceError(
            f"target {roles.target} has {told(true)}, {answer} {told(predicted)}: no label in "
            "common",
            "write both in one coding",
            "DC203",
        )


def _cut(
    scores: NDArray[np.float64], at_least: float, positive: str, true: tuple[str, ...]
) -> Coded:
    """Predictions from scores: positive where the score is at least the threshold."""
    import numpy as np

    others = [label for label in true if label != positive]
    if len(others) > 1:
        raise EvidenceError(
            f"a threshold makes two labels, {positive!r} and one other; the target has "
            f"{told(true)}",
            "write `columns.positive` as the data has it, and narrow the data to two labels",
            "DC203",
        )
    other = others[0] if others else f"not {positive}"
    reached = np.where(np.isnan(scores), -1, scores >= at_least)
    return Coded((other, positive), reached.astype(np.int64))


def _task(made: dict[str, Any], declared: str | None, roles: Roles) -> str | None:
    """The task as declared, or as the labels leave no doubt.

    :raises EvidenceError: more than two labels where two are meant: one of them may be a
        misspelling, which would count as an outcome of its own.
    """
    labels: tuple[str, ...] = made["labels"]
    two_meant = declared == "binary_classification" or (
        declared is None and (roles.positive is not None or roles.favourable is not None)
    )
    if two_meant and len(labels) > 2:
        raise EvidenceError(
            f"binary classification has two labels, the data {told(labels)}",
            "mend the data, narrow it with `where`, or set `task: multiclass`",
            "DC203",
        )
    if declared is not None or len(labels) < 2:
        return declared
    return "binary_classification" if len(labels) == 2 else "multiclass"
