"""Columns on their way to the process: numbers as they are, texts as codes and distinct values.

They lie in a file in memory that the parent writes and the child maps, so that a million rows are
copied once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deploycheck.evidence.errors import EvidenceError
from deploycheck.sandbox.reading import TEXT

if TYPE_CHECKING:
    import mmap

    from numpy.typing import NDArray

    from deploycheck.evidence.predictor import Inputs

MOST_ROWS = 65_536
MOST_BYTES = 32 << 20  # of one part, as far as whole rows allow
_FEWEST_ROWS = 256
_EXACT = 2.0**53
ANY = "any"  # a column of either kind

Layout = list[dict[str, Any]]


def rows_at_once(columns: int) -> int:
    """Rows that are sent in one part."""
    return min(MOST_ROWS, max(_FEWEST_ROWS, MOST_BYTES // (8 * max(columns, 1))))


def prepared(columns: Inputs, features: Sequence[str], kinds: Mapping[str, str]) -> list[Any]:
    """The columns of the features, in order, each of the kind that the model reads.

    :param kinds: for each feature ``text``, ``any``, or numpy's name of a number.
    :raises EvidenceError: one is missing, of another length or kind, or has values that the model
        cannot be given (``DC204``).
    """
    import numpy as np

    made: list[Any] = []
    for name in features:
        if name not in columns:
            raise _unfit(f"the model reads {name}, which is not there")
        values = np.asarray(columns[name])
        if values.ndim != 1 or (made and len(values) != len(made[0])):
            raise _unfit(f"column {name} has another shape than the others")
        if values.dtype != object:
            if values.dtype.kind not in "fiub":
                raise _unfit(f"column {name} is neither numbers nor text")
            values = np.ascontiguousarray(values, dtype=np.float64)
        _check(name, values, kinds.get(name, ANY))
        made.append(values)
    return made


def _check(name: str, values: NDArray[Any], kind: str) -> None:
    import numpy as np

    text = values.dtype == object
    if kind == ANY or not len(values):
        return
    if kind == TEXT:
        missing = sum(v is None for v in values) if text else int(np.isnan(values).sum())
        if missing:
            raise _unfit(
                f"{missing:,} of {len(values):,} rows have no {name}, which the model reads as "
                "text",
                "ONNX has no missing text: write in the data what it is trained to read there",
            )
        if not text:
            raise _unfit(f"the model reads {name} as text, and it is numbers", "store it as text")
        return
    if text:
        raise _unfit(f"the model reads {name} as a number, and it is text", "store it as numbers")
    if kind.startswith("float"):
        return
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise _unfit(
            f"{missing:,} of {len(values):,} rows have no finite {name}, which the model reads as "
            f"{kind}",
            "whole numbers have no missing value: write in the data what it is trained to read",
        )
    low, high = (0.0, 1.0) if kind == "bool" else _range(kind)
    if wrong := int(((values != np.floor(values)) | (values < low) | (values > high)).sum()):
        raise _unfit(
            f"{wrong:,} of {len(values):,} rows have a {name} that is no {kind}, which the model "
            "reads"
        )


def _range(kind: str) -> tuple[float, float]:
    import numpy as np

    info = np.iinfo(kind)
    return max(float(info.min), -_EXACT), min(float(info.max), _EXACT)


def written(number: int, columns: Sequence[NDArray[Any]], names: Sequence[str]) -> Layout:
    """Where each column lies, after writing them one behind the other into an open file.

    :raises EvidenceError: a text that no encoding can hold.
    """
    at, layout = 0, []
    for name, values in zip(names, columns, strict=True):
        if values.dtype == object:
            place, at = _written_texts(number, values, at, name)
        else:
            place, at = {"kind": "f8", "at": at}, _put(number, values, at)
        layout.append(place)
    return layout


def _written_texts(
    number: int, values: NDArray[Any], at: int, name: str
) -> tuple[dict[str, Any], int]:
    import numpy as np

    texts = values.tolist()
    distinct = dict.fromkeys(texts)
    distinct.pop(None, None)
    if odd := [v for v in distinct if type(v) is not str]:
        raise _unfit(f"column {name} holds {type(odd[0]).__name__}, neither number nor text")
    code: dict[str | None, int] = {text: place for place, text in enumerate(distinct)}
    code[None] = -1
    codes = np.fromiter(map(code.__getitem__, texts), dtype=np.int64, count=len(texts))
    try:
        parts = [text.encode() for text in distinct if text is not None]
    except UnicodeEncodeError:
        raise _unfit(f"column {name} holds text that is not Unicode") from None
    ends = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    place = {"kind": "text", "at": at, "distinct": len(parts)}
    at = _put(number, codes, at)
    place["ends"] = at
    at = _put(number, ends, at)
    place["texts"] = at
    return place, _put(number, np.frombuffer(b"".join(parts), dtype=np.uint8), at)


def _put(number: int, values: NDArray[Any], at: int) -> int:
    """Write an array; the next place after it, as numbers need it."""
    left = memoryview(values.data).cast("B") if len(values) else memoryview(b"")
    while left:
        done = os.pwrite(number, left, at)
        left, at = left[done:], at + done
    return at + -at % 8


def read(space: mmap.mmap, layout: Layout, rows: int) -> list[NDArray[Any]]:
    """The columns that :func:`written` wrote, for the process of the model; numbers read-only."""
    import numpy as np

    made: list[NDArray[Any]] = []
    for place in layout:
        if place["kind"] == "f8":
            made.append(np.frombuffer(space, np.float64, rows, place["at"]))
            continue
        codes = np.frombuffer(space, np.int64, rows, place["at"])
        count = place["distinct"]
        ends = np.frombuffer(space, np.int64, count + 1, place["ends"]).tolist()
        start = place["texts"]
        texts: list[str | None] = [
            space[start + ends[i] : start + ends[i + 1]].decode() for i in range(count)
        ]
        values = np.empty(count + 1, dtype=object)
        values[:] = [*texts, None]
        made.append(values[codes])
    return made


def _unfit(message: str, fix: str = "") -> EvidenceError:
    return EvidenceError(message, fix, "DC204")
