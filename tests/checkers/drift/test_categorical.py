import numpy as np
import pytest
from pydantic import ValidationError
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency

from deploycheck.authoring.estimates import ChiSquared, Undefined
from deploycheck.checkers.drift.categorical import Categorical, categorical
from deploycheck.evidence.coded import Coded
from deploycheck.evidence.samples import Samples

JUDGED = ("cramers_v", "js_distance")


def rows(**counts):
    return [value for value, count in counts.items() for _ in range(count)]


def v(estimate):
    return (estimate.statistic / estimate.n) ** 0.5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 40, "b": 60}, {"a": 55, "b": 45}),
        ({"a": 400, "b": 60, "c": 7}, {"a": 20, "b": 40, "d": 3}),
        ({"a": 30}, {"b": 30}),
    ],
)
def test_the_statistics_are_those_of_scipy(drift, before, after):
    found = drift(categorical, {"x": rows(**before)}, {"x": rows(**after)})
    names = sorted({*before, *after})
    table = np.array([[side.get(n, 0) for n in names] for side in (before, after)])
    expected = chi2_contingency(table, correction=False)
    estimate = found["cramers_v", "x"]
    assert estimate.statistic == pytest.approx(expected.statistic, abs=1e-9)
    assert (estimate.df, estimate.n, estimate.power) == (expected.dof, table.sum(), 2)
    assert v(estimate) == pytest.approx((expected.statistic / table.sum()) ** 0.5, abs=1e-12)
    assert found["chi2_statistic", "x"].value == estimate.statistic
    shares = table / table.sum(axis=1, keepdims=True)
    js = found["js_distance", "x"].value
    assert js == pytest.approx(jensenshannon(*shares, base=2), abs=1e-9)


def test_the_statistic_is_shown_and_never_judged(drift):
    found = drift(categorical, {"x": rows(a=40, b=40)}, {"x": rows(a=20, b=60)})
    assert found["chi2_statistic", "x"].context
    assert not found["cramers_v", "x"].context


def test_a_missing_value_is_a_category(drift):
    before, after = rows(a=50, b=50), rows(a=25, b=25) + [None] * 50
    found = drift(categorical, {"x": before}, {"x": after})
    named = drift(categorical, {"x": before}, {"x": rows(a=25, b=25, none=50)})
    assert found["cramers_v", "x"].statistic == named["cramers_v", "x"].statistic > 0
    gone = drift(categorical, {"x": before}, {"x": [None] * 100}, columns="x")
    assert v(gone["cramers_v", "x"]) == pytest.approx(1)


def test_truth_values_are_compared_and_numbers_only_by_name(drift):
    sides = [
        {"n": [1.0] * k + [2.0] * (90 - k), "b": [True] * k + [False] * (90 - k)} for k in (30, 60)
    ]
    found = drift(categorical, *sides)
    assert found.columns() == {"b"}
    found = drift(categorical, *sides, columns=["n", "b"])
    assert found["cramers_v", "n"].statistic == pytest.approx(found["cramers_v", "b"].statistic)


def test_the_same_constant_or_nothing_in_both_is_no_drift(drift):
    for values in (["a"], [None]):
        found = drift(categorical, {"x": values * 50}, {"x": values * 80}, columns="x")
        estimate = found["cramers_v", "x"]
        assert (estimate.statistic, estimate.df) == (0, 1)
        assert found["js_distance", "x"].value == 0


def test_a_constant_that_changes_is_all_there_is(drift):
    found = drift(categorical, {"x": rows(a=50)}, {"x": rows(b=80)})
    assert v(found["cramers_v", "x"]) == pytest.approx(1)
    assert found["js_distance", "x"].value == pytest.approx(1)


def test_few_rows_and_many_categories_are_no_pass(drift):
    many = [f"v{i}" for i in range(50)]
    for before, after in (
        ([], rows(a=50)),
        (rows(a=50), rows(a=1)),
        (rows(a=29), rows(a=50)),
        (many * 2, many * 2),
    ):
        found = drift(categorical, {"x": before}, {"x": after}, columns="x")
        assert set(found.kinds("x").values()) == {"Undefined"}
        assert found.columns() == {"x"}
    assert isinstance(
        drift(categorical, {"x": many * 3}, {"x": many * 2})["cramers_v", "x"], ChiSquared
    )


def test_names_and_times_are_left_out_unless_they_are_named(drift):
    ids = [f"id{i}" for i in range(1_001)] * 5
    days = Coded.of(["2026-01-01"] * 60)
    sides = [
        Samples(name, "", 60, {}, {"day": days, "a": Coded.of(["u"] * 60)}, {"free": "so many"}, frozenset({"day"}))
        for name in ("train", "production")
    ]  # fmt: skip
    found = drift(categorical, *sides)
    assert found.columns() == {"a"}
    assert found.columns(context=True) >= {"day", "free"}
    assert drift(categorical, *sides, columns="day")["cramers_v", "day"].statistic == 0
    left_out = drift(categorical, *sides, columns="free")["cramers_v", "free"]
    assert (left_out.context, left_out.reason) == (False, "cannot be compared: so many")
    found = drift(categorical, {"x": ids, "a": ["u"] * 5_005}, {"x": ids, "a": ["u"] * 5_005})
    assert found["cramers_v", "x"].context
    found = drift(categorical, {"x": ids}, {"x": ids}, columns="x")
    assert found["cramers_v", "x"].statistic == 0


def test_many_values_that_are_new_are_a_change_and_no_reason_to_look_away(drift):
    few, many = {"x": ["a", "b"] * 5_000}, {"x": [f"free text {i}" for i in range(1_500)]}
    assert v(drift(categorical, few, many)["cramers_v", "x"]) == pytest.approx(1)
    flood = Samples("production", "", 1_500, {}, {}, {"x": "200,000 different values"})
    found = drift(categorical, few, flood)["cramers_v", "x"]
    assert (found.context, found.reason) == (False, "cannot be compared: 200,000 different values")
    found = drift(categorical, Samples("train", "", 60, {}, {}, {"x": "so many"}), flood)
    assert found["cramers_v", "x"].context


def test_texts_that_became_numbers_are_no_pass(drift):
    found = drift(categorical, {"x": ["a"] * 40}, {"x": [1.0] * 40})
    assert isinstance(found["cramers_v", "x"], Undefined)
    assert not found["cramers_v", "x"].context


def test_nothing_to_compare_is_no_pass(drift):
    found = drift(categorical, {"x": [1.0] * 40}, {"x": [1.0] * 40})
    assert {(n, e.context) for (n, _), e in found.estimates.items()} == {(n, False) for n in JUDGED}
    found = drift(categorical, {"x": ["a"] * 40}, {"y": ["a"] * 40})
    assert not found[JUDGED[0], None].context


def test_columns_that_are_not_there_and_one_data_set_twice(drift, code):
    assert code(drift(categorical, {"x": ["a"]}, {"x": ["a"]}, columns="y")) == "DC019"
    same = Samples.of({"x": ["a"] * 40}, "train")
    assert code(drift(categorical, same, same)) == "DC203"


def test_the_figure_shows_cramers_v(drift):
    before = {"x": rows(a=50, b=50), "y": rows(a=50, b=50)}
    found = drift(categorical, before, {"x": rows(a=60, b=40), "y": rows(a=10, b=90)})
    (figure,) = found.figures
    assert [bar.label for bar in figure.bars] == ["y", "x"]
    assert figure.bars[0].value == v(found["cramers_v", "y"])


@pytest.mark.parametrize(
    "params", [{"columns": []}, {"columns": ["x", "x"]}, {"min_n": 5}, {"bins": 10}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Categorical(**params)
