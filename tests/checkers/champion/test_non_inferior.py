from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import AucDifference, Paired, Undefined
from deploycheck.checkers.champion.non_inferior import NonInferior, non_inferior
from deploycheck.evidence.predictions import Predictions
from deploycheck.stats.paired import paired_bounds

METRICS = ["accuracy", "recall", "specificity", "balanced_accuracy", "roc_auc"]


def model(y, random, skill=1.5):
    """Scores with some skill, rounded so that there are ties."""
    return np.round(np.asarray(y) * skill + random.normal(size=len(y)), 1)


def predictions(y, score, cut=0.75, **more):
    return Predictions.of(
        (np.asarray(score) > cut).astype(int), y, positive=1, scores=np.asarray(score), **more
    )


def value(found):
    if isinstance(found, Paired):
        cells = (found.both, found.first, found.second, found.neither)
        return (found.first - found.second) / sum(cells)
    areas = [
        ((p[:, None] > n[None, :]) + (p[:, None] == n[None, :]) / 2).mean()
        for p, n in (
            (found.positives, found.negatives),
            (found.versus_positives, found.versus_negatives),
        )
    ]
    return areas[0] - areas[1]


def by_hand(metric, y, score, weights, cut=0.75):
    p = (score > cut).astype(int)
    return {
        "accuracy": lambda: metrics.accuracy_score(y, p, sample_weight=weights),
        "recall": lambda: metrics.recall_score(y, p, sample_weight=weights),
        "specificity": lambda: metrics.recall_score(y, p, pos_label=0, sample_weight=weights),
        "balanced_accuracy": lambda: metrics.balanced_accuracy_score(y, p, sample_weight=weights),
        "roc_auc": lambda: metrics.roc_auc_score(y, score, sample_weight=weights),
    }[metric]()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_the_difference_of_scikit_learns_metrics(run, metric, weighted):
    random = np.random.default_rng(len(metric))
    y = random.integers(0, 2, 400)
    first, second = model(y, random), model(y, random, 1.0)
    w = random.integers(0, 4, 400) if weighted else None
    (found,) = run(
        non_inferior, {"metric": metric},
        predictions=predictions(y, first, weights=w), champion=predictions(y, second, weights=w),
    )  # fmt: skip
    expected = by_hand(metric, y, first, w) - by_hand(metric, y, second, w)
    assert value(found) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_a_model_differs_from_itself_by_nothing(run, metric):
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 2_000)
    same = predictions(y, model(y, random))
    (found,) = run(non_inferior, {"metric": metric}, predictions=same, champion=same)
    assert value(found) == 0
    if isinstance(found, Paired):
        low = paired_bounds(found.both, found.first, found.second, found.neither, 0.05).low
        assert -0.005 < low <= 0


def test_two_fits_of_one_model_are_not_told_apart(run):
    """A/A: at a margin of zero, at most 5 % of null runs show a difference on either side."""
    random = np.random.default_rng(11)
    shown, runs = 0, 300
    for _ in range(runs):
        y = random.integers(0, 2, 400)
        common = random.normal(size=400)
        first, second = (y + common + 0.5 * random.normal(size=400) for _ in range(2))
        (found,) = run(
            non_inferior, predictions=predictions(y, first), champion=predictions(y, second)
        )
        bounds = paired_bounds(found.both, found.first, found.second, found.neither, 0.05)
        shown += bounds.low > 0
    assert shown <= 26  # 15 expected; 99.7 % of runs at 5 % have at most 26


def test_a_model_at_the_margin_is_rarely_called_non_inferior(run):
    """True loss of 5 points, margin of 5 points: a pass in about 5 % of runs."""
    random = np.random.default_rng(12)
    passed, runs = 0, 300
    for _ in range(runs):
        y = random.integers(0, 2, 500)
        champion = random.random(500) < 0.85
        candidate = np.where(random.random(500) < 0.8, champion, random.random(500) < 0.60)
        (found,) = run(
            non_inferior,
            predictions=Predictions.of(np.where(candidate, y, 1 - y), y, positive=1),
            champion=Predictions.of(np.where(champion, y, 1 - y), y, positive=1),
        )
        bounds = paired_bounds(found.both, found.first, found.second, found.neither, 0.05)
        passed += bounds.low >= -0.05
    assert passed <= 26


def test_a_label_that_only_one_answers_is_a_wrong_answer(run):
    first = Predictions.of(["b", "c", "c"], ["b", "c", "b"])
    second = Predictions.of(["a", "c", "b"], ["b", "c", "b"])
    (found,) = run(non_inferior, predictions=first, champion=second)
    assert found == Paired("difference", both=1, first=1, second=1, neither=0)


def test_no_rows_are_no_pass(run):
    nothing = Predictions.of([], [], positive=1, scores=[])
    for metric in METRICS:
        (found,) = run(non_inferior, {"metric": metric}, predictions=nothing, champion=nothing)
        assert isinstance(found, Undefined)
        assert not found.context


def test_one_row_and_one_class(run):
    one = predictions([1], [1.0])
    found = {m: run(non_inferior, {"metric": m}, predictions=one, champion=one)[0] for m in METRICS}
    assert found["accuracy"] == Paired("difference", 1, 0, 0, 0)
    assert found["specificity"] == Undefined("difference", 0, "no row is negative")
    for metric in ("balanced_accuracy", "roc_auc"):
        assert isinstance(found[metric], Undefined)
    many = predictions([1] * 9, [1.0] * 9)
    (area,) = run(non_inferior, {"metric": "roc_auc"}, predictions=many, champion=many)
    assert area == Undefined("difference", 9, "no row is negative")


def test_a_constant_prediction_is_compared_as_it_is(run):
    y = [0, 1] * 20
    constant, perfect = predictions(y, [0.0] * 40), predictions(y, y)
    (found,) = run(non_inferior, predictions=constant, champion=perfect)
    assert value(found) == -0.5
    (found,) = run(non_inferior, {"metric": "roc_auc"}, predictions=constant, champion=perfect)
    assert isinstance(found, AucDifference)
    assert value(found) == -0.5


@pytest.mark.parametrize(
    "change",
    [
        {"name": "holdout"},
        {"target": [0, 1, 1, 1]},
        {"target": None},
        {"target": [1, None, 0, 0]},
        {"prediction": [1, None, 0, 0]},
        {"prediction": [None] * 4, "target": [None] * 4},
        {"weights": [1, 1, 1, 2]},
        {"prediction": [1, 0], "target": [1, 1]},
    ],
)
def test_rows_that_are_not_the_same_or_not_known_are_errors(run, code, change):
    told = {"prediction": [1, 0, 0, 1], "target": [1, 1, 0, 0], "positive": 1}
    fine, broken = Predictions.of(**told), Predictions.of(**{**told, **change})
    for one, other in ((fine, broken), (broken, fine)):
        assert code(run(non_inferior, predictions=one, champion=other)) == "DC203"


def test_other_data_of_the_same_shape_are_an_error(run, code):
    made = Predictions.of([1, 0], [1, 0], positive=1)
    sides = replace(made, data="sha256:a"), replace(made, data="sha256:b")
    assert code(run(non_inferior, predictions=sides[0], champion=sides[1])) == "DC203"


@pytest.mark.parametrize("scores", [None, [0.1, None, 0.2, 0.3], [0.1, float("inf"), 0.2, 0.3]])
def test_an_area_without_scores_is_an_error_that_names_the_model(run, scores):
    y = [1, 0, 1, 0]
    fine = predictions(y, [0.9, 0.1, 0.8, 0.2])
    broken = Predictions.of([1, 0, 1, 0], y, positive=1, scores=scores)
    for who, one, other in (("candidate", broken, fine), ("champion", fine, broken)):
        found = run(non_inferior, {"metric": "roc_auc"}, predictions=one, champion=other)
        assert found.code == "DC203"
        assert str(found.error).startswith(f"the {who} cannot be compared by roc_auc")
    (accuracy,) = run(non_inferior, predictions=broken, champion=fine)
    assert isinstance(accuracy, Paired)


def test_the_metric_is_one_of_those_named():
    assert NonInferior().metric == "accuracy"
    with pytest.raises(ValueError, match="metric"):
        NonInferior.model_validate({"metric": "f1"})


def test_recall_needs_a_positive_label(run, code):
    made = Predictions.of([1, 0], [1, 0])
    assert isinstance(run(non_inferior, predictions=made, champion=made)[0], Paired)
    for metric in METRICS[1:4]:
        found = run(non_inferior, {"metric": metric}, predictions=made, champion=made)
        assert code(found) == "DC203"
