import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deploycheck.authoring.estimates import Smooth, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.checkers.performance.bias_regression import bias_regression
from deploycheck.evidence.predictions import Predictions

BINS = "actual_to_expected_by_bin"


def claims(seed, rows=2_000, factor=1.0):
    """Claims of policies: exposure, expected and actual number a year."""
    random = np.random.default_rng(seed)
    exposure, expected = random.uniform(0.1, 1, rows), random.gamma(2, 0.5, rows)
    return exposure, expected, random.poisson(factor * expected * exposure) / exposure


def predictions(y, p, exposure=None, **more):
    groups = {} if exposure is None else {"years": list(exposure)}
    return Predictions.of(list(p), list(y), task="regression", groups=groups, **more)


def apart(found):
    return [e for e in found if not isinstance(e, Bars)], [e for e in found if isinstance(e, Bars)]


@pytest.mark.parametrize("kind", ["plain", "frequency", "sampling", "entities"])
@pytest.mark.parametrize("exposed", [False, True])
def test_equals_sums_by_hand(run, value, kind, exposed):
    exposure, p, y = claims(0)
    random = np.random.default_rng(1)
    w = random.integers(0, 4, 2_000) if kind == "frequency" else random.exponential(size=2_000)
    more = {
        "plain": {},
        "frequency": {"weights": w.tolist()},
        "sampling": {"sampling": w.tolist()},
        "entities": {"entities": [row // 2 for row in range(2_000)]},
    }[kind]
    params = {"exposure": "years"} if exposed else {}
    v = (w if kind in {"frequency", "sampling"} else np.ones(2_000)) * (exposure if exposed else 1)
    made = predictions(y, p, exposure, **more)
    found, _ = apart(run(bias_regression, params, predictions=made))
    whole = {e.name: e for e in found if e.name != BINS}
    expected = np.average(p - y, weights=v)
    assert value(whole["mean_error"]) == pytest.approx(expected, abs=1e-9)
    assert value(whole["actual_to_expected"]) == pytest.approx((v @ y) / (v @ p), abs=1e-9)
    bins = [e for e in found if e.name == BINS and isinstance(e, Smooth)]
    order, actual = np.argsort(p), []
    for part in bins:
        low, high = (float(end) for end in part.slice["prediction"].split(" to "))
        mine = order[(p[order] >= low * (1 - 1e-5)) & (p[order] <= high * (1 + 1e-5))]
        actual.append((v[mine] @ y[mine]) / (v[mine] @ p[mine]))
    np.testing.assert_allclose([value(part) for part in bins], actual, atol=0.01)
    assert len(bins) == (10 if kind in {"plain", "frequency"} else len(bins)) > 0


def test_deciles_are_those_of_numpy(run):
    _, p, y = claims(2)
    found, (figure,) = apart(run(bias_regression, predictions=predictions(y, p)))
    sizes = [len(e.terms) for e in found if e.name == BINS]
    assert sum(sizes) == 2_000
    assert max(sizes) - min(sizes) <= 2
    parts = np.array_split(np.sort(p), 10)
    assert [float(bar.label.split(" to ")[0]) for bar in figure.bars] == pytest.approx(
        [part[0] for part in parts], rel=1e-5
    )


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(100, 120), st.just(2)),
        elements=st.floats(0, 2.0**20, width=32, allow_subnormal=False),
    )
)
def test_any_numbers_equal_sums_by_hand_or_are_undefined(run, value, table):
    y, p = table.T
    found, _ = apart(run(bias_regression, {"bins": 2}, predictions=predictions(y, p)))
    whole = {e.name: e for e in found if e.name != BINS}
    if isinstance(whole["mean_error"], Smooth):
        scale = 1 + np.abs(table).max()
        assert abs(value(whole["mean_error"]) - (p - y).mean()) <= 1e-9 * scale
    if isinstance(whole["actual_to_expected"], Smooth):
        assert value(whole["actual_to_expected"]) == pytest.approx(y.sum() / p.sum(), rel=1e-9)
    else:
        reason = whole["actual_to_expected"].reason
        assert p.sum() == 0 or "alike" in reason or "same ratio" in reason


def test_no_rows_and_one_row(run):
    found, figures = apart(run(bias_regression, predictions=predictions([], [])))
    assert [e.reason for e in found] == ["no rows"] * 3
    assert not figures
    found, _ = apart(run(bias_regression, predictions=predictions([1.0], [2.0])))
    assert [(e.name, e.value) for e in found] == [
        ("mean_error", 1.0),
        ("actual_to_expected", 0.5),
        (BINS, 0.5),
    ]
    assert all(isinstance(e, Undefined) and e.reason == "1 row, fewer than 100" for e in found)


def test_a_constant_prediction_has_one_bin(run):
    _, _, y = claims(3, 300)
    found, _ = apart(run(bias_regression, predictions=predictions(y, [1.0] * 300)))
    assert [e.slice for e in found] == [{}, {}, {"prediction": "1"}]
    assert all(isinstance(e, Smooth) for e in found)


def test_errors_or_ratios_that_are_all_equal_say_nothing(run):
    p = np.arange(1.0, 301.0)
    found, _ = apart(run(bias_regression, {"bins": 2}, predictions=predictions(p + 1, p)))
    assert found[0] == Undefined("mean_error", 300, "all errors are equal", -1.0)
    found, _ = apart(run(bias_regression, {"bins": 2}, predictions=predictions(2 * p, p)))
    assert found[1] == Undefined("actual_to_expected", 300, "all rows have the same ratio", 2.0)


def test_negative_predictions_and_those_of_zero_have_no_ratio(run):
    y = np.random.default_rng(0).normal(size=200)
    found, _ = apart(run(bias_regression, predictions=predictions(y, y - 1e-3)))
    assert "predictions are negative" in found[1].reason
    found, _ = apart(run(bias_regression, predictions=predictions(abs(y), np.zeros(200))))
    assert found[1].reason == "all that is predicted is 0: there is no ratio"
    assert isinstance(found[0], Smooth)
    huge, _ = apart(run(bias_regression, predictions=predictions([1e308] * 200, [1e308] * 200)))
    assert all(isinstance(e, Undefined) for e in huge)


@pytest.mark.parametrize(
    ("y", "p", "exposure"),
    [
        ([1.0, None], [1.0, 2.0], [1, 1]),
        ([1.0, 2.0], [float("inf"), 2.0], [1, 1]),
        ([1.0, 2.0], [1.0, 2.0], [1, -1]),
        ([1.0, 2.0], [1.0, 2.0], [0, 0]),
        ([1.0, 2.0], [1.0, 2.0], [1, None]),
        ([1.0, 2.0], [1.0, 2.0], ["1", "year"]),
    ],
)
def test_missing_numbers_and_impossible_exposures_are_errors(run, code, y, p, exposure):
    made = predictions(y, p, exposure)
    assert code(run(bias_regression, {"exposure": "years"}, predictions=made)) == "DC203"


def test_labels_have_no_bias_of_this_kind(run, code):
    made = Predictions.of([1, 0], [1, 0], positive=1)
    assert code(run(bias_regression, predictions=made)) == "DC203"


CONTROL = (
    "check: performance.bias_regression\nwith: {exposure: years}\n"
    "require: {actual_to_expected: {min: 0.95, max: 1.05}}"
)


@pytest.mark.parametrize(
    ("factor", "rows", "outcome"),
    [(1.0, 20_000, "PASS"), (1.2, 20_000, "FAIL"), (1.0, 1_000, "INCONCLUSIVE")],
)
def test_a_ratio_is_judged_by_both_bounds(judged, factor, rows, outcome):
    exposure, p, y = claims(5, rows, factor)
    columns = {"claims": y, "rate": p, "years": exposure}
    assert (
        judged(CONTROL, columns, "target: claims, prediction: rate", "regression").outcome
        == outcome
    )


def test_a_decile_that_is_wrong_fails_though_the_mean_is_right(judged):
    _, p, _ = claims(6, 20_000)
    tilted = 1.0 + 0.5 * (p.mean() - p)
    y = np.random.default_rng(7).poisson(np.maximum(p * tilted, 0))
    p = p * y.sum() / p.sum()
    control = (
        "check: performance.bias_regression\n"
        "require: {actual_to_expected_by_bin: {min: 0.9, max: 1.1}}"
    )
    columns = {"claims": y, "rate": p}
    verdict = judged(control, columns, "target: claims, prediction: rate", "regression")
    assert verdict.outcome == "FAIL"
    (whole,) = [m for m in verdict.measurements if m.name == "actual_to_expected"]
    assert whole.value == pytest.approx(1, abs=1e-9)


def test_a_ratio_at_its_bound_is_passed_in_about_one_of_twenty(run, bounds):
    above = below = 0
    for seed in range(200):
        exposure, p, y = claims(seed, 300, factor=1.05)
        made = predictions(y, p, exposure)
        found, _ = apart(run(bias_regression, {"exposure": "years"}, predictions=made))
        one = bounds(found[1])
        above, below = above + (one.high <= 1.05), below + (one.low >= 1.05)
    assert above <= 20  # 10 expected, three deviations are 9 more
    assert below <= 20
