from pathlib import Path

import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.estimates import Range, Statistic, Undefined
from deploycheck.checkers.fairness.intersectional import Intersectional, intersectional
from deploycheck.evidence.predictions import Predictions

COMPAS = Path(__file__).parents[3] / "examples/recidivism/data/compas_two_years_min.csv"
DIFFERENCE, RATE, SHRUNKEN = "intersectional_difference", "group_rate", "shrunken_rate"
BY = {"by": ["sex", "race"]}


def predicted(p, sex, race, y=None):
    return Predictions.of(
        list(p), None if y is None else list(y), groups={"sex": list(sex), "race": list(race)},
        favourable=1, positive=1,
    )  # fmt: skip


def of(run, made, **params):
    found = run(intersectional, {**BY, **params}, predictions=made)
    assert isinstance(found, tuple), found
    return found


def worst(estimate):
    rates = [g.hits / g.of for g in estimate.groups]
    return max(abs(one - rest) for one, rest in zip(rates[::2], rates[1::2], strict=True))


@pytest.fixture(scope="module")
def compas():
    frame = pl.read_csv(COMPAS)
    high = (frame["decile_score"] >= 5).cast(pl.Int64)
    return (
        high.to_list(),
        frame["two_year_recid"].to_list(),
        frame["sex"].to_list(),
        frame["race"].to_list(),
    )


@pytest.mark.parametrize(
    ("rate", "metric"),
    [("selection_rate", "selection_rate"), ("false_positive_rate", "false_positive_rate"),
     ("true_positive_rate", "true_positive_rate")],
)  # fmt: skip
def test_equals_fairlearn_to_overall(run, compas, rate, metric):
    """Against all rows the gap is 1 - w times that against everyone else."""
    import fairlearn.metrics

    p, y, sex, race = compas
    (gap,) = (
        e for e in of(run, predicted(p, sex, race, y), rate=rate, min_n=1) if e.name == DIFFERENCE
    )
    assert isinstance(gap, Range)
    frame = fairlearn.metrics.MetricFrame(
        metrics=getattr(fairlearn.metrics, metric), y_true=y, y_pred=p,
        sensitive_features={"sex": sex, "race": race},
    )  # fmt: skip
    for one, rest in zip(gap.groups[::2], gap.groups[1::2], strict=True):
        share = one.of / (one.of + rest.of)
        apart = (1 - share) * (one.hits / one.of - rest.hits / rest.of)
        expected = frame.by_group[one.slice["sex"], one.slice["race"]] - frame.overall
        assert apart == pytest.approx(expected, abs=1e-12)
        assert one.family == rest.family


def test_names_that_read_alike_when_joined_are_not_mixed_up(run):
    sex, race = ["a, b"] * 60 + ["a"] * 60, ["c"] * 60 + ["b, c"] * 60
    (gap,) = (e for e in of(run, predicted([1, 0] * 60, sex, race)) if e.name == DIFFERENCE)
    families = [group.family for group in gap.groups]
    assert [families.count(family) for family in families] == [2] * 4


def test_a_gap_of_the_combination_alone_is_seen(run):
    """Gerrymandering: each column alone is fair, the combinations are not (Kearns et al. 2018)."""
    sex, race = ["f", "f", "m", "m"] * 100, ["x", "y", "x", "y"] * 100
    p = [1, 0, 0, 1] * 100
    (gap,) = (e for e in of(run, predicted(p, sex, race)) if e.name == DIFFERENCE)
    assert worst(gap) == pytest.approx(2 / 3)
    assert gap.slice == {"by": "sex, race"}
    assert {g.slice.get("group") for g in gap.groups[1::2]} == {"everyone else"}


def test_small_groups_are_shown_not_assessed_and_count_among_everyone_else(run):
    sex, race = ["f"] * 200 + ["m"] * 205, ["x", "y"] * 100 + ["x"] * 200 + ["y"] * 5
    found = of(run, predicted([1, 0] * 202 + [1], sex, race))
    (small,) = (e for e in found if e.name == DIFFERENCE and isinstance(e, Undefined))
    assert (small.slice, small.n, small.context) == ({"sex": "m", "race": "y"}, 5, False)
    (gap,) = (e for e in found if isinstance(e, Range))
    assert all(
        one.of + rest.of == 405 for one, rest in zip(gap.groups[::2], gap.groups[1::2], strict=True)
    )
    assert len([e for e in found if e.name == RATE]) == 4
    assert len([e for e in found if e.name == SHRUNKEN]) == 4
    excluded = of(run, predicted([1, 0] * 202 + [1], sex, race), min_share=0.02)
    assert all(e.context for e in excluded if isinstance(e, Undefined))


def test_shrunken_rates_lie_between_the_groups_and_the_overall_rate(run, compas):
    p, y, sex, race = compas
    found = of(run, predicted(p, sex, race, y))
    rates = {tuple(e.slice.values()): e.hits / e.of for e in found if e.name == RATE}
    overall = sum(p) / len(p)
    shrunken = {tuple(e.slice.values()): e for e in found if e.name == SHRUNKEN}
    assert rates.keys() == shrunken.keys()
    weights = {}
    for place, e in shrunken.items():
        assert isinstance(e, Statistic)
        assert e.context
        assert min(overall, rates[place]) <= e.value <= max(overall, rates[place])
        weights[e.of] = (e.value - overall) / (rates[place] - overall)
    assert [weights[n] for n in sorted(weights)] == sorted(weights.values())


def test_the_strength_of_shrinkage_is_that_of_the_beta_distribution(run):
    """Rates from beta(4, 6) in 400 groups: the overall rate is worth 10 rows."""
    random = np.random.default_rng(3)
    race = np.repeat(np.arange(400), 60)
    p = random.random(24_000) < random.beta(4, 6, 400)[race]
    found = of(run, predicted(p.astype(int).tolist(), ["f"] * 24_000, race.tolist()))
    overall = p.mean()
    rates = {e.slice["race"]: e.hits / e.of for e in found if e.name == RATE}
    for e in (
        e for e in found if e.name == SHRUNKEN and abs(rates[e.slice["race"]] - overall) > 0.05
    ):
        kept = (e.value - overall) / (rates[e.slice["race"]] - overall)
        assert kept == pytest.approx(60 / 70, abs=0.03)


@pytest.mark.parametrize(
    "made",
    [
        predicted([], [], []),
        predicted([1], ["f"], ["x"]),
        predicted([1, 0] * 50, ["f"] * 100, ["x"] * 100),
        predicted([1, 0] * 50, [None] * 100, [None] * 100),
    ],
    ids=["empty", "one row", "constant", "missing"],
)
def test_nobody_to_compare_with_is_no_pass(run, made):
    found = [e for e in of(run, made) if e.name == DIFFERENCE]
    assert found
    assert all(isinstance(e, Undefined) for e in found)
    assert not all(e.context for e in found)


def test_what_cannot_be_read_is_an_error(run, code):
    def failed(made, **params):
        return code(run(intersectional, {**BY, **params}, predictions=made))

    assert failed(predicted([1, None], "fm", "xy")) == "DC203"
    assert failed(predicted([1, 0], "fm", "xy"), rate="true_positive_rate") == "DC203"
    assert failed(Predictions.of([1, 0], groups={"sex": ["f", "m"]}, favourable=1)) == "DC203"
    assert failed(predicted([1, 0], ["f", None], "xy"), missing="error") == "DC203"
    numbers = Predictions.of([1.0], [1.0], groups={"sex": ["f"], "race": ["x"]}, task="regression")
    assert failed(numbers) == "DC203"


@pytest.mark.parametrize("params", [{"by": "sex"}, {**BY, "rate": "f1"}, {"by": ["a", "a"]}])
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="Intersectional"):
        Intersectional(**params)


def drawn(random, rows, gap):
    sex, race = random.choice(["f", "m"], rows), random.choice(["x", "y", "z"], rows)
    p = random.random(rows) < np.where((sex == "f") & (race == "z"), 0.5 - gap, 0.5)
    return predicted(p.astype(int).tolist(), sex.tolist(), race.tolist())


@pytest.mark.parametrize("rows", [300, 1_000])
def test_no_gap_seldom_fails_and_a_gap_at_the_bound_seldom_passes(verdict, frequent, rows):
    random, runs, require = np.random.default_rng(rows), 40, {DIFFERENCE: {"max": 0.05}}
    found = [
        verdict(intersectional, BY, require, predictions=drawn(random, rows, 0.0))
        for _ in range(runs)
    ]
    assert found.count("FAIL") <= frequent(runs)
    require = {DIFFERENCE: {"max": 0.2}}
    found = [
        verdict(intersectional, BY, require, predictions=drawn(random, rows, 0.2))
        for _ in range(runs)
    ]
    assert found.count("PASS") <= frequent(runs)
    assert found.count("FAIL") <= frequent(runs)


def test_a_planted_gap_is_found(verdict):
    made = drawn(np.random.default_rng(1), 3_000, 0.35)
    assert verdict(intersectional, BY, {DIFFERENCE: {"max": 0.15}}, predictions=made) == "FAIL"
