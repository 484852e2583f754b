import numpy as np
import pytest

from deploycheck.authoring.estimates import Range, Smooth, Undefined
from deploycheck.checkers.fairness.conditional_parity import ConditionalParity, conditional_parity
from deploycheck.evidence.predictions import Predictions

DIFFERENCE, DISPARITY = "conditional_parity_difference", "conditional_demographic_disparity"
BY = {"by": "sex", "strata": ["department"]}
# Bickel, Hammel and O'Connell 1975 as in R's UCBAdmissions: admitted and applied, by department.
BERKELEY = {
    "A": {"male": (512, 825), "female": (89, 108)},
    "B": {"male": (353, 560), "female": (17, 25)},
    "C": {"male": (120, 325), "female": (202, 593)},
    "D": {"male": (138, 417), "female": (131, 375)},
    "E": {"male": (53, 191), "female": (94, 393)},
    "F": {"male": (22, 373), "female": (24, 341)},
}


def told(p, sex, department, **more):
    groups = {"sex": list(sex), "department": list(department)}
    return Predictions.of(list(p), groups=groups, favourable=1, **more)


def of_tables(tables):
    p, sex, department, weights = [], [], [], []
    for stratum, groups in tables.items():
        for group, (hits, rows) in groups.items():
            p += [1, 0]
            sex += [group] * 2
            department += [stratum] * 2
            weights += [hits, rows - hits]
    return told(p, sex, department, weights=weights)


def of(run, made, **params):
    found = run(conditional_parity, {**BY, **params}, predictions=made)
    assert isinstance(found, tuple), found
    return found


def gaps(estimate):
    rates = [group.hits / group.of for group in estimate.groups]
    return [a - b for a, b in zip(rates[::2], rates[1::2], strict=True)]


def value(smooth):
    return float(smooth.of(np.average(smooth.terms, axis=0, weights=smooth.counts)))


def test_berkeley_looks_biased_as_a_whole_and_is_not_within_departments(run):
    found = of(run, of_tables(BERKELEY))
    (gap,) = (e for e in found if e.name == DIFFERENCE)
    # statsmodels 0.15.0: the coefficient of sex in OLS on sex and department.
    assert gaps(gap) == pytest.approx([0.018425196190853248], abs=1e-12)
    rates = {e.slice["sex"]: e.hits / e.of for e in found if e.name == "selection_rate"}
    assert rates["male"] - rates["female"] == pytest.approx(0.14, abs=0.002)
    assert [group.slice["sex"] for group in gap.groups] == ["female", "male"]
    assert all(0 < group.effective <= group.of for group in gap.groups)


def test_the_disparity_of_berkeley_by_hand(run):
    """Σ n (share among the refused − share among the admitted) ÷ Σ n, department by department."""
    found = {e.slice["sex"]: e for e in of(run, of_tables(BERKELEY)) if e.name == DISPARITY}
    total = sum(rows for groups in BERKELEY.values() for _, rows in groups.values())
    expected = 0.0
    for groups in BERKELEY.values():
        hits, rows = (sum(t[i] for t in groups.values()) for i in (0, 1))
        mine, size = groups["female"]
        expected += rows * ((size - mine) / (rows - hits) - mine / hits) / total
    assert isinstance(found["female"], Smooth)
    assert value(found["female"]) == pytest.approx(expected, abs=1e-12)
    assert value(found["male"]) == pytest.approx(-expected, abs=1e-12)
    means = np.stack([np.average(found["male"].terms, axis=0, weights=found["male"].counts)] * 3)
    assert found["male"].of(means) == pytest.approx([-expected] * 3)


def test_rows_with_weights_are_as_many_rows(run):
    tables = {"a": {"f": (10, 30), "m": (20, 40)}, "b": {"f": (30, 50), "m": (9, 20)}}
    weighted = of(run, of_tables(tables))
    rows = [
        (p, g, s)
        for s, groups in tables.items()
        for g, (x, n) in groups.items()
        for p in [1] * x + [0] * (n - x)
    ]
    plain = of(run, told(*zip(*rows, strict=True)))
    assert [e for e in weighted if e.name == DIFFERENCE] == [
        e for e in plain if e.name == DIFFERENCE
    ]
    assert [value(e) for e in weighted if e.name == DISPARITY] == pytest.approx(
        [value(e) for e in plain if e.name == DISPARITY]
    )


def test_strata_with_one_group_alone_are_counted_out_aloud(run):
    tables = {"a": {"f": (10, 40), "m": (20, 40)}, "b": {"f": (30, 50)}}
    (gap,) = (e for e in of(run, of_tables(tables)) if e.name == DIFFERENCE)
    assert gap.details == ("f and m: 50 rows are in strata with one of them alone",)
    assert gaps(gap) == pytest.approx([-0.25])


def test_groups_that_share_no_stratum_are_no_pass(run):
    tables = {"a": {"f": (10, 40)}, "b": {"m": (30, 50)}}
    (lost,) = (e for e in of(run, of_tables(tables)) if e.name == DIFFERENCE)
    assert (lost.reason, lost.context) == ("f and m share no stratum", False)


def test_all_pairs_of_more_groups_are_compared(run):
    tables = {s: {g: (10 + i, 40) for i, g in enumerate("xyz")} for s in "ab"}
    (gap,) = (e for e in of(run, of_tables(tables)) if e.name == DIFFERENCE)
    assert isinstance(gap, Range)
    pairs = {}
    for g in gap.groups:
        pairs.setdefault(g.family, []).append(g.slice["sex"])
    assert sorted(pairs.values()) == [["x", "y"], ["x", "z"], ["y", "z"]]
    assert max(map(abs, gaps(gap))) == pytest.approx(2 / 40)


def test_a_small_group_is_shown_and_not_assessed(run):
    tables = {s: {"f": (10, 40), "m": (20, 40), "x": (3, 5)} for s in "ab"}
    for params, context in (({}, False), ({"exclude": ["x"]}, True)):
        found = of(run, of_tables(tables), **params)
        for name in (DIFFERENCE, DISPARITY):
            (small,) = (e for e in found if e.name == name and isinstance(e, Undefined))
            assert (small.slice, small.n, small.context) == ({"sex": "x"}, 10, context)


def test_a_stratum_that_is_all_one_outcome_has_no_disparity(run):
    tables = {"a": {"f": (10, 40), "m": (20, 40)}, "b": {"f": (30, 30), "m": (38, 40)}}
    found = of(run, of_tables(tables))
    assert {type(e) for e in found if e.name == DISPARITY} == {Undefined}
    assert isinstance(next(e for e in found if e.name == DIFFERENCE), Range)


@pytest.mark.parametrize(
    "made",
    [told([], [], []), told([1], "f", "a"), told([1, 0] * 50, "f" * 100, "a" * 100),
     told([1, 0] * 50, [None] * 100, "ab" * 50)],
    ids=["empty", "one row", "constant", "missing"],
)  # fmt: skip
def test_fewer_than_two_groups_are_no_pass(run, made):
    found = [e for e in of(run, made) if e.name == DIFFERENCE]
    assert found
    assert all(isinstance(e, Undefined) and not e.context for e in found)


def test_what_cannot_be_read_is_an_error(run, code):
    def failed(made, **params):
        return code(run(conditional_parity, {**BY, **params}, predictions=made))

    assert failed(told([1, None], "fm", "aa")) == "DC203"
    assert failed(Predictions.of([1, 0], groups={"sex": ["f", "m"]}, favourable=1)) == "DC203"
    assert failed(told([1, 0], ["f", None], "aa"), missing="error") == "DC203"
    numbers = {"sex": ["f"], "department": ["a"]}
    assert failed(Predictions.of([1.0], [1.0], groups=numbers, task="regression")) == "DC203"


@pytest.mark.parametrize(
    "params", [{"by": "sex"}, {"by": "sex", "strata": "sex"}, {"by": "sex", "strata": []}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="ConditionalParity"):
        ConditionalParity(**params)


def drawn(random, rows, gap):
    """Applications that depend on the sex; rates that depend on the department, and on ``gap``."""
    sex = random.choice(["f", "m"], rows)
    at = np.where(sex == "f", random.integers(1, 4, rows), random.integers(0, 3, rows))
    p = random.random(rows) < 0.75 - 0.15 * at - gap * (sex == "f")
    return told(p.astype(int).tolist(), sex.tolist(), np.array(list("abcd"))[at].tolist())


@pytest.mark.parametrize("rows", [300, 1_000])
def test_no_gap_seldom_fails_and_a_gap_at_the_bound_seldom_passes(verdict, frequent, rows):
    random, runs = np.random.default_rng(rows), 40
    found = [
        verdict(
            conditional_parity, BY, {DIFFERENCE: {"max": 0.05}}, predictions=drawn(random, rows, 0)
        )
        for _ in range(runs)
    ]
    assert found.count("FAIL") <= frequent(runs)
    found = [
        verdict(
            conditional_parity,
            BY,
            {DIFFERENCE: {"max": 0.15}},
            predictions=drawn(random, rows, 0.15),
        )
        for _ in range(runs)
    ]
    assert found.count("PASS") <= frequent(runs)
    assert found.count("FAIL") <= frequent(runs)


def test_a_planted_gap_is_found(verdict):
    made = drawn(np.random.default_rng(1), 3_000, 0.2)
    for name in (DIFFERENCE, DISPARITY):
        assert verdict(conditional_parity, BY, {name: {"max": 0.05}}, predictions=made) == "FAIL"
