"""A model that can be asked: what it answers on any rows, without knowing where it runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from deploycheck.evidence.coded import label_text
from deploycheck.evidence.errors import EvidenceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Inputs = Mapping[str, Any]
REMEMBERED = 64 << 20  # bytes of answers that are kept, so that equal questions are asked once


@dataclass(frozen=True)
class Answers:
    """What a model answered on some rows; at least one of ``scores`` and ``codes`` is there.

    :param rows: how many rows were asked.
    :param scores: float64 of shape (rows,): the score of the positive class, or the number of a
        regression. Finite.
    :param labels: the predicted labels as text, sorted; ``codes`` index into them.
    :param codes: int64 of shape (rows,).
    """

    rows: int
    scores: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    labels: tuple[str, ...] = ()
    codes: NDArray[np.int64] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.scores is None and self.codes is None:
            raise EvidenceError("the model answered neither a score nor a label", code="DC204")
        for name in ("scores", "codes"):
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != (self.rows,):
                raise EvidenceError(
                    f"the model answered {array.shape} {name} for {self.rows:,} rows", code="DC204"
                )
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def prove_scores_of(self, positive: str | None) -> None:
        """Where the model answers labels too, its scores must be higher where it says ``positive``.

        :raises EvidenceError: they are lower there: they are scores of another label (``DC204``).
        """
        scores, codes = self.scores, self.codes
        texts = [label_text(label) for label in self.labels]
        if scores is None or codes is None or positive not in texts:
            return
        told = codes == texts.index(positive)
        if not told.any() or told.all():
            return
        here, elsewhere = float(scores[told].mean()), float(scores[~told].mean())
        if elsewhere - here > 1e-9 * max(abs(here), abs(elsewhere)):  # beyond rounding
            raise EvidenceError(
                f"the model's scores are {here:.3g} on average where it answers the positive label "
                f"{str(positive)[:40]!r}, and {elsewhere:.3g} where it does not: they are those of "
                "another label",
                "say in `model.outputs.class` which column belongs to the positive label",
                code="DC204",
            )

    @property
    def bytes(self) -> int:
        """Memory that the arrays take."""
        return sum(a.nbytes for a in (self.scores, self.codes) if a is not None)


@dataclass(frozen=True)
class Predictor:
    """A model as a function of columns.

    :param name: ``model`` or ``champion``.
    :param digest: of the artefact and of how its answers are read.
    :param features: columns it reads, in order.
    :param ask: answers on columns of equal length: float64 with NaN, or object arrays of ``str``
        and ``None``. It is the collector's; checkers call :meth:`answers`.
    :param isolation: how the model is kept apart, for the reader.
    :param close: ends what answers, such as a process; a question asked afterwards starts it anew.
    """

    subject: ClassVar[str] = "model"

    name: str
    digest: str
    features: tuple[str, ...]
    ask: Callable[[Inputs], Answers] = field(repr=False, compare=False)
    isolation: str = ""
    close: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)
    _kept: dict[str, Answers] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls, function: Callable[[Inputs], Any], features: tuple[str, ...], name: str = "model"
    ) -> Predictor:
        """A predictor made of a Python function from columns to scores, as a test needs it.

        Floats are scores; everything else is labels.
        """
        import numpy as np

        def ask(columns: Inputs) -> Answers:
            made = np.asarray(function(columns))
            if made.dtype.kind == "f":
                return Answers(len(made), scores=made.astype(np.float64))
            texts = [label_text(value) for value in made.tolist()]
            labels = tuple(sorted(set(texts)))
            codes = np.array([labels.index(text) for text in texts], dtype=np.int64)
            return Answers(len(texts), labels=labels, codes=codes)

        return cls(name, "", features, ask)

    def answers(self, columns: Inputs, *, fresh: bool = False) -> Answers:
        """What the model answers on these columns.

        :param columns: every feature, by name, of one length; others are left out.
        :param fresh: ask even if the same was asked before.
        :raises EvidenceError: a feature is missing, the lengths differ, or the model raises, dies,
            is late, or answers what it may not (``DC204``).
        """
        asked = {name: columns[name] for name in self.features if name in columns}
        if missing := [name for name in self.features if name not in asked]:
            raise EvidenceError(f"the model reads {missing[0]}, which is not there", code="DC204")
        if len({len(values) for values in asked.values()}) > 1:
            raise EvidenceError("the columns for the model have different lengths", code="DC204")
        key = _digest(asked)
        if fresh or key not in self._kept:
            made = self.ask(asked)
            if sum(a.bytes for a in self._kept.values()) + made.bytes > REMEMBERED:
                self._kept.clear()
            self._kept[key] = made
        return self._kept[key]


def _digest(columns: Inputs) -> str:
    import numpy as np

    whole = hashlib.sha256()
    for name, values in columns.items():
        array = np.asarray(values)
        whole.update(f"{name}\0{array.dtype}\0{len(array)}\0".encode())
        if array.dtype == object:
            # With lengths: texts that hold a separator must not read like two others.
            told = "".join("-" if v is None else f"{len(str(v))}:{v}" for v in array)
            whole.update(told.encode("utf-8", "surrogatepass"))
        else:
            whole.update(np.ascontiguousarray(array).data)
    return whole.hexdigest()
