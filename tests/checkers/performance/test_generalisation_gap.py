import numpy as np
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import Difference, Undefined
from deploycheck.checkers.performance.generalisation_gap import generalisation_gap
from deploycheck.evidence.predictions import Predictions

NAMES = [m.name for m in generalisation_gap.measures]


def both(train, test, **more):
    (p, y), (q, z) = train, test
    return {
        "train": Predictions.of(p, y, positive=1, name="train", **more),
        "test": Predictions.of(q, z, positive=1, **more),
    }


def value(estimate):
    return estimate.hits / estimate.of - estimate.versus_hits / estimate.versus_of


@pytest.mark.parametrize("seed", range(3))
def test_equals_the_difference_of_scikit_learns_metrics(run, by_place, seed):
    random = np.random.default_rng(seed)
    sides = []
    for rows, skill in ((900, 0.9), (300, 0.7)):
        y = random.integers(0, 2, rows)
        sides.append((np.where(random.random(rows) < skill, y, 1 - y), y))
    found = by_place(run(generalisation_gap, **both(*sides)))
    assert [name for (name,) in found] == NAMES
    for name, metric in {
        "accuracy_gap": lambda p, y: metrics.accuracy_score(y, p),
        "precision_gap": lambda p, y: metrics.precision_score(y, p),
        "recall_gap": lambda p, y: metrics.recall_score(y, p),
        "specificity_gap": lambda p, y: metrics.recall_score(y, p, pos_label=0),
    }.items():
        expected = metric(*sides[0]) - metric(*sides[1])
        assert value(found[name,]) == pytest.approx(expected, abs=1e-12), name


def test_a_test_set_that_is_easier_gives_a_negative_gap(run, by_place):
    found = by_place(run(generalisation_gap, **both(([1, 0], [1, 1]), ([1, 0], [1, 0]))))
    assert found["accuracy_gap",] == Difference("accuracy_gap", 1, 2, 2, 2)
    assert value(found["accuracy_gap",]) == -0.5


def test_a_data_set_has_no_gap_to_itself(run, code):
    same = Predictions.of([1, 0], [1, 0], positive=1)
    assert code(run(generalisation_gap, train=same, test=same)) == "DC203"


def test_more_than_two_labels_have_an_accuracy(run):
    sides = both(("ab", "ab"), ("abc", "acb"), task="multiclass")
    assert run(generalisation_gap, **sides) == (Difference("accuracy_gap", 2, 2, 1, 3),)
    third = {"train": Predictions.of("abc", "abc", name="train", positive="a"),
             "test": Predictions.of("ab", "ab", positive="a")}  # fmt: skip
    assert [e.name for e in run(generalisation_gap, **third)] == ["accuracy_gap"]


@pytest.mark.parametrize(
    ("train", "test", "where"),
    [(([], []), ([1, 0], [1, 0]), "train"), (([1, 0], [1, 0]), ([], []), "test")],
)
def test_no_rows_on_either_side_are_no_pass(run, train, test, where):
    found = run(generalisation_gap, **both(train, test))
    assert [e.name for e in found] == NAMES
    assert all(isinstance(e, Undefined) and e.reason.endswith(where) for e in found)


def test_one_class_and_a_constant_prediction(run, by_place):
    found = by_place(run(generalisation_gap, **both(([0, 0], [0, 1]), ([0, 0], [0, 1]))))
    assert found["precision_gap",].reason == "no row to count in train"
    assert value(found["recall_gap",]) == 0
    one_class = both(([0, 1], [0, 1]), ([0, 1], [0, 0]))
    found = by_place(run(generalisation_gap, **one_class))
    assert found["recall_gap",].reason == "no row to count in test"
    assert value(found["accuracy_gap",]) == 0.5


def test_one_row(run, by_place):
    found = by_place(run(generalisation_gap, **both(([1], [1]), ([1], [1]))))
    assert found["accuracy_gap",] == Difference("accuracy_gap", 1, 1, 1, 1)
    assert isinstance(found["specificity_gap",], Undefined)


@pytest.mark.parametrize(
    "broken", [([1, None], [1, 0]), ([1, 0], [1, None]), ([None], [None]), ([1, 0], None)]
)
def test_missing_values_on_either_side_are_errors(run, code, broken):
    fine = ([1, 0], [1, 0])
    for sides in ((fine, broken), (broken, fine)):
        assert code(run(generalisation_gap, **both(*sides))) == "DC203"
