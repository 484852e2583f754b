import numpy as np
import pytest
import scipy.stats

from deploycheck.authoring.estimates import Count, Mean, Undefined
from deploycheck.checkers.champion.cv_compare import CvCompare, cv_compare
from deploycheck.evidence.samples import Samples
from deploycheck.testing import judge_control

T = {"candidate": "new", "champion": "old", "test_share": 0.1}
F = {"candidate": "new", "champion": "old", "method": "5x2cv", "halving": "halving"}
RANKS = {"candidate": "new", "champion": "old", "method": "ranks"}


def scores(new, old, **more):
    n = len(new)
    columns = {
        "fold": [*range(n), *range(n)],
        "model": ["new"] * n + ["old"] * n,
        "score": [*new, *old],
    }
    return Samples.of(columns | {name: [*values, *values] for name, values in more.items()})


def named(found):
    return {(one.name, *one.slice.values()): one for one in found}


def test_the_corrected_t_bounds_the_mean_difference(run, value, low):
    random = np.random.default_rng(1)
    new, old = random.normal(0.85, 0.02, 10), random.normal(0.84, 0.02, 10)
    found = named(run(cv_compare, T, folds=scores(new, old)))
    d = new - old
    error = (d.var(ddof=1) * (1 / 10 + 0.1 / 0.9)) ** 0.5
    assert value(found["difference",]) == pytest.approx(d.mean(), abs=1e-9)
    expected = d.mean() - scipy.stats.t.ppf(0.95, 9) * error
    assert low(found["difference",]) == pytest.approx(expected, abs=1e-9)
    p = scipy.stats.t.sf(d.mean() / error, 9)
    beats = found["beats_champion",]
    assert f"p = {p:.3g} on one side" in (beats.reason if p > 0.05 else beats.details[0])
    assert isinstance(beats, Undefined if p > 0.05 else Count)


def test_five_halvings_by_hand(run):
    d = np.array([[0.02, 0.04], [0.01, 0.05], [0.03, 0.02], [0.00, 0.03], [0.05, 0.01]])
    order = np.random.default_rng(2).permutation(10)
    halving = np.repeat(["a", "b", "c", "d", "e"], 2)[order]
    new = 0.8 + d.ravel()[order]
    found = named(run(cv_compare, F, folds=scores(new, np.full(10, 0.8), halving=halving)))
    p = scipy.stats.f.sf(0.0094 / 0.0046, 10, 5) / 2
    told = f"F = 2.043, 10 and 5 degrees of freedom, p = {p:.3g} on one side"
    assert found["beats_champion",].reason == f"the two are not told apart ({told})"
    mean = found["difference",]
    assert isinstance(mean, Mean)
    assert mean.mean == pytest.approx(d.mean())
    assert mean.sd == pytest.approx(d.std(ddof=1) * 11**0.5)  # 1 + 10 · 0.5 / 0.5


@pytest.mark.parametrize(
    "halving", [[1] * 10, [1, 1, 2, 2, 3, 3, 4, 4, 5, 6], [1, 1, 1, 2, 3, 3, 4, 4, 5, 5]]
)
def test_other_than_five_halvings_are_undefined(run, halving):
    new = np.linspace(0.7, 0.8, 10)
    for one in run(cv_compare, F, folds=scores(new, new - 0.1, halving=halving)):
        assert "where five of two folds are needed" in one.reason


def ranked(table):
    sets, models = table.shape
    return Samples.of(
        {
            "fold": np.repeat([f"set {i}" for i in range(sets)], models).tolist(),
            "model": ["new", "old", "third"] * sets,
            "score": table.ravel().tolist(),
        }
    )


def test_ranks_over_data_sets(run):
    """Seven data sets on which the candidate is first, one on which it is last."""
    table = np.array([[3.0, 1.0, 2.0]] * 7 + [[1.0, 2.0, 3.0]])
    (found,) = run(cv_compare, RANKS, folds=ranked(table))
    # Demšar 2006, Table 5: 2.343 for three models; 2.343 √(3·4 / 6·8) = 1.17.
    assert found.details[0].startswith("mean ranks 1.25 and 2.875 of 3 models, critical difference")
    assert float(found.details[0].rpartition(" ")[2]) == pytest.approx(2.343 / 2, abs=1e-3)
    assert (found.name, found.value, found.of) == ("beats_champion", 1, 8)
    (found,) = run(cv_compare, RANKS | {"better": "lower"}, folds=ranked(table))
    assert found.value == 0
    (found,) = run(cv_compare, RANKS | {"confidence": 0.9999}, folds=ranked(table))
    assert found.reason.startswith("the two are not told apart (mean ranks 1.25 and 2.875")


def test_equal_models_rarely_rank_apart(run):
    random = np.random.default_rng(9)
    apart = 0
    for _ in range(200):
        (found,) = run(cv_compare, RANKS, folds=ranked(random.normal(size=(12, 3))))
        apart += isinstance(found, Count)
    assert apart <= 19  # of the three pairs together 5 % of runs tell one apart: 10 at most


def test_too_few_data_sets_or_models_are_not_ranked(run):
    two = scores(np.arange(8.0), np.arange(8.0) + 1)
    for one in run(cv_compare, RANKS, folds=two):
        assert one.reason == "2 models, fewer than 3"
    few = Samples.of({"fold": [1, 1, 1], "model": ["new", "old", "x"], "score": [1.0, 2.0, 3.0]})
    for one in run(cv_compare, RANKS, folds=few):
        assert one.reason == "1 data sets, fewer than 5"


def test_where_lower_is_better_the_difference_is_turned(run, value):
    new, old = np.array([1.0, 1.2, 1.1]), np.array([1.3, 1.4, 1.2])
    higher, lower = (
        named(run(cv_compare, T | {"better": better}, folds=scores(new, old)))
        for better in ("higher", "lower")
    )
    assert value(lower["difference",]) == pytest.approx((old - new).mean())
    assert value(higher["difference",]) == -value(lower["difference",])


def test_a_model_does_not_differ_from_itself(run):
    same = np.linspace(0.7, 0.9, 10)
    for one in run(cv_compare, T, folds=scores(same, same)):
        assert one.reason == "all differences are equal, so nothing is known of how they vary"
        assert not one.context


def test_equal_models_are_rarely_called_different(run, low):
    """Ten folds whose scores share a common part, as overlapping training rows make them do."""
    random = np.random.default_rng(7)
    shown = 0
    for _ in range(300):
        shared = random.normal(0, 0.1 / 3, 2)  # correlation of a tenth between the folds
        new, old = (0.8 + s + random.normal(0, 0.1, 10) for s in shared)
        difference, _ = run(cv_compare, T, folds=scores(new, old))
        shown += low(difference) > 0
    assert shown <= 26  # 15 expected; 99.7 % of runs at 5 % have at most 26


@pytest.mark.parametrize("rows", [0, 1])
def test_no_fold_and_one_fold_are_no_pass(run, rows):
    found = run(cv_compare, T, folds=scores([0.8] * rows, [0.7] * rows))
    assert [one.name for one in found] == ["difference", "beats_champion"]
    assert all(isinstance(one, Undefined) for one in found)
    empty = Samples.of({"fold": [], "model": [], "score": []})
    assert all(isinstance(one, Undefined) for one in run(cv_compare, RANKS, folds=empty))


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("model", ["new", "new", "older", "older"], "no scores of model 'old'"),
        ("model", ["new", "new", "old", None], "no finite model"),
        ("fold", [1, 1, 1, 2], "'1' has 2 scores of model 'new'"),
        ("fold", [1, 2, 1, 3], "'2' has 0 scores of model 'old'"),
        ("fold", [1, 2, 1, None], "no finite fold"),
        ("score", [0.5, 0.6, 0.7, float("inf")], "no finite score"),
        ("score", [0.5, 0.6, 0.7, None], "no finite score"),
        ("score", ["a", "b", "c", "d"], "holds no numbers"),
    ],
)
def test_a_table_with_holes_is_an_error(run, code, column, values, words):
    table = {
        "fold": [1, 2, 1, 2],
        "model": ["new"] * 2 + ["old"] * 2,
        "score": [0.5, 0.6, 0.7, 0.8],
    }
    found = run(cv_compare, T, folds=Samples.of(table | {column: values}))
    assert code(found) == "DC203"
    assert words in str(found.error)


def test_a_fold_of_two_halvings_is_an_error(run, code):
    table = {
        "fold": [1, 2, 1, 2], "model": ["new"] * 2 + ["old"] * 2,
        "score": [0.5, 0.6, 0.7, 0.8], "halving": [1, 1, 1, 2],
    }  # fmt: skip
    assert code(run(cv_compare, F, folds=Samples.of(table))) == "DC203"


def test_models_that_nobody_names_are_left_out(run, value):
    table = {
        "fold": [1, 2, 1, 2, 1], "model": ["new"] * 2 + ["old"] * 2 + ["third"],
        "score": [0.5, 0.6, 0.7, 0.8, 0.1],
    }  # fmt: skip
    found = named(run(cv_compare, T, folds=Samples.of(table)))
    assert isinstance(found["difference",], Undefined)  # both are 0.2 worse
    assert found["difference",].value == pytest.approx(-0.2)


def test_a_model_may_be_named_by_a_number(run):
    table = {"fold": [1, 2, 1, 2], "model": [1, 1, 2, 2], "score": [0.5, 0.6, 0.7, 0.9]}
    numbers = T | {"candidate": 1, "champion": 2}
    found = named(run(cv_compare, numbers, folds=Samples.of(table)))
    assert isinstance(found["difference",], Mean)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"candidate": "a", "champion": "a", "test_share": 0.1}, "it is the champion"),
        ({"candidate": "a", "champion": "b"}, "test_share: method corrected_t needs it"),
        (F | {"test_share": 0.5}, "test_share: method 5x2cv has no use for it"),
        (F | {"halving": None}, "halving: method 5x2cv needs it"),
        (RANKS | {"halving": "h"}, "halving: method ranks has no use for it"),
        (T | {"test_share": 1}, "test_share"),
    ],
)
def test_parameters_fit_the_method(params, words):
    with pytest.raises(ValueError, match=words):
        CvCompare.model_validate(params)


@pytest.mark.parametrize(
    ("control", "outcome"),
    [
        ("require: {difference: {min: 0}}", "PASS"),
        ("require: {difference: {min: 0.1}}", "FAIL"),
        ("require: {beats_champion: {min: 1}}", "PASS"),
        ("require: {difference: {min: 0.045}}", "INCONCLUSIVE"),
    ],
)
def test_it_is_judged_by_bounds_or_by_the_facts(tmp_path, control, outcome):
    random = np.random.default_rng(8)
    lines = [
        f"{fold},{model},{random.normal(0.8 + 0.05 * (model == 'new'), 0.005):.4f}"
        for fold in range(10)
        for model in ("new", "old")
    ]
    (tmp_path / "folds.csv").write_text("\n".join(["fold,model,score", *lines]), encoding="utf-8")
    (tmp_path / "release.yaml").write_text(
        "release: r\nversion: '1'\ntask: binary_classification\nmodel: none\n"
        "data: {folds: {path: folds.csv}}\n",
        encoding="utf-8",
    )
    asked = "check: champion.cv_compare\nwith: {candidate: new, champion: old, test_share: 0.1}\n"
    verdict = judge_control(asked + control, tmp_path)
    assert verdict.outcome == outcome, verdict.reason
    if "beats" in control:
        swapped = asked.replace("candidate: new, champion: old", "candidate: old, champion: new")
        assert judge_control(swapped + control, tmp_path).outcome == "FAIL"


@pytest.mark.parametrize("scale", [1e200, 1.7e308])
def test_scores_that_are_too_large_to_be_squared_are_no_pass(run, scale):
    new, old = np.random.default_rng(0).uniform(0.5, 1, (2, 10)) * scale
    halving = np.repeat(list("abcde"), 2)
    for params, table in ((T, scores(new, -old)), (F, scores(new, old, halving=halving))):
        for one in run(cv_compare, params, folds=table):
            assert one.reason == "the scores are too large to be averaged"
