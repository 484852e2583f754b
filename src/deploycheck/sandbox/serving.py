"""Models as the process that holds them sees them: loaded, fed with columns, called, read."""

from __future__ import annotations

import importlib
import math
import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from deploycheck.sandbox.messages import LONGEST_LABEL, MOST_LABELS, one_line
from deploycheck.sandbox.reading import TEXT, Feed, Take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    import numpy as np
    from numpy.typing import NDArray


class Refused(Exception):
    """What the model answered is no answer."""


class Model(Protocol):
    """A loaded model. What is timed is ``call`` alone."""

    def fed(self, columns: Sequence[NDArray[Any]], rows: int) -> Any:
        """The columns as the model takes them."""

    def call(self, fed: Any) -> Any:
        """The model's answer."""

    def read(self, answer: Any, rows: int) -> tuple[Any, Any]:
        """Its scores and its labels, ``None`` where it has none, not yet proven.

        :raises Refused: they are not of the shape of an answer.
        """


def prepare(task: dict[str, Any]) -> None:
    """Import the libraries, while this process may still do anything."""
    import numpy  # noqa: ICN001, F401 - imported for what it loads

    if task["kind"] == "onnx":
        import onnxruntime  # noqa: F401 - imported for what it loads


def model_of(task: dict[str, Any]) -> Model:
    """The model that a task names, loaded."""
    return OnnxModel(task) if task["kind"] == "onnx" else PythonModel(task)


class OnnxModel:
    """A model in ONNX, run by onnxruntime on one thread of the CPU."""

    def __init__(self, task: dict[str, Any]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.use_deterministic_compute = True
        options.log_severity_level = 4  # its errors are raised too
        self._session = onnxruntime.InferenceSession(
            task["model"], options, providers=["CPUExecutionProvider"]
        )
        self._feeds = [Feed(**{**feed, "features": tuple(feed["features"])})
                       for feed in task["feeds"]]  # fmt: skip
        self._take = Take(**task["take"])
        asked = dict.fromkeys((self._take.score, self._take.label))
        self._outputs = [name for name in asked if name is not None]

    def fed(self, columns: Sequence[NDArray[Any]], rows: int) -> dict[str, Any]:
        """Each input by name."""
        return {feed.name: _filled(feed, columns, rows) for feed in self._feeds}

    def call(self, fed: dict[str, Any]) -> list[Any]:
        """The outputs that are read."""
        made: list[Any] = self._session.run(self._outputs, fed)
        return made

    def read(self, answer: list[Any], rows: int) -> tuple[Any, Any]:
        """The score's column and the label."""
        found = dict(zip(self._outputs, answer, strict=True))
        take = self._take
        label = None if take.label is None else _flat(found[take.label], "label")
        score = None if take.score is None else self._score(found[take.score], label, rows)
        return score, label

    def _score(self, values: Any, label: Any, rows: int) -> Any:
        import numpy as np

        if not isinstance(values, np.ndarray) or values.ndim != 2 or values.shape[1] == 1:
            return _flat(values, "score")
        columns, take = values.shape[1], self._take
        if take.position is None and columns > 2:
            if take.must or label is None:
                raise Refused(
                    f"its score has {columns} columns, and `outputs.class` does not say which"
                )
            return None
        position = 1 if take.position is None else take.position
        if position >= columns:
            raise Refused(f"it gave a score of {columns} columns, and no column {position}")
        return values[:, position] if len(values) or rows else values.reshape(-1)[:0]


def _filled(feed: Feed, columns: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
    import numpy as np

    dtype: Any = object if feed.dtype == TEXT else np.dtype(feed.dtype)
    with np.errstate(all="ignore"):  # a number too large for a narrow float is infinite there too
        if feed.rank == 1:
            return np.asarray(columns[feed.features[0]]).astype(dtype)
        made = np.empty((rows, len(feed.features)), dtype=dtype)
        for at, place in enumerate(feed.features):
            made[:, at] = columns[place]
    return made


def _flat(values: Any, what: str) -> Any:
    """An output of one dimension, or of one column."""
    import numpy as np

    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise Refused(
            f"it answered the shape {array.shape} as its {what}, where one value a row is meant"
        )
    return array


class PythonModel:
    """A function of the release that takes columns by name."""

    def __init__(self, task: dict[str, Any]) -> None:
        _import_from(task["root"])
        module, _, name = task["callable"].partition(":")
        made: Any = importlib.import_module(module)
        for part in name.split("."):
            made = getattr(made, part)
        if not callable(made):
            raise Refused(f"{name} of {module} is no function")
        self._function: Callable[[dict[str, Any]], Any] = made
        self._features: list[str] = task["features"]

    def fed(self, columns: Sequence[NDArray[Any]], rows: int) -> dict[str, Any]:
        """Each feature by name, as a copy that stays as it is, read-only."""
        del rows
        made = {}
        for name, values in zip(self._features, columns, strict=True):
            copy = values.copy()
            copy.flags.writeable = False
            made[name] = copy
        return made

    def call(self, fed: dict[str, Any]) -> Any:
        """The function's answer."""
        return self._function(fed)

    def read(self, answer: Any, rows: int) -> tuple[Any, Any]:
        """Floats are scores, anything else labels; a mapping says which is which."""
        if isinstance(answer, dict):
            if not answer or (odd := [key for key in answer if key not in ("score", "label")]):
                raise Refused(f"it answered a mapping with {one_line(repr(odd[:1]), 60)}; "
                              "it may have score and label" if answer else
                              "it answered an empty mapping")  # fmt: skip
            score, label = answer.get("score"), answer.get("label")
            return (
                None if score is None else self._array(score, rows),
                None if label is None else self._array(label, rows),
            )
        array = self._array(answer, rows)
        return (array, None) if array.dtype.kind == "f" else (None, array)

    def _array(self, answer: Any, rows: int) -> NDArray[Any]:
        import numpy as np

        if isinstance(answer, str | bytes) or not hasattr(answer, "__len__"):
            raise Refused(f"it answered {one_line(type(answer).__name__, 60)}, no list of values")
        if len(answer) != rows:
            raise Refused(f"it answered {len(answer):,} answers for {rows:,} rows")
        try:
            array = np.asarray(answer)
        except ValueError:
            raise Refused("it answered lists of different lengths") from None
        if isinstance(answer, list | tuple) and array.dtype.kind == "U":
            # numpy makes text of numbers that stand beside text.
            array = np.empty(rows, dtype=object)
            array[:] = answer
        return np.asarray(_flat(array, "answer"))


class _FromSource(SourceFileLoader):
    """Compiles what was digested, never bytecode that lies beside it."""

    def get_code(self, fullname: str) -> CodeType | None:
        path = self.get_filename(fullname)
        made: CodeType = self.source_to_code(self.get_data(path), path)
        return made


def _import_from(root: str) -> None:
    """Make the release's folder the first place to import from, in this process."""
    finder = FileFinder.path_hook((ExtensionFileLoader, EXTENSION_SUFFIXES), (_FromSource, [".py"]))
    installed = [Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()]

    def hook(path: str) -> Any:
        place = Path(path).resolve()
        if not place.is_relative_to(root) or any(place.is_relative_to(i) for i in installed):
            raise ImportError(path)
        return finder(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
    sys.path.insert(0, root)


def replied(found: tuple[Any, Any], rows: int) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """What the parent is told: a header, scores as float64, labels as codes of a list.

    :raises Refused: another number of rows, no numbers, or too many labels.
    """
    import numpy as np

    scores, labels = found
    if scores is None and labels is None:
        raise Refused("it answered neither a score nor a label")
    header: dict[str, Any] = {"rows": rows, "scores": scores is not None, "labels": None}
    arrays: list[NDArray[Any]] = []
    for values in (scores, labels):
        if values is not None and len(values) != rows:
            raise Refused(f"it answered {len(values):,} answers for {rows:,} rows")
    if scores is not None:
        if scores.dtype.kind not in "fiub":
            raise Refused(f"it answered scores that are no numbers but {scores.dtype.name[:40]}")
        arrays.append(np.ascontiguousarray(scores, dtype=np.float64))
    if labels is not None:
        header["labels"], codes = _coded(labels)
        arrays.append(codes)
    return header, arrays


def _coded(labels: NDArray[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct labels, and the place of each row's among them.

    :raises Refused: a label of no kind that labels have, or too many or too long ones.
    """
    import numpy as np

    if labels.dtype.kind in "iubf":
        distinct, places = np.unique(labels, return_inverse=True)
        told: list[Any] = distinct[: MOST_LABELS + 1].tolist()
        codes = places.reshape(-1).astype(np.int64)
    elif labels.dtype.kind in "OU":
        told, codes = _coded_objects(labels.tolist())
    else:
        raise Refused(f"it answered labels of the kind {labels.dtype.name[:40]}")
    if len(told) > MOST_LABELS:
        raise Refused(f"it answered more than {MOST_LABELS:,} different labels")
    if any(isinstance(v, float) and not math.isfinite(v) for v in told):
        raise Refused("it answered a label that is no finite number")
    if any(isinstance(v, str) and len(v) > LONGEST_LABEL for v in told):
        raise Refused(f"it answered a label of more than {LONGEST_LABEL:,} characters")
    return told, codes


def _coded_objects(values: list[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    import numpy as np

    code: dict[Any, int] = {}
    for value in values:
        if type(value) not in {str, int, bool, float, np.str_}:
            raise Refused(
                f"it answered {one_line(type(value).__name__, 60)} for a label; a label is text, "
                "a whole number or a truth value"
            )
        code.setdefault((type(value), value), len(code))  # 1 and True are equal, and two labels
        if len(code) > MOST_LABELS:
            break
    codes = [code.get((type(value), value), 0) for value in values]
    return [value for _, value in code], np.array(codes, dtype=np.int64)
