import itertools
import math

import numpy as np
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Statistic, Undefined
from deploycheck.checkers.reproducibility.predict_determinism import (
    PredictDeterminism,
    predict_determinism,
)
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

WAYS = ("again", "shuffled", "rebatched")


def examples(rows=400, **columns):
    made = {"x": np.random.default_rng(1).standard_normal(rows), **columns}
    return Examples("test", "", rows, rows, made, tuple(made))


@pytest.fixture
def found(run, by_place):
    """Estimates by name and way, of a function of columns."""

    def found(function, data=None, seed=7, **params):
        data = examples() if data is None else data
        model = (
            function if isinstance(function, Predictor) else Predictor.of(function, data.features)
        )
        made = run(predict_determinism, params, model=model, data=data, seed=seed)
        assert isinstance(made, tuple), made
        return by_place(made)

    return found


def mismatches(found):
    return tuple(found["mismatches", way].value for way in WAYS)


def test_a_function_of_the_row_agrees_with_itself(found):
    made = found(lambda c: np.tanh(c["x"]))
    assert mismatches(made) == (0, 0, 0)
    for way in WAYS:
        assert made["mismatches", way] == Count("mismatches", 0, of=400, slice={"way": way})
        assert made["max_difference", way] == Statistic(
            "max_difference", 0.0, of=400, slice={"way": way}
        )


def test_randomness_in_the_model_is_found(found):
    draw = np.random.default_rng(2)
    made = found(lambda c: c["x"] + 1e-3 * draw.standard_normal(len(c["x"])))
    assert all(count > 390 for count in mismatches(made))
    assert all(1e-3 < made["max_difference", way].value < 1e-2 for way in WAYS)
    assert (
        made["mismatches", "again"]
        .details[0]
        .endswith("and 389 more of those asked, counted from 0")
    )


def test_one_row_that_changes_once_is_found_and_named(found):
    calls = itertools.count()

    def model(columns):
        scores = columns["x"].copy()
        scores[17 % len(scores)] += next(calls) == 1
        return scores

    made = found(model)
    assert mismatches(made) == (1, 0, 0)
    assert made["mismatches", "again"].details == ("rows 17 of those asked, counted from 0",)
    assert made["max_difference", "again"].value == pytest.approx(1.0)


def test_what_was_asked_before_is_asked_anew(found):
    """An answer that another check asked for is no proof that the model repeats it."""
    data = examples()
    calls = itertools.count()
    model = Predictor.of(lambda c: c["x"] + next(calls), data.features)
    model.answers(data.columns)
    assert min(mismatches(found(model, data))) == 400


def test_an_answer_that_depends_on_its_place_is_found_by_shuffling(found):
    made = found(lambda c: c["x"] + 0.01 * (np.arange(len(c["x"])) == 0))
    assert made["mismatches", "again"].value == 0
    assert 1 <= made["mismatches", "shuffled"].value <= 2
    heads = {*range(50), *range(0, 350, 7), 200} - {0}  # which was the head of all rows before
    assert made["mismatches", "rebatched"].value == len(heads)


def test_an_answer_that_depends_on_the_batch_is_found_by_batching_anew(found):
    made = found(lambda c: c["x"] - c["x"].mean())
    assert mismatches(made)[:2] == (0, 0)
    assert made["mismatches", "rebatched"].value == 400
    assert made["max_difference", "rebatched"].value > 1


def test_batches_that_are_asked(found):
    sizes = []

    def model(columns):
        sizes.append(len(columns["x"]))
        return columns["x"]

    found(model, examples(401))
    assert sizes == [401, 401, 401, *[1] * 50, *[7] * 50, 201, 200]
    sizes.clear()
    found(model, examples(10))
    assert sizes == [10, 10, 10, *[1] * 10, 7, 3, 5, 5]


def test_rounding_is_within_the_tolerance_and_no_more(found):
    calls = itertools.count()

    def rounded(relative):
        return lambda c: np.abs(c["x"]) * (1 + relative * (next(calls) > 0))

    assert mismatches(found(rounded(0.9e-6))) == (0, 0, 0)
    calls = itertools.count()
    assert min(mismatches(found(rounded(1.5e-6), atol=1e-9))) > 390
    calls = itertools.count()
    assert mismatches(found(rounded(1.5e-6), rtol=1e-5)) == (0, 0, 0)
    calls = itertools.count()
    assert min(mismatches(found(rounded(1e-12), rtol=0, atol=0))) > 390
    calls = itertools.count()
    assert mismatches(found(lambda c: 0 * c["x"] + 1e-10 * (next(calls) > 0))) == (0, 0, 0)


def test_probabilities_in_single_precision_near_zero_are_equal_in_any_batch(found):
    """A softmax in 32 bits ends in another digit where its sum does: 1.2e-7 beside 1e-4."""
    calls = itertools.count()
    near = lambda c: 1e-4 + 0 * c["x"] + 1.2e-7 * (next(calls) > 0)  # noqa: E731
    assert mismatches(found(near)) == (0, 0, 0)
    calls = itertools.count()
    assert min(mismatches(found(near, atol=1e-9))) == 400


def test_the_order_follows_from_the_seed_alone(found):
    asked = []

    def model(columns):
        asked.append(columns["x"].tolist())
        return columns["x"]

    orders = []
    for seed in (1, 1, 2, 2**64 - 1):
        asked.clear()
        found(model, seed=seed)
        orders.append(asked[2])
        assert asked[2] != asked[0] == asked[1]
        assert sorted(asked[2]) == sorted(asked[0])
    assert orders[0] == orders[1] != orders[2] != orders[3]


def test_labels_have_no_distance(found):
    made = found(lambda c: np.where(c["x"] > 0, "yes", "no"))
    assert mismatches(made) == (0, 0, 0)
    assert all(isinstance(made["max_difference", way], Undefined) for way in WAYS)
    flipped = found(lambda c: np.where(c["x"] > c["x"].mean(), "yes", "no"))
    assert flipped["mismatches", "again"].value == 0
    assert flipped["mismatches", "rebatched"].value >= 20  # a row alone is never above its mean


def test_labels_are_compared_by_name_and_not_by_their_code(found):
    """A batch with one label alone numbers its labels anew."""
    assert mismatches(found(lambda c: np.where(c["x"] > 0, 1, 0))) == (0, 0, 0)


def test_a_label_that_changes_beside_an_equal_score(found):
    calls = itertools.count()

    def ask(columns):
        rows = len(columns["x"])
        codes = np.full(rows, int(next(calls) > 0), dtype=np.int64)
        return Answers(rows, columns["x"], ("no", "yes"), codes)

    made = found(Predictor("model", "", ("x",), ask))
    assert mismatches(made) == (400, 400, 400)
    assert made["max_difference", "again"].value == 0


def test_a_score_that_is_missing_once_is_a_mismatch(found):
    calls = itertools.count()

    def ask(columns):
        rows = len(columns["x"])
        codes = np.zeros(rows, dtype=np.int64)
        return Answers(rows, None if next(calls) == 2 else columns["x"], ("no",), codes)

    assert mismatches(found(Predictor("model", "", ("x",), ask))) == (0, 400, 0)


@pytest.mark.parametrize("junk", [math.nan, math.inf, -math.inf])
def test_no_number_equals_nothing(found, junk):
    made = found(lambda c: np.where(c["x"] > 0, junk, c["x"]))
    some = int((examples().columns["x"] > 0).sum())
    assert mismatches(made) == (some, some, some)
    for way in WAYS:
        assert isinstance(made["max_difference", way], Undefined)
        assert made["max_difference", way].value == 0.0
    everywhere = found(lambda c: c["x"] * junk)
    assert mismatches(everywhere) == (400, 400, 400)


def test_scores_too_far_apart_for_a_number(found):
    calls = itertools.count()
    made = found(lambda c: np.full(len(c["x"]), 1.7e308 if next(calls) else -1.7e308))
    assert mismatches(made) == (400, 400, 400)
    assert isinstance(made["max_difference", "again"], Undefined)


def test_an_empty_data_set_one_row_constant_and_missing(found):
    empty = found(lambda c: c["x"], examples(0))
    assert {e.n for e in empty.values()} == {0}
    assert {type(e) for e in empty.values()} == {Undefined}
    assert {name for (name,) in empty} == {"mismatches", "max_difference"}
    assert mismatches(found(lambda c: c["x"], examples(1))) == (0, 0, 0)
    draw = np.random.default_rng(3)
    assert mismatches(found(lambda c: draw.random(len(c["x"])), examples(1))) == (1, 1, 1)
    for data in (
        examples(9, x=np.ones(9)),
        examples(9, x=np.full(9, np.nan)),
        examples(9, t=np.array([None] * 9, dtype=object)),
    ):
        assert mismatches(found(lambda c: np.nan_to_num(c["x"]), data)) == (0, 0, 0)
        broken = found(lambda c: draw.random(len(c["x"])), data)
        assert mismatches(broken) == (9, 9, 9)


def test_a_model_that_cannot_answer_is_an_error(run, code):
    data = examples(20)

    def asked(function, features=("x",)):
        model = Predictor.of(function, features)
        return code(run(predict_determinism, model=model, data=data, seed=1))

    assert asked(lambda c: c["x"][:-1]) == "DC204"
    assert asked(lambda c: c["x"] if len(c["x"]) > 1 else np.ones(2)) == "DC204"
    assert asked(lambda c: c["x"], ("x", "absent")) == "DC204"


@pytest.mark.parametrize(
    "params", [{"rtol": -1e-9}, {"rtol": 1}, {"atol": -1.0}, {"atol": math.inf}, {"rtol": "0"},
               {"rtol": True}, {"rtol": math.nan}, {"runs": 3}]
)  # fmt: skip
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        PredictDeterminism(**params)
