import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Difference, Proportion, Undefined
from deploycheck.checkers.drift.new_category import NewCategory, new_category
from deploycheck.evidence.samples import Samples

X = {"column": "x"}


def test_rows_and_values_that_are_new(drift):
    before = ["a"] * 30 + ["b"] * 20
    after = ["a"] * 40 + ["c"] * 7 + ["d"] * 2 + [None]
    found = drift(new_category, {"x": before}, {"x": after})
    told = (
        "2 categories in the reference",
        "'c': 7 rows",
        "missing: 0.00 % of the reference, 2.00 % of the current data",
    )
    assert found["unseen_rate", "x"] == Proportion(
        "unseen_rate", hits=9, of=49, slice=X, details=told
    )
    assert found["unseen_values", "x"] == Count("unseen_values", 2, of=49, slice=X, details=told)
    assert found["missing_rate_change", "x"] == Difference(
        "missing_rate_change", hits=1, of=50, versus_hits=0, versus_of=50, slice=X, details=told[2:]
    )


def test_nothing_new_is_zero(drift):
    found = drift(new_category, {"x": ["a", "b"] * 30}, {"x": ["b"] * 40})
    assert found["unseen_rate", "x"].hits == found["unseen_values", "x"].value == 0


def test_only_values_that_several_rows_share_are_named_and_few_of_them(drift):
    after = [value for value in "cdefg" for _ in range(6)] + ["Jane Doe, 12 Elm St"] * 4
    details = drift(new_category, {"x": ["a"] * 40}, {"x": after})["unseen_rate", "x"].details
    assert details == (
        "1 categories in the reference",
        "'c': 6 rows",
        "'d': 6 rows",
        "'e': 6 rows",
        "and 2 more values of 5 rows and more",
    )


def test_values_are_compared_exactly_and_numbers_by_their_text(drift):
    found = drift(new_category, {"x": ["a", "é"] * 20}, {"x": ["A", "a ", "e\u0301", "é"] * 10})
    assert found["unseen_rate", "x"].hits == 30
    found = drift(new_category, {"x": [1.0, 2.0] * 20}, {"x": [1.0, 3.0] * 20}, columns="x")
    assert (found["unseen_rate", "x"].hits, found["unseen_values", "x"].value) == (20, 1)


def test_a_constant_and_a_constant_that_changes(drift):
    assert drift(new_category, {"x": ["a"] * 40}, {"x": ["a"] * 40})["unseen_rate", "x"].hits == 0
    assert drift(new_category, {"x": ["a"] * 40}, {"x": ["b"] * 40})["unseen_rate", "x"].hits == 40


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ([], ["a"] * 40, False),
        (["a"] * 40, ["a"], False),
        (["a"] * 29, ["a"] * 40, False),
        (["a"] * 40, [None] * 40, True),
        ([None] * 40, ["a"] * 40, True),
        ([None] * 40, [None] * 40, True),
    ],
)
def test_too_few_values_are_no_pass(drift, before, after, change):
    found = drift(new_category, {"x": before}, {"x": after}, columns="x")
    for name in ("unseen_rate", "unseen_values"):
        assert isinstance(found[name, "x"], Undefined)
        assert not found[name, "x"].context
    assert isinstance(found["missing_rate_change", "x"], Difference if change else Undefined)


def test_columns_of_one_data_set_are_shown_and_two_kinds_are_no_pass(drift):
    found = drift(
        new_category, {"a": ["u"] * 40, "k": ["u"] * 40}, {"b": ["u"] * 40, "k": [1.0] * 40}
    )
    assert found.columns(context=True) == {"a", "b"}
    assert found.columns() == {"k"}
    assert isinstance(found["unseen_rate", "k"], Undefined)


def test_nothing_to_compare_is_no_pass(drift):
    found = drift(new_category, {"x": [1.0] * 40}, {"x": [2.0] * 40})
    assert {type(e) for e in found.estimates.values()} == {Undefined}
    assert not any(e.context for e in found.estimates.values())


def test_columns_that_are_not_there_and_one_data_set_twice(drift, code):
    assert code(drift(new_category, {"x": ["a"]}, {"x": ["a"]}, columns="y")) == "DC019"
    same = Samples.of({"x": ["a"] * 40}, "train")
    assert code(drift(new_category, same, same)) == "DC203"


def test_the_figure_shows_the_rate(drift):
    found = drift(new_category, {"x": ["a"] * 40}, {"x": ["a"] * 30 + ["b"] * 10})
    (figure,) = found.figures
    assert (figure.unit, figure.bars[0].label, figure.bars[0].value) == ("probability", "x", 0.25)


@pytest.mark.parametrize("params", [{"columns": []}, {"min_n": 0}, {"by": "x"}])
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        NewCategory(**params)
