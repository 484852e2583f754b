"""What a model answered on one data set, and what was true, ready to be counted by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from deploycheck.evidence.coded import (
    Coded,
    checked_codes,
    checked_numbers,
    code_of,
    combined,
    frequencies,
    label_text,
    labelled,
    read_only,
    repeated,
    sampling_weights,
)
from deploycheck.evidence.confusion import Confusion, Matrix, Selected
from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Confusion", "Matrix", "Predictions", "Selected"]

CELLS = 10_000_000
Role = Literal["positive", "favourable"]


@dataclass(frozen=True)
class Predictions:
    """Coded true and predicted outcomes of one data set, with the columns that split them.

    The outcomes of a regression are no labels but ``numbers`` and, as predicted, ``scores``; every
    question about labels is an error there.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: number of rows; zero is allowed.
    :param task: ``binary_classification``, ``multiclass``, ``regression``, or ``None`` where the
        rows leave doubt.
    :param labels: labels of target and prediction together as text, sorted; codes index into it.
    :param positive: label text that is positive, ``None`` where the release says none.
    :param favourable: label text that is good for the person, ``None`` likewise.
    :param prediction_codes: predicted label of each row, int64; -1 is missing.
    :param target_codes: true label of each row, int64; -1 is missing; ``None`` without a target.
    :param groups: the columns that were asked for, by name.
    :param weights: how many equal rows each row stands for, int64; ``None`` is one.
    :param prediction_column: where predictions or scores were read, for messages.
    :param target_column: where the target was read, for messages.
    :param scores: score of ``positive`` for each row, or the predicted number of a regression,
        float64; NaN is missing; ``None`` where there are none.
    :param numbers: true number of each row of a regression, float64; NaN is missing; ``None``
        without a target, and for labels.
    :param data: digest of the data set alone.
    :param sampling: how many members of the population each row stands for, float64; ``None`` where
        the rows are a plain sample. Never beside ``weights``.
    :param entities: code of the entity that each row is about, int64; ``None`` where no two rows
        are about the same, and where nobody says.

    Arrays are read-only. Counts are exact: weights that sum beyond 2⁵³ are refused. Counts are of
    independent rows: under ``sampling`` or ``entities`` they are refused, and rates come from
    :func:`deploycheck.authoring.rates.rates`.
    """

    subject: ClassVar[str] = "data"

    name: str
    digest: str
    rows: int
    task: str | None
    labels: tuple[str, ...]
    positive: str | None
    favourable: str | None
    prediction_codes: NDArray[np.int64] = field(repr=False, compare=False)
    target_codes: NDArray[np.int64] | None = field(repr=False, compare=False)
    groups: Mapping[str, Coded]
    weights: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    prediction_column: str = "prediction"
    target_column: str = "target"
    scores: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    numbers: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    data: str = ""
    sampling: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    entities: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__  # the arrays are replaced by read-only views, once
        for name in ("scores", "numbers"):
            if (values := getattr(self, name)) is not None:
                put(self, name, checked_numbers(name, values, self.rows))
        for name in ("prediction_codes", "target_codes"):
            if (codes := getattr(self, name)) is not None:
                put(self, name, checked_codes(name, codes, self.rows, len(self.labels), low=-1))
        groups = {
            name: Coded(
                coded.values, checked_codes(name, coded.codes, self.rows, len(coded.values), low=0)
            )
            for name, coded in self.groups.items()
        }
        put(self, "groups", MappingProxyType(groups))
        if self.weights is not None:
            put(self, "weights", frequencies(self.weights, self.rows))
        if self.sampling is not None:
            if self.weights is not None:
                raise ValueError("weights are either frequencies or sampling weights, not both")
            put(self, "sampling", sampling_weights(self.sampling, self.rows))
        if self.entities is not None:
            put(self, "entities", repeated(self.entities, self.rows, self.weights))

    @classmethod
    def of(
        cls,
        prediction: Sequence[object],
        target: Sequence[object] | None = None,
        *,
        groups: Mapping[str, Sequence[object]] | None = None,
        positive: object = None,
        favourable: object = None,
        weights: Sequence[int] | None = None,
        scores: Sequence[float] | None = None,
        task: str | None = None,
        name: str = "test",
        sampling: Sequence[float] | None = None,
        entities: Sequence[object] | None = None,
    ) -> Predictions:
        """Predictions made of plain values, as a test of a checker needs them.

        ``None`` is missing. Values become labels as they do in a release: 1, 1.0 and ``"1"``
        are one label. With ``task="regression"`` they are numbers.

        :raises ValueError: the lengths differ.
        :raises EvidenceError: weights that are no whole numbers, or negative; sampling weights
            that are not finite or negative.
        """
        import numpy as np

        is_number = task == "regression"
        given = prediction if is_number else scores
        texts = () if is_number else (prediction, () if target is None else target)
        labels, codes = labelled(*texts)
        predicted = np.full(len(prediction), -1) if is_number else codes[0]
        return cls(
            name=name,
            digest="",
            rows=len(prediction),
            task=task,
            labels=labels,
            positive=None if positive is None else label_text(positive),
            favourable=None if favourable is None else label_text(favourable),
            prediction_codes=predicted,
            target_codes=None if target is None or is_number else codes[1],
            groups={column: Coded.of(values) for column, values in (groups or {}).items()},
            weights=None if weights is None else np.array(weights),
            scores=None if given is None else np.array(given, dtype=np.float64),
            numbers=None if target is None or not is_number else np.array(target, np.float64),
            sampling=None if sampling is None else np.array(sampling, dtype=np.float64),
            entities=None if entities is None else Coded.of(entities).codes,
        )

    @property
    def has_independent_rows(self) -> bool:
        """Whether every row is one independent observation, or a number of equal ones."""
        return self.sampling is None and self.entities is None

    def predicted(self, role: Role) -> NDArray[np.bool_]:
        """Whether each row is predicted the positive or the favourable label.

        :raises EvidenceError: no such label is given, or it never occurs; a prediction is missing.
        """
        code = self._code(role, self.positive if role == "positive" else self.favourable)
        self._all_known("prediction", self.prediction_column, self.prediction_codes)
        made: NDArray[np.bool_] = self.prediction_codes == code
        return made

    def true(self, role: Role) -> NDArray[np.bool_]:
        """Whether each row's target is the positive or the favourable label.

        :raises EvidenceError: as :meth:`predicted`; there is no target, or it is missing in a row.
        """
        code = self._code(role, self.positive if role == "positive" else self.favourable)
        made: NDArray[np.bool_] = self._known_target() == code
        return made

    def right(self) -> NDArray[np.bool_]:
        """Whether each row is predicted its target.

        :raises EvidenceError: there is no target, or a target or prediction is missing in a row.
        """
        made: NDArray[np.bool_] = self._known_target() == self.prediction_codes
        return made

    def selected(self, by: tuple[str, ...] = ()) -> tuple[Selected, ...]:
        """Favourable predictions of each combination of values of ``by`` that occurs.

        Sorted by the values; without ``by`` it is the one row of everything.

        :raises EvidenceError: no favourable label is given, or it never occurs; a prediction is
            missing; ``by`` was not collected; more than 10,000 combinations; rows that are not
            independent.
        """
        favourable = self._code("favourable", self.favourable)
        self._all_known("prediction", self.prediction_column, self.prediction_codes)
        slices, counts = self._count(by, (self.prediction_codes == favourable).astype("int64"), 2)
        return tuple(
            Selected(group, int(row[1]), int(row.sum()))
            for group, row in zip(slices, counts, strict=True)
        )

    def confusion(self, by: tuple[str, ...] = ()) -> tuple[Confusion, ...]:
        """True and false positives and negatives of each combination of ``by`` that occurs.

        With more than two labels, every label but ``positive`` is negative.

        :raises EvidenceError: as :meth:`selected` with ``positive``; there is no target, or it is
            missing in a row.
        """
        positive = self._code("positive", self.positive)
        target = self._known_target()
        cell = 2 * (target == positive).astype("int64") + (self.prediction_codes == positive)
        slices, counts = self._count(by, cell, 4)
        return tuple(
            Confusion(group, tp=int(row[3]), fp=int(row[1]), fn=int(row[2]), tn=int(row[0]))
            for group, row in zip(slices, counts, strict=True)
        )

    def confusion_matrix(self, by: tuple[str, ...] = ()) -> tuple[Matrix, ...]:
        """Rows by true and predicted label of each combination of ``by`` that occurs.

        :raises EvidenceError: there is no target; a target or prediction is missing; ``by`` was
            not collected; more than 10,000 combinations or 10,000,000 cells.
        """
        size = len(self.labels)
        target = self._known_target()
        slices, counts = self._count(by, target * size + self.prediction_codes, size * size)
        return tuple(
            Matrix(group, read_only(row.reshape(size, size)))
            for group, row in zip(slices, counts, strict=True)
        )

    def _counted(self) -> None:
        if self.has_independent_rows:
            return
        what = "sampling weights" if self.sampling is not None else "rows about the same entity"
        raise EvidenceError(
            f"{self.name} has {what}, and this check counts rows as independent ones",
            "take a check that knows them (performance.floor and the fairness checks do), or "
            "judge a data set without them",
            code="DC203",
        )

    def _labelled(self) -> None:
        if self.task == "regression":
            said = "predictions of a regression are numbers, and have no labels"
            raise EvidenceError(said, "choose a check that is for regression", code="DC203")

    def _code(self, role: str, label: str | None) -> int:
        self._labelled()
        return code_of(role, label, self.labels, self.rows)

    def _known_target(self) -> NDArray[np.int64]:
        self._labelled()
        if self.target_codes is None:
            raise EvidenceError("the release has no target", "set `columns.target`", code="DC203")
        self._all_known("target", self.target_column, self.target_codes)
        self._all_known("prediction", self.prediction_column, self.prediction_codes)
        return self.target_codes

    def _all_known(self, role: str, column: str, codes: NDArray[np.int64]) -> None:
        if unknown := int((codes < 0).sum()):
            raise EvidenceError(
                f"{unknown:,} of {self.rows:,} rows of {self.name} have no {role}",
                f"narrow the data set with `where: [{{column: {column}, present: true}}]`",
                code="DC203",
            )

    def _count(
        self, by: tuple[str, ...], cell: NDArray[np.int64], cells: int
    ) -> tuple[list[dict[str, str]], NDArray[np.int64]]:
        """Counts of shape (combinations that occur, cells), in the order of their values."""
        import numpy as np

        self._counted()
        slices, group = combined(self.groups, by, self.rows)
        size = max(cells, 1)
        if len(slices) * size > CELLS:
            raise EvidenceError(
                f"{len(slices):,} groups of {len(self.labels):,} labels are more cells than "
                f"{CELLS:,}",
                "split by fewer columns, or check that the target is a class and no number",
                code="DC203",
            )
        counts = np.bincount(group * size + cell, self.weights, len(slices) * size)
        return slices, counts.astype(np.int64).reshape(len(slices), size)[:, :cells]
