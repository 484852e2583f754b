"""A small release that is all right, and its world."""

import random
from datetime import UTC, datetime

import pytest

from deploycheck import plugins
from deploycheck.engine.document import parse
from deploycheck.engine.materials import gather
from deploycheck.engine.plan import make_plan
from deploycheck.selftest.trial import Judge
from deploycheck.selftest.world import world_of

CLOCK = datetime(2026, 6, 1, tzinfo=UTC)
RELEASE = """\
release: small
version: "1"
task: binary_classification
data:
  test: {path: test.csv, where: [{column: age, min: 20}]}
  train: {path: train.csv}
columns: {id: id, target: bad, prediction: said, positive: 1, favourable: 0, protected: [sex]}
"""
POLICY = """\
policy: small
version: "1"
controls:
  - id: ACC
    title: Most answers are right
    check: performance.floor
    with: {data: test}
    require: {accuracy: {min: 0.8}}
    severity: high
    enforcement: mandatory
  - id: FPR
    title: Nobody is wrongly refused too often
    check: fairness.error_rates
    with: {data: test, by: sex}
    require: {false_positive_rate: {max: 0.2}}
    severity: high
    enforcement: mandatory
  - id: HOPELESS
    title: It does not hold in these data
    check: performance.floor
    with: {data: test}
    require: {recall: {min: 0.999}}
    severity: low
    enforcement: advisory
  - id: DRIFT
    title: The ages are alike
    check: drift.numeric
    with: {reference: train, current: test, columns: [age]}
    require: {wasserstein: {max: 0.1, detect: 0.3}}
    severity: high
    enforcement: mandatory
  - id: LEAK
    title: No row is in both
    check: data_quality.leak_split
    with: {train: train, test: test}
    require: {shared_rows: {max: 0}}
    severity: high
    enforcement: mandatory
"""


def rows(seed, count, first=1):
    draw = random.Random(seed)
    lines = ["id,age,income,sex,bad,said"]
    for number in range(first, first + count):
        bad = draw.random() < 0.3
        said = bad if draw.random() < 0.93 else not bad
        lines.append(
            f"{number},{draw.randint(18, 80)},{draw.randint(1000, 9000)},{draw.choice('fm')},"
            f"{int(bad)},{int(said)}"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture
def small(project):
    """The project with its files written."""
    project.write("test.csv", rows(1, 1200))
    project.write("train.csv", rows(2, 1500, first=5001))
    project.write("release.yaml", RELEASE)
    project.write("policy.yaml", POLICY)
    return project


@pytest.fixture
def opened(small):
    """Plan, judge and world of the small release."""

    def make(release="release.yaml"):
        materials = gather(
            small.root / release, [small.root / "policy.yaml"], root=small.root, inputs={},
            as_of=CLOCK, front_end="test", run="r",
        )  # fmt: skip
        registry = plugins.registry()
        plan = make_plan(materials, registry)
        document = parse("release.yaml", materials.release.data, [])
        return plan, Judge(materials, registry, 60), world_of(plan, document.root)

    return make
