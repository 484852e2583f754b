import numpy as np
import pytest

from deploycheck.authoring.estimates import Proportion, Undefined
from deploycheck.authoring.figures import Curve
from deploycheck.checkers.interpretability.direction import Direction, direction
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor


@pytest.fixture
def columns():
    draw = np.random.default_rng(4)
    return {"x": draw.normal(size=1_000), "z": draw.normal(size=1_000)}


@pytest.fixture
def asked(run, columns):
    def asked(function, signs, given=columns, read=None, task="regression", **params):
        examples = Examples.from_values(given, None, task=task)
        predictor = Predictor.of(function, tuple(given) if read is None else read)
        return run(direction, {"signs": signs, **params}, examples=examples, predictor=predictor)

    return asked


def only(found):
    assert isinstance(found, tuple), found
    (estimate,) = (e for e in found if not isinstance(e, Curve))
    return estimate


def rate(estimate):
    return estimate.hits / estimate.of


def test_a_linear_model_goes_one_way(asked):
    def model(columns):
        return 2 * columns["x"] - columns["z"]

    for signs, agreement in (
        ({"x": "increasing", "z": "decreasing"}, [1, 1]),
        ({"x": "decreasing", "z": "increasing"}, [0, 0]),
    ):
        found = [e for e in asked(model, signs) if isinstance(e, Proportion)]
        assert [e.slice["feature"] for e in found] == ["x", "z"]
        assert [rate(e) for e in found] == agreement
        assert {e.of for e in found} == {1_000}


def test_the_share_of_rows_where_a_curve_falls(asked, columns):
    """(x - c)² falls below c and rises above it: the share of rows above, up to the bin of c."""
    found = only(asked(lambda c: (c["x"] - 0.5) ** 2, {"x": "increasing"}, bins=100))
    assert rate(found) == pytest.approx((columns["x"] > 0.5).mean(), abs=0.02)


def test_an_interaction_agrees_for_those_for_whom_it_does(asked, columns):
    found = only(asked(lambda c: c["x"] * c["z"], {"x": "increasing"}))
    assert found.hits == (columns["z"] >= 0).sum()


def test_rows_are_asked_where_they_lie(asked):
    """Where x and z go together, x - 2z is never asked about with a far x and a near z."""
    x = np.linspace(0, 1, 500)
    seen = []

    def model(columns):
        seen.append(np.abs(columns["x"] - columns["z"]).max())
        return columns["x"]

    asked(model, {"x": "increasing"}, {"x": x, "z": x}, bins=20)
    assert max(seen) <= 1 / 20 + 0.01


def test_the_curve_is_the_effect_centred(asked):
    """The accumulated local effect of 3x + xz with z of mean zero is 3x, less its mean."""
    found = asked(lambda c: 3 * c["x"] + c["x"] * c["z"], {"x": "increasing"}, bins=10)
    (curve,) = (f for f in found if isinstance(f, Curve))
    x = np.array([p.x for p in curve.points])
    y = np.array([p.y for p in curve.points])
    assert len(x) == 11
    assert (np.diff(x) > 0).all()
    assert sum(p.n for p in curve.points[1:]) == 1_000
    middle = (y[1:] + y[:-1]) / 2
    assert np.average(middle, weights=[p.n for p in curve.points[1:]]) == pytest.approx(0)
    assert np.polyfit(x, y, 1)[0] == pytest.approx(3, abs=0.2)


def test_four_curves_are_drawn_at_most(asked):
    names = [f"x{i}" for i in range(6)]
    given = dict(zip(names, np.random.default_rng(0).normal(size=(6, 50)), strict=True))
    found = asked(lambda c: c["x0"], dict.fromkeys(names, "increasing"), given)
    assert sum(isinstance(f, Curve) for f in found) == 4
    assert sum(isinstance(f, Proportion) for f in found) == 6


def test_a_model_that_ignores_a_feature_does_not_contradict_it(asked):
    for sign in ("increasing", "decreasing"):
        found = only(asked(lambda c: c["z"], {"x": sign}))
        assert (rate(found), found.details[1]) == (1, "no answer moves with it")
        found = only(asked(lambda c: c["z"], {"x": sign}, read=("z",)))
        assert (rate(found), found.details) == (1, ("the model does not read it",))
        found = only(asked(lambda c: np.ones(len(c["x"])), {"x": sign}))
        assert rate(found) == 1


def test_rounding_is_no_direction_and_a_small_step_is_one(asked):
    def model(slope):
        draw = np.random.default_rng(0)
        return lambda c: c["z"] + slope * c["x"] + 1e-8 * draw.normal(size=len(c["x"]))

    assert rate(only(asked(model(0.0), {"x": "increasing"}))) == 1
    assert rate(only(asked(model(0.0), {"x": "increasing"}, tolerance=0.0))) < 0.8
    assert rate(only(asked(model(-0.01), {"x": "increasing"}))) < 0.1


def test_flags_have_a_direction_too(asked):
    given = {"x": [0, 1, 1, 0, 1], "z": [1.0, 2, 3, 4, 5]}
    assert rate(only(asked(lambda c: c["x"] * 0.5, {"x": "increasing"}, given))) == 1
    assert rate(only(asked(lambda c: c["x"] * -0.5, {"x": "increasing"}, given))) == 0


def test_labels_have_a_direction(asked):
    def model(columns):
        return (columns["x"] > 0).astype(int)

    up = only(asked(model, {"x": "increasing"}, task="binary_classification"))
    down = only(asked(model, {"x": "decreasing"}, task="binary_classification"))
    assert rate(up) == 1
    assert rate(down) < 1
    examples = {"x": [1.0, 2.0, 3.0]}
    assert asked(model, {"x": "increasing"}, examples, task="multiclass").code == "DC203"


def test_rows_without_a_value_are_left_out_and_counted(asked):
    given = {"x": [None, 1.0, 2.0, 3.0, np.inf], "z": [1.0] * 5}
    found = only(asked(lambda c: np.nan_to_num(c["x"], posinf=9.0), {"x": "increasing"}, given))
    assert (found.hits, found.of) == (3, 3)
    assert found.details[-1] == "2 rows without a finite value are left out"


@pytest.mark.parametrize("x", [[], [1.0], [5.0] * 30, [None] * 30])
def test_rows_without_two_values_have_no_steps(asked, x):
    found = only(asked(lambda c: np.zeros(len(c["x"])), {"x": "increasing"}, {"x": x}))
    assert isinstance(found, Undefined)
    assert found.n == len(x)
    for task in ("regression", "binary_classification"):
        found = asked(lambda c: np.zeros(len(c["z"])), {"x": "increasing"}, {"x": x, "z": x},
                      read=("z",), task=task)  # fmt: skip
        assert isinstance(only(found), Proportion if x else Undefined)


def test_text_and_broken_answers_are_errors(asked, code):
    assert code(asked(lambda c: np.ones(3), {"x": "increasing"}, {"x": ["a", "b", "c"]})) == "DC203"
    nan = asked(lambda c: np.where(c["x"] > 1, np.nan, 1.0), {"x": "increasing"})
    assert code(nan) == "DC204"
    assert code(asked(lambda c: c["y"], {"x": "increasing"}, read=("x", "y"))) == "DC019"


@pytest.mark.parametrize(
    "params",
    [
        {"signs": {}},
        {"signs": {"x": "up"}},
        {"signs": ["x"]},
        {"signs": {"x": "increasing"}, "bins": 0},
        {"signs": {"x": "increasing"}, "bins": True},
        {"signs": {"x": "increasing"}, "tolerance": -1.0},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="Direction"):
        Direction(**params)
