"""Data for checkers on groups, and what their estimates say."""

import numpy as np
import pytest


@pytest.fixture
def sample():
    """``sample(seed)``: target, prediction and two protected columns of 2,000 rows."""

    def sample(seed, rows=2_000):
        random = np.random.default_rng(seed)
        sex = random.choice(["f", "m"], rows)
        race = random.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])
        y = (random.random(rows) < np.where(sex == "f", 0.4, 0.6)).astype(int)
        flip = random.random(rows) < np.where(race == "c", 0.3, 0.15)
        return y, np.where(flip, 1 - y, y), sex, race

    return sample


@pytest.fixture
def extreme():
    """The largest difference and smallest ratio of a range, the worst family counting."""

    def extreme(estimate):
        families = {}
        for group in estimate.groups:
            families.setdefault(group.family, []).append(group.hits / group.of)
        gaps = [max(rates) - min(rates) for rates in families.values()]
        ratios = [min(rates) / max(rates) for rates in families.values() if max(rates)]
        return max(gaps), min(ratios, default=None)

    return extreme
