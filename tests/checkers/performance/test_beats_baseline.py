import numpy as np
import polars as pl
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import accuracy_score, mean_absolute_error, root_mean_squared_error

from deploycheck.authoring.estimates import AucDifference, Paired, Smooth, Undefined
from deploycheck.checkers.performance.beats_baseline import beats_baseline
from deploycheck.evidence.predictions import Predictions
from deploycheck.evidence.targets import Targets
from deploycheck.testing import judge_control


def share(estimate):
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
    assert share(found) == pytest.approx(expected, abs=1e-12)
    assert found.both + found.first + found.second + found.neither == w.sum()


def test_the_majority_is_that_of_train_and_not_of_test(run):
    predictions = Predictions.of([1, 1, 0], [1, 1, 0])
    (found,) = run(beats_baseline, predictions=predictions, train=Targets.of([0, 0, 1]))
    assert found == Paired("difference", both=1, first=2, second=0, neither=0)


def test_a_majority_that_test_has_not_is_always_wrong(run):
    (found,) = run(
        beats_baseline, predictions=Predictions.of([1, 0], [1, 0]), train=Targets.of("xx")
    )
    assert share(found) == 1


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
    assert share(found[0]) == -0.5


@pytest.mark.parametrize(
    ("prediction", "target"),
    [([1, None], [1, 0]), ([1, 0], [1, None]), ([None], [None]), ([1, 0], None)],
)
def test_missing_values_are_errors(run, code, prediction, target):
    made = Predictions.of(prediction, target)
    for train in ([1, 0], []):
        assert code(run(beats_baseline, predictions=made, train=Targets.of(train))) == "DC203"


def test_a_regression_is_held_against_the_mean_of_train(run, by_place, value):
    random = np.random.default_rng(0)
    train, y = random.normal(5, 2, 300), random.normal(5, 2, 200)
    p = y + random.normal(size=200)
    predictions = Predictions.of(p, y, task="regression", groups={"rule": np.round(y).tolist()})
    dummy = DummyRegressor().fit(train[:, None], train).predict(y[:, None])
    for params, data, answers in (({}, train, dummy), ({"column": "rule"}, [], np.round(y))):
        target = Targets.of(data, task="regression")
        found = by_place(run(beats_baseline, params, predictions=predictions, train=target))
        expected = mean_absolute_error(y, answers) - mean_absolute_error(y, p)
        assert value(found["error_reduction",]) == pytest.approx(expected, abs=1e-12)
        root = root_mean_squared_error(y, answers) - root_mean_squared_error(y, p)
        made = found["root_mean_squared_error_reduction",]
        assert isinstance(made, Smooth)
        assert value(made) == pytest.approx(root, abs=1e-12)


def test_a_regression_without_a_baseline_says_nothing(run, code):
    train = Targets.of([], task="regression")
    predictions = Predictions.of([1.0], [1.0], task="regression", groups={"g": ["high"]})
    found = run(beats_baseline, predictions=predictions, train=train)
    assert found[0] == Undefined("error_reduction", 0, "no rows in train, so there is no mean")
    assert (
        code(run(beats_baseline, {"column": "g"}, predictions=predictions, train=train)) == "DC203"
    )
    for few in run(
        beats_baseline, predictions=predictions, train=Targets.of([3.0], task="regression")
    ):
        assert (few.n, few.value) == (1, 2.0)


def scored(y, scores, **more):
    told = (np.array(scores) >= 0.5).astype(int).tolist()
    return Predictions.of(told, list(y), positive=1, scores=list(scores), **more)


def test_the_area_is_held_against_what_ranks_nothing_or_a_column(run, by_place):
    random = np.random.default_rng(1)
    y = random.integers(0, 2, 300)
    s, other = (np.round(y * k + random.normal(size=300), 1) for k in (1.5, 0.7))
    groups = {"other": other.tolist(), "rule": (other > 0).astype(int).tolist()}
    predictions = scored(y, s, groups=groups)
    train = Targets.of(y.tolist())
    for params, ranked in (
        ({}, np.zeros(300)),
        ({"column": "rule"}, other > 0),
    ):
        found = by_place(run(beats_baseline, params, predictions=predictions, train=train))
        made = found["roc_auc_gain",]
        assert isinstance(made, AucDifference)
        assert sorted(made.positives) == sorted(s[y == 1])
        assert sorted(made.versus_positives) == sorted(ranked[y == 1])
        assert sorted(made.versus_negatives) == sorted(ranked[y == 0])


@pytest.mark.parametrize(
    ("y", "scores", "reason"),
    [
        ([1, 1, 1, 0], [0.1, 0.2, 0.3, 0.9], "only 1 row is negative"),
        ([1, 1, 0, 0], [0.1, None, 0.3, 0.9], "1 of 4 rows have no finite score"),
    ],
)
def test_an_area_without_bounds_is_undefined(run, by_place, y, scores, reason):
    made = Predictions.of([1, 0, 1, 0], y, positive=1, scores=scores)
    found = by_place(run(beats_baseline, predictions=made, train=Targets.of([1, 0, 0])))
    assert found["roc_auc_gain",].reason == reason
    assert isinstance(found["difference",], Paired)


def test_a_baseline_of_other_texts_ranks_nothing(run, by_place):
    made = scored([1, 0, 1, 0], [0.9, 0.2, 0.3, 0.6], groups={"b": ["1", "0", "x", "0"]})
    found = by_place(run(beats_baseline, {"column": "b"}, predictions=made, train=Targets.of([1])))
    assert found["roc_auc_gain",].reason == "b holds neither the labels nor numbers"


def test_rows_of_one_entity_or_with_sampling_weights_are_not_counted_as_independent(
    run, by_place, value
):
    random = np.random.default_rng(2)
    y = random.integers(0, 2, 400)
    p = np.where(random.random(400) < 0.8, y, 1 - y)
    w = random.exponential(size=400)
    for more in ({"sampling": w}, {"entities": [i // 2 for i in range(400)]}):
        predictions = Predictions.of(p.tolist(), y.tolist(), **more)
        (made,) = run(beats_baseline, predictions=predictions, train=Targets.of([1]))
        assert isinstance(made, Smooth)
        weights = more.get("sampling")
        expected = accuracy_score(y, p, sample_weight=weights) - np.average(y, weights=weights)
        assert value(made) == pytest.approx(expected, abs=1e-12)
        assert (made.weights is None) == (weights is None)
        assert (made.clusters is None) == (weights is not None)
    few = Predictions.of([1, 0], [1, 0], entities=["a", "a"])
    (made,) = run(beats_baseline, predictions=few, train=Targets.of([1]))
    assert made.reason == "2 rows, worth 1 independent one, fewer than 100"


@pytest.mark.parametrize(
    ("skill", "outcome"), [(1.5, "PASS"), (-1.5, "FAIL"), (0.05, "INCONCLUSIVE")]
)
def test_a_gain_of_the_area_is_judged(tmp_path, skill, outcome):
    random = np.random.default_rng(3)
    y = random.integers(0, 2, 400)
    s = skill * y + random.normal(size=400)
    for name in ("train", "test"):
        pl.DataFrame({"bad": y, "told": (s > 0).astype(int), "score": s}).write_csv(
            tmp_path / f"{name}.csv"
        )
    verdict = judge_control(
        "check: performance.beats_baseline\nrequire: {roc_auc_gain: {min: 0}}",
        tmp_path,
        release=(
            "release: r\nversion: '1'\ntask: binary_classification\nmodel: none\n"
            "data: {train: {path: train.csv}, test: {path: test.csv}}\n"
            "columns: {target: bad, score: score, prediction: told, positive: 1}\n"
        ),
    )
    assert verdict.outcome == outcome, verdict.reason


def test_numbers_that_are_too_large_to_be_averaged_are_no_pass(run):
    y = np.random.default_rng(0).uniform(0.5, 1, 200) * 1e308
    predictions = Predictions.of(y / 2, y, task="regression")
    train = Targets.of(y.tolist(), task="regression")
    for one in run(beats_baseline, predictions=predictions, train=train):
        assert one.reason == "the numbers are too large to be averaged"
