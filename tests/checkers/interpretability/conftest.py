"""Bounds of an estimate, as the engine's statistics make them."""

import pytest

from deploycheck.stats.bounded import bounded_mean_bounds
from deploycheck.stats.proportion import proportion_bounds


@pytest.fixture
def bounds():
    def bounds(estimate, alpha=0.05):
        if hasattr(estimate, "hits"):
            return proportion_bounds(estimate.hits, estimate.of, alpha)
        e = estimate
        return bounded_mean_bounds(e.mean, e.sd, e.n, e.low, e.high, alpha)

    return bounds
