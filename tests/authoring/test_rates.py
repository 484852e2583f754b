"""Rates of groups under sampling weights and repeated entities, and what they are worth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.authoring.effective import worth
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.groups import GroupParams, assess
from deploycheck.authoring.rates import OF_CONFUSION, by_truth, independent, rates, several
from deploycheck.evidence.predictions import Predictions

NAMES = ("selection_rate", "accuracy", *OF_CONFUSION)


def made(rows=600, seed=1, **more):
    random = np.random.default_rng(seed)
    target = (random.random(rows) < 0.4).astype(int)
    told = np.where(random.random(rows) < 0.3, 1 - target, target)
    group = random.choice(["a", "b", "c"], rows)
    return Predictions.of(
        told.tolist(), target.tolist(), groups={"g": group.tolist()}, positive=1, favourable=1,
        **more,
    )  # fmt: skip


def numbers(found):
    return [(dict(rate.slice), rate.hits, rate.of, rate.size) for rate in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", [(), ("g",)])
def test_equal_weights_and_entities_of_one_row_are_plain_rows(name, split):
    plain = rates(made(), split, name)
    for other in (
        made(sampling=[0.3] * 600),
        made(entities=[*range(599), 0]),  # one of 599 has two rows
    ):
        for mine, theirs in zip(rates(other, split, name), plain, strict=True):
            assert (mine.slice, mine.of, mine.size) == (theirs.slice, theirs.of, theirs.size)
            assert mine.value == pytest.approx(theirs.value, abs=1e-12)
            assert mine.effective == pytest.approx(mine.of, rel=0.02)
    exact = rates(made(sampling=[7.0] * 600), split, name)
    assert [r.effective for r in exact] == pytest.approx([r.of for r in plain], rel=1e-12)
    assert numbers(rates(made(entities=range(600)), split, name)) == numbers(plain)
    assert [r.effective for r in rates(made(entities=range(600)), split, name)] == [None] * len(
        plain
    )
    counted = rates(made(weights=[2] * 600), split, name)
    assert [(r.hits, r.of) for r in counted] == [(2 * r.hits, 2 * r.of) for r in plain]


def test_a_weighted_rate_is_that_of_the_population():
    weights = np.random.default_rng(2).exponential(size=600)
    one = made(sampling=weights.tolist())
    told, target = one.predicted("positive"), one.true("positive")
    group = one.groups["g"].codes
    found = several(one, ("g",), NAMES)
    for place in range(3):
        here = group == place
        expected = {
            "selection_rate": (told, here),
            "accuracy": (told == target, here),
            "true_positive_rate": (told, here & target),
            "false_omission_rate": (target, here & ~told),
            "jaccard": (told & target, here & (told | target)),
        }
        for name, (hit, inside) in expected.items():
            rate = found[name][place]
            assert rate.value == pytest.approx(np.average(hit[inside], weights=weights[inside]))
            assert rate.of == inside.sum()
            assert 0 < rate.effective <= weights[inside].sum() ** 2 / (weights[inside] ** 2).sum()
            assert rate.selected == (hit & inside).sum()
            assert rate.mass == pytest.approx(weights[here].sum())
            assert (rate.entities, rate.apart) == (None, rate.effective)


def test_rows_of_weight_zero_count_nothing():
    random = np.random.default_rng(3)
    weights = random.random(600) * (random.random(600) < 0.5)
    zero = made(sampling=weights.tolist())
    keep = weights > 0
    kept = Predictions.of(
        [int(v) for v in zero.predicted("positive")[keep]],
        [int(v) for v in zero.true("positive")[keep]],
        groups={"g": [zero.groups["g"].values[c] for c in zero.groups["g"].codes[keep]]},
        positive=1, sampling=weights[keep].tolist(),
    )  # fmt: skip
    for name in ("accuracy", "true_positive_rate"):
        mine, theirs = rates(zero, ("g",), name), rates(kept, ("g",), name)
        assert numbers(mine) == numbers(theirs)
        assert [r.effective for r in mine] == [r.effective for r in theirs]
    nobody = made(sampling=[float(c != 0) for c in zero.groups["g"].codes])
    assert [r.slice["g"] for r in rates(nobody, ("g",), "accuracy")] == ["b", "c"]


def test_copies_of_a_row_are_one():
    """Rows that are wholly alike within their entity are worth one row of each."""
    once = made(rows=400)
    told = once.predicted("positive").astype(int).tolist()
    target = once.true("positive").astype(int).tolist()
    five = Predictions.of(
        told * 5, target * 5, positive=1, favourable=1, entities=list(range(400)) * 5
    )
    for name in NAMES:
        (plain,), (mine,) = rates(once, (), name), rates(five, (), name)
        assert (mine.hits, mine.of) == (5 * plain.hits, 5 * plain.of)
        assert mine.entities == plain.of
        # Not more than there are entities; and little less, for their number is large.
        assert 0.9 * plain.of < mine.effective < 1.02 * plain.of
    weighted = Predictions.of(told, target, positive=1, weights=[5] * 400, entities=range(400))
    (mine,) = rates(weighted, (), "accuracy")
    (theirs,) = rates(five, (), "accuracy")
    assert (mine.hits, mine.of, mine.entities) == (theirs.hits, theirs.of, theirs.entities)
    assert mine.effective == pytest.approx(theirs.effective)


def test_rates_at_their_ends_are_worth_entities_or_kishs_number():
    random = np.random.default_rng(4)
    weights = random.exponential(size=300)
    kish = weights.sum() ** 2 / (weights**2).sum()
    for hit in (np.zeros(300, bool), np.ones(300, bool)):
        found = worth(1, np.zeros(300, int), hit, sampling=weights)
        assert 0.85 * kish < found.effective[0] <= kish
        found = worth(1, np.zeros(300, int), hit, entities=np.arange(300) // 3)
        assert 95 < found.effective[0] <= 100
        assert found.rate[0] == hit[0]


def test_few_entities_with_a_hit_say_nothing_of_how_alike_rows_are():
    group, entities = np.zeros(1_000, int), np.arange(1_000) // 5
    few, many = np.zeros(1_000, bool), np.zeros(1_000, bool)
    few[np.arange(9) * 5] = many[np.arange(10) * 5] = True
    assert worth(1, group, few, entities=entities).effective[0] <= 200
    assert worth(1, group, many, entities=entities).effective[0] > 900
    rare = worth(1, group, ~few, entities=entities).effective[0]
    assert rare == pytest.approx(worth(1, group, few, entities=entities).effective[0])


def test_an_entity_in_two_groups_counts_twice_where_they_are_compared():
    """(a - b)² ≤ 2a² + 2b²: whatever the correlation, the difference is bounded."""
    entities = list(range(300)) * 2
    spans = made(entities=entities)
    for rate in rates(spans, ("g",), "selection_rate"):
        assert rate.apart < rate.effective
        assert rate.group().effective == rate.apart == rate.compared
        assert rate.proportion("x").effective == rate.effective
    group = [g for g in "abc" * 100 for _ in (0, 1)]
    base = Predictions.of([1, 0, 0, 1, 1, 0] * 100, groups={"g": group}, favourable=1,
                          entities=[e for e in range(300) for _ in (0, 1)])  # fmt: skip
    for rate in rates(base, ("g",), "selection_rate"):
        assert rate.apart == rate.effective


def test_a_difference_of_spanning_groups_is_bounded():
    """The same entities in both groups, with opposite answers: the worst correlation there is."""
    random, worse = np.random.default_rng(5), []
    for _ in range(400):
        hit = random.random(100) < 0.5
        found = worth(
            2,
            np.repeat([0, 1], 100),
            np.concatenate([hit, ~hit]),
            entities=np.tile(np.arange(100), 2),
        )
        variance = (found.rate * (1 - found.rate) / found.apart).sum()
        worse.append(abs(found.rate[0] - found.rate[1]) > 1.645 * variance**0.5)
    assert np.mean(worse) <= 0.14  # two sides of 5 %


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.floats(0, 1e6), st.integers(0, 9)),
        max_size=60,
    ),
    st.booleans(), st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_nothing_is_worth_more_than_its_rows(rows, is_weighted, is_clustered):
    group, hit, weights, entities = (
        np.array([row[i] for row in rows], dtype)
        for i, dtype in enumerate((np.int64, bool, float, np.int64))
    )
    found = worth(
        4, group, hit,
        sampling=weights if is_weighted else None,
        entities=entities if is_clustered else None,
    )  # fmt: skip
    assert np.isfinite(found.effective).all()
    assert (found.effective <= found.of * (1 + 1e-9)).all()
    assert (found.apart <= found.effective * (1 + 1e-9)).all()
    assert ((found.effective > 0) == (found.of > 0)).all()
    assert ((found.rate >= 0) & (found.rate <= 1 + 1e-12)).all()
    assert (found.units <= found.of).all()


def test_the_scale_of_weights_does_not_matter():
    weights = np.random.default_rng(6).exponential(size=600)
    found = [
        rates(made(sampling=(weights * f).tolist()), ("g",), "accuracy") for f in (1, 1e-200, 1e200)
    ]
    for other in found[1:]:
        assert [r.effective for r in other] == pytest.approx([r.effective for r in found[0]])
        assert [r.value for r in other] == pytest.approx([r.value for r in found[0]])


def test_a_group_about_few_entities_is_not_assessed():
    params = GroupParams(by=("g",), min_n=30, min_share=0.0)
    codes = [0 if g == "a" else 1 for g in "a" * 60 + "b" * 540]

    def assessed(**more):
        one = Predictions.of(
            [0, 1] * 300, [0, 1, 1, 1] * 150, groups={"g": codes}, positive=1, favourable=1, **more
        )
        return assess(params, ("g",), rates(one, ("g",), "selection_rate"))

    few = assessed(entities=[i % 19 if i < 60 else i for i in range(600)])
    assert [(r.slice["g"], why) for r, why in few.small] == [
        ("0", "not assessed: 60 rows about 19 different entities, fewer than 20")
    ]
    assert not assessed(entities=[i % 40 if i < 60 else i for i in range(600)]).small
    heavy = [1000.0 if i < 3 else 1.0 for i in range(600)]
    ((rate, why),) = assessed(sampling=heavy).small
    assert (rate.slice["g"], rate.of) == ("0", 60)
    assert why.startswith("not assessed: 60 rows worth 1.6")
    assert why.endswith(" independent ones, fewer than 30")


def test_shares_are_those_of_the_population():
    codes = [int(i >= 60) for i in range(600)]
    rare = [9.0 if c == 0 else 1.0 for c in codes]
    one = Predictions.of([0, 1] * 300, groups={"g": codes}, favourable=1, sampling=rare)
    for least, excluded in ((0.49, 0), (0.51, 2)):
        params = GroupParams(by=("g",), min_share=least)
        found = assess(params, ("g",), rates(one, ("g",), "selection_rate"))
        assert len(found.excluded) == excluded
    assert "60 rows, 50.00 % of all" in found.excluded[0][1]


def test_by_truth_compares_two_classes():
    for more in ({}, {"sampling": [1.5] * 600}, {"entities": list(range(300)) * 2}):
        one = made(**more)
        (positive, negative), without = by_truth(one)
        (recall,), (wrong,) = (rates(one, (), name) for name in (
            "true_positive_rate", "false_positive_rate"))  # fmt: skip
        assert without == ""
        assert (positive.hits, positive.of) == (pytest.approx(recall.hits), recall.of)
        assert (negative.hits, negative.of) == (pytest.approx(wrong.hits), wrong.of)
        if "entities" in more:  # an entity with a row of each class is in both
            assert positive.apart < positive.effective == pytest.approx(recall.effective)
    for target, why in ((1, "no row is negative"), (0, "no row is positive")):
        for more in ({}, {"sampling": [1.0, 2.0, 1.0]}):
            one = Predictions.of([0, 1, 1], [target] * 3, positive=1, **more)
            assert by_truth(one)[1] == why


def test_no_rows_are_no_rate():
    empty = Predictions.of([], [], positive=1, favourable=1, groups={"g": []}, sampling=[])
    assert empty.sampling is not None
    assert rates(empty, ("g",), "accuracy") == []
    (rate,) = rates(empty, (), "accuracy")
    assert (rate.value, rate.of, rate.unassessed()) == (None, 0, "no rows to count")


def test_a_rate_that_is_none_is_told():
    with pytest.raises(ValueError, match="there is no rate 'recall'"):
        rates(made(), (), "recall")
    with pytest.raises(ValueError, match="counts of independent rows"):
        worth(1, np.zeros(3, int), np.ones(3, bool), counts=np.ones(3, int))


def test_independent_refuses_what_has_no_bounds():
    independent(made(), "this")
    independent(made(weights=[2] * 600), "this")
    for more, why in (
        ({"sampling": [1.0] * 600}, "this has no bounds under sampling weights"),
        ({"entities": [0] * 600}, "this has no bounds for rows that are about the same entity"),
    ):
        with pytest.raises(EvidenceError, match=why) as caught:
            independent(made(**more), "this")
        assert caught.value.code == "DC203"
