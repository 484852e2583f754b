"""Rows of a data set as the model reads them: its features, and what was true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from deploycheck.evidence.coded import label_text
from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    """Rows, all or a fixed random sample of them, ready to be changed and asked again.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: rows here, ``of`` rows of the data set.
    :param columns: by name: the model's features and the columns that were asked for. float64 of
        shape (rows,) with NaN for missing, or an object array of ``str`` and ``None``. Read-only.
    :param features: the names of those that the model reads, in order.
    :param target: float64 of shape (rows,): 1 for `positive` and 0 for others, or the number of a
        regression; label codes (see ``labels``) with more than two labels. ``None`` without a
        target. Rows without one are not here.
    :param labels: of the target, sorted, as text; empty for a regression.
    :param positive: label text that is positive, ``None`` where there is none.
    :param threshold: score from which a row is predicted positive, ``None`` where none is given.
    """

    subject: ClassVar[str] = "data"

    name: str
    digest: str
    rows: int
    of: int
    columns: Mapping[str, Any] = field(repr=False, compare=False)
    features: tuple[str, ...] = ()
    target: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    labels: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float | None = None
    task: str | None = None

    def __post_init__(self) -> None:
        columns = {}
        for name, values in self.columns.items():
            if values.shape != (self.rows,):
                raise EvidenceError(
                    f"{name} of {self.name}: one value for each of {self.rows:,} rows", code="DC203"
                )
            view = values.view()
            view.flags.writeable = False
            columns[name] = view
        object.__setattr__(self, "columns", MappingProxyType(columns))
        if self.target is not None:
            view = self.target.view()
            view.flags.writeable = False
            object.__setattr__(self, "target", view)

    @classmethod
    def from_values(
        cls,
        columns: Mapping[str, Sequence[object]],
        target: Sequence[object] | None = None,
        *,
        task: str = "binary_classification",
        positive: object = 1,
        threshold: float | None = None,
        features: tuple[str, ...] | None = None,
        name: str = "test",
    ) -> Examples:
        """Examples made of plain values, as a test of a checker needs them.

        A column of numbers and truth values (``None`` is missing) is numeric, every other is text.
        """
        import numpy as np

        made = {column: _column(values) for column, values in columns.items()}
        labels: tuple[str, ...] = ()
        true = None if target is None else np.asarray(target)
        if true is not None and task != "regression":
            texts = [label_text(value) for value in true.tolist()]
            labels = tuple(sorted(set(texts)))
            hit = {label: float(label == label_text(positive)) for label in labels}
            code = {label: float(place) for place, label in enumerate(labels)}
            true = np.array([(code if task == "multiclass" else hit)[text] for text in texts])
        return cls(
            name=name,
            digest="",
            rows=len(next(iter(made.values()), ())),
            of=len(next(iter(made.values()), ())),
            columns=made,
            features=tuple(made) if features is None else features,
            target=None if true is None else true.astype(np.float64),
            labels=labels,
            positive=label_text(positive) if task == "binary_classification" else None,
            threshold=threshold,
            task=task,
        )


def _column(values: Sequence[object]) -> Any:
    import numpy as np

    given = list(values)
    if all(value is None or isinstance(value, int | float | np.number) for value in given):
        return np.array([np.nan if value is None else value for value in given], dtype=np.float64)
    made = np.empty(len(given), dtype=object)
    made[:] = [None if value is None else str(value) for value in given]
    return made
