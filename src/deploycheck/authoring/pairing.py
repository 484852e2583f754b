"""Which columns of two data sets are compared, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploycheck.authoring.comparing import Categories, Numbers, Silent
from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.coded import MISSING, Coded, value_text
from deploycheck.evidence.samples import Samples

MOST_CATEGORIES = 1_000  # of a column that no control names


def refuse_itself(reference: Samples, current: Samples) -> None:
    """Refuse to compare a data set with itself: nothing could ever differ.

    :raises EvidenceError: one data set given twice, or two that hold the same rows.
    """
    import numpy as np

    same = reference.name == current.name
    if not same and reference.digest and reference.digest == current.digest:
        same = (
            reference.rows == current.rows
            and {*reference.numbers} == {*current.numbers}
            and {*reference.texts} == {*current.texts}
            and all(
                np.array_equal(values, current.numbers[name], equal_nan=True)
                for name, values in reference.numbers.items()
            )
            and all(
                coded.values == current.texts[name].values
                and np.array_equal(coded.codes, current.texts[name].codes)
                for name, coded in reference.texts.items()
            )
        )
    if same:
        raise EvidenceError(
            f"reference ({reference.name}) and current ({current.name}) are the same rows, and "
            "nothing could differ",
            "name two data sets: `with: {reference: train, current: production}`",
            code="DC203",
        )


def numeric(
    reference: Samples, current: Samples, columns: tuple[str, ...] | None
) -> Iterator[Numbers | Silent]:
    """The numeric columns of both, sorted values without the missing ones, or why not."""
    import numpy as np

    for column in _columns(reference, current, columns, texts=False):
        if isinstance(column, Silent):
            yield column
            continue
        sides = []
        for samples in (reference, current):
            # A column of texts without any value is a column of any kind without a value.
            values = samples.numbers.get(column, np.empty(0))
            sides.append((np.sort(values[~np.isnan(values)]), samples.rows))
        (x, m), (y, n) = sides
        yield Numbers(column, x, y, (m - len(x), n - len(y)))


def categorical(
    reference: Samples, current: Samples, columns: tuple[str, ...] | None
) -> Iterator[Categories | Silent]:
    """The columns of categories of both, or why not; numbers only where they are named."""
    for column in _columns(reference, current, columns, texts=True):
        if isinstance(column, Silent):
            yield column
            continue
        made = _counted(column, reference, current)
        # Many values of the current data alone are a change, and are compared.
        before = int((made.reference > 0).sum())
        if columns is None and before > MOST_CATEGORIES:
            reason = f"{before:,} different values: those are names, no categories"
            yield Silent(column, reason, context=True)
        else:
            yield made


def _columns(
    reference: Samples, current: Samples, named: tuple[str, ...] | None, *, texts: bool
) -> Iterator[str | Silent]:
    """The columns that suit the check, in the order of the reference, and what is said of others.

    :raises EvidenceError: a named column that a data set has not.
    """
    if named is not None:
        for column in named:
            yield _named(column, reference, current, texts=texts)
        return
    sides = (reference, current)
    every = [(*side.numbers, *side.texts, *side.left_out) for side in sides]
    for column in dict.fromkeys((*every[0], *every[1])):
        one, other = (_kind(side, column) for side in sides)
        wanted = "text" if texts else "number"
        if wanted not in {one, other} and not (texts and "out" in {one, other}):
            continue
        if one is None or other is None:
            where = current.name if one is None else reference.name
            yield Silent(column, f"only in {where}", context=True)
        elif column in reference.times & current.times:
            yield Silent(
                column, "times move on by themselves; name the column to compare it", context=True
            )
        elif "out" in {one, other}:
            left_out = {**reference.left_out, **current.left_out}
            # Where only the current data are so, that is a change, and no reason to look away.
            reason = f"cannot be compared: {left_out[column]}"
            yield Silent(column, reason, context=one == "out")
        elif {one, other} <= {wanted, "void"}:
            yield column
        else:
            yield Silent(column, _two_kinds(column, reference, current))


def _named(column: str, reference: Samples, current: Samples, *, texts: bool) -> str | Silent:
    kinds = []
    for samples in (reference, current):
        kind = _kind(samples, column)
        if kind is None:
            raise EvidenceError(f"{samples.name} has no column {column}", code="DC019")
        if kind == "out":
            return Silent(column, f"cannot be compared: {samples.left_out[column]}")
        kinds.append(kind)
    real = {*kinds} - {"void"}
    if len(real) > 1:
        return Silent(column, _two_kinds(column, reference, current))
    if not texts and real == {"text"}:
        raise EvidenceError(
            f"column {column} holds no numbers", "compare it with drift.categorical", code="DC203"
        )
    return column


def _two_kinds(column: str, reference: Samples, current: Samples) -> str:
    kind, other = (
        f"{'numbers' if column in samples.numbers else 'texts'} in {samples.name}"
        for samples in (reference, current)
    )
    return f"{kind}, {other}: nothing can be compared"


def _kind(samples: Samples, column: str) -> str | None:
    """``number``, ``text``, ``void`` (no value, so of any kind) or ``out``; ``None`` if absent."""
    import numpy as np

    if column in samples.left_out:
        return "out"
    if column in samples.texts:
        return "text" if {*samples.texts[column].values} - {MISSING} else "void"
    if column in samples.numbers:
        return "void" if np.isnan(samples.numbers[column]).all() else "number"
    return None


def _counted(column: str, reference: Samples, current: Samples) -> Categories:
    """Rows by category in both."""
    import numpy as np

    counts = [_counts(samples, column) for samples in (reference, current)]
    values = tuple(sorted({*counts[0], *counts[1]} - {MISSING}))
    place = {value: index for index, value in enumerate(values)}
    made = []
    for counted in counts:
        rows = np.zeros(len(values), dtype=np.int64)
        for value, count in counted.items():
            if value != MISSING:
                rows[place[value]] = count
        made.append(rows)
    missing = (counts[0].get(MISSING, 0), counts[1].get(MISSING, 0))
    return Categories(column, values, made[0], made[1], missing)


def _counts(samples: Samples, column: str) -> Mapping[str, int]:
    import numpy as np

    if column in samples.numbers:
        numbers = samples.numbers[column]
        present = numbers[~np.isnan(numbers)]
        distinct, rows = np.unique(present, return_counts=True)
        found = dict(zip(map(value_text, distinct.tolist()), rows.tolist(), strict=True))
        return found | {MISSING: len(numbers) - len(present)}
    coded: Coded = samples.texts[column]
    rows = np.bincount(coded.codes, minlength=len(coded.values))
    return dict(zip(coded.values, rows.tolist(), strict=True))
