import pytest

from deploycheck.authoring.estimates import Range, RatioRange, Undefined
from deploycheck.checkers.fairness.equalized_odds import equalized_odds
from deploycheck.evidence.predictions import Predictions

DIFFERENCE, RATIO = "equalized_odds_difference", "equalized_odds_ratio"
TPR, FPR = "true-positive rate", "false-positive rate"


def tables(**groups):
    """Predictions of groups given as ``(tp, fn, fp, tn)``."""
    p, y, g = [], [], []
    for name, (tp, fn, fp, tn) in groups.items():
        p += [1] * tp + [0] * fn + [1] * fp + [0] * tn
        y += [1] * (tp + fn) + [0] * (fp + tn)
        g += [name] * (tp + fn + fp + tn)
    return Predictions.of(p, y, groups={"g": g}, positive=1)


def measured(run, made, **params):
    found = run(equalized_odds, {"by": "g", **params}, predictions=made)
    assert isinstance(found, tuple), found
    return (
        [e for e in found if e.name == DIFFERENCE],
        [e for e in found if e.name == RATIO],
    )


@pytest.mark.parametrize("seed", range(4))
def test_equals_fairlearn(run, sample, extreme, seed):
    from fairlearn.metrics import equalized_odds_difference, equalized_odds_ratio

    y, p, sex, race = sample(seed)
    for feature in (sex, race):
        made = Predictions.of(p.tolist(), y.tolist(), groups={"g": feature.tolist()}, positive=1)
        (gap,), (ratio,) = measured(run, made, min_n=1)
        assert extreme(gap)[0] == pytest.approx(
            equalized_odds_difference(y, p, sensitive_features=feature), abs=1e-12
        )
        assert extreme(ratio)[1] == pytest.approx(
            equalized_odds_ratio(y, p, sensitive_features=feature), abs=1e-12
        )


def test_rates_are_compared_with_their_own_kind(run, extreme):
    made = tables(a=(90, 10, 10, 90), b=(80, 20, 30, 70))
    (gap,), (ratio,) = measured(run, made)
    assert (type(gap), type(ratio)) == (Range, RatioRange)
    assert gap.slice == {"by": "g"}
    assert [(g.family, g.slice["g"], g.hits, g.of) for g in gap.groups] == [
        (TPR, "a", 90, 100),
        (TPR, "b", 80, 100),
        (FPR, "a", 10, 100),
        (FPR, "b", 30, 100),
    ]
    assert extreme(gap)[0] == pytest.approx(0.2)
    assert extreme(ratio)[1] == pytest.approx(1 / 3)


def test_a_group_without_positives_is_not_assessed(run):
    """fairlearn reads its undefined rate as 0, and the gap as 1.0."""
    made = tables(a=(90, 10, 10, 90), b=(80, 20, 30, 70), c=(0, 0, 20, 80))
    gaps, ratios = measured(run, made)
    assert isinstance(gaps[0], Range)
    assert [(g.family, g.slice["g"]) for g in gaps[0].groups if g.slice["g"] == "c"] == [(FPR, "c")]
    assert gaps[1] == Undefined(
        DIFFERENCE, 0, f"{TPR}: not assessed: no rows to count", None, slice={"g": "c"}
    )
    assert not ratios[1].context


def test_few_positives_are_not_assessed_however_many_rows(run):
    made = tables(a=(90, 10, 10, 90), b=(80, 20, 30, 70), c=(20, 9, 100, 900))
    gaps, _ = measured(run, made, min_n=30)
    (small,) = (e for e in gaps if isinstance(e, Undefined))
    assert (small.slice, small.n, small.value) == ({"g": "c"}, 29, None)
    rates = run(equalized_odds, {"by": "g", "min_n": 30}, predictions=made)
    (shown,) = [e for e in rates if e.name == "true_positive_rate" and e.slice == {"g": "c"}]
    assert (shown.hits, shown.of, shown.context) == (20, 29, True)


def test_a_declared_exclusion_counts_all_rows_of_the_group(run):
    made = tables(a=(90, 10, 10, 90), b=(80, 20, 30, 70), c=(1, 1, 1, 1))
    gaps, ratios = measured(run, made, min_share=0.02)
    for found in (gaps, ratios):
        excluded = [e for e in found if isinstance(e, Undefined)]
        assert len(excluded) == 2
        assert all(e.context and e.slice == {"g": "c"} for e in excluded)


def test_one_class_is_no_pass(run):
    made = Predictions.of(
        [1, 0] * 100, [1] * 200, groups={"g": ["a"] * 100 + ["b"] * 100}, positive=1
    )
    gaps, ratios = measured(run, made)
    for found in (gaps, ratios):
        assert any(isinstance(e, Undefined) and FPR in e.reason and not e.context for e in found)


def test_a_perfect_model_has_no_false_positive_ratio(run):
    gaps, ratios = measured(run, tables(a=(50, 0, 0, 50), b=(40, 0, 0, 60)))
    assert len(gaps) == 1
    assert ratios[0].reason == f"the {FPR} is zero in every group"
    assert isinstance(ratios[1], RatioRange)


def test_a_model_that_always_refuses_has_no_ratio(run):
    gaps, ratios = measured(run, tables(a=(0, 50, 0, 50), b=(0, 40, 0, 60)))
    assert isinstance(gaps[0], Range)
    assert all(isinstance(e, Undefined) for e in ratios)
    assert len(ratios) == 2


@pytest.mark.parametrize(
    "made",
    [
        Predictions.of([], [], groups={"g": []}, positive=1),
        Predictions.of([1], [1], groups={"g": ["a"]}, positive=1),
        tables(a=(50, 50, 50, 50)),
    ],
    ids=["empty", "one row", "constant"],
)
def test_fewer_than_two_groups_are_no_pass(run, made):
    for found in measured(run, made):
        assert found
        assert all(isinstance(e, Undefined) and not e.context for e in found)


@pytest.mark.parametrize(
    "made",
    [
        Predictions.of([1, 0], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, 0], [None, 1], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([None, None], [None, None], groups={"g": ["a", "b"]}, positive=1),
        Predictions.of([1, 0], [1, 0], groups={"g": ["a", "b"]}),
        Predictions.of([1, 0], [1, 0], groups={}, positive=1),
    ],
    ids=["no target", "missing target", "all missing", "no positive", "column absent"],
)
def test_what_cannot_be_counted_is_an_error(run, code, made):
    assert code(run(equalized_odds, {"by": "g"}, predictions=made)) == "DC203"
