import numpy as np
import pytest

from deploycheck.authoring.estimates import BoundedMean, Proportion, Undefined
from deploycheck.checkers.fairness.counterfactual_flip import (
    CounterfactualFlip,
    counterfactual_flip,
)
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

FLIPS, CHANGE = "flip_rate", "answer_change"


@pytest.fixture
def columns():
    draw = np.random.default_rng(7)
    return {
        "x": draw.uniform(size=1_000).tolist(),
        "sex": draw.choice(["f", "m"], 1_000).tolist(),
        "old": draw.integers(0, 2, 1_000).tolist(),
    }


@pytest.fixture
def asked(run, columns):
    def asked(function, given=columns, by="sex", read=None, **how):
        examples = Examples.from_values(given, None, **how)
        predictor = Predictor.of(function, tuple(given) if read is None else read)
        found = run(counterfactual_flip, {"by": by}, examples=examples, predictor=predictor)
        return (
            found
            if not isinstance(found, tuple)
            else {(e.name, *e.slice.values()): e for e in found}
        )

    return asked


def favours(by, value, less):
    """A score of x, ``less`` where the column has the value."""
    return lambda c: c["x"] - less * np.array([v == value for v in c[by].tolist()], float)


def test_flips_and_changes_by_hand(asked, columns):
    found = asked(favours("sex", "f", 0.2), threshold=0.5)
    x, female = np.array(columns["x"]), np.array(columns["sex"]) == "f"
    own, other = x - 0.2 * female, x - 0.2 * ~female
    flips = found[FLIPS, "sex"]
    assert isinstance(flips, Proportion)
    assert (flips.hits, flips.of) == (((own >= 0.5) != (other >= 0.5)).sum(), 1_000)
    change = found[CHANGE, "sex"]
    assert isinstance(change, BoundedMean)
    assert flips.details[0] == "set to each of 2 values"


def test_scores_between_0_and_1_move_in_their_own_unit(asked):
    found = asked(
        lambda c: 0.3 + 0.2 * np.array([s == "f" for s in c["sex"].tolist()]), threshold=0.4
    )
    change = found[CHANGE, "sex"]
    assert (change.mean, change.sd, change.n) == (
        pytest.approx(0.2),
        pytest.approx(0, abs=1e-9),
        1_000,
    )
    assert found[FLIPS, "sex"].hits == 1_000


def test_a_model_that_does_not_read_the_column_passes(asked):
    found = asked(lambda c: (c["x"] > 0.5).astype(int), read=("x",))
    assert (found[FLIPS, "sex"].hits, found[CHANGE, "sex"].mean) == (0, 0)
    assert found[FLIPS, "sex"].details == ("the model does not read it",)
    found = asked(lambda c: (c["x"] > 0.5).astype(int))
    assert found[FLIPS, "sex"].hits == 0


def test_each_column_is_changed_by_itself(asked):
    found = asked(lambda c: (c["x"] + c["old"] > 0.9).astype(int), by=["sex", "old"])
    assert found[FLIPS, "sex"].hits == 0
    assert found[FLIPS, "old"].hits > 800


def test_of_more_values_any_other_counts(asked):
    given = {"x": [0.0] * 90, "sex": ["f", "m", "x"] * 30}
    found = asked(lambda c: [int(s == "x") for s in c["sex"]], given)
    assert found[FLIPS, "sex"].hits == 90  # f and m could be x, and x could be f
    given = {"x": [0.0] * 90, "sex": ["f", None, "m"] * 30}
    found = asked(lambda c: [int(s is None) for s in c["sex"]], given)
    assert found[FLIPS, "sex"].hits == 90


def test_answers_in_labels_count_their_flips(asked):
    found = asked(
        lambda c: ["yes" if s == "f" else "no" for s in c["sex"]], task="multiclass", positive="yes"
    )
    assert (found[FLIPS, "sex"].hits, found[CHANGE, "sex"].mean) == (1_000, 1)


def test_a_regression_moves_in_standard_deviations(asked, columns):
    found = asked(lambda c: 100 * c["x"] + 10.0 * c["old"], by="old", task="regression")
    assert isinstance(found[FLIPS, "old"], Undefined)
    change = found[CHANGE, "old"]
    answers = 100 * np.array(columns["x"]) + 10 * np.array(columns["old"])
    assert change.mean == pytest.approx(10 / answers.std(), rel=0.1)
    assert "standard deviations" in change.details[1]


def test_scores_without_a_threshold_have_no_flips(asked):
    found = asked(favours("sex", "f", 0.2))
    assert isinstance(found[FLIPS, "sex"], Undefined)


@pytest.mark.parametrize(
    "given",
    [{"x": [], "sex": []}, {"x": [1.0], "sex": ["f"]}, {"x": [1.0] * 40, "sex": ["f"] * 40},
     {"x": [1.0] * 40, "sex": [None] * 40}],
    ids=["empty", "one row", "constant", "all missing"],
)  # fmt: skip
def test_a_column_without_another_value_is_undefined(asked, given):
    found = asked(lambda c: np.zeros(len(c["x"]), int), given)
    assert {type(e) for e in found.values()} == {Undefined}
    assert set(found) == {(FLIPS, "sex"), (CHANGE, "sex")}


def test_what_cannot_be_asked_is_an_error(asked, code):
    model = favours("sex", "f", 0.2)
    assert code(asked(model, by="x", threshold=0.5)) == "DC203"
    assert code(asked(model, by="height", threshold=0.5)) == "DC019"
    assert code(asked(model, read=("x", "height"), threshold=0.5)) == "DC019"
    assert code(asked(lambda c: c["x"] * np.nan, threshold=0.5)) == "DC204"


@pytest.mark.parametrize(
    "params", [{}, {"by": []}, {"by": ["sex", "sex"]}, {"by": "sex", "to": "f"}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="CounterfactualFlip"):
        CounterfactualFlip(**params)


def test_bounds_hold_and_a_planted_flip_is_found(verdict, frequent):
    random, runs = np.random.default_rng(3), 40

    def judged(rows, less, require):
        given = {
            "x": random.uniform(size=rows).tolist(),
            "sex": random.choice(["f", "m"], rows).tolist(),
        }
        examples = Examples.from_values(given, None, threshold=0.5)
        predictor = Predictor.of(favours("sex", "f", less), ("x", "sex"))
        return verdict(
            counterfactual_flip, {"by": "sex"}, require, examples=examples, predictor=predictor
        )

    for rows in (300, 1_000):
        # A row flips where x lies between 0.5 and 0.6: one in ten.
        found = [judged(rows, 0.1, {FLIPS: {"max": 0.1}}) for _ in range(runs)]
        assert found.count("PASS") <= frequent(runs)
        assert found.count("FAIL") <= frequent(runs)
    assert judged(1_000, 0.0, {FLIPS: {"max": 0.01}, CHANGE: {"max": 0.1}}) == "PASS"
    assert judged(1_000, 0.2, {FLIPS: {"max": 0.01}}) == "FAIL"
