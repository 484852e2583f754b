"""Scores of one data set beside what was true: probabilities, or the numbers of a regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from deploycheck.evidence.coded import Coded
from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Scores:
    """What a model scored each row, what was true, and the columns that split the rows.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: number of rows; zero is allowed.
    :param task: ``binary_classification`` or ``regression``.
    :param scores: float64 of shape (rows,), finite: score of the positive class, or the number.
    :param target: float64 of shape (rows,), finite: 1 or 0, or the number; ``None`` without one.
    :param weights: frequency weights, int64; ``None`` is one each.
    :param groups: the columns that were asked for, by name.
    """

    subject: ClassVar[str] = "data"

    name: str
    digest: str
    rows: int
    task: str
    scores: NDArray[np.float64] = field(repr=False, compare=False)
    target: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    weights: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)
    groups: Mapping[str, Coded] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import numpy as np

        for name in ("scores", "target", "weights"):
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != (self.rows,) or not np.isfinite(array).all():
                raise EvidenceError(
                    f"{name} of {self.name}: one finite number for each of {self.rows:,} rows",
                    "narrow the data set to rows that have one",
                    code="DC203",
                )
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))

    @classmethod
    def of(
        cls,
        scores: Sequence[float],
        target: Sequence[float] | None = None,
        *,
        task: str = "binary_classification",
        groups: Mapping[str, Sequence[object]] | None = None,
        weights: Sequence[int] | None = None,
        name: str = "test",
    ) -> Scores:
        """Scores made of plain values, as a test of a checker needs them."""
        import numpy as np

        return cls(
            name=name,
            digest="",
            rows=len(scores),
            task=task,
            scores=np.asarray(scores, dtype=np.float64),
            target=None if target is None else np.asarray(target, dtype=np.float64),
            weights=None if weights is None else np.asarray(weights, dtype=np.int64),
            groups={column: Coded.of(values) for column, values in (groups or {}).items()},
        )
