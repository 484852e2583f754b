"""Bins from a reference: all values are in one, and none hides a change of a common value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.authoring.binning import binned, quantile_cuts

numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 5e-324, 1.7976931348623157e308, -np.inf, np.inf]),
    st.floats(allow_nan=False, width=32),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(numbers, min_size=1, max_size=80), st.lists(numbers, max_size=40), st.integers(2, 20)
)
def test_every_value_is_in_one_right_closed_bin(reference, current, bins):
    x, y = np.sort(np.array(reference)), np.sort(np.array(current, dtype=np.float64))
    cuts = quantile_cuts(x, bins)
    assert np.all(np.diff(cuts) > 0) or len(cuts) == 1 or np.isinf(cuts).any()
    counts = binned(y, cuts)
    place = [int(np.sum(cuts < value)) for value in y]
    assert counts.tolist() == [place.count(bin_) for bin_ in range(len(cuts) + 1)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(2, 12))
def test_no_bin_holds_a_common_value_and_another(reference, bins):
    """What fills more than two bins' worth of the reference has a bin of its own."""
    x = np.sort(np.array(reference, dtype=np.float64))
    counts = binned(np.arange(-1.0, 32.0), quantile_cuts(x, bins))
    cuts = quantile_cuts(x, bins)
    for value in np.unique(x):
        if np.sum(x == value) > 2 * len(x) / bins:
            at = int(np.sum(cuts < value))
            assert counts[at] == 1


def test_distinct_numbers_fall_into_equal_parts():
    x = np.arange(1_000.0)
    assert binned(x, quantile_cuts(x, 10)).tolist() == [100] * 10
    assert quantile_cuts(x, 4).tolist() == [249, 499, 749]


@pytest.mark.parametrize(
    ("reference", "counts"),
    [
        ([7.0] * 5, [0, 5, 0]),
        ([0.0] * 95 + [1.0] * 5, [0, 95, 0, 5, 0]),
        ([0.0] * 5 + [1.0] * 95, [0, 5, 0, 95, 0]),
    ],
)
def test_few_values_have_a_bin_each(reference, counts):
    x = np.array(reference)
    assert binned(x, quantile_cuts(x, 10)).tolist() == counts
