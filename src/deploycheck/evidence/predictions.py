"""What a model answered on one data set, and what was true, ready to be counted by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from deploycheck.evidence.coded import (
    Coded,
    checked_codes,
    checked_numbers,
    combined,
    frequencies,
    label_text,
    read_only,
)
from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELLS = 10_000_000


@dataclass(frozen=True)
class Selected:
    """How many rows of one group are predicted the favourable outcome.

    :param slice: value of each column of the group; empty for all rows.
    :param hits: rows with the favourable prediction, ``of`` all rows of the group.
    """

    slice: Mapping[str, str]
    hits: int
    of: int


@dataclass(frozen=True)
class Confusion:
    """True and false positives and negatives of one group."""

    slice: Mapping[str, str]
    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def rows(self) -> int:
        """Rows of the group, or the sum of their frequency weights."""
        return self.tp + self.fp + self.fn + self.tn


@dataclass(frozen=True)
class Matrix:
    """Rows of one group by true and predicted label.

    :param rows: int64 of shape (labels, labels): ``rows[target, prediction]``.
    """

    slice: Mapping[str, str]
    rows: NDArray[np.int64] = field(repr=False, compare=False)


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

    Arrays are read-only. Counts are exact: weights that sum beyond 2⁵³ are refused.
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
    ) -> Predictions:
        """Predictions made of plain values, as a test of a checker needs them.

        ``None`` is missing. Values become labels as they do in a release: 1, 1.0 and ``"1"``
        are one label. With ``task="regression"`` they are numbers.

        :raises ValueError: the lengths differ.
        :raises EvidenceError: weights that are no whole numbers, or negative.
        """
        import numpy as np

        is_number = task == "regression"
        told = [
            [None if value is None or is_number else label_text(value) for value in values]
            for values in (prediction, () if target is None else target)
        ]
        given = prediction if is_number else scores
        labels = tuple(sorted({text for texts in told for text in texts if text is not None}))
        code = {label: index for index, label in enumerate(labels)}
        predicted, true = (
            np.array([-1 if text is None else code[text] for text in texts], dtype=np.int64)
            for texts in told
        )
        return cls(
            name=name,
            digest="",
            rows=len(prediction),
            task=task,
            labels=labels,
            positive=None if positive is None else label_text(positive),
            favourable=None if favourable is None else label_text(favourable),
            prediction_codes=predicted,
            target_codes=None if target is None or is_number else true,
            groups={column: Coded.of(values) for column, values in (groups or {}).items()},
            weights=None if weights is None else np.array(weights),
            scores=None if given is None else np.array(given, dtype=np.float64),
            numbers=None if target is None or not is_number else np.array(target, np.float64),
        )

    def selected(self, by: tuple[str, ...] = ()) -> tuple[Selected, ...]:
        """Favourable predictions of each combination of values of ``by`` that occurs.

        Sorted by the values; without ``by`` it is the one row of everything.

        :raises EvidenceError: no favourable label is given, or it never occurs; a prediction is
            missing; ``by`` was not collected; more than 10,000 combinations.
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

    def _labelled(self) -> None:
        if self.task == "regression":
            raise EvidenceError(
                "predictions of a regression are numbers, and have no labels",
                "choose a check that is for regression",
                code="DC203",
            )

    def _code(self, role: str, label: str | None) -> int:
        self._labelled()
        if label is None:
            raise EvidenceError(
                f"the release does not say which outcome is {role}",
                f"set `columns.{role}` in the release",
                code="DC203",
            )
        if label in self.labels:
            return self.labels.index(label)
        if not self.rows:
            return -1  # nothing was seen, so nothing can be said about the label
        seen = ", ".join(repr(text[:40]) for text in self.labels[:8]) or "no value at all"
        more = ", …" if len(self.labels) > 8 else ""
        raise EvidenceError(
            f"{role}: {label} never occurs; the prediction has {seen}{more}",
            f"write `columns.{role}` as the data has it",
            code="DC203",
        )

    def _known_target(self) -> NDArray[np.int64]:
        self._labelled()
        if self.target_codes is None:
            raise EvidenceError(
                "the release has no target", "set `columns.target` in the release", code="DC203"
            )
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
