import numpy as np
import pytest

from deploycheck.authoring.estimates import Count, Statistic, Undefined
from deploycheck.checkers.fairness.bias_audit import BiasAudit, bias_audit
from deploycheck.evidence.predictions import Predictions

# The example table by sex in DCWP's notice of adoption of the final rule (6 RCNY § 5-301).
SEXES = {"Male": (667, 1390, 1.0), "Female": (555, 1181, 0.979)}


def aggregated(tables, **more):
    """Two weighted rows a category: selected, and not."""
    p, groups, weights = [], {}, []
    for values, (hits, rows) in tables.items():
        p += [1, 0]
        weights += [hits, rows - hits]
        for column, value in zip(("sex", "race"), values, strict=False):
            groups.setdefault(column, []).extend([value] * 2)
    return Predictions.of(p, groups=groups, favourable=1, weights=weights, **more)


def of(run, made, **params):
    found = run(bias_audit, {"by": list(made.groups), **params}, predictions=made)
    assert isinstance(found, tuple), found
    return {(e.name, *e.slice.values()): e for e in found}


def test_the_published_table_from_aggregated_rows(run):
    made = aggregated({(sex,): (hits, rows) for sex, (hits, rows, _) in SEXES.items()})
    found = of(run, made)
    for sex, (hits, rows, ratio) in SEXES.items():
        assert found["impact_ratio", sex].value == pytest.approx(ratio, abs=5e-4)
        assert found["rate", sex].value == pytest.approx(hits / rows, abs=1e-12)
        assert (found["selected", sex].value, found["selected", sex].of) == (hits, rows)
    assert found["categories", "sex"].value == 2
    assert found["assessed_rows", "sex"].value == 2571


def test_sex_race_and_both_have_a_table(run):
    tables = {
        ("f", "x"): (10, 40),
        ("f", "y"): (30, 60),
        ("m", "x"): (20, 50),
        ("m", "y"): (25, 50),
    }
    found = of(run, aggregated(tables))
    assert found["rate", "f"].value == pytest.approx(0.4)
    assert found["rate", "x"].value == pytest.approx(30 / 90)
    assert found["impact_ratio", "f", "x"].value == pytest.approx(0.5)
    assert found["impact_ratio", "m", "y"].value == 1
    assert [found["categories", by].value for by in ("sex", "race", "sex, race")] == [2, 2, 4]


def test_the_unknown_are_counted_and_in_no_category(run):
    tables = {("f", "x"): (10, 40), (None, "y"): (60, 60), ("m", None): (20, 50)}
    found = of(run, aggregated(tables))
    assert found["unknown_rows", "sex"] == Count("unknown_rows", 60, of=150, slice={"by": "sex"})
    assert found["unknown_rows", "race"].value == 50
    assert found["unknown_rows", "sex, race"].value == 110
    assert found["assessed_rows", "sex, race"].value == 40
    assert not any("(missing)" in place for place in found)
    assert found["impact_ratio", "m"].value == 1  # 60 of 60 unknown rows set no standard


def test_categories_below_two_per_cent_have_a_rate_and_no_ratio(run):
    tables = {("f",): (10, 500), ("m",): (20, 485), ("x",): (15, 15)}
    found = of(run, aggregated(tables))
    assert found["impact_ratio", "x"] == Undefined(
        "impact_ratio",
        15,
        "no impact ratio: 1.50 % of the rows, less than 2 %",
        slice={"sex": "x"},
        context=True,
    )
    assert (found["rate", "x"].value, found["selected", "x"].value) == (1, 15)
    assert found["impact_ratio", "m"].value == 1
    assert found["categories", "sex"].value == 2
    assert of(run, aggregated(tables), min_share=0.0)["impact_ratio", "x"].value == 1


def test_the_scoring_rate_is_the_share_above_the_median_of_all_rows(run):
    random = np.random.default_rng(1)
    sex, score = random.choice(["f", "m"], 301), random.normal(size=301)
    sex[:5] = ""
    groups = {"sex": [s or None for s in sex.tolist()]}
    made = Predictions.of([1] * 301, groups=groups, scores=score.tolist())
    found = of(run, made, of="score")
    above = score > np.median(score)
    rates = {s: above[sex == s].mean() for s in "fm"}
    for s in "fm":
        assert found["rate", s].value == pytest.approx(rates[s], abs=1e-12)
        assert found["impact_ratio", s].value == pytest.approx(rates[s] / max(rates.values()))


def test_weighted_scores_are_as_many_rows(run):
    groups = {"sex": ["f", "f", "m", "m"]}
    made = Predictions.of([1] * 4, groups=groups, scores=[1, 2, 3, 4], weights=[5, 1, 2, 3])
    found = of(run, made, of="score")
    scores = np.repeat([1, 2, 3, 4], [5, 1, 2, 3])
    assert np.median(scores) == 2
    assert [found["selected", s].value for s in "fm"] == [0, 5]


def test_no_number_of_fairness_can_be_required(run, verdict):
    """The law sets no mark: what is shown is context, and a bound on it is no pass."""
    made = aggregated({("f",): (10, 40), ("m",): (20, 40)})
    found = of(run, made)
    assert all(
        e.context for (name, *_), e in found.items() if name in {"impact_ratio", "rate", "selected"}
    )
    for name, least in (("impact_ratio", 0.8), ("rate", 0.1), ("selected", 1)):
        with pytest.raises(AssertionError, match=f"measured no '{name}'"):
            verdict(bias_audit, {"by": "sex"}, {name: {"min": least}}, predictions=made)


@pytest.mark.parametrize(
    ("p", "sex", "categories"),
    [([], [], 0), ([0] * 60, ["f", "m"] * 30, 0), ([1, 0] * 30, [None] * 60, 0), ([1], ["f"], 1)],
    ids=["empty", "nobody selected", "all unknown", "one row"],
)
def test_tables_that_cannot_be_made_have_no_category(run, p, sex, categories):
    made = Predictions.of(p, groups={"sex": sex}, favourable=1 if 1 in p or not p else 0)
    if p and 1 not in p:
        made = Predictions.of([*p, 1], groups={"sex": [*sex, None]}, favourable=1)
    found = of(run, made)
    assert found["categories", "sex"].value == categories
    if not categories:
        assert not any(
            isinstance(e, Statistic) and e.name == "impact_ratio" for e in found.values()
        )


def test_what_cannot_be_read_is_an_error(run, code):
    def failed(made, **params):
        return code(run(bias_audit, {"by": "sex", **params}, predictions=made))

    groups = {"sex": ["f", "m"]}
    assert failed(Predictions.of([1, None], groups=groups, favourable=1)) == "DC203"
    assert failed(Predictions.of([1, 0], groups=groups)) == "DC203"
    assert failed(Predictions.of([1, 0], groups={}, favourable=1)) == "DC203"
    assert failed(Predictions.of([1, 0], groups=groups, favourable=1), of="score") == "DC203"
    gaps = Predictions.of([1, 0], groups=groups, scores=[0.1, float("nan")])
    assert failed(gaps, of="score") == "DC203"
    numbers = Predictions.of([1.0, 2.0], groups=groups, task="regression")
    assert failed(numbers) == "DC203"
    assert failed(numbers, of="score") == "DC203"


@pytest.mark.parametrize(
    "params", [{}, {"by": "sex", "of": "rank"}, {"by": "sex", "min_share": 1.0}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="BiasAudit"):
        BiasAudit(**params)
