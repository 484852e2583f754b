import math

import numpy as np
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import ChiSquared, Undefined
from deploycheck.checkers.drift.psi import StabilityIndex, psi
from deploycheck.evidence.samples import Samples


def value(estimate):
    assert isinstance(estimate, ChiSquared), estimate
    assert estimate.power == 1
    return estimate.statistic / estimate.n


def rows(**counts):
    return [name for name, count in counts.items() for _ in range(count)]


def test_categories_by_hand(drift):
    """(0.5 − 0.25) ln 2 + (0.3 − 0.25) ln 1.2 + (0.2 − 0.5) ln 0.4 = 0.45729…"""
    found = drift(psi, {"x": rows(a=50, b=30, c=20)}, {"x": rows(a=50, b=50, c=100)})["psi", "x"]
    by_hand = 0.25 * math.log(2) + 0.05 * math.log(1.2) - 0.3 * math.log(0.4)
    assert value(found) == pytest.approx(by_hand, abs=1e-12)
    assert value(found) == pytest.approx(0.4572901, abs=1e-7)
    assert (found.df, found.rows) == (2, 300)
    assert found.n == pytest.approx(100 * 200 / 300)


def test_deciles_by_hand(drift):
    """Ten bins of a tenth; in the current data the lower five are half as full, the upper fuller."""
    x = np.arange(1.0, 101.0)
    y = np.concatenate([np.arange(1.0, 51.0), np.repeat(np.arange(51.0, 101.0), 3)])
    q = np.array([0.05] * 5 + [0.15] * 5)
    by_hand = float(np.sum((0.1 - q) * np.log(0.1 / q)))
    found = drift(psi, {"x": x}, {"x": y})["psi", "x"]
    assert value(found) == pytest.approx(by_hand, abs=1e-12)
    assert found.df == 9
    found = drift(psi, {"x": x}, {"x": y}, bins=2)["psi", "x"]
    assert value(found) == pytest.approx(0.25 * math.log(2) + 0.25 * math.log(1.5), abs=1e-12)


def test_an_empty_bin_gets_half_a_row_and_it_is_told(drift):
    found = drift(psi, {"x": rows(a=50, b=50)}, {"x": rows(a=100)})["psi", "x"]
    p, q = np.array([50.5, 50.5]) / 101, np.array([100.5, 0.5]) / 101
    assert value(found) == pytest.approx(float(np.sum((p - q) * np.log(p / q))), abs=1e-12)
    assert "1 of them empty in one data set" in found.details[1]


def test_missing_values_are_a_bin(drift):
    x = np.arange(100.0)
    for columns in (None, "x"):
        found = drift(psi, {"x": x}, {"x": [*x, *[None] * 100]}, columns=columns)
        assert value(found["psi", "x"]) > 0.5
        assert found["psi", "x"].df == 10
    gone = drift(psi, {"x": x}, {"x": [None] * 100}, columns="x")["psi", "x"]
    assert value(gone) > 5
    both = {"x": [*x, *[None] * 10]}
    assert value(drift(psi, both, both)["psi", "x"]) == 0


def test_a_share_that_is_mostly_one_value_does_not_hide_its_change(drift):
    found = drift(psi, {"x": [1.0] * 95 + [0.0] * 5}, {"x": [1.0] * 60 + [0.0] * 40})["psi", "x"]
    p, q = np.array([0.05, 0.95]), np.array([0.4, 0.6])
    assert value(found) == pytest.approx(float(np.sum((p - q) * np.log(p / q))), abs=1e-12)


def test_numbers_and_categories_are_all_measured(drift):
    x, t = np.arange(100.0), ["a", "b"] * 50
    found = drift(psi, {"x": x, "t": t, "gone": x}, {"x": x, "t": t, "new": t})
    assert found.columns() == {"x", "t"}
    assert found.columns(context=True) == {"gone", "new"}
    assert value(found["psi", "x"]) == value(found["psi", "t"]) == 0
    assert found.figures[0].title == "drift by column: psi"


def test_two_kinds_are_told_once_and_are_no_pass(drift):
    found = drift(psi, {"x": np.arange(100.0)}, {"x": ["a"] * 100})
    assert isinstance(found["psi", "x"], Undefined)
    assert not found["psi", "x"].context
    assert found.columns() == {"x"}


def test_constants(drift):
    same = drift(psi, {"x": [7.0] * 50}, {"x": [7.0] * 50})["psi", "x"]
    assert (same.statistic, same.df) == (0, 1)
    assert value(drift(psi, {"x": [7.0] * 50}, {"x": [8.0] * 50})["psi", "x"]) > 5
    assert value(drift(psi, {"x": ["a"] * 50}, {"x": ["b"] * 50})["psi", "x"]) > 5
    assert value(drift(psi, {"x": [7.0] * 50}, {"x": [np.inf] * 50})["psi", "x"]) > 5


def test_few_rows_are_no_pass(drift):
    x = np.arange(100.0)
    for before, after in (
        (x, []),
        ([], x),
        (x, [1.0]),
        (x, x[:29]),
        ([None] * 100, x),
        ([f"v{i}" for i in range(100)], [f"v{i}" for i in range(100)]),
    ):
        found = drift(psi, {"x": before}, {"x": after}, columns="x")
        assert isinstance(found["psi", "x"], Undefined)
        assert not found["psi", "x"].context


def test_nothing_to_compare_is_no_pass(drift):
    found = drift(psi, {"x": [1.0] * 50}, {"y": [1.0] * 50})
    assert not found["psi", None].context


def test_columns_that_are_not_there_and_one_data_set_twice(drift, code):
    assert code(drift(psi, {"x": [1.0]}, {"x": [1.0]}, columns="y")) == "DC019"
    same = Samples.of({"x": [1.0] * 50}, "train")
    assert code(drift(psi, same, same)) == "DC203"


def test_where_nothing_changed_the_statistic_is_chi_squared(drift):
    """Yurdakul and Naranjo: of 10 bins its mean is 9 and its variance 18."""
    rng = np.random.default_rng(11)
    seen = np.array(
        [
            drift(psi, {"x": rng.normal(size=400)}, {"x": rng.normal(size=400)})[
                "psi", "x"
            ].statistic
            for _ in range(400)
        ]
    )
    assert abs(seen.mean() - 9) < 4 * (18 / 400) ** 0.5
    assert seen.var() == pytest.approx(18, rel=0.35)


@pytest.mark.parametrize("params", [{"bins": 1}, {"bins": 10.0}, {"min_n": 1}, {"edges": {}}])
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        StabilityIndex(**params)
