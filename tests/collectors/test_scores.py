"""Scores are finite, belong to the positive label, and lie beside a target of two labels."""

import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.errors import EvidenceError, NotYet, RoleError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.scores import ScoredRows
from deploycheck.evidence.scores import Scores

NONE = NoParams()
ROLES = {"target": "y", "score": "s", "positive": 1}
TEXT = "y,s,g\n1,0.9,a\n0,0.25,\n"


@pytest.fixture
def score(bench):
    """``score(text, release=…, **columns)``: the scores of a release's columns."""

    def score(text, asked=(), *, release=None, **columns):
        data = {"test": {"path": bench.write("t.csv", text)}}
        source = bench.source("test", asked, data=data, columns=columns, **(release or {}))
        description = ScoredRows.describe(source, NONE)
        found = ScoredRows.collect(source, NONE, table=bench.table(source))
        assert description.digest == found.digest
        return found

    return score


def test_a_stored_score_beside_its_target(score):
    found = score(TEXT, ("g",), **ROLES)
    assert (found.rows, found.task) == (2, "binary_classification")
    assert found.scores.tolist() == [0.9, 0.25]
    assert found.target.tolist() == [1, 0]
    assert found.groups["g"].values == ("(missing)", "a")
    assert found.weights is None
    assert not found.scores.flags.writeable


@pytest.mark.parametrize(
    ("first", "second", "positive"),
    [("yes", "no", "yes"), ("1.0", "0.0", 1), ("true", "false", True), ("0", "1", 1)],
)
def test_the_positive_label_is_matched_by_value(score, first, second, positive):
    found = score(f"y,s\n{first},1\n{second},2\n", target="y", score="s", positive=positive)
    expected = [1.0, 0.0] if first != "0" else [0.0, 1.0]
    assert found.target.tolist() == expected


def test_a_regression_has_the_numbers_as_they_are(score):
    found = score(
        "y,p,w\n1.5,2,3\n-7,0,0\n", target="y", prediction="p",
        weight={"column": "w", "kind": "frequency"}, release={"task": "regression"},
    )  # fmt: skip
    assert (found.task, found.scores.tolist(), found.target.tolist()) == (
        "regression", [2, 0], [1.5, -7],
    )  # fmt: skip
    assert found.weights.tolist() == [3, 0]


def test_without_a_target_there_are_scores_alone(score):
    found = score(TEXT, score="s", positive=1)
    assert found.target is None


def test_no_rows_are_no_scores(score):
    found = score("y,s,g\n", ("g",), **ROLES)
    assert (found.rows, found.scores.tolist(), found.target.tolist()) == (0, [], [])


def test_decimals_and_small_floats_are_float64(bench):
    frame = pl.DataFrame({"y": [1, 0], "s": pl.Series([0.1, 0.9], dtype=pl.Float32)})
    frame.write_parquet(bench.root / "t.parquet")
    source = bench.source(data={"test": {"path": "t.parquet"}}, columns=ROLES)
    found = ScoredRows.collect(source, NONE, table=bench.table(source))
    assert found.scores.dtype == np.float64
    assert found.scores.tolist() == [float(np.float32(0.1)), float(np.float32(0.9))]


@pytest.mark.parametrize(
    ("text", "change", "code", "why"),
    [
        ("y,s\n1,\n0,1\n", {}, "DC203", r"1 of 2 rows of test have no score; .*column: s,"),
        ("y,s\n1,nan\n0,1\n", {}, "DC203", "1 of 2 rows of test have no score"),
        ("y,s\n1,inf\n0,1\n", {}, "DC203", r"1 of 2 rows of test have an infinite score \(s\)"),
        ("y,s\n,1\n0,1\n", {}, "DC203", r"1 of 2 rows of test have no target; .*column: y,"),
        ("y,s\n,1\n,1\n", {}, "DC203", "2 of 2 rows of test have no target"),
        ("y,s\n1,a\n0,b\n", {}, "DC203", "score s is text, not a number"),
        ("y,s\n0,1\n0,2\n", {}, "DC203", "positive: 1 never occurs; the target has '0'"),
        ("y,s\n0,1\n1,2\n2,2\n", {}, "DC203", "binary classification has two labels"),
        ("y,q\n0,1\n1,2\n", {}, "DC019", "has no column 's'"),
        ("q,s\n0,1\n1,2\n", {}, "DC019", "has no column 'y'"),
        ("y,s,id\n0,1,a\n1,2,a\n", {"id": "id"}, "DC112", "2 rows .* are about 1 different id"),
        ("y,s,w\n0,1,1\n1,2,.5\n", {"weight": {"column": "w", "kind": "frequency"}}, "DC203", "no whole number"),
        ("y,s,w\n0,1,1\n1,2,\n", {"weight": {"column": "w", "kind": "frequency"}}, "DC203", "missing"),
    ],
)  # fmt: skip
def test_doubt_about_the_content_is_an_error(score, text, change, code, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        score(text, **{**ROLES, **change})
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("y,p\n1,\n", "have no prediction"),
        ("y,p\n,1\n2,2\n", "have no target"),
        ("y,p\n-inf,1\n", "an infinite target"),
        ("y,p\na,1\n", "target y is text"),
        ("y,p\ntrue,1\n", "target y is boolean"),
    ],
)
def test_a_regression_is_of_finite_numbers(score, text, why):
    with pytest.raises(EvidenceError, match=why):
        score(text, target="y", prediction="p", release={"task": "regression"})


@pytest.mark.parametrize(
    ("columns", "release", "role"),
    [
        ({"target": "y", "positive": 1}, {}, "score"),
        ({"target": "y", "positive": 1, "prediction": "s"}, {}, "score"),
        ({"target": "y", "score": "s"}, {}, "positive"),
        (ROLES, {"task": "multiclass"}, "task"),
        (ROLES, {"task": "regression"}, "prediction"),
        (ROLES, {"model": {"path": "m.onnx"}}, "score"),
        ({**ROLES, "score": None, "prediction": "s"}, {"model": {"path": "m.onnx"}}, "prediction"),
    ],
)
def test_roles_that_do_not_fit_are_told_when_the_plan_is_made(bench, columns, release, role):
    source = bench.source(
        data={"test": {"path": bench.write("t.csv", TEXT)}}, columns=columns, **release
    )
    with pytest.raises(RoleError) as caught:
        ScoredRows.describe(source, NONE)
    assert caught.value.role == role


def test_sampling_weights_are_refused_when_the_plan_is_made(bench):
    columns = {**ROLES, "weight": {"column": "s", "kind": "sampling"}}
    source = bench.source(data={"test": {"path": bench.write("t.csv", TEXT)}}, columns=columns)
    with pytest.raises(NotYet) as caught:
        ScoredRows.describe(source, NONE)
    assert caught.value.code == "DC111"


def test_stored_scores_beside_a_model_are_judged_where_the_release_says_so(score):
    found = score(TEXT, stored=True, release={"model": {"path": "m.onnx"}}, **ROLES)
    assert isinstance(found, Scores)
    assert found.scores.tolist() == [0.9, 0.25]
