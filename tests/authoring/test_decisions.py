import numpy as np
import pytest

from deploycheck.authoring.decisions import (
    can_decide,
    changes,
    decisions,
    differs,
    features_of,
    flips,
    right,
    scores_of,
    spread_of,
    unit_of,
)
from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor


def labelled(*texts):
    names = tuple(sorted(set(texts)))
    return Answers(len(texts), labels=names, codes=np.array([names.index(t) for t in texts]))


def scored(*scores):
    return Answers(len(scores), scores=np.array(scores, dtype=float))


def rows(target=None, n=3, **how):
    return Examples.from_values({"x": [1.0] * n}, target, **how)


def test_a_threshold_decides_before_the_models_own_label():
    answers = Answers(3, np.array([0.2, 0.5, 0.9]), ("0",), np.zeros(3, dtype=int))
    assert decisions(answers, rows([0, 1, 0], threshold=0.5)).tolist() == [0, 1, 1]
    assert decisions(answers, rows([0, 1, 0])).tolist() == [0, 0, 0]
    assert right(answers, rows([0, 1, 0], threshold=0.5)).tolist() == [True, True, False]


def test_labels_are_compared_by_their_one_text():
    assert decisions(labelled("1.0", "0", "1"), rows([1, 0, 1])).tolist() == [1, 0, 1]
    yes = rows(["no", "yes", "no"], positive="yes")
    assert right(labelled("no", "yes", "yes"), yes).tolist() == [True, True, False]


def test_labels_of_many_classes_are_codes_of_the_data():
    examples = rows(["c", "a", "b"], task="multiclass")
    assert decisions(labelled("a", "z", "c"), examples).tolist() == [0, -1, 2]
    assert right(labelled("c", "z", "b"), examples).tolist() == [True, False, True]


def test_a_label_that_the_data_never_have_is_never_right():
    """The two labels of the data are 0 and 1; 2 is a mistake, and no other name of 0."""
    assert decisions(labelled("1", "2", "1"), rows([1, 0, 0])).tolist() == [1, -1, 1]
    assert right(labelled("1", "2", "1"), rows([1, 0, 0])).tolist() == [True, False, False]
    assert decisions(labelled("0", "0", "0"), rows([1, 1, 1])).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("answers", "target", "why"),
    [
        (scored(0.1, 0.2, 0.3), [0, 1, 0], "no threshold"),
        (labelled("yes", "no", "no"), [0, 1, 0], "no label in common"),
        (labelled("true", "false", "true"), [0, 1, 1], "no label in common"),
        (labelled("0", "1", "2"), [0, 1, 1], "two labels"),
        (labelled("0", "2", "2"), [0, 0, 0], "two labels"),
        (labelled("yes", "no", "no"), None, "two labels"),  # positive is 1, which is never said
    ],
)
def test_what_comes_to_no_decision_is_an_error(answers, target, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        decisions(answers, rows(target))
    assert caught.value.code == "DC203"


def test_whether_there_is_a_decision():
    assert can_decide(scored(0.1, 0.2, 0.3), rows(threshold=0.5))
    assert can_decide(labelled("0", "1", "1"), rows())
    assert not can_decide(scored(0.1, 0.2, 0.3), rows())
    assert not can_decide(labelled("0", "1", "1"), rows([1.0, 2.0, 3.0], task="regression"))


def test_flips_tell_labels_apart_whatever_else_occurs():
    many = rows(task="multiclass")
    assert flips(labelled("a", "b", "b"), labelled("b", "b", "c"), many).tolist() == [1, 0, 1]
    cut = rows(threshold=0.5)
    assert flips(scored(0.1, 0.6, 0.5), scored(0.4, 0.4, 0.6), cut).tolist() == [0, 1, 0]


def test_changes_are_shares_of_their_unit():
    before, after = scored(0.0, 0.5, 1.0), scored(0.25, 0.5, 0.0)
    assert changes(before, after, rows(), unit=1.0).tolist() == [0.25, 0, 1]
    assert changes(before, after, rows(), unit=0.5).tolist() == [0.5, 0, 1]
    assert changes(before, after, rows(), unit=0.0).tolist() == [1, 0, 1]
    assert changes(before, after, rows(threshold=0.2), unit=None).tolist() == [1, 0, 1]


def test_the_unit_follows_from_the_answers():
    assert unit_of(scored(0.0, 1.0 + 1e-7, 0.5), rows())[0] == 1.0
    assert unit_of(scored(-0.1, 0.5, 0.5), rows())[0] is None
    assert unit_of(labelled("0", "1", "1"), rows())[0] is None


def test_numbers_move_in_standard_deviations_that_no_single_number_makes():
    numbers = np.random.default_rng(3).normal(5, 2, 5_000)
    far = np.append(numbers, 1e9)
    for values in (numbers, far, -far):
        unit, _ = unit_of(scored(*values), rows(task="regression"))
        assert unit == pytest.approx(2, rel=0.05)
    assert spread_of(np.array([0.0] * 99 + [1.0])) == np.std([0.0] * 99 + [1.0])
    assert spread_of(np.array([])) == 0


def test_two_missing_values_do_not_differ():
    number = np.array([1.0, np.nan, np.nan, 2.0]), np.array([1.0, np.nan, 3.0, 3.0])
    assert differs(*number).tolist() == [False, False, True, True]
    text = np.array(["a", None, None], dtype=object), np.array(["a", None, "b"], dtype=object)
    assert differs(*text).tolist() == [False, False, True]


def test_answers_and_features_that_are_not_there():
    for bad in (np.nan, np.inf):
        with pytest.raises(EvidenceError, match="no finite number"):
            scores_of(scored(0.1, bad, 0.3))
    with pytest.raises(EvidenceError, match="reads y"):
        features_of(rows(), Predictor.of(lambda c: c["y"], ("x", "y")))
    with pytest.raises(EvidenceError, match="no target"):
        right(labelled("0", "1", "1"), rows())
