"""Independent units: what counts, weights and entities make of rows."""

import numpy as np
import pytest

from deploycheck.stats.slopes import linear
from deploycheck.stats.smooth import smooth_bounds
from deploycheck.stats.units import Unbounded, units


def first(means):
    return means[..., 0]


def ratio(means):
    return means[..., 0] / means[..., 1]


def rows(n=60, k=2, seed=1):
    return np.random.default_rng(seed).gamma(2, 1, (n, k))


def same(one, other):
    found = [linear(units(*one[0], **one[1])), linear(units(*other[0], **other[1]))]
    for name in ("value", "error", "acceleration", "bias", "bend", "behind"):
        ours, theirs = (getattr(f, name) for f in found)
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9), name
    assert smooth_bounds(found[0], 0.1).low == pytest.approx(smooth_bounds(found[1], 0.1).low)


def test_a_count_is_so_many_equal_rows():
    counts = np.random.default_rng(2).integers(0, 4, 60)
    table = rows()
    same(((table, ratio), {"counts": counts}), ((np.repeat(table, counts, axis=0), ratio), {}))
    made = units(table, ratio, counts=counts)
    assert made.n == made.rows == counts.sum()


def test_entities_of_one_row_each_change_nothing():
    code = np.random.default_rng(2).permutation(60) - 7
    made = units(rows(), ratio, clusters=code)
    assert (made.n, made.rows) == (60, 60)
    same(((rows(), ratio), {"clusters": code}), ((rows(), ratio), {}))
    weights = rows(k=1)[:, 0]
    same(
        ((rows(), ratio), {"clusters": code, "weights": weights}),
        ((rows(), ratio), {"weights": weights}),
    )


def test_equal_weights_change_nothing_whatever_their_size():
    for size in (1e-200, 1, 1e200):
        same(((rows(), ratio), {"weights": np.full(60, size)}), ((rows(), ratio), {}))


def test_rows_without_weight_say_nothing_of_the_value():
    table, weights = rows(), np.r_[np.ones(30), np.zeros(30)]
    assert linear(units(table, ratio, weights=weights)).value == pytest.approx(
        linear(units(table[:30], ratio)).value
    )


def test_equal_rows_of_one_entity_are_one():
    """The sandwich: entities are the units, so that rows said twice add nothing."""
    table, code = np.repeat(rows(), 3, axis=0), np.repeat(np.arange(60), 3)
    same(((table, ratio), {"clusters": code}), ((rows(), ratio), {}))
    made = units(table, first, clusters=code)
    assert (made.n, made.rows) == (60, 180)


def test_the_linearised_variance_of_a_weighted_mean():
    """Σ wᵢ² (xᵢ − x̄)² / (Σ wᵢ)²: Särndal, Swensson and Wretman 1992, formula 5.7.4."""
    x, w = rows(k=1)[:, 0], rows(k=1, seed=5)[:, 0]
    mean = w @ x / w.sum()
    found = linear(units(x[:, None], first, weights=w))
    assert found.value == pytest.approx(mean, rel=1e-12)
    assert found.error == pytest.approx(np.sqrt(np.sum((w * (x - mean)) ** 2)) / w.sum(), rel=1e-6)


def test_the_sandwich_variance_of_a_mean_of_entities():
    """Σ_g (Σ_{i ∈ g} (xᵢ − x̄))² / n²: the cluster-robust variance without a correction."""
    x = rows(n=200, k=1)[:, 0]
    code = np.random.default_rng(4).integers(0, 50, 200)
    found = linear(units(x[:, None], first, clusters=code))
    sums = np.bincount(code, x - x.mean())
    assert found.value == pytest.approx(x.mean(), rel=1e-12)
    assert found.error == pytest.approx(np.sqrt(np.sum(sums**2)) / 200, rel=1e-6)


def test_counts_and_entities_together():
    table = rows(n=120)
    counts = np.random.default_rng(2).integers(1, 4, 120)
    code = np.arange(120) // 3
    same(
        ((table, ratio), {"counts": counts, "clusters": code}),
        ((np.repeat(table, counts, axis=0), ratio), {"clusters": np.repeat(code, counts)}),
    )


def test_true_and_false_are_terms():
    made = units(rows(k=1) > 1, first)
    assert linear(made).value == (rows(k=1) > 1).mean()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"terms": np.zeros((0, 1))}, "no rows"),
        ({"counts": np.zeros(60, int)}, "no rows"),
        ({"weights": np.zeros(60)}, "all weights are zero"),
    ],
)
def test_nothing_to_count_has_no_bound(given, said):
    with pytest.raises(Unbounded, match=said):
        units(**({"terms": rows(), "of": first} | given))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"terms": np.zeros(3)}, "shape"),
        ({"terms": np.zeros((3, 1, 1))}, "shape"),
        ({"terms": np.zeros((3, 0))}, "no column"),
        ({"terms": np.array([["1"]])}, "must be numbers"),
        ({"terms": np.array([[None]])}, "must be numbers"),
        ({"terms": np.array([[1j]])}, "must be numbers"),
        ({"terms": np.array([[np.inf]])}, "finite"),
        ({"counts": np.full(60, -1)}, "negative"),
        ({"counts": np.full(60, 1.5)}, "whole"),
        ({"counts": np.full(60, True)}, "whole"),
        ({"counts": np.ones((60, 1))}, "one number for each"),
        ({"counts": 1}, "one number for each"),
        ({"weights": np.full(60, np.inf)}, "finite"),
        ({"weights": np.full(60, "1")}, "must be numbers"),
        ({"weights": np.ones(59)}, "one number for each"),
        ({"clusters": np.ones(60)}, "whole"),
        ({"clusters": np.ones(59, int)}, "one number for each"),
    ],
)
def test_junk_is_refused(given, said):
    with pytest.raises(ValueError, match=said) as error:
        units(**({"terms": rows(), "of": first} | given))
    assert not isinstance(error.value, Unbounded)
