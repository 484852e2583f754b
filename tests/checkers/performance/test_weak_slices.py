import numpy as np
import pytest
from sklearn.metrics import accuracy_score, mean_absolute_error

from deploycheck.authoring.estimates import Difference, Smooth, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.authoring.metrics.slicing import Parts, parts_of, worst
from deploycheck.authoring.seed import Seed
from deploycheck.checkers.performance.weak_slices import weak_slices
from deploycheck.evidence.coded import Coded
from deploycheck.evidence.predictions import Predictions

PARAMS = {"columns": ["age", "branch"], "min_n": 30}


def sample(seed=0, rows=2_000, weak=0.0):
    """Decisions of which one in ten is wrong, and more in young customers of branch b."""
    random = np.random.default_rng(seed)
    age, branch = random.integers(18, 80, rows), random.choice(list("abc"), rows)
    y = random.integers(0, 2, rows)
    wrong = random.random(rows) < 0.1 + weak * ((age < 30) & (branch == "b"))
    return age, branch, y, np.where(wrong, 1 - y, y)


def made(age, branch, y, p, **more):
    groups = {"age": age.tolist(), "branch": branch.tolist()}
    return Predictions.of(p.tolist(), y.tolist(), groups=groups, **more)


def apart(found):
    return [e for e in found if not isinstance(e, Bars)], [e for e in found if isinstance(e, Bars)]


def half(seed, rows):
    """The rows in which slices are tested."""
    tested = np.ones(rows, dtype=bool)
    tested[np.random.default_rng(seed).permutation(rows)[: rows // 2]] = False
    return tested


def test_a_slice_equals_scikit_learn_on_the_half_that_did_not_choose_it(run, value):
    age, branch, y, p = sample(0, weak=0.5)
    found, (figure,) = apart(
        run(weak_slices, PARAMS, predictions=made(age, branch, y, p), seed=Seed(3))
    )
    first = found[0]
    assert isinstance(first, Difference)
    assert first.slice["branch"] == "b"
    low = first.slice["age"].removeprefix("≤ ")
    mine = (age <= float(low)) & (branch == "b")
    tested = half(3, 2_000)
    inside, outside = mine & tested, ~mine & tested
    expected = accuracy_score(y[outside], p[outside]) - accuracy_score(y[inside], p[inside])
    assert value(first) == pytest.approx(expected, abs=1e-12)
    assert first.of + first.versus_of == 1_000
    assert len(found) == len(figure.bars) == 5
    chosen = mine & ~tested
    told = f"by {chosen.sum():,} rows with an excess of {figure.bars[0].value:.4g}"
    assert told in first.details[0]


def test_weights_count(run, value):
    age, branch, y, p = sample(1, weak=0.5)
    w = np.random.default_rng(2).integers(0, 4, 2_000)
    predictions = made(age, branch, y, p, weights=w.tolist())
    found, _ = apart(run(weak_slices, PARAMS, predictions=predictions, seed=Seed(3)))
    tested = half(3, 2_000)
    assert found[0].of + found[0].versus_of == w[tested].sum()


def test_a_regression_is_by_absolute_errors(run, value):
    random = np.random.default_rng(4)
    age, branch, y, _ = sample(2)
    y = y + random.normal(size=2_000)
    p = y + random.normal(size=2_000) * np.where((age < 30) & (branch == "b"), 5, 1)
    predictions = made(age, branch, y, p, task="regression")
    found, _ = apart(run(weak_slices, PARAMS, predictions=predictions, seed=Seed(3)))
    first = found[0]
    assert isinstance(first, Smooth)
    assert first.name == "excess_absolute_error"
    mine = (age <= float(first.slice["age"].removeprefix("≤ "))) & (branch == first.slice["branch"])
    tested = half(3, 2_000)
    inside, outside = (mean_absolute_error(y[m], p[m]) for m in (mine & tested, ~mine & tested))
    assert value(first) == pytest.approx(inside - outside, abs=1e-9)


def test_the_seed_alone_decides_the_halves(run):
    predictions = made(*sample(0, weak=0.3))
    runs = [run(weak_slices, PARAMS, predictions=predictions, seed=Seed(s)) for s in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_slices_are_no_two_names_of_one(run):
    age, branch, y, p = sample(0, weak=0.5)
    groups = {"age": age.tolist(), "branch": branch.tolist(), "twin": branch.tolist()}
    predictions = Predictions.of(p.tolist(), y.tolist(), groups=groups)
    params = {"columns": ["branch", "twin", "age"], "min_n": 30, "most": 50}
    found, _ = apart(run(weak_slices, params, predictions=predictions, seed=Seed(3)))
    keys = [tuple(e.slice.items()) for e in found]
    assert len(set(keys)) == len(keys)
    assert not any("twin" in e.slice and "branch" in e.slice for e in found)


def test_one_column_at_a_time(run):
    params = PARAMS | {"depth": 1}
    found, _ = apart(run(weak_slices, params, predictions=made(*sample(0)), seed=Seed(3)))
    assert {len(e.slice) for e in found} == {1}


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (list(range(100)), ["≤ 19", "> 19, ≤ 39", "> 39, ≤ 59", "> 59, ≤ 79", "> 79"]),
        ([0] * 70 + list(range(1, 31)), ["0", "> 0, ≤ 10", "> 10"]),
        ([1.5, None] * 50, ["(missing)", "1.5"]),
        (["x", "y", None, "y"] * 25, ["(missing)", "x", "y"]),
        ([1, 2, 3] * 30, ["1", "2", "3"]),
    ],
)
def test_the_parts_of_a_column_are_named_as_they_are_cut(values, names):
    coded = Coded.of(values)
    parts = parts_of("c", coded, np.ones(len(values)), 5, 5)
    used = [parts.values[code] for code in np.unique(parts.codes) if code >= 0]
    assert used == names
    number = [np.nan if isinstance(v, str) or v is None else v for v in values]
    for name in names:
        mine = {
            n for n, code in zip(number, parts.codes, strict=True) if parts.values[code] == name
        }
        for piece in name.split(", "):
            sign, _, bound = piece.partition(" ")
            if sign == "≤":
                assert max(mine) <= float(bound)
            elif sign == ">":
                assert min(mine) > float(bound)


def test_values_that_are_rare_where_slices_are_looked_for_are_none(run):
    names = [f"id{row}" for row in range(400)]
    predictions = Predictions.of([1, 0] * 200, [1, 1] * 200, groups={"who": names})
    params = {"columns": "who", "min_n": 30}
    (found,) = run(weak_slices, params, predictions=predictions, seed=Seed(1))
    assert isinstance(found, Undefined)
    assert found.reason == "no slice has 30 rows in the half where slices are looked for"


@pytest.mark.parametrize("rows", [0, 1, 50])
def test_few_rows_have_no_slice(run, rows):
    age, branch, y, p = sample(0, rows)
    for more in ({}, {"task": "regression"}):
        predictions = made(age, branch, y, p, **more)
        (found,) = run(weak_slices, PARAMS, predictions=predictions, seed=Seed(1))
        assert isinstance(found, Undefined)
        assert (found.n, found.context) == (rows, False)


def test_a_model_without_errors_and_a_constant_column(run, value):
    age, branch, y, _ = sample(0)
    found, _ = apart(run(weak_slices, PARAMS, predictions=made(age, branch, y, y), seed=Seed(1)))
    assert [value(e) for e in found] == [0] * 5
    one = Predictions.of([1, 0] * 100, [1, 1] * 100, groups={"c": ["same"] * 200})
    (found,) = run(weak_slices, {"columns": "c", "min_n": 30}, predictions=one, seed=Seed(1))
    assert isinstance(found, Undefined)


@pytest.mark.parametrize("more", [{"sampling": [1.5] * 4}, {"entities": "aabb"}])
def test_rows_that_are_not_independent_are_refused(run, code, more):
    predictions = Predictions.of([1, 0, 1, 0], [1, 0, 0, 0], groups={"g": "aabb"}, **more)
    found = run(weak_slices, {"columns": "g"}, predictions=predictions, seed=Seed(1))
    assert code(found) == "DC203"


@pytest.mark.parametrize(
    ("prediction", "target", "columns"),
    [([1, None], [1, 0], "g"), ([1, 0], [None, 0], "g"), ([1, 0], None, "g")],
)
def test_missing_values_are_errors(run, code, prediction, target, columns):
    predictions = Predictions.of(prediction, target, groups={"g": "ab"})
    found = run(weak_slices, {"columns": columns}, predictions=predictions, seed=Seed(1))
    assert code(found) == "DC203"


def test_a_column_that_was_not_collected_is_an_error(run, code):
    predictions = Predictions.of([1, 0], [1, 0], groups={"g": "ab"})
    found = run(weak_slices, {"columns": "q"}, predictions=predictions, seed=Seed(1))
    assert code(found) == "DC019"


CONTROL = (
    "check: performance.weak_slices\nwith: {columns: [age, branch], min_n: 100}\n"
    "require: {excess_error_rate: {max: 0.05, detect: DETECT}}"
)


def verdict(judged, seed, weak, rows=8_000, detect=0.3):
    age, branch, y, p = sample(seed, rows, weak)
    columns = {"age": age, "branch": branch, "bad": y, "told": p}
    control = CONTROL.replace("DETECT", str(detect))
    return judged(control, columns, "target: bad, prediction: told", "binary_classification")


def test_a_weak_slice_is_found_by_its_name_and_none_where_there_is_none(judged):
    found = verdict(judged, 1, weak=0.4)
    assert found.outcome == "FAIL"
    named = [dict(m.slice) for m in found.measurements if m.outcome == "FAIL"]
    assert {"age": "≤ 30", "branch": "b"} in named or any(
        one.get("branch") == "b" and "age" in one for one in named
    )
    assert verdict(judged, 2, weak=0.0).outcome == "PASS"
    assert verdict(judged, 3, weak=0.0, rows=600, detect=0.1).outcome == "INCONCLUSIVE"


def alarms(run, bounds, seeds, weak, bound):
    """How often a slice is an alarm: its lower bound, at alpha over the family, is beyond."""
    count = 0
    for seed in seeds:
        predictions = made(*sample(seed, 1_000, weak))
        found, _ = apart(run(weak_slices, PARAMS, predictions=predictions, seed=Seed(seed)))
        count += any(bounds(e, 0.05 / len(found)).low > bound for e in found)
    return count


def test_where_nothing_is_wrong_the_family_alarms_in_at_most_one_of_twenty(run, bounds):
    """At the bound itself: no slice has more errors than the rest, and none is allowed."""
    assert alarms(run, bounds, range(150), 0.0, 0.0) <= 15  # 7.5 expected, three deviations


def test_a_slice_with_far_more_errors_is_found_nearly_always(run, bounds):
    assert alarms(run, bounds, range(30), 0.6, 0.1) >= 27


def test_two_columns_of_many_values_take_no_more_memory_than_their_rows():
    """Two columns of ids have ten billion pairs of values, of which a few thousand occur."""
    rows, random = 100_000, np.random.default_rng(1)
    ids = tuple(map(str, range(rows)))
    codes = [random.integers(0, 1_000, rows) for _ in "ab"]
    weak = np.arange(rows) < 200
    columns = [
        Parts(name, ids, np.where(weak, at, each))
        for name, at, each in zip("ab", (7, 90_009), codes, strict=True)
    ]
    loss = np.where(weak, 1.0, 0.1 * random.random(rows))
    found, searched = worst(
        columns, loss, np.ones(rows), np.ones(rows, bool), depth=2, least=40, most=3
    )
    assert 2_000 <= searched < 2_100
    assert dict(found[0].place) in ({"a": "7", "b": "90009"}, {"b": "90009"})
    assert found[0].rows == 200
