"""How much each feature moves a model's answers, by permuting it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Attributions:
    """Permutation importances and effects of every feature.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: rows that were permuted.
    :param repeats: permutations of each feature.
    :param features: names, in the order of the arrays.
    :param effects: float64 of shape (rows, features): |answer − answer with the feature permuted|,
        averaged over the repeats; scores where the model has them, else 1 where the label flips.
    :param importances: float64 of shape (features, repeats): metric − metric with the feature
        permuted, as scikit-learn's ``permutation_importance``; ``None`` without a target.
    :param metric: scikit-learn's name of that metric.
    :param base: its value on the rows as they are.
    """

    subject: ClassVar[str] = "data"

    name: str
    digest: str
    rows: int
    repeats: int
    features: tuple[str, ...]
    effects: NDArray[np.float64] = field(repr=False, compare=False)
    importances: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    metric: str = ""
    base: float | None = None
