import sys

import numpy as np
import pytest

from deploycheck.authoring.estimates import Proportion, Undefined
from deploycheck.checkers.interpretability.surrogate_fidelity import (
    SurrogateFidelity,
    surrogate_fidelity,
)
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor


@pytest.fixture
def columns():
    draw = np.random.default_rng(6)
    return {
        "x": draw.uniform(size=1_000),
        "z": draw.uniform(size=1_000),
        "t": draw.choice(["a", "b", "c", None], size=1_000).tolist(),
    }


@pytest.fixture
def asked(run, columns):
    def asked(function, given=columns, seed=1, read=None, depth=4, **how):
        examples = Examples.from_values(given, None, **how)
        predictor = Predictor.of(function, tuple(given) if read is None else read)
        found = run(
            surrogate_fidelity, {"depth": depth}, examples=examples, predictor=predictor, seed=seed
        )
        return found if not isinstance(found, tuple) else {e.name: e for e in found}

    return asked


def rate(estimate):
    return estimate.hits / estimate.of


def test_a_tree_tells_a_tree(asked):
    def model(columns):
        return np.where(columns["x"] > 0.5, columns["z"] > 0.3, columns["z"] > 0.8).astype(int)

    found = asked(model)
    assert found["agreement"].of == 500
    assert rate(found["agreement"]) > 0.97
    assert rate(asked(model, depth=1)["agreement"]) < 0.9


def test_a_tree_of_little_depth_does_not_tell_a_checkerboard(asked):
    def model(columns):
        board = np.floor(columns["x"] * 8) + np.floor(columns["z"] * 8)
        return (board % 2).astype(int)

    found = asked(model)
    assert rate(found["agreement"]) < 0.65
    assert rate(found["majority_agreement"]) < 0.6


def test_the_tree_is_judged_on_rows_it_has_not_seen(asked):
    """Labels by the flip of a coin: the tree that has learnt them by heart tells one half."""
    coins = np.random.default_rng(9).integers(0, 2, 1_000)
    found = asked(lambda columns: coins, depth=20)
    assert abs(rate(found["agreement"]) - 0.5) < 0.09


def test_text_and_missing_values_ask_questions(asked):
    found = asked(lambda c: [int(t is None or t == "b") for t in c["t"]])
    assert rate(found["agreement"]) == 1
    given = {"x": [None, 1.0] * 100}
    assert rate(asked(lambda c: np.isnan(c["x"]).astype(int), given)["agreement"]) == 1


def test_a_text_of_the_other_half_alone_is_no_obstacle(asked):
    given = {"t": [f"name {i}" for i in range(60)]}
    assert asked(lambda c: [len(t) % 2 for t in c["t"]], given)["agreement"].of == 30


def test_scores_are_cut_at_the_threshold(asked):
    found = asked(lambda c: c["x"], threshold=0.5)
    assert rate(found["agreement"]) > 0.98


def test_labels_of_many_classes(asked):
    found = asked(lambda c: np.floor(c["x"] * 3).astype(int), task="multiclass")
    assert rate(found["agreement"]) > 0.97
    assert rate(found["majority_agreement"]) < 0.45


def test_a_model_of_one_label_is_told_by_one_leaf(asked):
    found = asked(lambda c: np.ones(len(c["x"]), dtype=int))
    assert (rate(found["agreement"]), rate(found["majority_agreement"])) == (1, 1)
    assert found["agreement"].details == ("the model gives one label alone",)


def test_the_same_seed_gives_the_same_number(asked):
    def model(columns):
        return (np.sin(20 * columns["x"]) > columns["z"]).astype(int)

    assert asked(model, seed=5) == asked(model, seed=5)
    assert asked(model, seed=5) != asked(model, seed=2**64 - 1)


@pytest.mark.parametrize("x", [[], [1.0]])
def test_fewer_than_two_rows_cannot_be_split(asked, x):
    found = asked(lambda c: np.zeros(len(c["x"]), dtype=int), {"x": x})
    assert {type(e) for e in found.values()} == {Undefined}


@pytest.mark.parametrize("x", [[1.0, 2.0], [3.0] * 40, [None] * 40, [np.inf, 1e300, -np.inf] * 20])
def test_features_that_ask_nothing_are_no_obstacle(asked, x):
    found = asked(lambda c: np.zeros(len(c["x"]), dtype=int), {"x": x})
    assert isinstance(found["agreement"], Proportion)
    assert rate(found["agreement"]) == 1


def test_answers_that_are_no_labels_are_errors(asked, code):
    assert code(asked(lambda c: c["x"])) == "DC203"
    assert code(asked(lambda c: c["x"] * np.nan, threshold=0.5)) == "DC204"
    assert code(asked(lambda c: ["yes", "no"] * 500)) == "DC203"
    assert code(asked(lambda c: c["x"], read=("x", "nothing"))) == "DC019"
    assert isinstance(asked(lambda c: [], read=())["agreement"], Undefined)


def test_a_missing_library_is_told_with_the_command(asked, code, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    found = asked(lambda c: (c["x"] > 0.5).astype(int))
    assert code(found) == "DC206"
    assert "pip install 'deploycheck[sklearn]'" in str(found.error)


@pytest.mark.parametrize("depth", [0, 21, True, 2.5, "4"])
def test_parameters_that_fit_nothing_are_refused(depth):
    with pytest.raises(ValueError, match="depth"):
        SurrogateFidelity(depth=depth)
