import pytest

from deploycheck.authoring.estimates import Proportion, Undefined
from deploycheck.checkers.fairness.error_rates import RATES, error_rates
from deploycheck.evidence.predictions import Predictions

# ProPublica's COMPAS tables (Larson et al. 2016): two years, medium and high risk as positive.
COMPAS = {
    "black": {"tn": 990, "fp": 805, "fn": 532, "tp": 1369},
    "white": {"tn": 1139, "fp": 349, "fn": 461, "tp": 505},
}


def compas():
    prediction, target, race = [], [], []
    for name, cell in COMPAS.items():
        for key, (p, y) in {"tn": (0, 0), "fp": (1, 0), "fn": (0, 1), "tp": (1, 1)}.items():
            prediction += [p] * cell[key]
            target += [y] * cell[key]
            race += [name] * cell[key]
    return Predictions.of(prediction, target, groups={"race": race}, positive=1)


def test_the_published_compas_rates(run, by_place):
    found = by_place(run(error_rates, {"by": "race"}, predictions=compas()))
    published = {  # per cent, as printed there
        ("false_positive_rate", "black"): 44.85,
        ("false_negative_rate", "black"): 27.99,
        ("false_positive_rate", "white"): 23.45,
        ("false_negative_rate", "white"): 47.72,
        ("positive_predictive_value", "black"): 63,
        ("positive_predictive_value", "white"): 59,
    }
    for place, percent in published.items():
        digits = 2 if isinstance(percent, float) else 0
        assert round(100 * found[place].hits / found[place].of, digits) == percent


@pytest.mark.parametrize("seed", range(3))
def test_equals_fairlearns_metric_frame(run, by_place, sample, seed):
    from fairlearn.metrics import (
        MetricFrame,
        false_negative_rate,
        false_positive_rate,
        true_negative_rate,
        true_positive_rate,
    )
    from sklearn.metrics import precision_score

    y, p, sex, race = sample(seed)
    made = Predictions.of(
        p.tolist(), y.tolist(), groups={"sex": sex.tolist(), "race": race.tolist()}, positive=1
    )
    params = {"by": ["sex", "race"], "intersections": True, "min_n": 1}
    found = by_place(run(error_rates, params, predictions=made))
    oracle = MetricFrame(
        metrics={
            "false_positive_rate": false_positive_rate,
            "false_negative_rate": false_negative_rate,
            "true_positive_rate": true_positive_rate,
            "true_negative_rate": true_negative_rate,
            "positive_predictive_value": precision_score,
            "false_omission_rate": lambda t, q: 1 - precision_score(1 - t, 1 - q),
        },
        y_true=y,
        y_pred=p,
        sensitive_features={"sex": sex, "race": race},
    ).by_group
    assert len(oracle) == 6
    for name in RATES:
        for place, expected in oracle[name].items():
            one = found[(name, *place)]
            assert one.hits / one.of == pytest.approx(expected, abs=1e-12), (name, place)


def test_small_groups_and_empty_denominators_are_not_assessed(run, by_place):
    made = Predictions.of(
        [1, 0] * 100, [1, 0] * 50 + [1] * 100, groups={"g": ["a"] * 100 + ["b"] * 100}, positive=1
    )
    found = by_place(run(error_rates, {"by": "g", "min_n": 60}, predictions=made))
    assert found["true_positive_rate", "a"].reason == "not assessed: 50 rows, fewer than 60"
    assert found["true_positive_rate", "a"].value == 1
    assert found["true_positive_rate", "b"] == Proportion(
        "true_positive_rate", 50, 100, slice={"g": "b"}
    )
    assert found["false_positive_rate", "b"].reason == "not assessed: no rows to count"
    assert not found["false_positive_rate", "b"].context


def test_one_group_is_enough(run):
    made = Predictions.of([1, 0] * 50, [1, 1, 0, 0] * 25, groups={"g": ["a"] * 100}, positive=1)
    found = run(error_rates, {"by": "g"}, predictions=made)
    assert all(isinstance(e, Proportion) for e in found)
    assert [e.name for e in found] == list(RATES)


@pytest.mark.parametrize("exclude", [[], ["a"]], ids=["empty", "all excluded"])
def test_no_group_at_all_is_no_pass(run, exclude):
    rows = 100 if exclude else 0
    made = Predictions.of([1] * rows, [1] * rows, groups={"g": ["a"] * rows}, positive=1)
    found = run(error_rates, {"by": "g", "exclude": exclude}, predictions=made)
    judged = [e for e in found if not e.context]
    assert [e.name for e in judged] == list(RATES)
    assert all(isinstance(e, Undefined) for e in judged)


def test_one_row_and_constant_predictions_are_no_pass(run):
    for rows in (1, 29):
        made = Predictions.of([1] * rows, [1] * rows, groups={"g": ["a"] * rows}, positive=1)
        found = run(error_rates, {"by": "g"}, predictions=made)
        assert all(isinstance(e, Undefined) and not e.context for e in found)


def test_frequency_weights_count(run, by_place):
    made = Predictions.of([1, 0], [1, 1], groups={"g": ["a", "a"]}, positive=1, weights=[300, 100])
    found = by_place(run(error_rates, {"by": "g"}, predictions=made))
    assert found["true_positive_rate", "a"] == Proportion(
        "true_positive_rate", 300, 400, slice={"g": "a"}
    )


@pytest.mark.parametrize(
    "made",
    [
        Predictions.of([1, 0], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, 0], [None, None], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, 0], [1, 0], groups={"g": ["a", "b"]}, positive="yes"),
        Predictions.of([1, 0], [1, 0], groups={"h": ["a", "b"]}, positive=1),
    ],
    ids=["no target", "all missing", "never occurs", "column absent"],
)
def test_what_cannot_be_counted_is_an_error(run, code, made):
    assert code(run(error_rates, {"by": "g"}, predictions=made)) == "DC203"
