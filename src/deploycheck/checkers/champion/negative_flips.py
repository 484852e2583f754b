"""Checker ``champion.negative_flips``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploycheck.authoring.answered import same_rows
from deploycheck.authoring.champions import DIFFERENCE
from deploycheck.authoring.checker import checker
from deploycheck.authoring.compared import compared
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import sample_of, share_of
from deploycheck.authoring.sampling import Sampling
from deploycheck.evidence.predictions import Predictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEGATIVE, POSITIVE, CHURN = "negative_flip_rate", "positive_flip_rate", "churn_rate"


@checker(
    "champion.negative_flips",
    measures=[
        Measure(
            NEGATIVE,
            unit="probability",
            better="lower",
            doc="Rows that the champion has right and the candidate wrong ÷ rows.",
            plan=Sampling("proportion"),
        ),
        Measure(
            POSITIVE,
            unit="probability",
            better="higher",
            doc="Rows that the champion has wrong and the candidate right ÷ rows.",
            plan=Sampling("proportion"),
        ),
        Measure(
            CHURN,
            unit="probability",
            better="lower",
            doc="Rows that the two answer differently ÷ rows, right or wrong.",
            plan=Sampling("proportion"),
        ),
        Measure(
            DIFFERENCE,
            unit="probability difference",
            better="higher",
            doc="Net gain: positive_flip_rate - negative_flip_rate, which is the accuracy of the "
            "candidate minus that of the champion.",
            plan=Sampling("paired"),
        ),
    ],
    tasks=["binary_classification", "multiclass"],
    roles=["target"],
)
def negative_flips(predictions: Predictions, champion: Predictions) -> Iterator[Estimate]:
    """The candidate does not break many answers that the champion had right.

    Why: Two models of the same accuracy can err on different rows. Whoever relied on an answer
    that was right and now gets a wrong one sees a regression, and rules built around the old
    model break, while the accuracy stands still.

    Fix: Look at the rows that flipped from right to wrong: are they near the threshold, of one
    group, of one source? Train the candidate with the champion's answers as a guide
    (distillation), average it with the champion, or move the threshold. Churn without harm may
    still need a notice to those who consume the answers.

    Definition: With right₁ and right₂ whether the candidate and the champion predict the target of
    a row: negative_flip_rate = #{right₂ and not right₁} ÷ n, positive_flip_rate = #{right₁ and not
    right₂} ÷ n, difference = positive − negative flip rate, churn_rate = #{the two labels differ} ÷
    n. The denominators are all rows. With more than two labels churn counts rows, too, on which
    both are wrong in different ways.

    Bounds: Clopper–Pearson for each rate; under sampling weights or with repeated entities at the
    number of independent rows that it is worth. For the difference those of
    `champion.non_inferior`.

    Undefined: Without rows (an empty table) there is no rate, and the control is inconclusive. One
    row, one class and constant predictions are compared as they are: a model compared with itself
    has no flips, with an upper bound above 0. Where entities repeat, fewer than 20 of them say too
    little of how alike their rows are, and no rate is assessed. A missing target or prediction is
    an error, and so are rows that are not the same for both.

    Cost: One comparison of each row, O(n), beside the answers of both models.

    Source: Yan et al. 2021, "Positive-congruent training: towards regression-free model updates"
    (CVPR), for the negative flip rate; Milani Fard et al. 2016, "Launch and iterate: reducing
    prediction churn" (NeurIPS); Clopper and Pearson 1934 for the bounds.

    Example:
        check: champion.negative_flips
        with: {data: test}
        require: {negative_flip_rate: {max: 0.05}}
    """
    same_rows(predictions, champion)
    candidate, before = predictions.right(), champion.right()
    sample = sample_of(predictions)
    for name, rows in (
        (NEGATIVE, before & ~candidate),
        (POSITIVE, candidate & ~before),
        (CHURN, _apart(predictions, champion)),
    ):
        yield share_of(name, rows, sample)
    yield compared(DIFFERENCE, "accuracy", predictions, champion)


def _apart(predictions: Predictions, champion: Predictions) -> "NDArray[np.bool_]":
    """Whether the two answer different labels, whatever their codes."""
    import numpy as np

    place = {label: code for code, label in enumerate(predictions.labels)}
    table = np.array([place.get(label, -2) for label in champion.labels], dtype=np.int64)
    codes = champion.prediction_codes
    made: NDArray[np.bool_] = predictions.prediction_codes != (
        table[codes] if len(table) else codes
    )
    return made
