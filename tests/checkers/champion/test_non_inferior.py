from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from deploycheck.authoring.compared import compared
from deploycheck.authoring.estimates import (
    AucDifference,
    BoundedMean,
    Paired,
    Smooth,
    Undefined,
)
from deploycheck.checkers.champion.non_inferior import NonInferior, non_inferior
from deploycheck.evidence.predictions import Predictions
from deploycheck.stats.paired import paired_bounds

METRICS = ["accuracy", "recall", "specificity", "balanced_accuracy", "roc_auc"]


def model(y, random, skill=1.5):
    """Scores with some skill, rounded so that there are ties."""
    return np.round(np.asarray(y) * skill + random.normal(size=len(y)), 1)


def predictions(y, score, cut=0.75, **more):
    return Predictions.of(
        (np.asarray(score) > cut).astype(int), y, positive=1, scores=np.asarray(score), **more
    )


def by_hand(metric, y, score, weights, cut=0.75):
    p = (score > cut).astype(int)
    return {
        "accuracy": lambda: metrics.accuracy_score(y, p, sample_weight=weights),
        "recall": lambda: metrics.recall_score(y, p, sample_weight=weights),
        "specificity": lambda: metrics.recall_score(y, p, pos_label=0, sample_weight=weights),
        "balanced_accuracy": lambda: metrics.balanced_accuracy_score(y, p, sample_weight=weights),
        "roc_auc": lambda: metrics.roc_auc_score(y, score, sample_weight=weights),
    }[metric]()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_the_difference_of_scikit_learns_metrics(run, value, metric, weighted):
    random = np.random.default_rng(len(metric))
    y = random.integers(0, 2, 400)
    first, second = model(y, random), model(y, random, 1.0)
    w = random.integers(0, 4, 400) if weighted else None
    (found,) = run(
        non_inferior, {"metric": metric},
        predictions=predictions(y, first, weights=w), champion=predictions(y, second, weights=w),
    )  # fmt: skip
    expected = by_hand(metric, y, first, w) - by_hand(metric, y, second, w)
    assert value(found) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_a_model_differs_from_itself_by_nothing(run, value, metric):
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 2_000)
    same = predictions(y, model(y, random))
    (found,) = run(non_inferior, {"metric": metric}, predictions=same, champion=same)
    assert value(found) == 0
    if isinstance(found, Paired):
        low = paired_bounds(found.both, found.first, found.second, found.neither, 0.05).low
        assert -0.005 < low <= 0


def test_two_fits_of_one_model_are_not_told_apart(run):
    """A/A: at a margin of zero, at most 5 % of null runs show a difference on either side."""
    random = np.random.default_rng(11)
    shown, runs = 0, 300
    for _ in range(runs):
        y = random.integers(0, 2, 400)
        common = random.normal(size=400)
        first, second = (y + common + 0.5 * random.normal(size=400) for _ in range(2))
        (found,) = run(
            non_inferior, predictions=predictions(y, first), champion=predictions(y, second)
        )
        bounds = paired_bounds(found.both, found.first, found.second, found.neither, 0.05)
        shown += bounds.low > 0
    assert shown <= 26  # 15 expected; 99.7 % of runs at 5 % have at most 26


def test_a_model_at_the_margin_is_rarely_called_non_inferior(run):
    """True loss of 5 points, margin of 5 points: a pass in about 5 % of runs."""
    random = np.random.default_rng(12)
    passed, runs = 0, 300
    for _ in range(runs):
        y = random.integers(0, 2, 500)
        champion = random.random(500) < 0.85
        candidate = np.where(random.random(500) < 0.8, champion, random.random(500) < 0.60)
        (found,) = run(
            non_inferior,
            predictions=Predictions.of(np.where(candidate, y, 1 - y), y, positive=1),
            champion=Predictions.of(np.where(champion, y, 1 - y), y, positive=1),
        )
        bounds = paired_bounds(found.both, found.first, found.second, found.neither, 0.05)
        passed += bounds.low >= -0.05
    assert passed <= 26


def test_a_label_that_only_one_answers_is_a_wrong_answer(run):
    first = Predictions.of(["b", "c", "c"], ["b", "c", "b"])
    second = Predictions.of(["a", "c", "b"], ["b", "c", "b"])
    (found,) = run(non_inferior, predictions=first, champion=second)
    assert found == Paired("difference", both=1, first=1, second=1, neither=0)


def test_no_rows_are_no_pass(run):
    nothing = Predictions.of([], [], positive=1, scores=[])
    for metric in METRICS:
        (found,) = run(non_inferior, {"metric": metric}, predictions=nothing, champion=nothing)
        assert isinstance(found, Undefined)
        assert not found.context


def test_one_row_and_one_class(run):
    one = predictions([1], [1.0])
    found = {m: run(non_inferior, {"metric": m}, predictions=one, champion=one)[0] for m in METRICS}
    assert found["accuracy"] == Paired("difference", 1, 0, 0, 0)
    assert found["specificity"] == Undefined("difference", 0, "no row is negative")
    for metric in ("balanced_accuracy", "roc_auc"):
        assert isinstance(found[metric], Undefined)
    many = predictions([1] * 9, [1.0] * 9)
    (area,) = run(non_inferior, {"metric": "roc_auc"}, predictions=many, champion=many)
    assert area == Undefined("difference", 9, "no row is negative")


def test_a_constant_prediction_is_compared_as_it_is(run, value):
    y = [0, 1] * 20
    constant, perfect = predictions(y, [0.0] * 40), predictions(y, y)
    (found,) = run(non_inferior, predictions=constant, champion=perfect)
    assert value(found) == -0.5
    (found,) = run(non_inferior, {"metric": "roc_auc"}, predictions=constant, champion=perfect)
    assert isinstance(found, AucDifference)
    assert value(found) == -0.5


@pytest.mark.parametrize(
    "change",
    [
        {"name": "holdout"},
        {"target": [0, 1, 1, 1]},
        {"target": None},
        {"target": [1, None, 0, 0]},
        {"prediction": [1, None, 0, 0]},
        {"prediction": [None] * 4, "target": [None] * 4},
        {"weights": [1, 1, 1, 2]},
        {"prediction": [1, 0], "target": [1, 1]},
    ],
)
def test_rows_that_are_not_the_same_or_not_known_are_errors(run, code, change):
    told = {"prediction": [1, 0, 0, 1], "target": [1, 1, 0, 0], "positive": 1}
    fine, broken = Predictions.of(**told), Predictions.of(**{**told, **change})
    for one, other in ((fine, broken), (broken, fine)):
        assert code(run(non_inferior, predictions=one, champion=other)) == "DC203"


def test_other_data_of_the_same_shape_are_an_error(run, code):
    made = Predictions.of([1, 0], [1, 0], positive=1)
    sides = replace(made, data="sha256:a"), replace(made, data="sha256:b")
    assert code(run(non_inferior, predictions=sides[0], champion=sides[1])) == "DC203"


@pytest.mark.parametrize("scores", [None, [0.1, None, 0.2, 0.3], [0.1, float("inf"), 0.2, 0.3]])
def test_an_area_without_scores_is_an_error_that_names_the_model(run, scores):
    y = [1, 0, 1, 0]
    fine = predictions(y, [0.9, 0.1, 0.8, 0.2])
    broken = Predictions.of([1, 0, 1, 0], y, positive=1, scores=scores)
    for who, one, other in (("candidate", broken, fine), ("champion", fine, broken)):
        found = run(non_inferior, {"metric": "roc_auc"}, predictions=one, champion=other)
        assert found.code == "DC203"
        assert str(found.error).startswith(f"the {who} cannot be compared by roc_auc")
    (accuracy,) = run(non_inferior, predictions=broken, champion=fine)
    assert isinstance(accuracy, Paired)


def test_the_metric_is_one_of_those_named():
    assert NonInferior().metric == "accuracy"
    with pytest.raises(ValueError, match="metric"):
        NonInferior.model_validate({"metric": "f2"})


def test_recall_needs_a_positive_label(run, code):
    made = Predictions.of([1, 0], [1, 0])
    assert isinstance(run(non_inferior, predictions=made, champion=made)[0], Paired)
    for metric in METRICS[1:4]:
        found = run(non_inferior, {"metric": metric}, predictions=made, champion=made)
        assert code(found) == "DC203"


def test_every_metric_equals_scikit_learns(run, value, models, scored):
    """Of labels and of probabilities, with and without frequency weights, to 1e-9."""
    random = np.random.default_rng(21)
    y, *scores = models(random, 500)
    for weights in (None, random.integers(0, 4, 500)):
        both = scored(y, *scores, weights=weights)
        for metric, by_score in {
            "f1": lambda p, s, w: metrics.f1_score(y, p, sample_weight=w),
            "f1_macro": lambda p, s, w: metrics.f1_score(y, p, sample_weight=w, average="macro"),
            "matthews_corrcoef": lambda p, s, w: metrics.matthews_corrcoef(y, p, sample_weight=w),
            "log_loss": lambda p, s, w: -metrics.log_loss(y, s, sample_weight=w),
            "brier_score": lambda p, s, w: -metrics.brier_score_loss(y, s, sample_weight=w),
        }.items():
            first, second = (by_score((s >= 0.5).astype(int), s, weights) for s in scores)
            found, *_ = run(non_inferior, {"metric": metric}, **both)
            assert isinstance(found, Smooth)
            assert value(found) == pytest.approx(first - second, abs=1e-9)


def test_errors_of_numbers_equal_scikit_learns(run, value, regression):
    random = np.random.default_rng(22)
    y = random.normal(size=300)
    told = [y + s * random.normal(size=300) for s in (0.5, 0.6)]
    weights = random.integers(1, 4, 300)
    for metric, error in {
        "mean_absolute_error": metrics.mean_absolute_error,
        "root_mean_squared_error": metrics.root_mean_squared_error,
    }.items():
        first, second = (error(y, p, sample_weight=weights) for p in told)
        reduction, margin, no_difference = sorted(
            run(
                non_inferior, {"metric": metric, "relative": 0.02},
                **regression(y, *told, weights=weights),
            ),
            key=lambda e: ["error_reduction", "relative_margin", "difference"].index(e.name),
        )  # fmt: skip
        assert value(reduction) == pytest.approx(second - first, abs=1e-9)
        assert value(margin) == pytest.approx(1.02 * second - first, abs=1e-9)
        assert no_difference.reason.endswith("require error_reduction")


def test_more_than_two_labels_equal_scikit_learns(run, value):
    random = np.random.default_rng(23)
    y = random.integers(0, 4, 600)
    told = [np.where(random.random(600) < s, y, random.integers(0, 5, 600)) for s in (0.7, 0.6)]
    both = dict(zip(("predictions", "champion"), (Predictions.of(p, y) for p in told), strict=True))
    (found,) = run(non_inferior, {"metric": "matthews_corrcoef"}, **both)
    first, second = (metrics.matthews_corrcoef(y, p) for p in told)
    assert value(found) == pytest.approx(first - second, abs=1e-9)
    (found,) = run(non_inferior, {"metric": "f1_macro"}, **both)
    assert found.reason == "0 rows of a label, fewer than 10"  # label 4 is never true
    known = [np.where(p == 4, 0, p) for p in told]
    both = dict(
        zip(("predictions", "champion"), (Predictions.of(p, y) for p in known), strict=True)
    )
    (found,) = run(non_inferior, {"metric": "f1_macro"}, **both)
    first, second = (metrics.f1_score(y, p, average="macro") for p in known)
    assert value(found) == pytest.approx(first - second, abs=1e-9)


def test_a_published_example_of_tangos_bounds(run):
    """R package PropCIs 0.3-0, scoreci.mp(48, 41, 549, 0.90): from -0.0157 to 0.0414."""
    first = np.repeat([True, True, False, False], [300, 48, 41, 160])
    second = np.repeat([True, False, True, False], [300, 48, 41, 160])
    y = np.tile([0, 1], 275)[:549]
    told = [np.where(right, y, 1 - y) for right in (first, second)]
    both = dict(zip(("predictions", "champion"), (Predictions.of(p, y) for p in told), strict=True))
    (found,) = run(non_inferior, **both)
    bounds = paired_bounds(found.both, found.first, found.second, found.neither, 0.05)
    assert bounds.low == pytest.approx(-0.0157, abs=5e-4)
    assert bounds.high == pytest.approx(0.0414, abs=5e-4)


def test_a_share_of_the_champion_is_a_bound_and_no_estimated_margin(run, value, models, scored):
    y, *scores = models(np.random.default_rng(24), 800)
    both = scored(y, *scores)
    for metric in ("accuracy", "recall", "balanced_accuracy", "roc_auc", "f1", "brier_score"):
        difference, *_, margin = run(non_inferior, {"metric": metric, "relative": 0.01}, **both)
        factor = 1.01 if metric == "brier_score" else 0.99
        one, *_ = run(non_inferior, {"metric": metric}, **both)
        assert difference.name == one.name
        assert margin.name == "relative_margin"
        swapped = {"predictions": both["champion"], "champion": both["champion"]}
        *_, of_champion = run(non_inferior, {"metric": metric, "relative": 0.01}, **swapped)
        # θ₂ − f θ₂ = (1 − f) θ₂, so that θ₁ − f θ₂ = (θ₁ − θ₂) + (1 − f) θ₂.
        assert value(margin) == pytest.approx(value(difference) + value(of_champion), abs=1e-9)
        assert np.sign(value(of_champion)) == (1 if factor < 1 or metric == "brier_score" else -1)


def test_a_model_is_within_one_percent_of_itself_where_there_are_rows(run, low, models, scored):
    random = np.random.default_rng(25)
    y, score, _ = models(random, 4_000)
    for metric in ("accuracy", "balanced_accuracy", "roc_auc", "f1", "brier_score"):
        relative = {"metric": metric, "relative": 0.02 if metric != "brier_score" else 0.2}
        *_, margin = run(non_inferior, relative, **scored(y, score, score))
        assert low(margin) > 0, metric
        *_, margin = run(non_inferior, relative, **scored(y[:60], score[:60], score[:60]))
        assert low(margin) < 0, metric


def test_a_relative_margin_is_of_what_cannot_be_negative():
    with pytest.raises(ValueError, match="relative"):
        NonInferior.model_validate({"metric": "matthews_corrcoef", "relative": 0.01})
    for wrong in (0, 1, -0.1, "1 %"):
        with pytest.raises(ValueError, match="relative"):
            NonInferior.model_validate({"relative": wrong})


@pytest.mark.parametrize("metric", ["f1", "matthews_corrcoef", "log_loss", "brier_score"])
def test_a_model_that_hardly_differs_is_never_known_exactly(
    run, value, low, models, scored, metric
):
    """Identical, and different on a handful of rows: the bounds have a width."""
    y, score, other = models(np.random.default_rng(26), 3_000)
    found, *_ = run(non_inferior, {"metric": metric}, **scored(y, score, score))
    assert isinstance(found, BoundedMean)
    assert value(found) == 0
    assert low(found) < 0
    few = np.where(np.arange(3_000) < 12, other, score)
    found, *_ = run(non_inferior, {"metric": metric}, **scored(y, few, score))
    assert low(found) < min(value(found), 0) - 1e-4
    assert "fewer than 20 rows" in found.details[0]


def at_the_margin(random, n, gap):
    """A champion right on 85 % of rows and a candidate right on ``gap`` fewer, dependent."""
    champion = random.random(n) < 0.85
    redrawn = random.random(n) < 0.3
    return np.where(redrawn, random.random(n) < 0.85 - gap / 0.3, champion), champion


def test_false_release_and_false_fail_of_f1(run, low, value, pair):
    """At a loss equal to the margin few pass; at no loss few fail: 5 % each, at most."""
    random = np.random.default_rng(27)
    n, runs = 300, 250
    truth = None
    passed = failed = 0
    for loss in (0.05, 0.0):
        y = (random.random(100_000) < 0.4).astype(int)
        found, *_ = run(
            non_inferior, {"metric": "f1"}, **pair(y, *at_the_margin(random, len(y), loss))
        )
        truth = value(found)
        for _ in range(runs):
            y = (random.random(n) < 0.4).astype(int)
            both = pair(y, *at_the_margin(random, n, loss))
            found, *_ = run(non_inferior, {"metric": "f1"}, **both)
            if loss:
                passed += low(found) >= truth
            else:
                swapped = {"predictions": both["champion"], "champion": both["predictions"]}
                (other,) = run(non_inferior, {"metric": "f1"}, **swapped)
                failed += low(other) > 0  # the candidate's upper bound lies below 0
    assert passed <= 23  # 12.5 expected; 99.7 % of runs at 5 % have at most 23
    assert failed <= 23


def test_within_one_percent_is_rarely_said_of_what_lies_just_outside(run, low, pair):
    """Accuracies of 0.8075 and 0.85: exactly 5 % of the champion's are lost."""
    random = np.random.default_rng(28)
    passed = 0
    for _ in range(250):
        y = random.integers(0, 2, 400)
        both = pair(y, *at_the_margin(random, 400, 0.0425))
        _, margin = run(non_inferior, {"relative": 0.05}, **both)
        passed += low(margin) >= 0
    assert passed <= 23


def test_sampling_weights_and_entities_widen_the_bounds(run, low, value, models):
    """A share of the population is not a share of rows; ten rows of one person are one person."""
    random = np.random.default_rng(29)
    people = np.repeat(np.arange(300), 10)
    y, first, second = (a[people] for a in models(random, 300))
    weights = random.lognormal(0, 1, 3_000)
    for metric in ("accuracy", "recall", "roc_auc", "f1", "brier_score"):
        by = {}
        for how, more in {
            "plain": {}, "entities": {"entities": people}, "weights": {"sampling": weights},
        }.items():  # fmt: skip
            both = {
                who: Predictions.of((s > 0.5).astype(int), y, positive=1, scores=s, **more)
                for who, s in (("predictions", first), ("champion", second))
            }
            found, *_ = run(non_inferior, {"metric": metric}, **both)
            by[how] = found
        assert value(by["entities"]) == pytest.approx(value(by["plain"]), abs=1e-9)
        width = {how: value(found) - low(found) for how, found in by.items()}
        assert width["entities"] > 2 * width["plain"]
        if metric == "accuracy":
            expected = [np.average((s > 0.5) == y, weights=weights) for s in (first, second)]
            assert value(by["weights"]) == pytest.approx(expected[0] - expected[1], abs=1e-9)


def test_a_metric_of_another_task_is_an_error(run, code, regression):
    y = np.arange(200.0)
    both = regression(y, y + 1, y + 2)
    assert code(run(non_inferior, **both)) == "DC203"
    labels = {who: Predictions.of([0, 1], [0, 1], positive=1) for who in both}
    assert code(run(non_inferior, {"metric": "mean_absolute_error"}, **labels)) == "DC203"


def test_scores_that_are_no_probabilities_have_no_loss(run, code, scored):
    both = scored([0, 1] * 60, [0.2, 0.8] * 60, [0.2, 1.7] * 60)
    assert code(run(non_inferior, {"metric": "brier_score"}, **both)) == "DC203"


@pytest.mark.parametrize(
    ("metric", "rows", "reason"),
    [
        ("mean_absolute_error", 0, "no rows"),
        ("mean_absolute_error", 1, "1 error, fewer than 100"),
        ("root_mean_squared_error", 99, "99 errors, fewer than 100"),
    ],
)
def test_too_few_errors_are_no_pass(run, regression, metric, rows, reason):
    y = np.arange(float(rows))
    found, other = run(non_inferior, {"metric": metric}, **regression(y, y + 1, y - 2))
    assert found.reason == reason
    assert not found.context
    assert isinstance(other, Undefined)


def test_a_perfect_pair_of_regressions_says_nothing(run, regression):
    """No row shows how large an error may be."""
    y = np.arange(500.0)
    for metric in ("mean_absolute_error", "root_mean_squared_error"):
        found, _ = run(non_inferior, {"metric": metric}, **regression(y, y, y))
        assert found.reason.startswith("too few rows differ")


def test_huge_errors_are_no_numbers(run, regression):
    y = np.zeros(200)
    both = regression(y, np.full(200, 1e300), np.full(200, 1e290))
    found, _ = run(non_inferior, {"metric": "root_mean_squared_error"}, **both)
    assert found.reason == "the numbers are too large to be averaged"


@pytest.mark.parametrize("metric", ["f1", "f1_macro", "matthews_corrcoef"])
def test_one_class_and_constant_predictions_of_labels(run, metric):
    one = {who: predictions([1] * 40, [1.0] * 40) for who in ("predictions", "champion")}
    (found,) = run(non_inferior, {"metric": metric}, **one)
    if metric == "f1":
        assert isinstance(found, BoundedMean)
    else:
        assert found.reason == "all rows have one true label"
    y = [0, 1] * 20
    both = {"predictions": predictions(y, [1.0] * 40), "champion": predictions(y, y)}
    (found,) = run(non_inferior, {"metric": metric}, **both)
    if metric == "matthews_corrcoef":
        assert found.reason == "the candidate answers one label alone, which is related to nothing"
    else:
        assert isinstance(found, Smooth)
    empty = Predictions.of([], [], positive=1)
    (found,) = run(non_inferior, {"metric": metric}, predictions=empty, champion=empty)
    assert found.reason == "no rows"


def point(estimate):
    """The value of an estimate, whether or not it has bounds."""
    if isinstance(estimate, BoundedMean):
        return estimate.mean
    if isinstance(estimate, Paired):
        n = estimate.both + estimate.first + estimate.second + estimate.neither
        return (estimate.first - estimate.second) / n
    weights = estimate.counts if estimate.weights is None else estimate.weights
    return float(estimate.of(np.average(estimate.terms, axis=0, weights=weights)))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(150, 300),
    share=st.floats(0.2, 0.8),
    redrawn=st.sampled_from([0.0, 0.01, 0.5, 1.0]),
    how=st.sampled_from([None, "weights", "sampling"]),
    factor=st.sampled_from([1.0, 0.95, 1.1]),
)
def test_points_are_scikit_learns_whatever_the_rows(seed, rows, share, redrawn, how, factor):
    random = np.random.default_rng(seed)
    y = (random.random(rows) < share).astype(int)
    y[:20] = [0, 1] * 10
    second = np.clip(0.5 + 0.3 * (y - 0.5) + 0.3 * random.normal(size=rows), 0.01, 0.99)
    first = np.where(random.random(rows) < redrawn, random.random(rows), second)
    given_weights = {
        None: None,
        "weights": random.integers(1, 4, rows),
        "sampling": random.uniform(0.5, 1.5, rows),
    }[how]
    more = {} if how is None else {how: given_weights}
    pair = [
        Predictions.of((s >= 0.5).astype(int), y, positive=1, scores=s, **more)
        for s in (first, second)
    ]
    for metric, of in {
        "accuracy": lambda p, s, w: metrics.accuracy_score(y, p, sample_weight=w),
        "f1": lambda p, s, w: metrics.f1_score(y, p, sample_weight=w),
        "f1_macro": lambda p, s, w: metrics.f1_score(y, p, sample_weight=w, average="macro"),
        "matthews_corrcoef": lambda p, s, w: metrics.matthews_corrcoef(y, p, sample_weight=w),
        "log_loss": lambda p, s, w: -metrics.log_loss(y, s, sample_weight=w),
        "brier_score": lambda p, s, w: -metrics.brier_score_loss(y, s, sample_weight=w),
    }.items():
        values = [of((s >= 0.5).astype(int), s, given_weights) for s in (first, second)]
        found = compared("difference", metric, *pair, factor=factor)
        assert point(found) == pytest.approx(values[0] - factor * values[1], abs=1e-9), metric


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.integers(-8, 8),
    redrawn=st.sampled_from([0.0, 0.02, 1.0]),
    how=st.sampled_from([None, "weights", "sampling"]),
)
def test_points_of_a_regression_are_scikit_learns_on_any_scale(seed, scale, redrawn, how):
    random = np.random.default_rng(seed)
    y = 10.0**scale * random.standard_t(3, size=150)
    second = y + 10.0**scale * random.normal(size=150)
    other = y + 10.0**scale * random.standard_t(3, size=150)
    first = np.where(random.random(150) < redrawn, other, second)
    weights = {
        None: None,
        "weights": random.integers(1, 4, 150),
        "sampling": random.uniform(0.8, 1.2, 150),
    }[how]
    more = {} if how is None else {how: weights}
    pair = [Predictions.of(p, y, task="regression", **more) for p in (first, second)]
    for metric, error in {
        "mean_absolute_error": metrics.mean_absolute_error,
        "root_mean_squared_error": metrics.root_mean_squared_error,
    }.items():
        errors = [error(y, p, sample_weight=weights) for p in (first, second)]
        found = compared("error_reduction", metric, *pair)
        assert point(found) == pytest.approx(errors[1] - errors[0], abs=1e-9 * 10.0**scale)
