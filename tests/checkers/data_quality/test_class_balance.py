from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Proportion, Statistic, Undefined
from deploycheck.checkers.data_quality.class_balance import ClassBalance, class_balance
from deploycheck.evidence.predictions import Predictions


def balance(run, target, prediction=None, **more):
    made = Predictions.of(target if prediction is None else prediction, target, **more)
    return run(class_balance, predictions=made)


def undefined(found):
    assert [e.name for e in found] == ["minority_share", "imbalance_ratio"]
    assert all(isinstance(e, Undefined) and not e.context for e in found)
    (reason,) = {e.reason for e in found}
    return reason


def test_two_classes_by_hand(run):
    told = ("smallest class: '1', 10 rows", "largest class: '0', 90 rows")
    assert balance(run, [0] * 90 + [1] * 10) == (
        Proportion("minority_share", 10, 100, details=told),
        Statistic("imbalance_ratio", 9.0, of=100, details=told),
    )


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_a_counter_over_many_classes(run, seed):
    draw = np.random.default_rng(seed)
    target = draw.choice(list("abcde"), 500, p=[0.5, 0.3, 0.1, 0.06, 0.04]).tolist()
    counts = sorted(Counter(target).values())
    share, ratio = balance(run, target)
    assert (share.hits, share.of) == (counts[0], 500)
    assert ratio.value == pytest.approx(counts[-1] / counts[0])


def test_even_classes_reach_the_ends_of_both_ranges(run):
    share, ratio = balance(run, ["a", "b"] * 5)
    assert (share.hits / share.of, ratio.value) == (0.5, 1.0)
    by_name = {m.name: m.range for m in class_balance.measures}
    assert by_name["minority_share"][1] == 0.5
    assert by_name["imbalance_ratio"][0] == 1.0


def test_labels_with_one_text_are_one_class(run):
    share, _ = balance(run, [1, 1.0, "1", 0, "0"])
    assert (share.hits, share.of) == (2, 5)


@pytest.mark.parametrize("target", [[], [1], [1] * 50], ids=["empty", "one row", "constant"])
def test_fewer_than_two_classes_are_no_pass(run, target):
    assert undefined(balance(run, target)) == "fewer than two classes"


def test_a_class_that_only_the_model_knows_is_no_pass(run):
    assert undefined(balance(run, [1, 1], [0, 1])) == "fewer than two classes"
    assert undefined(balance(run, ["a", "b"], ["a", "c"])) == "no rows of class 'c'"


def test_missing_labels_are_an_error(run, code):
    assert code(balance(run, [0, 1, None], [0, 1, 1])) == "DC203"
    assert code(balance(run, [None] * 3, [0, 1, 1])) == "DC203"
    made = Predictions.of([0, 1], [0, 1], groups={"g": ["a", None]})
    assert code(run(class_balance, {"column": "g"}, predictions=made)) == "DC203"


def test_a_missing_prediction_is_none_of_its_business(run):
    share, _ = balance(run, [0, 1, 1], [0, 1, None])
    assert (share.hits, share.of) == (1, 3)


def test_weights_are_rows(run):
    share, ratio = balance(run, [0, 1, 1], weights=[6, 1, 1])
    assert (share.hits, share.of, ratio.value) == (2, 8, 3.0)
    assert undefined(balance(run, [0, 1, 2], weights=[6, 1, 0])) == "no rows of class '2'"


def test_a_named_column(run, code):
    made = Predictions.of([0, 1, 1], groups={"sex": ["f", "m", "m"]})
    share, ratio = run(class_balance, {"column": "sex"}, predictions=made)
    assert (share.hits, share.of, share.slice) == (1, 3, {"column": "sex"})
    assert (ratio.value, ratio.slice) == (2.0, {"column": "sex"})
    assert code(run(class_balance, {"column": "age"}, predictions=made)) == "DC019"


def test_without_a_target_there_is_an_error(run, code):
    assert code(run(class_balance, predictions=Predictions.of([0, 1]))) == "DC203"
    assert class_balance.roles == ("target",)


def test_numbers_and_names_are_no_classes(run, code):
    ids = list(range(1_001))
    made = Predictions.of(ids, ids, groups={"id": ids})
    assert code(run(class_balance, {"column": "id"}, predictions=made)) == "DC203"
    assert code(run(class_balance, predictions=made)) == "DC203"


def test_hostile_labels_are_shown_and_cut(run):
    share, _ = balance(run, ["a\nb"] * 2 + ["x" * 500])
    assert share.details[1] == "largest class: 'a\\nb', 2 rows"
    assert len(share.details[0]) < 120


def test_the_order_of_rows_does_not_matter(run):
    made = Predictions.of([0, 1, 1, 2, 2, 2], [0, 1, 1, 2, 2, 2])
    turned = replace(
        made,
        target_codes=made.target_codes[::-1].copy(),
        prediction_codes=made.prediction_codes[::-1].copy(),
    )
    assert run(class_balance, predictions=made) == run(class_balance, predictions=turned)


@pytest.mark.parametrize("params", [{"column": ["a", "b"]}, {"column": 3}, {"by": "sex"}])
def test_one_column_at_most(params):
    with pytest.raises(ValidationError):
        ClassBalance(**params)
