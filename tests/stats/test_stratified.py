import numpy as np
import pytest

from deploycheck.stats.effective import difference_bounds
from deploycheck.stats.stratified import standardised

# SAS/STAT User's Guide, FREQ procedure, example "Cochran-Mantel-Haenszel Statistics": Migraine.
MIGRAINE = ([16, 12], [27, 28], [5, 7], [25, 26])
# Bickel, Hammel and O'Connell 1975 as in R's UCBAdmissions: admitted and applied, by department.
BERKELEY = (
    [512, 353, 120, 138, 53, 22],
    [825, 560, 325, 417, 191, 373],
    [89, 17, 202, 131, 94, 24],
    [108, 25, 593, 375, 393, 341],
)


def test_the_migraine_trial_gives_the_published_statistic():
    """Cochran-Mantel-Haenszel is (Σ w d)² over its variance where nothing differs: 8.3052."""
    found = standardised(*MIGRAINE)
    a, n, b, m = map(np.array, MIGRAINE)
    total, hits = n + m, a + b
    weight = (n * m / total).sum()
    null = (n * m * hits * (total - hits) / (total**2 * (total - 1))).sum()
    assert (weight * found.difference) ** 2 / null == pytest.approx(8.3052, abs=5e-5)


@pytest.mark.parametrize(
    ("table", "difference"),
    # statsmodels 0.15.0, OLS of the outcome on group and stratum: its coefficient of the group.
    [(MIGRAINE, 0.27375985788496204), (BERKELEY, -0.018425196190853248)],
)
def test_the_difference_is_that_of_a_regression_on_strata(table, difference):
    assert standardised(*table).difference == pytest.approx(difference, abs=1e-12)


def test_satos_variance_by_hand():
    """One stratum 3/10 against 1/20, by the formula in the SAS manual (Sato 1989)."""
    found = standardised([3], [10], [1], [20])
    p = (10**2 * 1 - 20**2 * 3 + 10 * 20 * 10 / 2) / 900
    q = (3 * 19 + 1 * 7) / 60
    assert found.variance == pytest.approx((0.25 * p + q) / (200 / 30) ** 2, rel=1e-12)


def test_one_stratum_is_worth_its_rows():
    found = standardised([30], [100], [20], [90])
    assert (found.first, found.second, found.rows) == (0.3, pytest.approx(2 / 9), (100, 90))
    assert found.effective == pytest.approx((100, 90), rel=0.02)


def test_effective_rows_are_never_more_than_rows():
    draw = np.random.default_rng(1)
    for _ in range(200):
        n, m = draw.integers(1, 30, (2, 5))
        found = standardised(draw.binomial(n, 0.3), n, draw.binomial(m, 0.2), m)
        assert all(
            0 < e <= r * (1 + 1e-12) for e, r in zip(found.effective, found.rows, strict=True)
        )


def test_strata_with_one_group_alone_say_nothing():
    assert standardised([3, 5], [10, 9], [1, 0], [20, 0]) == standardised([3], [10], [1], [20])


def test_no_hit_at_all_still_has_a_width():
    found = standardised([0, 0], [40, 40], [0, 0], [30, 50])
    assert found.variance == 0
    bounds = difference_bounds(0, found.effective[0], 0, found.effective[1], 0.05)
    assert 0.02 < bounds.high < 0.1


@pytest.mark.parametrize(
    ("base", "difference", "share", "rows"),
    [
        ([0.2, 0.4, 0.6, 0.8], 0.0, 0.5, 300),
        ([0.2, 0.4, 0.6, 0.8], 0.1, 0.2, 300),
        ([0.02, 0.03, 0.02, 0.05], 0.0, 0.5, 1_000),
        (np.linspace(0.2, 0.6, 75), 0.1, 0.5, 300),
    ],
    ids=["even", "small group", "rare", "sparse"],
)
def test_the_bounds_miss_no_more_often_than_they_say(base, difference, share, rows):
    draw, missed, runs = np.random.default_rng(2), np.zeros(2), 150
    strata, base = len(base), np.asarray(base)
    for _ in range(runs):
        at, first = draw.integers(0, strata, rows), draw.random(rows) < share
        hit = draw.random(rows) < base[at] + difference * first
        found = standardised(
            *(
                np.bincount(at[chosen], minlength=strata)
                for chosen in (first & hit, first, ~first & hit, ~first)
            )
        )
        bounds = difference_bounds(
            found.first, found.effective[0], found.second, found.effective[1], 0.05
        )
        missed += bounds.low > difference, bounds.high < difference
    assert max(missed) <= 17  # 5 % of 150 is 7.5; beyond 17 has a chance of less than 0.001


@pytest.mark.parametrize(
    "table",
    [([1], [2], [1], [0]), ([3], [2], [1], [2]), ([1.5], [2], [1], [2]), ([1, 1], [2], [1], [2]),
     ([], [], [], []), ([-1], [2], [1], [2]), ([float("nan")], [2], [1], [2])],
)  # fmt: skip
def test_what_is_no_table_is_refused(table):
    with pytest.raises(ValueError):
        standardised(*table)
