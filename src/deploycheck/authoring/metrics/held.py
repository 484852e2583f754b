"""Columns beside predictions, as the numbers they hold: interval ends, exposures, features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.coded import MISSING
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.coded import Coded


def present(predictions: Predictions, column: str) -> Coded:
    """A column that has a value in every row.

    :raises EvidenceError: it was not collected (``DC019``), or a value is missing (``DC203``).
    """
    if column not in predictions.groups:
        raise EvidenceError(f"column {column} was not collected", "name it in `with`", "DC019")
    coded = predictions.groups[column]
    if MISSING in coded.values:
        unknown = int((coded.codes == coded.values.index(MISSING)).sum())
        raise EvidenceError(
            f"{unknown:,} of {predictions.rows:,} rows of {predictions.name} have no {column}",
            f"narrow the data set with `where: [{{column: {column}, present: true}}]`",
            "DC203",
        )
    return coded


def held(predictions: Predictions, column: str, *, infinite: bool = False) -> NDArray[np.float64]:
    """The numbers of a column, one for each row.

    :param infinite: whether infinite ones are allowed.
    :raises EvidenceError: as :func:`present`; or a value is no number, or not finite.
    """
    import numpy as np

    coded = present(predictions, column)
    known = numbers_of(coded)
    if known is None or np.isnan(known).any() or not (infinite or np.isfinite(known).all()):
        kind = "number" if infinite else "finite number"
        raise EvidenceError(
            f"column {column} holds values that are no {kind}",
            "mend the data, or name another column",
            "DC203",
        )
    if not predictions.rows:
        return np.zeros(0)
    made: NDArray[np.float64] = known[coded.codes]
    return made


def numbers_of(coded: Coded) -> NDArray[np.float64] | None:
    """The values of a column as numbers, NaN for the missing one; ``None`` where one is a text."""
    import numpy as np

    try:
        return np.array(
            [np.nan if value == MISSING else float(value) for value in coded.values],
            dtype=np.float64,
        )
    except ValueError:
        return None
