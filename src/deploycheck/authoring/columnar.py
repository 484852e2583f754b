"""Parquet and Arrow files as one lazy frame: their content proven, their columns of one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from deploycheck.authoring.delimited import reading, refuse_patterns
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.files import Files

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Format:
    """A columnar format: what it is called, how its files begin, and how they are scanned."""

    name: str
    word: str
    magic: bytes
    scan: Callable[[Path | list[Path]], pl.LazyFrame] = field(repr=False)


def _scan_parquet(paths: Path | list[Path]) -> pl.LazyFrame:
    import polars as pl

    return pl.scan_parquet(paths, glob=False, hive_partitioning=False)


def _scan_arrow(paths: Path | list[Path]) -> pl.LazyFrame:
    import polars as pl

    return pl.scan_ipc(paths, glob=False, hive_partitioning=False)


PARQUET = Format("parquet", "Parquet", b"PAR1", _scan_parquet)
ARROW = Format("arrow", "Arrow", b"ARROW1", _scan_arrow)


@dataclass(frozen=True)
class Scanned:
    """The rows of all files, lazy.

    :param kinds: kind of each column.
    :param void: columns without any value.
    :param size: bytes of all files, ``rows`` their rows.
    :param unchanged: raises EvidenceError if a file is no longer the one that was digested.
    """

    frame: pl.LazyFrame = field(repr=False)
    kinds: Mapping[str, str]
    void: frozenset[str]
    size: int
    rows: int
    unchanged: Callable[[], None] = field(repr=False)


def begun(files: Files, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """What changes when one of the files is written to; asked before any of them is digested."""
    return {name: files.identity(name) for name in names}


def scanned(
    files: Files, text: str, before: Mapping[str, tuple[int, ...]], form: Format
) -> Scanned:
    """The files as one lazy frame; only their footers are read.

    :param text: the data set as the release writes it.
    :param before: the files, in order, by :func:`begun`, and digested since.
    :raises EvidenceError: another content than the name says, unreadable, or columns that are
        not the same in every file (``DC203``).
    """
    import polars as pl

    # Too large to hold, so they are scanned lazily by name. The bytes read later are those hashed
    # before as long as size, inode and the kernel's own change time stay the same: whoever scans
    # asks `unchanged` afterwards.
    def unchanged() -> None:
        for name, identity in before.items():
            if files.identity(name) != identity:
                raise EvidenceError(
                    f"{name} changed while it was read",
                    "run again while nothing writes to it",
                    "DC202",
                )

    paths = {name: files.path(name) for name in before}
    schemas: dict[str, pl.Schema] = {}
    for name, path in paths.items():
        _proven(path, name, form)
        with reading(name):
            schemas[name] = form.scan(path).collect_schema()
        refuse_patterns(schemas[name].names(), name)
    with reading(text):
        first, *others = schemas.values()
        if all(list(schema.items()) == list(first.items()) for schema in others):
            frame = form.scan(list(paths.values()) if others else next(iter(paths.values())))
        else:
            refuse_other_columns({name: schema.names() for name, schema in schemas.items()})
            # Of one kind, and yet of several types, such as Int32 and Int64; or in another order.
            parts = [
                form.scan(path).with_columns(_casts(schemas[name])).select(first.names())
                for name, path in paths.items()
            ]
            refuse_other_types({n: p.collect_schema() for n, p in zip(paths, parts, strict=True)})
            frame = pl.concat(parts, how="vertical_relaxed")
        frame = frame.with_columns(_casts(frame.collect_schema(), nulls=True))
        total = int(frame.select(pl.len()).collect().item())
        schema = frame.collect_schema()
    kinds = {name: kind_of(dtype) for name, dtype in schema.items()}
    if len(before) > 1:
        _refuse_new_kinds(kinds, schemas, text)
    void = frozenset(
        name for name in first if not total or all(s[name] == pl.Null for s in schemas.values())
    )
    unchanged()
    size = sum(identity[2] for identity in before.values())
    return Scanned(frame, kinds, void, size, total, unchanged)


def _proven(path: Path, name: str, form: Format) -> None:
    with path.open("rb") as file:
        if file.read(len(form.magic)) != form.magic:
            raise EvidenceError(f"{name} is named {form.word}, its content is not", "write it anew")


def refuse_other_columns(columns: Mapping[str, Sequence[str]]) -> None:
    """Refuse files that do not all have the same columns; their order may differ.

    :param columns: the columns of each file.
    :raises EvidenceError: naming the file (``DC203``).
    """
    (first, wanted), *others = columns.items()
    for name, found in others:
        if {*found} == {*wanted}:
            continue
        lost, new = sorted({*wanted} - {*found}), sorted({*found} - {*wanted})
        told = f"has no column {lost[0]!r}" if lost else f"has a column {new[0]!r} more"
        raise EvidenceError(
            f"{name} {told}; {first} is read as the same data set",
            "write the same columns into every file, or narrow the pattern",
            "DC203",
        )


def refuse_other_types(
    schemas: Mapping[str, Mapping[str, pl.DataType]],
    void: Mapping[str, frozenset[str]] | None = None,
    alike: frozenset[str] = frozenset(),
) -> None:
    """Refuse files in which a column is not of one kind; a column without values fits every kind.

    Numbers of several widths are of one kind. Times of several precisions or zones are not: the
    coarsest precision would be taken for all.

    :param schemas: the types of the columns in each file.
    :param void: columns without values in each file, beside those whose type says it.
    :param alike: kinds that may stand for each other.
    :raises EvidenceError: naming file and column (``DC203``).
    """
    import polars as pl

    seen: dict[str, tuple[str, str]] = {}
    for name, schema in schemas.items():
        for column, dtype in schema.items():
            if dtype == pl.Null or column in (void or {}).get(name, ()):
                continue
            told = _told(dtype)
            first, wanted = seen.setdefault(column, (name, told))
            if told != wanted and not {told, wanted} <= alike:
                raise EvidenceError(
                    f"{name}: column {column} is {told}, in {first} it is {wanted}",
                    "write the column alike in every file, or narrow the pattern",
                    "DC203",
                )


def _told(dtype: pl.DataType) -> str:
    """A type as far as it must be the same in every file."""
    kind = kind_of(dtype)
    return str(dtype) if kind in {"datetime", "other"} else kind


def _refuse_new_kinds(
    kinds: Mapping[str, str], schemas: Mapping[str, pl.Schema], text: str
) -> None:
    """Refuse whole numbers so large that together they would be read as floats."""
    for column, kind in kinds.items():
        if kind == "float" and any(schema[column].is_integer() for schema in schemas.values()):
            raise EvidenceError(
                f"{text}: column {column} has whole numbers of types that have none in common",
                "write the column with one type in every file",
                "DC203",
            )


def _casts(schema: Mapping[str, pl.DataType], *, nulls: bool = False) -> list[pl.Expr]:
    """The casts that make plain columns of those that are not; ``nulls``: of empty ones too."""
    import polars as pl

    made = []
    for name, dtype in schema.items():
        if dtype.is_decimal():
            made.append(pl.col(name).cast(pl.Float64))
        elif isinstance(dtype, pl.Categorical | pl.Enum) or (nulls and dtype == pl.Null):
            made.append(pl.col(name).cast(pl.String))
    return made


def kind_of(dtype: pl.DataType) -> str:
    """The kind of a column: integer, float, boolean, text, date, datetime, other."""
    import polars as pl

    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "float"
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum | pl.Null):
        return "text"
    for plain, kind in ((pl.Boolean, "boolean"), (pl.Date, "date"), (pl.Datetime, "datetime")):
        if isinstance(dtype, plain):
            return kind
    return "other"
