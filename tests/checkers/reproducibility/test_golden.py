import math

import numpy as np
import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Statistic, Undefined
from deploycheck.checkers.reproducibility.golden import Golden, golden
from deploycheck.engine.scan.failures import UNDECIDABLE
from deploycheck.evidence.examples import Examples
from deploycheck.evidence.predictor import Answers, Predictor

X = np.random.default_rng(1).standard_normal(50)


def score(columns):
    return 1 / (1 + np.exp(-columns["x"]))


def texts(values):
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def examples(expected, x=X, of=None, **more):
    columns = {"x": np.asarray(x, dtype=np.float64), "p": expected, **more}
    return Examples("golden", "", len(x), len(x) if of is None else of, columns, ("x",))


@pytest.fixture
def found(run):
    def found(data, function=score, **params):
        model = function if isinstance(function, Predictor) else Predictor.of(function, ("x",))
        made = run(golden, {"expected": "p", **params}, model=model, data=data)
        return {e.name: e for e in made} if isinstance(made, tuple) else made

    return found


def test_stored_scores_are_reproduced(found):
    assert found(examples(score({"x": X}))) == {
        "rows": Count("rows", 50),
        "mismatches": Count("mismatches", 0, of=50),
        "max_difference": Statistic("max_difference", 0.0, of=50),
    }


def test_each_row_that_is_not_reproduced_is_counted_and_named(found):
    stored = score({"x": X})
    stored[[3, 20]] += [1e-4, -0.02]
    made = found(examples(stored))
    assert made["mismatches"].value == 2
    assert made["mismatches"].details == ("rows 3, 20 of those asked, counted from 0",)
    assert made["max_difference"].value == pytest.approx(0.02)
    assert found(examples(stored), rtol=1e-3)["mismatches"].value == 1
    assert found(examples(stored), atol=0.021)["mismatches"].value == 0


def test_it_agrees_with_numpy_about_what_is_close(found):
    draw = np.random.default_rng(2)
    stored = score({"x": X}) * (1 + 2e-6 * draw.standard_normal(50))
    for rtol, atol in ((1e-6, 1e-9), (0, 0), (1e-5, 0), (0, 1e-6), (1e-7, 1e-6)):
        close = np.isclose(score({"x": X}), stored, rtol=rtol, atol=atol)
        made = found(examples(stored), rtol=rtol, atol=atol)
        assert made["mismatches"].value == int((~close).sum())


def test_scores_kept_in_single_precision_are_reproduced(found):
    stored = score({"x": X}).astype(np.float32).astype(np.float64)
    assert found(examples(stored))["mismatches"].value == 0
    assert found(examples(stored), rtol=0, atol=1e-9)["mismatches"].value > 25


@pytest.mark.parametrize(
    "stored",
    [texts(["1" if x > 0 else "0" for x in X]), texts(["1.0" if x > 0 else "0.0" for x in X]),
     (X > 0).astype(np.float64)],
)  # fmt: skip
def test_stored_labels_are_reproduced(found, stored):
    made = found(examples(stored), lambda c: (c["x"] > 0).astype(int))
    assert made["mismatches"] == Count("mismatches", 0, of=50)
    assert isinstance(made["max_difference"], Undefined)
    wrong = found(examples(stored), lambda c: (c["x"] > X.max() - 1e-9).astype(int))
    assert wrong["mismatches"].value == int((X > 0).sum()) - 1


def test_a_model_with_scores_and_labels_is_compared_as_the_policy_says(found):
    def ask(columns):
        codes = (columns["x"] > 0).astype(np.int64)
        return Answers(len(codes), score(columns), ("0", "1"), codes)

    both = Predictor("model", "", ("x",), ask)
    labels, stored = (X > 0).astype(np.float64), score({"x": X})
    assert found(examples(stored), both)["mismatches"].value == 0
    assert found(examples(labels), both)["mismatches"].value == 50  # taken for scores
    assert found(examples(labels), both, answer="label")["mismatches"].value == 0
    assert found(examples(texts(labels.tolist())), both)["mismatches"].value == 0


def test_what_cannot_be_compared_is_an_error(found, code):
    def label(columns):
        return (columns["x"] > 0).astype(int)

    names = texts(["yes"] * 50)
    assert code(found(examples(names))) == "DC203"
    assert code(found(examples(names), answer="score")) == "DC203"
    assert code(found(examples(X), label, answer="score")) == "DC203"
    assert code(found(examples(X), answer="label")) == "DC203"


@pytest.mark.parametrize("junk", [math.nan, math.inf])
def test_a_row_without_a_stored_answer_is_an_error(found, code, junk):
    stored = score({"x": X})
    stored[4] = junk
    assert code(found(examples(stored))) == "DC203"
    assert code(found(examples(np.full(50, junk)))) == "DC203"
    gap = texts(["1"] * 50)
    gap[4] = None
    assert code(found(examples(gap), lambda c: (c["x"] > 0).astype(int))) == "DC203"


@pytest.mark.parametrize("junk", [math.nan, math.inf])
def test_an_answer_that_is_no_number_is_a_mismatch(found, junk):
    made = found(examples(score({"x": X})), lambda c: np.where(c["x"] > 0, junk, score(c)))
    assert made["mismatches"].value == int((X > 0).sum())
    assert isinstance(made["max_difference"], Undefined)


def test_an_empty_golden_set_one_row_and_a_constant(found):
    empty = found(examples(np.array([]), x=[]))
    assert empty["rows"] == Count("rows", 0)
    assert {type(empty[name]) for name in ("mismatches", "max_difference")} == {Undefined}
    one = found(examples(np.array([0.5]), x=[0.0]))
    assert (one["mismatches"].value, one["rows"].value) == (0, 1)
    constant = found(examples(np.full(9, 0.5), x=np.zeros(9)))
    assert constant["mismatches"].value == 0
    assert found(examples(np.full(9, 0.4), x=np.zeros(9)))["mismatches"].value == 9


@pytest.mark.parametrize("of", [51, 10_000, 49, 1])
def test_a_part_of_the_golden_set_decides_nothing(found, code, of):
    made = found(examples(score({"x": X}), of=of))
    assert code(made) == UNDECIDABLE
    assert f"examples: {of}" in str(made.error)
    assert code(found(examples(np.array([]), x=[], of=of))) == UNDECIDABLE


def test_a_column_that_is_not_there(found, code):
    assert code(found(examples(X), expected="q")) == "DC019"


def test_a_model_that_cannot_answer_is_an_error(found, code):
    assert code(found(examples(X), lambda c: c["x"][:-1])) == "DC204"
    assert code(found(examples(X), Predictor.of(score, ("x", "absent")))) == "DC204"


@pytest.mark.parametrize(
    "params", [{}, {"expected": 3}, {"expected": "p", "rtol": -1.0}, {"expected": "p", "rtol": 1.0},
               {"expected": "p", "atol": math.inf}, {"expected": "p", "answer": "both"}]
)  # fmt: skip
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        Golden(**params)
