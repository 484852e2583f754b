"""A data set's file as a lazy frame: its format proven, its digest checked, its columns typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.collector import Source
from deploycheck.authoring.delimited import read_csv, reading, refuse_patterns
from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.files import Files
from deploycheck.authoring.narrowing import narrowed
from deploycheck.model.release import DataSet

if TYPE_CHECKING:
    import polars as pl

MOST_CSV = 2 << 30
_PARQUET = {".parquet", ".pq"}
_NOT_YET = {
    ".arrow", ".avro", ".bz2", ".db", ".feather", ".gz", ".ipc", ".json", ".jsonl", ".ndjson",
    ".orc", ".sqlite", ".tsv", ".xls", ".xlsx", ".xz", ".zip", ".zst",
}  # fmt: skip
_MAGIC = {
    b"PAR1": "Parquet",
    b"PARE": "encrypted Parquet",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"ARROW1": "Arrow",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"SQLite format 3": "SQLite",
}


@dataclass(frozen=True)
class Rows:
    """A data set as the release defines it: binned, narrowed, lazy.

    :param columns: kind of each column: integer, float, boolean, text, date, datetime, other.
    :param digest: of the bytes of the file.
    :param facts: format and bytes.
    :param unchanged: raises EvidenceError if the file is no longer the one that was digested.
    :param void: columns of the file without any value; their kind is text, and means nothing.
    """

    frame: pl.LazyFrame = field(repr=False)
    columns: Mapping[str, str]
    digest: str
    facts: Mapping[str, Any]
    unchanged: Callable[[], None]
    void: frozenset[str]


def rows_of(source: Source) -> Rows:
    """The rows of the data set that ``source`` is about; the file is parsed once a run.

    :raises EvidenceError: missing, unreadable, malformed, changed (``DC202``), or narrowed by a
        column it does not have (``DC019``).
    :raises NotYet: a glob, or a format that is not read yet.
    """
    data_set = source.data_set
    key = ("rows", source.subject, data_set.model_dump_json())
    kept = source.files.kept
    if key not in kept:
        kept[key] = _read(source.files, data_set, source.subject)
    made: Rows = kept[key]
    return made


def _read(files: Files, data_set: DataSet, name: str) -> Rows:
    text = data_set.path
    plain = _csv(files, data_set) if _format(text) == "csv" else _parquet(files, data_set)
    with reading(text):
        frame, kinds = narrowed(plain.frame, plain.columns, data_set, name=name, void=plain.void)
        frame.collect_schema()
    return replace(plain, frame=frame, columns=kinds)


def _format(text: str) -> str:
    suffix = PurePosixPath(text).suffix.lower()
    if any(sign in text for sign in "*?["):
        raise NotYet("DC110", f"{text}: a data set of several files is not read yet; name one file")
    if suffix in _NOT_YET:
        raise NotYet("DC110", f"{text}: {suffix} is not read yet; write it as CSV or Parquet")
    if suffix == ".csv":
        return "csv"
    if suffix in _PARQUET:
        return "parquet"
    raise EvidenceError(
        f"{text}: the name says neither CSV nor Parquet", "end it with .csv or .parquet"
    )


def _same(text: str, declared: str | None, actual: str) -> None:
    if declared is not None and declared != actual:
        raise EvidenceError(
            f"{text} changed: the release declares {declared}, the file is {actual}",
            "restore the file, or declare the new digest after review",
            "DC202",
        )


def _csv(files: Files, data_set: DataSet) -> Rows:
    text = data_set.path
    # Read once: these bytes are hashed, and these bytes are parsed.
    contents = files.read(text, MOST_CSV)
    _same(text, data_set.digest, contents.digest)
    # A header may begin with the three letters of a short magic, but what follows is text then.
    for magic, content in _MAGIC.items():
        if contents.data.startswith(magic) and (len(magic) > 3 or not contents.data.isascii()):
            raise EvidenceError(
                f"{text} is named CSV, its content is {content}", "name it as what it is"
            )
    frame, kinds = read_csv(contents.data, text, data_set.missing)
    void = frozenset(c for c in frame.columns if frame[c].null_count() == frame.height)
    facts = {"format": "csv", "bytes": len(contents.data), "rows_in_file": frame.height}
    return Rows(frame.lazy(), kinds, contents.digest, facts, lambda: None, void)


def _parquet(files: Files, data_set: DataSet) -> Rows:
    import polars as pl

    text = data_set.path
    if data_set.missing:
        raise EvidenceError(
            f"{text}: `missing` is about CSV texts, and this is Parquet",
            "leave `missing` out; a Parquet file has its own nulls",
            "DC203",
        )
    # Too large to hold, so it is scanned lazily by name. The bytes read later are those hashed
    # here as long as size, inode and the kernel's own change time stay the same: whoever scans
    # asks `unchanged` afterwards.
    before = files.identity(text)
    digest = files.digest(text)
    _same(text, data_set.digest, digest)
    path = files.path(text)
    with path.open("rb") as file:
        head = file.read(4)
    if head != b"PAR1":
        raise EvidenceError(f"{text} is named Parquet, its content is not", "write it anew")

    def unchanged() -> None:
        if files.identity(text) != before:
            raise EvidenceError(
                f"{text} changed while it was read", "run again while nothing writes to it", "DC202"
            )

    with reading(text):
        frame = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        schema = frame.collect_schema()
        total = int(frame.select(pl.len()).collect().item())
    refuse_patterns(schema.names(), text)
    kinds, plain = {}, []
    for name, dtype in schema.items():
        kinds[name], column = _kind(name, dtype)
        if column is not None:
            plain.append(column)
    void = frozenset(name for name, dtype in schema.items() if dtype == pl.Null or not total)
    facts = {"format": "parquet", "bytes": before[2], "rows_in_file": total}
    unchanged()
    if plain:
        frame = frame.with_columns(plain)
    return Rows(frame, kinds, digest, facts, unchanged, void)


def _kind(name: str, dtype: pl.DataType) -> tuple[str, pl.Expr | None]:
    """The kind of a column, and the cast that makes it a plain one, if it is none."""
    import polars as pl

    if dtype.is_integer():
        return "integer", None
    if dtype.is_float():
        return "float", None
    if dtype.is_decimal():
        return "float", pl.col(name).cast(pl.Float64)
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Null):
        return "text", pl.col(name).cast(pl.String)
    for plain, kind in (
        (pl.Boolean, "boolean"),
        (pl.String, "text"),
        (pl.Date, "date"),
        (pl.Datetime, "datetime"),
    ):
        if isinstance(dtype, plain):
            return kind, None
    return "other", None
