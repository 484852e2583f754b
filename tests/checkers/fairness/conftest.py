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


@pytest.fixture
def verdict():
    """``verdict(checker, params, require, **evidence)``: the outcome, judged by the engine."""
    from deploycheck.engine.bind import Bound
    from deploycheck.engine.judge import judge
    from deploycheck.engine.requirement import requirement
    from deploycheck.engine.step import Step
    from deploycheck.model.policy import Bound as PolicyBound
    from deploycheck.model.policy import Control, Enforcement, Kind

    def verdict(checker, params, require, **evidence):
        made = checker.signature.params.model_validate(params)
        control = Control.model_validate(
            {
                "id": "C-1",
                "title": "A control",
                "check": checker.id,
                "require": require,
                "severity": "high",
                "enforcement": "overridable",
            }
        )
        told = []
        required = {
            name: requirement(
                checker.named(name),
                PolicyBound.model_validate(bound),
                Kind.DEMONSTRATE,
                lambda *t: told.append(t),
            )
            for name, bound in require.items()
        }
        assert not told
        step = Step(
            key="p/C-1",
            policy="p",
            control=control,
            bound=Bound(checker, made, ()),
            kind=Kind.DEMONSTRATE,
            requirements=required,
            enforcement=Enforcement("overridable"),
            location="policy.yaml:1",
        )
        judged = judge(step, tuple(checker.measure(params=made, **evidence)))
        assert judged.outcome != "ERROR", judged.reason
        return str(judged.outcome)

    return verdict


@pytest.fixture
def frequent():
    """The most of ``runs`` that may go wrong where 5 % may: one chance in 1,000 of more."""
    from scipy.stats import binom

    return lambda runs: int(binom.ppf(0.999, runs, 0.05))


@pytest.fixture
def tables():
    """``tables(a=(tp, fn, fp, tn), …)``: predictions of groups by their confusion tables."""
    from deploycheck.evidence.predictions import Predictions

    def tables(**groups):
        p, y, g = [], [], []
        for name, (tp, fn, fp, tn) in groups.items():
            p += [1] * tp + [0] * fn + [1] * fp + [0] * tn
            y += [1] * (tp + fn) + [0] * (fp + tn)
            g += [name] * (tp + fn + fp + tn)
        return Predictions.of(p, y, groups={"g": g}, positive=1, favourable=1)

    return tables
