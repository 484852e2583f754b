import pytest

from deploycheck.authoring.estimates import Range, RatioRange, Undefined
from deploycheck.checkers.fairness.demographic_parity import demographic_parity
from deploycheck.evidence.predictions import Predictions

BOTH = ["demographic_parity_difference", "demographic_parity_ratio"]


def two(first, second, rows=100):
    """Two groups of ``rows`` with so many favourable predictions."""
    prediction = [1] * first + [0] * (rows - first) + [1] * second + [0] * (rows - second)
    return Predictions.of(prediction, groups={"g": ["a"] * rows + ["b"] * rows}, favourable=1)


def compared(run, made, **params):
    found = run(demographic_parity, {"by": "g", **params}, predictions=made)
    return [e for e in found if e.name in BOTH]


@pytest.mark.parametrize("seed", range(4))
def test_equals_fairlearn(run, by_place, sample, extreme, seed):
    from fairlearn.metrics import demographic_parity_difference, demographic_parity_ratio

    y, p, sex, race = sample(seed)
    both = [f"{s}, {r}" for s, r in zip(sex, race, strict=True)]
    made = Predictions.of(
        p.tolist(), groups={"sex": sex.tolist(), "race": race.tolist()}, favourable=1
    )
    params = {"by": ["sex", "race"], "intersections": True}
    found = by_place(run(demographic_parity, params, predictions=made))
    for by, feature in (("sex", sex), ("race", race), ("sex, race", both)):
        gap, ratio = extreme(found[BOTH[0], by])
        assert gap == pytest.approx(
            demographic_parity_difference(y, p, sensitive_features=feature), abs=1e-12
        )
        assert ratio == pytest.approx(
            demographic_parity_ratio(y, p, sensitive_features=feature), abs=1e-12
        )
        assert found[BOTH[0], by].groups == found[BOTH[1], by].groups


def test_by_hand(run, extreme):
    gap, ratio = compared(run, two(30, 40))
    assert (type(gap), type(ratio)) == (Range, RatioRange)
    assert extreme(gap) == (pytest.approx(0.1), pytest.approx(0.75))


def test_equal_rates_have_no_gap(run, extreme):
    gap, _ = compared(run, two(30, 30))
    assert extreme(gap) == (0, 1)


def test_where_nobody_is_selected_there_is_no_ratio(run):
    made = Predictions.of([0] * 200 + [1], groups={"g": ["a", "b"] * 100 + ["c"]}, favourable=1)
    found = compared(run, made, exclude=["c"])
    gap, ratio = (e for e in found if not e.context)
    assert isinstance(gap, Range)
    assert ratio == Undefined(BOTH[1], 200, "nobody is selected in any group", slice={"by": "g"})


@pytest.mark.parametrize(
    ("prediction", "groups"),
    [([], []), ([1], ["a"]), ([1, 0] * 50, ["a"] * 100), ([1, 0] * 50, [None] * 100)],
    ids=["empty", "one row", "constant", "all missing"],
)
def test_fewer_than_two_groups_are_no_pass(run, prediction, groups):
    made = Predictions.of(prediction, groups={"g": groups}, favourable=1)
    found = compared(run, made)
    assert {e.name for e in found} == set(BOTH)
    assert all(isinstance(e, Undefined) and not e.context for e in found)


def test_small_groups_make_both_measures_inconclusive(run):
    made = Predictions.of(
        [1, 0] * 100 + [1] * 5, groups={"g": ["a"] * 100 + ["b"] * 100 + ["c"] * 5}, favourable=1
    )
    found = compared(run, made)
    small = [e for e in found if isinstance(e, Undefined)]
    assert [e.name for e in small] == BOTH
    assert all(e.slice == {"g": "c"} and e.value is None and not e.context for e in small)
    assert small[0].reason == "selection rate: not assessed: 5 rows, fewer than 30"


def test_the_gap_grows_with_small_groups(run, extreme):
    """A gap over all groups can be several times the gap over those of some size."""
    made = Predictions.of(
        [1, 0] * 200 + [1] * 2,
        groups={"g": ["a"] * 200 + ["b"] * 200 + ["c"] * 2},
        favourable=1,
    )
    every = run(demographic_parity, {"by": "g", "min_n": 1}, predictions=made)
    large = run(demographic_parity, {"by": "g", "min_share": 0.02}, predictions=made)
    assert (extreme(every[0])[0], extreme(large[0])[0]) == (0.5, 0)


@pytest.mark.parametrize(
    "made",
    [
        Predictions.of([1, None], groups={"g": ["a", "b"]}, favourable=1),
        Predictions.of([1, 0], groups={"g": ["a", "b"]}),
        Predictions.of([1, 0], groups={"g": ["a", "b"]}, favourable=2),
        Predictions.of([1, 0], groups={"h": ["a", "b"]}, favourable=1),
    ],
    ids=["missing", "no favourable", "never occurs", "column absent"],
)
def test_what_cannot_be_counted_is_an_error(run, code, made):
    assert code(run(demographic_parity, {"by": "g"}, predictions=made)) == "DC203"


def test_the_rate_of_every_group_stands_beside_the_gap(run):
    made = Predictions.of(
        [1, 0] * 100 + [1] * 5, groups={"g": ["a"] * 100 + ["b"] * 100 + ["c"] * 5}, favourable=1
    )
    found = run(demographic_parity, {"by": "g"}, predictions=made)
    rates = [e for e in found if e.name == "selection_rate"]
    assert [(e.slice["g"], e.hits, e.of, e.context) for e in rates] == [
        ("a", 50, 100, False),
        ("b", 50, 100, False),
        ("c", 5, 5, True),
    ]
