"""Judging: one comparison, PASS and FAIL by their different bounds, junk never a pass."""

import decimal
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from deploycheck.authoring.estimates import (
    Count,
    Difference,
    Group,
    Mean,
    Proportion,
    Quantile,
    Range,
    Ratio,
    RatioRange,
    Statistic,
    Undefined,
)
from deploycheck.engine.judge import judge
from deploycheck.model.verdict import Outcome

PASS, FAIL, UNSURE, ERROR = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR


def one(step, estimates, require, **more):
    return judge(step(require, **more), estimates)


@pytest.mark.parametrize(
    ("hits", "bound", "outcome"),
    [(10, 0.05, PASS), (40, 0.05, UNSURE), (50, 0.05, UNSURE), (80, 0.05, FAIL)],
)
def test_a_rate_is_judged_by_its_one_sided_clopper_pearson_bounds(step, hits, bound, outcome):
    judged = one(step, [Proportion("rate", hits, 1000)], {"rate": {"max": bound}})
    assert judged.outcome is outcome
    (m,) = judged.measurements
    assert m.interval.low == pytest.approx(beta.ppf(0.05, hits, 1000 - hits + 1), abs=1e-11)
    assert m.interval.high == pytest.approx(beta.ppf(0.95, hits + 1, 1000 - hits), abs=1e-11)
    assert (m.interval.each, m.interval.together) == (0.95, 0.9)
    assert (m.interval.high <= bound) == (outcome is PASS)
    assert (m.interval.low > bound) == (outcome is FAIL)


def test_bounds_are_inclusive(step):
    high = float(f"{beta.ppf(0.95, 11, 990):.11e}")
    assert one(step, [Proportion("rate", 10, 1000)], {"rate": {"max": high}}).outcome is PASS
    low = math.nextafter(high, 0)
    assert one(step, [Proportion("rate", 10, 1000)], {"rate": {"max": low}}).outcome is UNSURE


def test_many_slices_pass_by_uncorrected_and_fail_by_corrected_bounds(step):
    """Ten slices a little over the bound: alone each would fail, together none is proven to."""
    slices = [Proportion("rate", 63, 1000, slice={"s": str(i)}) for i in range(10)]
    alone = one(step, slices[:1], {"rate": {"max": 0.05}})
    together = one(step, slices, {"rate": {"max": 0.05}})
    assert (alone.outcome, together.outcome) == (FAIL, UNSURE)
    corrected = together.measurements[0].simultaneous
    assert corrected.low == pytest.approx(beta.ppf(0.005, 63, 938), abs=1e-11)
    # The bound that lets one slice pass lets ten such slices pass: nothing is corrected there.
    good = [Proportion("rate", 38, 1000, slice={"s": str(i)}) for i in range(10)]
    assert one(step, good, {"rate": {"max": 0.051}}).outcome is PASS


def test_every_bound_that_can_fail_a_control_shares_one_alpha(step):
    """Two measures, one of them held at both ends, and a range of three groups: 1 + 2 + 6."""
    groups = tuple(Group({"g": n}, 500, 1000) for n in "abc")
    estimates = [
        Proportion("rate", 63, 1000),
        Difference("shift", 500, 1000, 480, 1000),
        Range("gap", groups),
    ]
    require = {"rate": {"max": 0.05}, "shift": {"min": -0.1, "max": 0.1}, "gap": {"max": 0.2}}
    judged = one(step, estimates, require)
    by_name = {m.name: m for m in judged.measurements}
    alpha = 0.05 / 9
    assert by_name["rate"].simultaneous.each == pytest.approx(1 - alpha, abs=1e-12)
    assert by_name["rate"].simultaneous.low == pytest.approx(beta.ppf(alpha, 63, 938), abs=1e-11)
    assert by_name["shift"].simultaneous.each == pytest.approx(1 - alpha, abs=1e-12)
    assert by_name["gap"].simultaneous.each == pytest.approx(1 - 6 * alpha, abs=1e-12)
    # Alone the rate would fail; together with the others it is not proven to.
    assert one(step, estimates[:1], {"rate": {"max": 0.05}}).outcome is FAIL
    assert by_name["rate"].outcome == "INCONCLUSIVE"


def test_a_bound_with_two_ends_fails_at_either_with_half_of_alpha(step):
    judged = one(
        step, [Difference("shift", 500, 1000, 480, 1000)], {"shift": {"min": -0.1, "max": 0.1}}
    )
    assert judged.outcome is PASS
    assert judged.measurements[0].simultaneous.each == 0.975


def test_one_undecided_slice_keeps_a_control_from_passing(step):
    slices = [
        Proportion("rate", 1, 1000, slice={"s": "a"}),
        Proportion("rate", 1, 20, slice={"s": "b"}),
    ]
    judged = one(step, slices, {"rate": {"max": 0.05}})
    assert judged.outcome is UNSURE
    assert "s = b" in judged.reason


def test_fail_outranks_inconclusive_and_names_the_worst_slice(step):
    slices = [
        Proportion("rate", 300, 1000, slice={"s": "bad"}),
        Proportion("rate", 500, 1000, slice={"s": "worst"}),
        Undefined("rate", 3, "too small", slice={"s": "tiny"}),
    ]
    judged = one(step, slices, {"rate": {"max": 0.05}})
    assert judged.outcome is FAIL
    assert judged.reason.index("worst") < judged.reason.index("bad")


def test_a_range_is_worst_pair_for_pass_and_bonferroni_for_fail(step):
    groups = tuple(Group({"g": n}, h, 1000) for n, h in (("a", 500), ("b", 480), ("c", 520)))
    judged = one(step, [Range("gap", groups)], {"gap": {"max": 0.10}})
    (m,) = judged.measurements
    assert judged.outcome is PASS
    assert m.value == pytest.approx(0.04)
    assert m.pair == ({"g": "c"}, {"g": "b"})
    assert m.n == 3000
    assert one(step, [Range("gap", groups)], {"gap": {"max": 0.05}}).outcome is UNSURE
    far = (*groups, Group({"g": "d"}, 900, 1000))
    assert one(step, [Range("gap", far)], {"gap": {"max": 0.10}}).outcome is FAIL


def test_a_ratio_range_is_judged_the_other_way_round(step):
    groups = tuple(Group({"g": n}, h, 2000) for n, h in (("a", 1000), ("b", 960)))
    judged = one(step, [RatioRange("ratio", groups)], {"ratio": {"min": 0.80}})
    assert judged.outcome is PASS
    assert judged.measurements[0].value == pytest.approx(0.96)
    low = (*groups, Group({"g": "c"}, 500, 2000))
    assert one(step, [RatioRange("ratio", low)], {"ratio": {"min": 0.80}}).outcome is FAIL


def test_families_of_a_range_are_not_compared_with_one_another(step):
    groups = (
        Group({"g": "a"}, 900, 1000, "tpr"),
        Group({"g": "b"}, 900, 1000, "tpr"),
        Group({"g": "a"}, 100, 1000, "fpr"),
        Group({"g": "b"}, 100, 1000, "fpr"),
    )
    judged = one(step, [Range("gap", groups)], {"gap": {"max": 0.10}})
    assert judged.measurements[0].value == 0
    assert judged.outcome is PASS


@pytest.mark.parametrize(
    "groups", [(), (Group({"g": "a"}, 1, 2),), (Group({}, 1, 2, "x"), Group({}, 1, 2, "y"))]
)
def test_fewer_than_two_groups_are_never_a_pass(step, groups):
    assert one(step, [Range("gap", groups)], {"gap": {"max": 0.5}}).outcome is UNSURE


def test_a_difference_a_ratio_a_mean_and_a_quantile_have_bounds(step):
    made = {
        "shift": Difference("shift", 500, 1000, 480, 1000),
        "level": Mean("level", 10.0, 2.0, 100),
    }
    assert one(step, [made["shift"]], {"shift": {"max": 0.1}}).outcome is PASS
    mean = one(step, [made["level"]], {"level": {"max": 10.5}})
    # t quantile 0.95 with 99 degrees of freedom is 1.6604 in every table.
    assert mean.measurements[0].interval.high == pytest.approx(10 + 1.6604 * 0.2, abs=1e-4)
    assert mean.outcome is PASS
    ratio = one(step, [Ratio("ratio", 400, 1000, 500, 1000)], {"ratio": {"min": 0.7}})
    assert ratio.outcome is PASS
    values = tuple(float(v) for v in range(1, 300))
    p99 = one(step, [Quantile("level", values, 0.99)], {"level": {"max": 299.0}})
    assert p99.outcome is PASS
    assert (
        one(step, [Quantile("level", values[:298], 0.99)], {"level": {"max": 299.0}}).outcome
        is UNSURE
    )


def test_the_f1_scale_is_the_exact_transform_of_a_proportion(step):
    judged = one(step, [Proportion("rate", 80, 100, scale="f1")], {"rate": {"max": 0.8}})
    (m,) = judged.measurements
    assert m.value == pytest.approx(2 * 80 / (80 + 100))
    low = beta.ppf(0.05, 80, 21)
    assert m.interval.low == pytest.approx(2 * low / (1 + low), abs=1e-10)


@pytest.mark.parametrize(
    ("value", "bound", "outcome"),
    [(0, {"max": 0}, PASS), (1, {"max": 0}, FAIL), (5, {"min": 5, "max": 9}, PASS), (5, {"equals": 5}, PASS),
     (5, {"one_of": [4, 6]}, FAIL)],
)  # fmt: skip
def test_counts_are_exact_whatever_the_kind(step, value, bound, outcome):
    for kind in ("exact", "demonstrate"):
        judged = one(step, [Count("things", value)], {"things": bound}, kind=kind)
        assert judged.outcome is outcome
        assert judged.measurements[0].interval is None


def test_texts_are_compared_with_texts_alone(step):
    require = {"label": {"one_of": ["onnx", "skops"]}}
    assert one(step, [Statistic("label", "onnx")], require, kind="exact").outcome is PASS
    assert one(step, [Statistic("label", "pickle")], require, kind="exact").outcome is FAIL
    assert one(step, [Statistic("label", 3)], require, kind="exact").outcome is ERROR


JUNK = [None, math.nan, math.inf, -math.inf, True, False, "5", "nan", [5], np.array([1, 2]),
        np.bool_(True), np.float64("nan"), decimal.Decimal(5), 5 + 0j, object()]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK, ids=[repr(j)[:20] for j in JUNK])
def test_what_is_no_finite_number_is_an_error(step, junk):
    for kind in ("exact", "demonstrate"):
        assert (
            one(step, [Count("things", junk)], {"things": {"max": 9}}, kind=kind).outcome is ERROR
        )
    rate = {"rate": {"max": 0.9}}
    assert one(step, [Proportion("rate", junk, 10)], rate).outcome is ERROR
    assert one(step, [Proportion("rate", 1, junk)], rate).outcome is ERROR
    assert (
        one(step, [Statistic("level", junk)], {"level": {"max": 9}}, kind="exact").outcome is ERROR
    )
    judged = one(step, [Mean("level", junk, 1.0, 10)], {"level": {"max": 9}})
    assert (judged.outcome, judged.code in {"DC305", "DC307"}) == (ERROR, True)


@pytest.mark.parametrize(("hits", "of"), [(5, 3), (-1, 3), (1.5, 3), (1, 2.5), (1, -1)])
def test_what_is_no_proportion_is_an_error(step, hits, of):
    assert one(step, [Proportion("rate", hits, of)], {"rate": {"max": 0.9}}).outcome is ERROR


def test_numpy_scalars_are_numbers(step):
    estimate = Proportion("rate", np.int64(1), np.int32(1000))
    assert one(step, [estimate], {"rate": {"max": 0.9}}).outcome is PASS


def test_none_of_nothing_is_undecided(step):
    judged = one(step, [Proportion("rate", 0, 0)], {"rate": {"max": 0.9}})
    assert judged.outcome is UNSURE
    assert judged.measurements[0].value is None
    assert (
        one(step, [Proportion("rate", 0, 0)], {"rate": {"max": 0}}, kind="exact").outcome is UNSURE
    )


def test_a_required_measure_that_is_missing_is_an_error(step):
    judged = one(step, [Count("things", 0)], {"rate": {"max": 0.5}})
    assert (judged.outcome, judged.code) == (ERROR, "DC306")
    only_context = [Proportion("rate", 0, 10, context=True)]
    assert one(step, only_context, {"rate": {"max": 0.5}}).outcome is ERROR


def test_an_undeclared_measure_is_an_error(step):
    judged = one(step, [Count("others", 0)], {"things": {"max": 1}})
    assert (judged.outcome, judged.code) == (ERROR, "DC304")


def test_a_number_without_a_sampling_model_cannot_demonstrate_anything(step):
    judged = one(step, [Statistic("level", 1.0)], {"level": {"max": 2}})
    assert (judged.outcome, judged.code) == (ERROR, "DC309")


def test_a_value_outside_the_range_of_its_measure_is_an_error(step):
    judged = one(step, [Statistic("rate", 1.5)], {"rate": {"max": 0.9}}, kind="exact")
    assert (judged.outcome, judged.code) == (ERROR, "DC305")


def test_what_no_requirement_names_is_shown_and_not_judged(step):
    estimates = [Count("things", 0), Proportion("rate", 999, 1000), Statistic("level", 7.0)]
    judged = one(step, estimates, {"things": {"max": 0}})
    assert judged.outcome is PASS
    assert [m.outcome for m in judged.measurements] == ["PASS", None, None]
    assert [m.context for m in judged.measurements] == [False, True, True]


def test_values_are_rounded_before_they_are_judged(step):
    """The last digits of a parallel sum differ from run to run; a verdict must not."""
    noisy = [Statistic("level", 0.1 + 0.2), Statistic("level", 0.3)]
    judged = [one(step, [s], {"level": {"max": 0.3}}, kind="exact") for s in noisy]
    assert [j.outcome for j in judged] == [PASS, PASS]
    assert judged[0].measurements == judged[1].measurements


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hits=st.integers(0, 300),
    extra=st.integers(0, 300),
    bound=st.floats(0.001, 0.999),
    level=st.sampled_from([0.9, 0.95, 0.99]),
)
def test_pass_and_fail_exclude_each_other_and_agree_with_the_estimate(
    step, hits, extra, bound, level
):
    n = hits + extra
    judged = judge(step({"rate": {"max": bound}}, confidence=level), [Proportion("rate", hits, n)])
    if n == 0:
        assert judged.outcome is UNSURE
    elif judged.outcome is PASS:
        assert hits / n <= bound
    elif judged.outcome is FAIL:
        assert hits / n > bound
