"""Faults that are put into a release on purpose: a gate that does not see them is blind there."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploycheck.evidence.coded import label_text
from deploycheck.selftest.world import World

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

SHARE = 0.2  # of rows that a fault touches
DELAY = 0.5  # seconds that a slow model sleeps before each answer
CANARY = "deploycheck-selftest-canary"


class Inapplicable(Exception):
    """The release has nothing that this fault could be put into; the message says what."""


Make = Callable[[World, str, "np.random.Generator"], World]


@dataclass(frozen=True)
class Fault:
    """A fault.

    :param name: as it is told.
    :param title: what is done, in a sentence.
    :param make: takes a world, the data set that is judged and randomness.
    :param once: whether every trial of it is the same, so that one is enough.
    """

    name: str
    title: str
    make: Make
    once: bool = False


def _label_noise(world: World, name: str, random: np.random.Generator) -> World:
    frame = world.frames[name]
    target = _role(world, frame, "target")
    rows = _some(frame, random)
    return world.with_frame(name, _shuffled(frame, target, rows, random))


def _leaked_target(world: World, name: str, random: np.random.Generator) -> World:
    del random
    frame, columns = world.frames[name], world.release.get("columns") or {}
    target = _role(world, frame, "target")
    stored = [c for c in (columns.get("prediction"), columns.get("score")) if c in frame.columns]
    if _model(world) is not None and not columns.get("stored"):
        raise Inapplicable("the model answers for itself, and cannot be made to know the target")
    if not stored:
        raise Inapplicable("there is no stored prediction")
    positive = columns.get("positive")
    known = frame[target]
    for column in stored:
        score = column == columns.get("score") and positive is not None
        made = _marked(known, positive) if score else known
        frame = frame.with_columns(made.alias(column))
    return world.with_frame(name, frame)


def _leaked_rows(world: World, name: str, random: np.random.Generator) -> World:
    frame, train = world.frames[name], world.frames.get("train")
    if train is None or name == "train":
        raise Inapplicable("there are no training data beside")
    shared = [c for c in frame.columns if c in train.columns and train[c].dtype == frame[c].dtype]
    if len(shared) < len(train.columns):
        raise Inapplicable("the training data have columns that the judged data have not")
    import polars as pl

    taken = frame[_some(frame, random)].select(train.columns)
    return world.with_frame("train", pl.concat([train, taken], how="vertical"))


def _shifted_feature(world: World, name: str, random: np.random.Generator) -> World:
    import polars as pl

    frame = world.frames[name]
    column = str(random.choice(_features(world, frame)))
    deviation = frame[column].cast(pl.Float64).std() or 1.0
    moved = frame[column].cast(pl.Float64) + float(str(deviation))
    kind = frame.schema[column]
    whole = moved.round().cast(kind, strict=False) if kind.is_integer() else moved
    return world.with_frame(name, frame.with_columns(whole.alias(column)))


def _lost_feature(world: World, name: str, random: np.random.Generator) -> World:
    import polars as pl

    frame = world.frames[name]
    column = str(random.choice(_features(world, frame)))
    gone = pl.Series(_mask(frame, _some(frame, random)))
    made = frame.with_columns(pl.when(gone).then(None).otherwise(pl.col(column)).alias(column))
    return world.with_frame(name, made)


def _flipped_group(world: World, name: str, random: np.random.Generator) -> World:
    """The model is wrong about one group: its truth is turned around where it answers itself."""
    import polars as pl

    frame, columns = world.frames[name], world.release.get("columns") or {}
    protected = [c for c in columns.get("protected") or () if c in frame.columns]
    if not protected:
        raise Inapplicable("no column is protected (`columns.protected`)")
    by = str(random.choice(protected))
    groups = frame[by].drop_nulls().value_counts(sort=True)[by].to_list()
    if len(groups) < 2:
        raise Inapplicable(f"{by} has one value alone")
    group = groups[int(random.integers(0, min(len(groups), 2)))]
    asked = _model(world) is not None and not columns.get("stored")
    rows = frame.with_row_index("_row").filter(pl.col(by) == group)["_row"].to_numpy()
    threshold = (columns.get("threshold") or {}).get("at_least")
    if not asked and threshold is not None and columns.get("score") in frame.columns:
        return world.with_frame(name, _exchanged(frame, columns["score"], threshold, rows, random))
    column = _role(world, frame, "target" if asked else "prediction")
    return world.with_frame(name, _turned(frame, column, rows))


def _slow_model(world: World, name: str, random: np.random.Generator) -> World:
    del name, random
    model = _model(world)
    if model is None:
        raise Inapplicable("there is no model")
    if not isinstance(model.get("path"), str) or not model["path"].endswith(".onnx"):
        raise Inapplicable("only an ONNX model is made slow")
    text = _SLOW.format(path=model["path"], delay=DELAY)
    slow = {
        "python": "deploycheck_selftest_slow:answer",
        "features": model.get("features", []),
        "trust": "trusted",
    }
    return world.with_model(slow, {"deploycheck_selftest_slow.py": text.encode()})


def _hostile_pickle(world: World, name: str, random: np.random.Generator) -> World:
    """A model file that would leave a file behind if anything loaded it."""
    del name, random
    model = _model(world)
    if model is None or not isinstance(model.get("path"), str):
        raise Inapplicable("there is no model file")
    return world.with_model(
        {**model, "path": "hostile.pkl"}, {"hostile.pkl": pickle.dumps(_Hostile())}
    )


class _Hostile:
    """Unpickled, it would write a file; nothing here ever does."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (CANARY, "w")


_SLOW = '''\
"""The model of the release, which thinks for a while before each answer."""

import time
from pathlib import Path

import numpy as np
import onnxruntime

SESSION = onnxruntime.InferenceSession(Path(__file__).with_name({path!r}).read_bytes())


def answer(columns):
    time.sleep({delay})
    rows = len(next(iter(columns.values())))
    given = SESSION.get_inputs()
    if len(given) == 1 and len(columns) > 1:
        matrix = np.column_stack([np.asarray(c, np.float32) for c in columns.values()])
        fed = {{given[0].name: matrix}}
    else:
        fed = {{i.name: np.asarray(columns[i.name], np.float32).reshape(rows, -1) for i in given}}
    found = [np.asarray(o) for o in SESSION.run(None, fed)]
    scores = [o for o in found if o.dtype.kind == "f"]
    last = scores[-1] if scores else found[0]
    return last[:, -1] if last.ndim > 1 else last
'''

FAULTS: tuple[Fault, ...] = (
    Fault("label noise", "one target in five is another row's", _label_noise),
    Fault("leaked target", "the stored prediction is the target itself", _leaked_target, once=True),
    Fault("leaked rows", "one judged row in five is a training row too", _leaked_rows),
    Fault("shifted feature", "one feature grows by its standard deviation", _shifted_feature),
    Fault("lost feature", "one feature is missing in one row of five", _lost_feature),
    Fault("flipped group", "the model is wrong about one protected group", _flipped_group),
    Fault("sleep", f"the model sleeps {DELAY:g} s before each answer", _slow_model, once=True),
    Fault("hostile pickle", "the model file runs code when loaded", _hostile_pickle, once=True),
)


def _model(world: World) -> Mapping[str, Any] | None:
    model = world.release.get("model")
    return model if isinstance(model, Mapping) else None


def _role(world: World, frame: pl.DataFrame, role: str) -> str:
    name = (world.release.get("columns") or {}).get(role)
    if not isinstance(name, str) or name not in frame.columns:
        raise Inapplicable(f"there is no column for the {role}")
    if frame.schema[name].is_nested():
        raise Inapplicable(f"{name} holds neither labels nor numbers")
    return name


def _features(world: World, frame: pl.DataFrame) -> list[str]:
    """Numeric features: what the model reads, or every number that has no role."""
    model, columns = _model(world), world.release.get("columns") or {}
    roles = {v for v in columns.values() if isinstance(v, str)} | {
        *(columns.get("protected") or ())
    }
    read = list((model or {}).get("features") or [c for c in frame.columns if c not in roles])
    found = [c for c in read if c in frame.columns and frame.schema[c].is_numeric()]
    if not found:
        raise Inapplicable("there is no numeric feature")
    return found


def _some(frame: pl.DataFrame, random: np.random.Generator) -> Any:
    if not frame.height:
        raise Inapplicable("there are no rows")
    return random.choice(frame.height, max(1, round(SHARE * frame.height)), replace=False)


def _mask(frame: pl.DataFrame, rows: Any) -> Any:
    import numpy as np

    made = np.zeros(frame.height, dtype=bool)
    made[rows] = True
    return made


def _shuffled(
    frame: pl.DataFrame, column: str, rows: Any, random: np.random.Generator
) -> pl.DataFrame:
    """The values of some rows, dealt anew among them and turned where there are two alone."""
    import numpy as np

    if frame[column].drop_nulls().n_unique() == 2:
        return _turned(frame, column, rows)
    place = np.arange(frame.height)
    place[rows] = random.permutation(rows)
    return frame.with_columns(frame[column][place].alias(column))


def _turned(frame: pl.DataFrame, column: str, rows: Any) -> pl.DataFrame:
    """The next value in place of each; of two values, the other one."""
    import polars as pl

    values = sorted(frame[column].drop_nulls().unique().to_list())
    if len(values) < 2:
        raise Inapplicable(f"{column} has one value alone")
    if len(values) > 50:
        raise Inapplicable(f"{column} holds numbers and not labels")
    following = dict(zip(values, [*values[1:], values[0]], strict=True))
    other = frame[column].replace_strict(following, default=None, return_dtype=frame.schema[column])
    touched = pl.Series(_mask(frame, rows))
    return frame.with_columns(pl.when(touched).then(other).otherwise(pl.col(column)).alias(column))


def _exchanged(
    frame: pl.DataFrame, score: str, threshold: float, rows: Any, random: np.random.Generator
) -> pl.DataFrame:
    """In place of some scores, ones that other rows have on the other side of the threshold."""
    import numpy as np

    if not frame.schema[score].is_numeric():
        raise Inapplicable(f"{score} holds no numbers")
    above = frame[score].to_numpy().astype(float) >= float(threshold)
    if above.all() or not above.any():
        raise Inapplicable(f"all of {score} lies on one side of the threshold")
    place = np.arange(frame.height)
    for side in (True, False):
        touched = rows[above[rows] == side]
        place[touched] = random.choice(np.flatnonzero(above != side), len(touched))
    return frame.with_columns(frame[score][place].alias(score))


def _marked(labels: pl.Series, positive: object) -> pl.Series:
    """1 where a label is the positive one, read as in a release: 1 and ``"1"`` are one label."""
    import polars as pl

    alike = [
        value
        for value in labels.drop_nulls().unique().to_list()
        if label_text(value) == label_text(positive)
    ]
    if not alike:
        raise Inapplicable("no row is positive")
    return labels.is_in(alike).cast(pl.Int64)
