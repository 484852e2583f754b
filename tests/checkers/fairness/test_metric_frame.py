import sys

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame as Fairlearn
from sklearn import metrics as sk

from deploycheck.authoring.estimates import Member, Resampled, Smooth, Spread, Undefined
from deploycheck.checkers.fairness.metric_frame import MetricFrame, metric_frame
from deploycheck.evidence.predictions import Predictions

EACH = ("group_min", "group_max", "by_group")


def value(estimate):
    if isinstance(estimate, Smooth):
        means = np.average(estimate.terms, axis=0, weights=estimate.counts)
        return float(estimate.of(means))
    return estimate.statistic(np.arange(estimate.rows))


def spread(estimate):
    values = [value(member.estimate) for member in estimate.members]
    return max(values) - min(values) if estimate.how == "difference" else min(values) / max(values)


def same_as_fairlearn(found, metric, y, p, feature):
    frame = Fairlearn(metrics=metric, y_true=y, y_pred=p, sensitive_features=feature)
    made = {}
    for e in found:
        made.setdefault(e.name, []).append(e)
    assert spread(made["difference"][0]) == pytest.approx(frame.difference(), abs=1e-12)
    assert spread(made["ratio"][0]) == pytest.approx(frame.ratio(), abs=1e-12)
    for name in EACH:
        for e in made[name]:
            assert value(e) == pytest.approx(frame.by_group[e.slice["g"]], abs=1e-12)
    assert min(map(value, made["group_min"])) == pytest.approx(frame.group_min(), abs=1e-12)
    assert max(map(value, made["group_max"])) == pytest.approx(frame.group_max(), abs=1e-12)


@pytest.mark.parametrize("name", ["f1_score", "balanced_accuracy_score", "jaccard_score"])
def test_equals_fairlearn_for_labels(run, sample, name):
    y, p, _, race = sample(3)
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": race.tolist()}, positive=1)
    params = {"by": "g", "metric": f"sklearn.metrics.{name}"}
    found = run(metric_frame, params, predictions=made, seed=1)
    same_as_fairlearn(found, getattr(sk, name), y, p, race)


@pytest.mark.parametrize(
    "name", ["roc_auc_score", "average_precision_score", "brier_score_loss", "log_loss"]
)
def test_equals_fairlearn_for_scores(run, sample, name):
    y, p, sex, _ = sample(4)
    score = np.clip(np.random.default_rng(1).normal(0.3 + 0.4 * y, 0.2), 0.01, 0.99)
    made = Predictions.of(
        p.tolist(), y.tolist(), groups={"g": sex.tolist()}, positive=1, scores=score.tolist()
    )
    found = run(metric_frame, {"by": "g", "metric": name}, predictions=made, seed=1)
    same_as_fairlearn(found, getattr(sk, name), y, score, sex)


def test_equals_fairlearn_for_numbers(run, sample):
    _, _, sex, _ = sample(5)
    draw = np.random.default_rng(2)
    y = draw.normal(size=2_000)
    p = y + draw.normal(size=2_000) * np.where(sex == "f", 1, 2)
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": sex.tolist()}, task="regression")
    params = {"by": "g", "metric": "median_absolute_error"}
    found = run(metric_frame, params, predictions=made, seed=1)
    same_as_fairlearn(found, sk.median_absolute_error, y, p, sex)


def test_equals_fairlearn_for_more_labels_and_arguments(run, sample):
    draw = np.random.default_rng(6)
    y, g = draw.choice(["p", "q", "r"], 900), draw.choice(["a", "b"], 900)
    p = np.where(draw.random(900) < 0.7, y, draw.choice(["p", "q", "r"], 900))
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": g.tolist()}, task="multiclass")
    params = {"by": "g", "metric": "fbeta_score", "arguments": {"beta": 2, "average": "macro"}}
    found = run(metric_frame, params, predictions=made, seed=1)

    def metric(true, predicted):
        return sk.fbeta_score(true, predicted, beta=2, average="macro")

    same_as_fairlearn(found, metric, y, p, g)


def test_a_metric_of_fairlearn_itself(run, sample):
    import fairlearn.metrics

    y, p, sex, _ = sample(7)
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": sex.tolist()}, positive=1)
    params = {"by": "g", "metric": "fairlearn.metrics.false_positive_rate"}
    found = run(metric_frame, params, predictions=made, seed=1)
    same_as_fairlearn(found, fairlearn.metrics.false_positive_rate, y, p, sex)


def test_frequency_weights_stand_for_rows(run, sample):
    y, p, sex, _ = sample(8, rows=400)
    weights = np.random.default_rng(1).integers(0, 4, 400)
    groups = {"g": sex.tolist()}
    weighted = Predictions.of(
        p.tolist(), y.tolist(), groups=groups, positive=1, weights=weights.tolist()
    )
    found = run(metric_frame, {"by": "g", "metric": "f1_score"}, predictions=weighted, seed=1)
    same_as_fairlearn(found, sk.f1_score, *(np.repeat(values, weights) for values in (y, p, sex)))


def test_a_measure_asked_twice_of_the_same_rows_is_computed_once(run, sample):
    y, p, sex, _ = sample(3, rows=300)
    made = Predictions.of(
        p.tolist(),
        y.tolist(),
        groups={"g": sex.tolist()},
        positive=1,
        scores=p.astype(float).tolist(),
    )
    found = run(metric_frame, {"by": "g", "metric": "roc_auc_score"}, predictions=made, seed=1)
    (gap,) = (e for e in found if e.name == "difference")
    assert isinstance(gap, Spread)
    assert all(isinstance(m, Member) and isinstance(m.estimate, Resampled) for m in gap.members)
    by_group = [e for e in found if e.name == "by_group"]
    assert [m.estimate.statistic for m in gap.members] == [e.statistic for e in by_group]
    assert len({e.seed for e in by_group}) == 2


def test_a_metric_of_labels_is_one_of_counts(run, sample):
    y, p, sex, _ = sample(3, rows=300)
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": sex.tolist()}, positive=1)
    found = run(metric_frame, {"by": "g", "metric": "f1_score"}, predictions=made, seed=1)
    one = next(e for e in found if e.name == "by_group")
    assert (type(one), one.terms.shape, one.counts.sum()) == (Smooth, (4, 4), (sex == "f").sum())
    shares = one.counts / one.counts.sum()
    assert one.of(np.stack([shares, shares])).tolist() == pytest.approx([float(one.of(shares))] * 2)


def test_small_groups_are_shown_and_not_compared(run, sample):
    y, p, sex, _ = sample(3, rows=300)
    sex = sex.copy()
    sex[:7] = "x"
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": sex.tolist()}, positive=1)
    found = run(metric_frame, {"by": "g", "metric": "accuracy_score"}, predictions=made, seed=1)
    small = [e for e in found if isinstance(e, Undefined)]
    assert {e.name for e in small} == {*EACH, "difference", "ratio"}
    assert all(e.slice == {"g": "x"} and e.n == 7 and not e.context for e in small)
    (shown,) = [e for e in small if e.name == "by_group"]
    assert shown.value == pytest.approx(sk.accuracy_score(y[:7], p[:7]))
    found = run(
        metric_frame, {"by": "g", "metric": "accuracy_score", "exclude": ["x"]},
        predictions=made, seed=1,
    )  # fmt: skip
    assert all(e.context for e in found if isinstance(e, Undefined))


def test_nothing_to_divide_by_is_no_zero(run, tables):
    """fairlearn takes the precision of a group without positive predictions for 0."""
    made = tables(a=(40, 10, 10, 40), b=(30, 20, 20, 30), c=(0, 50, 0, 50))
    found = run(metric_frame, {"by": "g", "metric": "precision_score"}, predictions=made, seed=1)
    lost = [e for e in found if isinstance(e, Undefined)]
    assert all(e.slice == {"g": "c"} and not e.context for e in lost)
    assert lost[0].reason.startswith(
        "sklearn.metrics.precision_score is not defined here: Precision is ill-defined"
    )


def test_an_argument_that_fits_no_row_is_told_in_the_librarys_words(run, tables):
    made = tables(a=(40, 10, 10, 40), b=(30, 20, 20, 30))
    params = {"by": "g", "metric": "f1_score", "arguments": {"pos_label": 5}}
    found = run(metric_frame, params, predictions=made, seed=1)
    assert all(isinstance(e, Undefined) for e in found)
    assert "pos_label=5 is not a valid label" in found[0].reason


def test_a_metric_below_zero_has_no_ratio(run, sample):
    y, _, sex, _ = sample(3, rows=400)
    made = Predictions.of((1 - y).tolist(), y.tolist(), groups={"g": sex.tolist()}, positive=1)
    found = run(metric_frame, {"by": "g", "metric": "matthews_corrcoef"}, predictions=made, seed=1)
    (ratio,) = [e for e in found if e.name == "ratio"]
    assert isinstance(ratio, Undefined)
    assert any(isinstance(e, Spread) for e in found)


@pytest.mark.parametrize(
    ("y", "g"),
    [([], []), ([1], ["a"]), ([1, 0] * 40, ["a"] * 80), ([1, 0] * 40, [None] * 80)],
    ids=["empty", "one row", "constant", "missing"],
)
def test_fewer_than_two_groups_have_no_gap(run, y, g):
    made = Predictions.of(y, y, groups={"g": g}, positive=1)
    found = run(metric_frame, {"by": "g", "metric": "accuracy_score"}, predictions=made, seed=1)
    assert {e.name for e in found} == {*EACH, "difference", "ratio"}
    gaps = [e for e in found if e.name in {"difference", "ratio"}]
    assert all(isinstance(e, Undefined) for e in gaps)
    assert not all(e.context for e in gaps)


@pytest.mark.parametrize(
    "metric",
    ["os.system", "sklearn.metrics._ranking.roc_auc_score", "sklearn.metrics.__dict__", "builtins.eval",
     "sklearn.utils.murmurhash3_32", "sklearn.metrics.cluster.v_measure_score", "f1 score", "",
     "sklearn.metrics.f1_score\n", "_check", "../x", "\x1b[31mf1_score"],
)  # fmt: skip
def test_a_metric_is_no_way_to_run_other_code(metric):
    with pytest.raises(ValueError, match="a metric is a function of"):
        MetricFrame(by="g", metric=metric)


@pytest.mark.parametrize(
    ("metric", "arguments", "word"),
    [
        ("f1_scor", {}, "did you mean f1_score"),
        ("check_scoring", {}, "no metric of true and predicted values"),
        ("DistanceMetric", {}, "a metric is a function"),
        ("make_scorer", {}, "no metric of true and predicted values"),
        ("demographic_parity_difference", {}, "needs the argument sensitive_features"),
        ("max_error", {}, "which has no bounds"),
        ("fbeta_score", {}, "needs the argument beta"),
        ("f1_score", {"gamma": 1}, "knows no argument gamma"),
        ("f1_score", {"sample_weight": 1}, "knows no argument sample_weight"),
        ("f1_score", {"average": "mackro"}, "The 'average' parameter"),
        ("confusion_matrix", {}, "not one number"),
    ],
)
def test_what_is_no_metric_is_told(run, tables, metric, arguments, word):
    made = tables(a=(40, 10, 10, 40), b=(30, 20, 20, 30))
    params = {"by": "g", "metric": metric, "arguments": arguments}
    if metric == "DistanceMetric":
        with pytest.raises(ValueError, match=word):
            MetricFrame(**params)
        return
    found = run(metric_frame, params, predictions=made, seed=1)
    assert (found.code, word in str(found.error)) == ("DC203", True), found.error


def test_what_cannot_be_read_is_an_error(run, code, tables):
    def failed(made, metric="f1_score", **params):
        return code(
            run(metric_frame, {"by": "g", "metric": metric, **params}, predictions=made, seed=1)
        )

    groups = {"g": ["a", "b"]}
    assert failed(Predictions.of([1, 0], groups=groups, positive=1)) == "DC203"
    assert failed(Predictions.of([1, None], [1, 0], groups=groups, positive=1)) == "DC203"
    assert failed(Predictions.of([1, 0], [1, 0], groups=groups)) == "DC203"
    assert failed(Predictions.of([1, 0], [1, 0], groups={}, positive=1)) == "DC203"
    assert failed(tables(a=(1, 1, 1, 1)), "roc_auc_score") == "DC203"
    assert (
        failed(
            Predictions.of([1.0, float("nan")], [1, 2], groups=groups, task="regression"),
            "r2_score",
        )
        == "DC203"
    )
    missing = Predictions.of([1, 0], [1, 0], groups={"g": ["a", None]}, positive=1)
    assert failed(missing, missing="error") == "DC203"


def test_a_missing_library_is_told_with_the_command(run, code, monkeypatch, tables):
    monkeypatch.setitem(sys.modules, "fairlearn.metrics", None)
    made = tables(a=(40, 10, 10, 40), b=(30, 20, 20, 30))
    found = run(metric_frame, {"by": "g", "metric": "f1_score"}, predictions=made, seed=1)
    assert code(found) == "DC206"
    assert "pip install 'deploycheck[fairness]'" in str(found.error)


def drawn(random, rows, second):
    """Labels found at 0.8 in the first group and at ``second`` in the other."""
    g = random.choice(["a", "b"], rows)
    y = random.random(rows) < 0.5
    p = np.where(random.random(rows) < np.where(g == "a", 0.8, second), y, ~y)
    return Predictions.of(
        p.astype(int).tolist(), y.astype(int).tolist(), groups={"g": g.tolist()}, positive=1
    )


def test_no_gap_seldom_fails_and_a_planted_gap_is_found(verdict, frequent):
    random, runs = np.random.default_rng(1), 8
    params, require = {"by": "g", "metric": "f1_score"}, {"difference": {"max": 0.1}}
    found = [
        verdict(metric_frame, params, require, predictions=drawn(random, 300, 0.8), seed=seed)
        for seed in range(runs)
    ]
    assert found.count("FAIL") <= frequent(runs)
    planted = {"predictions": drawn(random, 1_000, 0.5), "seed": 1}
    for name, bound in (
        ("difference", {"max": 0.1}),
        ("ratio", {"min": 0.8}),
        ("group_min", {"min": 0.65}),
    ):
        assert verdict(metric_frame, params, {name: bound}, **planted) == "FAIL"
    assert verdict(metric_frame, params, {"by_group": {"min": 0.3}}, **planted) == "PASS"


def test_a_metric_of_numbers_is_judged_by_resampling(verdict):
    random = np.random.default_rng(4)
    y, g = random.normal(size=160), np.array(["a", "b"] * 80)
    p = y + random.normal(size=160) * np.where(g == "a", 1, 4)
    made = Predictions.of(p.tolist(), y.tolist(), groups={"g": g.tolist()}, task="regression")
    params, given = {"by": "g", "metric": "median_absolute_error"}, {"predictions": made, "seed": 1}
    assert verdict(metric_frame, params, {"ratio": {"min": 0.8}}, **given) == "FAIL"


def test_a_metric_that_hangs_on_one_row_is_no_pass(verdict, tables):
    made = tables(a=(40, 10, 10, 40), b=(1, 49, 0, 50))
    params, require = {"by": "g", "metric": "precision_score"}, {"difference": {"max": 0.9}}
    assert verdict(metric_frame, params, require, predictions=made, seed=1) == "INCONCLUSIVE"
