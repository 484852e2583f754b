import numpy as np
import pytest
from fairlearn.metrics import MetricFrame
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from deploycheck.authoring.estimates import Smooth, Spread, Undefined
from deploycheck.checkers.fairness.error_parity import GAPS, error_parity
from deploycheck.evidence.predictions import Predictions

ABSOLUTE, SQUARED, SIGNED = GAPS
RATIO, ROOT_RATIO, DIFFERENCE = GAPS.values()


def made_of(true, predicted, g, **more):
    return Predictions.of(
        np.asarray(predicted, dtype=float).tolist(),
        np.asarray(true, dtype=float).tolist(),
        groups={"g": list(g)},
        task="regression",
        **more,
    )


def value(smooth):
    terms = (
        smooth.terms if smooth.counts is None else np.repeat(smooth.terms, smooth.counts, axis=0)
    )
    return float(smooth.of(terms.mean(axis=0)))


def spread(estimate):
    values = [value(member.estimate) for member in estimate.members]
    return min(values) / max(values) if estimate.how == "ratio" else max(values) - min(values)


def drawn(random, rows, times=1.0, shift=0.0):
    """Errors of two groups; the second's are ``times`` as large, and ``shift`` too high."""
    g = random.choice(["a", "b"], rows)
    y = random.normal(size=rows)
    error = random.normal(size=rows) * np.where(g == "a", 1, times)
    return y, y + error + shift * (g == "b"), g


def of(run, made, **params):
    found = run(error_parity, {"by": "g", **params}, predictions=made)
    assert isinstance(found, tuple), found
    return {name: [e for e in found if e.name == name] for name in (*GAPS, *GAPS.values())}


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_fairlearn(run, weighted):
    random = np.random.default_rng(1)
    y, p, g = drawn(random, 900, 2.0, 0.3)
    counts = random.integers(1, 4, 900) if weighted else np.ones(900, int)
    found = of(run, made_of(y, p, g, weights=counts.tolist() if weighted else None))
    y, p, g = (np.repeat(v, counts) for v in (y, p, g))

    def mean_error(true, predicted):
        return np.mean(predicted - true)

    metrics = {ABSOLUTE: mean_absolute_error, SQUARED: root_mean_squared_error, SIGNED: mean_error}
    frame = MetricFrame(metrics=metrics, y_true=y, y_pred=p, sensitive_features=g)
    for name in GAPS:
        assert [value(e) for e in found[name]] == pytest.approx(
            frame.by_group[name].tolist(), abs=1e-12
        )
    assert spread(found[RATIO][0]) == pytest.approx(frame.ratio()[ABSOLUTE], abs=1e-12)
    assert spread(found[ROOT_RATIO][0]) == pytest.approx(frame.ratio()[SQUARED], abs=1e-12)
    assert spread(found[DIFFERENCE][0]) == pytest.approx(frame.difference()[SIGNED], abs=1e-12)


def test_by_hand(run):
    found = of(run, made_of([0, 0, 0, 0], [1, -3, 2, 4], "aabb"), min_n=1)
    assert [value(e) for e in found[ABSOLUTE]] == [2, 3]
    assert [value(e) for e in found[SQUARED]] == pytest.approx([5**0.5, 10**0.5])
    assert [value(e) for e in found[SIGNED]] == [-1, 3]
    assert spread(found[RATIO][0]) == pytest.approx(2 / 3)
    assert spread(found[DIFFERENCE][0]) == 4
    assert found[RATIO][0].slice == {"by": "g"}


def test_a_small_group_is_shown_and_not_assessed(run):
    y, p, g = drawn(np.random.default_rng(2), 600)
    g[:20] = "c"
    for params, context in (({}, False), ({"exclude": ["c"]}, True)):
        found = of(run, made_of(y, p, g), **params)
        for name in (*GAPS, *GAPS.values()):
            (small,) = (e for e in found[name] if isinstance(e, Undefined))
            assert (small.slice, small.n, small.context) == ({"g": "c"}, 20, context)
        assert all(
            len(found[gap][0].members) == 2
            for gap in GAPS.values()
            if isinstance(found[gap][0], Spread)
        )


def test_a_perfect_model_has_no_ratio(run):
    y, _, g = drawn(np.random.default_rng(2), 600)
    found = of(run, made_of(y, y, g))
    assert found[RATIO] == [Undefined(RATIO, 600, "no group has an error", slice={"by": "g"})]
    assert isinstance(found[DIFFERENCE][0], Spread)


def test_errors_beyond_what_can_be_added_up_are_undefined(run):
    y, p, g = drawn(np.random.default_rng(2), 600)
    p[0] = 1e200
    found = of(run, made_of(y, p, g))
    assert any(isinstance(e, Undefined) for e in found[SQUARED])
    assert all(isinstance(e, Smooth) for e in found[ABSOLUTE])


@pytest.mark.parametrize(
    ("y", "g"),
    [([], []), ([1.0], ["a"]), (range(300), ["a"] * 300), (range(300), [None] * 300)],
    ids=["empty", "one row", "constant", "missing"],
)
def test_fewer_than_two_groups_are_no_pass(run, y, g):
    found = of(run, made_of(y, np.zeros(len(y)), g))
    for name in GAPS.values():
        assert any(isinstance(e, Undefined) and not e.context for e in found[name])


def test_what_cannot_be_read_is_an_error(run, code):
    def failed(made, **params):
        return code(run(error_parity, {"by": "g", **params}, predictions=made))

    assert failed(made_of([1, np.nan], [1, 2], "ab")) == "DC203"
    assert failed(made_of([1, 2], [np.inf, 2], "ab")) == "DC203"
    assert failed(Predictions.of([1.0], groups={"g": ["a"]}, task="regression")) == "DC203"
    assert failed(Predictions.of([1, 0], [1, 0], groups={"g": ["a", "b"]}, positive=1)) == "DC203"
    assert failed(made_of([1, 2], [1, 2], ["a", None]), missing="error") == "DC203"
    assert failed(Predictions.of([1.0], [1.0], groups={}, task="regression")) == "DC203"


@pytest.mark.parametrize("rows", [300, 1_000])
def test_no_gap_seldom_fails_and_a_gap_at_the_bound_seldom_passes(verdict, frequent, rows):
    random, runs = np.random.default_rng(rows), 40
    require = {RATIO: {"min": 0.9}, ROOT_RATIO: {"min": 0.9}, DIFFERENCE: {"max": 0.1}}
    found = [
        verdict(error_parity, {"by": "g"}, require, predictions=made_of(*drawn(random, rows)))
        for _ in range(runs)
    ]
    assert found.count("FAIL") <= frequent(runs)
    for name in (RATIO, ROOT_RATIO):
        found = [
            verdict(
                error_parity,
                {"by": "g"},
                {name: {"min": 0.8}},
                predictions=made_of(*drawn(random, rows, 1.25)),
            )
            for _ in range(runs)
        ]
        assert found.count("PASS") <= frequent(runs)
        assert found.count("FAIL") <= frequent(runs)


def test_a_planted_gap_is_found(verdict):
    made = made_of(*drawn(np.random.default_rng(1), 2_000, 2.0, 0.5))
    for require in ({RATIO: {"min": 0.8}}, {ROOT_RATIO: {"min": 0.8}}, {DIFFERENCE: {"max": 0.2}}):
        assert verdict(error_parity, {"by": "g"}, require, predictions=made) == "FAIL"
