"""``Scores``: the score of the positive label, or the number of a regression, beside the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploycheck.authoring.asking import answers_digest, answers_of
from deploycheck.authoring.coding import coded, grouped
from deploycheck.authoring.collector import Description, Source, collector
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.loaded import (
    Read,
    finite,
    floats,
    missing,
    plain_numbers,
    read_columns,
    refuse_repeated,
    told,
)
from deploycheck.authoring.outcomes import Roles, check, groups_of, score_roles_of
from deploycheck.authoring.params import NoParams
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.coded import frequencies, label_text
from deploycheck.evidence.scores import Scores
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_LABELS = 1_000


@collector
class ScoredRows:
    """Scores of the release's columns, or of the model where it has one.

    The champion's are always its model's: `stored: true` is about the candidate's alone.
    """

    evidence = Scores

    def describe(self, source: Source, params: NoParams) -> Description:
        """Digest of data and model, after proving that every role has a column of its kind."""
        del params
        roles = score_roles_of(source)
        rows = rows_of(source)
        check(roles, rows, source)
        digest = answers_digest(source, rows) if roles.asked else rows.digest
        return Description(digest, None, {"columns": list(roles.columns())})

    def collect(self, source: Source, params: NoParams, table: Table) -> Scores:
        """Reads the columns in one scan, and asks the model if it is its turn.

        :raises EvidenceError: a score or target is missing or not finite, the target has other
            labels than two, weights are no counts, or the model does not answer as it must
            (``DC204``).
        """
        del params
        roles = score_roles_of(source)
        rows = rows_of(source)
        check(roles, rows, source)
        by = groups_of(source, table.columns)
        read = read_columns(table, (*roles.columns(), *by))
        refuse_repeated(read.frame, roles.entity, table.name)
        scores = _scores(source, table, roles, read)
        target = _target(read, roles, table.name)
        weights = None if roles.weight is None else plain_numbers(read.frame[roles.weight])
        digest = answers_digest(source, rows) if roles.asked else table.digest
        return Scores(
            name=table.name,
            digest=digest or "",
            rows=read.rows,
            task="regression" if roles.numeric else "binary_classification",
            scores=scores,
            target=target,
            weights=None if weights is None else frequencies(weights, read.rows),
            groups={column: grouped(read.frame[column]) for column in by},
        )


def _scores(source: Source, table: Table, roles: Roles, read: Read) -> NDArray[np.float64]:
    if roles.answer is not None:
        what = "prediction" if roles.numeric else "score"
        return finite(floats(read.frame[roles.answer]), what, roles.answer, table.name)
    answers = answers_of(source, table, read.rows)
    if answers.scores is None:
        raise EvidenceError(
            "the model answers labels and no score, and a score is asked for",
            "say in `model.outputs.score` which output holds it",
            "DC204",
        )
    if not roles.numeric:
        answers.prove_scores_of(roles.positive)
    return answers.scores


def _target(read: Read, roles: Roles, name: str) -> NDArray[np.float64] | None:
    """1 for the positive label and 0 for the other, or the numbers of a regression."""
    import numpy as np

    if roles.target is None:
        return None
    column = read.frame[roles.target]
    if roles.numeric:
        return finite(floats(column), "target", roles.target, name)
    made = coded(column, label_text, MOST_LABELS)
    if unknown := int((made.codes < 0).sum()):
        raise missing(unknown, read.rows, "target", roles.target, name)
    if not read.rows:
        return np.zeros(0)
    if roles.positive not in made.values:
        raise EvidenceError(
            f"positive: {roles.positive} never occurs; the target has {told(made.values)}",
            "write `columns.positive` as the data has it",
            "DC203",
        )
    if len(made.values) > 2:
        raise EvidenceError(
            f"binary classification has two labels, the target {told(made.values)}",
            "mend the data, or narrow it with `where`",
            "DC203",
        )
    return np.where(made.codes == made.values.index(roles.positive), 1.0, 0.0)
