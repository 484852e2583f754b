"""What is no count and no level is refused in words, wherever it comes in."""

import numpy as np
import pytest

from deploycheck.stats.bounds import as_counts, as_effective, as_level, as_reals
from deploycheck.stats.difference import difference_bounds, miettinen_nurminen
from deploycheck.stats.groups import range_bounds
from deploycheck.stats.proportion import clopper_pearson, proportion_bounds, wilson
from deploycheck.stats.pvalues import difference_pvalue, proportion_pvalue
from deploycheck.stats.ratio import koopman, ratio_bounds

BAD_COUNTS = [
    (1.5, 10, "whole"),
    (-1, 10, "negative"),
    (11, 10, "more hits"),
    (0, 0, "zero"),
    (True, 10, "bool"),
    (1, True, "bool"),
    ("1", 10, "str"),
    (None, 10, "object"),
    (float("nan"), 10, "whole"),
    (float("inf"), 10, "whole"),
    (1, float("nan"), "whole"),
    (1, 2**53 + 2, "exceed"),
    (1, 10**30, "object"),
    (1 + 0j, 10, "complex"),
    ([1, [2]], 10, "numbers"),
    ([1, 2], [10, 20, 30], "shape"),
]


@pytest.mark.parametrize(("hits", "n", "words"), BAD_COUNTS)
def test_what_is_no_count_is_refused(hits, n, words):
    with pytest.raises(ValueError, match=words):
        as_counts(hits, n)
    for refused in (
        lambda: clopper_pearson(hits, n, 0.05),
        lambda: wilson(hits, n, 0.05),
        lambda: proportion_pvalue(hits, n, 0.5),
        lambda: miettinen_nurminen(3, 10, hits, n, 0.05),
        lambda: koopman(hits, n, 3, 10, 0.05),
        lambda: difference_bounds(3, 10, hits, n, 0.05),
        lambda: ratio_bounds(hits, n, 3, 10, 0.05),
        lambda: difference_pvalue(hits, n, 3, 10, 0.1),
        lambda: range_bounds([3, hits], [10, n], ["a", "a"], 0.05),
    ):
        with pytest.raises(ValueError):
            refused()


def test_counts_may_be_floats_with_whole_values_and_numpy_integers():
    hits, n = as_counts(np.int64(3), 10.0)
    assert (float(hits), float(n)) == (3.0, 10.0)


@pytest.mark.parametrize(
    "alpha", [0, 0.5, 1, -0.1, 95, float("nan"), float("inf"), True, "0.05", None, 10**400, [0.05]]
)
def test_what_is_no_level_is_refused(alpha):
    with pytest.raises(ValueError, match="alpha"):
        as_level(alpha)
    with pytest.raises(ValueError, match="alpha"):
        proportion_bounds(1, 10, alpha)
    with pytest.raises(ValueError, match="alpha"):
        range_bounds([1, 2], [10, 10], ["a", "a"], alpha)


def test_decisions_are_made_about_single_counts():
    for refused in (
        lambda: proportion_bounds([1, 2], [10, 10], 0.05),
        lambda: difference_bounds([1, 2], 10, 3, 10, 0.05),
        lambda: ratio_bounds(1, 10, 3, [10, 20], 0.05),
    ):
        with pytest.raises(ValueError, match="single"):
            refused()


def test_effective_counts_are_rates_times_rows():
    hits, rows = as_effective([0.25, 0.5], 10.5)
    assert hits.tolist() == [2.625, 5.25]
    assert rows.tolist() == [10.5, 10.5]
    assert as_effective(1, 3)[0] == 3.0


@pytest.mark.parametrize(
    ("rates", "rows", "words"),
    [
        (1.5, 10, "between 0 and 1"),
        (0.5, 0, "above zero"),
        (0.5, 2.0**54, "at most"),
        (float("nan"), 10, "finite"),
        (0.5, float("inf"), "finite"),
        (True, 10, "bool"),
        ([0.5, True], 10, "bool"),
        ("0.5", 10, "str"),
        (None, 10, "object"),
        ([0.5, 0.1], [1, 2, 3], "shape"),
        ([0.5, [0.1]], 3, "one shape"),
    ],
)
def test_what_is_no_rate_and_no_number_of_rows_is_refused(rates, rows, words):
    with pytest.raises(ValueError, match=words):
        as_effective(rates, rows, "a group")


def test_reals_are_finite_numbers():
    assert as_reals([1, -2.5], "x").tolist() == [1.0, -2.5]
    with pytest.raises(ValueError, match="x must be finite"):
        as_reals([1, float("nan")], "x")
