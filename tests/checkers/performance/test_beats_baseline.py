import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import accuracy_score, mean_absolute_error

from deploycheck.authoring.estimates import Mean, Paired, Undefined
from deploycheck.checkers.performance.beats_baseline import beats_baseline
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.targets import Targets


def value(estimate):
    cells = (estimate.both, estimate.first, estimate.second, estimate.neither)
    return (estimate.first - estimate.second) / sum(cells)


@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_scikit_learns_dummy(run, labels, weighted):
    random = np.random.default_rng(labels)
    shares = [0.6, 0.3, 0.1][:labels]
    shares = np.array(shares) / sum(shares)
    train, y = random.choice(labels, 500, p=shares), random.choice(labels, 400, p=shares)
    p = np.where(random.random(400) < 0.7, y, random.integers(0, labels, 400))
    w = random.integers(0, 4, 400) if weighted else np.ones(400, dtype=int)
    predictions = Predictions.of(p, y, weights=w.tolist() if weighted else None)
    (found,) = run(beats_baseline, predictions=predictions, train=Targets.of(train.tolist()))
    dummy = DummyClassifier(strategy="most_frequent").fit(train[:, None], train)
    expected = accuracy_score(y, p, sample_weight=w) - accuracy_score(
        y, dummy.predict(y[:, None]), sample_weight=w
    )
    assert isinstance(found, Paired)
    assert value(found) == pytest.approx(expected, abs=1e-12)
    assert found.both + found.first + found.second + found.neither == w.sum()


def test_the_majority_is_that_of_train_and_not_of_test(run):
    predictions = Predictions.of([1, 1, 0], [1, 1, 0])
    (found,) = run(beats_baseline, predictions=predictions, train=Targets.of([0, 0, 1]))
    assert found == Paired("difference", both=1, first=2, second=0, neither=0)


def test_a_majority_that_test_has_not_is_always_wrong(run):
    (found,) = run(
        beats_baseline, predictions=Predictions.of([1, 0], [1, 0]), train=Targets.of("xx")
    )
    assert value(found) == 1


def test_a_model_that_is_the_baseline_gains_nothing(run):
    predictions = Predictions.of([0] * 10, [0] * 7 + [1] * 3)
    (found,) = run(beats_baseline, predictions=predictions, train=Targets.of([0, 0, 1]))
    assert found == Paired("difference", both=7, first=0, second=0, neither=3)


def test_a_column_may_be_the_baseline(run):
    y, p, rule = [1, 1, 0, 0], [1, 1, 0, 1], [1.0, 0.0, 0.0, 1.0]
    predictions = Predictions.of(p, y, groups={"rule": rule})
    (found,) = run(
        beats_baseline, {"column": "rule"}, predictions=predictions, train=Targets.of([])
    )
    assert found == Paired("difference", both=2, first=1, second=0, neither=1)


@pytest.mark.parametrize(
    "rule",
    [["yes", "no"], [1, None], [None, None]],
)
def test_a_baseline_in_another_coding_or_with_gaps_is_an_error(run, code, rule):
    predictions = Predictions.of([1, 0], [1, 0], groups={"rule": rule})
    found = run(beats_baseline, {"column": "rule"}, predictions=predictions, train=Targets.of([1]))
    assert code(found) == "DC203"


def test_a_column_that_was_not_collected_is_an_error(run, code):
    predictions = Predictions.of([1, 0], [1, 0])
    found = run(beats_baseline, {"column": "q"}, predictions=predictions, train=Targets.of([1]))
    assert code(found) == "DC019"


def test_no_rows_are_no_pass(run):
    none, some = Predictions.of([], [], groups={"b": []}), Predictions.of([1, 0], [1, 0])
    for params, predictions, train in (
        ({}, none, [1, 0]), ({}, some, []), ({}, none, []), ({"column": "b"}, none, [1]),
    ):  # fmt: skip
        (found,) = run(beats_baseline, params, predictions=predictions, train=Targets.of(train))
        assert isinstance(found, Undefined)
        assert (found.name, found.n, found.context) == ("difference", 0, False)


def test_one_row_and_one_class(run):
    one = Predictions.of([1], [1])
    assert run(beats_baseline, predictions=one, train=Targets.of([1]))[0].both == 1
    found = run(beats_baseline, predictions=Predictions.of([0, 1], [0, 0]), train=Targets.of([0]))
    assert value(found[0]) == -0.5


@pytest.mark.parametrize(
    ("prediction", "target"),
    [([1, None], [1, 0]), ([1, 0], [1, None]), ([None], [None]), ([1, 0], None)],
)
def test_missing_values_are_errors(run, code, prediction, target):
    made = Predictions.of(prediction, target)
    for train in ([1, 0], []):
        assert code(run(beats_baseline, predictions=made, train=Targets.of(train))) == "DC203"


def test_a_regression_is_held_against_the_mean_of_train(run):
    random = np.random.default_rng(0)
    train, y = random.normal(5, 2, 300), random.normal(5, 2, 200)
    p = y + random.normal(size=200)
    predictions = Predictions.of(p, y, task="regression", groups={"rule": np.round(y).tolist()})
    (found,) = run(
        beats_baseline, predictions=predictions, train=Targets.of(train, task="regression")
    )
    dummy = DummyRegressor().fit(train[:, None], train).predict(y[:, None])
    assert isinstance(found, Mean)
    expected = mean_absolute_error(y, dummy) - mean_absolute_error(y, p)
    assert found.mean == pytest.approx(expected, abs=1e-12)
    assert found.sd == pytest.approx((np.abs(y - dummy) - np.abs(y - p)).std(ddof=1), abs=1e-12)
    (found,) = run(
        beats_baseline, {"column": "rule"},
        predictions=predictions, train=Targets.of([], task="regression"),
    )  # fmt: skip
    expected = mean_absolute_error(y, np.round(y)) - mean_absolute_error(y, p)
    assert found.mean == pytest.approx(expected, abs=1e-12)


def test_a_regression_without_a_baseline_says_nothing(run, code):
    train = Targets.of([], task="regression")
    predictions = Predictions.of([1.0], [1.0], task="regression", groups={"g": ["high"]})
    (found,) = run(beats_baseline, predictions=predictions, train=train)
    assert found == Undefined("error_reduction", 0, "no rows in train, so there is no mean")
    assert (
        code(run(beats_baseline, {"column": "g"}, predictions=predictions, train=train)) == "DC203"
    )
    (few,) = run(
        beats_baseline, predictions=predictions, train=Targets.of([3.0], task="regression")
    )
    assert (few.n, few.value) == (1, 2.0)
