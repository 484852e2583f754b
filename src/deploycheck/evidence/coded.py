"""Columns as codes into their distinct values, and the combinations of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MISSING = "(missing)"
COMBINATIONS = 10_000
DENSE = 1_000_000  # combinations, observed or not, up to which a table beats sorting
EXACT = 2**53  # up to here a float64 sum of whole numbers is exact


@dataclass(frozen=True)
class Coded:
    """A column as codes into its values.

    :param values: the distinct values as text, sorted; a missing one is ``(missing)``.
    :param codes: index into ``values`` for each row, int64.
    """

    values: tuple[str, ...]
    codes: NDArray[np.int64] = field(repr=False, compare=False)

    @classmethod
    def of(cls, values: Sequence[object]) -> Coded:
        """Codes of plain values; ``None`` is missing."""
        import numpy as np

        texts = [MISSING if value is None else value_text(value) for value in values]
        distinct = sorted(set(texts))
        code = {text: index for index, text in enumerate(distinct)}
        return cls(tuple(distinct), np.array([code[text] for text in texts], dtype=np.int64))


def value_text(value: object) -> str:
    """The one text of a value: 1, 1.0 and ``"1"`` are ``1``, a boolean is ``true`` or ``false``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__str__(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else float.__repr__(value)
    return str(value)


def label_text(value: object) -> str:
    """The one text of a label: as :func:`value_text`, and the text ``"1.0"`` is ``1`` too.

    So reads a float column that went through a text column. ``"007"`` stays as it is: that is a
    name, no number.
    """
    text = value_text(value)
    whole, _, zeros = text.partition(".")
    return whole if zeros and not zeros.strip("0") and _is_whole(whole) else text


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")


def labelled(
    *columns: Sequence[object],
) -> tuple[tuple[str, ...], list[NDArray[np.int64]]]:
    """The labels of all columns as text, sorted, and each column's codes into them; -1 is missing.

    Values become labels as they do in a release; ``None`` is missing.
    """
    import numpy as np

    told = [[None if v is None else label_text(v) for v in values] for values in columns]
    labels = tuple(sorted({text for texts in told for text in texts if text is not None}))
    code: dict[str | None, int] = {label: index for index, label in enumerate(labels)}
    code[None] = -1
    return labels, [np.array([code[text] for text in texts], dtype=np.int64) for texts in told]


def code_of(role: str, label: str | None, labels: tuple[str, ...], rows: int) -> int:
    """The code of the label that has a role in the release, such as ``positive``.

    -1 where there are no rows: nothing was seen, so nothing can be said about the label.

    :raises EvidenceError: the release gives no label the role, or that label never occurs.
    """
    if label is None:
        raise EvidenceError(
            f"the release does not say which outcome is {role}",
            f"set `columns.{role}` in the release",
            code="DC203",
        )
    if label in labels:
        return labels.index(label)
    if not rows:
        return -1
    seen = ", ".join(repr(text[:40]) for text in labels[:8]) or "no value at all"
    more = ", …" if len(labels) > 8 else ""
    raise EvidenceError(
        f"{role}: {label} never occurs; the prediction has {seen}{more}",
        f"write `columns.{role}` as the data has it",
        code="DC203",
    )


def combined(
    groups: Mapping[str, Coded], by: tuple[str, ...], rows: int
) -> tuple[list[dict[str, str]], NDArray[np.int64]]:
    """The combinations of values of ``by`` that occur, sorted, and the combination of each row.

    :raises EvidenceError: a column that was not collected, or more than 10,000 combinations.
    """
    import numpy as np

    seen: list[tuple[str, ...]] = [()]
    group: NDArray[np.int64] = np.zeros(rows, dtype=np.int64)
    for column in by:
        if column not in groups:
            raise EvidenceError(
                f"column {column} was not collected", "name it in `by`", code="DC203"
            )
        values = groups[column].values
        # Only combinations that occur are kept, so the codes stay small however many columns.
        found, group = _occurring(
            group * len(values) + groups[column].codes, len(seen) * len(values)
        )
        if len(found) > COMBINATIONS:
            raise EvidenceError(
                f"{', '.join(by)}: more than {COMBINATIONS:,} combinations of values",
                "split by fewer columns, or bin them with `derive`",
                code="DC203",
            )
        seen = [(*seen[code // len(values)], values[code % len(values)]) for code in found.tolist()]
    return [dict(zip(by, values, strict=True)) for values in seen], group


def _occurring(codes: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The codes below ``size`` that occur, increasing, and each row's place among them."""
    import numpy as np

    if size > DENSE:
        found, place = np.unique(codes, return_inverse=True)
        return found, place
    found = np.flatnonzero(np.bincount(codes, minlength=size))
    place = np.zeros(size, dtype=np.int64)
    place[found] = np.arange(len(found))
    return found, place[codes]


def read_only(array: NDArray[np.int64]) -> NDArray[np.int64]:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def checked_codes(
    what: str, codes: NDArray[np.int64], rows: int, top: int, *, low: int
) -> NDArray[np.int64]:
    """Codes as a read-only view.

    :raises ValueError: not int64, not one a row, or a code outside ``low`` … ``top`` - 1.
    """
    import numpy as np

    if codes.dtype != np.int64 or codes.shape != (rows,):
        raise ValueError(f"{what}: codes are int64 of shape ({rows},)")
    if rows and (codes.min() < low or codes.max() >= top):
        raise ValueError(f"{what}: a code lies outside {low} to {top - 1}")
    return read_only(codes)


def frequencies(weights: NDArray[Any], rows: int) -> NDArray[np.int64]:
    """Frequency weights as int64; whole floats are whole numbers.

    :raises EvidenceError: missing, infinite, negative or fractional weights, or a sum beyond 2⁵³.
    """
    import numpy as np

    if weights.shape != (rows,) or (rows and weights.dtype.kind not in "iuf"):
        raise EvidenceError(f"weights are {rows:,} whole numbers, one a row", code="DC203")
    real = weights.astype(np.float64)
    finite = np.isfinite(real)
    for what, bad in (
        ("missing or infinite", ~finite),
        ("negative", finite & (real < 0)),
        ("no whole number", finite & (np.floor(real) != real)),
    ):
        if count := int(bad.sum()):
            raise EvidenceError(
                f"{count:,} of {rows:,} frequency weights are {what}",
                "a frequency weight is the number of equal rows that the row stands for",
                code="DC203",
            )
    if real.sum() >= EXACT:
        raise EvidenceError(
            "the frequency weights sum beyond 2^53 and cannot be counted exactly", code="DC203"
        )
    return read_only(weights.astype(np.int64))


def sampling_weights(weights: NDArray[Any], rows: int) -> NDArray[np.float64]:
    """Sampling weights as float64: how many members of the population each row stands for.

    Only their ratios matter. A row of weight 0 counts nothing.

    :raises EvidenceError: missing, infinite or negative weights, none above 0, or an infinite sum.
    """
    import numpy as np

    if weights.shape != (rows,) or (rows and weights.dtype.kind not in "iuf"):
        raise EvidenceError(f"weights are {rows:,} numbers, one a row", code="DC203")
    real = weights.astype(np.float64)
    finite = np.isfinite(real)
    for what, bad in (("missing or infinite", ~finite), ("negative", finite & (real < 0))):
        if count := int(bad.sum()):
            raise EvidenceError(
                f"{count:,} of {rows:,} sampling weights are {what}",
                "a sampling weight is one over the probability that the row was drawn, up to a "
                "factor: finite and at least 0; mend it, or narrow the data set with `where`",
                code="DC203",
            )
    if rows and not real.any():
        raise EvidenceError(
            f"all {rows:,} sampling weights are 0, so no row counts",
            "name the column of weights under `columns.weight`, or leave it out",
            code="DC203",
        )
    with np.errstate(over="ignore"):
        total = real.sum()
    if not np.isfinite(total):
        raise EvidenceError(
            "the sampling weights sum to more than a number can hold",
            "divide them by one constant; only their ratios matter",
            code="DC203",
        )
    return read_only_numbers(real)


def read_only_numbers(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def repeated(entities: NDArray[np.int64], rows: int, weights: Any = None) -> Any:
    """Codes of entities from 0 on, read-only, or ``None`` where every entity has one row.

    A row that stands for several equal ones is as many rows of its entity.

    :param weights: frequency weights, or ``None``.
    :raises ValueError: not int64, not one a row, or a negative code.
    """
    import numpy as np

    codes = checked_codes("entities", entities, rows, np.iinfo(np.int64).max, low=0)
    found, place = np.unique(codes, return_inverse=True)
    several = weights is not None and bool((weights > 1).any())
    return read_only(place.astype(np.int64)) if several or len(found) < rows else None


def checked_numbers(what: str, values: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Numbers as a read-only view.

    :raises ValueError: not float64, or not one a row.
    """
    import numpy as np

    if values.dtype != np.float64 or values.shape != (rows,):
        raise ValueError(f"{what}: numbers are float64 of shape ({rows},)")
    return read_only_numbers(values)
