"""Metrics of two or more labels as functions of the shares of true, predicted and right rows.

Rows of one true and one predicted label are alike, so that a table of labels by labels stands for
all rows that are independent and weigh the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.estimates import Estimate, Smooth
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.metrics.sample import Of, Sample, function
from deploycheck.authoring.sampling import Sampling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MATTHEWS, KAPPA, BALANCED = "matthews_corrcoef", "cohen_kappa", "balanced_accuracy"
MOST_LABELS = 50
MOST_WORK = 2_000_000_000  # rows · terms², where rows cannot be counted together
FEWEST_OF_LABEL = 10  # rows of a label, on which its part of an average rests
FEWEST_EVENTS = 10  # right rows, and wrong ones
AVERAGES = tuple(
    f"{metric}_{how}"
    for metric in ("f1", "precision", "recall")
    for how in ("macro", "micro", "weighted")
)
SAME_AS_ACCURACY = frozenset({"f1_micro", "precision_micro", "recall_micro", "recall_weighted"})
_HOW = {
    "macro": "Mean of the {} of each label.",
    "micro": "The {} of all labels together, which with one label a row is the accuracy.",
    "weighted": "Mean of the {} of each label, weighted by its true rows.",
}

MEASURES = (
    Measure(
        MATTHEWS,
        unit="correlation",
        better="higher",
        doc="Correlation of true and predicted labels; 0 is chance, 1 is perfect.",
        plan=Sampling("smooth"),
    ),
    Measure(
        KAPPA,
        unit="correlation",
        better="higher",
        doc="(accuracy - accuracy by chance) ÷ (1 - accuracy by chance).",
        plan=Sampling("smooth"),
    ),
)
AVERAGED = tuple(
    Measure(
        name,
        unit="score",
        better="higher",
        doc=_HOW[name.partition("_")[2]].format(name.partition("_")[0]),
        plan=Sampling("proportion" if name in SAME_AS_ACCURACY else "smooth"),
    )
    for name in AVERAGES
)


@dataclass(frozen=True)
class Table:
    """Rows by true and predicted label, as terms whose means are the shares of each label.

    :param terms: float64 of shape (rows, 3 · labels): the row is right and of the label, it is of
        the label, it is predicted so.
    :param true: rows that are of each label, ``right`` rows that are right.
    """

    terms: NDArray[np.float64]
    sample: Sample
    true: NDArray[np.float64]
    predicted: NDArray[np.float64]
    right: int


def table(
    true: NDArray[np.int64], predicted: NDArray[np.int64], labels: int, sample: Sample
) -> Table | str:
    """Rows of codes as a table, or why there is none.

    Rows that are a plain sample are counted together; others keep their own.

    :param true: codes below ``labels``, of shape (rows,); ``predicted`` likewise.
    """
    import numpy as np

    cells = np.bincount(true * labels + predicted, sample.counts, labels * labels)
    cells = cells.astype(np.int64).reshape(labels, labels)
    present = np.flatnonzero(cells.sum(axis=0) + cells.sum(axis=1))
    if len(present) > MOST_LABELS:
        return f"{len(present):,} labels, more than {MOST_LABELS}"
    cells = cells[np.ix_(present, present)]
    if sample.is_plain:
        rows, columns = np.nonzero(cells)
        sample = Sample(len(rows), cells[rows, columns], slice=sample.slice)
    else:
        if sample.rows * (3 * len(present)) ** 2 > MOST_WORK:
            return (
                f"{sample.rows:,} rows of {len(present):,} labels that cannot be counted together"
            )
        place = np.zeros(labels, dtype=np.int64)
        place[present] = np.arange(len(present))
        rows, columns = place[true], place[predicted]
    one = np.eye(len(present))
    hit = one[rows] * (rows == columns)[:, None]
    terms = np.concatenate([hit, one[rows], one[columns]], axis=1)
    return Table(terms, sample, cells.sum(axis=1), cells.sum(axis=0), int(cells.trace()))


def divided(above: Any, below: Any) -> Any:
    """The ratio, and 0 where there is nothing to divide by, as scikit-learn has it."""
    import numpy as np

    held = below > 0
    return np.where(held, above / np.where(held, below, 1.0), 0.0)


def parts(means: Any) -> tuple[Any, Any, Any]:
    """Shares of right, true and predicted rows, each of shape (…, labels)."""
    labels = means.shape[-1] // 3
    return means[..., :labels], means[..., labels : 2 * labels], means[..., 2 * labels :]


def matthews(means: Any) -> Any:
    """Matthews' correlation for any number of labels (Gorodkin 2004)."""
    import numpy as np

    right, true, predicted = parts(means)
    above = right.sum(-1) - (true * predicted).sum(-1)
    below = (1 - (true**2).sum(-1)) * (1 - (predicted**2).sum(-1))
    return divided(above, np.sqrt(np.maximum(below, 0.0)))


def kappa(means: Any) -> Any:
    """Cohen's kappa."""
    right, true, predicted = parts(means)
    chance = (true * predicted).sum(-1)
    return divided(right.sum(-1) - chance, 1 - chance)


def balanced(means: Any) -> Any:
    """Mean recall of the labels that occur."""
    right, true, _ = parts(means)
    return divided(divided(right, true).sum(-1), (true > 0).sum(-1))


def averaged(metric: str, how: str) -> Of:
    """The function that averages a metric of each label.

    :param metric: ``f1``, ``precision`` or ``recall``; ``how``: ``macro`` or ``weighted``.
    """

    def of(means: Any) -> Any:
        right, true, predicted = parts(means)
        each = {
            "f1": lambda: divided(2 * right, true + predicted),
            "precision": lambda: divided(right, predicted),
            "recall": lambda: divided(right, true),
        }[metric]()
        return each.mean(-1) if how == "macro" else (each * true).sum(-1)

    return of


FUNCTIONS: dict[str, Of] = {
    BALANCED: balanced,
    MATTHEWS: matthews,
    KAPPA: kappa,
} | {
    name: averaged(*name.split("_"))
    for name in AVERAGES
    if name not in SAME_AS_ACCURACY
}  # fmt: skip


def labelled(
    true: NDArray[np.int64],
    predicted: NDArray[np.int64],
    labels: int,
    sample: Sample,
    names: tuple[str, ...],
) -> Iterator[Estimate]:
    """The metrics of these names, of codes of labels.

    :param names: those of :data:`FUNCTIONS`.
    """
    if not sample.n:
        for name in names:
            yield sample.undefined(name, "no rows")
        return
    made = table(true, predicted, labels, sample)
    for name in names:
        if isinstance(made, str):
            yield sample.undefined(name, made)
        else:
            yield _estimate(name, made, sample)


def _estimate(name: str, made: Table, sample: Sample) -> Estimate:
    """One metric, or why its rows say too little of it."""
    of = FUNCTIONS[name]
    value = float(of(made.sample.means(made.terms)))
    occur = int((made.true > 0).sum())
    if occur < 2:
        return sample.undefined(name, "all rows have one true label")
    if name in (MATTHEWS, KAPPA):
        if (made.predicted > 0).sum() < 2:
            reason = "all rows are predicted one label, which is related to nothing"
            return sample.undefined(name, reason, value)
    elif (least := _least(name, made)) < FEWEST_OF_LABEL:
        shown = f"a label has {least:,} true rows, fewer than {FEWEST_OF_LABEL}"
        return sample.undefined(name, shown, value)
    wrong = sample.n - made.right
    for what, count in (("right", made.right), ("wrong", wrong)):
        if count < FEWEST_EVENTS:
            rows = "row is" if count == 1 else "rows are"
            shown = f"{count:,} {rows} predicted {what}, fewer than {FEWEST_EVENTS}"
            return sample.undefined(name, shown, value)
    found = function(name, made.terms, of, made.sample)
    return found if isinstance(found, Smooth) else sample.undefined(name, found.reason, value)


def _least(name: str, made: Table) -> int:
    """True rows of the rarest label that counts; one that is only predicted has none."""
    counted = made.true[made.true > 0] if name == BALANCED else made.true
    return int(counted.min())
