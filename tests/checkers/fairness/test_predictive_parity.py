import numpy as np
import pytest

from deploycheck.authoring.estimates import Range, RatioRange, Undefined
from deploycheck.checkers.fairness.predictive_parity import predictive_parity
from deploycheck.evidence.predictions import Predictions

DIFFERENCE, RATIO = "predictive_parity_difference", "predictive_parity_ratio"


def measured(run, made, **params):
    found = run(predictive_parity, {"by": "g", **params}, predictions=made)
    assert isinstance(found, tuple), found
    return [e for e in found if e.name == DIFFERENCE], [e for e in found if e.name == RATIO]


@pytest.mark.parametrize("seed", range(4))
def test_equals_fairlearn(run, sample, extreme, seed):
    from fairlearn.metrics import MetricFrame
    from sklearn.metrics import precision_score

    y, p, sex, race = sample(seed)
    for feature in (sex, race):
        made = Predictions.of(p.tolist(), y.tolist(), groups={"g": feature.tolist()}, positive=1)
        (gap,), (ratio,) = measured(run, made, min_n=1)
        frame = MetricFrame(metrics=precision_score, y_true=y, y_pred=p, sensitive_features=feature)
        assert extreme(gap)[0] == pytest.approx(frame.difference(), abs=1e-12)
        assert extreme(ratio)[1] == pytest.approx(frame.ratio(), abs=1e-12)


def test_by_hand(run, tables, extreme):
    (gap,), (ratio,) = measured(run, tables(a=(90, 5, 10, 95), b=(60, 50, 20, 50)))
    assert (type(gap), type(ratio)) == (Range, RatioRange)
    assert extreme(gap)[0] == pytest.approx(0.15)
    assert extreme(ratio)[1] == pytest.approx(0.75 / 0.9)
    assert [(g.slice["g"], g.hits, g.of) for g in gap.groups] == [("a", 90, 100), ("b", 60, 80)]


def test_the_positive_predictive_value_of_every_group_is_shown(run, tables):
    made = tables(a=(90, 5, 10, 95), b=(60, 50, 20, 50), c=(2, 9, 1, 90))
    found = run(predictive_parity, {"by": "g"}, predictions=made)
    rates = [e for e in found if e.name == "positive_predictive_value"]
    assert [(e.slice["g"], e.hits, e.of, e.context) for e in rates] == [
        ("a", 90, 100, False),
        ("b", 60, 80, False),
        ("c", 2, 3, True),
    ]


def test_few_positive_predictions_are_not_assessed_however_many_rows(run, tables):
    gaps, ratios = measured(run, tables(a=(90, 5, 10, 95), b=(60, 50, 20, 50), c=(2, 9, 1, 990)))
    reason = "positive predictive value: not assessed: 3 rows, fewer than 30"
    assert gaps[1] == Undefined(DIFFERENCE, 3, reason, slice={"g": "c"})
    assert ratios[1] == Undefined(RATIO, 3, reason, slice={"g": "c"})


def test_where_none_is_right_there_is_no_ratio(run, tables):
    gaps, ratios = measured(run, tables(a=(0, 9, 50, 50), b=(0, 9, 40, 60)))
    assert isinstance(gaps[0], Range)
    assert ratios == [
        Undefined(
            RATIO, 90, "the positive predictive value is zero in every group", slice={"by": "g"}
        )
    ]


@pytest.mark.parametrize(
    "made",
    [
        Predictions.of([], [], groups={"g": []}, positive=1),
        Predictions.of([1], [1], groups={"g": ["a"]}, positive=1),
        Predictions.of([0] * 100, [1, 0] * 50, groups={"g": ["a", "b"] * 50}, positive=1),
        Predictions.of([1] * 100, [1, 0] * 50, groups={"g": [None] * 100}, positive=1),
    ],
    ids=["empty", "one row", "no positive predictions", "all missing"],
)
def test_fewer_than_two_groups_are_no_pass(run, made):
    for found in measured(run, made):
        assert found
        assert all(isinstance(e, Undefined) and not e.context for e in found)


@pytest.mark.parametrize(
    "made",
    [
        Predictions.of([1, 0], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, 0], [None, 1], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, None], [0, 1], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, 0], [1, 0], groups={"g": ["a", "b"]}),
        Predictions.of([1, 0], [1, 0], groups={}, positive=1),
        Predictions.of([1, 0], [1, 0], groups={"g": ["a", "b"]}, positive=1, task="regression"),
    ],
    ids=["no target", "missing target", "missing", "no positive", "column absent", "regression"],
)
def test_what_cannot_be_counted_is_an_error(run, code, made):
    assert code(run(predictive_parity, {"by": "g"}, predictions=made)) == "DC203"


def test_a_missing_protected_value_is_a_group_or_an_error(run, code):
    made = Predictions.of(
        [1] * 200, [1, 0] * 100, groups={"g": ["a"] * 100 + [None] * 60 + ["b"] * 40}, positive=1
    )
    (gap,), _ = measured(run, made)
    assert [g.slice["g"] for g in gap.groups] == ["(missing)", "a", "b"]
    failed = run(predictive_parity, {"by": "g", "missing": "error"}, predictions=made)
    assert code(failed) == "DC203"
    assert "60 rows have no g" in str(failed.error)
    assert isinstance(run(predictive_parity, {"by": "g"}, predictions=made)[0], Range)


def drawn(random, rows, first, second):
    g = random.choice(["a", "b"], rows)
    p = random.random(rows) < 0.6
    right = random.random(rows) < np.where(g == "a", first, second)
    y = np.where(p, right, random.random(rows) < 0.2)
    return Predictions.of(
        p.astype(int).tolist(), y.astype(int).tolist(), groups={"g": g.tolist()}, positive=1
    )


@pytest.mark.parametrize("rows", [300, 1_000])
def test_no_gap_seldom_fails_and_a_gap_at_the_bound_seldom_passes(verdict, frequent, rows):
    random, runs, require = np.random.default_rng(rows), 40, {DIFFERENCE: {"max": 0.1}}
    null = [
        verdict(predictive_parity, {"by": "g"}, require, predictions=drawn(random, rows, 0.8, 0.8))
        for _ in range(runs)
    ]
    assert null.count("FAIL") <= frequent(runs)
    edge = [
        verdict(predictive_parity, {"by": "g"}, require, predictions=drawn(random, rows, 0.8, 0.7))
        for _ in range(runs)
    ]
    assert edge.count("PASS") <= frequent(runs)
    assert edge.count("FAIL") <= frequent(runs)


def test_a_planted_gap_is_found(verdict):
    made = drawn(np.random.default_rng(1), 1_000, 0.9, 0.6)
    assert (
        verdict(predictive_parity, {"by": "g"}, {DIFFERENCE: {"max": 0.1}}, predictions=made)
        == "FAIL"
    )


def test_the_published_compas_values(run, tables, by_place):
    """ProPublica (Larson et al. 2016): positive predictive values of 0.63 and 0.59."""
    made = tables(black=(1369, 532, 805, 990), white=(505, 461, 349, 1139))
    found = by_place(run(predictive_parity, {"by": "g"}, predictions=made))
    for race, value in (("black", 0.63), ("white", 0.59)):
        rate = found["positive_predictive_value", race]
        assert rate.hits / rate.of == pytest.approx(value, abs=0.005)
