"""How a model in ONNX is asked and read: which column is which input, which output is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError, RoleError

if TYPE_CHECKING:
    from deploycheck.model.release import ModelArtefact
    from deploycheck.sandbox.onnx import Structure, Value

TEXT = "text"
MOST_FEATURES = 10_000
# numpy's name of each element type of ONNX that a column can be made of.
TYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: TEXT,
    9: "bool", 10: "float16", 11: "float64", 12: "uint32", 13: "uint64",
}  # fmt: skip
_FLOATS = {1, 10, 11}


@dataclass(frozen=True)
class Feed:
    """One input of the model.

    :param name: as the graph names it.
    :param dtype: numpy's name of its elements, or ``text``.
    :param rank: 1 for ``[N]``, 2 for ``[N, k]``.
    :param features: positions of its features, in order.
    """

    name: str
    dtype: str
    rank: int
    features: tuple[int, ...]


@dataclass(frozen=True)
class Take:
    """Which outputs are read.

    :param score: output of the score, ``None`` if there is none.
    :param position: column of the positive class, from 0; ``None`` means the second of two.
    :param label: output of the label, ``None`` if there is none.
    :param must: whether a score is meant to be there, or only taken where there is no doubt.
    """

    score: str | None
    position: int | None
    label: str | None
    must: bool = False


@dataclass(frozen=True)
class Reading:
    """Everything that is needed to ask a model in ONNX."""

    features: tuple[str, ...]
    feeds: tuple[Feed, ...]
    take: Take


def reading_of(structure: Structure, model: ModelArtefact, task: str | None = None) -> Reading:
    """Which column goes where and which output is what.

    A model has one input for each feature, which is found by its name, or inputs that take the
    features in their order: one matrix of k columns, or several. An output of whole numbers, texts
    or truth values with one dimension is the label; one of floats is the score. Floats of shape
    ``[N, 2]`` are probabilities of two classes, and the score is that of the second one unless
    ``outputs.class`` says another; with more columns ``outputs.class`` is needed, unless labels
    are enough.

    :raises RoleError: the release leaves open what the model reads or answers.
    :raises EvidenceError: it reads or answers what is no column (``DC204``).
    """
    features, feeds = _feeds(structure.inputs, model.features)
    return Reading(features, feeds, _take(structure.outputs, model, task))


def _feeds(
    inputs: Sequence[Value], told: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Feed, ...]]:
    if not inputs:
        raise EvidenceError("the model reads nothing: it has no inputs", code="DC204")
    widths = [_width(value) for value in inputs]
    names = [value.name for value in inputs]
    if not told:
        if any(width != 1 for width in widths):
            wide = next(v for v, width in zip(inputs, widths, strict=True) if width != 1)
            columns = "columns" if wide.shape is None or not wide.shape[-1] else wide.shape[-1]
            raise RoleError(
                "features",
                f"the model reads a matrix ({wide.name[:100]}: {columns} wide) and does not name "
                "its columns: list them in `features`, in the order of training",
            )
        told = tuple(names)
    if len(told) > MOST_FEATURES:
        raise RoleError("features", f"more than {MOST_FEATURES:,} features")
    if set(names) <= set(told) and all(width == 1 for width in widths):
        return _by_name(inputs, told)
    if set(names) & set(told) and len(inputs) > 1:
        odd = next(name for name in names if name not in told)
        raise RoleError("features", f"the model reads {odd[:100]!r}, which `features` leaves out")
    return told, _in_order(inputs, widths, told)


def _by_name(
    inputs: Sequence[Value], told: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Feed, ...]]:
    names = [value.name for value in inputs]
    if unread := [feature for feature in told if feature not in names]:
        raise RoleError(
            "features", f"`features` names {unread[0]!r}, which the model does not read"
        )
    feeds = [Feed(v.name, TYPES[v.element], _rank(v), (told.index(v.name),)) for v in inputs]
    return told, tuple(feeds)


def _in_order(
    inputs: Sequence[Value], widths: Sequence[int | None], told: tuple[str, ...]
) -> tuple[Feed, ...]:
    open_ = [at for at, width in enumerate(widths) if width is None]
    known = sum(width for width in widths if width is not None)
    filled = [width or len(told) - known for width in widths]
    if len(open_) > 1 or sum(filled) != len(told) or min(filled) < 1:
        reads = f"{known:,} columns" if not open_ else f"at least {known + 1:,} columns"
        raise RoleError("features", f"the model reads {reads}, and `features` names {len(told):,}")
    feeds, at = [], 0
    for value, width in zip(inputs, filled, strict=True):
        places = tuple(range(at, at + width))
        feeds.append(Feed(value.name, TYPES[value.element], _rank(value), places))
        at += width
    return tuple(feeds)


def _width(value: Value) -> int | None:
    """Columns of an input, ``None`` where the model leaves them open.

    :raises EvidenceError: it takes something else than rows of plain values.
    """
    name = value.name[:100]
    if value.kind != "tensor" or value.element not in TYPES:
        what = value.kind if value.kind not in {"", "tensor"} else "something"
        raise EvidenceError(
            f"the model reads {name!r}, {what} that no column of a table can be",
            "export it with tensors of numbers, texts or truth values as inputs",
            "DC204",
        )
    shape = value.shape
    if shape is None or not 1 <= len(shape) <= 2:
        dimensions = "an unknown number of" if shape is None else len(shape)
        raise EvidenceError(
            f"the model reads {name!r} with {dimensions} dimensions; rows of a table have [N] or "
            "[N, k]",
            "export it for rows of a table",
            "DC204",
        )
    if shape[0] is not None:
        raise EvidenceError(
            f"the model reads exactly {shape[0]:,} rows at a time",
            "export it with an open first dimension",
            "DC204",
        )
    return 1 if len(shape) == 1 else shape[1]


def _rank(value: Value) -> int:
    return len(value.shape or (None,))


def _take(outputs: Sequence[Value], model: ModelArtefact, task: str | None) -> Take:
    told = model.outputs
    for name in (told.score, told.label):
        if name is not None and name not in {value.name for value in outputs}:
            there = ", ".join(value.name[:60] for value in outputs[:8])
            raise RoleError("outputs", f"the model has no output {name!r}; it has {there}")
    _refuse_maps(outputs, told.score, told.label)
    label = told.label
    if label is None and task != "regression":
        rest = [v for v in outputs if v.name != told.score]
        label = _only("label", [v.name for v in rest if _may_be_label(v)], told.score)
    score = told.score
    if score is None:
        rest = [v for v in outputs if v.name != label]
        score = _only("score", [v.name for v in rest if _may_be_score(v)], told.label)
    if score is None and label is None:
        raise RoleError(
            "outputs", "no output of the model is a score or a label: say which in `outputs`"
        )
    take = Take(score, told.class_, label, must=told.score is not None or told.class_ is not None)
    return _checked(take, next((v for v in outputs if v.name == score), None))


def _only(role: str, names: Sequence[str], other: str | None) -> str | None:
    """The one candidate for a role; ``None`` without one, or where the other role is all."""
    if len(names) < 2:
        return names[0] if names else None
    if other is not None:
        return None
    there = ", ".join(name[:60] for name in names[:8])
    raise RoleError(
        "outputs", f"more than one output may be the {role}: say `outputs.{role}`, one of {there}"
    )


def _refuse_maps(outputs: Sequence[Value], score: str | None, label: str | None) -> None:
    for value in outputs:
        asked = value.name in {score, label}
        if value.kind not in {"tensor", ""} and (asked or (score is None and label is None)):
            raise EvidenceError(
                f"the model's output {value.name[:100]!r} is no tensor but a {value.kind}, as "
                "ZipMap makes it",
                "export it without: options={'zipmap': False} in skl2onnx, zipmap=False elsewhere",
                "DC204",
            )


def _may_be_label(value: Value) -> bool:
    if value.kind != "tensor" or value.element not in TYPES or value.element in _FLOATS:
        return False
    shape = value.shape
    return shape is None or len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)


def _may_be_score(value: Value) -> bool:
    shape = value.shape
    return (
        value.kind == "tensor"
        and value.element in _FLOATS
        and (shape is None or 1 <= len(shape) <= 2)
    )


def _checked(take: Take, score: Value | None) -> Take:
    """The score's column, as far as the model says how many it has."""
    shape = () if score is None or score.shape is None else score.shape
    columns = shape[1] if len(shape) == 2 else None
    if take.position is not None and take.score is None:
        raise RoleError("outputs", "`outputs.class` is given, and no output is the score")
    if columns is None or columns <= 0 or score is None:
        return take
    if take.position is not None and take.position >= columns:
        raise RoleError(
            "outputs",
            f"`outputs.class` is {take.position}, and the score has the columns 0 to {columns - 1}",
        )
    if columns > 2 and take.position is None:
        if take.must or take.label is None:
            raise RoleError(
                "outputs",
                f"the score {score.name[:100]!r} has {columns} columns, one for each class: say in "
                "`outputs.class` which is the positive one, from 0",
            )
        return Take(None, None, take.label)
    return take
