"""Checker ``data_quality.leak_split``."""

from collections.abc import Generator
from typing import Annotated

from pydantic import Field

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import chosen
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Count, Estimate, Proportion, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.authoring.params import Columns, From, Params
from deploycheck.authoring.requests import Shared, SharedCount
from deploycheck.evidence.table import Table


class LeakSplit(Params):
    id: Columns | None = Field(
        None,
        description="Columns that say which person, device or case a row is about; each is looked "
        "at by itself.",
    )
    columns: Columns | None = Field(
        None,
        description="Columns in which a row of `test` is compared with the rows of `train`; all "
        "that both have where none are named, but for those of `id`.",
    )


@checker(
    "data_quality.leak_split",
    measures=[
        Measure(
            "shared_ids",
            unit="count",
            better="lower",
            doc="Different values of an `id` column that occur in both data sets.",
        ),
        Measure(
            "shared_rows",
            unit="rows",
            better="lower",
            doc="Rows of `test` whose compared columns all equal those of some row of `train`.",
        ),
        Measure(
            "shared_row_rate",
            unit="probability",
            better="lower",
            doc="shared_rows ÷ rows of `test`.",
        ),
    ],
    kind="exact",
)
def leak_split(
    params: LeakSplit,
    train: Annotated[Table, From("train")],
    test: Annotated[Table, From("test")],
) -> Generator[Estimate | Shared, SharedCount, None]:
    """No row and no entity is in both training and test data.

    Why: A model remembers the rows it was fitted on. A test row that it has seen, or one of the
    same patient or customer, is answered from memory, and the test promises what production will
    not keep.

    Fix: Split by entity, before anything is resampled or augmented, and remove what repeats. Judge
    the model again afterwards: the metrics of the leaking split do not count.

    Definition: For each column of `id`: shared_ids = #{values that occur in `train` and in
    `test`}; a missing id names nobody and is left out. shared_rows = #{rows of `test`: some row of
    `train` has the same values in all compared columns}; there two missing values are equal, NaN
    is missing and −0.0 equals 0.0. shared_row_rate = shared_rows ÷ #{rows of `test`}. Texts are
    compared exactly, whole numbers and others as numbers. Rows that are nearly equal are not
    found. Where each row has a number of its own, name that column in `id`, or name the `columns`
    to compare: no row equals another otherwise.

    Bounds: Counts are exact; the rows are taken as all there are.

    Undefined: Where either data set is empty nothing can be said, and the control is
    inconclusive; so is shared_ids where the control names no `id`, or where a data set has no id
    at all. One row is compared like many. Where all compared columns are constant or missing in
    both, every row is shared. One data set given as both is an error, and so are a column of
    another kind in `train` than in `test` and one of lists or other nested values; nested ones
    that no control names are left out, with a note. A column that a data set has not is refused
    when the plan is made.

    Cost: One hash of each row, 8 bytes each, and a comparison by value of those rows whose hash
    both have: O(m + n) time.

    Source: Kapoor and Narayanan 2023, "Leakage and the reproducibility crisis in
    machine-learning-based science" (Patterns); deepchecks, TrainTestSamplesMix.

    Example:
        check: data_quality.leak_split
        with: {train: train, test: test, id: application_id}
        require: {shared_ids: {max: 0}, shared_row_rate: {max: 0.1%}}
    """
    if train.name == test.name:
        raise EvidenceError(
            f"{train.name} is given as both data sets, and shares every row with itself",
            "name two data sets: `with: {train: …, test: …}`",
            code="DC203",
        )
    ids = params.id or ()
    for table in (train, test):
        chosen(table, ids)
    if not ids:
        yield Undefined("shared_ids", 0, "the control names no `id`")
    for column in ids:
        answer = yield Shared(train, test, (column,), missing=False)
        yield _shared_ids(column, answer)
    columns, details = _compared(params, train, test)
    answer = yield Shared(train, test, columns)
    rows = answer.other_rows
    if not (rows and answer.one_rows):
        for name in ("shared_rows", "shared_row_rate"):
            yield Undefined(name, rows, f"no rows in {test.name if not rows else train.name}")
        return
    yield Count("shared_rows", answer.shared, of=rows, details=details)
    yield Proportion("shared_row_rate", hits=answer.shared, of=rows, details=details)


def _shared_ids(column: str, answer: SharedCount) -> Estimate:
    place = {"column": column}
    present = answer.other_rows - answer.other_missing
    if not (present and answer.one_rows - answer.one_missing):
        return Undefined("shared_ids", present, "a data set has no id at all", slice=place)
    details = [f"{answer.shared:,} rows of the test data are about them"] if answer.shared else []
    for missing, where in ((answer.one_missing, "training"), (answer.other_missing, "test")):
        if missing:
            details.append(f"{missing:,} rows of the {where} data have no id")
    return Count("shared_ids", answer.distinct, of=present, slice=place, details=tuple(details))


def _compared(
    params: LeakSplit, train: Table, test: Table
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that are compared, and what is to be said of them.

    :raises EvidenceError: none are left.
    """
    if params.columns is not None:
        for table in (train, test):
            chosen(table, params.columns)
        return params.columns, (f"{len(params.columns):,} columns compared",)
    common = [c for c in test.columns if c in train.columns and c not in (params.id or ())]
    flat = tuple(c for c in common if "other" not in (train.columns[c], test.columns[c]))
    if not flat:
        raise EvidenceError(
            f"{train.name} and {test.name} have no column in common that can be compared",
            "name the `columns` to compare",
            code="DC203",
        )
    nested = len(common) - len(flat)
    left_out = (f"{nested:,} columns of nested values are left out",) if nested else ()
    return flat, (f"{len(flat):,} columns compared", *left_out)
