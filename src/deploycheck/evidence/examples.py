"""Rows of a data set as the model reads them: its features, and what was true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

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
            view = values.view()
            view.flags.writeable = False
            columns[name] = view
        object.__setattr__(self, "columns", MappingProxyType(columns))
        if self.target is not None:
            view = self.target.view()
            view.flags.writeable = False
            object.__setattr__(self, "target", view)
