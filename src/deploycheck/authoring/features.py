"""Features as one matrix of numbers, for what looks at rows and not at the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.decisions import numeric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST = 1e30  # squares and sums of larger numbers overflow


def coded_columns(columns: Mapping[str, Any]) -> NDArray[np.float64]:
    """One number for each value, for trees: texts by the alphabet, what is missing as NaN.

    :return: float64 of shape (rows, columns).
    """
    import numpy as np

    made = []
    for values in columns.values():
        if numeric(values):
            made.append(np.where(np.isnan(values), np.nan, np.clip(values, -LARGEST, LARGEST)))
            continue
        texts = values.tolist()
        place = {t: float(i) for i, t in enumerate(sorted({t for t in texts if t is not None}))}
        made.append(np.array([np.nan if text is None else place[text] for text in texts]))
    return np.column_stack(made)


def coordinates(columns: Mapping[str, Any]) -> int:
    """How many coordinates :func:`spaced_columns` has at most."""
    return sum(2 if numeric(values) else len(set(values.tolist())) for values in columns.values())


def spaced_columns(columns: Mapping[str, Any]) -> NDArray[np.float64]:
    """Coordinates in which distances of rows mean something, for neighbours.

    Numbers in their standard deviations, a missing one at the mean and one apart in a coordinate
    of its own; two different texts lie one apart. Columns with one value are left out.

    :return: float64 of shape (rows, coordinates).
    """
    import numpy as np

    made: list[Any] = []
    for values in columns.values():
        if not numeric(values):
            texts = np.array(["\0" if text is None else text for text in values.tolist()])
            found, codes = np.unique(texts, return_inverse=True)
            if len(found) > 1:
                made += list(np.eye(len(found))[codes].T / 2**0.5)
            continue
        missing = np.isnan(values)
        known = np.clip(values[~missing], -LARGEST, LARGEST)
        spread = float(np.std(known)) if len(known) else 0.0
        if spread > 0:
            scaled = np.zeros(len(values))
            scaled[~missing] = (known - known.mean()) / spread
            made.append(scaled)
        if missing.any() and not missing.all():
            made.append(missing.astype(np.float64))
    rows = len(next(iter(columns.values()), ()))
    return np.column_stack(made) if made else np.zeros((rows, 0))


def texts_of(values: Any) -> list[str]:
    """The values of a column as groups are named; a missing one is ``(missing)``."""
    from math import isnan

    from deploycheck.evidence.coded import MISSING, value_text

    if numeric(values):
        return [MISSING if isnan(value) else value_text(value) for value in values.tolist()]
    return [MISSING if value is None else str(value) for value in values.tolist()]
