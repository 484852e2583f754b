import numpy as np
import pytest

from deploycheck.authoring.estimates import Paired, Proportion, Undefined
from deploycheck.checkers.champion.negative_flips import negative_flips
from deploycheck.engine.interval import sampled
from deploycheck.evidence.predictions import Predictions

RATES = ("negative_flip_rate", "positive_flip_rate", "churn_rate")


def named(found):
    made = {one.name: one for one in found}
    assert len(made) == len(found) == 4
    return made


def test_flips_are_counted_by_hand(run):
    y = ["a", "a", "a", "b", "b", "c"]
    candidate = Predictions.of(["a", "b", "a", "b", "c", "a"], y)
    champion = Predictions.of(["a", "a", "b", "b", "a", "a"], y)
    found = named(run(negative_flips, predictions=candidate, champion=champion))
    assert found["negative_flip_rate"] == Proportion("negative_flip_rate", 1, 6)
    assert found["positive_flip_rate"] == Proportion("positive_flip_rate", 1, 6)
    assert found["churn_rate"] == Proportion("churn_rate", 3, 6)  # the fifth is wrong in two ways
    assert found["difference"] == Paired("difference", both=2, first=1, second=1, neither=2)


def test_the_rates_come_apart_into_the_net_gain(run, value, models, scored):
    y, *scores = models(np.random.default_rng(1), 700)
    weights = np.random.default_rng(2).integers(0, 5, 700)
    for given in (None, weights):
        found = named(run(negative_flips, **scored(y, *scores, weights=given)))
        negative, positive, churn = (value(found[name]) for name in RATES)
        assert value(found["difference"]) == pytest.approx(positive - negative, abs=1e-12)
        assert churn == pytest.approx(positive + negative, abs=1e-12)  # of two labels
        accuracy = [np.average((s >= 0.5) == y, weights=given) for s in scores]
        assert positive - negative == pytest.approx(accuracy[0] - accuracy[1], abs=1e-12)


def test_labels_of_another_order_are_the_same_labels(run):
    """One model answers a label that sorts before all others: codes differ, answers do not."""
    candidate = Predictions.of(["b", "c", "b"], ["b", "c", "c"])
    champion = Predictions.of(["b", "c", "a"], ["b", "c", "c"])
    found = named(run(negative_flips, predictions=candidate, champion=champion))
    assert found["churn_rate"] == Proportion("churn_rate", 1, 3)


def test_a_model_has_no_flips_against_itself_and_that_is_no_certainty(run):
    y = [0, 1] * 100
    same = Predictions.of([1] * 200, y, positive=1)
    found = named(run(negative_flips, predictions=same, champion=same))
    for name in RATES:
        assert found[name].hits == 0
        assert 0.01 < sampled(found[name], 0.05).high < 0.02


def test_entities_and_sampling_weights_count_for_what_they_are_worth(run, value):
    random = np.random.default_rng(3)
    people = np.repeat(np.arange(100), 10)
    y = random.integers(0, 2, 100)[people]
    right = [np.repeat(random.random(100) < 0.8, 10) for _ in range(2)]
    told = [np.where(r, y, 1 - y) for r in right]
    weights = random.lognormal(0, 1, 1_000)
    flips = right[1] & ~right[0]
    for more, rate in (
        ({"entities": people}, flips.mean()),
        ({"sampling": weights}, np.average(flips, weights=weights)),
    ):
        candidate, champion = (Predictions.of(p, y, positive=1, **more) for p in told)
        found = named(run(negative_flips, predictions=candidate, champion=champion))
        flip = found["negative_flip_rate"]
        assert flip.hits / flip.of == pytest.approx(rate, abs=1e-9)
        assert flip.effective < 600
        if "entities" in more:
            assert flip.effective <= 110


def test_no_rows_are_no_pass(run):
    for more in ({}, {"sampling": []}):
        nothing = Predictions.of([], [], **more)
        for one in run(negative_flips, predictions=nothing, champion=nothing):
            assert isinstance(one, Undefined)
            assert not one.context


def test_one_row_is_counted(run):
    one = Predictions.of([1], [1], positive=1)
    found = named(run(negative_flips, predictions=one, champion=one))
    assert found["negative_flip_rate"] == Proportion("negative_flip_rate", 0, 1)


@pytest.mark.parametrize(
    "change", [{"target": [1, None]}, {"target": None}, {"prediction": [None, 1]}, {"name": "b"}]
)
def test_what_is_missing_or_of_other_rows_is_an_error(run, code, change):
    told = {"prediction": [1, 0], "target": [1, 0], "positive": 1}
    fine, broken = Predictions.of(**told), Predictions.of(**{**told, **change})
    for one, other in ((fine, broken), (broken, fine), (broken, broken)):
        if change == {"name": "b"} and one is other:
            continue
        assert code(run(negative_flips, predictions=one, champion=other)) == "DC203"


def test_a_regression_has_no_flips(run, code):
    made = Predictions.of([1.0, 2.0], [1.0, 2.0], task="regression")
    assert code(run(negative_flips, predictions=made, champion=made)) == "DC203"


def test_few_entities_are_no_pass_however_many_rows_they_have(run):
    """A thousand rows about three people say nothing of the next person."""
    people = np.arange(1_000) % 3
    same = Predictions.of([1] * 1_000, [0, 1] * 500, positive=1, entities=people)
    found = named(run(negative_flips, predictions=same, champion=same))
    for name in (*RATES, "difference"):
        assert isinstance(found[name], Undefined)
    assert "3 different entities, fewer than 20" in found["negative_flip_rate"].reason
