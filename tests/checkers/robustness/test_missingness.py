import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import BoundedMean, Mean, Paired, Undefined
from deploycheck.checkers.robustness.missingness import Missingness, missingness
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor


@pytest.fixture
def columns():
    draw = np.random.default_rng(7)
    return {
        "x": draw.normal(size=500),
        "z": draw.exponential(size=500),
        "t": draw.choice(["a", "b", "b", None], size=500).tolist(),
    }


@pytest.fixture
def asked(run, columns):
    """The losses by what is missing."""

    def asked(function, target, given=columns, read=None, task="binary_classification", **params):
        examples = Examples.from_values(given, target, task=task)
        predictor = Predictor.of(function, tuple(given) if read is None else read)
        found = run(missingness, params, examples=examples, predictor=predictor)
        if not isinstance(found, tuple):
            return found
        return {e.slice.get("missing"): e for e in found[1:]}

    return asked


def positive(columns):
    return (columns["x"] > 0).astype(int)  # of NaN nothing is true: 0


def accuracy_loss(estimate):
    n = estimate.both + estimate.first + estimate.second + estimate.neither
    return (estimate.first - estimate.second) / n


def test_each_feature_is_taken_away_by_itself(asked, columns):
    target = positive(columns)
    found = asked(positive, target)
    assert list(found) == ["x", "z", "t"]
    assert accuracy_loss(found["x"]) == target.mean()
    assert accuracy_loss(found["z"]) == accuracy_loss(found["t"]) == 0


def test_groups_fail_together(asked, columns):
    """A model with a fallback loses nothing by either feature, and much by both."""
    given = {"x": columns["x"], "twin": columns["x"]}

    def model(columns):
        x = np.where(np.isnan(columns["x"]), columns["twin"], columns["x"])
        return (x > 0).astype(int)

    target = positive(columns)
    alone = asked(model, target, given)
    both = asked(model, target, given, groups={"bureau": ["x", "twin"]})
    assert [accuracy_loss(e) for e in alone.values()] == [0, 0]
    assert list(both) == ["bureau"]
    assert accuracy_loss(both["bureau"]) == target.mean()
    assert both["bureau"].details == ("without 'x', 'twin'",)
    mixed = asked(model, target, given, features=["x"], groups={"bureau": ["x", "twin"]})
    assert list(mixed) == ["x", "bureau"]


def fills(asked, columns, fill, given):
    seen = []

    def model(asked_about):
        seen.append(asked_about)
        return np.zeros(len(next(iter(asked_about.values()))), dtype=int)

    asked(model, [0, 1] * (len(next(iter(given.values()))) // 2), given, fill=fill)
    made = [after[name].tolist() for after, name in zip(seen[1:], given, strict=True)]
    return [{"nan" if value != value else value for value in values} for values in made]


def test_what_stands_for_what_is_not_there(asked, columns):
    given = {"x": [1.0, 2.0, 2.0, 9.0, None, 4.0], "t": ["b", "a", "b", "a", None, None]}
    assert fills(asked, columns, "missing", given) == [{"nan"}, {None}]
    assert fills(asked, columns, "median", given) == [{2.0}, {"a"}]
    assert fills(asked, columns, "mode", given) == [{2.0}, {"a"}]
    assert fills(asked, columns, "median", {"x": [1.0, 2.0, 3.0, 10.0]}) == [{2.5}]
    assert fills(asked, columns, "mode", {"t": ["a", None]}) == [{"a"}]
    assert fills(asked, columns, "median", {"x": [np.inf, 1.0, 3.0, None]}) == [{2.0}]


def test_the_loss_of_a_regression_is_that_of_its_r2(asked, columns):
    """y = x + z without error: without x its variance is what is lost."""
    y = columns["x"] + columns["z"]
    found = asked(lambda c: c["x"] + c["z"], y, {"x": columns["x"], "z": columns["z"]},
                  task="regression", fill="median")  # fmt: skip
    middle = np.median(columns["x"])
    assert isinstance(found["x"], Mean)
    assert found["x"].mean == pytest.approx(((columns["x"] - middle) ** 2).mean() / y.var())


def test_a_regression_that_ignores_a_feature_loses_nothing(asked, columns):
    found = asked(lambda c: c["x"], columns["x"], task="regression", features="z")
    assert isinstance(found["z"], BoundedMean)
    assert found["z"].mean == 0


def test_a_model_that_refuses_missing_values_is_an_error_with_a_way_out(run, columns):
    def ask(columns):
        if np.isnan(columns["x"]).any():
            raise EvidenceError("the model raised ValueError: Input X contains NaN", code="DC204")
        return Predictor.of(positive, ("x",)).answers(columns)

    examples = Examples.from_values({"x": columns["x"]}, positive(columns))
    predictor = Predictor("model", "", ("x",), ask)
    found = run(missingness, examples=examples, predictor=predictor)
    assert found.code == "DC204"
    assert "without 'x' the model does not answer: the model raised" in str(found.error)
    assert "fill: median" in str(found.error)
    found = run(missingness, {"fill": "median"}, examples=examples, predictor=predictor)
    assert isinstance(found[1], Paired)


@pytest.mark.parametrize(
    ("x", "kind"),
    [([1.0], Paired), ([5.0] * 9, Paired), ([None] * 9, Paired), (["a"] * 9, Paired)],
)
def test_one_row_constant_and_all_missing_are_measured(asked, x, kind):
    found = asked(lambda c: np.zeros(len(c["x"]), dtype=int), [0] * len(x), {"x": x})
    assert isinstance(found["x"], kind)
    assert accuracy_loss(found["x"]) == 0


def test_no_rows_and_no_features_are_undefined(asked):
    found = asked(lambda c: [], [], {"x": []})
    assert isinstance(found[None], Undefined)
    found = asked(lambda c: [], [1, 0], {"x": [1.0, 2.0]}, read=())
    assert found[None].reason == "the model reads no feature"
    found = asked(lambda c: np.ones(3), [1.0] * 3, {"x": [1.0, 2.0, 3.0]}, task="regression")
    assert isinstance(found["x"], Undefined)


def test_what_cannot_be_asked_is_an_error(asked, columns, code):
    y = positive(columns)
    assert code(asked(positive, y, features="height")) == "DC019"
    found = asked(positive, y, groups={"bureau": ["x", "height"]})
    assert code(found) == "DC019"
    assert "in the group 'bureau'" in str(found.error)
    assert code(asked(positive, None)) == "DC203"
    assert code(asked(lambda c: c["x"], y)) == "DC203"  # scores, and no threshold
    found = asked(lambda c: c["x"], columns["x"], task="regression")
    assert code(found) == "DC204"  # without x the answer is NaN
    assert "fill: median" in str(found.error)


@pytest.mark.parametrize(
    "params",
    [
        {"fill": "zero"},
        {"features": []},
        {"groups": {"g": []}},
        {"groups": {"x": ["x", "z"]}, "features": ["x"]},
        {"groups": ["x"]},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="Missingness"):
        Missingness(**params)
