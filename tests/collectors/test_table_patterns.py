"""Many files are one data set, if they are alike; every one of them is digested and watched."""

import io
import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.table import TableFile

NONE = NoParams()


def encoded(name, frame):
    kind = name.rpartition(".")[2]
    if kind == "csv":
        return frame.write_csv().encode()
    out = io.BytesIO()
    (frame.write_parquet if kind == "parquet" else frame.write_ipc)(out)
    return out.getvalue()


@pytest.fixture
def days(bench):
    """Writes one file a frame, named by the number of its day, and gives the pattern."""

    def days(kind, *frames):
        for day, columns in enumerate(frames, start=1):
            frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(columns)
            bench.write(f"logs/day-{day:02d}.{kind}", encoded(f"t.{kind}", frame))
        return f"logs/day-*.{kind}"

    return days


def refused(bench, path, **spec):
    with pytest.raises(EvidenceError) as caught:
        TableFile.describe(bench.data(path, **spec), NONE)
    return caught.value


@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow"])
def test_the_rows_of_all_files_in_the_order_of_their_names(bench, days, kind):
    path = days(kind, {"a": [1, 2], "s": ["x", "y"]}, {"a": [3], "s": [None]}, {"a": [], "s": []})
    bench.write("logs/other.txt", "not matched")
    bench.write(f"logs/.day-99.{kind}", "hidden")
    table = bench.table(bench.data(path))
    assert table.columns == {"a": "integer", "s": "text"}
    assert table.frame.collect().rows() == [(1, "x"), (2, "y"), (3, None)]
    facts = TableFile.describe(bench.data(path), NONE).facts
    assert (facts["files"], facts["rows_in_file"], facts["format"]) == (3, 3, kind)
    assert facts["bytes"] == sum(p.stat().st_size for p in bench.root.glob("logs/day-*"))


def test_the_digest_is_that_of_the_folder_and_may_be_declared(bench, days):
    path = days("parquet", {"a": [1]}, {"a": [2]})
    digest = bench.table(bench.data(path)).digest
    assert digest == Files(bench.root).tree("logs").digest
    assert bench.table(bench.data(path, digest=digest)).digest == digest
    wrong = refused(bench, path, digest="sha256:" + "0" * 64)
    assert (wrong.code, digest in wrong.message) == ("DC202", True)
    bench.write("logs/day-03.parquet", encoded("t.parquet", pl.DataFrame({"a": [3]})))
    assert refused(bench, path, digest=digest).code == "DC202"


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_change_of_any_file_is_noticed(bench, days, kind):
    table = bench.table(bench.data(days(kind, {"a": [1]}, {"a": [2]})))
    table.unchanged()
    bench.write(f"logs/day-02.{kind}", encoded(f"t.{kind}", pl.DataFrame({"a": [9]})))
    with pytest.raises(EvidenceError, match=r"day-02\.\w+ changed while it was read") as caught:
        table.unchanged()
    assert caught.value.code == "DC202"


def test_narrowing_and_binning_are_over_all_files(bench, days):
    path = days("csv", {"age": [17, 30]}, {"age": [70, -9]})
    spec = {
        "missing": ["-9"],
        "derive": {"band": {"bin": "age", "edges": [25, 60]}},
        "where": [{"column": "age", "min": 20}],
    }
    assert bench.table(bench.data(path, **spec)).frame.collect()["band"].to_list() == [
        "[25, 60)",
        ">= 60",
    ]


@pytest.mark.parametrize(
    ("kind", "first", "second", "why"),
    [
        ("csv", {"a": [1], "b": [1]}, {"a": [1]}, "has no column 'b'"),
        ("parquet", {"a": [1]}, {"a": [1], "b": [1]}, "has a column 'b' more"),
        ("arrow", {"a": [1]}, {"A": [1]}, "has no column 'a'"),
        ("csv", {"a": [1]}, {"a": ["x"]}, "column a is text, in logs/day-01.csv it is integer"),
        ("csv", {"a": [1]}, {"a": [True]}, "column a is boolean"),
        ("csv", {"a": ["2026-01-01"]}, {"a": ["2026-01-01T10:00:00"]}, "column a is Datetime"),
        ("parquet", {"a": [1]}, {"a": [1.5]}, "column a is float"),
        ("parquet", {"a": ["x"]}, {"a": [1]}, "column a is integer"),
        ("arrow", {"a": [[1]]}, {"a": [["x"]]}, "column a is List"),
        (
            "parquet",
            {"a": [datetime.fromisoformat("2026-01-01")]},
            {"a": [datetime(2026, 1, 1, tzinfo=UTC)]},
            "column a is Datetime",
        ),
        (
            "parquet",
            pl.DataFrame(
                {"a": [datetime.fromisoformat("2026-01-01")]}, schema={"a": pl.Datetime("ms")}
            ),
            pl.DataFrame(
                {"a": [datetime.fromisoformat("2026-01-01")]}, schema={"a": pl.Datetime("us")}
            ),
            "column a is Datetime",
        ),
    ],
)
def test_files_that_are_not_alike_are_refused_by_name(bench, days, kind, first, second, why):
    error = refused(bench, days(kind, first, second))
    assert error.code == "DC203"
    assert error.message.startswith(f"logs/day-02.{kind}")
    assert why in error.message


def test_files_that_are_alike_in_kind_are_read_together(bench, days):
    path = days(
        "parquet",
        {"a": pl.Series([1], dtype=pl.Int32), "b": [None], "c": pl.Series(["x"], dtype=pl.Enum("x"))},
        {"c": ["y"], "b": [date(2026, 1, 1)], "a": [2**40]},
    )  # fmt: skip
    table = bench.table(bench.data(path))
    assert table.columns == {"a": "integer", "b": "date", "c": "text"}
    assert table.frame.collect().rows() == [(1, None, "x"), (2**40, date(2026, 1, 1), "y")]


def test_whole_numbers_that_would_become_floats_together_are_refused_or_kept(bench, days):
    path = days(
        "parquet",
        {"a": pl.Series([2**63], dtype=pl.UInt64)},
        {"a": pl.Series([-1], dtype=pl.Int64)},
    )
    try:
        table = bench.table(bench.data(path))
    except EvidenceError as error:
        assert error.code == "DC203"
    else:
        assert table.columns == {"a": "integer"}
        assert table.frame.collect()["a"].to_list() == [2**63, -1]


def test_csv_files_are_typed_as_one_file_would_be(bench, days):
    path = days(
        "csv", {"a": [1], "b": [None]}, {"a": [None], "b": [True]}, {"a": [2.5], "b": [None]}
    )
    table = bench.table(bench.data(path))
    assert table.columns == {"a": "float", "b": "boolean"}
    assert table.frame.collect().rows() == [(1.0, None), (None, True), (2.5, None)]


def test_nothing_matched_is_missing(bench):
    bench.write("logs/a.parquet", b"x")
    for path in ("logs/*.csv", "nowhere/*.csv", "logs/[xy].parquet", "*/nowhere/*.csv"):
        assert refused(bench, path).code == "DC201"


@pytest.mark.parametrize("path", ["*", "logs/*", "logs/*.csv*", "logs/*.cs?", "logs/*.txt"])
def test_the_pattern_says_one_format(bench, days, path):
    days("csv", {"a": [1]})
    assert "neither CSV nor Parquet nor Arrow" in refused(bench, path).message


def test_one_broken_file_is_named(bench, days):
    path = days("parquet", {"a": [1]}, {"a": [2]})
    bench.write("logs/day-02.parquet", b"PAR1")
    assert "logs/day-02.parquet cannot be read" in refused(bench, path).message
    bench.write("logs/day-02.parquet", b"a\n1\n")
    assert "logs/day-02.parquet is named Parquet" in refused(bench, path).message
    path = days("csv", {"a": [1]}, {"a": [2]})
    bench.write("logs/day-02.csv", "a,b\n1\n")
    assert "logs/day-02.csv: line 2 has 1 of 2 fields" in refused(bench, path).message


def test_the_digest_is_over_names_and_contents(bench, days):
    """As ``Files.tree``: a renamed file is another data set."""
    path = days("csv", {"a": [1]}, {"a": [2]})
    before = bench.table(bench.data(path)).digest
    (bench.root / "logs/day-02.csv").rename(bench.root / "logs/day-03.csv")
    assert TableFile.describe(bench.data(path), NONE).digest != before
    assert json.dumps(before)


def test_a_deep_pattern_is_not_read_yet(bench):
    with pytest.raises(NotYet, match=r"`\*\*` is not read yet"):
        TableFile.describe(bench.data("logs/**/*.csv"), NONE)
