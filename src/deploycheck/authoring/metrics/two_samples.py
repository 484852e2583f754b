"""The same metric of numbers in two samples of different rows, and the difference of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.metrics.classes import divided
from deploycheck.authoring.metrics.regression import determination, r2_terms
from deploycheck.authoring.metrics.sample import FEWEST_ROWS, Of, Sample, few, first, function

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Side = tuple[Floats, Floats, Sample]  # true and predicted numbers, and how they were drawn


def rooted(means: Any) -> Any:
    """The square root of the first mean; 0 below 0, where no data are."""
    import numpy as np

    return np.sqrt(np.maximum(means[..., 0], 0.0))


def absolute(name: str, first_side: Side, second_side: Side) -> Estimate:
    """Mean absolute error of the first sample minus that of the second."""
    parts = [abs(true - predicted)[:, None] for true, predicted, _ in (first_side, second_side)]
    return _of_errors(name, parts, first_side[2], second_side[2], first)


def root_squared(name: str, first_side: Side, second_side: Side) -> Estimate:
    """Root mean squared error of the first sample minus that of the second."""
    import numpy as np

    with np.errstate(over="ignore"):
        parts = [
            ((true - predicted) ** 2)[:, None] for true, predicted, _ in (first_side, second_side)
        ]
    return _of_errors(name, parts, first_side[2], second_side[2], rooted)


def explained(name: str, first_side: Side, second_side: Side) -> Estimate:
    """R² of the first sample minus that of the second."""
    import numpy as np

    for true, _, sample in (first_side, second_side):
        if sample.n and np.ptp(true if sample.share is None else true[sample.share > 0]) == 0:
            return sample.undefined(name, "a target has one value, so R² is not defined")
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [r2_terms(*side) for side in (first_side, second_side)]
    return difference(name, parts[0], first_side[2], parts[1], second_side[2], determination)


def _of_errors(name: str, parts: list[Floats], sample: Sample, other: Sample, of: Of) -> Estimate:
    """The difference, unless errors are all alike: such rows say nothing of the next one.

    Those of the other sample may all be 0, as where a model knows its training rows by heart:
    no error is less, so that the difference is hardly taken to be smaller than it is.
    """
    for terms, one in zip(parts, (sample, other), strict=True):
        counted = terms if one.share is None else terms[one.share > 0]
        alike = len(counted) > 0 and bool((counted == counted[0]).all())
        if alike and one.independent >= FEWEST_ROWS and (one is sample or counted[0] != 0):
            return one.undefined(name, "all errors are equal, so nothing is known of how they vary")
    return difference(name, parts[0], sample, parts[1], other, of)


def difference(
    name: str, terms: Floats, sample: Sample, others: Floats, other: Sample, of: Of
) -> Estimate:
    """A function of the means of one sample minus the same of another, both independent.

    :param terms: of shape (rows, k); ``others`` of the other sample likewise.
    """
    for one in (sample, other):
        if one.independent < FEWEST_ROWS:
            return one.undefined(name, few(one) if one.n else "no rows")
    both = _together(sample, other)
    return function(name, _stacked(terms, others), _apart(of, terms.shape[1]), both)


def _stacked(terms: Floats, others: Floats) -> Floats:
    """The terms of both beside whether a row is of the one or of the other."""
    import numpy as np

    (n, k), m = terms.shape, len(others)
    made = np.zeros((n + m, 2 * (k + 1)))
    made[:n, :k], made[:n, k] = terms, 1.0
    made[n:, k + 1 : 2 * k + 1], made[n:, 2 * k + 1] = others, 1.0
    return made


def _apart(of: Of, k: int) -> Of:
    """The difference, of the means of what :func:`_stacked` makes."""

    def gap(means: Any) -> Any:
        one = divided(means[..., :k], means[..., k : k + 1])
        other = divided(means[..., k + 1 : 2 * k + 1], means[..., 2 * k + 1 :])
        return of(one) - of(other)

    return gap


def _together(one: Sample, other: Sample) -> Sample:
    """Both samples as one; entities of different samples are different ones."""
    import numpy as np

    n = one.rows + other.rows
    counts = weights = clusters = None
    if one.counts is not None or other.counts is not None:
        counts = np.concatenate([_or_ones(part.counts, part.rows) for part in (one, other)])
    if one.weights is not None or other.weights is not None:
        # Each sample's weights have its own scale; the shares of both are those of its rows.
        scaled = [_or_ones(part.weights, part.rows).astype(np.float64) for part in (one, other)]
        weights = np.concatenate([values / values.mean() for values in scaled])
    if one.clusters is not None or other.clusters is not None:
        codes = [
            np.arange(part.rows) if part.clusters is None else part.clusters
            for part in (one, other)
        ]
        clusters = np.concatenate([codes[0], codes[1] + codes[0].max() + 1])
    return Sample(n, counts, weights, clusters)


def _or_ones(values: Any, rows: int) -> NDArray[Any]:
    import numpy as np

    made: NDArray[Any] = np.ones(rows, dtype=np.int64) if values is None else values
    return made
