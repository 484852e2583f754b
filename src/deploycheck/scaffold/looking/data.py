"""Data files: which there are, and their columns as the engine will see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError
from deploycheck.engine.language.place import visible
from deploycheck.scaffold.found import DataFile
from deploycheck.scaffold.looking.names import answers_apart, features_apart, likeliest, role_of
from deploycheck.scaffold.looking.walk import Budget, Entry, Limits, Walk, shown, shown_all, words

if TYPE_CHECKING:
    from deploycheck.authoring.files import Files
    from deploycheck.scaffold.looking.columns import Look

__all__ = ["READ", "Data", "data_files"]

READ = {".csv", ".parquet", ".pq", ".arrow", ".feather", ".ipc"}
_CSV_OR_PARQUET = "write it as CSV with commas, or as Parquet"
# What is data whatever it is called, and what to do with it.
_SURELY_DATA = {
    ".tsv": _CSV_OR_PARQUET, ".xlsx": "save the sheet as CSV with commas, UTF-8",
    ".xls": "save the sheet as CSV with commas, UTF-8", ".avro": _CSV_OR_PARQUET,
    ".orc": _CSV_OR_PARQUET, ".jsonl": _CSV_OR_PARQUET, ".ndjson": _CSV_OR_PARQUET,
    ".sqlite": "write the table as CSV or Parquet", ".sqlite3": "write the table as CSV or Parquet",
    ".db": "write the table as CSV or Parquet", ".duckdb": "write the table as CSV or Parquet",
    ".data": "name it .csv, with commas and a header line",
    ".sas7bdat": _CSV_OR_PARQUET, ".dta": _CSV_OR_PARQUET, ".sav": _CSV_OR_PARQUET,
    ".arff": _CSV_OR_PARQUET, ".rds": _CSV_OR_PARQUET,
}  # fmt: skip
# What is data where its name or its folder says so.
_MAYBE_DATA = {
    ".json": _CSV_OR_PARQUET,
    ".txt": "name it .csv, with commas and a header line", ".dat": _CSV_OR_PARQUET,
    ".gz": "unpack it", ".zip": "unpack it", ".bz2": "unpack it", ".xz": "unpack it",
    ".zst": "unpack it", ".npy": _CSV_OR_PARQUET, ".npz": _CSV_OR_PARQUET,
    ".pkl": "a pickle is never loaded; " + _CSV_OR_PARQUET,
    ".pickle": "a pickle is never loaded; " + _CSV_OR_PARQUET,
    ".h5": _CSV_OR_PARQUET, ".hdf5": _CSV_OR_PARQUET, ".xml": _CSV_OR_PARQUET,
}  # fmt: skip
_DATA_FOLDERS = {"data", "dataset", "datasets", "raw", "processed"}
_LONGEST = 300  # characters of a sentence about a file
_TELL = 8  # files whose trouble is told one by one


@dataclass
class Data:
    """What was found.

    :param files: data files with what was seen in their columns, the likeliest first.
    """

    files: list[tuple[DataFile, Look]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def data_files(seen: Walk, files: Files, limits: Limits, budget: Budget) -> Data:
    """The data files of a project, opened one by one, the likeliest first.

    :param files: of the project.
    :param limits: how many are opened, and how much of each is read.
    """
    from deploycheck.scaffold.looking.columns import NoRows, looked_at

    made = Data()
    candidates = sorted((e for e in seen.files if e.suffix in READ), key=likeliest)
    troubles: list[str] = []
    at = 0
    for entry in candidates[: limits.data]:
        if budget.spent:
            break
        at += 1
        role, why = role_of(entry)
        try:
            look = looked_at(entry, files, limits)
        except (EvidenceError, NoRows) as error:
            troubles.append(_trouble(entry, error))
            continue
        made.files.append((DataFile(entry.path, look.rows, look.columns, role, why), look))
        made.notes += [f"{shown(entry.path)}: {note}" for note in look.notes]
    made.notes += troubles[:_TELL]
    if len(troubles) > _TELL:
        made.notes.append(f"{len(troubles) - _TELL:,} more data files cannot be read")
    if rest := candidates[at:]:
        told = shown_all(entry.path for entry in rest)
        made.notes.append(f"{told}: not opened, since there are many or large data files")
    made.notes += _odd(seen)
    made.notes += _not_read(seen.files)
    made.notes += _halves([data.path for data, _ in made.files])
    _alone(made)
    return made


def _trouble(entry: Entry, error: Exception) -> str:
    """Why a file was not read, and what to do."""
    text = str(error)
    return _sentence(text if text.startswith(entry.path) else f"{entry.path}: {text}")


def _sentence(text: str) -> str:
    """A sentence with names from the project, visible, on one line and cut."""
    made = " ".join(visible(text[: 2 * _LONGEST]).split())
    return made if len(made) <= _LONGEST else made[: _LONGEST - 1] + "…"


def _odd(seen: Walk) -> Iterator[str]:
    """Pipes, links and the like that are named as data."""
    found = [(p, what) for p, what in seen.odd if p.lower().endswith(tuple(READ))]
    by_what: dict[str, list[str]] = defaultdict(list)
    for path, what in found:
        by_what[what].append(path)
    for what, paths in by_what.items():
        yield f"{shown_all(paths)}: {what}, and not read"


def _not_read(entries: Iterable[Entry]) -> Iterator[str]:
    """Formats that are not read, each told once with what to do."""
    by_suffix: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.suffix in _SURELY_DATA or (entry.suffix in _MAYBE_DATA and _called_data(entry)):
            by_suffix[entry.suffix].append(entry.path)
    for suffix, paths in by_suffix.items():
        fix = _SURELY_DATA.get(suffix) or _MAYBE_DATA[suffix]
        yield f"{shown_all(paths)}: {suffix} is not read; {fix}"


def _called_data(entry: Entry) -> bool:
    *folders, _ = entry.path.split("/")
    said = words(entry.stem)
    if {"requirements", "license", "readme", "model", "names"} & set(said):
        return False
    if "." + entry.stem.rpartition(".")[2].lower() in {*READ, *_SURELY_DATA, ".json"}:
        return True  # as in test.csv.gz
    return bool(_DATA_FOLDERS & {f.lower() for f in folders}) or role_of(entry)[0] != "other"


def _halves(paths: Sequence[str]) -> Iterator[str]:
    """Data sets that lie in two files, such as ``X_test.csv`` and ``y_test.csv``."""
    entries = [Entry(path, 0) for path in paths]
    for one in filter(features_apart, entries):
        for other in filter(answers_apart, entries):
            if role_of(one)[0] == role_of(other)[0] != "other" and one.path != other.path:
                yield (
                    f"{shown(one.path)} and {shown(other.path)} seem to be one data set in two "
                    "files: write their columns side by side into one"
                )


def _alone(made: Data) -> None:
    """A single data file is what the model would be judged on, if it was not trained on it."""
    if made.files and all(data.role == "train" for data, _ in made.files):
        made.notes.append(
            "only training data was found; a model looks better there than it is: add test data"
        )
    if len(made.files) == 1 and made.files[0][0].role in {"other", "production"}:
        data, look = made.files[0]
        alone = replace(data, role="test", why="it is the only data file")
        made.files[0] = alone, look
