import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from deploycheck.authoring.estimates import Distance, Mean, Spread, Undefined
from deploycheck.checkers.fairness.calibration_groups import CalibrationGroups, calibration_groups
from deploycheck.evidence.scores import Scores

ERROR, SLOPE, GAP = "calibration_error", "calibration_slope", "calibration_slope_difference"
NAMES = (ERROR, SLOPE, GAP)


def drawn(random, rows, slope=1.0, shift=0.0):
    """Scores that are probabilities in the first group; in the second as ``slope`` and ``shift`` say."""
    g = random.choice(["a", "b"], rows)
    s = expit(random.normal(size=rows))
    truth = np.where(g == "a", s, expit(slope * logit(s) + shift))
    return s, (random.random(rows) < truth).astype(float), g


def scores(s, y, g, **more):
    return Scores.of(list(s), list(y), groups={"g": list(g)}, **more)


def of(run, made, **params):
    found = run(calibration_groups, {"by": "g", **params}, scores=made)
    assert isinstance(found, tuple), found
    return {name: [e for e in found if e.name == name] for name in NAMES}


def by_hand(s, y, bins=10):
    at = np.clip(np.ceil(s * bins) - 1, 0, bins - 1)
    return sum(abs((y - s)[at == b].sum()) for b in range(bins)) / len(s)


def test_the_error_of_each_group_by_hand(run):
    s, y, g = drawn(np.random.default_rng(1), 900, 1.0, 1.0)
    found = of(run, scores(s, y, g))
    assert [e.slice["g"] for e in found[ERROR]] == ["a", "b"]
    for e in found[ERROR]:
        assert isinstance(e, Distance)
        here = g == e.slice["g"]
        assert e.value == pytest.approx(by_hand(s[here], y[here]), abs=1e-12)
        assert e.n == here.sum()
        assert e.details[0].startswith("less its estimated bias")
    assert found[ERROR][1].value > found[ERROR][0].value + 0.1


def test_the_slope_of_each_group_is_that_of_scikit_learn(run):
    s, y, g = drawn(np.random.default_rng(2), 900, 0.5)
    found = of(run, scores(s, y, g))
    for e in found[SLOPE]:
        here = g == e.slice["g"]
        fit = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000)
        fit.fit(logit(s[here])[:, None], y[here])
        assert isinstance(e, Mean)
        assert e.mean == pytest.approx(fit.coef_[0, 0], abs=1e-5)
    (gap,) = found[GAP]
    assert isinstance(gap, Spread)
    assert [m.estimate for m in gap.members] == found[SLOPE]


def test_frequency_weights_stand_for_rows(run):
    random = np.random.default_rng(3)
    s, y, g = drawn(random, 500)
    counts = random.integers(0, 4, 500)
    weighted = of(run, scores(s, y, g, weights=counts))
    plain = of(run, scores(*(np.repeat(v, counts) for v in (s, y, g))))
    for name in (ERROR, SLOPE):
        for one, other in zip(weighted[name], plain[name], strict=True):
            assert one.n == other.n
    assert [e.value for e in weighted[ERROR]] == pytest.approx([e.value for e in plain[ERROR]])
    assert [e.mean for e in weighted[SLOPE]] == pytest.approx([e.mean for e in plain[SLOPE]])


def test_a_small_group_is_shown_and_not_assessed(run):
    s, y, g = drawn(np.random.default_rng(4), 600)
    g[:20] = "c"
    for params, context in (({}, False), ({"exclude": ["c"]}, True)):
        found = of(run, scores(s, y, g), **params)
        for name in NAMES:
            (small,) = (e for e in found[name] if isinstance(e, Undefined))
            assert (small.slice, small.n, small.context) == ({"g": "c"}, 20, context)


def test_a_group_of_one_class_has_an_error_and_no_slope(run):
    s, y, g = drawn(np.random.default_rng(5), 600)
    found = of(run, scores(s, np.where(g == "b", 1.0, y), g))
    assert [type(e) for e in found[ERROR]] == [Distance, Distance]
    assert [type(e) for e in found[SLOPE]] == [Mean, Undefined]
    assert all(isinstance(e, Undefined) and not e.context for e in found[GAP])


@pytest.mark.parametrize(
    ("s", "y", "g"),
    [([], [], []), ([0.5], [1], ["a"]), ([0.2, 0.8] * 90, [0, 1] * 90, ["a"] * 180),
     ([0.4] * 200, [0, 1] * 100, ["a", "a", "b", "b"] * 50)],
    ids=["empty", "one row", "one group", "constant scores"],
)  # fmt: skip
def test_nothing_to_compare_is_no_pass(run, s, y, g):
    found = of(run, scores(s, y, g))
    assert found[GAP]
    assert all(isinstance(e, Undefined) and not e.context for e in found[GAP])
    assert all(found[name] for name in NAMES)


def test_what_cannot_be_read_is_an_error(run, code):
    def failed(made, **params):
        return code(run(calibration_groups, {"by": "g", **params}, scores=made))

    assert failed(Scores.of([0.2, 0.4], groups={"g": ["a", "b"]})) == "DC203"
    assert failed(scores([0.2, 1.4], [0, 1], "ab")) == "DC203"
    assert failed(Scores.of([0.2, 0.4], [0, 1])) == "DC203"
    assert failed(scores([0.2, 0.4], [0, 1], ["a", None]), missing="error") == "DC203"


@pytest.mark.parametrize(
    "params", [{"by": "g", "bins": 0}, {"by": "g", "edges": [0.5, 0.2]}, {"bins": 5}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="CalibrationGroups"):
        CalibrationGroups(**params)


@pytest.mark.parametrize("rows", [300, 1_000])
def test_no_gap_seldom_fails_and_a_gap_at_the_bound_seldom_passes(verdict, frequent, rows):
    random, runs = np.random.default_rng(rows), 60
    null = {ERROR: {"max": 0.05}, GAP: {"max": 0.2}}
    found = [
        verdict(calibration_groups, {"by": "g"}, null, scores=scores(*drawn(random, rows)))
        for _ in range(runs)
    ]
    assert found.count("FAIL") <= frequent(runs)
    found = [
        verdict(
            calibration_groups,
            {"by": "g"},
            {GAP: {"max": 0.5}},
            scores=scores(*drawn(random, rows, 1.5)),
        )
        for _ in range(runs)
    ]
    assert found.count("PASS") <= frequent(runs)
    assert found.count("FAIL") <= frequent(runs)


def test_a_planted_gap_is_found(verdict):
    random = np.random.default_rng(1)
    made = scores(*drawn(random, 3_000, 0.3, 1.0))
    for require in ({ERROR: {"max": 0.05}}, {GAP: {"max": 0.2}}):
        assert verdict(calibration_groups, {"by": "g"}, require, scores=made) == "FAIL"
