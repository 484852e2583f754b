import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

from deploycheck.authoring.errors import EvidenceError
from deploycheck.collectors.attributions import Permuted, Permuting
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

NAMES = ("a", "b", "c")


@pytest.fixture
def sample():
    draw = np.random.default_rng(3)
    matrix = draw.normal(size=(150, 3))
    true = matrix @ [2.0, -1.0, 0.0] + draw.normal(size=150)
    return matrix, true


@pytest.fixture
def collect(bench):
    """Attributions as the engine makes them."""

    def collect(examples, predictor, task="binary_classification", **params):
        path = bench.write("t.csv", "a\n1\n")
        source = bench.source(data={"test": {"path": path}}, task=task)
        asked = Permuting(**params)
        described = Permuted.describe(source, asked)
        made = Permuted.collect(source, asked, examples=examples, predictor=predictor)
        assert described.digest == made.digest
        assert described.facts == {
            "repeats": made.repeats, "metric": made.metric, "seed": made.seed,
        }  # fmt: skip
        return made

    return collect


def rows(matrix, true, **how):
    return Examples.from_values(dict(zip(NAMES, matrix.T, strict=True)), true, **how)


def stacked(columns):
    return np.column_stack([columns[name] for name in NAMES])


def probabilities(model):
    return Predictor.of(lambda columns: model.predict_proba(stacked(columns))[:, 1], NAMES)


def numbers(model):
    return Predictor.of(lambda columns: model.predict(stacked(columns)), NAMES)


def test_importances_of_labels_are_those_of_scikit_learn(collect, sample):
    matrix, true = sample[0], (sample[1] > 0).astype(int)
    model = RandomForestClassifier(20, random_state=1).fit(matrix[:75], true[:75])
    for seed in (0, 7):
        expected = permutation_importance(
            model, matrix, true, scoring="accuracy", n_repeats=4, random_state=seed
        )
        made = collect(rows(matrix, true), numbers(model), repeats=4, seed=seed)
        assert made.metric == "accuracy"
        assert made.importances.tolist() == expected.importances.tolist()


@pytest.mark.parametrize("metric", ["roc_auc", "neg_log_loss"])
def test_importances_of_scores_are_those_of_scikit_learn(collect, sample, metric):
    matrix, true = sample[0], (sample[1] > 0).astype(int)
    model = LogisticRegression().fit(matrix, true)
    expected = permutation_importance(
        model, matrix, true, scoring=metric, n_repeats=3, random_state=11
    )
    made = collect(rows(matrix, true), probabilities(model), repeats=3, seed=11, metric=metric)
    if metric == "roc_auc":
        assert made.importances.tolist() == expected.importances.tolist()
    else:  # the probability of the other class is 1 - p here, and the model's own there
        assert made.importances == pytest.approx(expected.importances, abs=1e-12)


def test_importances_of_a_regression_are_those_of_scikit_learn(collect, sample):
    matrix, true = sample
    model = LinearRegression().fit(matrix[:99], true[:99])
    expected = permutation_importance(
        model, matrix, true, scoring="r2", n_repeats=5, random_state=2**32 - 1
    )
    how = rows(matrix, true, task="regression")
    made = collect(how, numbers(model), "regression", seed=2**32 - 1)
    assert (made.metric, made.repeats, made.base) == ("r2", 5, model.score(matrix, true))
    assert made.importances.tolist() == expected.importances.tolist()


def test_effects_of_a_linear_model_are_those_of_its_terms(collect, sample):
    """|Δ| = |w| · |x − x of the donor|, and every row is a donor once a permutation."""
    matrix = sample[0]
    predictor = Predictor.of(lambda c: 0.5 * c["a"] - 0.1 * c["b"], NAMES)
    made = collect(rows(matrix, None, task="regression"), predictor, "regression", repeats=2)
    assert made.importances is None
    assert made.effects[:, 2].tolist() == [0] * 150
    assert made.effects.mean(axis=0) == pytest.approx(made.donated.mean(axis=0), rel=1e-12)
    apart = np.abs(matrix[:, None] - matrix[None]).mean(axis=(0, 1))
    assert made.effects.mean(axis=0)[:2] == pytest.approx(apart[:2] * [0.5, 0.1], rel=0.1)
    assert made.effects[:, 0].max() <= 0.5 * np.ptp(matrix[:, 0])


def test_donors_are_the_rows_that_the_values_came_from(collect):
    """Only one row has a value that matters: it moves as a row, and it moves those it gives to."""
    x = np.zeros(50)
    x[17] = 1.0
    predictor = Predictor.of(lambda columns: columns["a"], ("a",))
    examples = Examples.from_values({"a": x}, None)
    made = collect(examples, predictor, repeats=40)
    moved = np.flatnonzero(made.donated[:, 0] > 0.5)
    assert moved.tolist() == [17]
    assert made.effects[17, 0] == made.donated[17, 0]
    assert made.effects.sum() == pytest.approx(made.donated.sum())


def test_labels_flip_where_there_are_no_scores(collect, sample):
    examples = rows(sample[0], None)
    predictor = Predictor.of(lambda columns: (columns["a"] > 0).astype(int), NAMES)
    made = collect(examples, predictor)
    assert not made.scored
    share = 2 * (sample[0][:, 0] > 0).mean() * (sample[0][:, 0] <= 0).mean()
    assert made.effects.mean(axis=0) == pytest.approx([share, 0, 0], abs=0.05)


def test_text_and_missing_values_are_permuted_too(collect):
    examples = Examples.from_values({"a": ["x", None, "y"] * 9, "b": [1, None, 2] * 9}, None)
    said = {"x": 1.0, "y": 0.5, None: 0.0}
    predictor = Predictor.of(lambda c: np.array([said[v] for v in c["a"]]), ("a", "b"))
    made = collect(examples, predictor)
    assert made.effects[:, 0].mean() == pytest.approx(4 / 9, abs=0.05)
    assert made.effects[:, 1].max() == 0


def test_the_seed_follows_from_the_data(collect, sample, bench):
    examples = rows(sample[0], None)
    predictor = Predictor.of(lambda columns: columns["a"], NAMES)
    one = collect(examples, predictor)
    assert one.seed == collect(examples, predictor).seed
    assert one.effects.tolist() == collect(examples, predictor, seed=one.seed).effects.tolist()
    assert one.effects.tolist() != collect(examples, predictor, seed=1).effects.tolist()
    other = bench.source(data={"test": {"path": bench.write("u.csv", "a\n2\n")}})
    assert Permuted.describe(other, Permuting()).facts["seed"] != one.seed


def test_rows_that_say_nothing(collect, sample):
    predictor = Predictor.of(lambda columns: columns["a"], NAMES)
    empty = collect(rows(np.zeros((0, 3)), None), predictor)
    assert (empty.rows, empty.effects.shape, empty.importances) == (0, (0, 3), None)
    one = collect(rows(np.ones((1, 3)), [1]), predictor, metric=None)
    assert one.effects.tolist() == [[0, 0, 0]]
    same = collect(rows(np.ones((9, 3)), None), predictor)
    assert not same.effects.any()
    flat = rows(sample[0], np.ones(150), task="regression")
    assert collect(flat, predictor, "regression").importances is None


def test_one_class_still_has_an_accuracy_and_no_area(collect, sample):
    examples = rows(sample[0], np.ones(150, dtype=int), threshold=0.0)
    predictor = Predictor.of(lambda columns: columns["a"], NAMES)
    made = collect(examples, predictor)
    assert made.base == (sample[0][:, 0] >= 0).mean()
    with pytest.raises(EvidenceError, match="roc_auc is not defined"):
        collect(examples, predictor, metric="roc_auc")


def test_a_metric_that_cannot_be_told_is_an_error_only_where_it_is_asked_for(collect, sample):
    examples = rows(sample[0], (sample[1] > 0).astype(int))  # scores, and no threshold
    predictor = Predictor.of(lambda columns: columns["a"], NAMES)
    assert collect(examples, predictor).importances is None
    with pytest.raises(EvidenceError, match="accuracy"):
        collect(examples, predictor, metric="accuracy")
    with pytest.raises(EvidenceError, match="neg_log_loss"):
        collect(examples, predictor, metric="neg_log_loss")


def test_answers_that_are_no_numbers_are_errors(collect, sample):
    examples = rows(sample[0], None)
    broken = Predictor.of(lambda c: np.where(c["a"] > 1, np.nan, c["a"]), NAMES)
    with pytest.raises(EvidenceError, match="no finite number"):
        collect(examples, broken)
    lacking = Predictor.of(lambda c: c["a"], ("a", "z"))
    with pytest.raises(EvidenceError, match="reads z"):
        collect(examples, lacking)


@pytest.mark.parametrize(
    "params",
    [{"repeats": 0}, {"repeats": True}, {"seed": -1}, {"seed": 2**32}, {"metric": "f1"}],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        Permuting(**params)
