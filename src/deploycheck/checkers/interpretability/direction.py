"""Checker ``interpretability.direction``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.decisions import (
    changed,
    decisions,
    features_of,
    numeric,
    scores_of,
    spread_of,
)
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Proportion, Undefined
from deploycheck.authoring.figures import Curve, Figure, Point
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import ColumnNames, Params
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AGREEMENT = "agreement"
DRAWN = 4
MOST_SPREADS = 100  # standard deviations of the answers, beyond which an answer lies far out
Sign = Literal["increasing", "decreasing"]


class Direction(Params):
    signs: Annotated[dict[str, Sign], ColumnNames()] = Field(
        min_length=1,
        max_length=1_000,
        description="Whether the score rises (`increasing`) or falls (`decreasing`) with each "
        "numeric feature.",
    )
    bins: int = Field(
        20,
        ge=1,
        le=1_000,
        strict=True,
        description="Most bins of a feature, between its quantiles; a step goes from edge to edge.",
    )
    tolerance: float = Field(
        1e-6,
        ge=0,
        lt=1,
        strict=True,
        description="Steps of at most this share of the distance from the smallest to the largest "
        "answer (at most 100 standard deviations) count as none: sums of 32-bit floats are no more "
        "exact.",
    )


@checker(
    "interpretability.direction",
    measures=[
        Measure(
            AGREEMENT,
            unit="probability",
            better="higher",
            doc="Share of rows whose score does not go against the declared sign over the row's "
            "own bin of the feature; of each feature.",
        )
    ],
    tasks=["binary_classification", "regression"],
)
def direction(
    params: Direction, examples: Examples, predictor: Predictor
) -> Iterator[Estimate | Figure]:
    """Answers go where the features' declared signs point.

    Why: More income must not lower a credit score, and a worse reading must not lower an alarm.
    People give such reasons for decisions, and a model that goes the other way makes them false.

    Fix: Constrain the model: most gradient boosting libraries take monotonic constraints. Look at
    the curve first: a wrong slope where there are few rows is often noise that more regularisation
    or a coarser feature removes.

    Definition: The edges are the quantiles of the feature at 0, 1/`bins`, …, 1. Each row's feature
    is set to the lower and to the upper edge of the bin it lies in, all else staying: d = score
    (upper) − score(lower), the finite difference that accumulated local effects average. A row
    agrees with `increasing` if d ≥ 0, with `decreasing` if d ≤ 0, up to `tolerance`; agreement =
    #{rows that agree} ÷ #{rows with the feature}. Rows near what really occurs are asked about,
    unlike in a partial dependence. A model that does not react to a feature does not contradict
    its sign: its agreement is 1, and the details say so. Without scores, 1 is the positive label.

    Bounds: Clopper–Pearson, for each feature. To pass, each feature must clear the bound; to fail,
    bounds that hold for all features at once.

    Undefined: A feature that is constant or missing everywhere in these rows, or an empty data
    set, has no steps. One row is its own only bin, so it has none either. Rows without a value are
    left out, and counted in the details. One class is no obstacle: the target is not used. A text
    feature has no direction and is an error, and so are NaN answers and labels of more than two
    classes.

    Cost: The model is asked about the rows once, and twice for each feature.

    Source: Apley and Zhu 2020, "Visualizing the effects of predictor variables in black box
    supervised learning models" (JRSS B 82); CheckList's directional expectation tests, Ribeiro et
    al. 2020 (ACL).

    Example:
        check: interpretability.direction
        with: {data: test, signs: {age: increasing, income: increasing}}
        require: {agreement: {min: 0.95}}
    """
    columns = features_of(examples, predictor)
    slack = 0.0
    if examples.rows and any(name in columns for name in params.signs):
        now = _scores(predictor.answers(columns), examples)
        slack = params.tolerance * _distance(now)
    drawn = 0
    for name, sign in params.signs.items():
        place = {"feature": name}
        if not examples.rows:
            yield Undefined(AGREEMENT, 0, "no rows", slice=place)
            continue
        if name not in columns:
            told: tuple[str, ...] = ("the model does not read it",)
            yield Proportion(AGREEMENT, examples.rows, examples.rows, slice=place, details=told)
            continue
        steps = _steps(name, columns, examples, predictor, params.bins)
        if steps is None:
            why = "the feature has fewer than two values in these rows"
            yield Undefined(AGREEMENT, examples.rows, why, slice=place)
            continue
        agree = steps.moved >= -slack if sign == "increasing" else steps.moved <= slack
        told = (f"{sign} over {len(steps.edges) - 1} bins", *_remarks(steps, examples.rows, slack))
        hits = int(agree.sum())
        yield Proportion(AGREEMENT, hits, len(steps.moved), slice=place, details=told)
        if drawn < DRAWN:
            drawn += 1
            yield _curve(name, steps)


def _distance(scores: NDArray[np.float64]) -> float:
    """From the smallest to the largest answer, of which one far out may not count for all."""
    return min(float(scores.max() - scores.min()), MOST_SPREADS * spread_of(scores))


@dataclass(frozen=True)
class _Steps:
    """Of each row with a value: how far its answer moves over its bin, and which bin that is."""

    edges: NDArray[np.float64]
    bins: NDArray[np.int64]
    moved: NDArray[np.float64]


def _steps(
    name: str, columns: dict[str, Any], examples: Examples, predictor: Predictor, bins: int
) -> _Steps | None:
    import numpy as np

    values = columns[name]
    if not numeric(values):
        raise EvidenceError(
            f"feature {quoted(name)} is text, which has no direction",
            "declare signs of numeric features",
            code="DC203",
        )
    known = np.isfinite(values)
    if len(np.unique(values[known])) < 2:
        return None
    # Inverted distribution function: edges are values that occur, and infinities cannot arise.
    asked = np.linspace(0, 1, bins + 1)
    edges = np.unique(np.quantile(values[known], asked, method="inverted_cdf"))
    place = np.clip(np.searchsorted(edges, values[known], side="left") - 1, 0, len(edges) - 2)
    ends = []
    for side in (0, 1):
        moved = values.copy()
        moved[known] = edges[place + side]
        answers = predictor.answers(changed(columns, {name: moved}))
        ends.append(_scores(answers, examples)[known])
    return _Steps(edges, place, ends[1] - ends[0])


def _scores(answers: Answers, examples: Examples) -> NDArray[np.float64]:
    import numpy as np

    scores = scores_of(answers)
    if scores is not None:
        answers.prove_scores_of(examples.positive)
        return scores
    if examples.positive is None:
        raise EvidenceError(
            "the model answers labels, and without a positive one they have no direction",
            "set `columns.positive`, or say in `model.outputs.score` which output holds the score",
            code="DC203",
        )
    return decisions(answers, examples).astype(np.float64)


def _remarks(steps: _Steps, rows: int, slack: float) -> Iterator[str]:
    import numpy as np

    if not (np.abs(steps.moved) > slack).any():
        yield "no answer moves with it"
    if left := rows - len(steps.moved):
        yield f"{left:,} rows without a finite value are left out"


def _curve(name: str, steps: _Steps) -> Curve:
    """The accumulated local effect: mean steps added up, centred at the rows' mean."""
    import numpy as np

    bins = len(steps.edges) - 1
    rows = np.bincount(steps.bins, minlength=bins)
    sums = np.bincount(steps.bins, steps.moved, bins)
    mean = np.divide(sums, rows, out=np.zeros(bins), where=rows > 0)
    effect = np.concatenate([[0.0], np.cumsum(mean)])
    effect -= float(((effect[:-1] + effect[1:]) / 2 * rows).sum() / rows.sum())
    counts = [None, *rows.tolist()]
    points = [
        Point(float(x), float(y), n=n) for x, y, n in zip(steps.edges, effect, counts, strict=True)
    ]
    return Curve(f"Effect of {name}", name, "change of the score", tuple(points))
