"""Power of rates: enumerated, turned round, and what cannot be planned."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom, multinomial

from deploycheck.stats.difference import difference_lower
from deploycheck.stats.order import quantile_bounds
from deploycheck.stats.paired import paired_lower, paired_test
from deploycheck.stats.power import (
    OneProportion,
    OneQuantile,
    PairedDifference,
    ProportionRatio,
    Rows,
    TwoProportions,
    detectable,
    fails,
    passable,
    passes,
    power_difference,
    rows_needed,
    rows_needed_proportion,
)
from deploycheck.stats.power.contrast import (
    FEW_TABLES,
    expected_pair,
    independent_power,
    normal_power,
    paired_power,
)
from deploycheck.stats.proportion import proportion_bounds
from deploycheck.stats.pvalues import difference_test, ratio_test
from deploycheck.stats.ratio import ratio_lower
from deploycheck.stats.scores import TwoSamples

FLOOR = OneProportion(limit=0.8, required="at_least")
PARITY = TwoProportions(limit=0.1, required="at_most", versus=0.5)
FOUR_FIFTHS = ProportionRatio(limit=0.8, required="at_least", versus=0.5)
NO_WORSE = PairedDifference(limit=-0.01, required="at_least", discordant=0.1)
BUDGET = OneQuantile(limit=200.0, required="at_most", q=0.99)


def every_table(n1, n2):
    x1, x2 = (x.ravel() for x in np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0)))
    return TwoSamples(x1, np.full_like(x1, n1), x2, np.full_like(x2, n2))


@pytest.mark.parametrize("n", [7, 60, 300])
def test_one_proportion_is_summed_over_its_outcomes(n):
    hits = np.arange(n + 1)
    bounds = [proportion_bounds(int(x), n, 0.05) for x in hits]
    weight = binom.pmf(hits, n, 0.9)
    clear = np.array([b.low >= 0.8 for b in bounds])
    assert passes(FLOOR, n, 0.9) == pytest.approx(weight[clear].sum(), abs=1e-12)
    weight = binom.pmf(hits, n, 0.7)
    beyond = np.array([b.high < 0.8 for b in bounds])
    assert fails(FLOOR, n, 0.7) == pytest.approx(weight[beyond].sum(), abs=1e-12)


@pytest.mark.parametrize(("n1", "n2"), [(5, 9), (30, 40), (120, 90)])
def test_two_proportions_are_summed_over_their_tables(n1, n2):
    pair = every_table(n1, n2)
    weight = binom.pmf(pair.x1, n1, 0.55) * binom.pmf(pair.x2, n2, 0.5)
    shares = (n1 / (n1 + n2), n2 / (n1 + n2))
    for design, upper, true in (
        (TwoProportions(limit=0.3, required="at_most", versus=0.5, shares=shares),
         -difference_lower(pair.swapped(), 0.05)[0] <= 0.3, 0.05),
        (ProportionRatio(limit=0.6, required="at_least", versus=0.5, shares=shares),
         ratio_lower(pair, 0.05)[0] >= 0.6, 1.1),
    ):  # fmt: skip
        assert design.sizes(n1 + n2) == (n1, n2)
        assert passes(design, n1 + n2, true) == pytest.approx(weight[upper].sum(), abs=2e-3)


def test_searching_for_the_turning_point_is_as_good_as_every_table():
    for test, limit in ((difference_test, -0.1), (ratio_test, 0.8)):
        for rates in ((0.5, 0.5), (0.1, 0.12), (0.93, 0.9)):
            found = independent_power(test, rates, (260, 240), limit, 0.05)
            pair = every_table(260, 240)
            weight = binom.pmf(pair.x1, 260, rates[0]) * binom.pmf(pair.x2, 240, rates[1])
            reached = test(pair, limit).rejects(np.full_like(weight, 0.05))
            assert pair.x1.size > FEW_TABLES
            assert found == pytest.approx(float(weight[reached].sum()), abs=2e-3)


@pytest.mark.parametrize("n", [12, 40, 150])
def test_a_paired_difference_is_summed_over_its_tables(n):
    expected = 0.0
    cells = [(a, b) for a, b in itertools.product(range(n + 1), repeat=2) if a + b <= n]
    x1, x2 = np.array(cells, dtype=float).T
    rows = np.full_like(x1, n)
    weight = multinomial.pmf(np.array([x1, x2, n - x1 - x2]).T, n, [0.12, 0.08, 0.8])
    low = paired_lower(TwoSamples(x1, rows, x2, rows), 0.05)[0]
    expected = weight[low >= -0.15].sum()
    design = PairedDifference(limit=-0.15, required="at_least", discordant=0.2)
    assert passes(design, n, 0.04) == pytest.approx(expected, abs=2e-3)


def test_the_normal_approximation_takes_over_without_a_step():
    for test, spread, limit, rates in (
        (difference_test, (0.25 / 9e4 * 2) ** 0.5, -0.006, (0.5, 0.5)),
        (ratio_test, (0.25 / 9e4 * (1 + 0.99**2)) ** 0.5, 0.99, (0.5, 0.5)),
    ):
        exact = independent_power(test, rates, (90_000, 90_000), limit, 0.05)
        pair = expected_pair(rates[0], 9e4, rates[1], 9e4)
        assert normal_power(test(pair, limit), spread, 0.05) == pytest.approx(exact, abs=5e-3)
    exact = paired_power(paired_test, 0.05, 0.05, 90_000, -0.002, 0.05)
    pair = expected_pair(0.05, 9e4, 0.05, 9e4)
    spread = (0.1 / 9e4) ** 0.5
    found = normal_power(paired_test(pair, -0.002), spread, 0.05)
    assert found == pytest.approx(exact, abs=5e-3)
    assert independent_power(difference_test, (0.5, 0.5), (10**7, 10**7), 0.1, 0.05) is None
    assert paired_power(paired_test, 0.2, 0.2, 10**7, -0.1, 0.05) is None
    assert passes(PARITY, 2 * 10**7, 0.0995) == pytest.approx(0.731, abs=0.005)


def test_power_at_the_limit_is_the_error():
    for design in (FLOOR, PARITY, FOUR_FIFTHS, NO_WORSE):
        for n in (40, 400, 4000):
            assert passes(design, n, design.limit) <= 0.06
            assert fails(design, n, design.limit) <= 0.06


@pytest.mark.parametrize(
    ("design", "good"),
    [(PARITY, 0.0), (PARITY, 0.05), (FOUR_FIFTHS, 1.0), (FOUR_FIFTHS, 0.95), (NO_WORSE, 0.0),
     (NO_WORSE, 0.01)],
)  # fmt: skip
@pytest.mark.parametrize("power", [0.8, 0.95])
def test_rows_needed_are_enough_and_one_less_is_not(design, good, power):
    found = rows_needed(design, good, power)
    assert passes(design, found.total, good) >= power
    assert passes(design, found.total - 1, good) < power
    assert passes(design, int(found.total * 1.5), good) >= power
    if found.groups:
        assert found.groups == design.sizes(found.total)
        assert sum(found.groups) <= found.total
    assert rows_needed(design, good, 0.5).total < found.total


def test_published_rows():
    """Farrington and Manning's own formula, by hand: 301 a group are (z₀.₉₅ + z₀.₈)² · ½ / 0.1²."""
    assert rows_needed(PARITY, 0.0).groups[0] == pytest.approx(
        (1.6449 + 0.8416) ** 2 * 0.5 / 0.01, rel=0.05
    )
    # all 299 values within the budget of the 0.99 quantile at 95 %: the table of order statistics
    assert rows_needed(BUDGET, 1.0) == Rows(299)
    assert rows_needed(FLOOR, 0.9) == Rows(rows_needed_proportion(0.8, 0.9, 0.05, 0.8))


def test_unequal_shares_need_more_rows_in_all():
    even = rows_needed(PARITY, 0.0)
    uneven = rows_needed(
        TwoProportions(limit=0.1, required="at_most", versus=0.5, shares=(9, 1)), 0.0
    )
    assert uneven.total > 2 * even.total
    assert uneven.groups[0] == pytest.approx(9 * uneven.groups[1], abs=9)


@pytest.mark.parametrize("design", [FLOOR, PARITY, FOUR_FIFTHS, NO_WORSE])
def test_detectable_and_passable_are_turned_round_power(design):
    bad, good = detectable(design, 3000), passable(design, 3000)
    sign = 1 if design.required == "at_least" else -1
    assert sign * bad < sign * design.limit < sign * good
    assert fails(design, 3000, bad) == pytest.approx(0.8, abs=0.01)
    assert passes(design, 3000, good) == pytest.approx(0.8, abs=0.01)
    assert sign * detectable(design, 12_000) > sign * bad
    assert sign * passable(design, 12_000) < sign * good
    shared = type(design)(**(vars(design) | {"fail_alpha": 0.001}))
    assert sign * detectable(shared, 3000) < sign * bad


def test_what_no_value_can_do_at_this_n_is_none():
    assert passable(FLOOR, 10) is None
    assert detectable(OneProportion(limit=0.01, required="at_least"), 20) is None
    assert passable(BUDGET, 298) is None
    assert passable(BUDGET, 299) == pytest.approx(1.0, abs=1e-3)


def test_a_quantile_is_judged_where_its_order_statistic_clears():
    rng = np.random.default_rng(12)
    design = OneQuantile(limit=1.0, required="at_most", q=0.9)
    values = rng.random((400, 150)) / 0.95  # the share 0.95 lies within the limit
    clear = [quantile_bounds(v, 0.9, 0.05).high <= 1.0 for v in values]
    assert np.mean(clear) == pytest.approx(passes(design, 150, 0.95), abs=0.08)
    beyond = [quantile_bounds(v * 1.1, 0.9, 0.05).low > 1.0 for v in values]
    assert np.mean(beyond) == pytest.approx(fails(design, 150, 0.95 / 1.1), abs=0.08)


def test_an_empty_requirement_always_passes():
    nothing = OneProportion(limit=0.0, required="at_least")
    assert (passes(nothing, 5, 0.3), fails(nothing, 5, 0.3)) == (1.0, 0.0)
    assert rows_needed(nothing, 0.3) == Rows(1)
    anything = TwoProportions(limit=0.5, required="at_most", versus=0.5)
    assert passes(anything, 40, 0.2) == 1.0


def test_too_few_rows_for_two_samples_show_nothing():
    assert passes(PARITY, 1, 0.0) == 0.0
    assert fails(FOUR_FIFTHS, 1, 0.1) == 0.0
    assert power_difference(0.5, 1, 0.5, 1, 0.1, 0.05) < 0.2


@pytest.mark.parametrize(
    "call",
    [
        lambda: OneProportion(limit=1.2, required="at_least"),
        lambda: OneProportion(limit=float("nan"), required="at_least"),
        lambda: OneProportion(limit=0.5, required="above"),
        lambda: OneProportion(limit=0.5, required="at_least", alpha=0.6),
        lambda: OneProportion(limit=0.5, required="at_least", fail_alpha=0.0),
        lambda: TwoProportions(limit=1.0, required="at_least", versus=0.5),
        lambda: TwoProportions(limit=0.1, required="at_most", versus=1.5),
        lambda: TwoProportions(limit=0.1, required="at_most", versus=0.5, shares=(1, 0)),
        lambda: TwoProportions(limit=0.1, required="at_most", versus=0.5, shares=(1, 1, 1)),
        lambda: ProportionRatio(limit=0.8, required="at_least", versus=0.0),
        lambda: ProportionRatio(limit=0.0, required="at_least", versus=0.5),
        lambda: PairedDifference(limit=-1.0, required="at_least", discordant=0.1),
        lambda: PairedDifference(limit=0.0, required="at_least", discordant=1.1),
        lambda: OneQuantile(limit=1.0, required="at_most", q=1.0),
        lambda: passes(FLOOR, 0, 0.9),
        lambda: passes(FLOOR, 10.5, 0.9),
        lambda: passes(FLOOR, 10**13, 0.9),
        lambda: passes(FLOOR, 10, 1.1),
        lambda: passes(PARITY, 10, 0.6),
        lambda: rows_needed(FLOOR, 0.8),
        lambda: rows_needed(FLOOR, 0.7),
        lambda: rows_needed(PARITY, 0.1),
        lambda: rows_needed(PARITY, 0.2),
        lambda: rows_needed(BUDGET, 0.99),
        lambda: rows_needed(FLOOR, 0.9, 1.0),
        lambda: detectable(FLOOR, 0),
        lambda: passable(FLOOR, 10, 0.0),
    ],
)
def test_what_cannot_be_planned_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_a_good_value_at_its_limit_is_told():
    with pytest.raises(ValueError, match=r"0\.1 does not lie beyond the limit 0\.1"):
        rows_needed(PARITY, 0.1)
    with pytest.raises(ValueError, match=r"over 10\*\*12 rows"):
        rows_needed(NO_WORSE, -0.0099999999)
