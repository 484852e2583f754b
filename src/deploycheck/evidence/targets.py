"""What was true of each row of a data set, and nothing that anybody predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from deploycheck.evidence.coded import (
    Coded,
    checked_codes,
    checked_numbers,
    frequencies,
    label_text,
    sampling_weights,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Targets:
    """True labels or numbers of one data set; every row has one.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: number of rows; zero is allowed.
    :param labels: of the target as text, sorted; empty for a regression.
    :param codes: index into ``labels`` for each row, int64; ``None`` for a regression.
    :param numbers: float64 of shape (rows,), finite; ``None`` for labels.
    :param weights: frequency weights, int64; ``None`` is one each.
    :param sampling: how many members of the population each row stands for, float64; ``None`` where
        the rows are a plain sample. Never beside ``weights``.
    """

    subject: ClassVar[str] = "data"

    name: str
    digest: str
    rows: int
    labels: tuple[str, ...] = ()
    codes: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    numbers: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    weights: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    sampling: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        put = object.__setattr__  # the arrays are replaced by read-only views, once
        if self.codes is not None:
            put(
                self,
                "codes",
                checked_codes("codes", self.codes, self.rows, len(self.labels), low=0),
            )
        if self.numbers is not None:
            put(self, "numbers", checked_numbers("numbers", self.numbers, self.rows))
        if self.weights is not None:
            put(self, "weights", frequencies(self.weights, self.rows))
        if self.sampling is not None:
            if self.weights is not None:
                raise ValueError("weights are either frequencies or sampling weights, not both")
            put(self, "sampling", sampling_weights(self.sampling, self.rows))

    @classmethod
    def of(
        cls,
        target: Sequence[object],
        *,
        task: str = "binary_classification",
        weights: Sequence[int] | None = None,
        name: str = "train",
        sampling: Sequence[float] | None = None,
    ) -> Targets:
        """Targets made of plain values, as a test of a checker needs them."""
        import numpy as np

        given = None if weights is None else np.array(weights)
        drawn = None if sampling is None else np.array(sampling, dtype=np.float64)
        if task == "regression":
            numbers = np.array(target, dtype=np.float64)
            return cls(name, "", len(target), numbers=numbers, weights=given, sampling=drawn)
        made = Coded.of([label_text(value) for value in target])
        return cls(name, "", len(target), made.values, made.codes, weights=given, sampling=drawn)

    def most_frequent(self) -> str | None:
        """The most frequent label, the first of equally frequent ones; ``None`` without rows."""
        import numpy as np

        if self.codes is None or not self.rows:
            return None
        counts = np.bincount(self.codes, self._weights, len(self.labels))
        return self.labels[int(counts.argmax())] if counts.sum() else None

    def mean(self) -> float | None:
        """The mean of the numbers; ``None`` without rows."""
        import numpy as np

        if self.numbers is None or not self.rows:
            return None
        if self._weights is not None and not self._weights.sum():
            return None
        return float(np.average(self.numbers, weights=self._weights))

    @property
    def _weights(self) -> NDArray[np.int64] | NDArray[np.float64] | None:
        return self.weights if self.sampling is None else self.sampling
