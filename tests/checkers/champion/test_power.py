import numpy as np
import pytest

from deploycheck.authoring.estimates import Count, Statistic, Undefined
from deploycheck.checkers.champion.power import Power, power
from deploycheck.evidence.predictions import Predictions
from deploycheck.stats.paired import paired_bounds

MARGIN = {"bound": -0.02, "discordant": 0.1}


def named(found):
    assert isinstance(found, tuple), found.error
    made = {one.name: one for one in found}
    assert list(made) == ["power", "rows", "rows_needed", "rows_missing", "effect_shown"]
    return made


def rows(n, apart=0.1, random=None):
    """A truth, and who has each row right: ``apart`` of them one model alone."""
    y = np.arange(n) % 2
    random = random or np.random.default_rng(0)
    first = random.random(n) < 0.8
    return y, np.where(random.random(n) < apart, ~first, first), first


def test_rows_needed_are_those_of_the_textbook(run, pair):
    """Lachenbruch 1992, Tango 1998: about p_disc ((z_α + z_β) / δ)² rows show a margin δ."""
    found = named(run(power, MARGIN, **pair(*rows(1_000))))
    textbook = 0.1 * ((1.6449 + 0.8416) / 0.02) ** 2
    assert found["rows_needed"].value == pytest.approx(textbook, rel=0.06)
    assert found["rows"].value == 1_000
    missing = found["rows_missing"]
    assert missing.value == found["rows_needed"].value - 1_000
    assert missing.details[0] == f"{found['rows_needed'].value:,} needed"
    assert 0.4 < found["power"].value < 0.7


def test_enough_rows_miss_none(run, pair):
    found = named(run(power, MARGIN, **pair(*rows(4_000))))
    assert found["rows_missing"].value == 0
    assert found["power"].value > 0.8
    assert found["effect_shown"].value < 0


def test_the_power_is_how_often_the_planned_control_passes(run, pair):
    """Simulated with Tango's bounds themselves: 600 rows, a margin of four points."""
    params = {"bound": -0.04, "discordant": 0.1}
    found = named(run(power, params, **pair(*rows(600))))
    random = np.random.default_rng(3)
    passed = 0
    for _ in range(300):
        first, second, _ = random.multinomial(600, [0.05, 0.05, 0.9])
        passed += paired_bounds(600 - first - second, first, second, 0, 0.05).low >= -0.04
    assert passed / 300 == pytest.approx(found["power"].value, abs=0.075)  # 3 standard errors


def test_a_gain_is_planned_like_a_margin(run, pair):
    gain = {"bound": 0.0, "effect": 0.02, "discordant": 0.1}
    found = named(run(power, gain, **pair(*rows(1_000))))
    textbook = 0.1 * ((1.6449 + 0.8416) / 0.02) ** 2
    assert found["rows_needed"].value == pytest.approx(textbook, rel=0.06)


def test_few_rows_do_not_look_like_models_that_hardly_differ(run, pair):
    """Without a declared share, the most that the data do not exclude: 3/n where none differ."""
    y, _, champion = rows(200)
    found = named(run(power, {"bound": -0.02}, **pair(y, champion, champion)))
    assert "at most 0.01487" in found["power"].details[0]
    assert found["power"].value < 1
    declared = named(run(power, MARGIN, **pair(y, champion, champion)))
    assert declared["rows_needed"].value > found["rows_needed"].value


def test_recall_counts_positive_rows(run, pair):
    y, *told = rows(1_001)
    for metric, of in (("recall", 500), ("specificity", 501)):
        found = named(run(power, MARGIN | {"metric": metric}, **pair(y, *told)))
        assert found["rows"].value == of


def test_frequency_weights_are_rows(run, pair):
    y, *told = rows(300)
    once = named(run(power, MARGIN, **pair(*(np.tile(a, 3) for a in (y, *told)))))
    thrice = named(run(power, MARGIN, **pair(y, *told, weights=[3] * 300)))
    assert once == thrice


def test_errors_are_planned_by_their_deviation(run, regression):
    """The t test: ((z_α + z_β) σ / δ)² rows, and a few more."""
    random = np.random.default_rng(4)
    y = random.normal(size=500)
    both = regression(y, y + random.normal(size=500), y + random.normal(size=500))
    params = {"metric": "mean_absolute_error", "bound": -0.1, "sd": 0.8}
    found = named(run(power, params, **both))
    assert found["rows_needed"].value == pytest.approx(((1.6449 + 0.8416) * 8) ** 2, rel=0.02)
    del params["sd"]
    found = named(run(power, params, **both))
    d = np.abs(y - both["champion"].scores) - np.abs(y - both["predictions"].scores)
    assert f"{d.std(ddof=1):.4g}" in found["power"].details[0]


def test_what_is_empty_or_of_one_class_is_undefined(run, pair, regression):
    nothing = Predictions.of([], [], positive=1)
    for metric in ("accuracy", "recall"):
        params = MARGIN | {"metric": metric}
        for one in run(power, params, predictions=nothing, champion=nothing):
            assert isinstance(one, Undefined)
            assert not one.context
    ones = pair([1] * 50, [True] * 50, [True] * 50)
    found = named(run(power, MARGIN | {"metric": "specificity"}, **ones))
    assert found["power"].reason == "no row is negative"
    y = np.arange(50.0)
    params = {"metric": "mean_absolute_error", "bound": -0.1}
    for both in (regression(y, y + 1, y + 1), regression([], [], []), regression([1], [2], [3])):
        assert all(isinstance(one, Undefined) for one in run(power, params, **both))


def test_one_row_is_planned_for(run, pair):
    found = named(run(power, MARGIN, **pair([1], [True], [True])))
    assert isinstance(found["rows"], Count)
    assert isinstance(found["power"], Statistic)
    assert found["power"].value < 0.1


def test_rows_that_are_not_independent_are_refused(run, code, pair):
    y, *told = rows(100)
    for more in ({"sampling": [1.5] * 100}, {"entities": [*range(50)] * 2}):
        assert code(run(power, MARGIN, **pair(y, *told, **more))) == "DC203"


def test_other_rows_are_an_error(run, code):
    one, other = (Predictions.of([1, 0], y, positive=1) for y in ([1, 0], [1, 1]))
    assert code(run(power, MARGIN, predictions=one, champion=other)) == "DC203"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "bound"),
        ({"bound": 0.0}, "effect: 0 is not above bound 0"),
        ({"bound": -2.0}, "between -1 and 1"),
        ({"bound": -0.01, "sd": 1.0}, "sd: accuracy has no use for it"),
        (
            {"bound": -0.01, "metric": "brier_score", "discordant": 0.1},
            "discordant: brier_score has no use",
        ),
        ({"bound": 0.0, "effect": 0.2, "discordant": 0.1}, "fewer rows than the effect needs"),
        ({"bound": -0.01, "power": 1.0}, "power"),
        ({"bound": -0.01, "metric": "root_mean_squared_error"}, "metric"),
    ],
)
def test_what_cannot_be_planned_is_refused(params, words):
    with pytest.raises(ValueError, match=words):
        Power.model_validate(params)


def test_errors_of_few_rows_have_no_power_however_alike_they_are(run, regression):
    """The planned control takes no mean of fewer than 100 errors, so that it never passes."""
    y = np.arange(50.0)
    near = y + 1 + np.random.default_rng(5).normal(0, 0.001, 50)
    params = {"metric": "mean_absolute_error", "bound": -0.5}
    found = named(run(power, params, **regression(y, near, y + 1)))
    assert found["power"].value == 0
    assert (found["rows_needed"].value, found["rows_missing"].value) == (100, 50)
    assert isinstance(found["effect_shown"], Undefined)
