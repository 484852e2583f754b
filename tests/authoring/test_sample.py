"""What rows are worth as independent ones, and the bounds of means between two ends."""

import numpy as np
import pytest

from deploycheck.authoring.contrasts import Contrast, contrasted
from deploycheck.authoring.estimates import BoundedMean, Undefined
from deploycheck.authoring.metrics.sample import Sample, bounded, few, first, places


def test_entities_of_one_size_are_worth_their_number():
    assert Sample(300, clusters=np.arange(300) // 3).independent == 100


def test_an_entity_with_nearly_all_rows_is_worth_hardly_more_than_one():
    codes = np.concatenate([np.arange(150), np.zeros(5_000, dtype=np.int64)])
    assert Sample(len(codes), clusters=codes).independent < 1.1
    counts = np.where(np.arange(150) == 0, 5_000, 1)
    alike = Sample(150, counts=counts, clusters=np.arange(150))
    assert alike.independent < 1.1


def test_nobody_beats_itself_on_the_rows_of_one_entity():
    """A hundred and fifty entities, of which one has nearly all rows, bound no difference."""
    codes = np.concatenate([np.arange(150), np.zeros(5_000, dtype=np.int64)])
    sample = Sample(len(codes), clusters=codes)
    right = np.ones((len(codes), 1))
    same = Contrast(right, right, first, np.array([[[0.0], [1.0]]]))
    assert isinstance(contrasted("difference", same, 1.0, sample), Undefined)
    assert few(sample) == "5,150 rows, worth 1 independent one, fewer than 100"


@pytest.mark.parametrize("factor", [1e-300, 1e-200, 1.0, 1e200, 1e305])
def test_only_the_ratios_of_weights_matter(factor):
    weights = np.random.default_rng(0).exponential(size=400) + 0.1
    values = np.random.default_rng(1).random(400)
    plain, large = (
        bounded("x", values, 0.0, 1.0, Sample(400, weights=w)) for w in (weights, weights * factor)
    )
    assert (large.n, large.mean, large.sd) == pytest.approx((plain.n, plain.mean, plain.sd))
    assert plain.n < 400


def test_equal_weights_are_none():
    values = np.random.default_rng(1).random(400)
    one = bounded("x", values, 0.0, 1.0, Sample(400))
    other = bounded("x", values, 0.0, 1.0, Sample(400, weights=np.full(400, 0.3)))
    assert isinstance(other, BoundedMean)
    assert (other.n, other.mean) == (400, pytest.approx(one.mean))
    assert other.sd == pytest.approx(one.sd, rel=0.01)


def test_heavy_rows_that_hold_the_large_numbers_are_worth_fewer():
    """The error of the weighted mean is that of its linearisation, and not of Kish's rows."""
    values = np.where(np.arange(1_000) < 50, 1.0, 0.0)
    weights = np.where(values == 1, 10.0, 1.0)
    found = bounded("x", values, 0.0, 1.0, Sample(1_000, weights=weights))
    share = weights / weights.sum()
    error = float((share**2 * (values - found.mean) ** 2).sum()) ** 0.5
    assert found.sd / found.n**0.5 == pytest.approx(error, rel=0.02)
    assert found.n < weights.sum() ** 2 / (weights**2).sum()


def test_rows_of_groups():
    found = places(np.array([2, 0, 2, 0, 3]), 5)
    assert [one.tolist() for one in found] == [[1, 3], [], [0, 2], [4], []]
