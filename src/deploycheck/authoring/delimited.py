"""CSV bytes as a typed frame. What cannot be read for certain is refused, naming the line.

The dialect is RFC 4180: commas, double quotes, one header line, UTF-8. An empty field is no value,
quoted or not. Types are decided on all values of a column, never on a sample:

* ``boolean``: every value is true or false, as JSON, Python or R write it;
* ``integer``: every value is a whole number of at most 64 bits;
* ``float``: every value is a number, ``nan`` and ``inf`` among them;
* ``date``, ``datetime``: every value is ISO 8601, all of them with a zone or none;
* ``text`` otherwise.

A number with a leading zero (``007``) or a plus sign (``+44…``) is a name: it keeps its column
text. So do whole numbers of more than 64 bits, which would lose digits as floats.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError

if TYPE_CHECKING:
    import polars as pl

MOST_COLUMNS = 10_000
_SAMPLE = 1_000
_CHUNK = 1 << 24
_NAME_NOT_NUMBER = r"^-?0[0-9]|^\+"
_WHOLE = r"^-?[0-9]+$"
_BOOLEANS = {
    "true": True,
    "false": False,
    "True": True,
    "False": False,
    "TRUE": True,
    "FALSE": False,
}
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
_ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})"


def read_csv(
    data: bytes, name: str, missing: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The frame, and the kind of each column.

    :param data: the whole file.
    :param name: the file as messages name it.
    :param missing: texts that mean: no value.
    :raises EvidenceError: no header, a name twice, rows of different lengths, no UTF-8, NUL
        bytes, a quote that is never closed.
    """
    import polars as pl

    header = _header(data, name)
    body = data
    # A blank line is a missing value of a single column, and nothing at the end of a wider file.
    if len(header) > 1 and data.endswith((b"\n\n", b"\n\r\n")):
        body = data.rstrip(b"\r\n") + b"\n"
    with reading(name):
        try:
            texts = pl.read_csv(
                body,
                infer_schema=False,
                null_values=list(dict.fromkeys(("", *missing))),
            )
        except pl.exceptions.ComputeError as error:
            raise _refusal(body, name, len(header), str(error)) from None
    if texts.width != len(header) or not _even(body, len(header), texts.height):
        raise _refusal(body, name, len(header), "its rows cannot be told apart")
    texts.columns = header
    return typed(texts)


def typed(texts: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """Each text column as what all of its values are."""
    made: list[pl.Series] = []
    kinds: dict[str, str] = {}
    for series in texts.iter_columns():
        column, kinds[series.name] = _typed(series)
        made.append(column)
    import polars as pl

    return pl.DataFrame(made), kinds


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turns whatever the table library raises into one clear error.

    :raises EvidenceError: instead of a library's own exception or panic.
    """
    import polars as pl

    try:
        yield
    except EvidenceError:
        raise
    # A panic of the Rust side is no Exception.
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        OSError,
        ValueError,
        MemoryError,
        OverflowError,
    ) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise EvidenceError(f"{name} cannot be read: {first}", "write the file anew") from None


def _header(data: bytes, name: str) -> list[str]:
    if re.search(rb"\S", data) is None:
        raise EvidenceError(f"{name} is empty", "give it a header line, at least")
    if (place := data.find(b"\0")) >= 0:
        raise EvidenceError(
            f"{name} holds a NUL byte in line {_line(data, place)}", "write it as UTF-8 text"
        )
    try:
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvidenceError(
            f"{name} is not UTF-8: line {_line(data, error.start)}", "convert it to UTF-8"
        ) from None
    try:
        header = next(csv.reader(_lines(data), strict=True))
    except (csv.Error, StopIteration) as error:
        raise EvidenceError(f"{name} has no readable header: {error}") from None
    _check_header(header, name)
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        raise EvidenceError(f"{name} is not separated by commas: {header[0][:80]!r}", "use commas")
    return header


def refuse_patterns(columns: Iterable[str], name: str) -> None:
    """Refuse names that the table library reads as patterns: others' values would be read.

    :raises EvidenceError: ``*``, or ``^…$``.
    """
    for column in columns:
        if column == "*" or (column.startswith("^") and column.endswith("$")):
            raise EvidenceError(
                f"{name}: the column {column[:80]!r} is named like a pattern",
                "rename it",
                code="DC203",
            )


def _check_header(header: list[str], name: str) -> None:
    refuse_patterns(header, name)
    if len(header) > MOST_COLUMNS:
        raise EvidenceError(f"{name} has more than {MOST_COLUMNS:,} columns")
    if not header or not any(header):
        raise EvidenceError(f"{name} has no header", "write the names of the columns in line 1")
    if all(re.fullmatch(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?", text) for text in header):
        raise EvidenceError(
            f"{name} has no header: line 1 holds numbers",
            "write the names of the columns in line 1",
        )
    if "" in header:
        raise EvidenceError(
            f"{name}: column {header.index('') + 1} has no name",
            "name it, or write the file without row numbers (pandas: index=False)",
        )
    if twice := sorted({text for text in header if header.count(text) > 1}):
        raise EvidenceError(f"{name} has two columns named {twice[0]!r}", "rename one of them")
    if lines := [text for text in header if "\r" in text or "\n" in text]:
        raise EvidenceError(
            f"{name}: a line break in the name of column {lines[0]!r}", "end lines with LF or CRLF"
        )


def _even(data: bytes, width: int, height: int) -> bool:
    """Whether every row has ``width`` fields; the reader fills up short rows in silence."""
    # Counting is enough: no row is longer (the reader refuses that), so the total is right only
    # if no row is shorter.
    commas, breaks = _outside_quotes(data)
    lines = breaks + (not data.endswith(b"\n"))
    even = commas == (width - 1) * lines and lines == height + 1
    plain = data.count(b"\r") == data.count(b"\r\n")
    if (even and plain) or (plain and b'"' not in data):
        return even
    # A quote inside an unquoted field upsets the count: the standard library is the arbiter.
    return _uneven(data, width) == (0, height + 1)


def _outside_quotes(data: bytes) -> tuple[int, int]:
    """How many commas and line feeds stand outside quotes."""
    if b'"' not in data:
        return data.count(b","), data.count(b"\n")
    import numpy as np

    commas = breaks = 0
    inside = np.bool_(False)
    for start in range(0, len(data), _CHUNK):
        part = np.frombuffer(data, np.uint8, min(_CHUNK, len(data) - start), start)
        quoted = np.logical_xor.accumulate(part == ord('"')) ^ inside
        commas += int(((part == ord(",")) & ~quoted).sum())
        breaks += int(((part == ord("\n")) & ~quoted).sum())
        inside = quoted[-1]
    return commas, breaks


def _uneven(data: bytes, width: int) -> tuple[int, int] | None:
    """First line with another number of fields (0 for none) and the number of records.

    ``None`` where the standard library cannot read the text either.
    """
    records = 0
    reader = csv.reader(_lines(data), strict=True)
    try:
        for row in reader:
            records += 1
            if len(row) != width and not (width == 1 and not row):
                return reader.line_num, len(row)
    except csv.Error:
        return None
    return 0, records


def _refusal(data: bytes, name: str, width: int, why: str) -> EvidenceError:
    found = _uneven(data, width)
    if found and found[0]:
        return EvidenceError(
            f"{name}: line {found[0]} has {found[1]} of {width} fields",
            "quote fields that hold commas, and leave no field out",
        )
    if found is None:
        return EvidenceError(
            f"{name}: a quote is never closed, or stands inside a field",
            'quote the whole field and double the quotes inside it: "a ""b"" c"',
        )
    return EvidenceError(
        f"{name} cannot be read as CSV: {why.splitlines()[0][:200]}", "end lines with LF or CRLF"
    )


def _lines(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _typed(series: pl.Series) -> tuple[pl.Series, str]:
    values = series.drop_nulls()
    if values.is_empty():
        return series, "text"
    # A thousand values disprove most types at once; only what they allow is tried on all.
    for attempt in (_numbers, _booleans, _times):
        if attempt(values.head(_SAMPLE)) is not None and (made := attempt(series)) is not None:
            return made
    return series, "text"


def _numbers(series: pl.Series) -> tuple[pl.Series, str] | None:
    import polars as pl

    real = series.cast(pl.Float64, strict=False)
    if real.null_count() != series.null_count() or series.str.contains(_NAME_NOT_NUMBER).any():
        return None
    whole = series.cast(pl.Int64, strict=False)
    if whole.null_count() == series.null_count():
        return whole, "integer"
    if series.str.contains(_WHOLE).all():
        return None
    return real, "float"


def _booleans(series: pl.Series) -> tuple[pl.Series, str] | None:
    import polars as pl

    made = series.replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
    return (made, "boolean") if made.null_count() == series.null_count() else None


def _times(series: pl.Series) -> tuple[pl.Series, str] | None:
    if series.str.contains(_DATE).all():
        made = series.str.to_date("%Y-%m-%d", strict=False)
        return (made, "date") if made.null_count() == series.null_count() else None
    for zone, tail in (("", "$"), ("%#z", _ZONE + "$")):
        if series.str.contains(_STAMP + tail).all():
            # Seconds and zone may be written in several ways; one way is parsed.
            text = series.str.replace("T", " ", literal=True)
            text = text.str.replace(r"^(.{10} [0-9]{2}:[0-9]{2})($|Z|[+-])", "$1:00$2")
            text = text.str.replace(r"Z$", "+00:00")
            made = text.str.to_datetime(f"%Y-%m-%d %H:%M:%S%.f{zone}", time_unit="us", strict=False)
            return (made, "datetime") if made.null_count() == series.null_count() else None
    return None
