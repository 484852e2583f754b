import numpy as np
import pytest

from deploycheck.authoring.estimates import BoundedMean, Smooth, Undefined
from deploycheck.checkers.fairness.individual import Individual, individual
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Predictor

CONSISTENCY, ENTROPY, THEIL = "consistency", "generalised_entropy_index", "theil_index"


@pytest.fixture
def columns():
    draw = np.random.default_rng(7)
    return {"x": draw.normal(3, 5, 800).tolist(), "t": draw.choice(["a", "b"], 800).tolist()}


@pytest.fixture
def asked(run, columns):
    def asked(function, target=None, given=columns, seed=1, read=None, params=None, **how):
        examples = Examples.from_values(given, target, **how)
        predictor = Predictor.of(function, tuple(given) if read is None else read)
        found = run(individual, params or {}, examples=examples, predictor=predictor, seed=seed)
        return found if not isinstance(found, tuple) else {e.name: e for e in found}

    return asked


def above(cut):
    return lambda columns: (columns["x"] > cut).astype(int)


def value(smooth):
    return float(smooth.of(np.average(smooth.terms, axis=0, weights=smooth.counts)))


def benefits(tp, fp, fn, tn):
    """Decisions and targets of one confusion table."""
    return [1] * tp + [1] * fp + [0] * fn + [0] * tn, [1] * tp + [0] * fp + [1] * fn + [0] * tn


def indices(asked, *table):
    decided, target = benefits(*table)
    given = {"x": list(map(float, range(len(decided))))}
    return asked(lambda c: np.array(decided), target, given)


def test_the_indices_by_the_published_formulas(asked):
    """Speicher et al. 2018, eq. 3, of b = ŷ − y + 1, row by row."""
    found = indices(asked, 40, 10, 5, 45)
    b = np.array([1] * 85 + [2] * 10 + [0] * 5)
    mu = b.mean()
    assert isinstance(found[ENTROPY], Smooth)
    assert value(found[ENTROPY]) == pytest.approx(sum((b / mu) ** 2 - 1) / (100 * 2 * 1), abs=1e-12)
    some = b[b > 0]
    theil = sum((some / mu) * np.log(some / mu)) / 100
    assert value(found[THEIL]) == pytest.approx(theil, abs=1e-12)


def test_the_indices_of_a_small_table_by_hand(asked):
    """Benefits 1, 1, 2, 0: μ = 1, so GE(2) = (1 + 1 + 4 + 0 − 4) ÷ 8, and Theil is ½ ln 2."""
    found = indices(asked, 1, 1, 1, 1)
    assert value(found[ENTROPY]) == pytest.approx(0.25)
    assert value(found[THEIL]) == pytest.approx(np.log(2) / 2)


def test_the_consistency_by_looking_at_all_pairs(asked, columns):
    found = asked(above(3), params={"neighbours": 3}, seed=5)[CONSISTENCY]
    x = np.array(columns["x"])
    z = (x - x.mean()) / x.std()
    t = np.array([float(v == "a") for v in columns["t"]])
    order = np.random.default_rng(5).permutation(800)
    pool, rest = order[:400], order[400:]
    decided = (x > 3).astype(float)
    apart = []
    for i in rest:
        distance = (z[pool] - z[i]) ** 2 + (t[pool] != t[i])
        near = pool[np.argsort(distance)[:3]]
        apart.append(abs(decided[i] - decided[near].mean()))
    assert isinstance(found, BoundedMean)
    assert found.mean == pytest.approx(1 - np.mean(apart), abs=1e-12)
    assert found.sd == pytest.approx(np.std(apart, ddof=1), abs=1e-12)
    assert found.n == 400


def test_a_cut_is_consistent_and_a_lottery_is_not(asked):
    coins = np.random.default_rng(2).integers(0, 2, 800)
    assert asked(above(3))[CONSISTENCY].mean > 0.97
    assert asked(lambda c: coins)[CONSISTENCY].mean == pytest.approx(0.5, abs=0.06)


def test_columns_that_are_ignored_do_not_count(asked):
    def model(columns):
        return np.array([int(t == "a") for t in columns["t"]])

    assert asked(model)[CONSISTENCY].mean > 0.97
    assert asked(model, params={"ignore": "t"})[CONSISTENCY].mean < 0.6
    assert isinstance(asked(model, params={"ignore": ["x", "t"]})[CONSISTENCY], Undefined)


def test_too_many_texts_are_told_before_any_matrix_is_made(asked):
    given = {"x": [f"name {i}" for i in range(900)]}
    found = asked(lambda c: np.zeros(900, int), given=given)[CONSISTENCY]
    assert isinstance(found, Undefined)
    assert "900 coordinates are more than 300" in found.reason


def test_missing_values_lie_apart(asked):
    given = {"x": [None, 1.0, 1.1, None] * 100}
    found = asked(lambda c: np.isnan(c["x"]).astype(int), given=given)
    assert found[CONSISTENCY].mean == 1


def test_the_same_seed_gives_the_same_number(asked):
    coins = np.random.default_rng(2).integers(0, 2, 800)
    one, two, other = (asked(lambda c: coins, seed=s)[CONSISTENCY] for s in (4, 4, 2**64 - 1))
    assert one == two != other


def test_a_constant_model_is_consistent(asked):
    assert asked(lambda c: np.ones(800, int))[CONSISTENCY].mean == 1


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 2.0, 3.0], [5.0] * 40, [None] * 40])
def test_rows_that_cannot_be_compared_are_undefined(asked, x):
    found = asked(lambda c: np.zeros(len(c["x"]), dtype=int), [0] * len(x), {"x": x})
    assert isinstance(found[CONSISTENCY], Undefined)
    assert set(found) == {CONSISTENCY, ENTROPY, THEIL}


def test_without_a_target_or_a_benefit_there_is_no_index(asked):
    found = asked(above(3))
    assert {type(found[name]) for name in (ENTROPY, THEIL)} == {Undefined}
    found = indices(asked, 0, 0, 30, 0)
    assert {type(found[name]) for name in (ENTROPY, THEIL)} == {Undefined}


def test_a_model_that_reads_nothing_is_undefined(asked):
    found = asked(lambda c: [], read=())
    assert {type(e) for e in found.values()} == {Undefined}


def test_what_cannot_be_asked_is_an_error(asked, code):
    assert code(asked(lambda c: c["x"])) == "DC203"  # scores, and no threshold
    assert code(asked(lambda c: c["x"] * np.nan, threshold=0.5)) == "DC204"
    assert code(asked(above(3), read=("x", "height"))) == "DC019"
    assert code(asked(above(3), params={"ignore": "height"})) == "DC019"
    assert code(asked(lambda c: ["no", "yes"] * 400)) == "DC203"


@pytest.mark.parametrize(
    "params", [{"neighbours": 0}, {"neighbours": True}, {"ignore": []}, {"k": 5}]
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValueError, match="Individual"):
        Individual(**params)


def test_bounds_hold_and_a_lottery_is_found(verdict, frequent):
    random, runs = np.random.default_rng(3), 40

    def judged(rows, wrong, require):
        x = random.normal(size=rows)
        y = random.integers(0, 2, rows)
        decided = np.where(random.random(rows) < wrong, 1 - y, y)
        given = {
            "examples": Examples.from_values({"x": x.tolist()}, y.tolist()),
            "predictor": Predictor.of(lambda c: decided, ("x",)),
            "seed": 1,
        }
        return verdict(individual, {}, require, **given)

    # Decisions right in 4 of 5 rows, of as many ones as zeros: b has mean 1 and variance 0.2.
    for rows in (300, 1_000):
        found = [judged(rows, 0.2, {ENTROPY: {"max": 0.1}}) for _ in range(runs)]
        assert found.count("PASS") <= frequent(runs)
        assert found.count("FAIL") <= frequent(runs)
    assert judged(1_000, 0.4, {ENTROPY: {"max": 0.1}}) == "FAIL"
    assert judged(1_000, 0.4, {THEIL: {"max": 0.1}}) == "FAIL"
    assert judged(1_000, 0.4, {CONSISTENCY: {"min": 0.8}}) == "FAIL"
