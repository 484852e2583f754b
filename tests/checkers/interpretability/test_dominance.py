import numpy as np
import pytest

from deploycheck.authoring.estimates import BoundedMean, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.checkers.interpretability.dominance import dominance
from deploycheck.collectors.attributions import permuted
from deploycheck.evidence.attributions import Attributions
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor


def attributed(matrix, function, target=None, repeats=5, task="regression"):
    names = tuple(f"x{i}" for i in range(matrix.shape[1]))
    columns = dict(zip(names, matrix.T, strict=True))
    examples = Examples.from_values(columns, target, task=task)
    metric = "r2" if task == "regression" else "accuracy"
    made = permuted(examples, Predictor.of(function, names), repeats, 1, metric)
    return Attributions("test", "", examples.rows, repeats, names, metric=metric, seed=1, **made)


def linear(weights):
    return lambda columns: sum(w * columns[f"x{i}"] for i, w in enumerate(weights))


def shares(found):
    assert isinstance(found, tuple), found
    return {e.slice["feature"]: e for e in found if isinstance(e, BoundedMean)}


@pytest.fixture
def normal():
    return np.random.default_rng(5).normal(size=(2_000, 3))


def test_shares_of_a_linear_model_are_those_of_its_weights(run, normal, bounds):
    """Features of one distribution: share = |w| ÷ Σ |w|, whatever the scale of the answer."""
    for scale in (1.0, 1e-9, 1e150):
        model = linear([6.0 * scale, -3.0 * scale, scale])
        found = shares(run(dominance, attributions=attributed(normal, model)))
        assert list(found) == ["x0", "x1", "x2"]
        assert [e.mean for e in found.values()] == pytest.approx([0.6, 0.3, 0.1], abs=0.02)
        assert sum(e.mean for e in found.values()) == pytest.approx(1)
        assert bounds(found["x0"]).high < 0.66
        assert bounds(found["x0"]).low > 0.54


def test_the_bounds_hold_as_often_as_they_say(run, bounds):
    """Shares of 2/3 and 1/3 in truth; the upper bound may miss in 5 % of samples, not more."""
    draw, missed = np.random.default_rng(8), 0
    for _ in range(200):
        matrix = draw.exponential(size=(80, 2))
        found = shares(run(dominance, attributions=attributed(matrix, linear([2, 1]), repeats=2)))
        missed += bounds(found["x0"]).high < 2 / 3
    assert missed <= 10


def test_bounds_from_rows_alone_would_be_too_narrow():
    """A row is asked about and is a donor: the variance is that of both roles together."""
    draw, means, naive, ours = np.random.default_rng(8), [], [], []
    for _ in range(200):
        made = attributed(draw.normal(size=(60, 1)) ** 3, linear([1.0]), repeats=5)
        effect, used = made.effects[:, 0], (made.effects + made.donated)[:, 0] / 2
        means.append(effect.mean())
        naive.append(effect.var(ddof=1) / 60)
        ours.append(2 * used.var(ddof=1) / 30)
    truth = np.var(means)
    assert np.mean(naive) < 0.7 * truth
    assert 0.9 * truth < np.mean(ours) < 1.6 * truth


@pytest.mark.parametrize("rows", [20, 200])
def test_one_feature_has_the_share_one_and_fails(run, bounds, rows):
    matrix = np.random.default_rng(1).normal(size=(rows, 1))
    (only,) = shares(run(dominance, attributions=attributed(matrix, linear([1.0])))).values()
    assert (only.mean, only.sd) == (1.0, 0.0)
    assert bounds(only).low > 0.5


def test_features_that_are_read_and_ignored_have_the_share_zero(run, normal, bounds):
    found = shares(run(dominance, attributions=attributed(normal, linear([1, 1, 0]))))
    assert (found["x2"].mean, found["x2"].sd) == (0.0, 0.0)
    assert bounds(found["x2"]).high < 0.01


def test_figures_show_the_largest_first(run, normal):
    target = normal @ [1.0, 5.0, 0.0]
    found = run(dominance, attributions=attributed(normal, linear([1, 5, 0]), target))
    movement, worth = (f for f in found if isinstance(f, Bars))
    assert [bar.label for bar in movement.bars] == ["x1", "x0", "x2"]
    assert [bar.label for bar in worth.bars] == ["x1", "x0", "x2"]
    assert worth.title == "Permutation importance: loss of r2"
    assert worth.bars[2].value == 0


def test_details_name_the_unit_and_the_seed(run, normal):
    labels = attributed(normal, lambda c: (c["x0"] > 0).astype(int), task="binary_classification")
    found = shares(run(dominance, attributions=labels))
    assert "share of labels" in found["x0"].details[0]
    assert found["x0"].details[1] == "5 permutations with the seed 1"


@pytest.mark.parametrize(
    ("matrix", "why"),
    [
        (np.zeros((0, 2)), "no rows"),
        (np.ones((1, 2)), "no answer moves"),
        (np.ones((50, 2)), "no answer moves"),
        (np.full((50, 2), np.nan), "no answer moves"),
    ],
)
def test_nothing_moves_where_nothing_can(run, matrix, why):
    found = run(dominance, attributions=attributed(matrix, lambda c: np.nan_to_num(c["x0"])))
    assert isinstance(found, tuple), found
    (only,) = found
    assert isinstance(only, Undefined)
    assert why in only.reason


def test_a_constant_model_shares_nothing(run, normal):
    found = run(dominance, attributions=attributed(normal, lambda c: np.ones(len(c["x0"]))))
    assert found == (
        Undefined("largest_share", 2_000, "no answer moves when the features are permuted"),
    )


def test_one_row_that_moves_bounds_nothing(run):
    effects = np.zeros((50, 2))
    effects[3] = [1.0, 0.5]
    found = run(dominance, attributions=Attributions("test", "", 50, 1, ("a", "b"), effects))
    assert {type(e) for e in found} == {Undefined, Bars}
    assert found[0].value == pytest.approx(2 / 3)


def test_weights_of_the_rows_are_their_movement(run):
    """Ninety rows move a little by a, ten much by b: the share is of the movement."""
    effects = np.zeros((100, 2))
    effects[:90, 0], effects[90:, 1] = 0.1, 0.9
    found = shares(run(dominance, attributions=Attributions("t", "", 100, 1, ("a", "b"), effects)))
    assert found["b"].mean == pytest.approx(0.5)
    assert found["b"].n == int(18**2 / (90 * 0.1**2 + 10 * 0.9**2) + 1e-9) // 2
