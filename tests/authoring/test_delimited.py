"""CSV is read as the standard library reads it, or refused with the line and the way out."""

import csv
import io
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deploycheck.authoring.delimited import read_csv, reading
from deploycheck.authoring.errors import EvidenceError


def column(*texts, missing=()):
    frame, kinds = read_csv("\n".join(("x", *texts)).encode(), "t.csv", missing)
    return kinds["x"], frame["x"].to_list()


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["1", "-2", "0"], "integer", [1, -2, 0]),
        (["9223372036854775807"], "integer", [2**63 - 1]),
        (["1", "2.5", "1e3"], "float", [1.0, 2.5, 1000.0]),
        (["1", "inf"], "float", [1.0, float("inf")]),
        (["true", "False", "TRUE"], "boolean", [True, False, True]),
        (["true", "1"], "text", ["true", "1"]),
        (["007", "123"], "text", ["007", "123"]),
        (["-01", "1"], "text", ["-01", "1"]),
        (["00.5", "1"], "text", ["00.5", "1"]),
        (["0", "0.5"], "float", [0.0, 0.5]),
        (["+4420", "1"], "text", ["+4420", "1"]),
        (["9223372036854775808", "1"], "text", ["9223372036854775808", "1"]),
        ([" 1", "2"], "text", [" 1", "2"]),
        (["1_000", "2"], "text", ["1_000", "2"]),
        (["١", "2"], "text", ["١", "2"]),
        (["0x10", "2"], "text", ["0x10", "2"]),
        (["NA", "1"], "text", ["NA", "1"]),
        (["2026-01-02"], "date", [date(2026, 1, 2)]),
        (["2026-02-30"], "text", ["2026-02-30"]),
        (["2026-1-2"], "text", ["2026-1-2"]),
        (["2026-01-02 03:04", "2026-01-02T03:04:05.5"], "datetime",
         [datetime.fromisoformat("2026-01-02T03:04"), datetime.fromisoformat("2026-01-02T03:04:05.5")]),
        (["2026-01-02T03:04:05Z", "2026-01-02 03:04+01:00", "2026-01-02 03:04:05-0000"], "datetime",
         [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 1, 2, 2, 4, tzinfo=UTC),
          datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)]),
        (["2026-01-02T03:04:05Z", "2026-01-02T03:04:05"], "text",
         ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05"]),
    ],
)  # fmt: skip
def test_a_column_is_what_all_of_its_values_are(texts, kind, values):
    assert column(*texts) == (kind, values)


def test_one_late_value_decides():
    numbers = [str(i) for i in range(5_000)]
    assert column(*numbers)[0] == "integer"
    assert column(*numbers, "x")[0] == "text"
    assert column(*numbers, "0.5")[0] == "float"
    assert column(*numbers, "007")[0] == "text"


def test_nothing_is_no_value_and_declared_texts_are_none_either():
    assert column("1", '""', "", "2") == ("integer", [1, None, None, 2])
    assert column("1", "NA", "-999", missing=("NA", "-999")) == ("integer", [1, None, None])
    assert column("a", '"NA"', missing=("NA",)) == ("text", ["a", None])
    assert column("", '""') == ("text", [None, None])


def test_nan_is_a_number_that_is_missing_later():
    kind, values = column("1", "NaN", "nan")
    assert kind == "float"
    assert values[0] == 1.0
    assert all(value != value for value in values[1:])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\na,b\n1,2\n", "has no header"),
        (b",\n1,2\n", "has no header"),
        (b"1,2\n3,4\n", "line 1 holds numbers"),
        (b"a,a\n1,2\n", "two columns named 'a'"),
        (b",a\n0,2\n", "column 1 has no name.*index=False"),
        (b"a;b\n1;2\n", "not separated by commas"),
        (b"a\tb\n1\t2\n", "not separated by commas"),
        (b'"a\nb",c\n1,2\n', "line break in the name"),
        (b"a,b\n1,2\n3\n", "line 3 has 1 of 2 fields"),
        (b"a,b\n1,2\n3,4,5\n", "line 3 has 3 of 2 fields"),
        (b"a,b\n1,2\n3\n4,5,6\n", "line 3 has 1 of 2 fields"),
        (b'a,b\n"1,1",2\n"3,3"\n', "line 3 has 1 of 2 fields"),
        (b"a,b\n1,2\n\n3,4\n", "line 3 has 0 of 2 fields"),
        (b"a,b\n1,2\n  \n", "line 3 has 1 of 2 fields"),
        (b"# made by hand\na,b\n1,2\n", "line 2 has 2 of 1 fields"),
        (b'a,b\n1,"x\n', "a quote is never closed"),
        (b'a,b\n1,"x"y\n', "stands inside a field"),
        (b"a,b\n1,\xff\n", "not UTF-8: line 2"),
        ("a,b\n1,ü\n".encode("latin-1"), "not UTF-8: line 2"),
        ("a,b\n1,2\n".encode("utf-16"), "NUL byte"),
        (b"a,b\n1,\x00\n", "NUL byte in line 2"),
        (b"a,b\r1,2\r", "LF or CRLF"),
        (b"a\r1\r2\r", "LF or CRLF"),
        (b"a,b\n1,2\r3,4\n", "fields|LF or CRLF"),
        (b",".join(b"c%d" % i for i in range(10_001)), "more than 10,000 columns"),
    ],
)
def test_what_is_not_certain_is_refused(data, why):
    with pytest.raises(EvidenceError, match=why) as caught:
        read_csv(data, "t.csv")
    assert "t.csv" in caught.value.message
    assert caught.value.code == "DC201"


@pytest.mark.parametrize("data", [b"a,b", b"a,b\n", b"a,b\r\n", b"\xef\xbb\xbfa,b\n\n\n"])
def test_a_header_alone_is_no_rows(data):
    frame, kinds = read_csv(data, "t.csv")
    assert (frame.height, kinds) == (0, {"a": "text", "b": "text"})


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,x\n2,y",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b"a,b\n1,x\n2,y\n\n\r\n\n",
        b'"a","b"\n"1","x"\n"2","y"\n',
    ],
)
def test_ways_to_write_the_same(data):
    frame, kinds = read_csv(data, "t.csv")
    assert kinds == {"a": "integer", "b": "text"}
    assert frame.rows() == [(1, "x"), (2, "y")]


def test_commas_quotes_and_line_ends_inside_quotes_are_text():
    data = b'a,b\n"1,1","x\r\ny"\n"say ""hi""","5"""\n'
    frame, _ = read_csv(data, "t.csv")
    assert frame.rows() == [("1,1", "x\r\ny"), ('say "hi"', '5"')]


FIELD = st.text(alphabet='ab1",\n é', max_size=6)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[FIELD] * n), max_size=12)))
@settings(max_examples=150, deadline=None)
def test_what_the_standard_library_writes_is_read_back(rows):
    width = len(rows[0]) if rows else 1
    # The writer quotes a lone empty field, so that it is not a blank line.
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header = [f"column {i}" for i in range(width)]
    writer.writerows([header, *rows])
    frame, _ = read_csv(out.getvalue().encode(), "t.csv")
    assert frame.columns == header
    # Numbers are compared as text: "1" is read as 1.
    assume(all(dtype == pl.String or dtype == pl.Int64 for dtype in frame.dtypes))
    found = [tuple(None if v is None else str(v) for v in row) for row in frame.rows()]
    assert found == [tuple(field or None for field in row) for row in rows]


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data):
    try:
        frame, kinds = read_csv(b"a,b\n" + data, "t.csv")
    except EvidenceError as error:
        told = error.message
    else:
        told = "t.csv"
        assert list(kinds) == frame.columns == ["a", "b"]
    assert "t.csv" in told


def test_a_panic_of_the_table_library_is_an_error():
    with (
        pytest.raises(EvidenceError, match=r"x\.parquet cannot be read: the disk is on fire"),
        reading("x.parquet"),
    ):
        raise pl.exceptions.PanicException("the disk is on fire\nstack …")


def test_a_mistake_of_the_author_is_not_hidden():
    with pytest.raises(AttributeError), reading("x"):
        raise AttributeError("typing mistake")
