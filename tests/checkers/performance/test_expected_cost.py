import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploycheck.authoring.estimates import BoundedMean, Undefined
from deploycheck.checkers.performance.expected_cost import expected_cost
from deploycheck.evidence.predictions import Predictions

COSTS = {1: {0: 10}, 0: {1: 1}}


def binary(seed=0, rows=500):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, rows)
    return y, np.where(random.random(rows) < 0.8, y, 1 - y)


@pytest.mark.parametrize("kind", ["plain", "frequency", "sampling", "entities"])
def test_equals_the_sum_over_the_confusion_table(run, by_place, value, kind):
    y, p = binary()
    random = np.random.default_rng(1)
    w = random.integers(0, 4, 500) if kind == "frequency" else random.exponential(size=500)
    more = {
        "plain": {},
        "frequency": {"weights": w.tolist()},
        "sampling": {"sampling": w.tolist()},
        "entities": {"entities": [row // 2 for row in range(500)]},
    }[kind]
    w = w if kind in {"frequency", "sampling"} else np.ones(500)
    made = Predictions.of(p, y, positive=1, **more)
    found = by_place(run(expected_cost, {"costs": COSTS, "threshold": 0.2}, predictions=made))

    def share(true, told):
        return np.average((y == true) & (p == told), weights=w)

    odds = 0.25
    for name, number in (
        ("expected_cost", 10 * share(1, 0) + share(0, 1)),
        ("net_benefit", share(1, 1) - odds * share(0, 1)),
        ("net_benefit_over_all", odds * share(0, 0) - share(1, 0)),
    ):
        one = found[name,]
        assert isinstance(one, BoundedMean)
        assert value(one) == pytest.approx(number, abs=1e-9), name


def test_the_net_benefit_over_all_is_the_gain_over_acting_on_everybody(run, by_place, value):
    y, p = binary(2)
    params = {"threshold": 0.3}
    of = by_place(run(expected_cost, params, predictions=Predictions.of(p, y, positive=1)))
    everybody = by_place(
        run(expected_cost, params, predictions=Predictions.of(np.ones(500, int), y, positive=1))
    )
    gain = value(of["net_benefit",]) - value(everybody["net_benefit",])
    assert value(of["net_benefit_over_all",]) == pytest.approx(gain, abs=1e-12)
    assert value(everybody["net_benefit_over_all",]) == 0


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40),
    st.lists(st.floats(-100, 100), min_size=9, max_size=9),
)
def test_any_costs_of_several_labels_equal_a_sum_by_hand(run, by_place, value, rows, costs):
    y, p = zip(*rows, strict=True)
    table = {i: {j: costs[3 * i + j] for j in range(3)} for i in range(3)}
    made = Predictions.of(list(p), list(y), task="multiclass")
    one = by_place(run(expected_cost, {"costs": table}, predictions=made))["expected_cost",]
    by_hand = sum(table[i][j] for i, j in rows) / len(rows)
    told = one.value if isinstance(one, Undefined) else value(one)
    assert told == pytest.approx(by_hand, abs=1e-9)


def test_ends_are_those_of_all_costs_that_are_declared(run, by_place):
    params = {"costs": {"a": {"b": 5, "a": -1, "c": 9}, "b": {"a": 2}}}
    made = Predictions.of(["a", "b"] * 20, ["a", "b"] * 20, task="multiclass")
    one = by_place(run(expected_cost, params, predictions=made))["expected_cost",]
    assert (one.mean, one.low, one.high) == (-0.5, -1.0, 9.0)


def test_what_is_not_given_or_not_there_is_undefined(run, by_place):
    y, p = binary()
    made = Predictions.of(p, y, positive=1)
    found = by_place(run(expected_cost, {"costs": COSTS}, predictions=made))
    assert found["net_benefit",].reason == "no `threshold` is given"
    found = by_place(run(expected_cost, {"threshold": 0.5}, predictions=made))
    assert found["expected_cost",].reason == "no `costs` are given"
    several = Predictions.of("abc", "abc", positive="a", task="multiclass")
    found = by_place(run(expected_cost, {"threshold": 0.5}, predictions=several))
    told = "the net benefit is of one positive label and one other"
    assert found["net_benefit_over_all",].reason == told
    alike = {"costs": {1: {0: 1, 1: 1}, 0: {1: 1, 0: 1}}}
    found = by_place(run(expected_cost, alike, predictions=made))
    assert found["expected_cost",].value == 1
    assert "costs the same" in found["expected_cost",].reason


def test_no_rows_one_row_one_class_and_a_constant_prediction(run, by_place, value):
    params = {"costs": COSTS, "threshold": 0.5}
    found = run(expected_cost, params, predictions=Predictions.of([], [], positive=1))
    assert len(found) == 3
    assert all(isinstance(e, Undefined) and e.n == 0 for e in found)
    found = by_place(run(expected_cost, params, predictions=Predictions.of([1], [1], positive=1)))
    assert isinstance(found["expected_cost",], Undefined)
    made = Predictions.of([1, 1, 1, 1], [1, 1, 1, 0], positive=1)
    assert value(by_place(run(expected_cost, params, predictions=made))["expected_cost",]) == 0.25


@pytest.mark.parametrize(
    ("prediction", "target", "params"),
    [
        ([1, 0], [1, 0], {"costs": {1: {0: 10}}}),
        ([1, 0], [1, 0], {"costs": {"yes": {"no": 1}, "no": {"yes": 1}}}),
        ([1, None], [1, 0], {"costs": COSTS}),
        ([1, 0], [None, 0], {"costs": COSTS}),
        ([1, 0], None, {"costs": COSTS}),
        ([1, 0], [1, 0], {"costs": {1: {0: 1e308}, 0: {1: -1e308}}}),
    ],
)
def test_costs_that_lack_a_pair_and_missing_values_are_errors(
    run, code, prediction, target, params
):
    made = Predictions.of(prediction, target, positive=1)
    assert code(run(expected_cost, params, predictions=made)) == "DC203"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"costs": {}},
        {"threshold": 0},
        {"threshold": 1},
        {"costs": {"a": {"b": float("inf")}}},
        {"costs": {"a": {"b": float("nan")}}},
    ],
)
def test_parameters_that_cannot_be_are_refused(params):
    with pytest.raises(ValueError, match=r"costs|threshold"):
        expected_cost.signature.params.model_validate(params)


@pytest.mark.parametrize(("most", "outcome"), [(3.0, "PASS"), (0.5, "FAIL"), (1.1, "INCONCLUSIVE")])
def test_a_budget_is_judged(judged, most, outcome):
    y, p = binary(3, 2_000)
    control = (
        "check: performance.expected_cost\n"
        'with: {costs: {"1": {"0": 10}, "0": {"1": 1}}}\n'
        f"require: {{expected_cost: {{max: {most}}}}}"
    )
    roles = "target: bad, prediction: told, positive: 1"
    verdict = judged(control, {"bad": y, "told": p}, roles, "binary_classification")
    assert verdict.outcome == outcome


def test_a_cost_at_its_budget_is_passed_in_at_most_one_of_twenty(run, by_place, bounds):
    passed = 0
    for seed in range(200):
        y, p = binary(seed, 200)
        made = Predictions.of(p, y, positive=1)
        found = by_place(run(expected_cost, {"costs": COSTS}, predictions=made))
        passed += bounds(found["expected_cost",]).high <= 0.2 * (10 + 1) / 2
    assert passed <= 10


@pytest.mark.parametrize("kind", ["plain", "sampling", "entities"])
def test_a_dear_error_that_was_not_seen_is_not_taken_to_be_impossible(run, by_place, bounds, kind):
    """No row of 300 shows the cost of 1,000; three in a thousand may, whatever rows weigh."""
    y = np.arange(300) % 2
    p = np.where((y == 0) & (np.arange(300) % 10 == 0), 1, y)
    more = {
        "plain": {},
        "sampling": {"sampling": [2.0] * 300},
        "entities": {"entities": [row // 2 for row in range(300)]},
    }[kind]
    costs = {"1": {"0": 1000}, "0": {"1": 1}}
    made = Predictions.of(p, y, positive=1, **more)
    found = by_place(run(expected_cost, {"costs": costs}, predictions=made))["expected_cost",]
    assert bounds(found).high > 3
