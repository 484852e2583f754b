import numpy as np
import pytest
from sklearn import metrics

from deploycheck.authoring.estimates import Mean, Paired, Spread, Undefined
from deploycheck.checkers.champion.guardrails import guardrails
from deploycheck.engine.interval import sampled
from deploycheck.evidence.predictions import Predictions
from deploycheck.stats.calibration import ece
from deploycheck.testing import judge_control

SHIFTS = ["selection_rate_shift", "true_positive_rate_shift", "false_positive_rate_shift"]
GROUPS = {"sex": ["f", "m"] * 400}


def named(found):
    return {(one.name, *one.slice.values()): one for one in found}


def judged(found, name):
    (one,) = [e for e in found if e.name == name and not e.context]
    return one


@pytest.fixture
def two(models, scored):
    def two(seed=1, n=800, **more):
        y, *scores = models(np.random.default_rng(seed), n)
        return y, scores, scored(y, *scores, favourable=1, **more)

    return two


def test_every_guardrail_is_the_candidates_minus_the_champions(run, value, two):
    y, scores, both = two()
    found = named(run(guardrails, **both))
    told = [(s >= 0.5).astype(int) for s in scores]
    for name, metric, given in (
        ("accuracy_difference", metrics.accuracy_score, told),
        ("recall_difference", metrics.recall_score, told),
        ("specificity_difference", lambda y, p: metrics.recall_score(y, p, pos_label=0), told),
        ("f1_difference", metrics.f1_score, told),
        ("roc_auc_difference", metrics.roc_auc_score, scores),
        ("brier_score_increase", metrics.brier_score_loss, scores),
        ("log_loss_increase", metrics.log_loss, scores),
    ):
        expected = metric(y, given[0]) - metric(y, given[1])
        assert value(found[name,]) == pytest.approx(expected, abs=1e-9), name
    edges = np.linspace(0, 1, 11)
    errors = [ece(s, y, None, edges).value for s in scores]
    increase = found["calibration_error_increase",]
    assert value(increase) == pytest.approx(errors[0] - errors[1], abs=1e-9)


def test_errors_of_a_regression_increase_where_the_candidate_errs_more(run, value, regression):
    random = np.random.default_rng(2)
    y = random.normal(size=400)
    told = [y + s * random.normal(size=400) for s in (2, 1)]
    found = named(run(guardrails, {"by": "sex"}, **regression(y, *told, groups={"sex": [1] * 400})))
    for name, error in (
        ("mean_absolute_error", metrics.mean_absolute_error),
        ("root_mean_squared_error", metrics.root_mean_squared_error),
    ):
        expected = error(y, told[0]) - error(y, told[1])
        assert expected > 0
        assert value(found[f"{name}_increase",]) == pytest.approx(expected, abs=1e-9)
    assert found["accuracy_difference",].reason == "a regression has no accuracy"
    assert found["selection_rate_shift",].reason == "a regression has no rates"
    assert found["calibration_error_increase",].reason == "a regression has no calibration error"


def test_a_shift_is_the_largest_minus_the_smallest_change(run, value, two):
    y, scores, both = two(groups=GROUPS)
    found = run(guardrails, {"by": "sex"}, **both)
    sex = np.array(GROUPS["sex"])
    told = [s >= 0.5 for s in scores]
    for name, counted in (
        ("selection_rate_shift", y >= 0),
        ("true_positive_rate_shift", y == 1),
        ("false_positive_rate_shift", y == 0),
    ):
        rates = np.array([[t[(sex == g) & counted].mean() for g in ("f", "m")] for t in told])
        changes = rates[0] - rates[1]
        shift = judged(found, name)
        assert isinstance(shift, Spread)
        assert all(isinstance(member.estimate, Paired) for member in shift.members)
        assert value(shift) == pytest.approx(np.ptp(changes), abs=1e-9)
        # What a shift bounds: the growth of the gap between the groups.
        assert np.ptp(rates[0]) - np.ptp(rates[1]) <= value(shift) + 1e-12


def test_identical_models_shift_nothing_and_bounds_have_a_width(run, value, models, scored):
    y, score, _ = models(np.random.default_rng(3), 800)
    both = scored(y, score, score, favourable=1, groups=GROUPS)
    found = run(guardrails, {"by": "sex"}, **both)
    for one in found:
        if isinstance(one, Undefined):
            assert one.name in {"mean_absolute_error_increase", "root_mean_squared_error_increase"}
            continue
        assert value(one) == 0
        bounds = sampled(one, 0.05)
        assert bounds.high > 0 if one.name.endswith(("_increase", "_shift")) else bounds.low < 0


def test_a_small_group_makes_the_shift_inconclusive_unless_declared(run, two):
    groups = {"sex": ["f"] * 400 + ["m"] * 380 + ["x"] * 20}
    _, _, both = two(groups=groups)
    found = [e for e in run(guardrails, {"by": "sex"}, **both) if e.name == "selection_rate_shift"]
    spread, note = found
    assert len(spread.members) == 2
    assert "20 rows, fewer than 30" in note.reason
    assert not note.context
    declared = {"by": "sex", "exclude": ["x"]}
    _, note = [e for e in run(guardrails, declared, **both) if e.name == "selection_rate_shift"]
    assert note.context


@pytest.mark.parametrize("groups", [["f"] * 800, ["f"] * 790 + ["m"] * 10])
def test_fewer_than_two_groups_have_no_shift(run, two, groups):
    _, _, both = two(groups={"sex": groups})
    found = [e for e in run(guardrails, {"by": "sex"}, **both) if e.name == "selection_rate_shift"]
    assert "fewer than two groups can be compared" in found[0].reason


def test_without_by_there_is_a_word_on_shifts(run, two):
    _, _, both = two()
    found = named(run(guardrails, **both))
    for name in SHIFTS:
        assert found[name,].reason == "set `by` to compare groups"


def test_what_scores_and_labels_do_not_allow_is_undefined(run, pair, scored):
    y = [0, 1] * 100
    found = named(run(guardrails, {"by": "s"}, **pair(y, [True] * 200, [True] * 200,
                                                      groups={"s": ["a", "b"] * 100})))  # fmt: skip
    assert found["roc_auc_difference",].reason == "the candidate: there is no score, only labels"
    assert found["selection_rate_shift",].reason.endswith("which label is favourable")
    odd = named(run(guardrails, **scored(y, [0.2, 0.8] * 100, [0.2, 1.8] * 100)))
    for name in ("brier_score_increase", "log_loss_increase", "calibration_error_increase"):
        assert odd[name,].reason == "the champion: scores outside 0 to 1 are no probabilities"
    unnamed = Predictions.of(y, y)
    found = named(run(guardrails, predictions=unnamed, champion=unnamed))
    assert isinstance(found["accuracy_difference",], Paired)
    assert found["recall_difference",].reason.endswith("which label is positive")


def test_weights_and_entities_are_supported_or_said_not_to_be(run, value, two):
    weights = np.random.default_rng(5).lognormal(0, 1, 800)
    y, scores, both = two(sampling=weights, groups=GROUPS)
    found = run(guardrails, {"by": "sex"}, **both)
    told = [(s >= 0.5).astype(int) for s in scores]
    expected = [metrics.f1_score(y, p, sample_weight=weights) for p in told]
    assert value(judged(found, "f1_difference")) == pytest.approx(
        expected[0] - expected[1], abs=1e-9
    )
    assert isinstance(judged(found, "selection_rate_shift"), Spread)
    reason = "a calibration error has no bounds for sampling weights"
    assert judged(found, "calibration_error_increase").reason == reason
    _, _, both = two(entities=[i // 4 for i in range(800)], groups=GROUPS)
    found = run(guardrails, {"by": "sex"}, **both)
    for name in SHIFTS:
        assert judged(found, name).reason == "groups that share entities are not independent"


def test_frequency_weights_are_rows(run, value, models, scored):
    y, *scores = models(np.random.default_rng(6), 300)
    once = run(guardrails, **scored(np.tile(y, 3), *(np.tile(s, 3) for s in scores)))
    thrice = run(guardrails, **scored(y, *scores, weights=[3] * 300))
    for one, other in zip(once, thrice, strict=True):
        if not isinstance(one, Undefined):
            assert value(one) == pytest.approx(value(other), abs=1e-12)
            low, high = (sampled(e, 0.05) for e in (one, other))
            assert low.low == pytest.approx(high.low, abs=1e-9)


def test_a_calibration_that_got_worse_by_the_margin_rarely_passes(run, models, scored):
    """The champion is calibrated, the candidate's scores are 6 points too high."""
    random = np.random.default_rng(7)
    passed = 0
    for _ in range(150):
        p = random.uniform(0.1, 0.85, 400)
        y = (random.random(400) < p).astype(int)
        found = run(guardrails, **scored(y, p + 0.06, p))
        one = judged(found, "calibration_error_increase")
        assert isinstance(one, Mean)
        passed += sampled(one, 0.05).high <= 0.06
    assert passed <= 16  # 7.5 expected at 5 %; 99.7 % of runs have at most 16


def test_nothing_one_row_and_one_class_are_no_pass(run, scored):
    nothing = Predictions.of([], [], positive=1, scores=[])
    for one in run(guardrails, predictions=nothing, champion=nothing):
        assert isinstance(one, Undefined)
        assert not one.context
    found = named(run(guardrails, **scored([1], [0.9], [0.8])))
    assert found["specificity_difference",].reason == "no row is negative"
    for name in ("roc_auc_difference", "f1_difference", "brier_score_increase"):
        assert isinstance(found[name,], Undefined)


def test_rows_that_differ_are_an_error(run, code):
    one, other = (Predictions.of([1, 0], y, positive=1) for y in ([1, 0], [1, 1]))
    assert code(run(guardrails, predictions=one, champion=other)) == "DC203"
    missing = Predictions.of([1, 0], [1, None], positive=1)
    assert code(run(guardrails, predictions=missing, champion=missing)) == "DC203"


@pytest.fixture
def release(tmp_path, linear_onnx):
    """A candidate that is a little better, and gives one group its answers more easily."""
    random = np.random.default_rng(8)
    n = 2_000
    signal, luck = random.normal(size=n), np.arange(n) % 2
    outcome = (signal + 0.5 * random.normal(size=n) > 0).astype(int)
    lines = ["signal,luck,sex,outcome"] + [
        f"{s:.6f},{k},{'fm'[k]},{t}" for s, k, t in zip(signal, luck, outcome, strict=True)
    ]
    (tmp_path / "test.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    linear_onnx(tmp_path / "model.onnx", {"signal": 3.0, "luck": 1.0})
    linear_onnx(tmp_path / "champion.onnx", {"signal": 2.0, "luck": 0.0})
    (tmp_path / "release.yaml").write_text(
        "release: r\nversion: '1'\ntask: binary_classification\n"
        "model: {path: model.onnx}\nchampion: {model: {path: champion.onnx}}\n"
        "data: {test: {path: test.csv}}\n"
        "columns: {target: outcome, positive: 1, favourable: 1, threshold: {at_least: 0.5}}\n",
        encoding="utf-8",
    )
    return tmp_path


@pytest.mark.parametrize(
    ("required", "outcome"),
    [
        ("{log_loss_increase: {max: 0.02}}", "PASS"),
        ("{log_loss_increase: {max: 0.02}, selection_rate_shift: {max: 0.2}}", "PASS"),
        ("{log_loss_increase: {max: 0.02}, selection_rate_shift: {max: 0.02}}", "FAIL"),
        (
            "{log_loss_increase: {max: 0.02}, calibration_error_increase: {max: 0.02}}",
            "INCONCLUSIVE",
        ),
    ],
)
def test_what_is_required_must_hold_together(release, required, outcome):
    verdict = judge_control(
        f"check: champion.guardrails\nwith: {{by: sex}}\nrequire: {required}\n", release
    )
    assert verdict.outcome == outcome, verdict.reason
