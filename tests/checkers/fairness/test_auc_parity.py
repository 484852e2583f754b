import numpy as np
import pytest
from fairlearn.metrics import MetricFrame
from sklearn.metrics import roc_auc_score

from deploycheck.authoring.estimates import Auc, Spread, Undefined
from deploycheck.checkers.fairness.auc_parity import auc_parity
from deploycheck.evidence.predictions import Predictions
from deploycheck.stats.auc import area, auc_bounds

DIFFERENCE, CROSS, AREA = "auc_difference", "xauc_difference", "roc_auc"
NAMES = {DIFFERENCE, CROSS, AREA}


def scored(score, y, g, **more):
    return Predictions.of(
        np.asarray(y).tolist(),
        np.asarray(y).tolist(),
        groups={"g": list(g)},
        positive=1,
        scores=np.asarray(score, dtype=float).tolist(),
        task="binary_classification",
        **more,
    )


def drawn(random, rows, gap, shift=0.0):
    """Two groups; ``gap`` less separation and ``shift`` more score in the second."""
    g = random.choice(["a", "b"], rows)
    y = (random.random(rows) < 0.4).astype(int)
    apart = np.where(g == "a", 1.2, 1.2 - gap)
    return scored(random.normal(size=rows) + apart * y + shift * (g == "b"), y, g)


def value(estimate):
    """The worst difference of a spread."""
    families = {}
    for m in estimate.members:
        found = area(m.estimate.positives, m.estimate.negatives).value
        families.setdefault(m.family, []).append(found)
    return max(max(f) - min(f) for f in families.values())


def of(run, made, **params):
    found = run(auc_parity, {"by": "g", **params}, predictions=made)
    assert isinstance(found, tuple), found
    return {name: [e for e in found if e.name == name] for name in NAMES}


@pytest.mark.parametrize("seed", range(3))
def test_equals_fairlearn(run, sample, seed):
    y, _, _, race = sample(seed)
    score = np.round(np.random.default_rng(seed).normal(size=len(y)) + y, 1)  # with ties
    found = of(run, scored(score, y, race))
    frame = MetricFrame(metrics=roc_auc_score, y_true=y, y_pred=score, sensitive_features=race)
    (gap,) = found[DIFFERENCE]
    assert value(gap) == pytest.approx(frame.difference(), abs=1e-12)
    for e in found[AREA]:
        assert isinstance(e, Auc)
        assert area(e.positives, e.negatives).value == pytest.approx(
            frame.by_group[e.slice["g"]], abs=1e-12
        )


def test_the_crossed_areas_by_counting_pairs(run):
    random = np.random.default_rng(4)
    y, g = random.integers(0, 2, 240), random.choice(["a", "b", "c"], 240)
    score = np.round(random.normal(size=240) + y + (g == "c"), 1)

    def crossed(one, other):
        pairs = [
            (p > n) + (p == n) / 2
            for p in score[(g == one) & (y == 1)]
            for n in score[(g == other) & (y == 0)]
        ]
        return sum(pairs) / len(pairs)

    expected = max(abs(crossed(i, j) - crossed(j, i)) for i, j in ("ab", "ac", "bc"))
    (cross,) = of(run, scored(score, y, g), min_n=1)[CROSS]
    assert len(cross.members) == 6
    assert len({m.family for m in cross.members}) == 3
    assert value(cross) == pytest.approx(expected, abs=1e-12)


def test_a_shift_of_scores_is_seen_across_groups_alone(run):
    found = of(run, drawn(np.random.default_rng(5), 4_000, 0, shift=0.8))
    assert value(found[DIFFERENCE][0]) < 0.05
    assert value(found[CROSS][0]) > 0.25


def test_frequency_weights_stand_for_rows(run):
    random = np.random.default_rng(6)
    y, g, score = (
        random.integers(0, 2, 200),
        random.choice(["a", "b"], 200),
        random.normal(size=200),
    )
    weights = random.integers(0, 3, 200)
    weighted = of(run, scored(score, y, g, weights=weights.tolist()), min_n=1)
    plain = of(run, scored(*(np.repeat(v, weights) for v in (score, y, g))), min_n=1)
    for name in (DIFFERENCE, CROSS):
        assert value(weighted[name][0]) == pytest.approx(value(plain[name][0]), abs=1e-12)


def test_a_group_with_few_of_a_class_is_shown_and_not_assessed(run):
    y = [1, 0] * 60 + [1] * 5 + [0] * 95
    found = of(run, scored(np.arange(220.0), y, ["a"] * 60 + ["b"] * 60 + ["c"] * 100))
    for name in NAMES:
        (small,) = (e for e in found[name] if isinstance(e, Undefined))
        assert (small.slice, small.n, small.context) == ({"g": "c"}, 5, False)
        assert small.reason == "rows of the smaller class: not assessed: 5 rows, fewer than 30"
    found = of(
        run, scored(np.arange(220.0), y, ["a"] * 60 + ["b"] * 60 + ["c"] * 100), exclude=["c"]
    )
    assert all(e.context for name in NAMES for e in found[name] if isinstance(e, Undefined))


def test_one_row_of_a_class_has_no_area_whatever_the_policy_says(run):
    y = [1, 0] * 60 + [1] + [0] * 99
    found = of(run, scored(np.arange(220.0), y, ["a"] * 60 + ["b"] * 60 + ["c"] * 100), min_n=1)
    for name in NAMES:
        assert [e.slice for e in found[name] if isinstance(e, Undefined)] == [{"g": "c"}]


def test_constant_scores_have_no_gap(run):
    found = of(run, scored(np.ones(400), [1, 0] * 200, ["a", "a", "b", "b"] * 100))
    assert (value(found[DIFFERENCE][0]), value(found[CROSS][0])) == (0, 0)


def test_many_groups_are_not_crossed(run):
    y, g = [1, 0] * 420, [f"{i % 21:02}" for i in range(0, 840) for _ in range(1)]
    found = of(
        run,
        scored(np.arange(840.0), np.repeat(y[:420], 2), [x for x in g[:420] for _ in range(2)]),
        min_n=2,
    )
    assert [type(e) for e in found[CROSS]] == [Undefined]
    assert isinstance(found[DIFFERENCE][0], Spread)


@pytest.mark.parametrize(
    "made",
    [
        scored([], [], []),
        scored([0.1], [1], ["a"]),
        scored(np.arange(100.0), [1] * 100, ["a", "b"] * 50),
        scored(np.arange(100.0), [1, 0] * 50, ["a"] * 100),
        scored([float("nan"), *range(99)], [1, 0] * 50, ["a"] * 50 + ["b"] * 50),
        Predictions.of([1, 0] * 50, [1, 0] * 50, groups={"g": ["a"] * 50 + ["b"] * 50}, positive=1),
    ],
    ids=["empty", "one row", "one class", "one group", "missing score", "no score"],
)
def test_nothing_to_compare_is_no_pass(run, made):
    found = of(run, made)
    for name in (DIFFERENCE, CROSS):
        assert found[name]
        assert all(isinstance(e, Undefined) and not e.context for e in found[name])


def test_what_cannot_be_read_is_an_error(run, code):
    def failed(made, **params):
        return code(run(auc_parity, {"by": "g", **params}, predictions=made))

    groups = {"g": ["a", "b"]}
    assert failed(Predictions.of([1, 0], groups=groups, positive=1)) == "DC203"
    assert failed(Predictions.of([1, 0], [1, None], groups=groups, positive=1)) == "DC203"
    assert failed(Predictions.of([1, 0], [1, 0], groups=groups)) == "DC203"
    assert failed(Predictions.of([1, 0], [1, 0], groups=groups, task="regression")) == "DC203"
    missing = scored([0.1, 0.2] * 50, [1, 0] * 50, [None, "b"] * 50)
    assert failed(missing, missing="error") == "DC203"


@pytest.mark.parametrize("rows", [300, 1_000])
def test_no_gap_seldom_fails_and_a_gap_at_the_bound_seldom_passes(verdict, frequent, rows):
    random, runs = np.random.default_rng(rows), 40
    null = {DIFFERENCE: {"max": 0.05}, CROSS: {"max": 0.05}}
    found = [
        verdict(auc_parity, {"by": "g"}, null, predictions=drawn(random, rows, 0))
        for _ in range(runs)
    ]
    assert found.count("FAIL") <= frequent(runs)
    from scipy.stats import norm

    gap = norm.cdf(1.2 / 2**0.5) - norm.cdf(0.8 / 2**0.5)
    found = [
        verdict(
            auc_parity,
            {"by": "g"},
            {DIFFERENCE: {"max": float(gap)}},
            predictions=drawn(random, rows, 0.4),
        )
        for _ in range(runs)
    ]
    assert found.count("PASS") <= frequent(runs)
    assert found.count("FAIL") <= frequent(runs)


def test_a_planted_gap_is_found(verdict):
    made = drawn(np.random.default_rng(1), 2_000, 0.9)
    assert verdict(auc_parity, {"by": "g"}, {DIFFERENCE: {"max": 0.05}}, predictions=made) == "FAIL"
    shifted = drawn(np.random.default_rng(1), 2_000, 0, 0.9)
    assert verdict(auc_parity, {"by": "g"}, {CROSS: {"max": 0.05}}, predictions=shifted) == "FAIL"


def test_the_areas_have_the_bounds_of_areas(run):
    found = of(run, drawn(np.random.default_rng(2), 600, 0))
    one = found[AREA][0]
    assert 0 < auc_bounds(one.positives, one.negatives, 0.05).low < 1
