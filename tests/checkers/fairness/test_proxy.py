import sys

import numpy as np
import pytest
from scipy.stats import f_oneway

from deploycheck.authoring.estimates import Auc, Smooth, Undefined
from deploycheck.checkers.fairness.proxy import Proxy, proxy
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor
from deploycheck.stats.auc import area

AREA, SHARE = "proxy_auc", "eta_squared"


def drawn(random, rows, apart=0.0):
    """A sex, a number that is ``apart`` standard deviations apart, and what tells nothing."""
    sex = random.choice(["f", "m"], rows)
    return {
        "x": (random.normal(size=rows) + apart * (sex == "m")).tolist(),
        "z": random.normal(size=rows).tolist(),
        "t": random.choice(["a", "b", None], rows).tolist(),
        "sex": sex.tolist(),
    }


@pytest.fixture
def asked(run):
    def asked(columns, features=("x", "z", "t"), seed=1, **params):
        examples = Examples.from_values(columns, None, features=features)
        predictor = Predictor.of(lambda c: np.zeros(len(c["x"])), features)
        return run(
            proxy, {"by": "sex", **params}, examples=examples, predictor=predictor, seed=seed
        )

    return asked


def value(estimate):
    if isinstance(estimate, Auc):
        return area(estimate.positives, estimate.negatives).value
    return float(estimate.of(estimate.terms.mean(axis=0)))


def test_eta_squared_is_that_of_the_analysis_of_variance(asked):
    """η² = F (k − 1) ÷ (F (k − 1) + n − k), scipy's one-way F."""
    random = np.random.default_rng(1)
    sex = random.choice(["f", "m", "x"], 900)
    x = random.normal(size=900) + 0.7 * (sex == "m") + (sex == "x")
    found = asked({"x": x.tolist(), "sex": sex.tolist()}, features=("x",))
    (share,) = (e for e in found if e.name == SHARE)
    f = f_oneway(*(x[sex == s] for s in "fmx")).statistic
    assert isinstance(share, Smooth)
    assert share.slice == {"by": "sex", "feature": "x"}
    assert value(share) == pytest.approx(2 * f / (2 * f + 897), abs=1e-12)


def test_missing_values_are_left_out_of_the_share(asked):
    random = np.random.default_rng(2)
    columns = drawn(random, 400, 1.0)
    with_gaps = {**columns, "x": [None if i % 4 == 0 else v for i, v in enumerate(columns["x"])]}
    kept = {name: [v for i, v in enumerate(vs) if i % 4] for name, vs in columns.items()}
    one, other = (next(e for e in asked(c) if e.name == SHARE and e.slice["feature"] == "x")
                  for c in (with_gaps, kept))  # fmt: skip
    assert value(one) == pytest.approx(value(other), abs=1e-12)


def test_a_proxy_is_told_and_noise_is_not(asked):
    random = np.random.default_rng(3)
    for apart, low, high in ((0.0, 0.4, 0.6), (2.0, 0.85, 1.0)):
        areas = [e for e in asked(drawn(random, 1_000, apart)) if e.name == AREA]
        assert [e.slice["sex"] for e in areas] == ["f", "m"]
        assert all(low < value(e) < high for e in areas)
        assert all(len(e.positives) + len(e.negatives) == 1_000 for e in areas)


def test_features_that_tell_the_group_together_are_found(asked):
    random = np.random.default_rng(4)
    x, z = random.normal(size=(2, 1_000))
    columns = {"x": x.tolist(), "z": z.tolist(), "t": ["a"] * 1_000,
               "sex": np.where(x * z > 0, "f", "m").tolist()}  # fmt: skip
    found = asked(columns)
    assert all(value(e) > 0.9 for e in found if e.name == AREA)
    assert all(value(e) < 0.02 for e in found if e.name == SHARE and isinstance(e, Smooth))


def test_text_tells_too(asked):
    random = np.random.default_rng(5)
    columns = drawn(random, 600)
    columns["t"] = ["q" if s == "f" else None for s in columns["sex"]]
    assert all(value(e) == 1 for e in asked(columns) if e.name == AREA)


def test_the_protected_column_itself_is_left_out(asked):
    columns = drawn(np.random.default_rng(6), 400)
    areas = [e for e in asked(columns, ("x", "sex")) if e.name == AREA]
    assert all(value(e) < 0.65 for e in areas)
    assert areas[0].details == ("the model reads 'sex' itself, which is left out",)
    lost = [e for e in asked(columns, ("sex",)) if e.name == AREA]
    assert [(type(e), e.reason) for e in lost] == [(Undefined, "the model reads no other feature")]


def test_the_same_seed_gives_the_same_number(asked):
    columns = drawn(np.random.default_rng(7), 300)
    one, two, other = (
        [value(e) for e in asked(columns, seed=s) if e.name == AREA] for s in (4, 4, 2**64 - 1)
    )
    assert one == two != other


def test_a_small_group_is_shown_and_not_assessed(asked):
    columns = drawn(np.random.default_rng(8), 300)
    columns["sex"][:6] = ["x"] * 6
    for params, context in (({}, False), ({"min_share": 0.05}, True)):
        found = asked(columns, **params)
        for name in (AREA, SHARE):
            (small,) = (e for e in found if e.name == name and e.slice.get("sex") == "x")
            assert (type(small), small.n, small.context) == (Undefined, 6, context)


@pytest.mark.parametrize(
    "columns",
    [
        {"x": [], "z": [], "t": [], "sex": []},
        {"x": [1.0], "z": [1.0], "t": ["a"], "sex": ["f"]},
        {"x": [1.0, 2.0] * 40, "z": [0.0] * 80, "t": ["a"] * 80, "sex": ["f"] * 80},
    ],
    ids=["empty", "one row", "one group"],
)
def test_nothing_to_tell_is_no_pass(asked, columns):
    found = asked(columns)
    assert {e.name for e in found} == {AREA, SHARE}
    assert all(isinstance(e, Undefined) for e in found)
    assert any(e.name == AREA and not e.context for e in found)


def test_constant_features_tell_nothing(asked):
    columns = {"x": [1.0] * 200, "z": [None] * 200, "t": ["a"] * 200, "sex": ["f", "m"] * 100}
    found = asked(columns)
    assert all(value(e) == 0.5 for e in found if e.name == AREA)
    assert all(isinstance(e, Undefined) for e in found if e.name == SHARE)


def test_numbers_without_measure_are_no_obstacle(asked):
    random = np.random.default_rng(9)
    columns = drawn(random, 200)
    columns["x"][:3] = [float("inf"), -1e300, 1e300]
    assert all(0.2 < value(e) < 0.8 for e in asked(columns) if e.name == AREA)


def test_what_cannot_be_read_is_an_error(asked, code, monkeypatch):
    columns = drawn(np.random.default_rng(9), 100)
    columns["sex"][0] = None
    assert code(asked(columns, missing="error")) == "DC203"
    assert code(asked(columns, ("x", "height"))) == "DC019"
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    found = asked(columns)
    assert code(found) == "DC206"
    assert "pip install 'deploycheck[sklearn]'" in str(found.error)


@pytest.mark.parametrize(
    "params", [{"by": "sex", "folds": 1}, {"by": "sex", "folds": True}, {"folds": 5}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="Proxy"):
        Proxy(**params)


def test_noise_seldom_fails_and_a_planted_proxy_is_found(verdict, frequent):
    random, runs = np.random.default_rng(10), 10
    require = {AREA: {"max": 0.55}, SHARE: {"max": 0.05}}

    def judged(columns):
        examples = Examples.from_values(columns, None, features=("x", "z"))
        predictor = Predictor.of(lambda c: np.zeros(len(c["x"])), ("x", "z"))
        given = {"examples": examples, "predictor": predictor, "seed": 1}
        return verdict(proxy, {"by": "sex", "folds": 2}, require, **given)

    found = [judged(drawn(random, rows)) for rows in (300, 1_000) for _ in range(runs)]
    assert found.count("FAIL") <= frequent(2 * runs)
    assert judged(drawn(random, 1_000, 1.5)) == "FAIL"
