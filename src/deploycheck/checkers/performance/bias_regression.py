"""Checker ``performance.bias_regression``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from deploycheck.authoring.answered import numbers
from deploycheck.authoring.binning import quantile_cuts
from deploycheck.authoring.checker import checker
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Smooth, Undefined
from deploycheck.authoring.figures import Bar, Bars, Figure
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.held import held
from deploycheck.authoring.metrics.sample import (
    FEWEST_ROWS,
    Sample,
    averaged,
    sample_of,
)
from deploycheck.authoring.params import ColumnNames, Params
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ERROR, RATIO, BY_BIN = "mean_error", "actual_to_expected", "actual_to_expected_by_bin"


class BiasRegression(Params):
    exposure: Annotated[str, ColumnNames()] | None = Field(
        None,
        description="Column with the exposure of each row (years, sums insured), where target and "
        "prediction are per unit of it; without it every row counts as one.",
    )
    bins: int = Field(
        10,
        ge=2,
        le=100,
        strict=True,
        description="Bins of the prediction, each with about the same number of rows; ten are "
        "deciles.",
    )


@checker(
    "performance.bias_regression",
    measures=[
        Measure(
            ERROR,
            unit="number",
            better="none",
            doc="Σ exposure · (prediction - truth) ÷ Σ exposure, in the unit of the target; 0 is "
            "right on average.",
            plan=Sampling("smooth"),
        ),
        Measure(
            RATIO,
            unit="ratio",
            better="none",
            doc="Σ exposure · truth ÷ Σ exposure · prediction; 1 is right on average, more is "
            "predicted too low.",
            plan=Sampling("smooth"),
        ),
        Measure(
            BY_BIN,
            unit="ratio",
            better="none",
            doc="The same in each bin of the prediction.",
        ),
    ],
    roles=["target"],
)
def bias_regression(
    params: BiasRegression, predictions: Predictions
) -> Iterator[Estimate | Figure]:
    """Predicted numbers are right on average, for all rows and for low and high predictions.

    Why: Prices, reserves and stocks are sums of predictions. A model with a small error of each row
    that is 5 % too low on average loses 5 % of every sum, and a mean that is right may hide a
    tenth that is far off.

    Fix: Look at the figure: a ratio that is the same everywhere wants a factor, one that falls
    from the first bin to the last a model that is less extreme (shrink it, or recalibrate it by
    isotonic regression on rows that were not trained on).

    Definition: With w the exposure of a row (1 without `exposure`), y its truth and ŷ its
    prediction, both per unit of exposure: mean_error = Σ w (ŷ − y) ÷ Σ w; actual_to_expected
    (A/E) = Σ w y ÷ Σ w ŷ; actual_to_expected_by_bin the same in each of `bins` bins of ŷ, whose
    edges are quantiles of ŷ; a value that fills a bin has one of its own. Give `min` and `max` to
    show that it is right: both one-sided bounds must clear, which is the test of equivalence.

    Bounds: Smooth functions of means over rows, bounded by analytic BCa, under sampling weights
    and repeated entities, too; exposure is taken as known. To pass, every bin must clear; to fail,
    bounds that hold for all bins at once.

    Undefined: Without rows (an empty table) there is nothing to compare. A mean of fewer than 100
    rows is undefined, so one row is, and so is a bin of fewer, which leaves its control
    inconclusive: take fewer `bins`. Errors that are all equal say nothing of how they vary. Where
    Σ w ŷ is not above 0, or a prediction is negative, there is no ratio. A constant prediction has
    one bin, in place of several. A missing or infinite target, prediction or exposure is an
    error, and so is an exposure that is negative, or 0 in all rows; a column that is absent is
    refused when the plan is made. Labels have no such means and are an error: see
    performance.calibration.

    Cost: One sort of the predictions, O(n log n), and moments of sums.

    Source: Actuarial practice (actual against expected); Schuirmann 1987, "A comparison of the two
    one-sided tests procedure and the power approach" for the two bounds.

    Example:
        check: performance.bias_regression
        with: {data: test, exposure: income}
        require: {actual_to_expected: {min: 0.95, max: 1.05}}
    """
    if predictions.task != "regression":
        raise EvidenceError(
            "labels have no mean that could be right",
            "choose performance.calibration for scores, or performance.floor",
            "DC203",
        )
    true, predicted = numbers(predictions)
    exposed = _exposure(params.exposure, predictions)
    sample = sample_of(predictions)
    if not sample.n:
        for name in (ERROR, RATIO, BY_BIN):
            yield sample.undefined(name, "no rows")
        return
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        terms = np.column_stack([exposed * true, exposed * predicted, exposed])
    yield _error(terms, sample)
    if negative := int((predicted < 0).sum()):
        reason = f"{negative:,} of {sample.rows:,} predictions are negative: there is no ratio"
        yield sample.undefined(RATIO, reason)
        yield sample.undefined(BY_BIN, reason)
        return
    yield _ratio(RATIO, terms, sample)
    yield from _bins(params.bins, predicted, terms, sample)


def error(means: Any) -> Any:
    """The mean error, of the means of truth, prediction and exposure."""
    from deploycheck.authoring.metrics.classes import divided

    return divided(means[..., 1] - means[..., 0], means[..., 2])


def ratio(means: Any) -> Any:
    """Actual to expected, of the same means."""
    from deploycheck.authoring.metrics.classes import divided

    return divided(means[..., 0], means[..., 1])


def _exposure(column: str | None, predictions: Predictions) -> "NDArray[np.float64]":
    """The exposure of each row.

    :raises EvidenceError: one is missing, negative or no number, or all are 0.
    """
    import numpy as np

    if column is None:
        return np.ones(predictions.rows)
    values = held(predictions, column)
    if (values < 0).any() or (predictions.rows and not values.any()):
        what = "all 0" if not values.any() else "negative in some rows"
        raise EvidenceError(
            f"the exposure {column} of {predictions.name} is {what}",
            "name the column with years, sums or counts at risk",
            "DC203",
        )
    return values


def _error(terms: "NDArray[np.float64]", sample: Sample) -> Estimate:
    """The mean error, unless it is every row's."""
    import numpy as np

    with np.errstate(all="ignore"):
        value = float(error(sample.means(terms)))
        alike = not (terms[:, 1] - terms[:, 0] - value * terms[:, 2]).any()
    if alike and sample.independent >= FEWEST_ROWS:
        return sample.undefined(ERROR, "all errors are equal", value)
    return averaged(ERROR, terms, error, sample)


def _ratio(name: str, terms: "NDArray[np.float64]", sample: Sample) -> Smooth | Undefined:
    """Actual to expected, unless it is every row's or nothing is expected."""
    import numpy as np

    means = sample.means(terms)
    if np.isfinite(means).all() and not means[1] > 0:
        return sample.undefined(name, "all that is predicted is 0: there is no ratio")
    with np.errstate(all="ignore"):
        value = float(ratio(means))
        alike = bool((value * terms[:, 1] == terms[:, 0]).all())
    if alike and sample.independent >= FEWEST_ROWS:
        return sample.undefined(name, "all rows have the same ratio", value)
    return averaged(name, terms, ratio, sample)


def _bins(
    bins: int, predicted: "NDArray[np.float64]", terms: "NDArray[np.float64]", sample: Sample
) -> Iterator[Estimate | Figure]:
    """The ratio in each bin of the prediction, and the bins as a figure."""
    import numpy as np

    cuts = quantile_cuts(np.sort(predicted), bins)
    at = np.searchsorted(cuts, predicted, side="left")
    shown = []
    for place in np.unique(at).tolist():
        mine = at == place
        low, high = float(predicted[mine].min()), float(predicted[mine].max())
        slice = {"prediction": f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"}
        part = sample.of(mine, slice)
        if not part.n:
            continue
        made = _ratio(BY_BIN, terms[mine], part)
        yield made
        if isinstance(made, Smooth) or made.value is not None:
            with np.errstate(all="ignore"):
                value = float(ratio(part.means(terms[mine])))
            shown.append(Bar(slice["prediction"], value))
    if shown:
        yield Bars("Actual to expected by prediction", tuple(shown), "ratio")
