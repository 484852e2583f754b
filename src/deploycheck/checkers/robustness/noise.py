"""Checker ``robustness.noise``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.decisions import changed, features_of, flips, known_target, numeric
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Proportion, Undefined
from deploycheck.authoring.losing import LOSS, MEASURES, R2_LOSS, losses, other_task
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLIPS = "flip_rate"
SHOWN = 10


class Noise(Params):
    scale: float = Field(
        0.1,
        ge=0.001,
        le=10,
        strict=True,
        description="Standard deviation of the noise, in standard deviations of the feature.",
    )
    features: Columns | None = Field(
        None,
        description="Numeric features that get noise; by default all that the model reads and that "
        "have more than two values.",
    )


@checker(
    "robustness.noise",
    measures=[
        *MEASURES,
        Measure(
            FLIPS,
            unit="probability",
            better="lower",
            doc="Share of rows whose decision is another one under noise (classification).",
        ),
    ],
    roles=["target"],
)
def noise(
    params: Noise, examples: Examples, predictor: Predictor, seed: Seed
) -> Iterator[Estimate]:
    """Small errors of measurement cost little.

    Why: Features are measured, rounded, estimated and typed. A model whose answers turn on the last
    digits is right on the test set by luck, and its live accuracy falls with every sensor and form
    that is a little off.

    Fix: See which feature does it by naming features one by one. Trees with cuts between close
    values, large weights on correlated features and unscaled features are usual causes:
    regularise, round or bin such features, or train with noise added.

    Definition: Each numeric feature f gets independent noise from the normal distribution with
    standard deviation `scale` · sd(f), missing values stay missing, and the model is asked about
    the same rows again. Classification: loss = accuracy(as they are) − accuracy(with noise), and
    flip_rate = #{rows decided otherwise} ÷ #{rows}. Regression: r2_loss = R² − R²(with noise).
    Decisions are made by `columns.threshold`, or are the model's labels where none is given.
    Features with two values are flags and stay as they are, unless named; text stays too.

    Bounds: loss: Tango's score bounds for two proportions on the same rows, since each row is right
    or wrong twice. flip_rate: Clopper–Pearson. r2_loss: bounds of the mean of the linearised
    ratio; where no error changes at all, Hoeffding's bounds with each row adding at most one
    variance. The noise is drawn once, by a seed that follows from the evidence.

    Undefined: Without a row (an empty data set, all targets missing), or without a numeric feature
    that varies (all constant, all missing, all text), nothing can be said. One row and one class
    are measured with the wide bounds they deserve; a target with one value has no R². A model that
    ignores its numeric features loses nothing. A named feature that is text or that the model does
    not read is an error, and so are answers that are NaN, scores without a threshold or labels,
    and labels coded otherwise than the target.

    Cost: The model is asked about the rows twice.

    Source: Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common
    corruptions and perturbations" (ICLR); Tango 1998 for the bounds.

    Example:
        check: robustness.noise
        with: {data: test, scale: 0.1}
        require: {loss: {max: 0.03}, flip_rate: {max: 0.05}}
    """
    yield other_task(examples)
    names = (R2_LOSS,) if examples.task == "regression" else (LOSS, FLIPS)
    columns = features_of(examples, predictor)
    known_target(examples)
    noisy = _noisy(columns, params, seed) if examples.rows else {}
    if not noisy:
        why = "no numeric feature varies" if examples.rows else "no rows"
        yield from (Undefined(name, examples.rows, why) for name in names)
        return
    told = ", ".join(map(quoted, list(noisy)[:SHOWN])) + (", …" if len(noisy) > SHOWN else "")
    details = (f"noise of {params.scale:g} standard deviations on {told}",)
    before, after = predictor.answers(columns), predictor.answers(changed(columns, noisy))
    yield from losses(before, after, examples, place={}, details=details)
    if examples.task != "regression":
        flipped = int(flips(before, after, examples).sum())
        yield Proportion(FLIPS, flipped, examples.rows, details=details)


def _noisy(columns: dict[str, Any], params: Noise, seed: int) -> dict[str, NDArray[Any]]:
    """The features that get noise, with it."""
    import numpy as np

    for name in params.features or ():
        if name not in columns:
            raise EvidenceError(
                f"{quoted(name)} is no feature of the model",
                "name features that the model reads",
                code="DC019",
            )
        if not numeric(columns[name]):
            raise EvidenceError(
                f"feature {quoted(name)} is text, which takes no noise",
                "name numeric features",
                code="DC203",
            )
    draw = np.random.default_rng(int(seed))
    made = {}
    for name in columns if params.features is None else params.features:
        values = columns[name]
        if not numeric(values):
            continue
        finite = values[np.isfinite(values)]
        few = 1 if params.features is not None else 2
        spread = float(np.std(finite)) if len(np.unique(finite)) > few else 0.0
        if spread > 0:
            made[name] = values + draw.normal(0.0, params.scale * spread, len(values))
    return made
