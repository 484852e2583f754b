"""Error rates of the judge as it is wired, and bounds as they are written."""

import numpy as np
import pytest

from deploycheck.authoring.estimates import Group, Range, RatioRange
from deploycheck.checkers.fairness.demographic_parity import demographic_parity
from deploycheck.engine.bind import Bound
from deploycheck.engine.judge import judge
from deploycheck.engine.plan import Step
from deploycheck.engine.requirement import quantity, requirement
from deploycheck.model.policy import Bound as Written
from deploycheck.model.policy import Control, Enforcement, Kind
from deploycheck.model.verdict import Outcome
from deploycheck.stats.groups import range_bounds, ratio_range_bounds

DIFFERENCE, RATIO = "demographic_parity_difference", "demographic_parity_ratio"


def step(name: str, bound: dict[str, float]) -> Step:
    written = {
        "id": "C-1",
        "title": "A control",
        "check": "fairness.demographic_parity",
        "require": {name: bound},
        "severity": "high",
        "enforcement": "overridable",
    }
    measure = demographic_parity.named(name)
    made = requirement(measure, Written.model_validate(bound), Kind.DEMONSTRATE, lambda *_: None)
    return Step(
        key="toy/C-1",
        policy="toy",
        control=Control.model_validate(written),
        bound=Bound(demographic_parity, demographic_parity.signature.params(by=("g",)), ()),
        kind=Kind.DEMONSTRATE,
        requirements={name: made},
        enforcement=Enforcement.OVERRIDABLE,
        location="policy.yaml:1",
    )


def groups(hits, of) -> tuple[Group, ...]:
    return tuple(
        Group({"g": str(i)}, int(h), n) for i, (h, n) in enumerate(zip(hits, of, strict=True))
    )


@pytest.mark.parametrize(
    ("make", "name", "bound"),
    [(Range, DIFFERENCE, {"max": 0.1}), (RatioRange, RATIO, {"min": 0.8})],
)
@pytest.mark.parametrize("rows", [30, 300])
def test_six_groups_at_the_bound_rarely_fail(make, name, bound, rows):
    """Three groups at 0.5 and three at 0.4: range 0.1 and ratio 0.8 exactly, so a FAIL is false."""
    random = np.random.default_rng(7)
    of, asked = [rows] * 6, step(name, bound)
    runs = 400
    outcomes = [
        judge(asked, [make(name, groups(random.binomial(rows, [0.5] * 3 + [0.4] * 3), of))]).outcome
        for _ in range(runs)
    ]
    # Of 400 runs at 5 % no more than 32 fail in 99.7 % of simulations.
    assert outcomes.count(Outcome.FAIL) <= 32
    assert outcomes.count(Outcome.PASS) <= 32


@pytest.mark.parametrize(
    ("make", "bounds", "name", "bound", "side"),
    [
        (Range, range_bounds, DIFFERENCE, {"max": 0.1}, "low"),
        (RatioRange, ratio_range_bounds, RATIO, {"min": 0.8}, "high"),
    ],
)
def test_the_side_that_fails_is_spread_over_all_pairs(make, bounds, name, bound, side):
    hits, of = [30, 40, 50, 60], [100] * 4
    (m,) = judge(step(name, bound), [make(name, groups(hits, of))]).measurements
    expected = bounds(hits, of, [""] * 4, 0.05, family_alpha=0.05)
    shown = m.simultaneous or m.interval
    assert getattr(shown, side) == pytest.approx(getattr(expected, side), abs=1e-9)


def test_a_percentage_is_the_number_that_is_written():
    for tenths in range(1, 1000):
        assert quantity(f"{tenths / 10}%", "probability") == tenths / 1000, tenths


@pytest.mark.parametrize(("text", "unit", "value"), [("2.3 MB", "bytes", 2_300_000),
                                                     ("1.1 GB", "bytes", 1_100_000_000),
                                                     ("0.29 s", "ms", 290)])  # fmt: skip
def test_a_quantity_is_the_number_that_is_written(text, unit, value):
    assert quantity(text, unit) == value
