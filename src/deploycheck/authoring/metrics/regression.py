"""Metrics of a regression: functions of means over rows, equal to scikit-learn's of their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.estimates import Estimate, Quantile
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import Sample, averaged, first
from deploycheck.authoring.sampling import Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAE, MSE, RMSE = "mean_absolute_error", "mean_squared_error", "root_mean_squared_error"
R2, MAPE, MEDIAN = "r2", "mean_absolute_percentage_error", "median_absolute_error"
MOST_ERRORS = 1_000_000  # whose order statistics are taken, one by one

MEASURES = (
    Measure(
        MAE,
        unit="number",
        better="lower",
        doc="Mean of the absolute differences of true and predicted number, in their unit.",
        low=0.0,
        plan=Sampling("mean"),
    ),
    Measure(
        MSE,
        unit="number",
        better="lower",
        doc="Mean of the squared differences, in the square of their unit.",
        low=0.0,
        plan=Sampling("mean"),
    ),
    Measure(
        RMSE,
        unit="number",
        better="lower",
        doc="Square root of the mean squared error, in the unit of the target.",
        low=0.0,
        plan=Sampling("smooth"),
    ),
    Measure(
        R2,
        unit="number",
        better="higher",
        doc="1 - mean squared error ÷ variance of the target; 0 is always answering the mean.",
        high=1.0,
        plan=Sampling("smooth"),
    ),
    Measure(
        MAPE,
        unit="number",
        better="lower",
        doc="Mean of |true - predicted| ÷ |true|; 0.1 is 10 %.",
        low=0.0,
        plan=Sampling("mean"),
    ),
    Measure(
        MEDIAN,
        unit="number",
        better="lower",
        doc="The smallest absolute difference that at least half of the rows do not exceed.",
        low=0.0,
    ),
)
NAMES = tuple(measure.name for measure in MEASURES)


def root(means: Any) -> Any:
    """The square root of the first mean."""
    import numpy as np

    return np.sqrt(means[..., 0])


def determination(means: Any) -> Any:
    """R² of the means of (squared error, deviation of the target, its square).

    A target that is constant, as a resample may have it, explains nothing: 0.
    """
    import numpy as np

    variance = means[..., 2] - means[..., 1] ** 2
    held = variance > 0
    return np.where(held, 1 - means[..., 0] / np.where(held, variance, 1.0), 0.0)


def squared(true: NDArray[np.float64], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared errors as terms of shape (rows, 1)."""
    return ((true - predicted) ** 2)[:, None]


def r2_terms(
    true: NDArray[np.float64], predicted: NDArray[np.float64], sample: Sample
) -> NDArray[np.float64]:
    """What :func:`determination` takes the means of, the target from its own mean."""
    import numpy as np

    apart = true - sample.means(true[:, None])[0]
    return np.column_stack([(true - predicted) ** 2, apart, apart**2])


def errors(
    true: NDArray[np.float64], predicted: NDArray[np.float64], sample: Sample
) -> Iterator[Estimate]:
    """Every metric of a regression.

    :param true: finite numbers of shape (rows,); ``predicted`` likewise.
    """
    import numpy as np

    if not sample.n:
        for name in NAMES:
            yield sample.undefined(name, "no rows")
        return
    with np.errstate(all="ignore"):
        square = squared(true, predicted)
        far = np.abs(true - predicted)
        parts = r2_terms(true, predicted, sample)
        share = np.divide(far, np.abs(true), out=np.full_like(far, np.inf), where=true != 0)
    yield averaged(MAE, far[:, None], first, sample, "errors")
    yield averaged(MSE, square, first, sample, "errors")
    yield averaged(RMSE, square, root, sample, "errors")
    yield _explained(parts, sample)
    yield _percentage(share, true, sample)
    yield _median(far, sample)


def _explained(parts: NDArray[np.float64], sample: Sample) -> Estimate:
    import numpy as np

    counted = parts if sample.share is None else parts[sample.share > 0]
    if np.ptp(counted[:, 1]) == 0:
        return sample.undefined(R2, "the target has one value, so R² is not defined")
    return averaged(R2, parts, determination, sample, "errors")


def _percentage(share: NDArray[np.float64], true: NDArray[np.float64], sample: Sample) -> Estimate:
    import numpy as np

    counted = true == 0 if sample.share is None else (true == 0) & (sample.share > 0)
    if zero := int(counted.sum()):
        reason = f"{zero:,} of {sample.rows:,} targets are 0, of which no error is a percentage"
        return sample.undefined(MAPE, reason)
    share = np.where(true == 0, 0.0, share)  # rows that count for nothing
    return averaged(MAPE, share[:, None], first, sample, "errors")


def _median(far: NDArray[np.float64], sample: Sample) -> Estimate:
    """The median by order statistics, which need no spread and no shape."""
    import numpy as np

    if not sample.is_plain:
        what = "sampling weights" if sample.weights is not None else "repeated entities"
        return sample.undefined(MEDIAN, f"order statistics are not taken of rows with {what}")
    if sample.n > MOST_ERRORS:
        return sample.undefined(MEDIAN, f"more than {MOST_ERRORS:,} errors")
    values = far if sample.counts is None else np.repeat(far, sample.counts)
    if not np.isfinite(values).all():
        return sample.undefined(MEDIAN, "the numbers are too large to be averaged")
    return Quantile(MEDIAN, tuple(values.tolist()), 0.5, slice=sample.slice)
