"""``Attributions``: every feature permuted again and again, the model asked each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from deploycheck.authoring.collector import Description, Source, collector, combined_digest
from deploycheck.authoring.decisions import (
    can_decide,
    changed,
    features_of,
    flips,
    known_target,
    right,
    scores_of,
)
from deploycheck.authoring.errors import EvidenceError, needed
from deploycheck.authoring.params import Params
from deploycheck.authoring.tabular import rows_of
from deploycheck.evidence.attributions import Attributions
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MetricName = Literal["accuracy", "r2", "roc_auc", "neg_log_loss"]
Scored = Callable[[Answers, Examples], float | None]


class Permuting(Params):
    """How features are permuted and what is looked at."""

    repeats: int = Field(
        5, ge=1, le=1_000, strict=True, description="Permutations of each feature."
    )
    metric: MetricName | None = Field(
        None,
        description="Metric of the importances, by scikit-learn's name; by default accuracy, and "
        "r2 for a regression.",
    )
    seed: int | None = Field(
        None,
        ge=0,
        le=2**32 - 1,
        strict=True,
        description="Seed of the permutations, as scikit-learn's `random_state`; by default one "
        "made of the data's digest.",
    )


@collector
class Permuted:
    """Permutation importance, and how far answers move."""

    evidence = Attributions
    params = Permuting

    def describe(self, source: Source, params: Permuting) -> Description:
        """Digest of the data and of how they are permuted; the seed is among the facts."""
        seed, metric = _seed(source, params), _metric(source, params)
        facts = {"repeats": params.repeats, "metric": metric, "seed": seed}
        return Description(_digest(source, params), None, facts)

    def collect(
        self, source: Source, params: Permuting, examples: Examples, predictor: Predictor
    ) -> Attributions:
        """Asks the model once for the rows as they are, and ``repeats`` times for each feature.

        :raises EvidenceError: the model does not answer as it must, or a metric that the policy
            names cannot be computed from its answers.
        """
        seed, metric = _seed(source, params), _metric(source, params)
        made = permuted(examples, predictor, params.repeats, seed, metric)
        if params.metric is not None and made["base"] is None and examples.rows:
            raise EvidenceError(
                f"data set {examples.name}: {params.metric} is not defined for these rows and the "
                "model's answers: it needs a target with two classes (r2: two values), and a "
                "score or a label",
                "choose another `metric`, or leave it out",
                code="DC203",
            )
        return Attributions(
            name=examples.name,
            digest=_digest(source, params),
            rows=examples.rows,
            repeats=params.repeats,
            features=predictor.features,
            metric=metric,
            seed=seed,
            **made,
        )


def permuted(
    examples: Examples, predictor: Predictor, repeats: int, seed: int, metric: str
) -> dict[str, Any]:
    """Effects, donated effects, importances, the metric on the rows as they are.

    The permutations are those of scikit-learn's ``permutation_importance``: from one seed drawn
    by ``random_state``, every feature begins anew, and each permutation shuffles the one before.
    """
    import numpy as np

    columns = features_of(examples, predictor)
    names, rows = list(columns), examples.rows
    effects = np.zeros((rows, len(names)))
    donated = np.zeros((rows, len(names)))
    if not rows:
        return {"effects": effects, "donated": donated}
    before = predictor.answers(columns)
    scored = scores_of(before) is not None
    base = METRICS[metric](before, examples)
    worth = np.zeros((len(names), repeats))
    for repeat, order in enumerate(_orders(seed, repeats, rows)):
        for place, name in enumerate(names):
            after = predictor.answers(changed(columns, {name: columns[name][order]}))
            moved = _moved(before, after, examples, scored=scored)
            effects[:, place] += moved / repeats
            donated[order, place] += moved / repeats
            if base is not None:
                now = METRICS[metric](after, examples)
                worth[place, repeat] = np.nan if now is None else base - now
    if not np.isfinite(worth).all():
        base = None
    return {
        "effects": effects,
        "donated": donated,
        "importances": worth if base is not None else None,
        "base": base,
        "scored": scored,
    }


def _orders(seed: int, repeats: int, rows: int) -> list[NDArray[np.int64]]:
    """The permutations of scikit-learn; its legacy generator is part of what is reproduced."""
    import numpy as np

    start = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    draw = np.random.RandomState(start)
    shuffled, order, made = np.arange(rows), np.arange(rows), []
    for _ in range(repeats):
        draw.shuffle(shuffled)
        order = order[shuffled]  # the column as the last permutation left it is permuted again
        made.append(order)
    return made


def _moved(
    before: Answers, after: Answers, examples: Examples, *, scored: bool
) -> NDArray[np.float64]:
    import numpy as np

    if not scored:
        return flips(before, after, examples).astype(np.float64)
    old, new = scores_of(before), scores_of(after)
    if old is None or new is None:
        raise EvidenceError(
            "the model answers scores for some rows and labels for others", code="DC204"
        )
    return np.asarray(np.abs(new - old), dtype=np.float64)


def _accuracy(answers: Answers, examples: Examples) -> float | None:
    import numpy as np

    if examples.target is None or not can_decide(answers, examples):
        return None
    return float(np.average(right(answers, examples)))


def _r2(answers: Answers, examples: Examples) -> float | None:
    """As scikit-learn computes it, to the last bit."""
    import numpy as np

    scores = scores_of(answers)
    if examples.target is None or scores is None or examples.rows < 2:
        return None
    true, said = known_target(examples).reshape(-1, 1), scores.reshape(-1, 1)
    wrong = np.sum((true - said) ** 2, axis=0)
    spread = np.sum((true - np.average(true, axis=0)) ** 2, axis=0)
    return None if spread[0] == 0 else float((1 - wrong / spread)[0])


def _with_two_classes(function: str) -> Scored:
    def metric(answers: Answers, examples: Examples) -> float | None:
        import numpy as np

        scores = scores_of(answers)
        binary = examples.task not in {"multiclass", "regression"}
        if examples.target is None or scores is None or not binary:
            return None
        if len(np.unique(examples.target)) < 2:
            return None
        try:
            from sklearn import metrics
        except ImportError:
            raise needed("scikit-learn", "sklearn", f"the metric {function}") from None
        if function == "roc_auc":
            return float(metrics.roc_auc_score(examples.target, scores))
        if scores.min() < 0 or scores.max() > 1:
            return None  # the logarithm of what is no probability
        return -float(metrics.log_loss(examples.target, np.column_stack([1 - scores, scores])))

    return metric


METRICS: dict[str, Scored] = {
    "accuracy": _accuracy,
    "r2": _r2,
    "roc_auc": _with_two_classes("roc_auc"),
    "neg_log_loss": _with_two_classes("neg_log_loss"),
}


def _metric(source: Source, params: Permuting) -> str:
    if params.metric is not None:
        return params.metric
    return "r2" if source.release.task == "regression" else "accuracy"


def _seed(source: Source, params: Permuting) -> int:
    if params.seed is not None:
        return params.seed
    return int(rows_of(source).digest.rpartition(":")[2][:8], 16)


def _digest(source: Source, params: Permuting) -> str:
    return combined_digest(
        "Attributions",
        rows_of(source).digest,
        params.repeats,
        _metric(source, params),
        _seed(source, params),
    )
