import numpy as np
import pytest

from deploycheck.authoring.estimates import Paired, Undefined
from deploycheck.checkers.champion.non_inferior import non_inferior
from deploycheck.checkers.champion.superior import Superior, superior
from deploycheck.evidence.predictions import Predictions

OF_LABELS = ["accuracy", "recall", "specificity", "balanced_accuracy", "f1", "f1_macro"]
OF_SCORES = ["roc_auc", "log_loss", "brier_score"]
OF_NUMBERS = ["mean_absolute_error", "root_mean_squared_error"]


@pytest.mark.parametrize("metric", [*OF_LABELS, "matthews_corrcoef", *OF_SCORES])
@pytest.mark.parametrize("rows", [40, 400, 4_000])
def test_identical_models_are_never_superior(run, low, models, scored, metric, rows):
    y, score, _ = models(np.random.default_rng(rows), rows)
    found, *_ = run(superior, {"metric": metric}, **scored(y, score, score))
    assert low(found) < 0
    assert low(found, alpha=0.4) < 0


@pytest.mark.parametrize("metric", OF_NUMBERS)
def test_identical_regressions_are_never_superior(run, low, regression, metric):
    random = np.random.default_rng(1)
    for rows in (40, 400, 4_000):
        y = random.normal(size=rows)
        told = y + random.normal(size=rows)
        found, _ = run(superior, {"metric": metric}, **regression(y, told, told))
        assert low(found) < 0


@pytest.mark.parametrize("metric", [*OF_LABELS, *OF_SCORES])
def test_it_measures_what_non_inferiority_measures(run, value, models, scored, metric):
    y, *scores = models(np.random.default_rng(2), 600)
    both = scored(y, *scores)
    one, other = (run(check, {"metric": metric}, **both)[0] for check in (superior, non_inferior))
    assert value(one) == value(other)
    assert one.name == other.name


def test_a_share_must_be_gained_and_not_only_kept(run, value, models, scored):
    y, *scores = models(np.random.default_rng(3), 600)
    both = scored(y, *scores)
    for metric in ("accuracy", "roc_auc", "brier_score"):
        params = {"metric": metric, "relative": 0.1}
        gained, kept = (run(check, params, **both)[-1] for check in (superior, non_inferior))
        assert gained.name == kept.name == "relative_margin"
        assert value(gained) < value(kept)
    accuracy = [np.mean((s >= 0.5) == y) for s in scores]
    _, margin = run(superior, {"relative": 0.1}, **both)
    assert value(margin) == pytest.approx(accuracy[0] - 1.1 * accuracy[1], abs=1e-9)


def test_equal_models_are_rarely_called_superior(run, low, pair):
    """Two independent models of one accuracy: at most 5 % of runs show a gain."""
    random = np.random.default_rng(4)
    shown = dict.fromkeys(("accuracy", "f1", "matthews_corrcoef"), 0)
    for _ in range(250):
        y = (random.random(300) < 0.4).astype(int)
        both = pair(y, *(random.random(300) < 0.8 for _ in range(2)))
        for metric in shown:
            found, *_ = run(superior, {"metric": metric}, **both)
            shown[metric] += low(found) >= 0
    assert max(shown.values()) <= 23  # 12.5 expected; 99.7 % of runs at 5 % have at most 23


def test_equal_regressions_are_rarely_called_superior(run, low, regression):
    random = np.random.default_rng(5)
    shown = dict.fromkeys(OF_NUMBERS, 0)
    for _ in range(250):
        y = random.normal(size=200)
        both = regression(y, *(y + random.laplace(size=200) for _ in range(2)))
        for metric in shown:
            found, _ = run(superior, {"metric": metric}, **both)
            shown[metric] += low(found) >= 0
    assert max(shown.values()) <= 23


def test_a_real_gain_is_shown(run, low, pair):
    random = np.random.default_rng(6)
    y = random.integers(0, 2, 2_000)
    champion = random.random(2_000) < 0.8
    candidate = champion | (random.random(2_000) < 0.3)
    for metric in OF_LABELS:
        found, *_ = run(superior, {"metric": metric}, **pair(y, candidate, champion))
        assert low(found) > 0.02, metric


def test_nothing_and_one_row_are_no_pass(run, low, scored):
    nothing = Predictions.of([], [], positive=1, scores=[])
    for metric in [*OF_LABELS, *OF_SCORES]:
        found, *_ = run(superior, {"metric": metric}, predictions=nothing, champion=nothing)
        assert isinstance(found, Undefined)
        one, *_ = run(superior, {"metric": metric}, **scored([1], [0.9], [0.1]))
        assert low(one) < 0


def test_one_class_and_constant_predictions_are_compared(run, pair, low):
    y = np.ones(100, dtype=int)
    same = pair(y, y == 1, y == 1)
    assert isinstance(run(superior, **same)[0], Paired)
    constant, *_ = run(superior, {"metric": "recall"}, **same)
    assert low(constant) < 0


def test_rows_that_differ_are_an_error(run, code):
    one, other = (Predictions.of([1, 0], y, positive=1) for y in ([1, 0], [1, 1]))
    assert code(run(superior, predictions=one, champion=other)) == "DC203"


def test_parameters():
    assert Superior().metric == "accuracy"
    for wrong in ({"metric": "auc"}, {"relative": 2}, {"margin": 0.1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Superior.model_validate(wrong)
