import numpy as np
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import Proportion, Undefined
from deploycheck.checkers.performance.slice_floor import slice_floor
from deploycheck.evidence.predictions import Predictions

BY = {"by": "g", "min_n": 1}


def sample(seed, rows=600):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, rows)
    p = np.where(random.random(rows) < 0.75, y, 1 - y)
    g, h = random.choice(list("abc"), rows), random.choice(["x", "y"], rows)
    return y, p, g, h


@pytest.mark.parametrize("seed", range(3))
def test_equals_scikit_learn_in_every_slice(run, by_place, seed):
    y, p, g, h = sample(seed)
    predictions = Predictions.of(p, y, groups={"g": g, "h": h}, positive=1)
    params = {"by": ["g", "h"], "min_n": 1, "intersections": True}
    found = by_place(run(slice_floor, params, predictions=predictions))
    assert len(found) == 6 * (3 + 2 + 6)
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
                }
                for name, number in expected.items():
                    one = found[name, *place]
                    assert one.hits / one.of == pytest.approx(number, abs=1e-12)


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
    assert {e.name for e in judged} == {m.name for m in slice_floor.measures}
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
    assert {e.name for e in found} == {m.name for m in slice_floor.measures}
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
