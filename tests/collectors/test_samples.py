"""Columns come into memory as they are: numbers as numbers, everything else as codes."""

import math
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import NoParams
from deploycheck.collectors import samples
from deploycheck.collectors.samples import ColumnSamples
from deploycheck.collectors.table import TableFile

NONE = NoParams()
FRAME = pl.DataFrame(
    {
        "whole": [3, None, -1],
        "real": [0.5, math.nan, None],
        "text": ["b", None, "a"],
        "flag": [True, False, None],
        "day": [date(2026, 1, 2), date(2026, 1, 1), None],
        "at": [
            datetime.fromisoformat("2026-01-01T12:00:00"),
            None,
            datetime.fromisoformat("2026-01-01"),
        ],
        "list": [[1], [2], None],
        "void": pl.Series([None, None, None], dtype=pl.String),
    }
)


@pytest.fixture
def sampled(bench):
    """``sampled(frame, columns, everything)``: the samples of a Parquet file."""

    def sampled(frame, columns=(), *, everything=False, **spec):
        frame.write_parquet(bench.root / "t.parquet")
        told = {"test": {"path": "t.parquet", **spec}}
        source = replace(bench.source("test", columns, data=told), everything=everything)
        described = ColumnSamples.describe(source, NONE)
        made = ColumnSamples.collect(source, NONE, table=TableFile.collect(source, NONE))
        assert described.digest == made.digest
        return made

    return sampled


def texts(coded):
    return [coded.values[code] for code in coded.codes]


def test_every_kind_of_column(sampled):
    made = sampled(FRAME)
    assert (made.name, made.rows) == ("test", 3)
    assert list(made.numbers) == ["whole", "real"]
    np.testing.assert_array_equal(made.numbers["whole"], [3.0, np.nan, -1.0])
    np.testing.assert_array_equal(made.numbers["real"], [0.5, np.nan, np.nan])
    assert all(values.dtype == np.float64 for values in made.numbers.values())
    assert {name: texts(coded) for name, coded in made.texts.items()} == {
        "text": ["b", "(missing)", "a"],
        "flag": ["true", "false", "(missing)"],
        "day": ["2026-01-02", "2026-01-01", "(missing)"],
        "at": ["2026-01-01 12:00:00", "(missing)", "2026-01-01 00:00:00"],
        "void": ["(missing)"] * 3,
    }
    assert list(made.left_out) == ["list"]
    assert made.times == {"day", "at"}


def test_only_what_controls_name_is_read(sampled):
    made = sampled(FRAME, ("text", "whole"))
    assert [*made.numbers, *made.texts] == ["whole", "text"]
    assert made.left_out == {}


def test_everything_is_read_where_one_control_names_nothing(sampled):
    made = sampled(FRAME, ("text", "whole"), everything=True)
    assert len(made.numbers) + len(made.texts) == 7


def test_a_named_column_that_is_not_there_is_told_when_the_plan_is_made(bench):
    FRAME.write_parquet(bench.root / "t.parquet")
    source = bench.source("test", ("nope",), data={"test": {"path": "t.parquet"}})
    with pytest.raises(EvidenceError) as caught:
        ColumnSamples.describe(source, NONE)
    assert caught.value.code == "DC019"


def test_narrowing_holds_and_derived_columns_are_there(sampled):
    spec = {
        "derive": {"band": {"bin": "whole", "edges": [0]}},
        "where": [{"column": "whole", "present": True}],
    }
    made = sampled(FRAME, ("band",), **spec)
    assert (made.rows, texts(made.texts["band"])) == (2, [">= 0", "< 0"])


@pytest.mark.parametrize("frame", [FRAME.head(0), FRAME.head(1), FRAME.select("list")])
def test_no_rows_one_row_and_nothing_flat(sampled, frame):
    made = sampled(frame)
    assert made.rows == frame.height
    assert all(len(values) == frame.height for values in made.numbers.values())


def test_arrays_cannot_be_written_to(sampled):
    made = sampled(FRAME)
    with pytest.raises(ValueError, match="read-only"):
        made.numbers["whole"][0] = 7
    with pytest.raises(TypeError):
        made.numbers["new"] = made.numbers["whole"]


def test_names_are_no_categories(sampled, monkeypatch):
    monkeypatch.setattr(samples, "MOST_TEXTS", 2)
    made = sampled(FRAME, ("text", "flag", "void"))
    assert list(made.texts) == ["void"]
    assert "3 different values" in made.left_out["text"]


def test_a_text_that_looks_like_the_missing_group_is_left_out(sampled):
    made = sampled(pl.DataFrame({"a": ["(missing)", None]}))
    assert made.texts == {}
    assert "(missing)" in made.left_out["a"]


def test_too_much_is_refused_before_it_is_read(sampled, monkeypatch):
    monkeypatch.setattr(samples, "MOST_VALUES", 20)
    with pytest.raises(EvidenceError, match="more than 20 values"):
        sampled(FRAME)
    assert sampled(FRAME, ("whole", "real")).rows == 3
    monkeypatch.setattr(samples, "MOST_ROWS", 2)
    with pytest.raises(EvidenceError, match="3 rows, more than 2"):
        sampled(FRAME, ("whole",))
