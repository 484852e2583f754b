"""Which columns of a release say what was predicted and what was true, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from deploycheck.authoring.collector import Source
from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.tabular import Rows
from deploycheck.evidence.coded import label_text
from deploycheck.model.release import Columns

_NUMBERS = {"integer", "float"}


@dataclass(frozen=True)
class Roles:
    """Which columns are read, and how.

    :param answer: column of predictions, or of scores where there is a threshold; ``None`` where
        the model is asked.
    :param at_least: smallest score that is predicted positive; ``None`` where the label itself is
        stored or answered, and for a regression.
    :param score: column of scores, whether or not the prediction comes of it.
    :param numeric: whether outcomes are numbers and no labels.
    :param sampled: whether the weights are sampling weights; else they are frequencies.
    """

    answer: str | None
    at_least: float | None
    score: str | None
    target: str | None
    positive: str | None
    favourable: str | None
    weight: str | None
    entity: str | None
    numeric: bool = False
    sampled: bool = False

    @property
    def asked(self) -> bool:
        """Whether the model is asked, and no column."""
        return self.answer is None

    def columns(self) -> tuple[str, ...]:
        """All columns that the data set must have."""
        asked = (self.answer, self.target, self.weight, self.entity)
        return tuple(name for name in asked if name is not None)

    def numbers(self) -> tuple[tuple[str, str | None], ...]:
        """The roles whose columns must hold numbers, with the columns."""
        scored = self.numeric or self.at_least is not None or self.answer == self.score
        answer = self.answer if scored else None
        return (
            ("prediction" if self.numeric else "score", answer),
            ("target", self.target if self.numeric else None),
            ("weight", self.weight),
        )


def roles_of(source: Source) -> Roles:
    """The roles that the release gives.

    :raises RoleError: no prediction, a score without a threshold or both, no positive label, a
        champion that is not there, or a model beside stored predictions.
    """
    columns = source.release.columns
    numeric = source.release.task == "regression"
    asked = asks_a_model(source)
    answer, at_least = _asked(columns) if asked else _stored(columns, numeric=numeric)
    if numeric and at_least is not None:
        raise RoleError("threshold", "a threshold makes two labels, and a regression has none")
    if at_least is not None and columns.positive is None:
        raise RoleError(
            "positive", "a threshold says when the positive label is predicted; name it"
        )
    score = None if asked or numeric else columns.score
    return _roles(columns, answer, at_least, score, numeric=numeric)


def score_roles_of(source: Source) -> Roles:
    """The roles for scores: those of a stored score, or of the model that is asked for one.

    :raises RoleError: no score, no positive label, more than two labels, or as :func:`roles_of`.
    :raises NotYet: the weights are sampling weights.
    """
    columns = source.release.columns
    refuse_sampled(columns)
    task = source.release.task
    if task == "multiclass":
        raise RoleError("task", "a score of one label says too little of more than two")
    numeric = task == "regression"
    if not numeric and columns.positive is None:
        raise RoleError("positive", "a score is the score of the positive label; name it")
    if asks_a_model(source):
        return _roles(columns, None, None, None, numeric=numeric)
    role, answer = ("prediction", columns.prediction) if numeric else ("score", columns.score)
    if answer is None:
        raise RoleError(role, f"the release names no column with {role}s; set `columns.{role}`")
    return _roles(columns, answer, None, None if numeric else answer, numeric=numeric)


def target_roles_of(source: Source) -> Roles:
    """The roles for what was true, whoever predicts it.

    :raises RoleError: the release names no target.
    """
    columns = source.release.columns
    if columns.target is None:
        raise RoleError("target", "the release names no column with what was true")
    numeric = source.release.task == "regression"
    return replace(_roles(columns, None, None, None, numeric=numeric), entity=None)


def asks_a_model(source: Source) -> bool:
    """Whether predictions come from a model; the champion's always do.

    :raises RoleError: there is no champion; or a model and stored predictions, and the release
        does not say which are meant.
    """
    columns = source.release.columns
    if source.role == "champion":
        if source.model is None:
            raise RoleError(
                "champion",
                "the release has no champion whose model can be asked; name it under `champion`, "
                "or excuse the control by `when: {release.champion: present, because: …}`",
            )
        return True
    if source.release.model == "none" or columns.stored:
        return False
    if stored := [n for n in ("prediction", "score") if getattr(columns, n) is not None]:
        raise RoleError(
            stored[0],
            f"the release has a model and a stored {stored[0]}; say `stored: true` to judge the "
            f"stored one, or leave `columns.{stored[0]}` out to ask the model",
        )
    return True


def refuse_sampled(columns: Columns) -> None:
    """Says that this evidence takes no sampling weights.

    :raises NotYet: the release has them (``DC111``).
    """
    if columns.weight is not None and columns.weight.kind == "sampling":
        raise NotYet("DC111", "this check has no bounds under sampling weights")


def _roles(
    columns: Columns,
    answer: str | None,
    at_least: float | None,
    score: str | None,
    *,
    numeric: bool,
) -> Roles:
    return Roles(
        answer=answer,
        at_least=at_least,
        score=score,
        target=columns.target,
        positive=None if columns.positive is None else label_text(columns.positive),
        favourable=None if columns.favourable is None else label_text(columns.favourable),
        weight=None if columns.weight is None else columns.weight.column,
        entity=columns.id,
        numeric=numeric,
        sampled=columns.weight is not None and columns.weight.kind == "sampling",
    )


def _asked(columns: Columns) -> tuple[None, float | None]:
    return None, None if columns.threshold is None else columns.threshold.at_least


def _stored(columns: Columns, *, numeric: bool) -> tuple[str, float | None]:
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
    if columns.score is not None and not numeric:
        raise RoleError("threshold", "a score becomes a prediction at a threshold; none is given")
    raise RoleError("prediction", "the release names no column with predictions")


def groups_of(source: Source, known: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that split the rows: those asked for, and the protected ones."""
    protected = [name for name in source.release.columns.protected if name in known]
    return tuple(dict.fromkeys((*source.columns, *protected)))


def check(roles: Roles, rows: Rows, source: Source) -> None:
    """Every role has a column of the right kind.

    :raises EvidenceError: a column is not there (``DC019``), or of another kind (``DC203``).
    """
    here = f"data set {source.subject}"
    known = rows.columns
    for column in (*roles.columns(), *source.columns):
        if column not in known:
            raise EvidenceError(f"{here} has no column {column!r}", "mend `columns`", "DC019")
    for role, name in roles.numbers():
        if name is None or name in rows.void or known[name] in _NUMBERS:
            continue
        raise EvidenceError(f"{here}: {role} {name} is {known[name]}, not a number", code="DC203")
    for column in (*roles.columns(), *groups_of(source, known)):
        if known[column] == "other":
            raise EvidenceError(
                f"{here}: column {column} holds neither numbers, text, truth values nor times",
                code="DC203",
            )


def score_beside(roles: Roles, rows: Rows) -> str | None:
    """The column of scores, if this data set has it and it holds numbers."""
    if roles.score is None or rows.columns.get(roles.score) not in _NUMBERS:
        return None
    return roles.score
