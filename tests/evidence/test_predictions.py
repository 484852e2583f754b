"""Counting by group agrees with scikit-learn, and what cannot be counted is an error."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from deploycheck.evidence.coded import Coded, combined
from deploycheck.evidence.errors import EvidenceError
from deploycheck.evidence.predictions import Confusion, Predictions

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["no", "yes"]),
        st.sampled_from(["no", "yes"]),
        st.sampled_from(["f", "m", None]),
        st.integers(1, 3),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=50,
)


def made(rows, weighted=True, **roles):
    target, prediction, sex, band, weight = map(list, zip(*rows, strict=True))
    return Predictions.of(
        prediction,
        target,
        groups={"sex": sex, "band": band},
        weights=weight if weighted else None,
        **roles,
    )


@given(ROWS, st.booleans())
@settings(max_examples=60)
def test_confusion_by_group_agrees_with_scikit_learn(rows, weighted):
    rows = [*rows, ("no", "yes", "f", 1, 1)]
    found = made(rows, weighted, positive="yes").confusion(("sex", "band"))
    groups = sorted({(row[2] or "(missing)", str(row[3])) for row in rows})
    assert [tuple(part.slice.values()) for part in found] == groups
    for part in found:
        mine = [r for r in rows if ((r[2] or "(missing)"), str(r[3])) == tuple(part.slice.values())]
        # A frequency weight says how often the row occurs, so the oracle sees it that often.
        often = [r for r in mine for _ in range(r[4] if weighted else 1)]
        expected = np.zeros(4)
        if often:
            told, guessed = [r[0] for r in often], [r[1] for r in often]
            expected = confusion_matrix(told, guessed, labels=["no", "yes"]).ravel()
        assert (part.tn, part.fp, part.fn, part.tp) == tuple(expected)
        assert part.rows == len(often)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from("xy")),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=40)
def test_the_matrix_agrees_with_scikit_learn(rows):
    target, prediction, group = map(list, zip(*rows, strict=True))
    predictions = Predictions.of(prediction, target, groups={"g": group})
    for part in predictions.confusion_matrix(("g",)):
        mine = [row for row in rows if row[2] == part.slice["g"]]
        expected = confusion_matrix([r[0] for r in mine], [r[1] for r in mine], labels=[*"abcd"])
        seen = ["abcd".index(label) for label in predictions.labels]
        assert (part.rows == expected[np.ix_(seen, seen)]).all()
        assert not part.rows.flags.writeable


@given(ROWS, st.booleans())
@settings(max_examples=40)
def test_selected_counts_favourable_predictions(rows, weighted):
    found = made(rows, weighted, favourable="no", positive="yes")
    if "no" not in found.labels:
        with pytest.raises(EvidenceError, match="favourable: no never occurs"):
            found.selected()
        return
    one = [(r[1] == "no", r[4] if weighted else 1) for r in rows]
    (whole,) = found.selected()
    assert whole.slice == {}
    assert (whole.hits, whole.of) == (sum(w for hit, w in one if hit), sum(w for _, w in one))
    parts = found.selected(("sex",))
    assert sum(part.hits for part in parts) == whole.hits
    assert sum(part.of for part in parts) == whole.of


def test_numbers_text_and_truth_values_are_matched_by_value():
    predictions = Predictions.of([1.0, 0], ["1", "0.0"], positive=1, favourable=0)
    assert predictions.labels == ("0", "1")
    assert predictions.confusion() == (Confusion({}, tp=1, fp=0, fn=0, tn=1),)
    assert Predictions.of([True, False], positive=True).positive == "true"


def test_a_label_that_never_occurs_is_told_with_those_that_do():
    predictions = Predictions.of(["no", "yes"], favourable=0)
    with pytest.raises(
        EvidenceError, match=r"favourable: 0 never occurs; the prediction has 'no', 'yes'"
    ) as caught:
        predictions.selected()
    assert caught.value.code == "DC203"
    assert "columns.favourable" in caught.value.fix


def test_a_favourable_label_that_only_the_target_has_is_selected_by_nobody():
    (whole,) = Predictions.of(["no", "no"], ["no", "yes"], favourable="yes").selected()
    assert (whole.hits, whole.of) == (0, 2)


@pytest.mark.parametrize(
    ("predictions", "ask", "why"),
    [
        (Predictions.of([1], [1]), "selected", "does not say which outcome is favourable"),
        (Predictions.of([1], [1]), "confusion", "does not say which outcome is positive"),
        (Predictions.of([1], positive=1), "confusion", "has no target"),
        (Predictions.of([1]), "confusion_matrix", "has no target"),
        (Predictions.of([1, 0], [1, None], positive=1), "confusion", "1 of 2 rows of test have no target"),
        (Predictions.of([1, None], [1, 0], positive=1), "confusion", "1 of 2 rows of test have no prediction"),
        (Predictions.of([1, None], favourable=1), "selected", "have no prediction"),
        (Predictions.of([None, None], favourable=1), "selected", "favourable: 1 never occurs"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_an_error(predictions, ask, why):
    with pytest.raises(EvidenceError, match=why):
        getattr(predictions, ask)()


def test_rows_without_a_target_are_told_with_the_way_out():
    predictions = Predictions(
        name="test", digest="", rows=1_200, task=None, labels=("0", "1"), positive="1",
        favourable=None, prediction_codes=np.zeros(1_200, np.int64),
        target_codes=np.array([-1] * 17 + [1] * 1_183), groups={}, target_column="two_year_recid",
    )  # fmt: skip
    with pytest.raises(EvidenceError) as caught:
        predictions.confusion()
    assert str(caught.value) == (
        "17 of 1,200 rows of test have no target; narrow the data set with "
        "`where: [{column: two_year_recid, present: true}]`"
    )


def test_a_missing_target_does_not_stop_the_selection():
    (whole,) = Predictions.of([1, 0], [None, None], favourable=1).selected()
    assert (whole.hits, whole.of) == (1, 2)


def test_no_rows_are_no_groups_and_zeros():
    nothing = Predictions.of([], [], groups={"sex": []}, positive=1, favourable=0)
    assert nothing.selected(("sex",)) == ()
    assert nothing.confusion(("sex",)) == ()
    assert nothing.confusion_matrix(("sex",)) == ()
    (whole,) = nothing.selected()
    assert (whole.hits, whole.of) == (0, 0)
    assert nothing.confusion() == (Confusion({}, 0, 0, 0, 0),)
    assert nothing.confusion_matrix()[0].rows.shape == (0, 0)


def test_a_group_of_weight_zero_is_still_a_group():
    predictions = Predictions.of([1, 0], groups={"g": "ab"}, favourable=1, weights=[3, 0])
    assert [(part.slice["g"], part.hits, part.of) for part in predictions.selected(("g",))] == [
        ("a", 3, 3),
        ("b", 0, 0),
    ]


def test_a_column_that_was_not_collected_is_an_error():
    with pytest.raises(EvidenceError, match="column race was not collected"):
        Predictions.of([1], favourable=1).selected(("race",))


def test_more_cells_than_fit_are_refused():
    rows = 4_000
    predictions = Predictions.of(range(rows), range(rows), groups={"g": [1] * rows})
    with pytest.raises(EvidenceError, match="more cells than"):
        predictions.confusion_matrix(("g",))


def test_arrays_are_read_only_and_checked():
    codes = np.zeros(2, np.int64)
    fine = {"name": "t", "digest": "", "rows": 2, "task": None, "labels": ("a",), "positive": None,
            "favourable": None, "prediction_codes": codes, "target_codes": None, "groups": {}}  # fmt: skip
    with pytest.raises(ValueError, match="read-only"):
        Predictions(**fine).prediction_codes[0] = 1
    with pytest.raises(TypeError):
        Predictions(**fine).groups["x"] = Coded.of([1, 2])
    for bad in (np.array([0, 1]), np.array([0, -2]), np.zeros(3, np.int64), np.zeros(2, np.int32)):
        with pytest.raises(ValueError, match="prediction_codes"):
            Predictions(**{**fine, "prediction_codes": bad})
    with pytest.raises(ValueError, match="g: a code lies outside"):
        Predictions(**{**fine, "groups": {"g": Coded(("a",), np.array([0, -1]))}})


def test_scores_and_numbers_are_read_only_and_checked():
    made = Predictions.of([1, 0], [1, 0], scores=[0.9, None])
    assert made.scores[0] == 0.9
    assert np.isnan(made.scores[1])
    assert made.numbers is None
    for name in ("scores", "numbers"):
        for bad in (np.zeros(3), np.zeros(2, np.float32), np.zeros((2, 1))):
            with pytest.raises(ValueError, match=name):
                replace(made, **{name: bad})
        with pytest.raises(ValueError, match="read-only"):
            getattr(replace(made, **{name: np.zeros(2)}), name)[0] = 1


def test_a_regression_holds_numbers_and_answers_no_question_on_labels():
    made = Predictions.of([1, None], [0.5, 2], task="regression", positive=1, favourable=1)
    assert made.labels == ()
    assert made.numbers.tolist() == [0.5, 2]
    assert np.isnan(made.scores[1])
    nothing = Predictions.of([], [], task="regression", positive=1, favourable=1)
    for predictions in (made, nothing):
        for ask in ("selected", "confusion", "confusion_matrix"):
            with pytest.raises(EvidenceError, match="numbers, and have no labels"):
                getattr(predictions, ask)()


def test_a_million_rows_are_counted_in_no_time():
    import time

    rng = np.random.default_rng(0)
    rows = 1_000_000
    predictions = Predictions(
        name="t", digest="", rows=rows, task=None, labels=("0", "1"), positive="1",
        favourable="0", prediction_codes=rng.integers(0, 2, rows),
        target_codes=rng.integers(0, 2, rows),
        groups={"g": Coded(tuple("abcdefgh"), rng.integers(0, 8, rows))},
    )  # fmt: skip
    start = time.process_time()
    found = predictions.confusion(("g",))
    assert time.process_time() - start < 0.5
    assert sum(part.rows for part in found) == rows


def test_rows_that_are_not_independent_are_not_counted():
    sampled = Predictions.of([1, 0], [1, 1], positive=1, favourable=1, sampling=[1, 2.5])
    shared = Predictions.of([1, 0], [1, 1], positive=1, favourable=1, entities=["x", "x"])
    for one, why in ((sampled, "sampling weights"), (shared, "rows about the same entity")):
        for ask in (one.selected, one.confusion, one.confusion_matrix):
            with pytest.raises(EvidenceError, match=f"test has {why}, and this check") as caught:
                ask()
            assert caught.value.code == "DC203"
        assert one.predicted("favourable").tolist() == [True, False]
        assert one.true("positive").tolist() == [True, True]
        assert one.right().tolist() == [True, False]
    assert Predictions.of([1, 0], [1, 1], positive=1, entities=["x", "y"]).confusion()[0].rows == 2
    with pytest.raises(ValueError, match="not both"):
        Predictions.of([1, 0], weights=[1, 1], sampling=[1, 1])
    with pytest.raises(ValueError, match="read-only"):
        sampled.sampling[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        shared.entities[0] = 3


def test_codes_of_entities_are_dense():
    fields = {"name": "t", "digest": "", "rows": 3, "task": None, "labels": ("0", "1"),
              "positive": "1", "favourable": "1", "prediction_codes": np.array([0, 1, 1]),
              "target_codes": None, "groups": {}}  # fmt: skip
    made = Predictions(**fields, entities=np.array([2**62, 5, 2**62]))
    assert made.entities.tolist() == [1, 0, 1]
    assert Predictions(**fields, entities=np.array([2**62, 5, 6])).entities is None
    for bad in (np.array([0, -1, 0]), np.array([0, 1]), np.array([0.0, 1, 1])):
        with pytest.raises(ValueError, match="entities"):
            Predictions(**fields, entities=bad)


def test_a_million_groups_are_refused_with_their_limit():
    groups = {"g": list(range(10_001))}
    one = Predictions.of([1] * 10_001, groups=groups, favourable=1)
    with pytest.raises(EvidenceError, match="g: more than 10,000 combinations of values"):
        one.selected(("g",))
    many = Coded(tuple(map(str, range(1_000_000))), np.arange(1_000_000))
    with pytest.raises(EvidenceError, match="more than 10,000 combinations"):
        combined({"g": many}, ("g",), 1_000_000)
