"""The promise of a plan, end to end: at its rows, good models are released, and bad ones are not."""

import math

import numpy as np
import pytest

from deploycheck import testing
from deploycheck.engine.planning.joint import joint
from deploycheck.stats.power import each_for_joint

RELEASE = """
release: toy
version: "1"
task: binary_classification
data: {test: {path: data.csv}}
columns: {target: label, prediction: call, positive: 1, favourable: 1, protected: [g]}
"""
CONTROLS = """
policy: toy
version: "1"
controls:
  - id: PERF
    title: Right often enough
    check: performance.floor
    require: {accuracy: {min: 0.7, good: 0.8}}
    decide: {power: POWER}
    severity: high
    enforcement: mandatory
  - id: FAIR
    title: Called positive alike
    check: fairness.demographic_parity
    with: {by: [g]}
    require: {demographic_parity_difference: {max: 0.2, good: 0}}
    decide: {power: POWER, assume: {rate: 0.5}}
    severity: high
    enforcement: mandatory
  - id: FNR
    title: Few are missed
    check: performance.floor
    require: {false_negative_rate: {max: 0.3, good: 0.2}}
    decide: {power: POWER, assume: {positives: 0.5}}
    severity: high
    enforcement: mandatory
"""
POLICY = CONTROLS.replace("POWER", f"{each_for_joint(0.9, 3):.4f}")
RUNS = 60


def judged(folder, rows, right, rng):
    """A model that is right with probability ``right`` whoever it decides about."""
    label = np.arange(rows) % 2
    group = np.where(np.arange(rows) // 2 % 2 == 0, "a", "b")
    call = np.where(rng.random(rows) < right, label, 1 - label)
    lines = [f"{g},{t},{c}" for g, t, c in zip(group, label, call, strict=True)]
    (folder / "data.csv").write_text("g,label,call\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (folder / "release.yaml").write_text(RELEASE, encoding="utf-8")
    return testing.judge(POLICY, folder).decision


@pytest.fixture
def needed(tmp_path):
    """The rows that the plan asks for, the most of the three controls."""
    decision = judged(tmp_path, 100, 0.8, np.random.default_rng(1))
    return max(m.rows for v in decision.verdicts for m in v.planned.measures)


def test_a_good_model_is_released_as_often_as_planned(tmp_path, needed):
    rng = np.random.default_rng(20)
    decisions = [judged(tmp_path, needed, 0.8, rng) for _ in range(RUNS)]
    released = sum(d.decision.value == "RELEASE" for d in decisions)
    assert released / RUNS >= 0.9 - 2.5 * math.sqrt(0.9 * 0.1 / RUNS)
    told = joint({v.control: v.planned for v in decisions[0].verdicts})
    assert told.independent >= 0.9
    assert all(d.verdicts[0].planned == decisions[0].verdicts[0].planned for d in decisions)


def test_a_model_at_its_bound_is_not_released(tmp_path, needed):
    rng = np.random.default_rng(21)
    released = sum(
        judged(tmp_path, needed, 0.7, rng).decision.value == "RELEASE" for _ in range(RUNS)
    )
    assert released / RUNS <= 0.05 + 2.5 * math.sqrt(0.05 * 0.95 / RUNS)


def test_with_a_third_of_the_rows_a_good_model_is_rarely_released(tmp_path, needed):
    rng = np.random.default_rng(22)
    decisions = [judged(tmp_path, needed // 3, 0.8, rng) for _ in range(RUNS // 2)]
    released = sum(d.decision.value == "RELEASE" for d in decisions) / len(decisions)
    told = joint({v.control: v.planned for v in decisions[0].verdicts})
    assert told.low - 0.2 <= released <= told.high + 0.2
    assert released < 0.7
