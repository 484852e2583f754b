"""``Predictions``: stored predictions, or scores cut at a threshold, beside what was true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.coding import coded, grouped, recoded
from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.delimited import reading
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.tabular import Rows, rows_of
from deploycheck.evidence.coded import Coded, label_text
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.table import Table
from deploycheck.model.release import Release

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST_ROWS = 50_000_000
MOST_LABELS = 1_000


@dataclass(frozen=True)
class Roles:
    """Which columns are read, and how.

    :param answer: column of predictions, or of scores where there is a threshold.
    :param at_least: smallest score that is predicted positive.
    """

    answer: str
    at_least: float | None
    target: str | None
    positive: str | None
    favourable: str | None
    weight: str | None
    entity: str | None

    def columns(self) -> tuple[str, ...]:
        """All columns in a role."""
        asked = (self.answer, self.target, self.weight, self.entity)
        return tuple(name for name in asked if name is not None)


@collector
class StoredPredictions:
    """Predictions that the release's columns hold; no model is run."""

    evidence = Predictions

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of the data, after proving that every role has a column of the right kind."""
        del params
        roles = roles_of(source)
        rows = rows_of(source)
        _check(roles, rows, source)
        return Description(rows.digest, None, {"columns": list(roles.columns())})

    def collect(self, source: Source, params: NoParams, table: Table) -> Predictions:
        """Reads the columns in one scan and codes them.

        :raises EvidenceError: labels that cannot be told apart, weights that are no counts.
        """
        del params
        roles = roles_of(source)
        _check(roles, rows_of(source), source)
        by = _groups(source, table.columns)
        frame = _scan(table, roles, by)
        _refuse_repeated(frame, roles, table.name)
        labels, predicted, true = _outcomes(frame, roles)
        return Predictions(
            name=table.name,
            digest=table.digest,
            rows=frame.height,
            task=_task(labels, source.release.task, roles),
            labels=labels,
            positive=roles.positive,
            favourable=roles.favourable,
            prediction_codes=predicted,
            target_codes=true,
            groups={column: grouped(frame[column]) for column in by},
            weights=None if roles.weight is None else _numbers(frame[roles.weight]),
            prediction_column=roles.answer,
            target_column=roles.target or "",
        )


def roles_of(source: Source) -> Roles:
    """The roles that the release gives.

    :raises RoleError: no prediction, a score without a threshold or both, no positive label.
    :raises NotYet: a model has to be asked, or the weights are sampling weights.
    """
    release = source.release
    columns = release.columns
    if release.task == "regression":
        raise RoleError("task", "predictions of a regression are numbers, and have no labels")
    if columns.weight is not None and columns.weight.kind == "sampling":
        raise NotYet("DC111", "sampling weights are not used yet; frequency weights are")
    answer, at_least = _answer(release)
    if at_least is not None and columns.positive is None:
        raise RoleError(
            "positive", "a threshold says when the positive label is predicted; name it"
        )
    return Roles(
        answer=answer,
        at_least=at_least,
        target=columns.target,
        positive=None if columns.positive is None else label_text(columns.positive),
        favourable=None if columns.favourable is None else label_text(columns.favourable),
        weight=None if columns.weight is None else columns.weight.column,
        entity=columns.id,
    )


def _answer(release: Release) -> tuple[str, float | None]:
    columns = release.columns
    stored = columns.prediction is not None or columns.threshold is not None
    if release.model != "none" and not columns.stored:
        if stored:
            raise RoleError(
                "prediction",
                "the release has a model and stored predictions; say `stored: true` to judge "
                "the stored ones",
            )
        raise NotYet(
            "DC109",
            "predictions are not made with a model yet; store them in a column and say "
            "`stored: true`",
        )
    if columns.threshold is not None:
        if columns.prediction is not None:
            raise RoleError(
                "prediction", "both a prediction and a threshold are given; leave one of them out"
            )
        if columns.score is None:
            raise RoleError("score", "a threshold is given, and no score to hold against it")
        return columns.score, columns.threshold.at_least
    if columns.prediction is not None:
        return columns.prediction, None
    if columns.score is not None:
        raise RoleError("threshold", "a score becomes a prediction at a threshold; none is given")
    raise RoleError("prediction", "the release names no column with predictions")


def _groups(source: Source, known: Mapping[str, str]) -> tuple[str, ...]:
    protected = [name for name in source.release.columns.protected if name in known]
    return tuple(dict.fromkeys((*source.columns, *protected)))


def _check(roles: Roles, rows: Rows, source: Source) -> None:
    here = f"data set {source.subject}"
    known = rows.columns
    for column in (*roles.columns(), *source.columns):
        if column not in known:
            raise EvidenceError(f"{here} has no column {column!r}", "mend `columns`", "DC019")
    score = None if roles.at_least is None else roles.answer
    for role, name in (("score", score), ("weight", roles.weight)):
        if name is None or name in rows.void or known[name] in {"integer", "float"}:
            continue
        raise EvidenceError(f"{here}: {role} {name} is {known[name]}, not a number", code="DC203")
    for column in (*roles.columns(), *_groups(source, known)):
        if known[column] == "other":
            raise EvidenceError(
                f"{here}: column {column} holds neither numbers, text, truth values nor times",
                code="DC203",
            )


def _scan(table: Table, roles: Roles, by: Iterable[str]) -> pl.DataFrame:
    import polars as pl

    asked = list(dict.fromkeys((*roles.columns(), *by)))
    with reading(f"data set {table.name}"):
        rows = int(table.frame.select(pl.len()).collect().item())
        if rows > MOST_ROWS:
            raise EvidenceError(
                f"data set {table.name} has {rows:,} rows, more than {MOST_ROWS:,}",
                "narrow it with `where`, or give frequencies as weights",
            )
        frame: pl.DataFrame = table.frame.select(asked).collect()
    table.unchanged()
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    return frame.with_columns(pl.col(floats).fill_nan(None)) if floats else frame


def _refuse_repeated(frame: pl.DataFrame, roles: Roles, name: str) -> None:
    """Rows of one entity are not independent, and every bound takes them to be.

    :raises EvidenceError: the release says which entity a row is about, and some repeat.
    """
    if roles.entity is None:
        return
    entities = int(frame[roles.entity].n_unique())
    if entities < frame.height:
        raise EvidenceError(
            f"the {frame.height:,} rows of data set {name} are about {entities:,} different "
            f"{roles.entity}; bounds for repeated entities are not done yet",
            "keep one row of each, or leave `id` out of `columns` and say so",
            "DC112",
        )


def _outcomes(
    frame: pl.DataFrame, roles: Roles
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64] | None]:
    """Labels, and the codes of predictions and targets."""
    true = None if roles.target is None else coded(frame[roles.target], label_text, MOST_LABELS)
    seen = () if true is None else true.values
    if roles.at_least is None:
        predicted = coded(frame[roles.answer], label_text, MOST_LABELS)
        _one_coding(predicted.values, seen, roles)
    else:
        predicted = _cut(frame[roles.answer], roles, seen)
    labels = tuple(sorted({*seen, *predicted.values}))
    return labels, recoded(predicted, labels), None if true is None else recoded(true, labels)


def _one_coding(predicted: tuple[str, ...], true: tuple[str, ...], roles: Roles) -> None:
    """Target and prediction that share no label are coded differently, not all wrong."""
    if true and predicted and not {*true} & {*predicted} and len(true) + len(predicted) > 2:
        raise EvidenceError(
            f"target {roles.target} has {_told(true)}, prediction {roles.answer} "
            f"{_told(predicted)}: no label in common",
            "write both columns in one coding",
            "DC203",
        )


def _cut(score: pl.Series, roles: Roles, true: tuple[str, ...]) -> Coded:
    """Predictions from scores: positive where the score is at least the threshold."""
    import polars as pl

    positive = str(roles.positive)
    others = [label for label in true if label != positive]
    if len(others) > 1:
        raise EvidenceError(
            f"a threshold makes two labels, {positive!r} and one other; the target has "
            f"{_told(true)}",
            "write `columns.positive` as the data has it, and narrow the data to two labels",
            "DC203",
        )
    other = others[0] if others else f"not {positive}"
    # A column without any value may be of any type.
    reached = (score.cast(pl.Float64) >= roles.at_least).cast(pl.Int64).fill_null(-1)
    return Coded((other, positive), reached.to_numpy())


def _numbers(column: pl.Series) -> NDArray[Any]:
    """The numbers as they are, integers exactly; missing ones as NaN."""
    import polars as pl

    return (column if column.dtype.is_numeric() else column.cast(pl.Float64)).to_numpy()


def _told(labels: tuple[str, ...]) -> str:
    return ", ".join(repr(label[:40]) for label in labels[:8]) + (", …" if len(labels) > 8 else "")


def _task(labels: tuple[str, ...], declared: str | None, roles: Roles) -> str | None:
    """The task as declared, or as the labels leave no doubt.

    :raises EvidenceError: more than two labels where two are meant: one of them may be a
        misspelling, which would count as an outcome of its own.
    """
    two_meant = declared == "binary_classification" or (
        declared is None and (roles.positive is not None or roles.favourable is not None)
    )
    if two_meant and len(labels) > 2:
        raise EvidenceError(
            f"binary classification has two labels, the data {_told(labels)}",
            "mend the data, narrow it with `where`, or set `task: multiclass`",
            "DC203",
        )
    if declared is not None or len(labels) < 2:
        return declared
    return "binary_classification" if len(labels) == 2 else "multiclass"
