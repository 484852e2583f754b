"""Checker ``fairness.individual``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.decisions import decisions, features_of
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import BoundedMean, Estimate, Smooth, Undefined
from deploycheck.authoring.features import coordinates, spaced_columns
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, Params
from deploycheck.authoring.seed import Seed
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONSISTENCY, ENTROPY, THEIL = "consistency", "generalised_entropy_index", "theil_index"
MOST_COORDINATES = 300


class Individual(Params):
    neighbours: int = Field(
        5, ge=1, le=1_000, strict=True, description="Nearest rows that each row is compared with."
    )
    ignore: Columns | None = Field(
        None,
        description="Columns that do not count when rows are compared, such as protected ones.",
    )


@checker(
    "fairness.individual",
    measures=[
        Measure(
            CONSISTENCY,
            unit="score",
            better="higher",
            doc="1 - mean |decision of a row - mean decision of its nearest rows|.",
        ),
        Measure(
            ENTROPY,
            unit="number",
            better="lower",
            doc="Generalised entropy index (alpha 2) of the benefits predicted - true + 1.",
            low=0.0,
        ),
        Measure(
            THEIL,
            unit="number",
            better="lower",
            doc="Theil index (generalised entropy, alpha 1) of the same benefits.",
            low=0.0,
        ),
    ],
    tasks=["binary_classification"],
    roles=["positive"],
)
def individual(
    params: Individual, examples: Examples, predictor: Predictor, seed: Seed
) -> Iterator[Estimate]:
    """People who are alike are decided alike, and errors do not pile up on a few.

    Why: A model can treat groups alike and still be a lottery for each person in them. Nobody can
    explain a decision that the next applicant with the same file does not get.

    Fix: Look at rows whose decision differs from that of their nearest ones: are they close to the
    threshold, or does a feature with large steps tell them apart? Regularise, round such features,
    or send what is close to the threshold to people. A large entropy index says that errors fall on
    few; compare the error rates of groups.

    Definition: The rows are split at random into halves. For each row of the second half the
    `neighbours` nearest rows of the first are found; consistency = 1 − mean |d − mean d of these|,
    with d the decision, 1 for `positive`. Near is Euclidean over the model's features less those in
    `ignore`: numbers in standard deviations, different texts one apart. With benefits b = d − y + 1
    (2 for a wrong positive, 1 for what is right, 0 for a wrong negative) and their mean μ,
    generalised_entropy_index = mean((b ÷ μ)² − 1) ÷ 2 and theil_index = mean((b ÷ μ) ln(b ÷ μ)).

    Bounds: consistency is a mean of independent numbers between 0 and 1 once the first half is
    given, and has the bounds of one, which hold at every number of rows. The indices have those of
    a smooth function of means.

    Undefined: With fewer than two rows (an empty data set, one row), with fewer rows in a half than
    `neighbours`, without a feature that varies, or with more than 300 coordinates (two a number,
    one for each text), there is no consistency. Without a target, and where every benefit is 0,
    there is no index; a model without errors, or that errs on every row alike, has an index of 0
    and no bounds, and is inconclusive. One class and constant predictions are measured: a constant
    model is wholly consistent. Missing values are a value of their own. Not supported: more than
    two labels and regression, for which the plan is refused, sampling weights and repeated
    entities, likewise. Scores without a threshold or labels are an error, and so are NaN answers.

    Cost: The model is asked about the rows once; nearest rows by a k-d tree, O(n log n) with few
    features and up to O(n²) with many.

    Source: Zemel, Wu, Swersky, Pitassi and Dwork 2013, "Learning fair representations" (ICML);
    Speicher et al. 2018, "A unified approach to quantifying algorithmic unfairness" (KDD).

    Example:
        check: fairness.individual
        with: {data: test, neighbours: 5}
        require: {consistency: {min: 0.8}, generalised_entropy_index: {max: 0.1}}
    """
    columns = features_of(examples, predictor)
    if unknown := sorted(set(params.ignore or ()) - set(examples.columns)):
        raise EvidenceError(f"column {unknown[0]} is not there", "mend `ignore`", "DC019")
    if not examples.rows or not columns:
        why = "no rows" if not examples.rows else "the model reads no feature"
        yield from (Undefined(name, examples.rows, why) for name in (CONSISTENCY, ENTROPY, THEIL))
        return
    decided = decisions(predictor.answers(columns), examples)
    compared = {n: values for n, values in columns.items() if n not in (params.ignore or ())}
    yield _consistency(compared, decided, params.neighbours, int(seed))
    yield from _indices(decided, examples.target)


def _consistency(
    columns: dict[str, Any], decided: NDArray[np.int64], neighbours: int, seed: int
) -> Estimate:
    import numpy as np
    from scipy.spatial import cKDTree

    rows = len(decided)
    half = rows // 2
    if half < neighbours:
        why = f"{half} rows in the first half, fewer than {neighbours} neighbours"
        return Undefined(CONSISTENCY, rows, why)
    if (many := coordinates(columns)) > MOST_COORDINATES:
        why = f"{many:,} coordinates are more than {MOST_COORDINATES}: columns of many texts belong"
        return Undefined(CONSISTENCY, rows, f"{why} in `ignore`")
    points = spaced_columns(columns)
    if not points.shape[1]:
        return Undefined(CONSISTENCY, rows, "no feature that counts varies")
    order = np.random.default_rng(seed).permutation(rows)
    pool, asked = order[:half], order[half:]
    _, near = cKDTree(points[pool]).query(points[asked], k=neighbours)
    around = decided[pool][near.reshape(len(asked), neighbours)].mean(axis=1)
    alike = 1 - np.abs(decided[asked] - around)
    spread = float(np.std(alike, ddof=1)) if len(asked) > 1 else 0.0
    return BoundedMean(CONSISTENCY, float(alike.mean()), spread, len(asked), 0.0, 1.0)


def _indices(decided: NDArray[np.int64], target: NDArray[np.float64] | None) -> Iterator[Estimate]:
    import numpy as np

    if target is None:
        yield from (Undefined(n, len(decided), "there is no target") for n in (ENTROPY, THEIL))
        return
    benefits, counts = np.unique(decided - target + 1, return_counts=True)
    if not benefits.any():
        why = "every benefit is 0: all rows are wrong negatives"
        yield from (Undefined(n, len(decided), why) for n in (ENTROPY, THEIL))
        return
    logs = benefits * np.log(np.where(benefits > 0, benefits, 1.0))
    for name, terms, of in (
        (ENTROPY, benefits**2, _entropy),
        (THEIL, logs, _theil),
    ):
        yield Smooth(name, np.column_stack([benefits, terms]), of, counts)


def _entropy(means: NDArray[np.float64]) -> NDArray[np.float64]:
    made: NDArray[np.float64] = (means[..., 1] / means[..., 0] ** 2 - 1) / 2
    return made


def _theil(means: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    made: NDArray[np.float64] = means[..., 1] / means[..., 0] - np.log(means[..., 0])
    return made
