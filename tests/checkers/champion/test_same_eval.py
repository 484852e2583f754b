from dataclasses import replace

import numpy as np
import pytest

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.champion.same_eval import same_eval
from deploycheck.evidence.predictions import Predictions


def both(first, second):
    return {"predictions": first, "champion": second}


def count(found):
    (only,) = found
    assert isinstance(only, Count)
    return only.value


def test_two_models_on_the_same_rows_differ_in_nothing(run):
    first = Predictions.of([1, 0, 1], [1, 1, 0], positive=1)
    second = Predictions.of([0, 0, 0], [1, 1, 0], positive=1)
    assert run(same_eval, **both(first, second)) == (Count("mismatches", 0, 3),)


@pytest.mark.parametrize(
    ("change", "number", "words"),
    [
        ({"name": "holdout"}, 1, "data sets test and holdout"),
        ({"target": [1, 0, 1, 1]}, 3, "rows with another target"),
        ({"weights": [1, 1, 2, 3]}, 2, "rows with another weight"),
        ({"prediction": [1, None, 0, None]}, 2, "rows that only one of them predicts"),
        ({"prediction": [1, "maybe", 0, "never"]}, 2, "labels that only one of them and no target"),
        ({"target": None}, 1, "only one of them has a target"),
        ({"positive": 0}, 1, "different labels are positive"),
        ({"prediction": [1, 0], "target": [1, 1]}, 2, "4 rows of one, 2 of the other"),
    ],
)
def test_every_difference_is_counted(run, change, number, words):
    told = {"prediction": [1, 0, 0, 1], "target": [1, 1, 0, 0], "positive": 1}
    first, second = Predictions.of(**told), Predictions.of(**{**told, **change})
    for one, other in ((first, second), (second, first)):
        (found,) = run(same_eval, **both(one, other))
        assert found.value == number
        assert len(found.details) == 1
    assert words in run(same_eval, **both(first, second))[0].details[0]


def test_other_data_have_another_digest(run):
    made = Predictions.of([1], [1])
    assert count(run(same_eval, **both(replace(made, data="a"), replace(made, data="b")))) == 1
    # The digest of the evidence has the model in it, and differs.
    assert count(run(same_eval, **both(replace(made, digest="a"), replace(made, digest="b")))) == 0


def test_labels_may_stand_in_another_order(run):
    """One model answers a label that sorts before all others: codes differ, rows do not."""
    first = Predictions.of(["b", "c"], ["b", "c"])
    second = Predictions.of(["a", "c"], ["b", "c"])
    (found,) = run(same_eval, **both(first, second))
    assert found.value == 1
    assert found.details == ("1: labels that only one of them and no target has: 'a'",)


def test_no_rows_are_no_pass(run):
    nothing = Predictions.of([], [])
    assert run(same_eval, **both(nothing, nothing)) == (Undefined("mismatches", 0, "no rows"),)
    some = Predictions.of([1], [1])
    assert count(run(same_eval, **both(nothing, some))) > 0


def test_one_row_one_class_and_constant_predictions_are_compared(run):
    one = Predictions.of([1], [1], positive=1)
    assert count(run(same_eval, **both(one, one))) == 0
    constant = Predictions.of([1] * 5, [1] * 5, positive=1)
    assert count(run(same_eval, **both(constant, constant))) == 0


def test_rows_without_a_target_on_both_sides_are_equal(run):
    missing = Predictions.of([1, 0], [1, None])
    assert count(run(same_eval, **both(missing, missing))) == 0
    for target in ([None, None], None):
        made = Predictions.of([None, None], target)
        assert count(run(same_eval, **both(made, made))) == 0


def test_numbers_are_compared_as_numbers(run):
    y = [1.0, None, 3.0]
    first = Predictions.of([1.0, 2.0, np.nan], y, task="regression")
    second = Predictions.of([0.0, 2.0, 3.0], y, task="regression")
    (found,) = run(same_eval, **both(first, second))
    assert found.details == ("1: rows that only one of them predicts",)
    other = Predictions.of([0.0, 2.0, 3.0], [1.0, 2.0, 4.0], task="regression")
    assert count(run(same_eval, **both(second, other))) == 2
    labels = Predictions.of([1, 1, 1], [1, 1, 1])
    assert count(run(same_eval, **both(labels, second))) > 0
