"""Adjusted p-values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from deploycheck.stats.multiplicity import (
    benjamini_hochberg,
    benjamini_yekutieli,
    bonferroni,
    holm,
)


def test_by_hand():
    p = [0.01, 0.04, 0.03, 0.005]
    assert bonferroni(p) == pytest.approx([0.04, 0.16, 0.12, 0.02])
    assert holm(p) == pytest.approx(
        [0.03, 0.06, 0.06, 0.02]
    )  # 4·0.005, 3·0.01, 2·0.03, max(·, 0.04)
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_yekutieli(p) == pytest.approx(np.array([0.02, 0.04, 0.04, 0.02]) * 25 / 12)


def test_published_false_discoveries():
    """Benjamini and Hochberg, JRSS B 57 (1995), section 3.2: 4 discoveries at 0.05, Bonferroni 3."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
         0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
    assert (bonferroni(p) <= 0.05).sum() == 3


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_agreement_and_order(p):
    assert benjamini_hochberg(p) == pytest.approx(
        false_discovery_control(p, method="bh"), abs=1e-12
    )
    assert benjamini_yekutieli(p) == pytest.approx(
        false_discovery_control(p, method="by"), abs=1e-12
    )
    assert np.all(np.asarray(p) <= benjamini_hochberg(p) + 1e-15)
    assert np.all(benjamini_hochberg(p) <= holm(p) + 1e-15)
    assert np.all(holm(p) <= bonferroni(p) + 1e-15)
    order = np.argsort(p, kind="stable")
    for adjust in (holm, benjamini_hochberg, benjamini_yekutieli):
        assert np.all(np.diff(adjust(p)[order]) >= -1e-15)


@pytest.mark.parametrize(
    "p", [[], 0.5, [[0.5]], [1.1], [-0.1], [float("nan")], ["0.5"], [None], [True]]
)
@pytest.mark.parametrize("adjust", [bonferroni, holm, benjamini_hochberg, benjamini_yekutieli])
def test_what_is_no_list_of_p_values_is_refused(p, adjust):
    with pytest.raises(ValueError):
        adjust(p)
