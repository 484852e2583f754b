import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import (
    Count,
    Group,
    Proportion,
    Ratio,
    RatioRange,
    Undefined,
)
from deploycheck.checkers.fairness.impact_ratio import ImpactRatio, impact_ratio
from deploycheck.evidence.predictions import Predictions


def people(counts, favourable=1, **more):
    """Predictions of groups given as ``(selected, rows)``."""
    prediction, group = [], []
    for name, (hits, rows) in counts.items():
        prediction += [1] * hits + [0] * (rows - hits)
        group += [name] * rows
    return Predictions.of(prediction, groups={"sex": group}, favourable=favourable, **more)


def of_name(found, name="impact_ratio"):
    assert isinstance(found, tuple), found
    return [e for e in found if e.name == name]


def test_half_the_rate_of_the_other_group(run):
    """48 of 80 against 12 of 40: rates of 0.6 and 0.3, a ratio of one half."""
    found = run(impact_ratio, {"by": "sex"}, predictions=people({"w": (48, 80), "b": (12, 40)}))
    (ratio,) = of_name(found)
    assert ratio == RatioRange(
        "impact_ratio",
        (Group({"sex": "b"}, 12, 40), Group({"sex": "w"}, 48, 80)),
        slice={"by": "sex"},
    )
    rates = of_name(found, "selection_rate")
    assert [r.hits / r.of for r in rates] == [0.3, 0.6]
    assert of_name(found, "selected")[0] == Count("selected", 12, of=40, slice={"sex": "b"})


def test_equals_fairlearns_ratio(run, sample, extreme):
    from fairlearn.metrics import demographic_parity_ratio

    y, p, sex, race = sample(3)
    made = Predictions.of(
        p.tolist(), groups={"sex": sex.tolist(), "race": race.tolist()}, favourable=1
    )
    found = run(impact_ratio, {"by": ["sex", "race"]}, predictions=made)
    ratios = {e.slice["by"]: extreme(e)[1] for e in of_name(found)}
    assert ratios["sex"] == pytest.approx(
        demographic_parity_ratio(y, p, sensitive_features=sex), abs=1e-12
    )
    assert ratios["race"] == pytest.approx(
        demographic_parity_ratio(y, p, sensitive_features=race), abs=1e-12
    )


def test_an_unfavourable_prediction_turns_the_ratio_around(run, extreme):
    counts = {"a": (80, 100), "b": (40, 100)}
    good = of_name(run(impact_ratio, {"by": "sex"}, predictions=people(counts)))
    bad = of_name(run(impact_ratio, {"by": "sex"}, predictions=people(counts, favourable=0)))
    assert extreme(good[0])[1] == 0.5
    assert extreme(bad[0])[1] == pytest.approx(20 / 60)


def test_a_declared_reference_is_compared_with_each_other_group(run):
    sample = people({"a": (50, 100), "b": (40, 100), "c": (60, 100)})
    found = of_name(run(impact_ratio, {"by": "sex", "reference": {"sex": "a"}}, predictions=sample))
    assert isinstance(found[0], RatioRange)
    assert found[1:] == [
        Ratio("impact_ratio", 40, 100, 50, 100, slice={"sex": "b"}, details=("against sex: a",)),
        Ratio("impact_ratio", 60, 100, 50, 100, slice={"sex": "c"}, details=("against sex: a",)),
    ]


def test_a_reference_for_every_column_is_one_for_their_combination(run):
    rows = 40
    made = Predictions.of(
        [1, 0] * (2 * rows),
        groups={"sex": ["f", "f", "m", "m"] * rows, "old": [True, True, False, False] * rows},
        favourable=1,
    )
    params = {"by": ["sex", "old"], "intersections": True, "reference": {"sex": "f", "old": True}}
    found = of_name(run(impact_ratio, params, predictions=made))
    assert [e.slice for e in found if isinstance(e, Ratio)] == [
        {"sex": "m"},
        {"old": "false"},
        {"sex": "m", "old": "false"},
    ]
    assert [e.slice["by"] for e in found if isinstance(e, RatioRange)] == ["sex", "old", "sex, old"]


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"a": (0, 100), "b": (40, 100)}, "nobody is selected in the reference"),
        ({"a": (5, 10), "b": (40, 100), "c": (40, 100)}, "is not assessed"),
    ],
)
def test_a_reference_that_cannot_serve_is_no_pass(run, counts, reason):
    params = {"by": "sex", "reference": {"sex": "a"}}
    found = of_name(run(impact_ratio, params, predictions=people(counts)))
    against = [e for e in found if e.slice == {"sex": "b"}]
    assert [type(e) for e in against] == [Undefined]
    assert reason in against[0].reason
    assert not against[0].context


def test_an_excluded_reference_is_no_pass(run):
    params = {"by": "sex", "reference": {"sex": "a"}, "exclude": ["a"]}
    sample = people({"a": (50, 100), "b": (40, 100), "c": (60, 100)})
    found = of_name(run(impact_ratio, params, predictions=sample))
    assert [e.slice for e in found if isinstance(e, Undefined) and not e.context] == [
        {"sex": "b"},
        {"sex": "c"},
    ]


def test_a_small_group_is_not_assessed_and_still_shown(run):
    sample = people({"a": (50, 100), "b": (40, 100), "c": (1, 29)})
    found = run(impact_ratio, {"by": "sex"}, predictions=sample)
    ratio, small = of_name(found)
    assert [g.slice["sex"] for g in ratio.groups] == ["a", "b"]
    assert (small.slice, small.n, small.context) == ({"sex": "c"}, 29, False)
    assert small.value is None
    assert "selection rate" in small.reason
    assert [e.of for e in of_name(found, "selection_rate")] == [100, 100, 29]


def test_a_declared_exclusion_is_context(run):
    sample = people({"a": (500, 980), "b": (400, 1000), "c": (0, 20)})
    found = run(impact_ratio, {"by": "sex", "min_share": 0.02}, predictions=sample)
    ratio, excluded = of_name(found)
    assert len(ratio.groups) == 2
    assert (excluded.slice, excluded.context, excluded.n) == ({"sex": "c"}, True, 20)
    assert "20 rows, 1.00 % of all" in excluded.reason
    rates = of_name(found, "selection_rate")
    assert rates[2] == Proportion("selection_rate", 0, 20, slice={"sex": "c"}, context=True)


@pytest.mark.parametrize(
    "counts", [{}, {"a": (1, 1)}, {"a": (50, 100)}, {"a": (50, 100), "b": (1, 1)}]
)
def test_fewer_than_two_groups_are_no_pass(run, counts):
    found = of_name(run(impact_ratio, {"by": "sex"}, predictions=people(counts)))
    assert all(isinstance(e, Undefined) and not e.context for e in found)
    assert "fewer than two groups" in found[0].reason


def test_nobody_selected_is_no_pass(run):
    made = Predictions.of([0, 1] * 80, groups={"sex": ["f", "n"] * 80}, favourable=1)
    found = of_name(run(impact_ratio, {"by": "sex", "exclude": ["n"]}, predictions=made))
    assert isinstance(found[0], Undefined)
    sample = people({"a": (0, 100), "b": (0, 100), "c": (9, 9)})
    (first, _) = of_name(run(impact_ratio, {"by": "sex"}, predictions=sample))
    assert first == Undefined(
        "impact_ratio", 200, "nobody is selected in any group", slice={"by": "sex"}
    )


def test_a_missing_protected_value_is_a_group(run):
    made = Predictions.of([1, 0] * 100, groups={"sex": ["f", "m", None, None] * 50}, favourable=1)
    (ratio,) = of_name(run(impact_ratio, {"by": "sex"}, predictions=made))
    assert [g.slice["sex"] for g in ratio.groups] == ["(missing)", "f", "m"]


@pytest.mark.parametrize(
    ("made", "params"),
    [
        (Predictions.of([1, None], groups={"sex": ["f", "m"]}, favourable=1), {}),
        (Predictions.of([None, None], groups={"sex": ["f", "m"]}, favourable=1), {}),
        (Predictions.of([1, 0], groups={"sex": ["f", "m"]}), {}),
        (Predictions.of([1, 0], groups={"sex": ["f", "m"]}, favourable="yes"), {}),
        (Predictions.of([1, 0], groups={}, favourable=1), {}),
        (people({"a": (5, 100), "b": (5, 100)}), {"reference": {"sex": "A"}}),
    ],
)
def test_missing_values_and_unknown_names_are_errors(run, code, made, params):
    assert code(run(impact_ratio, {"by": "sex", **params}, predictions=made)) == "DC203"


def test_a_reference_is_for_a_column_of_by():
    with pytest.raises(ValidationError, match="which `by` does not"):
        ImpactRatio(by="sex", reference={"race": "a"})


def test_hostile_group_names_are_just_names(run):
    names = ["<script>alert(1)</script>", "\x1b[31m", "a" * 5_000, "{0.__class__}"]
    made = Predictions.of([1, 0] * 200, groups={"sex": names * 100}, favourable=1)
    (ratio,) = of_name(run(impact_ratio, {"by": "sex"}, predictions=made))
    assert {g.slice["sex"] for g in ratio.groups} == set(names)
