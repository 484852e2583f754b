"""The joint power of a policy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.stats.power import each_for_joint, joint_power


def test_twelve_controls_at_eighty_percent_release_seven():
    joint = joint_power([0.8] * 12, range(12))
    assert joint.independent == joint.low == joint.high == pytest.approx(0.8**12)
    assert round(joint.independent, 2) == 0.07
    together = joint_power([0.8] * 12)
    assert (together.low, together.high) == (0.0, 0.8)


def test_ninety_percent_of_twelve_needs_ninety_nine_each():
    assert round(each_for_joint(0.9, 12), 4) == 0.9913
    assert round(each_for_joint(0.9, 12, dependent=True), 4) == 0.9917
    assert joint_power([each_for_joint(0.9, 12)] * 12).independent == pytest.approx(0.9)
    assert joint_power([each_for_joint(0.9, 12, dependent=True)] * 12).low == pytest.approx(0.9)


def test_blocks_that_share_rows():
    joint = joint_power([0.9, 0.8, 0.95], ["a", "a", "b"])
    assert joint.low == pytest.approx(0.7 * 0.95)
    assert joint.high == pytest.approx(0.8 * 0.95)
    assert joint.independent == pytest.approx(0.9 * 0.8 * 0.95)


def test_no_controls_and_one():
    nothing = joint_power([])
    assert (nothing.independent, nothing.low, nothing.high) == (1, 1, 1)
    one = joint_power([0.8])
    assert (one.independent, one.low, one.high) == pytest.approx((0.8, 0.8, 0.8))
    assert each_for_joint(0.9, 1) == each_for_joint(0.9, 1, dependent=True) == 0.9


powers = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), max_size=12)


@given(powers)
def test_independence_lies_within_what_must_be(controls):
    joint = joint_power([p for p, _ in controls], [block for _, block in controls])
    loose = joint_power([p for p, _ in controls])
    slack = 1e-12
    assert loose.low - slack <= joint.low <= joint.independent + slack
    assert joint.independent - slack <= joint.high <= loose.high + slack
    assert joint == joint_power([p for p, _ in controls][::1], [block for _, block in controls])


@pytest.mark.parametrize(
    "call",
    [
        lambda: joint_power([1.1]),
        lambda: joint_power([float("nan")]),
        lambda: joint_power([True]),
        lambda: joint_power([0.8, 0.9], ["a"]),
        lambda: each_for_joint(1.0, 3),
        lambda: each_for_joint(0.9, 0),
    ],
)
def test_junk_is_refused(call):
    with pytest.raises(ValueError):
        call()
