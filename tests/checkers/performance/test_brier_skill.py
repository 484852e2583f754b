import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import brier_score_loss

from deploycheck.authoring.estimates import BoundedMean, Smooth, Undefined
from deploycheck.authoring.figures import Bars
from deploycheck.checkers.performance.brier_skill import brier_skill
from deploycheck.evidence.scores import Scores


def sample(seed, rows=400, rate=0.3, skill=1.0):
    """Scores that are the true probabilities, made more or less extreme."""
    random = np.random.default_rng(seed)
    base = np.log(rate / (1 - rate))
    p = 1 / (1 + np.exp(-(base + skill * random.normal(size=rows))))
    return p, (random.random(rows) < p).astype(float)


def apart(found):
    return {e.name: e for e in found if not isinstance(e, Bars)}, [
        e for e in found if isinstance(e, Bars)
    ]


def skill_of(y, s, w=None):
    rate = np.average(y, weights=w)
    return 1 - brier_score_loss(y, s, sample_weight=w) / (rate * (1 - rate))


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_scikit_learn(run, value, weighted):
    s, y = sample(0)
    w = np.random.default_rng(1).integers(0, 4, 400) if weighted else None
    found, _ = apart(run(brier_skill, scores=Scores.of(s, y, weights=w)))
    assert isinstance(found["brier_score"], BoundedMean)
    assert isinstance(found["brier_skill"], Smooth)
    expected = brier_score_loss(y, s, sample_weight=w)
    assert value(found["brier_score"]) == pytest.approx(expected, abs=1e-12)
    assert value(found["brier_skill"]) == pytest.approx(skill_of(y, s, w), abs=1e-12)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    arrays(np.float64, st.integers(50, 80), elements=st.floats(0, 1, width=32)),
    st.integers(0, 2**31),
)
def test_any_scores_equal_scikit_learn_or_are_undefined(run, value, s, seed):
    y = np.random.default_rng(seed).integers(0, 2, len(s)).astype(float)
    found, _ = apart(run(brier_skill, scores=Scores.of(s, y)))
    assert value(found["brier_score"]) == pytest.approx(brier_score_loss(y, s), abs=1e-9)
    one = found["brier_skill"]
    told = one.value if isinstance(one, Undefined) else value(one)
    assert told == pytest.approx(skill_of(y, s), abs=1e-9)


@pytest.mark.parametrize("bins", [2, 10, 37])
def test_murphys_parts_add_up_and_equal_his_formula_for_scores_that_repeat(run, bins):
    random = np.random.default_rng(2)
    s = random.choice([0.05, 0.25, 0.65, 0.95], 500)
    y = (random.random(500) < s).astype(float)
    _, (figure,) = apart(run(brier_skill, {"bins": bins}, scores=Scores.of(s, y)))
    parts = {bar.label: bar.value for bar in figure.bars}
    total = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
    brier = brier_score_loss(y, s)
    assert total + parts["within_bins"] == pytest.approx(brier, abs=1e-12)
    if bins == 10:  # every score has a bin of its own
        rates = {k: y[s == k].mean() for k in np.unique(s)}
        shares = {k: (s == k).mean() for k in rates}
        reliability = sum(shares[k] * (k - rates[k]) ** 2 for k in rates)
        resolution = sum(shares[k] * (rates[k] - y.mean()) ** 2 for k in rates)
        assert parts["reliability"] == pytest.approx(reliability, abs=1e-12)
        assert parts["resolution"] == pytest.approx(resolution, abs=1e-12)
        assert parts["within_bins"] == pytest.approx(0, abs=1e-12)


def test_no_rows_one_row_and_one_class(run):
    found, _ = apart(run(brier_skill, scores=Scores.of([], [])))
    assert {e.reason for e in found.values()} == {"no rows"}
    found, _ = apart(run(brier_skill, scores=Scores.of([0.5], [1.0])))
    assert all(isinstance(e, Undefined) for e in found.values())
    found, _ = apart(run(brier_skill, scores=Scores.of([0.5, 0.9] * 40, [1.0] * 80)))
    assert found["brier_skill"] == Undefined(
        "brier_skill", 80, "0 rows are negative, fewer than 20"
    )
    assert isinstance(found["brier_score"], BoundedMean)


def test_a_constant_score_at_the_share_of_positives_has_no_skill(run, bounds):
    y = [1.0, 0.0, 0.0, 0.0] * 100
    found, _ = apart(run(brier_skill, scores=Scores.of([0.25] * 400, y)))
    made = bounds(found["brier_skill"])
    assert made.value == pytest.approx(0, abs=1e-12)
    assert made.low <= 0 <= made.high + 1e-9


@pytest.mark.parametrize(
    ("scores", "target"), [([0.5, 1.2], [1.0, 0.0]), ([-0.1, 0.2], [1.0, 0.0]), ([0.5], None)]
)
def test_what_is_no_probability_or_has_no_target_is_an_error(run, code, scores, target):
    assert code(run(brier_skill, scores=Scores.of(scores, target))) == "DC203"


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_missing_and_infinite_scores_are_no_evidence(broken):
    with pytest.raises(Exception, match="one finite number"):
        Scores.of([0.5, broken], [1.0, 0.0])


def test_a_bound_at_the_truth_is_passed_in_about_one_of_twenty(run, bounds):
    p, y = sample(99, rows=400_000)
    truth = skill_of(y, p)
    above = below = 0
    for seed in range(300):
        found, _ = apart(run(brier_skill, scores=Scores.of(*sample(seed))))
        made = bounds(found["brier_skill"])
        above, below = above + (made.low > truth), below + (made.high < truth)
    assert above <= 28  # 15 expected, three deviations are 11 more
    assert below <= 28


def test_a_skilled_model_passes_and_one_that_guesses_fails(judged):
    s, y = sample(1, rows=600, skill=2.0)
    columns = {"late": y.astype(int), "p": s, "guess": np.random.default_rng(0).random(600)}
    control = "check: performance.brier_skill\nrequire: {brier_skill: {min: 0}}"
    outcomes = {
        score: judged(
            control, columns, f"target: late, score: {score}, positive: 1", "binary_classification"
        ).outcome
        for score in ("p", "guess")
    }
    assert outcomes == {"p": "PASS", "guess": "FAIL"}
