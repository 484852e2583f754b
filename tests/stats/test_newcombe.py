"""Newcombe's bounds: published intervals, edges, and why they do not decide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.stats.difference import difference_lower
from deploycheck.stats.newcombe import newcombe, newcombe_paired
from deploycheck.stats.samples import as_pair


@pytest.mark.parametrize(
    ("counts", "expected"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10; 95 %
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_published_intervals_of_independent_samples(counts, expected):
    assert [round(float(b), 4) for b in newcombe(*counts, 0.025)] == list(expected)


@pytest.mark.parametrize(
    ("cells", "expected", "digits"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 2635–2650, method 10; 95 %
        ((20, 12, 2, 16), (0.0562, 0.3292), 4),
        # Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014) 2850–2875
        ((1, 1, 7, 12), (-0.507, -0.026), 3),
        # Tang, Ling, Ling and Tian, Statistics in Medicine 29 (2010) 46–62
        ((8, 3, 1, 2), (-0.1574, 0.4136), 4),
    ],
)
def test_published_intervals_of_paired_samples(cells, expected, digits):
    assert [round(float(b), digits) for b in newcombe_paired(*cells, 0.025)] == list(expected)


def test_edges():
    assert float(newcombe(0, 1, 1, 1, 0.05)[0]) == -1
    low, high = newcombe_paired(0, 0, 0, 7, 0.05)
    assert float(low) == -float(high) < 0
    assert float(newcombe_paired(0, 5, 0, 0, 0.05)[1]) == 1
    both = newcombe_paired([20, 1], [12, 1], [2, 7], [16, 12], 0.025)
    assert both[0].round(4).tolist() == [0.0562, -0.5069]


cells = st.integers(0, 200)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(cells, cells, cells, cells, st.floats(1e-4, 0.4))
def test_shape(a, b, c, d, alpha):
    if a + b + c + d == 0:
        return
    low, high = (float(v) for v in newcombe_paired(a, b, c, d, alpha))
    turned = [float(v) for v in newcombe_paired(a, c, b, d, alpha)]
    assert (low, high) == pytest.approx((-turned[1], -turned[0]), abs=1e-12)
    assert -1 - 1e-12 <= low <= (b - c) / (a + b + c + d) <= high <= 1 + 1e-12
    wide = [float(v) for v in newcombe_paired(a, b, c, d, alpha / 2)]
    assert wide[0] <= low + 1e-12
    assert high <= wide[1] + 1e-12
    if a + b and c + d:
        low, high = (float(v) for v in newcombe(a, a + b, c, c + d, alpha))
        turned = [float(v) for v in newcombe(c, c + d, a, a + b, alpha)]
        assert (low, high) == pytest.approx((-turned[1], -turned[0]), abs=1e-12)


def test_it_misses_more_often_than_what_decides(enumeration):
    tables = enumeration.all_tables(30, 300)
    low = newcombe(*tables, 0.05)[0]
    errors = [float(e.max()) for e in enumeration.difference_errors(low, (0.0, 0.02))]
    assert [round(e, 3) for e in errors] == [0.084, 0.103]
    pair, shape = as_pair(*tables)
    decides = difference_lower(pair, 0.05)[0].reshape(shape)
    worst = max(float(e.max()) for e in enumeration.difference_errors(decides))
    assert round(worst, 3) <= 0.062


@pytest.mark.parametrize(
    "call",
    [
        lambda: newcombe(3, 2, 1, 5, 0.05),
        lambda: newcombe(1, 2, 1, 5, 0.5),
        lambda: newcombe([1, 2], 3, [1, 2, 3], 5, 0.05),
        lambda: newcombe_paired(0, 0, 0, 0, 0.05),
        lambda: newcombe_paired(1.5, 0, 0, 3, 0.05),
        lambda: newcombe_paired([1, 2], [1, 2, 3], 1, 1, 0.05),
        lambda: newcombe_paired(1, 0, 0, -3, 0.05),
    ],
)
def test_junk_is_refused(call):
    with pytest.raises(ValueError):
        call()
