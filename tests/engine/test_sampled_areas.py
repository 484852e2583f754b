"""Areas with frequency weights, sampling weights, entities and a factor, from rows to a verdict."""

import numpy as np
import pytest

from deploycheck.authoring.answered import by_class, split_by_class
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Auc, AucDifference
from deploycheck.engine.found import Missing, Unjudgeable
from deploycheck.engine.judge import judge
from deploycheck.engine.models import model
from deploycheck.evidence.predictions import Predictions
from deploycheck.model.verdict import Outcome
from deploycheck.stats.auc import area

ROWS = 400


def answers(**given):
    """Predictions of rows with a score and a target that follows it."""
    rng = np.random.default_rng(5)
    target = rng.random(ROWS) < 0.4
    scores = rng.normal(size=ROWS) + 1.2 * target
    told = ["yes" if score > 0.6 else "no" for score in scores]
    truth = ["yes" if hit else "no" for hit in target]
    return Predictions.of(told, truth, positive="yes", scores=scores, **given)


def estimate_of(predictions):
    made = split_by_class(predictions, predictions.scores)
    return Auc("roc_auc", made.positives, made.negatives, **made.sample)


def test_plain_rows_have_no_sample():
    made = split_by_class(answers(), answers().scores)
    assert made.sample == {"counts": None, "weights": None, "clusters": None}
    assert [list(v) for v in (made.positives, made.negatives)] == [
        list(v) for v in by_class(answers(), answers().scores)
    ]


def test_frequency_weights_count_as_often_without_repeating():
    weights = np.random.default_rng(1).integers(0, 4, ROWS)
    predictions = answers(weights=weights)
    found = model(estimate_of(predictions))
    repeated = area(*by_class(predictions, predictions.scores))
    assert found.value == pytest.approx(repeated.value, rel=1e-12)
    assert found.n == weights.sum()
    made = split_by_class(predictions, predictions.scores)
    assert len(made.positives) + len(made.negatives) == np.count_nonzero(weights)
    # Beyond what could be repeated
    many = answers(weights=weights.astype(np.int64) * 10**9)
    assert model(estimate_of(many)).value == pytest.approx(found.value, rel=1e-12)
    with pytest.raises(EvidenceError, match="too many"):
        by_class(many, many.scores)


@pytest.mark.parametrize("sampled", ["sampling", "entities"])
def test_rows_that_are_worth_less_have_wider_bounds(sampled):
    rng = np.random.default_rng(2)
    alike = np.argsort(np.argsort(answers().scores)) // 4  # four rows of an entity score the same
    given = {"sampling": rng.lognormal(size=ROWS), "entities": [f"e{code}" for code in alike]}
    predictions = answers(**{sampled: given[sampled]})
    found, plain = model(estimate_of(predictions)), model(estimate_of(answers()))
    assert found.n < plain.n
    bounds, other = found.bounds(0.05), plain.bounds(0.05)
    assert bounds.high - bounds.low > other.high - other.low
    with pytest.raises(EvidenceError, match="independent"):
        by_class(predictions, predictions.scores)


def test_rows_of_weight_nought_are_left_out():
    sampling = np.r_[np.zeros(100), np.ones(ROWS - 100)]
    made = split_by_class(answers(sampling=sampling), answers().scores)
    assert len(made.positives) + len(made.negatives) == ROWS - 100
    assert all((w > 0).all() for w in made.sample["weights"])


def test_one_entity_is_inconclusive_and_a_wrong_array_an_error(step):
    one = Auc("level", (1.0, 2.0), (0.0, 1.0), clusters=((3, 3), (3, 4)))
    with pytest.raises(Missing, match="one entity"):
        model(one)
    assert judge(step({"level": {"min": 0.5}}), [one]).outcome is Outcome.INCONCLUSIVE
    for given in ({"weights": ((1.0, -1.0), (1.0, 1.0))}, {"counts": ((1,), (1, 1))}):
        wrong = Auc("level", (1.0, 2.0), (0.0, 1.0), **given)
        with pytest.raises(Unjudgeable):
            model(wrong)
        assert judge(step({"level": {"min": 0.5}}), [wrong]).outcome is Outcome.ERROR


def test_a_factor_is_judged_against_nought(step):
    rng = np.random.default_rng(3)
    x, y = rng.normal(1, 1, 900), rng.normal(size=900)
    worse = np.where(rng.random(900) < 0.2, -2.0, x)
    for scores, outcome in ((x, Outcome.PASS), (worse, Outcome.FAIL)):
        made = AucDifference("shift", scores, y, x, y, factor=0.99)
        assert judge(step({"shift": {"min": 0}}), [made]).outcome is outcome
    with pytest.raises(Unjudgeable):
        model(AucDifference("shift", x, y, x, y, factor=-1.0))
