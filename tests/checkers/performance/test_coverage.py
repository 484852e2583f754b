import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploycheck.authoring.estimates import BoundedMean, Proportion, Smooth, Undefined
from deploycheck.checkers.performance.coverage import coverage
from deploycheck.evidence.predictions import Predictions

ENDS = {"lower": "low", "upper": "high"}


def intervals(y, low, high, **more):
    groups = {"low": list(low), "high": list(high)}
    return Predictions.of(list(y), list(y), task="regression", groups=groups, **more)


def sets(y, labels, **more):
    return Predictions.of(list(y), list(y), groups={"set": list(labels)}, **more)


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_numpy(run, by_place, value, weighted):
    random = np.random.default_rng(0)
    y, low = random.normal(size=300), random.normal(-1, 1, 300)
    high = low + random.exponential(size=300) * 3
    w = random.integers(0, 4, 300) if weighted else np.ones(300)
    more = {"weights": w.tolist()} if weighted else {}
    found = by_place(run(coverage, ENDS, predictions=intervals(y, low, high, **more)))
    assert [name for (name,) in found] == ["coverage", "mean_width"]
    inside = (low <= y) & (y <= high)
    assert found["coverage",] == Proportion("coverage", int(w @ inside), int(w.sum()))
    assert isinstance(found["mean_width",], Smooth)
    expected = np.average(high - low, weights=w)
    assert value(found["mean_width",]) == pytest.approx(expected, abs=1e-12)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(0, 9)), min_size=1, max_size=30
    )
)
def test_any_intervals_equal_a_count_by_hand(run, by_place, rows):
    y, low, width = (list(part) for part in zip(*rows, strict=True))
    high = [a + b for a, b in zip(low, width, strict=True)]
    found = by_place(run(coverage, ENDS, predictions=intervals(y, low, high)))
    hits = sum(a <= t <= b for t, a, b in zip(y, low, high, strict=True))
    assert found["coverage",] == Proportion("coverage", hits, len(y))


def test_ends_belong_to_the_interval_and_may_be_infinite(run, by_place):
    inf = float("inf")
    made = intervals([1.0, 2.0, 3.0], [1.0, -inf, -inf], [2.0, 2.0, inf])
    found = by_place(run(coverage, ENDS, predictions=made))
    assert found["coverage",] == Proportion("coverage", 3, 3)
    assert found["mean_width",].reason == "2 of 3 intervals are infinite"


def test_rows_of_one_entity_are_not_independent(run, by_place):
    random = np.random.default_rng(1)
    y = random.normal(size=400)
    who = [f"{row // 4:03}" for row in range(400)]
    found = by_place(
        run(coverage, ENDS, predictions=intervals(y, y - 1, y + random.random(400), entities=who))
    )
    assert found["coverage",].effective < 400
    assert len(np.unique(found["mean_width",].clusters)) == 100


def test_sampling_weights_weigh(run, by_place, value):
    random = np.random.default_rng(2)
    y, w = random.normal(size=400), random.exponential(size=400) + 0.2
    low, high = np.full(400, -1.0), random.random(400)
    made = intervals(y, low, high, sampling=w.tolist())
    found = by_place(run(coverage, ENDS, predictions=made))
    inside = (low <= y) & (y <= high)
    assert value(found["coverage",]) == pytest.approx(np.average(inside, weights=w), abs=1e-12)
    assert value(found["mean_width",]) == pytest.approx(np.average(high + 1, weights=w), abs=1e-12)


def test_sets_of_labels(run, by_place, value):
    y = ["a", "b", "c", "a", "1"]
    labels = ["a|b", "b", " a |b", "|", "1.0|a|a"]
    found = by_place(run(coverage, {"labels": "set"}, predictions=sets(y, labels)))
    assert found["coverage",] == Proportion("coverage", 3, 5)
    size = found["mean_size",]
    assert isinstance(size, BoundedMean)
    assert (value(size), size.low, size.high) == (7 / 5, 0.0, 4.0)
    assert "mean_width" not in {name for (name,) in found}


def test_a_separator_may_be_another(run, by_place):
    params = {"labels": "set", "separator": "; "}
    found = by_place(run(coverage, params, predictions=sets(["a", "b"], ["a; b", "a"])))
    assert found["coverage",] == Proportion("coverage", 1, 2)


def test_no_rows_and_one_row(run, by_place):
    for made, params in ((intervals([], [], []), ENDS), (sets([], []), {"labels": "set"})):
        found = run(coverage, params, predictions=made)
        assert len(found) == 2
        assert all(isinstance(e, Undefined) and e.n == 0 for e in found)
    found = by_place(run(coverage, ENDS, predictions=intervals([1.0], [0.0], [3.0])))
    assert found["coverage",] == Proportion("coverage", 1, 1)
    assert found["mean_width",] == Undefined("mean_width", 1, "1 row, fewer than 100", 3.0)


def test_intervals_that_are_all_equally_wide_have_that_width_without_bounds(run, by_place):
    found = by_place(
        run(coverage, ENDS, predictions=intervals([1.0] * 200, [0.0] * 200, [3.0] * 200))
    )
    assert found["coverage",] == Proportion("coverage", 200, 200)
    assert (found["mean_width",].value, found["mean_width",].n) == (3.0, 200)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ([0.0, 3.0], [1.0, 2.0]),
        ([0.0, None], [1.0, 2.0]),
        ([0.0, 1.0], [1.0, "much"]),
        ([0.0, "nan"], [1.0, 2.0]),
        ([None, None], [1.0, 2.0]),
    ],
)
def test_ends_that_cross_or_are_missing_are_errors(run, code, low, high):
    assert code(run(coverage, ENDS, predictions=intervals([0.5, 1.5], low, high))) == "DC203"


def test_labels_and_intervals_do_not_mix(run, code):
    made = Predictions.of(
        [1, 0], [1, 0], groups={"low": [0, 0], "high": [1, 1], "set": ["1", None]}
    )
    assert code(run(coverage, ENDS, predictions=made)) == "DC203"
    assert code(run(coverage, {"labels": "set"}, predictions=made)) == "DC203"
    numbers = intervals([1.0], [0.0], [2.0])
    assert code(run(coverage, {"labels": "low"}, predictions=numbers)) == "DC203"
    assert code(run(coverage, {"labels": "q"}, predictions=made)) == "DC019"


@pytest.mark.parametrize(
    "params", [{}, {"lower": "a"}, {"upper": "a"}, {"lower": "a", "upper": "b", "labels": "c"}]
)
def test_one_kind_of_prediction_is_asked_for(params):
    with pytest.raises(ValueError, match="give `lower` and `upper`"):
        coverage.signature.params.model_validate(params)


def gaussian(seed, rows, reach):
    random = np.random.default_rng(seed)
    return {
        "amount": random.normal(size=rows),
        "guess": np.zeros(rows),
        "low": np.full(rows, -reach),
        "high": np.full(rows, reach) + random.random(rows) * 1e-9,
    }


@pytest.mark.parametrize(
    ("reach", "outcome"), [(1.96, "PASS"), (1.2, "FAIL"), (1.67, "INCONCLUSIVE")]
)
def test_a_promise_of_ninety_percent_is_judged(judged, reach, outcome):
    control = (
        "check: performance.coverage\nwith: {lower: low, upper: high}\n"
        "require: {coverage: {min: 0.9}}"
    )
    verdict = judged(
        control, gaussian(1, 1_000, reach), "target: amount, prediction: guess", "regression"
    )
    assert verdict.outcome == outcome


def test_coverage_at_its_bound_is_passed_in_at_most_one_of_twenty(run, by_place, bounds):
    passed = 0
    for seed in range(300):
        data = gaussian(seed, 150, 1.6448536269514722)
        made = intervals(data["amount"], data["low"], data["high"])
        passed += bounds(by_place(run(coverage, ENDS, predictions=made))["coverage",]).low >= 0.9
    assert passed <= 20  # at most 15 expected
