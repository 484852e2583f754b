"""A data set's files as a lazy frame: format proven, digest checked, columns typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.collector import Source
from deploycheck.authoring.columnar import ARROW, PARQUET, Format, begun, scanned
from deploycheck.authoring.delimited import read_csv, reading
from deploycheck.authoring.errors import EvidenceError, NotYet
from deploycheck.authoring.files import Files
from deploycheck.authoring.globbing import digest_of_all, is_pattern, matched
from deploycheck.authoring.joining import joined
from deploycheck.authoring.narrowing import narrowed
from deploycheck.model.release import DataSet

if TYPE_CHECKING:
    import polars as pl

MOST_CSV = 2 << 30
_COLUMNAR = {
    ".parquet": PARQUET, ".pq": PARQUET, ".arrow": ARROW, ".feather": ARROW, ".ipc": ARROW,
}  # fmt: skip
_NOT_YET = {
    ".avro", ".bz2", ".db", ".gz", ".json", ".jsonl", ".ndjson", ".orc", ".sqlite", ".tsv", ".xls",
    ".xlsx", ".xz", ".zip", ".zst",
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
    :param digest: of the bytes of the file; of a pattern, one over all files that it matches.
    :param facts: format, bytes, rows, and the number of files of a pattern.
    :param unchanged: raises EvidenceError if a file is no longer the one that was digested.
    :param void: columns of the files without any value; their kind is text, and means nothing.
    """

    frame: pl.LazyFrame = field(repr=False)
    columns: Mapping[str, str]
    digest: str
    facts: Mapping[str, Any]
    unchanged: Callable[[], None]
    void: frozenset[str]


def rows_of(source: Source) -> Rows:
    """The rows of the data set that ``source`` is about; its files are parsed once a run.

    :raises EvidenceError: missing, unreadable, malformed, changed (``DC202``), or narrowed by a
        column it does not have (``DC019``).
    :raises NotYet: a format, or a pattern with ``**``, that is not read yet.
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
    form = _format(text)
    names = matched(files, text) if is_pattern(text) else (text,)
    plain = _csv(files, data_set, names) if form is None else _lazy(files, data_set, names, form)
    if is_pattern(text):
        plain = replace(plain, facts={**plain.facts, "files": len(names)})
    with reading(text):
        frame, kinds = narrowed(plain.frame, plain.columns, data_set, name=name, void=plain.void)
        frame.collect_schema()
    return replace(plain, frame=frame, columns=kinds)


def _format(text: str) -> Format | None:
    """The columnar format that the name says; ``None`` is CSV."""
    suffix = PurePosixPath(text).suffix.lower()
    if suffix in _NOT_YET:
        raise NotYet("DC110", f"{text}: {suffix} is not read yet; write it as CSV or Parquet")
    if suffix != ".csv" and suffix not in _COLUMNAR:
        raise EvidenceError(
            f"{text}: the name says neither CSV nor Parquet nor Arrow",
            "end it with .csv, .parquet or .arrow",
        )
    return _COLUMNAR.get(suffix)


def _digest(files: Files, data_set: DataSet, names: tuple[str, ...]) -> str:
    """The digest of the files, which must be the declared one, if any is."""
    text, declared = data_set.path, data_set.digest
    pattern = is_pattern(text)
    actual = digest_of_all(files, text, names) if pattern else files.digest(text)
    if declared is not None and declared != actual:
        what = "the files are" if pattern else "the file is"
        raise EvidenceError(
            f"{text} changed: the release declares {declared}, {what} {actual}",
            "restore what it was, or declare the new digest after review",
            "DC202",
        )
    return actual


def _csv(files: Files, data_set: DataSet, names: tuple[str, ...]) -> Rows:
    parts, size = [], 0
    for name in names:
        # Read once: these bytes are hashed, and these bytes are parsed.
        contents = files.read(name, MOST_CSV)
        size += len(contents.data)
        if size > MOST_CSV:
            raise EvidenceError(
                f"{data_set.path} is larger than {MOST_CSV:,} bytes", "store it as Parquet"
            )
        parts.append((name, contents.data))
    digest = _digest(files, data_set, names)
    frame, kinds = joined({name: _texts(name, data, data_set) for name, data in parts})
    void = frozenset(c for c in frame.columns if frame[c].null_count() == frame.height)
    facts = {"format": "csv", "bytes": size, "rows_in_file": frame.height}
    return Rows(frame.lazy(), kinds, digest, facts, lambda: None, void)


def _texts(name: str, data: bytes, data_set: DataSet) -> tuple[pl.DataFrame, dict[str, str]]:
    # A header may begin with the three letters of a short magic, but what follows is text then.
    for magic, content in _MAGIC.items():
        if data.startswith(magic) and (len(magic) > 3 or not data.isascii()):
            raise EvidenceError(
                f"{name} is named CSV, its content is {content}", "name it as what it is"
            )
    return read_csv(data, name, data_set.missing)


def _lazy(files: Files, data_set: DataSet, names: tuple[str, ...], form: Format) -> Rows:
    text = data_set.path
    if data_set.missing:
        raise EvidenceError(
            f"{text}: `missing` is about CSV texts, and this is {form.word}",
            f"leave `missing` out; {form.word} files have their own nulls",
            "DC203",
        )
    before = begun(files, names)
    digest = _digest(files, data_set, names)
    made = scanned(files, text, before, form)
    facts = {"format": form.name, "bytes": made.size, "rows_in_file": made.rows}
    return Rows(made.frame, made.kinds, digest, facts, made.unchanged, made.void)
