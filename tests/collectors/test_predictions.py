"""Stored predictions and scores are coded by value, and doubt is an error."""

import csv
import hashlib
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from deploycheck.authoring.collector import Source
from deploycheck.authoring.errors import EvidenceError, RoleError
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.predictions import StoredPredictions
from deploycheck.collectors.table import TableFile
from deploycheck.model.release import Release

NONE = NoParams()
COMPAS = Path(__file__).parents[2] / "examples" / "recidivism"
SCORES = "y,s,g\n1,9,a\n0,5,a\n0,4,b\n1,1,b\n"
CUT = {"score": "s", "threshold": {"at_least": 5}, "positive": 1}


# The figures are ProPublica's, as the data's README quotes them.
def test_compas_has_the_published_confusion_counts_by_race():
    release = Release.model_validate(
        {
            "release": "compas",
            "version": "1",
            "data": {"test": {"path": "data/compas_two_years_min.csv"}},
            "columns": {
                "target": "two_year_recid",
                "score": "decile_score",
                "threshold": {"at_least": 5},
                "positive": 1,
                "favourable": 0,
                "protected": ["race", "sex"],
            },
        }
    )
    source = Source(release, "test", Files(COMPAS))
    found = StoredPredictions.collect(source, NONE, table=TableFile.collect(source, NONE))
    counts = {
        part.slice["race"]: (part.rows, part.tn, part.fp, part.fn, part.tp)
        for part in found.confusion(("race",))
    }
    assert counts["African-American"] == (3696, 990, 805, 532, 1369)
    assert counts["Caucasian"] == (2454, 1139, 349, 461, 505)
    (whole,) = found.confusion()
    assert (whole.rows, whole.tn, whole.fp, whole.fn, whole.tp) == (7214, 2681, 1282, 1216, 2035)
    assert len(counts) == 6
    assert sum(part.of for part in found.selected(("race", "sex"))) == 7214
    assert found.task == "binary_classification"
    assert (
        found.digest
        == "sha256:"
        + hashlib.sha256((COMPAS / "data" / "compas_two_years_min.csv").read_bytes()).hexdigest()
    )


TABLES = st.lists(
    st.tuples(
        st.sampled_from(["no", "yes"]),
        st.sampled_from(["no", "yes"]),
        st.sampled_from(["f", "m", ""]),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=30,
)


@given(TABLES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_confusion_agrees_with_scikit_learn_on_the_weighted_rows(bench, rows):
    rows = [*rows, ("yes", "no", "f", 1)]
    with (bench.root / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("y", "p", "sex", "w"), *rows])
    found = bench.predict(
        (bench.root / "t.csv").read_bytes(), target="y", prediction="p", positive="yes",
        protected=["sex"], weight={"column": "w", "kind": "frequency"},
    )  # fmt: skip
    for part in found.confusion(("sex",)):
        sex = part.slice["sex"].replace("(missing)", "")
        often = [row for row in rows if row[2] == sex for _ in range(row[3])]
        expected = np.zeros(4)
        if often:
            told, guessed = [r[0] for r in often], [r[1] for r in often]
            expected = confusion_matrix(told, guessed, labels=["no", "yes"]).ravel()
        assert (part.tn, part.fp, part.fn, part.tp) == tuple(expected)


@pytest.mark.parametrize(
    ("target", "prediction", "positive"),
    [
        (["1", "0"], ["1.0", "0.0"], 1),
        (["1.0", "0.0"], ["1", "0"], 1.0),
        (["1", "0"], ["1", "0"], "1"),
        (["1", "0"], ["1", "0"], "1.0"),
        (["true", "false"], ["True", "False"], True),
        (["TRUE", "FALSE"], ["true", "false"], "true"),
        (["yes", "no"], ["yes", "no"], "yes"),
        (["007", "008"], ["007", "008"], "007"),
    ],
)
def test_labels_are_matched_by_value(bench, target, prediction, positive):
    lines = "\n".join(map(",".join, zip(target, prediction, strict=True)))
    found = bench.predict(f"y,p\n{lines}\n", target="y", prediction="p", positive=positive)
    (whole,) = found.confusion()
    assert (whole.tp, whole.tn, whole.fp, whole.fn) == (1, 1, 0, 0)


def test_a_parquet_with_other_types_gives_the_same(bench):
    frame = pl.DataFrame({"y": ["1.0", "0.0"], "p": [1, 0], "g": [1.0, None]})
    frame.write_parquet(bench.root / "t.parquet")
    found = bench.predictions(
        bench.source(
            data={"test": {"path": "t.parquet"}},
            columns={"target": "y", "prediction": "p", "positive": 1, "protected": ["g"]},
        )
    )
    assert found.labels == ("0", "1")
    assert found.groups["g"].values == ("(missing)", "1")
    assert found.confusion()[0].tp == 1


def test_a_score_at_the_threshold_is_positive(bench):
    found = bench.predict(SCORES, ("g",), target="y", favourable=0, **CUT)
    assert found.prediction_codes.tolist() == [1, 1, 0, 0]
    assert [(p.slice["g"], p.hits, p.of) for p in found.selected(("g",))] == [("a", 0, 2), ("b", 2, 2)]  # fmt: skip


def test_a_score_without_a_target_names_its_other_label(bench):
    found = bench.predict(SCORES, favourable="not 1", **CUT)
    assert found.labels == ("1", "not 1")
    assert found.target_codes is None
    assert found.selected()[0].hits == 2
    with pytest.raises(EvidenceError, match=r"favourable: 0 never occurs; .* '1', 'not 1'"):
        bench.predict(SCORES, favourable=0, **CUT).selected()


def test_scores_that_nobody_reaches_select_nobody(bench):
    cut = {**CUT, "threshold": {"at_least": 99}}
    found = bench.predict(SCORES, target="y", favourable=1, **cut)
    assert found.selected()[0].hits == 0


def test_a_missing_score_is_no_prediction(bench):
    for nothing in ("", "NaN"):
        found = bench.predict(f"y,s\n1,9\n0,{nothing}\n", target="y", favourable=1, **CUT)
        with pytest.raises(EvidenceError, match=r"1 of 2 rows .* no prediction.*column: s,"):
            found.selected()


def test_a_missing_target_is_told_with_its_column(bench):
    found = bench.predict("y,p\n1,1\n,0\n0,0\n", target="y", prediction="p", positive=1)
    with pytest.raises(EvidenceError, match=r"1 of 3 rows .* no target.*column: y, present: true"):
        found.confusion()
    found = bench.predict(
        "y,p\n1,1\n,0\n0,0\n", target="y", prediction="p", positive=1,
        spec={"where": [{"column": "y", "present": True}]},
    )  # fmt: skip
    assert found.confusion()[0].rows == 2


def test_prediction_may_be_the_target(bench):
    found = bench.predict("y\n1\n0\n", target="y", prediction="y", positive=1)
    assert (found.confusion()[0].tp, found.confusion()[0].tn) == (1, 1)


def test_no_rows_and_all_missing_are_no_labels(bench):
    found = bench.predict("y,p,g\n", ("g",), target="y", prediction="p", positive=1, favourable=1)
    assert (found.rows, found.labels, found.confusion(("g",))) == (0, (), ())
    assert found.selected()[0].of == 0
    found = bench.predict("y,s,g\n", ("g",), target="y", favourable=1, **CUT)
    assert found.selected()[0].of == 0
    found = bench.predict("y,p\n1,\n0,\n", target="y", prediction="p", positive=1, favourable=1)
    with pytest.raises(EvidenceError, match="2 of 2 rows of test have no prediction"):
        found.selected()


@pytest.mark.parametrize(
    ("text", "columns", "why"),
    [
        ("y,p\n0,no\n1,yes\n", {"target": "y", "prediction": "p"}, "no label in common"),
        ("y,p\n0,0\n1,1\n1, 1\n", {"target": "y", "prediction": "p", "positive": 1}, "has two labels"),
        ("y,p\nyes,Yes\nno,no\n", {"target": "y", "prediction": "p", "favourable": "no"}, "has two labels"),
        ("y,s\n0,1\n1,9\n2,9\n", {"target": "y", **CUT}, "a threshold makes two labels"),
        ("y,s\nno,1\nyes,9\n", {"target": "y", **CUT}, "a threshold makes two labels"),
        ("y,s\n0,low\n1,high\n", {"target": "y", **CUT}, "score s is text"),
        ("p,w\n0,1\n1,-1\n", {"prediction": "p", "weight": {"column": "w", "kind": "frequency"}}, "negative"),
        ("p,w\n0,1\n1,0.5\n", {"prediction": "p", "weight": {"column": "w", "kind": "frequency"}}, "no whole number"),
        ("p,w\n0,1\n1,\n", {"prediction": "p", "weight": {"column": "w", "kind": "frequency"}}, "missing"),
        ("p,w\n0,1\n1,nan\n", {"prediction": "p", "weight": {"column": "w", "kind": "frequency"}}, "missing"),
        ("p,w\n0,a\n1,b\n", {"prediction": "p", "weight": {"column": "w", "kind": "frequency"}}, "weight w is text"),
        ("p,w\n0,true\n1,true\n", {"prediction": "p", "weight": {"column": "w", "kind": "frequency"}}, "weight w is boolean"),
        ("p\n" + "\n".join(map(str, range(1_001))), {"prediction": "p"}, "1,001 distinct values"),
        ("p,g\n1,(missing)\n0,\n", {"prediction": "p", "protected": ["g"]}, "missing values and the text"),
    ],
)  # fmt: skip
def test_doubt_about_the_content_is_an_error(bench, text, columns, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        bench.predict(text, **columns)
    assert caught.value.code == "DC203"


def test_three_labels_are_binary_nowhere_and_multiclass_where_declared(bench):
    text = "y,p\na,a\nb,c\nc,c\n"
    roles = {"target": "y", "prediction": "p"}
    assert bench.predict(text, **roles).task == "multiclass"
    multiclass = {"task": "multiclass"}
    found = bench.predict(text, **roles, positive="c", release=multiclass)
    assert (found.confusion()[0].tp, found.confusion()[0].fp) == (1, 1)
    with pytest.raises(EvidenceError, match="has two labels, the data 'a', 'b', 'c'"):
        bench.predict(text, **roles, release={"task": "binary_classification"})


def test_one_label_leaves_doubt_about_the_task(bench):
    assert bench.predict("y,p\n1,1\n", target="y", prediction="p").task is None


@pytest.mark.parametrize(
    ("columns", "release", "role"),
    [
        ({"target": "y"}, {}, "prediction"),
        ({}, {}, "prediction"),
        ({"score": "s"}, {}, "threshold"),
        ({"threshold": {"at_least": 5}, "positive": 1}, {}, "score"),
        ({"score": "s", "threshold": {"at_least": 5}}, {}, "positive"),
        ({**CUT, "prediction": "y"}, {}, "prediction"),
        (CUT, {"task": "regression"}, "threshold"),
        ({"score": "s"}, {"task": "regression"}, "prediction"),
        ({"prediction": "y"}, {"model": {"path": "m.onnx"}}, "prediction"),
        (CUT, {"model": {"path": "m.onnx"}}, "score"),
        ({"threshold": {"at_least": 1}}, {"model": {"path": "m.onnx"}}, "positive"),
    ],
)
def test_roles_that_do_not_fit_are_told_when_the_plan_is_made(bench, columns, release, role):
    source = bench.source(
        data={"test": {"path": bench.write("t.csv", SCORES)}}, columns=columns, **release
    )
    with pytest.raises(RoleError) as caught:
        StoredPredictions.describe(source, NONE)
    assert caught.value.role == role


SAMPLED = {"target": "y", "prediction": "p", "weight": {"column": "w", "kind": "sampling"}}


def test_sampling_weights_are_read_as_numbers(bench):
    found = bench.predict("y,p,w\n0,1,0.25\n1,1,3\n0,0,0\n", **SAMPLED)
    assert found.weights is None
    assert (found.sampling.dtype, found.sampling.tolist()) == (np.float64, [0.25, 3, 0])
    assert not found.has_independent_rows
    found = bench.predict("y,p,w\n", **SAMPLED)
    assert (found.rows, found.sampling.tolist()) == (0, [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("y,p,w\n0,1,\n1,1,3\n", "1 of 2 sampling weights are missing or infinite"),
        ("y,p,w\n0,1,inf\n1,1,3\n", "1 of 2 sampling weights are missing or infinite"),
        ("y,p,w\n0,1,-1\n1,1,-0.5\n", "2 of 2 sampling weights are negative; .* at least 0"),
        ("y,p,w\n0,1,0\n1,1,0\n", "all 2 sampling weights are 0"),
        ("y,p,w\n0,1,1e308\n1,1,1e308\n", "sum to more than a number can hold"),
        ("y,p,w\n0,1,a\n1,1,b\n", "weight w is text, not a number"),
    ],
)
def test_weights_that_are_none_are_an_error(bench, text, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        bench.predict(text, **SAMPLED)
    assert caught.value.code == "DC203"


def test_stored_predictions_beside_a_model_are_judged_where_the_release_says_so(bench):
    found = bench.predict(
        SCORES, target="y", stored=True, release={"model": {"path": "m.onnx"}}, **CUT
    )
    assert found.confusion()[0].rows == 4


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        ({"prediction": "q"}, ()),
        ({"prediction": "y", "target": "q"}, ()),
        ({"prediction": "y", "target": ""}, ()),
        ({"prediction": "y", "weight": {"column": "q", "kind": "frequency"}}, ()),
        ({"prediction": "y"}, ("q",)),
    ],
)
def test_columns_that_are_not_there_are_told_when_the_plan_is_made(bench, columns, asked):
    source = bench.source(
        "test", asked, data={"test": {"path": bench.write("t.csv", SCORES)}}, columns=columns
    )
    with pytest.raises(EvidenceError, match="has no column") as caught:
        StoredPredictions.describe(source, NONE)
    assert caught.value.code == "DC019"


def test_groups_are_the_columns_asked_for_and_the_protected_ones(bench):
    text = "p,g,n,d,b,f\n1,x,007,2026-01-01,true,1.5\n0,y,1,2026-01-02,false,2.0\n"
    found = bench.predict(
        text, ("n", "d", "b", "f"), prediction="p", protected=["g", "absent"]
    )  # fmt: skip
    assert {name: coded.values for name, coded in found.groups.items()} == {
        "n": ("007", "1"),
        "d": ("2026-01-01", "2026-01-02"),
        "b": ("false", "true"),
        "f": ("1.5", "2"),
        "g": ("x", "y"),
    }


def test_a_derived_band_is_a_group(bench):
    found = bench.predict(
        "p,age\n1,24\n0,25\n1,60\n", ("band",), prediction="p", favourable=1,
        spec={"derive": {"band": {"bin": "age", "edges": [25, 40]}}},
    )  # fmt: skip
    assert [(s.slice["band"], s.hits, s.of) for s in found.selected(("band",))] == [
        ("< 25", 1, 1),
        (">= 40", 1, 1),
        ("[25, 40)", 0, 1),
    ]


def test_a_column_of_lists_is_no_group(bench):
    pl.DataFrame({"p": [1], "g": [[1]]}).write_parquet(bench.root / "t.parquet")
    source = bench.source("test", ("g",), data={"test": {"path": "t.parquet"}}, columns={"prediction": "p"})  # fmt: skip
    with pytest.raises(EvidenceError, match="column g holds neither"):
        StoredPredictions.describe(source, NONE)


def test_more_rows_than_fit_are_refused(bench, monkeypatch):
    monkeypatch.setattr("deploycheck.authoring.loaded.MOST_ROWS", 3)
    with pytest.raises(EvidenceError, match="has 4 rows, more than 3"):
        bench.predict(SCORES, target="y", **CUT)


def test_a_million_rows_are_coded_fast(bench):
    rng = np.random.default_rng(0)
    rows = 1_000_000
    pl.DataFrame(
        {
            "y": rng.integers(0, 2, rows),
            "s": rng.random(rows),
            "sex": rng.choice(["f", "m"], rows),
            "race": rng.choice(list("abcdef"), rows),
        }
    ).write_parquet(bench.root / "t.parquet")
    source = bench.source(
        data={"test": {"path": "t.parquet"}},
        columns={
            "target": "y",
            **CUT,
            "threshold": {"at_least": 0.5},
            "protected": ["sex", "race"],
        },
    )
    table = bench.table(source)
    start = time.process_time()
    found = StoredPredictions.collect(source, NONE, table=table)
    # CPU time of both cores, with room for a busy machine; alone it takes 0.2 s.
    assert time.process_time() - start < 1.5
    assert found.rows == rows


def test_a_score_beside_a_stored_prediction_is_there_for_the_area_under_the_curve(bench):
    both = {"target": "y", "prediction": "y", "score": "s"}
    assert bench.predict(SCORES, **both).scores.tolist() == [9, 5, 4, 1]
    assert bench.predict(SCORES, target="y", **CUT).scores.tolist() == [9, 5, 4, 1]
    assert np.isnan(bench.predict("y,s\n1,9\n0,\n", **both).scores[1])
    for elsewhere in ("y\n1\n0\n", "y,s\n1,high\n0,low\n"):
        assert bench.predict(elsewhere, **both).scores is None


def test_a_regression_has_numbers_and_no_labels(bench):
    found = bench.predict(
        "y,p,g\n1.5,1,a\n-2,,b\n", ("g",), target="y", prediction="p", favourable=1,
        release={"task": "regression"},
    )  # fmt: skip
    assert (found.task, found.labels, found.numbers.tolist()) == ("regression", (), [1.5, -2])
    assert found.scores[0] == 1
    assert np.isnan(found.scores[1])
    for ask in (found.selected, found.confusion, found.confusion_matrix):
        with pytest.raises(EvidenceError, match="predictions of a regression are numbers"):
            ask()
    with pytest.raises(EvidenceError, match="target y is text, not a number"):
        bench.predict("y,p\na,1\n", target="y", prediction="p", release={"task": "regression"})


def test_repeated_entities_have_a_code(bench):
    """Two rows of one customer are not two customers; who counts them as such refuses them."""
    roles = {"target": "y", "prediction": "p", "positive": 1, "id": "customer"}
    found = bench.predict("customer,y,p\n7,0,0\nx,1,1\n7,0,1\n", **roles)
    assert (found.entities.dtype, found.entities.tolist()) == (np.int64, [0, 1, 0])
    with pytest.raises(EvidenceError, match="rows about the same entity, and this check counts"):
        found.confusion()
    once = bench.predict("customer,y,p\n1,0,0\n3,1,1\n2,0,1\n", **roles)
    assert once.entities is None
    assert once.confusion()[0].rows == 3
    weight = {"weight": {"column": "w", "kind": "frequency"}}
    text = "customer,y,p,w\n1,0,0,{}\n3,1,1,1\n"
    assert bench.predict(text.format(1), **roles, **weight).entities is None
    # A row that stands for two is about one customer twice.
    assert bench.predict(text.format(2), **roles, **weight).entities.tolist() == [0, 1]
    for values in ("true,false,true", "2026-01-01,2026-01-02,2026-01-01", "1.5,2.5,1.5"):
        rows = "".join(f"{value},0,1\n" for value in values.split(","))
        assert bench.predict(f"customer,y,p\n1,1,0\n{rows}", **roles).rows == 4
    # Nobody knows who these two are; they may be one.
    with pytest.raises(EvidenceError, match=r"2 of 3 rows of test have no entity \(customer\)"):
        bench.predict("customer,y,p\n,0,0\n,1,1\n2,0,1\n", **roles)
    with pytest.raises(EvidenceError, match="no column 'customer'"):
        bench.predict("y,p\n0,0\n", **roles)
