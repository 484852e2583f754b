"""Checkers of rates under sampling weights and repeated entities; the others refuse them."""

from contextlib import nullcontext

import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import (
    Difference,
    Proportion,
    Range,
    Ratio,
    RatioRange,
    Smooth,
    Undefined,
)
from deploycheck.checkers.data_quality.class_balance import class_balance
from deploycheck.checkers.fairness.demographic_parity import demographic_parity
from deploycheck.checkers.fairness.equalized_odds import equalized_odds
from deploycheck.checkers.fairness.error_rates import error_rates
from deploycheck.checkers.fairness.impact_ratio import impact_ratio
from deploycheck.checkers.performance.floor import floor
from deploycheck.checkers.performance.slice_floor import slice_floor
from deploycheck.engine.resolve import Failed, Job, measure
from deploycheck.evidence.predictions import Predictions

ROWS = 1_000
GROUPED = (demographic_parity, equalized_odds, error_rates, impact_ratio, slice_floor)


def drawn(name="test", few=0, **more):
    random = np.random.default_rng(3)
    target = (random.random(ROWS) < 0.5).astype(int)
    told = np.where(random.random(ROWS) < 0.2, 1 - target, target)
    group = np.where(np.arange(ROWS) < few, "few", random.choice(["a", "b"], ROWS))
    return Predictions.of(
        told.tolist(), target.tolist(), groups={"g": group.tolist()}, positive=1, favourable=1,
        scores=random.random(ROWS).tolist(), name=name, **more,
    )  # fmt: skip


WEIGHTS = np.random.default_rng(4).exponential(size=ROWS) + 0.05
KINDS = {
    "weights": lambda **more: drawn(sampling=WEIGHTS.tolist(), **more),
    "entities": lambda **more: drawn(entities=[i // 4 for i in range(ROWS)], **more),
}


def measured(checker, made, **params):
    given = checker.signature.params.model_validate(params)
    found = measure([Job("it", checker, given, {"predictions": made})], lambda _: nullcontext())
    if isinstance(found["it"], Failed):
        raise found["it"].error
    return list(found["it"])


def effective(estimate):
    match estimate:
        case Range() | RatioRange():
            return [group.effective for group in estimate.groups]
        case Difference() | Ratio():
            return [estimate.effective, estimate.versus_effective]
        case Proportion():
            return [estimate.effective]
    return []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checker", GROUPED, ids=lambda one: one.id)
def test_every_share_of_a_group_says_what_it_is_worth(checker, kind):
    found = measured(checker, KINDS[kind](), by="g")
    shares = [e for e in found if isinstance(e, Proportion | Range | RatioRange)]
    assert len(shares) >= 2
    for estimate in shares:
        assert all(0 < worth < 520 for worth in effective(estimate)), estimate
    assert not any(isinstance(e, Undefined) for e in found)


@pytest.mark.parametrize("checker", GROUPED, ids=lambda one: one.id)
def test_a_group_about_few_entities_is_not_assessed(checker):
    made = drawn(few=90, entities=[i % 9 if i < 90 else i for i in range(ROWS)])
    found = measured(checker, made, by="g")
    told = [e for e in found if isinstance(e, Undefined) and e.slice == {"g": "few"}]
    assert told
    assert all("about 9 different entities, fewer than 20" in e.reason for e in told)
    assert not any(e.context for e in told)
    judged = [e for e in found if isinstance(e, Proportion) and not e.context]
    assert all(e.slice != {"g": "few"} for e in judged)


@pytest.mark.parametrize("kind", KINDS)
def test_the_impact_ratio_against_a_reference(kind):
    found = measured(impact_ratio, KINDS[kind](), by="g", reference={"g": "a"})
    (ratio,) = [e for e in found if isinstance(e, Ratio)]
    assert all(0 < worth < 520 for worth in effective(ratio))
    selected = [e for e in found if e.name == "selected"]
    assert all(e.value == int(e.value) for e in selected)


@pytest.mark.parametrize("kind", KINDS)
def test_the_floor(kind):
    made = KINDS[kind]()
    found = {e.name: e for e in measured(floor, made)}
    told, target = made.predicted("positive"), made.true("positive")
    weights = WEIGHTS if kind == "weights" else np.ones(ROWS)
    tp, fp, fn = (
        float(weights[rows].sum()) for rows in (told & target, told & ~target, ~told & target)
    )
    assert found["f1"].hits / found["f1"].of == pytest.approx(tp / (tp + fp + fn))
    assert found["f1"].scale == "f1"
    assert found["precision"].hits / found["precision"].of == pytest.approx(tp / (tp + fp))
    balanced = found["balanced_accuracy"]
    assert (type(balanced), balanced.scale) == (Difference, "balanced")
    for name in ("accuracy", "recall", "f1", "specificity", "balanced_accuracy"):
        assert all(0 < worth < ROWS for worth in effective(found[name])), name


def test_the_floor_of_few_entities_is_not_assessed():
    found = {e.name: e for e in measured(floor, drawn(entities=[i % 19 for i in range(ROWS)]))}
    for name in ("accuracy", "balanced_accuracy", "f1"):
        assert isinstance(found[name], Undefined), name
        assert "about 19 different entities, fewer than 20" in found[name].reason
        assert 0.6 < found[name].value < 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_the_error_of_a_regression(kind):
    random = np.random.default_rng(5)
    target = random.normal(size=ROWS)
    told = target + random.normal(size=ROWS)
    more = (
        {"sampling": WEIGHTS.tolist()} if kind == "weights" else {"entities": np.arange(ROWS) // 4}
    )
    made = Predictions.of(told.tolist(), target.tolist(), task="regression", **more)
    found = {e.name: e for e in measured(floor, made)}
    error = found["mean_absolute_error"]
    assert isinstance(error, Smooth)
    assert (error.weights is not None, error.clusters is not None) == (
        kind == "weights", kind == "entities",
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_no_bounds_for_them_refuses_them(kind):
    with pytest.raises(EvidenceError, match="class balance has no bounds") as caught:
        measured(class_balance, KINDS[kind]())
    assert caught.value.code == "DC203"
