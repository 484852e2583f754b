import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance

from deploycheck.authoring.estimates import Distance, Undefined
from deploycheck.checkers.drift.numeric import Numeric, numeric
from deploycheck.evidence.samples import Samples

MEASURES = ("wasserstein", "ks_statistic", "js_distance")


def draws(seed, size, shift=0.0, scale=1.0):
    return np.random.default_rng(seed).normal(shift, scale, size)


@pytest.mark.parametrize(("m", "n"), [(30, 30), (500, 200), (400, 1500)])
def test_the_distances_are_those_of_scipy(drift, m, n):
    x, y = draws(1, m), np.round(draws(2, n, 0.3, 1.4), 1)
    found = drift(numeric, {"x": x}, {"x": y}, edges={"x": [-1, 0, 0.5]})
    w = wasserstein_distance(x, y) / x.std()
    assert found["wasserstein", "x"].value == pytest.approx(w, abs=1e-9)
    assert found["ks_statistic", "x"].value == pytest.approx(ks_2samp(x, y).statistic, abs=1e-12)
    shares = [
        np.histogram(v, [-math.inf, *(np.nextafter([-1, 0, 0.5], math.inf)), math.inf])[0] / len(v)
        for v in (x, y)
    ]
    assert found["js_distance", "x"].value == pytest.approx(
        jensenshannon(*shares, base=2), abs=1e-9
    )
    assert all(found[name, "x"].n == m + n for name in MEASURES)


def test_quantile_bins_by_hand(drift):
    """Of 1 … 100 the deciles are 10, 20, …; of 51 … 150 half are beyond the last but one."""
    x, y = np.arange(1, 101), np.arange(51, 151)
    found = drift(numeric, {"x": x}, {"x": y})
    p = np.array([0.1] * 10)
    q = np.array([0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.6])
    assert found["js_distance", "x"].value == pytest.approx(jensenshannon(p, q, base=2), abs=1e-9)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1.0] * 95 + [0.0] * 5, [1.0] * 60 + [0.0] * 40),
        ([0.0] * 95 + [1.0] * 5, [0.0] * 60 + [1.0] * 40),
        ([0.0] * 300 + list(range(1, 13)) * 2, [0.0] * 100 + [-1.0] * 200),
        ([100.0] * 300 + list(range(12)) * 2, [100.0] * 150 + [99.0] * 150),
    ],
)
def test_no_change_hides_inside_a_bin_of_ties(drift, before, after):
    assert drift(numeric, {"x": before}, {"x": after})["js_distance", "x"].value > 0.2


def test_equal_distributions_are_inside_the_noise(drift):
    found = drift(numeric, {"x": draws(3, 4_000)}, {"x": draws(4, 4_000)})
    for name in MEASURES:
        estimate = found[name, "x"]
        assert abs(estimate.value - estimate.center) < 4 * estimate.scale


def test_missing_values_are_left_out_and_told(drift):
    x, y = draws(1, 100), draws(2, 100, 1.0)
    plain = drift(numeric, {"x": x}, {"x": y})
    found = drift(numeric, {"x": [*x, *[None] * 25]}, {"x": [*y, *[math.nan] * 100]})
    for name in MEASURES:
        assert found[name, "x"].value == plain[name, "x"].value
        assert found[name, "x"].details == (
            "missing: 20.00 % of the reference, 50.00 % of the current data",
        )


def test_every_numeric_column_of_both_is_compared(drift):
    x = draws(1, 50)
    found = drift(
        numeric,
        {"a": x, "t": ["u"] * 50, "gone": x, "b": x},
        {"b": x, "a": x, "new": x, "t": ["u"] * 50},
    )
    assert found.columns() == {"a", "b"}
    assert found.columns(context=True) == {"gone", "new"}
    assert found["wasserstein", "gone"].reason == "only in train"


def test_numbers_that_became_texts_are_no_pass(drift):
    x = draws(1, 50)
    for columns in (None, ["a"]):
        found = drift(numeric, {"a": x, "b": x}, {"a": ["n/a"] * 50, "b": x}, columns=columns)
        for name in MEASURES:
            assert "numbers in train, texts in production" in found[name, "a"].reason
            assert not found[name, "a"].context


def test_few_rows_and_no_values_are_no_pass(drift):
    x = draws(1, 50)
    for y in ([], [1.0], draws(2, 29), [None] * 50):
        for pair in ((x, y), (y, x)):
            found = drift(numeric, {"x": pair[0]}, {"x": pair[1]})
            assert set(found.kinds("x").values()) == {"Undefined"}
            assert found.columns() == {"x"}
    found = drift(numeric, {"x": x}, {"x": x}, min_n=51)
    assert "50 values in the reference, fewer than 51" in found["wasserstein", "x"].reason


def test_a_column_of_texts_without_any_value_is_of_any_kind(drift):
    """As a CSV gives a column that is empty in production."""
    empty = Samples.of({"x": ["", ""]}, "production").texts["x"]
    void = Samples("production", "", 40, {}, {"x": type(empty).of([None] * 40)})
    found = drift(numeric, {"x": draws(1, 50)}, void)
    assert "0 values in the current data" in found["wasserstein", "x"].reason


def test_the_same_constant_in_both_is_no_drift(drift):
    found = drift(numeric, {"x": [7.0] * 400}, {"x": [7.0] * 100})
    assert [found[name, "x"].value for name in MEASURES] == [0, 0, 0]
    assert all(found[name, "x"].scale > 0 for name in MEASURES)
    assert found["wasserstein", "x"].scale == pytest.approx(math.sqrt(1 / 400 + 1 / 100))


def test_a_constant_that_moves_is_seen(drift):
    found = drift(numeric, {"x": [7.0] * 400}, {"x": [8.0] * 100})
    assert isinstance(found["wasserstein", "x"], Undefined)
    assert not found["wasserstein", "x"].context
    assert found["ks_statistic", "x"].value == found["js_distance", "x"].value == 1
    found = drift(numeric, {"x": draws(1, 100)}, {"x": [0.0] * 100})
    assert found["wasserstein", "x"].value > 0.5


def test_infinite_values_are_the_largest_numbers_and_have_no_distance(drift):
    x = draws(1, 100)
    y = np.where(np.arange(100) < 40, np.inf, x)
    found = drift(numeric, {"x": x}, {"x": y})
    assert "0 in the reference, 40 in current" in found["wasserstein", "x"].reason
    assert found["ks_statistic", "x"].value == pytest.approx(ks_2samp(x, y).statistic)
    assert found["js_distance", "x"].value > 0.3
    found = drift(numeric, {"x": [-np.inf] * 50 + [np.inf] * 50}, {"x": [np.inf] * 100})
    assert found["ks_statistic", "x"].value == 0.5


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e300])
def test_the_unit_does_not_matter(drift, scale):
    x, y = np.arange(1.0, 41.0), np.arange(1.0, 41.0) * 2
    one = drift(numeric, {"x": x}, {"x": y})["wasserstein", "x"]
    other = drift(numeric, {"x": x * scale}, {"x": y * scale})["wasserstein", "x"]
    if isinstance(other, Distance):
        assert other.value == pytest.approx(one.value, rel=1e-2)
    else:
        assert not other.context


def test_nothing_to_compare_is_no_pass(drift):
    found = drift(numeric, {"t": ["u"] * 40}, {"t": ["u"] * 40})
    assert {e.name for e in found.estimates.values()} == {*MEASURES}
    assert not any(e.context for e in found.estimates.values())
    assert not found.figures


def test_columns_that_are_not_there_or_hold_texts(drift, code):
    assert code(drift(numeric, {"x": [1.0]}, {"x": [1.0]}, columns="y")) == "DC019"
    assert code(drift(numeric, {"x": ["a"]}, {"x": ["a"]}, columns="x")) == "DC203"


def test_a_data_set_compared_with_itself_is_an_error(drift, code):
    same = Samples.of({"x": draws(1, 50)}, "train")
    assert code(drift(numeric, same, same)) == "DC203"
    copy = Samples("copy", "sha256:1", 50, same.numbers, {})
    assert code(drift(numeric, Samples("train", "sha256:1", 50, same.numbers, {}), copy)) == "DC203"
    part = Samples("part", "sha256:1", 49, {"x": same.numbers["x"][1:]}, {})
    assert drift(numeric, copy, part)["wasserstein", "x"].value > 0


def test_the_figure_shows_the_largest_first(drift):
    x = draws(1, 60)
    names = [f"c{i:02d}" for i in range(40)]
    found = drift(numeric, dict.fromkeys(names, x), {n: x + i / 10 for i, n in enumerate(names)})
    (figure,) = found.figures
    assert figure.title == "drift by column: wasserstein"
    assert [bar.label for bar in figure.bars] == names[:9:-1]
    assert figure.bars[0].value == found["wasserstein", "c39"].value
    assert figure.bars[0].low is figure.bars[0].high is None


@pytest.mark.parametrize(
    "params",
    [
        {"columns": []},
        {"min_n": 29},
        {"bins": 1},
        {"bins": True},
        {"edges": {"x": []}},
        {"edges": {"x": [2, 1]}},
        {"edges": {"x": [1, 1]}},
        {"edges": {"x": [math.nan]}},
        {"columns": ["y"], "edges": {"x": [1]}},
        {"threshold": 0.1},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Numeric(**params)
