import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import Difference, Smooth, Spread, Undefined
from deploycheck.checkers.performance.generalisation_gap import generalisation_gap
from deploycheck.evidence.predictions import Predictions
from deploycheck.testing import judge_control

RATES = ["accuracy_gap", "precision_gap", "recall_gap", "specificity_gap"]
NUMBERS = ["mean_absolute_error_gap", "root_mean_squared_error_gap", "r2_gap"]


def both(train, test, **more):
    (p, y), (q, z) = train, test
    return {
        "train": Predictions.of(p, y, positive=1, name="train", **more),
        "test": Predictions.of(q, z, positive=1, **more),
    }


@pytest.mark.parametrize("seed", range(3))
def test_equals_the_difference_of_scikit_learns_metrics(run, by_place, value, seed):
    random = np.random.default_rng(seed)
    sides = []
    for rows, skill in ((900, 0.9), (300, 0.7)):
        y = random.integers(0, 2, rows)
        sides.append((np.where(random.random(rows) < skill, y, 1 - y), y))
    found = by_place(run(generalisation_gap, **both(*sides)))
    assert [name for (name,) in found] == [*RATES, "roc_auc_gap"]
    for name, metric in {
        "accuracy_gap": lambda p, y: metrics.accuracy_score(y, p),
        "precision_gap": lambda p, y: metrics.precision_score(y, p),
        "recall_gap": lambda p, y: metrics.recall_score(y, p),
        "specificity_gap": lambda p, y: metrics.recall_score(y, p, pos_label=0),
    }.items():
        expected = metric(*sides[0]) - metric(*sides[1])
        assert value(found[name,]) == pytest.approx(expected, abs=1e-12), name


def test_a_test_set_that_is_easier_gives_a_negative_gap(run, by_place, value):
    found = by_place(run(generalisation_gap, **both(([1, 0], [1, 1]), ([1, 0], [1, 0]))))
    assert found["accuracy_gap",] == Difference("accuracy_gap", 1, 2, 2, 2)
    assert value(found["accuracy_gap",]) == -0.5


def test_a_data_set_has_no_gap_to_itself(run, code):
    same = Predictions.of([1, 0], [1, 0], positive=1)
    assert code(run(generalisation_gap, train=same, test=same)) == "DC203"


def test_more_than_two_labels_have_an_accuracy(run):
    sides = both(("ab", "ab"), ("abc", "acb"), task="multiclass")
    assert run(generalisation_gap, **sides) == (Difference("accuracy_gap", 2, 2, 1, 3),)
    third = {"train": Predictions.of("abc", "abc", name="train", positive="a"),
             "test": Predictions.of("ab", "ab", positive="a")}  # fmt: skip
    assert [e.name for e in run(generalisation_gap, **third)] == ["accuracy_gap"]


@pytest.mark.parametrize(
    ("train", "test", "where"),
    [(([], []), ([1, 0], [1, 0]), "train"), (([1, 0], [1, 0]), ([], []), "test")],
)
def test_no_rows_on_either_side_are_no_pass(run, train, test, where):
    found = run(generalisation_gap, **both(train, test))
    assert [e.name for e in found] == [*RATES, "roc_auc_gap"]
    assert all(isinstance(e, Undefined) for e in found)
    assert all(e.reason.endswith(where) for e in found if e.name in RATES)


def test_one_class_and_a_constant_prediction(run, by_place, value):
    found = by_place(run(generalisation_gap, **both(([0, 0], [0, 1]), ([0, 0], [0, 1]))))
    assert found["precision_gap",].reason == "no row to count in train"
    assert value(found["recall_gap",]) == 0
    one_class = both(([0, 1], [0, 1]), ([0, 1], [0, 0]))
    found = by_place(run(generalisation_gap, **one_class))
    assert found["recall_gap",].reason == "no row to count in test"
    assert value(found["accuracy_gap",]) == 0.5


def test_one_row(run, by_place):
    found = by_place(run(generalisation_gap, **both(([1], [1]), ([1], [1]))))
    assert found["accuracy_gap",] == Difference("accuracy_gap", 1, 1, 1, 1)
    assert isinstance(found["specificity_gap",], Undefined)


@pytest.mark.parametrize(
    "broken", [([1, None], [1, 0]), ([1, 0], [1, None]), ([None], [None]), ([1, 0], None)]
)
def test_missing_values_on_either_side_are_errors(run, code, broken):
    fine = ([1, 0], [1, 0])
    for sides in ((fine, broken), (broken, fine)):
        assert code(run(generalisation_gap, **both(*sides))) == "DC203"


def scored(random, rows, skill, **more):
    y = random.integers(0, 2, rows)
    s = np.round(skill * y + random.normal(size=rows), 1)
    told = (s > skill / 2).astype(int).tolist()
    return y, s, Predictions.of(told, y.tolist(), positive=1, scores=s.tolist(), **more)


def test_the_area_of_both_is_spread(run, by_place):
    random = np.random.default_rng(0)
    made = [scored(random, 300, 2, name="train"), scored(random, 200, 1)]
    found = by_place(run(generalisation_gap, train=made[0][2], test=made[1][2]))["roc_auc_gap",]
    assert isinstance(found, Spread)
    assert [member.slice for member in found.members] == [{"data": "train"}, {"data": "test"}]
    for member, (y, s, _) in zip(found.members, made, strict=True):
        area = member.estimate
        above = area.positives[:, None] > area.negatives[None, :]
        ties = area.positives[:, None] == area.negatives[None, :]
        expected = metrics.roc_auc_score(y, s)
        assert (above + ties / 2).mean() == pytest.approx(expected, abs=1e-12)
    few = Predictions.of([1, 0], [1, 0], positive=1, scores=[1, 0])
    small = by_place(run(generalisation_gap, train=made[0][2], test=few))["roc_auc_gap",]
    assert small.reason == "test: only 1 row is positive"


def numbers(random, rows, noise, **more):
    y = random.normal(5, 2, rows)
    p = y + noise * random.normal(size=rows)
    return y, p, Predictions.of(p, y, task="regression", **more)


@pytest.mark.parametrize("kind", ["plain", "frequency", "sampling", "entities"])
def test_errors_of_a_regression_equal_scikit_learn(run, by_place, value, kind):
    random = np.random.default_rng(1)
    sides, shares = [], []
    for rows, noise, name in ((250, 0.5, "train"), (400, 1.0, "test")):
        w = np.ones(rows)
        more = {}
        if kind == "frequency":
            w = random.integers(1, 5, rows)
            more = {"weights": w.tolist()}
        elif kind == "sampling" and name == "test":
            w = random.exponential(size=rows)
            more = {"sampling": w.tolist()}
        elif kind == "entities":
            more = {"entities": [row // 2 for row in range(rows)]}
        sides.append(numbers(random, rows, noise, name=name, **more))
        shares.append(w)
    found = by_place(run(generalisation_gap, train=sides[0][2], test=sides[1][2]))
    assert [name for (name,) in found] == NUMBERS
    for name, metric, sign in (
        ("mean_absolute_error_gap", metrics.mean_absolute_error, -1),
        ("root_mean_squared_error_gap", metrics.root_mean_squared_error, -1),
        ("r2_gap", metrics.r2_score, 1),
    ):
        train, test = (
            metric(y, p, sample_weight=w) for (y, p, _), w in zip(sides, shares, strict=True)
        )
        made = found[name,]
        assert isinstance(made, Smooth)
        assert value(made) == pytest.approx(sign * (train - test), abs=1e-9), name
        if kind == "entities":
            assert len(np.unique(made.clusters)) == 125 + 200


def test_few_rows_or_a_constant_target_of_a_regression_have_no_gap(run, by_place):
    random = np.random.default_rng(2)
    train = numbers(random, 200, 1, name="train")[2]
    few = by_place(run(generalisation_gap, train=train, test=numbers(random, 99, 1)[2]))
    assert few["r2_gap",].reason == "99 rows, fewer than 100"
    none = by_place(run(generalisation_gap, train=train, test=numbers(random, 0, 1)[2]))
    assert none["mean_absolute_error_gap",].reason == "no rows"
    flat = Predictions.of(random.normal(size=150), [1.0] * 150, task="regression")
    found = by_place(run(generalisation_gap, train=train, test=flat))
    assert found["r2_gap",].reason == "a target has one value, so R² is not defined"
    assert isinstance(found["mean_absolute_error_gap",], Smooth)


def test_weighted_rates_are_worth_fewer_rows_on_both_sides(run, by_place):
    random = np.random.default_rng(3)
    w = random.exponential(size=400)
    _, _, test = scored(random, 400, 1, sampling=w.tolist())
    _, _, train = scored(random, 300, 1, name="train")
    found = by_place(run(generalisation_gap, train=train, test=test))["accuracy_gap",]
    assert found.effective == 300
    assert found.versus_effective < 400


def gaps(tmp_path, task, roles, measure, most, sides):
    for name, columns in sides.items():
        pl.DataFrame(columns).write_csv(tmp_path / f"{name}.csv")
    return judge_control(
        f"check: performance.generalisation_gap\nrequire: {{{measure}: {{max: {most}}}}}",
        tmp_path,
        release=(
            f"release: r\nversion: '1'\ntask: {task}\nmodel: none\n"
            "data: {train: {path: train.csv}, test: {path: test.csv}}\n"
            f"columns: {{{roles}}}\n"
        ),
    )


@pytest.mark.parametrize(
    ("noise", "outcome"), [(1.0, "PASS"), (2.0, "FAIL"), (1.27, "INCONCLUSIVE")]
)
@pytest.mark.parametrize("measure", ["mean_absolute_error_gap", "root_mean_squared_error_gap"])
def test_a_gap_of_errors_is_judged(tmp_path, measure, noise, outcome):
    random = np.random.default_rng(0)
    sides = {}
    for name, deviation, rows in (("train", 1.0, 3_000), ("test", noise, 1_000)):
        y = random.normal(size=rows)
        sides[name] = {"price": y, "told": y + deviation * random.normal(size=rows)}
    roles = "target: price, prediction: told"
    assert gaps(tmp_path, "regression", roles, measure, 0.27, sides).outcome == outcome


@pytest.mark.parametrize(
    ("skill", "outcome"), [(1.5, "PASS"), (0.2, "FAIL"), (1.1, "INCONCLUSIVE")]
)
def test_a_gap_of_areas_is_judged(tmp_path, skill, outcome):
    random = np.random.default_rng(0)
    sides = {}
    for name, lift, rows in (("train", 1.5, 3_000), ("test", skill, 1_000)):
        y = random.integers(0, 2, rows)
        s = lift * y + random.normal(size=rows)
        sides[name] = {"bad": y, "told": (s > 0.7).astype(int), "score": s}
    roles = "target: bad, prediction: told, score: score, positive: 1"
    found = gaps(tmp_path, "binary_classification", roles, "roc_auc_gap", 0.07, sides)
    assert found.outcome == outcome, found.reason


@pytest.mark.parametrize(("train", "test"), [(1.0, 2.0), (0.0, 0.0), (0.0, 1.0)])
def test_errors_that_are_all_equal_say_nothing_of_the_next_one(run, by_place, train, test):
    y = np.arange(200.0)
    sides = {
        name: Predictions.of(y + off, y, task="regression", name=name)
        for name, off in (("train", train), ("test", test))
    }
    found = by_place(run(generalisation_gap, **sides))
    for name in ("mean_absolute_error_gap", "root_mean_squared_error_gap"):
        assert "all errors are equal" in found[name,].reason


def test_a_model_that_knows_its_training_rows_by_heart_is_shown_to(run, by_place):
    y = np.arange(200.0)
    noise = np.random.default_rng(0).normal(size=200)
    train = Predictions.of(y, y, task="regression", name="train")
    test = Predictions.of(y + noise, y, task="regression", name="test")
    assert isinstance(
        by_place(run(generalisation_gap, train=train, test=test))["mean_absolute_error_gap",],
        Smooth,
    )
