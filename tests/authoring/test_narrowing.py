"""Narrowing and binning keep the rows that plain Python would keep."""

import math
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.narrowing import bin_labels, narrowed
from deploycheck.model.release import DataSet, Derive

FRAME = pl.DataFrame(
    {
        "age": [17, 25, 40, None, 60],
        "score": [0.1, math.nan, 0.5, None, 0.9],
        "sex": ["f", "m", "f", None, "x"],
        "ok": [True, False, None, True, True],
        "day": [date(2026, 1, d) for d in (1, 2, 3, 4, 5)],
        "at": [datetime.fromisoformat(f"2026-01-01T0{h}") for h in range(5)],
        "utc": [datetime(2026, 1, 1, h, tzinfo=UTC) for h in range(5)],
        "void": [None] * 5,
        "small": pl.Series([1, 2, 3, 4, 5], dtype=pl.UInt8),
        "list": [[1]] * 5,
    },
    schema_overrides={"void": pl.String},
)
KINDS = {
    "age": "integer",
    "score": "float",
    "sex": "text",
    "ok": "boolean",
    "day": "date",
    "at": "datetime",
    "utc": "datetime",
    "void": "text",
    "small": "integer",
    "list": "other",
}


def rows(*where, derive=None, **more):
    data_set = DataSet.model_validate(
        {"path": "t.csv", "where": list(where), "derive": derive or {}, **more}
    )
    frame, kinds = narrowed(
        FRAME.with_row_index("row").lazy(),
        KINDS,
        data_set,
        name="test",
        void=frozenset({"void"}),
    )
    return frame.collect(), kinds


def kept(**where):
    return rows(where)[0]["row"].to_list()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"column": "age", "min": 25}, [1, 2, 4]),
        ({"column": "age", "min": 25, "max": 40}, [1, 2]),
        ({"column": "age", "min": 25.5}, [2, 4]),
        ({"column": "age", "max": 1e300}, [0, 1, 2, 4]),
        ({"column": "age", "min": 10**40}, []),
        ({"column": "age", "equals": 25.0}, [1]),
        ({"column": "age", "equals": 25.5}, []),
        ({"column": "age", "one_of": [17, 60.0, 2.5]}, [0, 4]),
        ({"column": "age", "not_one_of": [17]}, [1, 2, 3, 4]),
        ({"column": "age", "one_of": []}, []),
        ({"column": "age", "not_one_of": []}, [0, 1, 2, 3, 4]),
        ({"column": "age", "present": True}, [0, 1, 2, 4]),
        ({"column": "age", "present": False}, [3]),
        ({"column": "score", "min": 0.5}, [2, 4]),
        ({"column": "score", "max": 0.5}, [0, 2]),
        ({"column": "score", "present": True}, [0, 2, 4]),
        ({"column": "score", "present": False}, [1, 3]),
        ({"column": "score", "not_one_of": [0.1]}, [1, 2, 3, 4]),
        ({"column": "score", "min": -1}, [0, 2, 4]),
        ({"column": "sex", "equals": "f"}, [0, 2]),
        ({"column": "sex", "one_of": ["m", "x"]}, [1, 4]),
        ({"column": "sex", "not_one_of": ["f"]}, [1, 3, 4]),
        ({"column": "ok", "equals": True}, [0, 3, 4]),
        ({"column": "ok", "one_of": [False]}, [1]),
        ({"column": "day", "min": "2026-01-04"}, [3, 4]),
        ({"column": "day", "equals": "2026-01-04"}, [3]),
        ({"column": "at", "max": "2026-01-01T01:00:00"}, [0, 1]),
        ({"column": "utc", "max": "2026-01-01T02:00:00+01:00"}, [0, 1]),
        ({"column": "utc", "min": "2026-01-01T03:00:00Z"}, [3, 4]),
        ({"column": "void", "min": 3}, []),
        ({"column": "void", "equals": "x"}, []),
        ({"column": "void", "not_one_of": [3]}, [0, 1, 2, 3, 4]),
        ({"column": "void", "present": False}, [0, 1, 2, 3, 4]),
        ({"column": "small", "max": 300}, [0, 1, 2, 3, 4]),
        ({"column": "small", "min": -5}, [0, 1, 2, 3, 4]),
        ({"column": "small", "one_of": [300, 2]}, [1]),
        ({"column": "list", "present": True}, [0, 1, 2, 3, 4]),
    ],
)
def test_rows_that_satisfy_the_condition_are_kept(where, expected):
    assert kept(**where) == expected


def test_all_conditions_must_hold():
    found, _ = rows({"column": "age", "min": 25}, {"column": "sex", "equals": "f"})
    assert found["row"].to_list() == [2]


@pytest.mark.parametrize(
    "where",
    [
        {"column": "age", "equals": "25"},
        {"column": "age", "min": "25"},
        {"column": "age", "equals": True},
        {"column": "age", "one_of": [25, "40"]},
        {"column": "sex", "equals": 1},
        {"column": "sex", "min": "f"},
        {"column": "sex", "not_one_of": [1]},
        {"column": "ok", "equals": 1},
        {"column": "ok", "equals": "true"},
        {"column": "ok", "min": True},
        {"column": "day", "min": "yesterday"},
        {"column": "day", "min": 2026},
        {"column": "at", "max": "2026-01-01"},
        {"column": "at", "max": "2026-01-01T01:00:00Z"},
        {"column": "utc", "max": "2026-01-01T01:00:00"},
        {"column": "list", "equals": 1},
        {"column": "age"},
    ],
)
def test_another_type_is_refused_and_not_compared(where):
    with pytest.raises(EvidenceError, match=r"data\.test\.where\.0") as caught:
        kept(**where)
    assert caught.value.code == "DC203"


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"where": [{"column": "aeg", "min": 1}]}, "where.0"),
        ({"derive": {"band": {"bin": "aeg", "edges": [1]}}}, "derive.band"),
        ({"time": "aeg"}, "time"),
    ],
)
def test_an_unknown_column_is_a_mistake_of_the_plan(spec, place):
    data_set = DataSet.model_validate({"path": "t.csv", **spec})
    with pytest.raises(EvidenceError, match=f"data.test.{place}: .* no column 'aeg'") as caught:
        narrowed(FRAME.lazy(), KINDS, data_set, name="test")
    assert (caught.value.code, caught.value.fix) == ("DC019", "did you mean 'age'?")


def test_a_derived_column_does_not_hide_one_of_the_file():
    with pytest.raises(EvidenceError, match="the file has a column sex") as caught:
        rows(derive={"sex": {"bin": "age", "edges": [30]}})
    assert caught.value.code == "DC019"


@pytest.mark.parametrize(
    ("derive", "why"),
    [
        ({"bin": "sex", "edges": [1]}, "column sex is text"),
        ({"bin": "ok", "edges": [1]}, "column ok is boolean"),
        ({"bin": "age", "edges": [40, 25]}, "do not increase"),
        ({"bin": "age", "edges": [25, 25]}, "do not increase"),
        ({"bin": "age", "edges": [25], "labels": ["young"]}, "1 edges make 2 bins, not 1"),
        ({"bin": "age", "edges": [25], "labels": ["a", "a"]}, "same label"),
    ],
)
def test_bins_that_make_no_sense_are_refused(derive, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        rows(derive={"band": derive})
    assert caught.value.code == "DC203"


@pytest.mark.parametrize(
    ("closed", "labels", "expected"),
    [
        ("left", None, ["< 25", "[25, 40)", "[40, 60)", None, ">= 60"]),
        ("right", None, ["<= 25", "<= 25", "(25, 40]", None, "(40, 60]"]),
        ("left", ("a", "b", "c", "d"), ["a", "b", "c", None, "d"]),
    ],
)
def test_which_side_holds_the_edge_is_declared(closed, labels, expected):
    derive = {"bin": "age", "edges": [25, 40, 60], "closed": closed, "labels": labels}
    found, kinds = rows(derive={"band": derive})
    assert found["band"].to_list() == expected
    assert kinds["band"] == "text"
    assert found["band"].dtype == pl.String


def test_a_derived_column_may_narrow():
    found, _ = rows(
        {"column": "band", "equals": "[25, 40)"}, derive={"band": {"bin": "age", "edges": [25, 40]}}
    )
    assert found["row"].to_list() == [1]


def test_a_missing_number_has_no_bin():
    found, _ = rows(derive={"band": {"bin": "score", "edges": [0.5]}})
    assert found["band"].to_list() == ["< 0.5", None, ">= 0.5", None, ">= 0.5"]


@given(
    st.lists(st.one_of(st.none(), st.floats(allow_nan=True)), max_size=30),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6, unique=True),
    st.sampled_from(["left", "right"]),
)
@settings(max_examples=80, deadline=None)
def test_each_number_is_in_the_bin_that_its_label_says(values, edges, closed):
    edges = sorted(set(edges))
    labels = tuple(f"bin {i}" for i in range(len(edges) + 1))
    data_set = DataSet(
        path="t.csv",
        derive={"b": Derive(bin="v", edges=tuple(edges), closed=closed, labels=labels)},
    )
    frame = pl.DataFrame({"v": values}, schema={"v": pl.Float64}, strict=False).lazy()
    found, _ = narrowed(frame, {"v": "float"}, data_set, name="t")
    for value, label in zip(values, found.collect()["b"], strict=True):
        if value is None or math.isnan(value):
            assert label is None
            continue
        below = [e for e in edges if (e <= value if closed == "left" else e < value)]
        assert label == f"bin {len(below)}"


def test_labels_read_as_intervals():
    made = Derive(bin="x", edges=(-1.0, 0.5, 10.0))
    assert bin_labels(made) == ("< -1", "[-1, 0.5)", "[0.5, 10)", ">= 10")
    assert bin_labels(Derive(bin="x", edges=(3.0,), closed="right")) == ("<= 3", "> 3")
