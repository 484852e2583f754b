"""A data set is read from CSV or Parquet, or refused with one clear error."""

import hashlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.samples import ColumnSamples
from deploycheck.collectors.table import TableFile

NONE = NoParams()
FRAME = pl.DataFrame({"a": [1, 2, 3], "s": ["x", None, "z"]})


def parquet(frame=FRAME, **options):
    out = io.BytesIO()
    frame.write_parquet(out, **options)
    return out.getvalue()


def refused(bench, path, **spec):
    with pytest.raises(EvidenceError) as caught:
        TableFile.describe(bench.data(path, **spec), NONE)
    return caught.value


def arrow(frame=FRAME, **options):
    out = io.BytesIO()
    frame.write_ipc(out, **options)
    return out.getvalue()


def encoded(name, frame=FRAME):
    """The frame in the format that the name says."""
    kind = name.lower().rpartition(".")[2]
    if kind == "csv":
        return frame.write_csv().encode()
    return parquet(frame) if kind in {"parquet", "pq"} else arrow(frame)


@pytest.mark.parametrize(
    "name", ["t.csv", "T.CSV", "t.parquet", "t.pq", "t.arrow", "t.ipc", "t.feather"]
)
def test_every_format_gives_the_same_rows(bench, name):
    data = encoded(name)
    source = bench.data(bench.write(name, data))
    description = TableFile.describe(source, NONE)
    table = bench.table(source)
    assert table.columns == {"a": "integer", "s": "text"}
    assert table.frame.collect().equals(FRAME)
    assert table.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert description.facts["bytes"] == len(data)
    assert description.facts["rows_in_file"] == 3
    table.unchanged()


def test_the_frame_answers_expressions(bench):
    table = bench.table(bench.data(bench.write("t.parquet", parquet())))
    answer = nw.from_native(table.frame).select(
        rows=table.rows(), missing=table.missing("s").sum(), top=table.col("a").max()
    )
    assert answer.collect().rows() == [(3, 1, 3)]


def test_kinds_of_parquet_columns(bench):
    frame = pl.DataFrame(
        {
            "u8": pl.Series([1], dtype=pl.UInt8),
            "f32": pl.Series([1.5], dtype=pl.Float32),
            "dec": pl.Series([Decimal("1.25")], dtype=pl.Decimal(10, 2)),
            "bool": [True],
            "cat": pl.Series(["a"], dtype=pl.Categorical),
            "enum": pl.Series(["a"], dtype=pl.Enum(["a", "b"])),
            "day": [date(2026, 1, 1)],
            "at": [datetime(2026, 1, 1, tzinfo=UTC)],
            "null": [None],
            "list": [[1, 2]],
            "bytes": [b"x"],
        }
    )
    table = bench.table(bench.data(bench.write("t.parquet", parquet(frame))))
    assert list(table.columns.values()) == [
        "integer", "float", "float", "boolean", "text", "text", "date", "datetime", "text",
        "other", "other",
    ]  # fmt: skip
    found = table.frame.collect()
    assert found["dec"].to_list() == [1.25]
    assert found["cat"].dtype == found["enum"].dtype == found["null"].dtype == pl.String


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("t.parquet", b"a,s\n1,x\n", "its content is not"),
        ("t.parquet", b"", "its content is not"),
        ("t.parquet", b"PAR1", "cannot be read"),
        ("t.parquet", parquet()[:-10], "cannot be read"),
        ("t.parquet", parquet()[:60], "cannot be read"),
        ("t.parquet", b"PAR1" + b"\0" * 200 + b"PAR1", "cannot be read"),
        ("t.parquet", b"PAR1" + b"\xff" * 200 + b"\xff\xff\xff\x7fPAR1", "cannot be read"),
        ("t.arrow", parquet(), "its content is not"),
        ("t.arrow", b"\xff\xff\xff\xff" + b"\0" * 100, "its content is not"),
        ("t.feather", b"FEA1" + b"\0" * 100, "its content is not"),
        ("t.feather", b"ARROW1", "cannot be read"),
        ("t.ipc", b"ARROW1\0\0" + b"\0" * 200 + b"ARROW1", "cannot be read"),
        ("t.ipc", b"", "its content is not"),
        ("t.parquet", arrow(), "its content is not"),
        ("t.csv", arrow(), "content is Arrow"),
        ("t.csv", parquet(), "content is Parquet"),
        ("t.csv", b"PK\x03\x04....", "content is a zip archive"),
        ("t.csv", b"\x1f\x8b\x08\x00....", "content is gzip"),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a,b\n1\n", "line 2 has 1 of 2 fields"),
        ("t.dat", b"a,b\n1,2\n", "end it with .csv, .parquet or .arrow"),
        ("data", b"a,b\n1,2\n", "end it with .csv, .parquet or .arrow"),
    ],
)
def test_broken_and_disagreeing_files_are_refused(bench, name, data, why):
    error = refused(bench, bench.write(name, data))
    assert why in str(error)
    assert name in error.message
    assert error.code == "DC201"


def test_a_broken_page_is_an_error_where_it_is_read(bench):
    data = bytearray(parquet(pl.DataFrame({"y": list(range(500)), "p": [0] * 500})))
    data[4:60] = b"\xff" * 56
    source = bench.data(bench.write("t.parquet", bytes(data)))
    table = TableFile.collect(source, NONE)
    with pytest.raises(EvidenceError, match="data set test cannot be read"):
        ColumnSamples.collect(source, NONE, table=table)


def test_any_damage_to_a_parquet_is_one_clear_error(bench):
    whole = parquet(pl.DataFrame({"y": [0, 1] * 300, "p": [0, 1, 1] * 200, "g": ["a", "b"] * 300}))
    rng = np.random.default_rng(7)
    refused = 0
    for number in range(150):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 4):
            data[place] = rng.integers(0, 256)
        if number % 3 == 0:
            del data[rng.integers(0, len(data)) :]
        source = bench.data(bench.write(f"{number}.parquet", bytes(data)))
        try:
            table = TableFile.collect(source, NONE)
            ColumnSamples.collect(source, NONE, table=table)
        except EvidenceError:
            refused += 1
    assert refused > 75


@pytest.mark.parametrize(
    "path", ["t.json", "t.csv.gz", "t.xlsx", "logs/*.jsonl", "logs/**/t.csv", "**.parquet"]
)
def test_what_is_understood_and_not_read_yet_has_its_code(bench, path):
    with pytest.raises(NotYet) as caught:
        TableFile.describe(bench.data(path), NONE)
    assert caught.value.code == "DC110"


@pytest.mark.parametrize("path", ["absent.csv", "../t.csv", "/t.csv", "https://x/t.csv", ""])
def test_what_is_not_there_is_refused(bench, path):
    assert refused(bench, path).code == "DC201"


def test_another_digest_than_declared_is_told_apart(bench):
    for name, data in (("t.csv", b"a\n1\n"), ("t.parquet", parquet())):
        path = bench.write(name, data)
        right = "sha256:" + hashlib.sha256(data).hexdigest()
        assert bench.table(bench.data(path, digest=right)).digest == right
        error = refused(bench, path, digest="sha256:" + "0" * 64)
        assert error.code == "DC202"
        assert right in error.message


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_what_changes_after_it_was_digested_is_noticed(bench, name):
    path = bench.write(name, encoded(name))
    table = bench.table(bench.data(path))
    table.unchanged()
    bench.write(name, encoded(name, FRAME.reverse()))
    with pytest.raises(EvidenceError, match="changed while it was read") as caught:
        table.unchanged()
    assert caught.value.code == "DC202"


def test_csv_that_changes_after_it_was_digested_is_judged_as_digested(bench):
    source = bench.data(bench.write("t.csv", "a\n1\n"))
    before = TableFile.describe(source, NONE)
    bench.write("t.csv", "a\n2\n3\n")
    table = TableFile.collect(source, NONE)
    assert table.digest == before.digest
    assert table.frame.collect()["a"].to_list() == [1]


def test_a_process_that_did_not_plan_collects_by_itself(bench):
    path = bench.write("t.csv", "a\n1\n")
    described = TableFile.describe(bench.data(path), NONE)
    assert TableFile.collect(bench.data(path), NONE).digest == described.digest


def test_a_header_alone_is_no_rows(bench):
    for path in (
        bench.write("t.csv", "a,b\n"),
        bench.write("t.parquet", parquet(pl.DataFrame(schema={"a": pl.Int64, "b": pl.String}))),
    ):
        table = bench.table(bench.data(path, where=[{"column": "a", "min": 3}]))
        assert table.frame.collect().height == 0


def test_narrowed_binned_and_with_declared_missing_texts(bench):
    path = bench.write("t.csv", "age,zip\n17,01234\n30,n/a\n-9,99999\n70,00001\n")
    table = bench.table(
        bench.data(
            path,
            missing=["n/a", "-9"],
            derive={"band": {"bin": "age", "edges": [25, 60]}},
            where=[{"column": "zip", "present": True}],
        )
    )
    assert table.columns == {"age": "integer", "zip": "text", "band": "text"}
    assert table.frame.collect().rows() == [
        (17, "01234", "< 25"),
        (None, "99999", None),
        (70, "00001", ">= 60"),
    ]


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_missing_texts_are_about_csv(bench, name):
    error = refused(bench, bench.write(name, encoded(name)), missing=["NA"])
    assert error.code == "DC203"


@pytest.mark.parametrize(
    "spec",
    [
        {"time": "served_at"},
        {"where": [{"column": "b", "min": 1}]},
        {"derive": {"c": {"bin": "b", "edges": [1]}}},
    ],
)
def test_unknown_columns_are_told_when_the_plan_is_made(bench, spec):
    assert refused(bench, bench.write("t.csv", "a\n1\n"), **spec).code == "DC019"
