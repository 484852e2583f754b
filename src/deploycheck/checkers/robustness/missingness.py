"""Checker ``robustness.missingness``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.decisions import (
    changed,
    decisions,
    features_of,
    known_target,
    numeric,
    scores_of,
)
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Undefined
from deploycheck.authoring.losing import LOSS, MEASURES, R2_LOSS, losses, other_task
from deploycheck.authoring.params import Columns, Params
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    from numpy.typing import NDArray

Fill = Literal["missing", "median", "mode"]


class Missingness(Params):
    features: Columns | None = Field(
        None,
        description="Features that are taken away one at a time; by default each feature that the "
        "model reads, where no `groups` are given.",
    )
    groups: Annotated[
        dict[str, Annotated[tuple[str, ...], Field(min_length=1)]], Field(max_length=1_000)
    ] = Field(
        {},
        description="Features that fail together, such as those of one source, by a name for them.",
    )
    fill: Fill = Field(
        "missing",
        description="What stands for what is not there: `missing` is no value (NaN, no text), "
        "`median` the median of the feature in these rows (of text its most frequent value), "
        "`mode` the most frequent value.",
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if twice := sorted({*self.groups} & {*(self.features or ())}):
            raise ValueError(f"groups: {twice[0]!r} is the name of a feature too")
        return self


@checker("robustness.missingness", measures=list(MEASURES), roles=["target"])
def missingness(
    params: Missingness, examples: Examples, predictor: Predictor
) -> Iterator[Estimate]:
    """No feature is indispensable.

    Why: Sources fail: a bureau is down, a field is made optional, a join loses its key. A model
    that falls apart when one of them is missing turns an outage of one system into wrong
    decisions.

    Fix: Train with values missing as they will be missing, give the model a fallback for the
    feature, or let the service refuse to answer without it. If a feature is indispensable in
    truth, say so: name the others in `features`, and guard this one where it enters.

    Definition: For each feature or group g, the rows with g replaced by `fill` in every row are
    asked again. Classification: loss(g) = accuracy(as they are) − accuracy(without g). Regression:
    r2_loss(g) = R² − R²(without g). A control holds if it holds for each of them.

    Bounds: loss: Tango's score bounds for two proportions on the same rows. r2_loss: bounds of the
    mean of the linearised ratio; where no error changes at all, Hoeffding's bounds with each row
    adding at most one variance. To fail, bounds that hold for all features at once.

    Undefined: Without a row (an empty data set, all targets missing), or without a feature,
    nothing can be said. One row and one class are measured with the wide bounds they deserve; a
    target with one value has no R². A feature that is constant, missing everywhere, or ignored by
    the model loses nothing. A name that is no feature of the model is an error. So is a model
    that refuses missing values: then declare what the service puts in their place, such as
    `fill: median`. NaN answers, scores without a threshold or labels, and labels coded otherwise
    than the target are errors too.

    Cost: The model is asked about the rows once, and once more for each feature or group.

    Source: Little and Rubin 2019, "Statistical Analysis with Missing Data", for what is missing;
    Tango 1998, Statistics in Medicine 17, for the bounds.

    Example:
        check: robustness.missingness
        with: {data: test, features: [age, income], fill: median}
        require: {loss: {max: 0.05}}
    """
    yield other_task(examples)
    name = R2_LOSS if examples.task == "regression" else LOSS
    columns = features_of(examples, predictor)
    known_target(examples)
    away = _away(params, columns)
    if not examples.rows or not away:
        why = "the model reads no feature" if examples.rows else "no rows"
        yield Undefined(name, examples.rows, why)
        return
    before = predictor.answers(columns)
    if name == LOSS:
        decisions(before, examples)  # what the release lacks is told before what the model lacks
    for group, names in away.items():
        instead = {feature: _filled(columns[feature], params.fill) for feature in names}
        after = _asked(predictor, changed(columns, instead), group, params.fill)
        told = () if names == (group,) else (f"without {', '.join(map(quoted, names))}",)
        yield from losses(before, after, examples, place={"missing": group}, details=told)


def _away(params: Missingness, columns: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What is taken away together, by name."""
    alone = params.features
    if alone is None:
        alone = () if params.groups else tuple(columns)
    away = {**{feature: (feature,) for feature in alone}, **params.groups}
    for group, names in away.items():
        for feature in names:
            if feature not in columns:
                where = "" if names == (group,) else f" (in the group {quoted(group)})"
                raise EvidenceError(
                    f"{quoted(feature)} is no feature of the model{where}",
                    "name features that the model reads",
                    code="DC019",
                )
    return away


def _filled(values: NDArray[Any], fill: Fill) -> NDArray[Any]:
    """A column of the same length and kind that says nothing of any row."""
    import numpy as np

    made = np.empty_like(values)
    if numeric(values):
        known = values[np.isfinite(values)]
        if fill == "missing" or not len(known):
            made[:] = np.nan
        elif fill == "median":
            made[:] = np.median(known)
        else:
            found, times = np.unique(known, return_counts=True)
            made[:] = found[np.argmax(times)]
        return made
    texts: dict[str, int] = {}
    for text in values.tolist():
        if text is not None:
            texts[text] = texts.get(text, 0) + 1
    # The first in the alphabet among equally frequent ones, so that the order of rows is no matter.
    made[:] = None if fill == "missing" or not texts else min(texts, key=lambda t: (-texts[t], t))
    return made


def _asked(predictor: Predictor, columns: dict[str, Any], group: str, fill: Fill) -> Answers:
    try:
        answers = predictor.answers(columns)
        scores_of(answers)  # NaN is how some models refuse
    except EvidenceError as error:
        if fill != "missing":
            raise
        raise EvidenceError(
            f"without {quoted(group)} the model does not answer: {error.message}",
            "if the service fills in missing values, say how: `fill: median` or `fill: mode`",
            code=error.code,
        ) from None
    return answers
