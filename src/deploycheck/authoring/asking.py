"""A model's answers on all rows of a data set: asked in parts, kept between runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploycheck.authoring.collector import Source, combined_digest
from deploycheck.authoring.delimited import reading
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.tabular import Rows, rows_of
from deploycheck.evidence.predictor import Answers, Predictor
from deploycheck.evidence.table import Table

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

BLOCK = 16_000_000  # values that are read at once
PART = 10_000  # rows that are asked at once
_HEAD = b"deploycheck answers 1\n"
_PLAIN = {"integer", "float", "boolean", "text"}


def answers_digest(source: Source, rows: Rows) -> str | None:
    """Digest of a data set and of the model that is asked about it; nothing is asked.

    :return: ``None`` where the model has no digest, so that nothing may be reused.
    :raises EvidenceError: no such model, or a feature that the data set has not (``DC019``) or
        that is neither number, text nor truth value (``DC203``).
    """
    described = source.described(Predictor)
    features = described.facts.get("features") or (source.model.features if source.model else ())
    check_features(tuple(features), rows, source.subject)
    return None if described.digest is None else combined_digest(rows.digest, described.digest)


def check_features(features: tuple[str, ...], rows: Rows, name: str) -> None:
    """Every feature is a column that a model can read.

    :raises EvidenceError: it is not there (``DC019``), or of a kind that models do not read
        (``DC203``).
    """
    for feature in features:
        kind = rows.columns.get(feature)
        if kind is None:
            raise EvidenceError(
                f"data set {name} has no column {feature!r}, which the model reads",
                "mend the model's `features`",
                "DC019",
            )
        if kind not in _PLAIN:
            raise EvidenceError(
                f"data set {name}: the model reads {feature}, which is {kind}; it can read "
                "numbers, text and truth values",
                "store it as a number or as text",
                "DC203",
            )


def answers_of(source: Source, table: Table, rows: int) -> Answers:
    """What the model in the source's role answers on each row of the table, in its order.

    Answers are kept by what they depend on: the model, the data and its narrowing. What was kept
    and does not fit is made again.

    :param rows: rows of the table.
    :raises EvidenceError: the model cannot be asked, or answers what it may not (``DC204``).
    """
    key = _key(source)
    kept = source.memory.get(key) if source.memory is not None and key is not None else None
    made = None if kept is None else unpacked(kept, rows)
    if made is None:
        made = _asked(source, table, rows)
        if source.memory is not None and key is not None:
            source.memory.put(key, packed(made))
    return made


def _key(source: Source) -> str | None:
    """Names the answers: everything that they depend on; ``None`` where that is not known."""
    described = source.described(Predictor)
    if not described.digest:
        return None
    spec = source.data_set.model_dump(mode="json", exclude={"path", "digest"})
    model = source.model
    told = [] if model is None else [list(model.features), model.limits.model_dump(mode="json")]
    return combined_digest(
        "Answers", described.digest, rows_of(source).digest, source.subject, spec, told
    )


def _asked(source: Source, table: Table, rows: int) -> Answers:
    import numpy as np

    if not rows:
        return Answers(0, scores=np.zeros(0), codes=np.zeros(0, dtype=np.int64))
    predictor: Predictor = source.collected(Predictor)
    known = rows_of(source)
    check_features(predictor.features, known, source.subject)
    parts = [
        _checked(predictor.answers(part), len(next(iter(part.values()), ())))
        for frame in _blocks(table, predictor.features, rows)
        for part in _parts(frame, known)
    ]
    table.unchanged()
    made = _joined(parts)
    if made.rows != rows:
        raise EvidenceError(
            f"data set {table.name} gave {made.rows:,} rows to the model, and has {rows:,}",
            "run again while nothing writes to it",
            "DC202",
        )
    return made


def _blocks(table: Table, features: tuple[str, ...], rows: int) -> Iterator[pl.DataFrame]:
    if not features:
        raise EvidenceError("the model reads no feature", "say `features` of the model", "DC204")
    size = max(PART, BLOCK // len(features))
    for start in range(0, rows, size):
        with reading(f"data set {table.name}"):
            frame: pl.DataFrame = table.frame.select(features).slice(start, size).collect()
        yield frame


def _parts(frame: pl.DataFrame, known: Rows) -> Iterator[dict[str, Any]]:
    for start in range(0, frame.height, PART):
        part = frame.slice(start, PART)
        yield {
            name: feature(part[name], known.columns[name], void=name in known.void)
            for name in part.columns
        }


def feature(column: pl.Series, kind: str, *, void: bool = False) -> NDArray[Any]:
    """A column as a model reads it.

    Numbers are float64, truth values 0 and 1, missing ones NaN; text is an object array with
    ``None``. A column without any value has no kind, and is taken for missing numbers.
    """
    import numpy as np
    import polars as pl

    if kind == "text" and not void:
        made = np.empty(len(column), dtype=object)
        made[:] = column.to_list()
        return made
    if void:
        return np.full(len(column), np.nan)
    return column.cast(pl.Float64).to_numpy()


def _checked(answers: Answers, rows: int) -> Answers:
    """The answers to one part, proven to be answers.

    :raises EvidenceError: another number of rows, a score that is not finite, a code without label.
    """
    import numpy as np

    if answers.rows != rows:
        raise EvidenceError(f"the model answered {answers.rows:,} of {rows:,} rows", code="DC204")
    scores, codes = answers.scores, answers.codes
    if scores is not None and (wrong := int((~np.isfinite(scores)).sum())):
        raise EvidenceError(
            f"{wrong:,} of {rows:,} scores that the model answered are no finite number",
            "see which rows it cannot score; `where` narrows the data set",
            "DC204",
        )
    if codes is not None and rows and not 0 <= codes.min() <= codes.max() < len(answers.labels):
        raise EvidenceError("the model answered a label that it does not have", code="DC204")
    return answers


def _joined(parts: list[Answers]) -> Answers:
    """The answers to all parts, whatever labels occur in each.

    :raises EvidenceError: some parts have scores or labels, and some have none.
    """
    import numpy as np

    scores = [part.scores for part in parts if part.scores is not None]
    coded = [(part.labels, part.codes) for part in parts if part.codes is not None]
    if len(scores) not in {0, len(parts)} or len(coded) not in {0, len(parts)}:
        raise EvidenceError("the model answers scores or labels for some rows only", code="DC204")
    # A label that a model knows and answers nowhere is none of these rows.
    used = {told[code] for told, codes in coded for code in np.unique(codes).tolist()}
    labels = tuple(sorted(used))
    place = {label: code for code, label in enumerate(labels)}
    found = [
        np.array([place.get(label, -1) for label in told], dtype=np.int64)[codes]
        for told, codes in coded
    ]
    return Answers(
        sum(part.rows for part in parts),
        scores=np.concatenate(scores) if scores else None,
        labels=labels,
        codes=np.concatenate(found) if found else None,
    )


def packed(answers: Answers) -> bytes:
    """The answers as bytes: a header line of JSON, the scores, the codes."""
    head = {
        "rows": answers.rows,
        "labels": list(answers.labels),
        "scores": answers.scores is not None,
        "codes": answers.codes is not None,
    }
    arrays = [(answers.scores, "<f8"), (answers.codes, "<i8")]
    raw = b"".join(array.astype(kind).tobytes() for array, kind in arrays if array is not None)
    return _HEAD + json.dumps(head).encode() + b"\n" + raw


def unpacked(kept: bytes, rows: int) -> Answers | None:
    """The answers that :func:`packed` wrote; ``None`` where they do not fit ``rows`` rows."""
    import numpy as np

    if not kept.startswith(_HEAD):
        return None
    line, _, raw = kept[len(_HEAD) :].partition(b"\n")
    try:
        head = json.loads(line)
        given = [bool(head["scores"]), bool(head["codes"])]
        labels = tuple(map(str, head["labels"]))
        if head["rows"] != rows or len(raw) != 8 * rows * sum(given):
            return None
        return _checked(
            Answers(
                rows,
                scores=_taken(raw[: 8 * rows], "<f8", np.float64) if given[0] else None,
                labels=labels,
                codes=_taken(raw[8 * rows * given[0] :], "<i8", np.int64) if given[1] else None,
            ),
            rows,
        )
    except (EvidenceError, KeyError, TypeError, ValueError):
        return None


def _taken(raw: bytes, kind: str, dtype: type[Any]) -> NDArray[Any]:
    import numpy as np

    return np.frombuffer(raw, dtype=kind).astype(dtype)
