"""Two models on the same rows, and what the engine makes of an estimate."""

import numpy as np
import pytest

from deploycheck.authoring.estimates import Undefined
from deploycheck.engine.found import Missing
from deploycheck.engine.interval import exact, sampled
from deploycheck.evidence.predictions import Predictions


@pytest.fixture
def value():
    """The number that an estimate shows."""

    def value(estimate):
        assert not isinstance(estimate, Undefined), estimate.reason
        return exact(estimate).value

    return value


@pytest.fixture
def low():
    """The lower bound at 95 %; minus infinity where nothing can be said."""

    def low(estimate, alpha=0.05):
        if isinstance(estimate, Undefined):
            return -np.inf
        try:
            return sampled(estimate, alpha).low
        except Missing:
            return -np.inf

    return low


@pytest.fixture
def pair():
    """``pair(y, right₁, right₂)``: a candidate and a champion by the rows that they have right."""

    def pair(y, candidate, champion, **more):
        return {
            who: Predictions.of(np.where(told, y, 1 - np.asarray(y)), y, positive=1, **more)
            for who, told in (("predictions", candidate), ("champion", champion))
        }

    return pair


@pytest.fixture
def scored():
    """``scored(y, score₁, score₂)``: the same by scores, positive from 0.5 on."""

    def scored(y, candidate, champion, cut=0.5, **more):
        return {
            who: Predictions.of(
                (np.asarray(score) >= cut).astype(int), y, positive=1, scores=score, **more
            )
            for who, score in (("predictions", candidate), ("champion", champion))
        }

    return scored


@pytest.fixture
def regression():
    """``regression(y, predicted₁, predicted₂)``."""

    def regression(y, candidate, champion, **more):
        return {
            who: Predictions.of(told, y, task="regression", **more)
            for who, told in (("predictions", candidate), ("champion", champion))
        }

    return regression


@pytest.fixture
def models():
    """``models(random, n)``: a truth and two calibrated scores of it, as three arrays."""

    def models(random, n):
        z = 1.5 * random.normal(size=n)
        y = (random.random(n) < 1 / (1 + np.exp(-z))).astype(int)
        scores = (1 / (1 + np.exp(-(z + s * random.normal(size=n)))) for s in (0.4, 0.6))
        return y, *scores

    return models
