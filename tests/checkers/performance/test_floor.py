import numpy as np
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import Auc, Difference, Mean, Proportion, Undefined
from deploycheck.checkers.performance.floor import floor
from deploycheck.evidence.predictions import Predictions

NAMES = [m.name for m in floor.measures if m.name != "mean_absolute_error"]
RATES = NAMES[:-1]


def value(estimate):
    """The point estimate, as its scale says."""
    share = estimate.hits / estimate.of
    if isinstance(estimate, Difference):
        assert estimate.scale == "balanced"
        return (1 + share - estimate.versus_hits / estimate.versus_of) / 2
    return 2 * share / (1 + share) if estimate.scale == "f1" else share


@pytest.mark.parametrize("seed", range(5))
def test_equals_scikit_learn(run, by_place, seed):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, 400)
    p = np.where(random.random(400) < 0.7, y, 1 - y)
    found = by_place(run(floor, predictions=Predictions.of(p.tolist(), y.tolist(), positive=1)))
    tn, fp, fn, tp = metrics.confusion_matrix(y, p).ravel()
    expected = {
        "accuracy": metrics.accuracy_score(y, p),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p),
        "precision": metrics.precision_score(y, p),
        "recall": metrics.recall_score(y, p),
        "f1": metrics.f1_score(y, p),
        "jaccard": metrics.jaccard_score(y, p),
        "specificity": metrics.recall_score(y, p, pos_label=0),
        "false_positive_rate": fp / (fp + tn),
        "false_negative_rate": fn / (fn + tp),
    }
    assert [*expected, "roc_auc"] == NAMES == [name for (name,) in found]
    for name, number in expected.items():
        assert value(found[name,]) == pytest.approx(number, abs=1e-12), name


def test_the_positive_class_is_the_releases_and_not_the_larger_number(run, by_place):
    y, p = [0, 0, 0, 1, 1], [0, 0, 1, 1, 0]
    found = by_place(run(floor, predictions=Predictions.of(p, y, positive=0)))
    assert found["recall",] == Proportion("recall", 2, 3)
    assert found["precision",] == Proportion("precision", 2, 3)


def test_more_than_two_labels_have_an_accuracy(run):
    y, p = ["a", "b", "c", "a"], ["a", "c", "c", "b"]
    expected = (Proportion("accuracy", 2, 4),)
    assert run(floor, predictions=Predictions.of(p, y)) == expected
    assert run(floor, predictions=Predictions.of(p, y, positive="a")) == expected


def test_two_labels_of_a_multiclass_release_have_an_accuracy(run):
    found = run(floor, predictions=Predictions.of([1, 2], [1, 1], positive=1, task="multiclass"))
    assert found == (Proportion("accuracy", 1, 2),)


def test_without_a_positive_label_only_the_accuracy_is_there(run):
    assert run(floor, predictions=Predictions.of([0, 1], [1, 1])) == (Proportion("accuracy", 1, 2),)


def test_no_rows_are_no_pass(run):
    found = run(floor, predictions=Predictions.of([], [], positive=1, scores=[]))
    assert [e.name for e in found] == NAMES
    assert all(isinstance(e, Undefined) and e.n == 0 and not e.context for e in found)


def test_one_row(run, by_place):
    found = by_place(run(floor, predictions=Predictions.of([1], [1], positive=1)))
    assert found["accuracy",] == Proportion("accuracy", 1, 1)
    undefined = {name for (name,), e in found.items() if isinstance(e, Undefined)}
    assert undefined == {"balanced_accuracy", "specificity", "false_positive_rate", "roc_auc"}


def test_one_class(run, by_place):
    found = by_place(run(floor, predictions=Predictions.of([0, 1, 0], [0, 0, 0], positive=1)))
    undefined = {name for (name,), e in found.items() if isinstance(e, Undefined)}
    assert undefined == {"balanced_accuracy", "recall", "false_negative_rate", "roc_auc"}
    assert found["recall",].reason == "no row is positive"
    assert found["precision",] == Proportion("precision", 0, 1)


def test_a_constant_prediction(run, by_place):
    found = by_place(run(floor, predictions=Predictions.of([0] * 4, [0, 1, 0, 1], positive=1)))
    assert found["precision",].reason == "no row is predicted positive"
    assert found["f1",] == Proportion("f1", 0, 2, scale="f1")
    assert value(found["balanced_accuracy",]) == 0.5


def test_rows_that_stand_for_several(run, by_place):
    found = by_place(
        run(floor, predictions=Predictions.of([1, 0], [1, 1], positive=1, weights=[7, 3]))
    )
    assert found["recall",] == Proportion("recall", 7, 10)
    assert found["accuracy",] == Proportion("accuracy", 7, 10)


@pytest.mark.parametrize(
    ("prediction", "target", "positive"),
    [
        ([1, None], [1, 0], 1),
        ([1, 0], [1, None], 1),
        ([None, None], [None, None], 1),
        ([1, 0], None, 1),
        ([1, 0], [1, 0], "yes"),
        ([0, 0], [0, 0], 1),
    ],
)
def test_missing_values_and_unknown_labels_are_errors(run, code, prediction, target, positive):
    made = Predictions.of(prediction, target, positive=positive)
    assert code(run(floor, predictions=made)) == "DC203"


def test_the_area_under_the_curve_equals_scikit_learn(run, by_place):
    random = np.random.default_rng(3)
    y = random.integers(0, 2, 500)
    scores = np.round(y + random.normal(size=500), 1)  # ties
    weights = random.integers(0, 4, 500)
    predictions = Predictions.of(
        (scores > 0.5).astype(int).tolist(), y.tolist(), positive=1,
        scores=scores.tolist(), weights=weights.tolist(),
    )  # fmt: skip
    made = by_place(run(floor, predictions=predictions))["roc_auc",]
    assert isinstance(made, Auc)
    assert len(made.positives) + len(made.negatives) == weights.sum()
    below = made.positives[:, None] > made.negatives[None, :]
    ties = made.positives[:, None] == made.negatives[None, :]
    expected = metrics.roc_auc_score(y, scores, sample_weight=weights)
    assert (below + ties / 2).mean() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("target", "scores", "reason"),
    [
        ([1, 1, 0, 0], None, "there is no score, only labels"),
        ([1, 1, 0, 0], [0.1, None, 0.3, float("inf")], "2 of 4 rows have no finite score"),
        ([1, 1, 1, 0], [0.1, 0.2, 0.3, 0.4], "only 1 row is negative"),
        ([1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4], "no row is negative"),
        ([1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], "only 1 row is positive"),
    ],
)
def test_an_area_without_bounds_is_undefined(run, by_place, target, scores, reason):
    predictions = Predictions.of([1, 0, 1, 0], target, positive=1, scores=scores)
    found = by_place(run(floor, predictions=predictions))
    assert found["roc_auc",] == Undefined("roc_auc", 4, reason)
    assert isinstance(found["accuracy",], Proportion)


def test_a_perfect_model_has_an_area(run, by_place):
    predictions = Predictions.of([1, 0] * 50, [1, 0] * 50, positive=1, scores=[1, 0] * 50)
    assert isinstance(by_place(run(floor, predictions=predictions))["roc_auc",], Auc)


def test_scores_of_too_many_repeated_rows_are_an_error(run, code):
    predictions = Predictions.of(
        [1, 0], [1, 0], positive=1, scores=[1, 0], weights=[40_000_000, 50_000_001]
    )
    assert code(run(floor, predictions=predictions)) == "DC203"


def regression(target, prediction, **more):
    return Predictions.of(prediction, target, task="regression", **more)


def test_the_mean_absolute_error_equals_scikit_learn(run):
    random = np.random.default_rng(0)
    y, p, w = random.normal(size=300), random.normal(size=300), random.integers(0, 5, 300)
    (found,) = run(floor, predictions=regression(y, p, weights=w))
    often = np.repeat(np.abs(y - p), w)
    assert isinstance(found, Mean)
    assert found.mean == pytest.approx(
        metrics.mean_absolute_error(y, p, sample_weight=w), abs=1e-12
    )
    assert found.sd == pytest.approx(often.std(ddof=1), abs=1e-12)
    assert found.n == w.sum()


def test_few_errors_have_no_bounds(run):
    (found,) = run(floor, predictions=regression([1.0] * 99, [2.0] * 99))
    assert found == Undefined("mean_absolute_error", 99, "99 errors, fewer than 100", 1.0)
    (found,) = run(floor, predictions=regression([], []))
    assert found == Undefined("mean_absolute_error", 0, "no rows")


@pytest.mark.parametrize(
    ("target", "prediction"),
    [
        (None, [1.0, 2.0]),
        ([1.0, None], [1.0, 2.0]),
        ([1.0, 2.0], [None, 2.0]),
        ([None, None], [None, None]),
        ([1.0, float("inf")], [1.0, 2.0]),
    ],
)
def test_numbers_that_are_missing_or_infinite_are_errors(run, code, target, prediction):
    assert code(run(floor, predictions=regression(target, prediction))) == "DC203"
