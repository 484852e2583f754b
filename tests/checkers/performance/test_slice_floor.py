import numpy as np
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import Auc, Proportion, Smooth, Undefined
from deploycheck.checkers.performance.slice_floor import slice_floor
from deploycheck.evidence.predictions import Predictions

BY = {"by": "g", "min_n": 1}
RATES = {
    "accuracy",
    "precision",
    "recall",
    "specificity",
    "false_positive_rate",
    "false_negative_rate",
    "f1",
}
OF_SCORES = {"roc_auc", "log_loss", "brier_score", "average_precision"}
NUMBERS = {
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2",
    "mean_absolute_percentage_error",
    "median_absolute_error",
}


def test_every_measure_is_of_some_task():
    assert {m.name for m in slice_floor.measures} == RATES | OF_SCORES | NUMBERS


def sample(seed, rows=600):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, rows)
    p = np.where(random.random(rows) < 0.75, y, 1 - y)
    g, h = random.choice(list("abc"), rows), random.choice(["x", "y"], rows)
    return y, p, g, h


@pytest.mark.parametrize("seed", range(3))
def test_equals_scikit_learn_in_every_slice(run, by_place, value, seed):
    y, p, g, h = sample(seed)
    predictions = Predictions.of(p, y, groups={"g": g, "h": h}, positive=1)
    params = {"by": ["g", "h"], "min_n": 1, "intersections": True}
    found = by_place(run(slice_floor, params, predictions=predictions))
    assert len(found) == len(RATES | OF_SCORES) * (3 + 2 + 6)
    for a in "abc":
        for b in "xy":
            for place, mine in (((a,), g == a), ((b,), h == b), ((a, b), (g == a) & (h == b))):
                t, q = y[mine], p[mine]
                expected = {
                    "accuracy": metrics.accuracy_score(t, q),
                    "precision": metrics.precision_score(t, q),
                    "recall": metrics.recall_score(t, q),
                    "specificity": metrics.recall_score(t, q, pos_label=0),
                    "false_positive_rate": 1 - metrics.recall_score(t, q, pos_label=0),
                    "false_negative_rate": 1 - metrics.recall_score(t, q),
                    "f1": metrics.f1_score(t, q),
                }
                for name, number in expected.items():
                    assert value(found[name, *place]) == pytest.approx(number, abs=1e-12)


def test_a_small_slice_is_no_pass_and_a_declared_exclusion_is_shown(run, by_place):
    groups = ["big"] * 40 + ["few"] * 3
    predictions = Predictions.of(
        [1, 0] * 21 + [1], [1, 0] * 21 + [1], groups={"g": groups}, positive=1
    )
    found = by_place(run(slice_floor, {"by": "g"}, predictions=predictions))
    assert found["accuracy", "big"] == Proportion("accuracy", 40, 40, slice={"g": "big"})
    small = found["accuracy", "few"]
    assert isinstance(small, Undefined)
    assert (small.n, small.context, small.value) == (3, False, 1.0)
    out = by_place(run(slice_floor, {"by": "g", "exclude": ["few"]}, predictions=predictions))
    assert out["accuracy", "few"].context
    # 20 positives are fewer than min_n, however many rows the slice has.
    assert isinstance(found["recall", "big"], Undefined)


def test_every_slice_excluded_says_nothing(run):
    predictions = Predictions.of([1, 0], [1, 0], groups={"g": "aa"}, positive=1)
    found = run(slice_floor, {"by": "g", "exclude": ["a"]}, predictions=predictions)
    judged = [e for e in found if not e.context]
    assert {e.name for e in judged} == RATES | OF_SCORES
    assert all(isinstance(e, Undefined) and "not excluded" in e.reason for e in judged)


@pytest.mark.parametrize("more", [{}, {"positive": "a"}, {"positive": "a", "task": "multiclass"}])
def test_more_than_two_labels_have_an_accuracy(run, more):
    y, p = ["a", "b", "c", "a"], ["a", "c", "c", "b"]
    predictions = Predictions.of(p, y, groups={"g": "uuvv"}, **more)
    assert run(slice_floor, BY, predictions=predictions) == (
        Proportion("accuracy", 1, 2, slice={"g": "u"}),
        Proportion("accuracy", 1, 2, slice={"g": "v"}),
    )


def test_no_rows_are_no_pass(run):
    found = run(slice_floor, BY, predictions=Predictions.of([], [], groups={"g": []}, positive=1))
    assert {e.name for e in found} == RATES | OF_SCORES
    assert all(isinstance(e, Undefined) and not e.context for e in found)


def test_one_row_and_one_class(run, by_place):
    one = Predictions.of([1], [1], groups={"g": "a"}, positive=1)
    found = by_place(run(slice_floor, BY, predictions=one))
    assert found["accuracy", "a"] == Proportion("accuracy", 1, 1, slice={"g": "a"})
    for name in ("specificity", "false_positive_rate"):
        assert found[name, "a"].reason == "not assessed: no rows to count"


def test_a_missing_value_is_a_slice(run, by_place):
    predictions = Predictions.of([1, 0, 0], [1, 0, 1], groups={"g": ["a", None, None]}, positive=1)
    found = by_place(run(slice_floor, BY, predictions=predictions))
    assert found["accuracy", "(missing)"].hits == 1


def test_rows_that_stand_for_several(run, by_place):
    predictions = Predictions.of([1, 0], [1, 1], groups={"g": "aa"}, positive=1, weights=[7, 3])
    assert by_place(run(slice_floor, BY, predictions=predictions))["recall", "a"].of == 10


@pytest.mark.parametrize(
    ("prediction", "target", "positive", "groups"),
    [
        ([1, None], [1, 0], 1, {"g": "aa"}),
        ([None, None], [None, None], 1, {"g": "aa"}),
        ([1, 0], None, 1, {"g": "aa"}),
        ([1, 0], [1, 0], "yes", {"g": "aa"}),
        ([1, 0], [1, 0], 1, {}),
    ],
)
def test_what_cannot_be_counted_is_an_error(run, code, prediction, target, positive, groups):
    made = Predictions.of(prediction, target, positive=positive, groups=groups)
    assert code(run(slice_floor, BY, predictions=made)) == "DC203"


@pytest.mark.parametrize("kind", ["plain", "frequency", "sampling", "entities"])
def test_scores_equal_scikit_learn_in_every_slice(run, by_place, value, kind):
    random = np.random.default_rng(5)
    y, _, g, _ = sample(5, 900)
    s = np.round(0.4 * y + 0.6 * random.random(900), 2)
    w = random.integers(0, 4, 900) if kind == "frequency" else random.exponential(size=900)
    more = {
        "plain": {},
        "frequency": {"weights": w.tolist()},
        "sampling": {"sampling": w.tolist()},
        "entities": {"entities": [row // 2 for row in range(900)]},
    }[kind]
    w = w if kind in {"frequency", "sampling"} else np.ones(900)
    made = Predictions.of((s > 0.5).astype(int), y, positive=1, scores=s, groups={"g": g}, **more)
    found = by_place(run(slice_floor, BY, predictions=made))
    for place in "abc":
        mine = g == place
        t, q, v = y[mine], s[mine], w[mine]
        for name, number in (
            ("log_loss", metrics.log_loss(t, q, sample_weight=v)),
            ("brier_score", metrics.brier_score_loss(t, q, sample_weight=v)),
            ("average_precision", metrics.average_precision_score(t, q, sample_weight=v)),
        ):
            assert value(found[name, place]) == pytest.approx(number, abs=1e-9), name
        area = found["roc_auc", place]
        assert isinstance(area, Auc)
        pairs = [np.ones(len(x)) for x in (area.positives, area.negatives)]
        weights = np.outer(*(area.counts or area.weights or pairs))
        above = area.positives[:, None] > area.negatives[None, :]
        ties = area.positives[:, None] == area.negatives[None, :]
        expected = metrics.roc_auc_score(t, q, sample_weight=v)
        assert np.average(above + ties / 2, weights=weights) == pytest.approx(expected, abs=1e-9)
        if kind == "entities":
            assert [len(one) for one in area.clusters] == [(t == 1).sum(), (t == 0).sum()]


def test_numbers_equal_scikit_learn_in_every_slice(run, by_place, value):
    random = np.random.default_rng(6)
    y, p = random.normal(5, 1, 900), random.normal(5, 1, 900)
    g, h = random.choice(list("abc"), 900), random.choice(["x", "y"], 900)
    made = Predictions.of(p, y, task="regression", groups={"g": g, "h": h})
    params = {"by": ["g", "h"], "min_n": 30, "intersections": True}
    found = by_place(run(slice_floor, params, predictions=made))
    assert len(found) == len(NUMBERS) * (3 + 2 + 6)
    for place, mine in ((("b",), g == "b"), (("c", "y"), (g == "c") & (h == "y"))):
        for name, metric in (
            ("mean_absolute_error", metrics.mean_absolute_error),
            ("root_mean_squared_error", metrics.root_mean_squared_error),
            ("r2", metrics.r2_score),
        ):
            expected = metric(y[mine], p[mine])
            assert value(found[name, *place]) == pytest.approx(expected, abs=1e-9)


def test_slices_of_numbers_that_are_small_or_excluded_are_shown(run, by_place):
    random = np.random.default_rng(7)
    y, p = random.normal(size=160), random.normal(size=160)
    groups = {"g": ["big"] * 120 + ["few"] * 20 + ["out"] * 20}
    made = Predictions.of(p, y, task="regression", groups=groups)
    found = by_place(run(slice_floor, {"by": "g", "exclude": ["out"]}, predictions=made))
    assert isinstance(found["mean_absolute_error", "big"], Smooth)
    few, out = found["r2", "few"], found["r2", "out"]
    assert few.reason == "not assessed: 20 rows, fewer than 30"
    assert (few.value, few.context, out.context) == (None, False, True)
    none = Predictions.of([], [], task="regression", groups={"g": []})
    found = run(slice_floor, BY, predictions=none)
    assert {e.name for e in found} == NUMBERS
    assert all(isinstance(e, Undefined) and not e.context for e in found)


def test_scores_that_are_missing_or_of_one_class_have_no_area(run, by_place):
    groups = {"g": ["a"] * 4 + ["b"] * 4}
    y = [1, 1, 0, 0, 1, 1, 1, 1]
    made = Predictions.of(y, y, positive=1, scores=[0.5] * 8, groups=groups)
    found = by_place(run(slice_floor, BY, predictions=made))
    assert isinstance(found["roc_auc", "a"], Auc)
    assert found["roc_auc", "b"].reason == "no row is negative"
    made = Predictions.of(y, y, positive=1, scores=[0.5] * 7 + [float("nan")], groups=groups)
    found = by_place(run(slice_floor, BY, predictions=made))
    assert found["roc_auc", "a"].reason == "1 of 8 rows have no finite score"


def test_f1_of_a_small_slice_is_that_function_of_its_share(run, by_place):
    made = Predictions.of([1, 1, 0], [1, 0, 1], groups={"g": "aaa"}, positive=1)
    found = by_place(run(slice_floor, {"by": "g"}, predictions=made))
    assert found["f1", "a"].value == pytest.approx(0.5)
