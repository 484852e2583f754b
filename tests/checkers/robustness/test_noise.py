import numpy as np
import pytest
from scipy.stats import norm

from deploycheck.authoring.estimates import BoundedMean, Mean, Paired, Proportion, Undefined
from deploycheck.checkers.robustness.noise import Noise, noise
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor
from deploycheck.stats.bounded import bounded_mean_bounds
from deploycheck.stats.paired import paired_bounds


@pytest.fixture
def columns():
    draw = np.random.default_rng(7)
    return {
        "x": draw.normal(3, 5, size=4_000),
        "z": draw.normal(size=4_000),
        "flag": draw.integers(0, 2, 4_000),
        "t": draw.choice(["a", "b"], size=4_000).tolist(),
    }


@pytest.fixture
def asked(run, columns):
    """The estimates that are not about the other task."""

    def asked(function, target, given=columns, seed=1, read=None, params=None, **how):
        examples = Examples.from_values(given, target, **how)
        predictor = Predictor.of(function, tuple(given) if read is None else read)
        found = run(noise, params or {}, examples=examples, predictor=predictor, seed=seed)
        if not isinstance(found, tuple):
            return found
        other = "loss" if how.get("task") == "regression" else "r2_loss"
        return {e.name: e for e in found if e.name != other}

    return asked


def above(cut):
    return lambda columns: (columns["x"] > cut).astype(int)


@pytest.mark.parametrize("scale", [0.1, 0.5])
def test_flips_of_a_cut_are_as_many_as_the_normal_distribution_says(asked, columns, scale):
    """x and x + noise have the correlation 1/√(1 + s²); at the mean they part by acos(ρ)/π."""
    target = above(3)(columns)
    found = asked(above(3), target, params={"scale": scale})
    expected = np.arccos(1 / np.sqrt(1 + scale**2)) / np.pi
    flips = found["flip_rate"]
    assert flips.hits / flips.of == pytest.approx(expected, abs=4 * np.sqrt(expected / 4_000))
    loss = found["loss"]  # a perfect model loses what it flips
    assert (loss.first, loss.second, loss.neither) == (flips.hits, 0, 0)
    assert loss.both == 4_000 - flips.hits


def test_the_loss_is_paired_by_rows(asked, columns):
    """Where the labels are coins, noise makes as many right as wrong."""
    target = np.random.default_rng(1).integers(0, 2, 4_000)
    found = asked(above(3), target, params={"scale": 1.0})
    loss, flips = found["loss"], found["flip_rate"]
    assert loss.first + loss.second == flips.hits
    assert abs(loss.first - loss.second) < 4 * np.sqrt(flips.hits)
    assert loss.both + loss.first == (above(3)(columns) == target).sum()


def test_a_model_that_ignores_numbers_loses_nothing(asked, columns):
    found = asked(lambda c: [int(t == "a") for t in c["t"]], columns["flag"])
    loss = found["loss"]
    assert (loss.first, loss.second, found["flip_rate"].hits) == (0, 0, 0)
    assert paired_bounds(loss.both, 0, 0, loss.neither, 0.05).high < 0.005


def test_flags_and_text_stay_as_they_are_unless_named(asked, columns):
    seen = []

    def model(given):
        seen.append(given)
        return np.zeros(4_000, dtype=int)

    asked(model, columns["flag"])
    before, after = seen
    assert (before["flag"] == after["flag"]).all()
    assert (before["t"] == after["t"]).all()
    for name in ("x", "z"):
        error = after[name] - before[name]
        assert np.std(error) == pytest.approx(0.1 * np.std(columns[name]), rel=0.05)
        assert abs(np.corrcoef(error, columns[name])[0, 1]) < 0.06
    seen.clear()
    asked(model, columns["flag"], params={"features": ["flag"]})
    assert (seen[0]["x"] == seen[1]["x"]).all()
    assert (seen[0]["flag"] != seen[1]["flag"]).all()


def test_missing_values_stay_missing(asked):
    given = {"x": [None, 1.0, 2.0, 4.0] * 10}
    seen = []

    def model(columns):
        seen.append(np.isnan(columns["x"]))
        return np.zeros(40, dtype=int)

    asked(model, [0, 1] * 20, given)
    assert (seen[0] == seen[1]).all()


def test_the_loss_of_a_regression_is_that_of_its_r2(asked, columns):
    """y = x without error: noise of s deviations adds s² variances of the target."""
    found = asked(lambda c: c["x"], columns["x"], params={"scale": 0.3}, task="regression")
    assert set(found) == {"r2_loss"}
    loss = found["r2_loss"]
    assert isinstance(loss, Mean)
    assert loss.mean == pytest.approx(0.09, rel=0.1)
    assert loss.n == 4_000


def test_the_bounds_of_a_regression_hold_as_often_as_they_say(asked):
    """The truth is a large sample's: 4 variances of noise in z against those of the target."""
    draw, missed = np.random.default_rng(3), 0
    truth = 0.25 / 2  # 0.5² · var(z) ÷ var(y), and y = z + error with variance 1
    for seed in range(300):
        z = draw.normal(size=200)
        y = z + draw.normal(size=200)
        found = asked(lambda c: c["z"], y, {"z": z}, seed=seed, params={"scale": 0.5},
                      task="regression")["r2_loss"]  # fmt: skip
        high = found.mean + norm.ppf(0.95) * found.sd / np.sqrt(200)
        missed += high < truth
    assert missed <= 28  # 5 % of 300 is 15; beyond 28 has a chance of less than 0.001


def test_a_regression_where_nothing_changes_loses_nothing(asked, columns):
    found = asked(lambda c: np.ones(4_000), columns["x"], task="regression")["r2_loss"]
    assert isinstance(found, BoundedMean)
    assert (found.mean, found.details[-1]) == (0.0, "no row's error changes")
    assert bounded_mean_bounds(0, 0, found.n, found.low, found.high, 0.05).high < 0.01


def test_the_same_seed_gives_the_same_number(asked, columns):
    one, two, other = (asked(above(3), columns["flag"], seed=s) for s in (4, 4, 2**64 - 1))
    assert one == two != other


def test_the_other_task_is_told(run, columns):
    for task, name, word in (
        ("regression", "loss", "r2_loss"),
        ("binary_classification", "r2_loss", "loss"),
    ):
        examples = Examples.from_values(
            {"x": columns["x"]}, columns["flag"], task=task, threshold=0
        )
        predictor = Predictor.of(lambda c: c["x"], ("x",))
        first = run(noise, examples=examples, predictor=predictor, seed=1)[0]
        assert isinstance(first, Undefined)
        assert (first.name, first.reason.endswith(f"require {word}")) == (name, True)


@pytest.mark.parametrize("x", [[], [5.0] * 9, [None] * 9, ["a", "b"] * 5, [0, 1, 1], [2.0]])
def test_rows_without_numbers_that_vary_are_undefined(asked, x):
    found = asked(lambda c: np.zeros(len(c["x"]), dtype=int), [0] * len(x), {"x": x})
    assert {type(e) for e in found.values()} == {Undefined}
    assert set(found) == {"loss", "flip_rate"}
    assert next(iter(found.values())).n == len(x)


def test_one_class_is_measured(asked, columns):
    found = asked(above(3), np.ones(4_000, dtype=int))
    assert isinstance(found["loss"], Paired)
    assert isinstance(found["flip_rate"], Proportion)


def test_a_target_of_one_value_has_no_r2(asked, columns):
    found = asked(lambda c: c["x"], np.ones(4_000), task="regression")
    assert isinstance(found["r2_loss"], Undefined)


def test_what_cannot_be_asked_is_an_error(asked, columns, code):
    y = columns["flag"]
    assert code(asked(above(3), y, params={"features": ["t"]})) == "DC203"
    assert code(asked(above(3), y, params={"features": ["height"]})) == "DC019"
    assert code(asked(above(3), None)) == "DC203"
    assert code(asked(lambda c: c["x"], y)) == "DC203"  # scores, and no threshold
    assert code(asked(lambda c: c["x"] * np.nan, y, threshold=0.5)) == "DC204"
    assert code(asked(lambda c: ["no", "yes"] * 2_000, y)) == "DC203"
    assert code(asked(above(3), y, read=("x", "height"))) == "DC019"
    assert code(asked(lambda c: [1] * 4_000, columns["x"], task="regression")) == "DC204"


@pytest.mark.parametrize(
    "params", [{"scale": 0.0}, {"scale": -1.0}, {"scale": True}, {"features": []}, {"sigma": 1.0}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="Noise"):
        Noise(**params)
