import numpy as np
import pytest

from deploycheck.authoring.estimates import BoundedMean, Undefined
from deploycheck.checkers.interpretability.forbidden import Forbidden, forbidden
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor


@pytest.fixture
def people():
    draw = np.random.default_rng(2)
    return {
        "income": draw.normal(size=1_000),
        "sex": draw.choice(["f", "m"], size=1_000).tolist(),
        "race": draw.choice(["a", "b", None], size=1_000).tolist(),
        "age": draw.uniform(size=1_000),
    }


@pytest.fixture
def effect(run, people):
    def effect(function, features, read, columns=people, seed=1, measure="effect", **how):
        examples = Examples.from_values(columns, None, **how)
        predictor = Predictor.of(function, read)
        found = run(
            forbidden, {"features": features}, examples=examples, predictor=predictor, seed=seed
        )
        if not isinstance(found, tuple):
            return found
        made = {e.slice["feature"]: e for e in found if e.name == measure}
        return made if len(made) > 1 else next(iter(made.values()))

    return effect


def logistic(z):
    return 1 / (1 + np.exp(-z))


def test_the_effect_is_how_much_an_answer_hangs_on_the_value(effect, bounds):
    """Everybody's score changes by 0.2 with the other sex: the effect is 0.2, with no spread."""

    def model(columns):
        return 0.3 + 0.2 * np.array([s == "f" for s in columns["sex"]])

    found = effect(model, "sex", ("sex",))
    assert found.mean == pytest.approx(0.2)
    assert found.sd == pytest.approx(0, abs=1e-12)
    assert 220 < found.n < 280  # of 500 pairs, those of two sexes
    assert bounds(found).low > 0.15


def test_a_rare_value_is_not_diluted(effect, people):
    """One person in a hundred is refused for a value: the effect is on those who have it."""
    rare = ["x"] * 10 + ["y"] * 990

    def model(columns):
        return np.array([0.0 if r == "x" else 1.0 for r in columns["rare"]])

    found = effect(model, "rare", ("rare",), {**people, "rare": rare})
    assert (found.mean, found.n) == (1.0, pytest.approx(10, abs=1))


def test_the_effect_of_a_number_is_the_mean_distance(effect):
    found = effect(lambda c: c["age"], "age", ("age", "income"))
    assert found.mean == pytest.approx(1 / 3, abs=0.03)  # two independent uniform numbers
    assert found.n == 500


def test_the_bounds_hold_as_often_as_they_say(effect, bounds):
    missed = 0
    for seed in range(200):
        age = np.random.default_rng(seed).uniform(size=60)
        found = effect(lambda c: c["age"], "age", ("age",), {"age": age}, seed=seed)
        missed += bounds(found).high < 1 / 3
    assert missed <= 10


def test_a_feature_that_is_not_read_has_no_effect_on_any_row(effect, people, bounds):
    few = {name: values[:3] for name, values in people.items()}
    found = effect(lambda c: logistic(c["income"]), "sex", ("income",), few)
    assert (found.mean, found.sd, found.n) == (0, 0, 3)
    assert found.details == ("the model does not read it",)
    assert 0 <= bounds(found).low <= bounds(found).high < 1e-8


def test_a_feature_that_is_read_and_ignored_passes_on_enough_rows(effect, bounds):
    found = effect(lambda c: logistic(c["income"]), ["sex", "race"], ("income", "sex", "race"))
    assert [e.mean for e in found.values()] == [0, 0]
    assert 0.005 < bounds(found["sex"]).high < 0.05


def test_a_missing_value_is_different_from_any_value(effect):
    found = effect(lambda c: np.array([0.9 if r is None else 0.1 for r in c["race"]]), "race",
                   ("race",))  # fmt: skip
    # Of pairs that differ, those of a and b move nothing: one third.
    assert found.mean == pytest.approx(0.8 * 2 / 3, abs=0.06)
    number = effect(lambda c: np.isnan(c["x"]) * 0.5, "x", ("x",), {"x": [None, 1.0] * 40})
    assert number.mean == 0.5


def test_a_small_move_of_close_scores_flips_decisions(effect, bounds):
    """Scores around 0.001 hardly move; held against a threshold among them, every one decides."""

    def close(columns):
        return 0.0005 + np.array([0.0001 if s == "f" else -0.0001 for s in columns["sex"]])

    how = {"threshold": 0.0005}
    assert bounds(effect(close, "sex", ("sex",), **how)).high < 0.02
    flips = effect(close, "sex", ("sex",), measure="flip_rate", **how)
    assert flips.mean == 1
    unread = effect(close, "race", ("sex",), measure="flip_rate", **how)
    assert bounds(unread).high < 1e-8


def test_numbers_of_a_regression_flip_nothing(effect):
    found = effect(lambda c: c["income"], "income", ("income",), task="regression",
                   measure="flip_rate")  # fmt: skip
    assert isinstance(found, Undefined)


def test_labels_count_by_flips(effect):
    found = effect(lambda c: [int(s == "f") for s in c["sex"]], "sex", ("sex",))
    assert (found.mean, "label flips" in found.details[-1]) == (1.0, True)


def test_scores_outside_zero_to_one_count_by_decisions(effect):
    def margin(columns):
        return np.array([3.0 if s == "f" else -3.0 for s in columns["sex"]])

    found = effect(margin, "sex", ("sex",), threshold=0.0)
    assert (found.mean, "decision flips" in found.details[-1]) == (1.0, True)
    none = effect(lambda c: 5.0 + margin(c), "sex", ("sex",), threshold=0.0)
    assert none.mean == 0
    assert effect(margin, "sex", ("sex",)).code == "DC203"  # there is no decision to compare


def test_a_regression_moves_in_deviations_of_its_answers(effect):
    s = 12**-0.5  # deviation of a uniform number; distances d of two have the density 2 (1 - d)
    expected = s - 2 * s**2 / 3 + (1 - s) ** 2
    for scale in (1.0, 1e6):
        found = effect(lambda c, s=scale: s * c["age"], "age", ("age",), task="regression")
        assert found.mean == pytest.approx(expected, abs=0.04)
    flat = effect(lambda c: np.ones(len(c["age"])), "age", ("age",), task="regression")
    assert flat.mean == 0


def test_the_same_seed_gives_the_same_number(effect):
    one, two, other = (
        effect(lambda c: c["age"], "age", ("age",), seed=seed) for seed in (1, 1, 2**63)
    )
    assert one == two != other


@pytest.mark.parametrize(
    ("values", "n"),
    [([], 0), ([1.0], 0), ([1.0, 2.0], 1), ([4.0] * 90, 0), ([None] * 90, 0), (["f"] * 90, 0)],
)
def test_rows_that_cannot_show_it(effect, values, n):
    found = effect(lambda c: np.full(len(c["x"]), 0.5), "x", ("x",), {"x": values})
    assert isinstance(found, Undefined)
    assert found.n == n


def test_a_constant_model_and_one_class_are_no_obstacle(effect):
    found = effect(lambda c: np.full(len(c["age"]), 0.5), "age", ("age",))
    assert isinstance(found, BoundedMean)
    assert found.mean == 0


def test_columns_and_answers_that_are_not_there(effect, code):
    assert code(effect(lambda c: c["age"], "height", ("age",))) == "DC019"
    assert code(effect(lambda c: c["height"], "age", ("age", "height"))) == "DC019"
    assert code(effect(lambda c: c["age"] * np.nan, "age", ("age",))) == "DC204"
    assert code(effect(lambda c: [str(v) for v in c["age"]], "age", ("age",))) == "DC203"


@pytest.mark.parametrize("features", [[], ["sex", "sex"], 3, None])
def test_parameters_that_fit_nothing_are_refused(features):
    with pytest.raises(ValueError, match="features"):
        Forbidden(features=features)
