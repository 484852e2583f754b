"""Alarm families: corrected over the family, a pass only with power, one alpha for a policy."""

import numpy as np
import pytest
from scipy.stats import binom

from deploycheck.authoring.estimates import Count, Mean, Proportion, Ratio, Undefined
from deploycheck.engine.judge import judge
from deploycheck.model.verdict import Outcome

REQUIRE = {"rate": {"max": 0.05, "detect": 0.10}}


def run(step, estimates, alarms=1, **more):
    return judge(step(REQUIRE, kind="detect", **more), estimates, alarms=alarms)


def columns(*hits, of=1000):
    return [Proportion("rate", h, of, slice={"column": str(i)}) for i, h in enumerate(hits)]


def test_no_alarm_with_power_is_a_pass(step):
    assert run(step, columns(48, 50, 52)).outcome is Outcome.PASS


def test_a_clear_alarm_is_a_fail_and_names_its_column(step):
    judged = run(step, columns(48, 120, 52))
    assert judged.outcome is Outcome.FAIL
    assert "column = 1" in judged.reason


def test_no_alarm_without_power_is_undecided(step):
    judged = run(step, columns(2, 3, of=50))
    assert judged.outcome is Outcome.INCONCLUSIVE
    assert "0.10" in judged.reason


def test_p_values_are_holms(step):
    """Of twenty columns, one with p = 0.01 is no alarm; alone it is one."""
    hits = int(binom.isf(0.01, 1000, 0.05)) + 1
    assert binom.sf(hits - 1, 1000, 0.05) < 0.0125
    assert run(step, columns(hits)).outcome is Outcome.FAIL
    assert run(step, columns(hits, *[50] * 19)).outcome is not Outcome.FAIL


def test_false_discovery_rate_is_less_strict_than_holm(step):
    hits = [int(binom.isf(p, 1000, 0.05)) + 1 for p in (0.009, 0.018, 0.028, 0.038)]
    family = columns(*hits, 50)
    holm = [m.outcome for m in run(step, family).measurements]
    bh = [m.outcome for m in run(step, family, correction="bh").measurements]
    assert holm.count("FAIL") < bh.count("FAIL") == 4


def test_the_families_of_a_policy_share_alpha(step):
    hits = int(binom.isf(0.03, 1000, 0.05)) + 1
    assert run(step, columns(hits)).outcome is Outcome.FAIL
    assert run(step, columns(hits), alarms=6).outcome is not Outcome.FAIL


def test_null_data_raise_at_most_the_stated_share_of_alarms(step):
    """At the bound itself, 10 columns of 400 rows: any alarm in at most 5 % of 2,000 runs."""
    draws = np.random.default_rng(1).binomial(400, 0.05, size=(2000, 10))
    made = step(REQUIRE, kind="detect")
    alarms = sum(
        judge(made, columns(*map(int, row), of=400)).outcome is Outcome.FAIL for row in draws
    )
    assert alarms / 2000 <= 0.06  # 5 % and two standard errors


def test_what_cannot_be_tested_is_an_error(step):
    judged = judge(
        step({"ratio": {"min": 0.8, "detect": 0.7}}, kind="detect"),
        [Ratio("ratio", 400, 1000, 500, 1000)],
    )
    assert (judged.outcome, judged.code) == (Outcome.ERROR, "DC309")


def test_an_undefined_member_keeps_a_family_from_passing(step):
    family = [*columns(48), Undefined("rate", 0, "all missing", slice={"column": "x"})]
    assert run(step, family).outcome is Outcome.INCONCLUSIVE
    assert run(step, [Proportion("rate", 0, 0), *columns(48)]).outcome is Outcome.INCONCLUSIVE


def test_counts_stay_exact_in_a_family(step):
    made = step({"things": {"max": 3}}, kind="detect")
    assert judge(made, [Count("things", 4)]).outcome is Outcome.FAIL
    assert judge(made, [Count("things", 3)]).outcome is Outcome.PASS


@pytest.mark.parametrize(("mean", "outcome"), [(0.0, Outcome.PASS), (1.0, Outcome.FAIL)])
def test_a_mean_is_tested_by_its_t_statistic(step, mean, outcome):
    made = step({"level": {"max": 0.1, "detect": 0.5}}, kind="detect")
    assert judge(made, [Mean("level", mean, 1.0, 200)]).outcome is outcome
