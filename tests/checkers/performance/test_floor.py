import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from deploycheck.authoring.estimates import Auc, Proportion, Quantile, Smooth, Undefined
from deploycheck.authoring.metrics.scores import ranked
from deploycheck.checkers.performance.floor import floor
from deploycheck.engine.found import Missing
from deploycheck.evidence.predictions import Predictions

BINARY = [
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "jaccard",
    "specificity",
    "false_positive_rate",
    "false_negative_rate",
    "roc_auc",
    "matthews_corrcoef",
    "cohen_kappa",
    "log_loss",
    "brier_score",
    "average_precision",
]
AVERAGES = [
    f"{metric}_{how}"
    for metric in ("f1", "precision", "recall")
    for how in ("macro", "micro", "weighted")
]
SEVERAL = {"accuracy", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa", *AVERAGES}
NUMBERS = [
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2",
    "mean_absolute_percentage_error",
    "median_absolute_error",
]


def test_every_measure_is_of_some_task():
    assert {m.name for m in floor.measures} == {*BINARY, *SEVERAL, *NUMBERS}


def sampled(random, rows, kind):
    """How the rows were drawn, and their share in a mean."""
    if kind == "frequency":
        weights = random.integers(0, 5, rows)
        return {"weights": weights.tolist()}, weights
    if kind == "sampling":
        weights = random.exponential(size=rows)
        return {"sampling": weights.tolist()}, weights
    if kind == "entities":
        return {"entities": [row // 2 for row in range(rows)]}, np.ones(rows)
    return {}, np.ones(rows)


KINDS = pytest.mark.parametrize("kind", ["plain", "frequency", "sampling", "entities"])


@KINDS
@pytest.mark.parametrize("seed", range(2))
def test_two_labels_equal_scikit_learn(run, by_place, value, seed, kind):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, 400)
    s = np.round((0.4 * y + 0.6 * random.random(400)), 2)
    p = (s >= 0.5).astype(int)
    drawn, w = sampled(random, 400, kind)
    predictions = Predictions.of(p.tolist(), y.tolist(), positive=1, scores=s.tolist(), **drawn)
    found = by_place(run(floor, predictions=predictions))
    expected = {
        "accuracy": metrics.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p, sample_weight=w),
        "precision": metrics.precision_score(y, p, sample_weight=w),
        "recall": metrics.recall_score(y, p, sample_weight=w),
        "f1": metrics.f1_score(y, p, sample_weight=w),
        "jaccard": metrics.jaccard_score(y, p, sample_weight=w),
        "specificity": metrics.recall_score(y, p, pos_label=0, sample_weight=w),
        "false_positive_rate": 1 - metrics.recall_score(y, p, pos_label=0, sample_weight=w),
        "false_negative_rate": 1 - metrics.recall_score(y, p, sample_weight=w),
        "matthews_corrcoef": metrics.matthews_corrcoef(y, p, sample_weight=w),
        "cohen_kappa": metrics.cohen_kappa_score(y, p, sample_weight=w),
        "log_loss": metrics.log_loss(y, s, sample_weight=w),
        "brier_score": metrics.brier_score_loss(y, s, sample_weight=w),
        "average_precision": metrics.average_precision_score(y, s, sample_weight=w),
    }
    assert {*expected, "roc_auc"} == {name for (name,) in found} == {*BINARY}
    for name, number in expected.items():
        assert value(found[name,]) == pytest.approx(number, abs=1e-9), name


@KINDS
@pytest.mark.parametrize("labels", [2, 4])
def test_several_labels_equal_scikit_learn(run, by_place, value, labels, kind):
    random = np.random.default_rng(labels)
    shares = np.arange(1, labels + 1) / np.arange(1, labels + 1).sum()
    y, other = (random.choice(labels, 600, p=shares) for _ in range(2))
    p = np.where(random.random(600) < 0.7, y, other)
    drawn, w = sampled(random, 600, kind)
    predictions = Predictions.of(p.tolist(), y.tolist(), task="multiclass", **drawn)
    found = by_place(run(floor, predictions=predictions))
    expected = {
        "accuracy": metrics.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, p, sample_weight=w),
        "matthews_corrcoef": metrics.matthews_corrcoef(y, p, sample_weight=w),
        "cohen_kappa": metrics.cohen_kappa_score(y, p, sample_weight=w),
    }
    for name in AVERAGES:
        metric, _, how = name.partition("_")
        score = getattr(metrics, f"{metric}_score")
        expected[name] = score(y, p, average=how, sample_weight=w)
    assert {name for (name,) in found} == {*expected} == SEVERAL
    for name, number in expected.items():
        assert value(found[name,]) == pytest.approx(number, abs=1e-9), name


def test_the_positive_class_is_the_releases_and_not_the_larger_number(run, by_place):
    y, p = [0, 0, 0, 1, 1], [0, 0, 1, 1, 0]
    found = by_place(run(floor, predictions=Predictions.of(p, y, positive=0)))
    assert found["recall",] == Proportion("recall", 2, 3)
    assert found["precision",] == Proportion("precision", 2, 3)


@pytest.mark.parametrize(
    ("prediction", "target", "more"),
    [
        (["a", "c", "c", "b"], ["a", "b", "c", "a"], {}),
        (["a", "c", "c", "b"], ["a", "b", "c", "a"], {"positive": "a"}),
        ([1, 2], [1, 1], {"positive": 1, "task": "multiclass"}),
        ([0, 1], [1, 1], {}),
    ],
)
def test_without_two_labels_of_which_one_is_positive_there_are_averages(
    run, by_place, prediction, target, more
):
    found = by_place(run(floor, predictions=Predictions.of(prediction, target, **more)))
    assert {name for (name,) in found} == SEVERAL
    assert found["accuracy",] == Proportion("accuracy", len(target) // 2, len(target))
    for name in ("f1_micro", "precision_micro", "recall_micro", "recall_weighted"):
        assert found[name,] == Proportion(name, len(target) // 2, len(target))


def test_no_rows_are_no_pass(run):
    found = run(floor, predictions=Predictions.of([], [], positive=1, scores=[]))
    assert [e.name for e in found] == BINARY
    assert all(isinstance(e, Undefined) and e.n == 0 and not e.context for e in found)
    for more, names in (({}, SEVERAL), ({"task": "regression"}, NUMBERS)):
        found = run(floor, predictions=Predictions.of([], [], **more))
        assert {e.name for e in found} == {*names}
        assert all(isinstance(e, Undefined) and e.n == 0 and not e.context for e in found)


def test_one_row(run, by_place):
    found = by_place(run(floor, predictions=Predictions.of([1], [1], positive=1)))
    assert found["accuracy",] == Proportion("accuracy", 1, 1)
    undefined = {name for (name,), e in found.items() if isinstance(e, Undefined)}
    assert undefined == {"balanced_accuracy", "specificity", "false_positive_rate", *BINARY[9:]}


def test_one_class(run, by_place):
    found = by_place(run(floor, predictions=Predictions.of([0, 1, 0], [0, 0, 0], positive=1)))
    undefined = {name for (name,), e in found.items() if isinstance(e, Undefined)}
    assert undefined == {"balanced_accuracy", "recall", "false_negative_rate", *BINARY[9:]}
    assert found["recall",].reason == "no row is positive"
    assert found["precision",] == Proportion("precision", 0, 1)


def test_a_constant_prediction(run, by_place, value):
    found = by_place(run(floor, predictions=Predictions.of([0] * 4, [0, 1, 0, 1], positive=1)))
    assert found["precision",].reason == "no row is predicted positive"
    assert found["f1",] == Proportion("f1", 0, 2, scale="f1")
    assert value(found["balanced_accuracy",]) == 0.5
    reason = "all rows are predicted one label, which is related to nothing"
    assert found["matthews_corrcoef",] == Undefined("matthews_corrcoef", 4, reason, 0.0)


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
    assert [len(one) for one in made.counts] == [len(made.positives), len(made.negatives)]
    pairs = np.outer(*made.counts)
    below = made.positives[:, None] > made.negatives[None, :]
    ties = made.positives[:, None] == made.negatives[None, :]
    expected = metrics.roc_auc_score(y, scores, sample_weight=weights)
    assert np.average(below + ties / 2, weights=pairs) == pytest.approx(expected, abs=1e-12)


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


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ([0.1, 0.2, 1.5, 0.4] * 30, "30 of 120 scores lie outside 0 to 1: no probabilities"),
        ([0.1, 0.2, -3, 0.4] * 30, "30 of 120 scores lie outside 0 to 1: no probabilities"),
    ],
)
def test_scores_that_are_no_probabilities_have_no_losses(run, by_place, scores, reason):
    made = Predictions.of([1, 0, 1, 0] * 30, [1, 0, 0, 1] * 30, positive=1, scores=scores)
    found = by_place(run(floor, predictions=made))
    for name in ("log_loss", "brier_score"):
        assert found[name,] == Undefined(name, 120, reason)
    assert isinstance(found["average_precision",], Smooth)


def test_scores_of_zero_and_one_are_taken_as_scikit_learn_takes_them(run, by_place, value):
    y, s = [1, 0, 1, 0] * 30, [1.0, 0.0, 0.0, 1.0] * 30
    made = Predictions.of([1, 0, 0, 1] * 30, y, positive=1, scores=s)
    found = by_place(run(floor, predictions=made))
    assert value(found["log_loss",]) == pytest.approx(metrics.log_loss(y, s), abs=1e-9)


def test_a_perfect_model_says_nothing_of_how_it_varies_beyond_its_rates(run, by_place):
    y = [1, 0] * 60
    found = by_place(
        run(floor, predictions=Predictions.of(y, y, positive=1, scores=[0.9, 0.1] * 60))
    )
    for name, told in (
        ("matthews_corrcoef", "0 rows are predicted wrong, fewer than 10"),
        ("average_precision", "every positive row is above every other"),
    ):
        assert isinstance(found[name,], Undefined)
        assert found[name,].value == pytest.approx(1, abs=1e-12)
        assert told in found[name,].reason
    assert found["brier_score",].mean == pytest.approx(0.01, abs=1e-12)


def test_few_rows_of_a_label_or_few_errors_have_no_average(run, by_place):
    y = ["a"] * 60 + ["b"] * 60 + ["c"] * 9
    p = ["a"] * 50 + ["b"] * 70 + ["c"] * 9
    found = by_place(run(floor, predictions=Predictions.of(p, y)))
    assert found["f1_macro",].reason == "a label has 9 true rows, fewer than 10"
    assert isinstance(found["matthews_corrcoef",], Smooth)
    p[0] = "d"  # a label that no row is of
    found = by_place(run(floor, predictions=Predictions.of(p, y)))
    assert found["f1_macro",].reason == "a label has 0 true rows, fewer than 10"
    assert found["balanced_accuracy",].reason == "a label has 9 true rows, fewer than 10"
    many = [str(i % 51) for i in range(2_000)]
    found = by_place(run(floor, predictions=Predictions.of(many, many)))
    assert found["f1_macro",].reason == "51 labels, more than 50"


def test_rows_of_one_cell_are_counted_together(run, by_place):
    random = np.random.default_rng(0)
    y, p = random.integers(0, 3, 3_000), random.integers(0, 3, 3_000)
    made = by_place(run(floor, predictions=Predictions.of(p.tolist(), y.tolist())))["f1_macro",]
    assert made.terms.shape == (9, 9)
    assert made.counts.sum() == 3_000


def regression(target, prediction, **more):
    return Predictions.of(prediction, target, task="regression", **more)


@KINDS
def test_numbers_equal_scikit_learn(run, by_place, value, kind):
    random = np.random.default_rng(0)
    y, p = random.normal(5, 1, 300), random.normal(5, 1, 300)
    drawn, w = sampled(random, 300, kind)
    found = by_place(run(floor, predictions=regression(y, p, **drawn)))
    expected = {
        "mean_absolute_error": metrics.mean_absolute_error(y, p, sample_weight=w),
        "mean_squared_error": metrics.mean_squared_error(y, p, sample_weight=w),
        "root_mean_squared_error": metrics.root_mean_squared_error(y, p, sample_weight=w),
        "r2": metrics.r2_score(y, p, sample_weight=w),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(
            y, p, sample_weight=w
        ),
    }
    assert {name for (name,) in found} == {*NUMBERS}
    for name, number in expected.items():
        assert isinstance(found[name,], Smooth)
        assert value(found[name,]) == pytest.approx(number, abs=1e-9), name
    median = found["median_absolute_error",]
    if kind in {"plain", "frequency"}:
        assert isinstance(median, Quantile)
        assert sorted(median.values) == pytest.approx(sorted(np.repeat(abs(y - p), w.astype(int))))
    else:
        assert isinstance(median, Undefined)


def test_the_median_of_an_odd_number_of_errors_equals_scikit_learn(run, by_place):
    from deploycheck.stats.order import quantile

    random = np.random.default_rng(0)
    y, p = random.normal(size=301), random.normal(size=301)
    found = by_place(run(floor, predictions=regression(y, p)))["median_absolute_error",]
    expected = metrics.median_absolute_error(y, p)
    assert quantile(found.values, found.q) == pytest.approx(expected, abs=1e-12)


numbers_of_a_regression = arrays(
    np.float64,
    st.tuples(st.integers(100, 130), st.just(2)),
    elements=st.floats(-1e6, 1e6, width=32),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(numbers_of_a_regression)
def test_any_numbers_equal_scikit_learn_or_are_undefined(run, by_place, value, table):
    y, p = table.T
    found = by_place(run(floor, predictions=regression(y, p)))
    scale = 1 + np.abs(table).max()
    for name, number, unit in (
        ("mean_absolute_error", metrics.mean_absolute_error(y, p), scale),
        ("mean_squared_error", metrics.mean_squared_error(y, p), scale**2),
        ("root_mean_squared_error", metrics.root_mean_squared_error(y, p), scale),
        ("r2", metrics.r2_score(y, p), 1 + abs(metrics.r2_score(y, p))),
    ):
        made = found[name,]
        if isinstance(made, Undefined):
            assert np.ptp(y) == 0 or "alike" in made.reason
        else:
            assert abs(value(made) - number) <= 1e-9 * unit, name


labels_of_several = arrays(
    np.int64, st.tuples(st.integers(60, 90), st.just(2)), elements=st.integers(0, 3)
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(labels_of_several)
def test_any_labels_equal_scikit_learn_or_are_undefined(run, by_place, value, table):
    y, p = table.T
    found = by_place(run(floor, predictions=Predictions.of(p.tolist(), y.tolist())))
    for name in ("f1_macro", "f1_weighted", "precision_macro", "recall_macro"):
        metric, _, how = name.partition("_")
        score = getattr(metrics, f"{metric}_score")
        number = score(y, p, average=how, zero_division=0)
        made = found[name,]
        told = made.value if isinstance(made, Undefined) else value(made)
        assert told is None or told == pytest.approx(number, abs=1e-9)
    for name, score in (
        ("matthews_corrcoef", metrics.matthews_corrcoef),
        ("cohen_kappa", metrics.cohen_kappa_score),
    ):
        if isinstance(found[name,], Smooth):
            assert value(found[name,]) == pytest.approx(score(y, p), abs=1e-9)


scores_of_two = arrays(
    np.float64, st.tuples(st.integers(150, 200)), elements=st.sampled_from([0, 0.1, 0.5, 0.9, 1])
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(scores_of_two, st.integers(0, 2**31))
def test_any_scores_equal_scikit_learn_or_are_undefined(run, by_place, value, s, seed):
    y = np.random.default_rng(seed).integers(0, 2, len(s))
    made = Predictions.of((s > 0.5).astype(int).tolist(), y, positive=1, scores=s.tolist())
    found = by_place(run(floor, predictions=made))
    for name, number in (
        ("log_loss", metrics.log_loss(y, s)),
        ("brier_score", metrics.brier_score_loss(y, s)),
        ("average_precision", metrics.average_precision_score(y, s)),
    ):
        one = found[name,]
        told = one.value if isinstance(one, Undefined) else value(one)
        assert told == pytest.approx(number, abs=1e-9), name


def test_the_influence_of_a_row_is_the_derivative_of_average_precision():
    random = np.random.default_rng(4)
    y = random.random(80) < 0.4
    s, w = np.round(random.normal(size=80) + y, 1), random.exponential(size=80) + 0.1
    found = ranked(s, y, w)
    assert np.average(found.influence, weights=w) == pytest.approx(0, abs=1e-12)
    share, step = w / w.sum(), 1e-6
    for row in range(0, 80, 9):
        one = np.zeros(80)
        one[row] = 1
        up, down = (
            metrics.average_precision_score(y, s, sample_weight=share + sign * step * (one - share))
            for sign in (1, -1)
        )
        assert found.influence[row] == pytest.approx((up - down) / (2 * step), abs=1e-6)


def test_few_errors_have_no_bounds(run, by_place):
    found = by_place(run(floor, predictions=regression([1.0] * 99, [2.0] * 99)))
    reason = "99 errors, fewer than 100"
    assert found["mean_absolute_error",] == Undefined("mean_absolute_error", 99, reason, 1.0)
    assert found["r2",].reason == "the target has one value, so R² is not defined"
    one = by_place(run(floor, predictions=regression([1.0], [2.0])))
    assert one["root_mean_squared_error",].value == 1


def test_errors_that_are_all_equal_and_targets_of_zero_have_no_bounds(run, by_place):
    y = np.arange(200.0)
    found = by_place(run(floor, predictions=regression(y, y + 1)))
    for name in NUMBERS[:3]:
        assert found[name,].value == 1
        assert "alike" in found[name,].reason
    told = "1 of 200 targets are 0, of which no error is a percentage"
    assert found["mean_absolute_percentage_error",].reason == told
    assert isinstance(found["r2",], Smooth)
    huge = by_place(run(floor, predictions=regression(y * 1e300, -y)))
    assert huge["mean_squared_error",].reason == "the numbers are too large to be averaged"


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


def drawn_labels(random, rows):
    y = random.choice(3, rows, p=[0.5, 0.3, 0.2])
    return Predictions.of(
        np.where(random.random(rows) < 0.7, y, random.integers(0, 3, rows)).tolist(), y.tolist()
    )


def drawn_scores(random, rows):
    y = random.random(rows) < 0.3
    s = 1 / (1 + np.exp(1.5 - 1.5 * random.normal(size=rows) - 1.5 * y))
    told = (s > 0.5).astype(int)
    return Predictions.of(
        told.tolist(), y.astype(int).tolist(), positive=1, scores=s.tolist(),
        task="binary_classification",
    )  # fmt: skip


def drawn_numbers(random, rows):
    y = random.normal(20, 3, rows)
    return regression(y, y + random.normal(size=rows))


@pytest.mark.parametrize(
    ("draw", "names"),
    [
        (drawn_labels, ["f1_macro", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa"]),
        (drawn_scores, ["log_loss", "brier_score", "average_precision"]),
        (drawn_numbers, NUMBERS),
    ],
)
def test_bounds_cover_the_truth(run, by_place, value, bounds, draw, names):
    """Each misses in one of twenty runs or fewer; in 120 runs, at most 15 with three deviations."""
    random = np.random.default_rng(11)
    truth = by_place(run(floor, predictions=draw(random, 100_000)))
    missed = dict.fromkeys([(name, side) for name in names for side in ("low", "high")], 0)
    for _ in range(120):
        found = by_place(run(floor, predictions=draw(random, 300)))
        for name in names:
            whole = truth[name,]
            real = np.median(whole.values) if isinstance(whole, Quantile) else value(truth[name,])
            try:
                made = bounds(found[name,])
            except Missing:  # a sample with a tail that says too little
                continue
            missed[name, "low"] += made.low > real
            missed[name, "high"] += made.high < real
    assert max(missed.values()) <= 15, missed


@pytest.mark.parametrize(
    ("measure", "most", "outcome"),
    [
        ("root_mean_squared_error", 1.2, "PASS"),
        ("root_mean_squared_error", 0.8, "FAIL"),
        ("mean_absolute_error", 0.78, "INCONCLUSIVE"),
        ("median_absolute_error", 0.9, "PASS"),
        ("mean_absolute_percentage_error", 0.06, "PASS"),
    ],
)
def test_errors_of_a_regression_are_judged(judged, measure, most, outcome):
    made = drawn_numbers(np.random.default_rng(0), 800)
    control = f"check: performance.floor\nrequire: {{{measure}: {{max: {most}}}}}"
    columns = {"price": made.numbers, "told": made.scores}
    assert (
        judged(control, columns, "target: price, prediction: told", "regression").outcome == outcome
    )


@pytest.mark.parametrize(
    ("measure", "least", "outcome"),
    [
        ("f1_macro", 0.7, "PASS"),
        ("f1_weighted", 0.9, "FAIL"),
        ("matthews_corrcoef", 0.69, "INCONCLUSIVE"),
    ],
)
def test_averages_over_labels_are_judged(judged, measure, least, outcome):
    made = drawn_labels(np.random.default_rng(1), 800)
    control = f"check: performance.floor\nrequire: {{{measure}: {{min: {least}}}}}"
    columns = {"kind": made.target_codes, "told": made.prediction_codes}
    assert (
        judged(control, columns, "target: kind, prediction: told", "multiclass").outcome == outcome
    )
