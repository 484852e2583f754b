"""How much each feature moves a model's answers, by permuting it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Attributions:
    """Permutation importances and effects of every feature.

    Permuting a feature asks about each row with the value of another row, its donor. So every row
    counts twice, as the row that is asked about and as a donor, and rows are no independent
    draws of ``effects`` alone: how sure a mean is follows from both arrays.

    :param name: name of the data set in the release.
    :param digest: digest of what it was made from.
    :param rows: rows that were permuted.
    :param repeats: permutations of each feature.
    :param features: names, in the order of the arrays.
    :param effects: float64 of shape (rows, features): |answer − answer with the feature permuted|,
        averaged over the repeats; scores where the model has them, else 1 where the label flips.
    :param importances: float64 of shape (features, repeats): metric − metric with the feature
        permuted, as scikit-learn's ``permutation_importance``; ``None`` where the metric is not
        defined: without a target, with one class, without a label.
    :param metric: scikit-learn's name of that metric.
    :param base: its value on the rows as they are.
    :param donated: as ``effects``, by the row that the permuted value came from.
    :param scored: whether effects are changes of scores; else the share of flipped labels.
    :param seed: of the permutations, as scikit-learn's ``random_state``.
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
    donated: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    scored: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        import numpy as np

        for name in ("effects", "donated"):
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != (self.rows, len(self.features)) or not np.isfinite(array).all():
                raise EvidenceError(
                    f"{name} of {self.name}: one finite number for each row and feature",
                    code="DC204",
                )
        for name in ("effects", "importances", "donated"):
            if (array := getattr(self, name)) is not None:
                view = array.view()
                view.flags.writeable = False
                object.__setattr__(self, name, view)
