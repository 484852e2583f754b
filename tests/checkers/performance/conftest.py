"""What tests of this family share: the number behind an estimate, and a judgement from start."""

import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.estimates import (
    BoundedMean,
    Difference,
    Mean,
    Proportion,
    Smooth,
)
from deploycheck.engine.interval import sampler
from deploycheck.testing import judge_control


def number(estimate):
    """The point estimate, as the estimate's kind makes it."""
    if isinstance(estimate, Smooth):
        weights = [w for w in (estimate.counts, estimate.weights) if w is not None]
        share = np.prod(weights, axis=0) if weights else None
        return float(estimate.of(np.average(estimate.terms, axis=0, weights=share)))
    if isinstance(estimate, Mean | BoundedMean):
        return estimate.mean
    share = estimate.hits / estimate.of
    if isinstance(estimate, Difference):
        other = estimate.versus_hits / estimate.versus_of
        return (1 + share - other) / 2 if estimate.scale == "balanced" else share - other
    assert isinstance(estimate, Proportion)
    return 2 * share / (1 + share) if estimate.scale == "f1" else share


@pytest.fixture(scope="session")
def value():
    """``value(estimate)``: its point estimate."""
    return number


@pytest.fixture(scope="session")
def bounds():
    """``bounds(estimate, alpha)``: the numbers that the engine holds against a policy."""

    def bounds(estimate, alpha=0.05):
        return sampler(estimate)(alpha)

    return bounds


@pytest.fixture
def judged(tmp_path):
    """``judged(control, columns, roles, task)``: the verdict on a data set of these columns.

    ``columns`` are values by name, ``roles`` what the release says of them, as YAML.
    """

    def judged(control, columns, roles, task):
        pl.DataFrame(columns).write_csv(tmp_path / "test.csv")
        release = (
            f"release: r\nversion: '1'\ntask: {task}\nmodel: none\n"
            f"data: {{test: {{path: test.csv}}}}\ncolumns: {{{roles}}}\n"
        )
        return judge_control(control, tmp_path, release=release)

    return judged
