"""Scores of models on folds, one row each, as a table of folds by models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploycheck.authoring.columns import quoted
from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.coded import MISSING, value_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.samples import Samples

MOST_SCORES = 10_000_000


@dataclass(frozen=True)
class FoldScores:
    """Scores of shape (folds, models), with the code of the halving that each fold is of."""

    folds: tuple[str, ...]
    models: tuple[str, ...]
    scores: NDArray[np.float64] = field(repr=False)
    halvings: NDArray[np.int64] | None = field(default=None, repr=False)

    def of(self, model: str) -> NDArray[np.float64]:
        """The scores of one model, fold by fold."""
        made: NDArray[np.float64] = self.scores[:, self.models.index(model)]
        return made


@dataclass(frozen=True)
class ScoreColumns:
    """The columns that hold fold, model, score and, where there is one, halving."""

    fold: str
    model: str
    score: str
    halving: str | None = None


def fold_scores(
    samples: Samples, columns: ScoreColumns, wanted: tuple[str, ...], *, others: bool
) -> FoldScores:
    """The scores of the models that are wanted, and of all ``others`` too; empty without rows.

    :raises EvidenceError: a column that is not there or of another kind, a missing value, a model
        without any row, or a fold with no or several scores of a model.
    """
    import numpy as np

    sets, at = _named(samples, columns.fold)
    models, of = _named(samples, columns.model)
    values = _numbers(samples, columns.score)
    halvings = None if columns.halving is None else _named(samples, columns.halving)[1]
    if not samples.rows:
        return FoldScores((), (), np.zeros((0, 0)))
    for name in wanted:
        if name not in models:
            seen = ", ".join(quoted(model) for model in models[:8])
            raise EvidenceError(
                f"{samples.name} has no scores of model {quoted(name)}; column {columns.model} "
                f"has {seen}",
                "name the models as the data set has them",
                "DC203",
            )
    kept = np.ones(samples.rows, dtype=np.bool_)
    if not others:
        kept = np.isin(of, [models.index(name) for name in wanted])
    rows, at = np.unique(at[kept], return_inverse=True)
    places, of = np.unique(of[kept], return_inverse=True)
    names = tuple(sets[i] for i in rows), tuple(models[i] for i in places)
    _each_once(columns.fold, names, at * len(places) + of)
    table = np.zeros((len(rows), len(places)))
    table[at, of] = values[kept]
    if halvings is None:
        return FoldScores(*names, table)
    grid = np.zeros((len(rows), len(places)), dtype=np.int64)
    grid[at, of] = halvings[kept]
    if (grid != grid[:, :1]).any():
        raise EvidenceError(
            f"a {columns.fold} is of two halvings: column {columns.halving} differs between models",
            "name each half once, such as `3a` and `3b` for those of the third halving",
            "DC203",
        )
    return FoldScores(*names, table, grid[:, 0])


def _each_once(
    fold: str, names: tuple[tuple[str, ...], tuple[str, ...]], cells: NDArray[np.int64]
) -> None:
    """Every fold has exactly one score of every model.

    :raises EvidenceError: one has not, or there are too many of them.
    """
    import numpy as np

    folds, models = names
    size = len(folds) * len(models)
    if size > MOST_SCORES:
        raise EvidenceError(
            f"{len(folds):,} folds of {len(models):,} models are more than {MOST_SCORES:,} scores",
            "check that the columns name folds and models, and no numbers",
            "DC203",
        )
    counts = np.bincount(cells, minlength=size)
    if (counts == 1).all():
        return
    first = int(np.argmax(counts != 1))
    where, model = folds[first // len(models)], models[first % len(models)]
    raise EvidenceError(
        f"{fold} {quoted(where)} has {int(counts[first]):,} scores of model {quoted(model)}, and "
        "exactly one is needed",
        "write one row for each fold and model",
        "DC203",
    )


def _named(samples: Samples, column: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The values of a column as texts, and the code of each row.

    :raises EvidenceError: it cannot be read, or a value is missing.
    """
    import numpy as np

    if column in samples.texts:
        coded = samples.texts[column]
        if MISSING in coded.values and (coded.codes == coded.values.index(MISSING)).any():
            raise _absent(samples, column)
        return coded.values, coded.codes
    if column not in samples.numbers:
        reason = samples.left_out.get(column, "it is not there")
        raise EvidenceError(
            f"column {column} of {samples.name} cannot be used: {reason}",
            "name a column of texts or numbers",
            "DC203",
        )
    if np.isnan(samples.numbers[column]).any():
        raise _absent(samples, column)
    seen, codes = np.unique(samples.numbers[column], return_inverse=True)
    return tuple(value_text(value) for value in seen.tolist()), codes


def _numbers(samples: Samples, column: str) -> NDArray[np.float64]:
    import numpy as np

    if column not in samples.numbers:
        if not samples.rows:
            return np.zeros(0)
        raise EvidenceError(
            f"column {column} of {samples.name} holds no numbers",
            "name the column with the scores",
            "DC203",
        )
    if not np.isfinite(samples.numbers[column]).all():
        raise _absent(samples, column)
    return samples.numbers[column]


def _absent(samples: Samples, column: str) -> EvidenceError:
    return EvidenceError(
        f"a row of {samples.name} has no finite {column}",
        f"narrow the data set with `where: [{{column: {column}, present: true}}]`",
        "DC203",
    )
