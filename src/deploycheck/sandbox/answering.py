"""What a model's process answered, believed only after it was proven to be an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploycheck.evidence.coded import label_text
from deploycheck.evidence.predictor import Answers
from deploycheck.sandbox.messages import LONGEST_LABEL, MOST_LABELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.errors import EvidenceError

Wrong = Callable[[str], "EvidenceError"]


@dataclass(frozen=True)
class Part:
    """The answers to some rows.

    :param labels: text of each label; two codes may have the same one.
    """

    rows: int
    scores: NDArray[np.float64] | None
    labels: tuple[str, ...]
    codes: NDArray[np.int64] | None


def part_of(
    header: dict[str, Any], rows: int, receive: Callable[[int], bytes], wrong: Wrong
) -> Part:
    """The answers to ``rows`` rows.

    :param receive: the next so many bytes of the process.
    :param wrong: makes an error of what is wrong.
    :raises EvidenceError: another number of rows, a score that is not finite, a code without label.
    """
    import numpy as np

    told, scored, labels = header.get("rows"), header.get("scores"), header.get("labels")
    if type(told) is not int or told != rows:
        count = f"{told:,}" if type(told) is int else "an unknown number of"
        raise wrong(f"answered {count} answers for {rows:,} rows")
    if type(scored) is not bool or (labels is None and not scored):
        raise wrong("answered neither a score nor a label")
    scores = np.frombuffer(receive(8 * rows), np.float64) if scored else None
    texts = () if labels is None else _texts(labels, wrong)
    codes = None if labels is None else np.frombuffer(receive(8 * rows), np.int64)
    if scores is not None and (bad := int((~np.isfinite(scores)).sum())):
        nan = int(np.isnan(scores).sum())
        what = "NaN" if nan == bad else "an infinite number" if not nan else "no finite number"
        raise wrong(f"answered {what} for {bad:,} of {rows:,} rows")
    if codes is not None and rows and not 0 <= codes.min() <= codes.max() < len(texts):
        raise wrong("answered a label that it does not name")
    return Part(rows, scores, texts, codes)


def _texts(labels: Any, wrong: Wrong) -> tuple[str, ...]:
    if not isinstance(labels, list) or len(labels) > MOST_LABELS:
        raise wrong(f"answered more than {MOST_LABELS:,} different labels")
    if any(type(label) not in (str, int, bool, float) for label in labels):
        raise wrong("answered a label that is neither text nor a number")
    texts = tuple(map(label_text, labels))
    if any(len(text) > LONGEST_LABEL for text in texts):
        raise wrong(f"answered a label of more than {LONGEST_LABEL:,} characters")
    return texts


def joined(parts: Sequence[Part], wrong: Wrong) -> Answers:
    """The answers to all parts, with one list of labels.

    :raises EvidenceError: some parts have scores or labels, and some have none; or there are too
        many labels together.
    """
    import numpy as np

    if not parts:
        return Answers(0, scores=np.zeros(0), codes=np.zeros(0, dtype=np.int64))
    scores = [part.scores for part in parts if part.scores is not None]
    coded = [(part.labels, part.codes) for part in parts if part.codes is not None]
    if len(scores) not in {0, len(parts)} or len(coded) not in {0, len(parts)}:
        raise wrong("answered scores or labels for some rows only")
    labels = tuple(sorted({label for told, _ in coded for label in told}))
    if len(labels) > MOST_LABELS:
        raise wrong(f"answered more than {MOST_LABELS:,} different labels")
    place = {label: code for code, label in enumerate(labels)}
    codes = [np.array([place[t] for t in told], dtype=np.int64)[found] for told, found in coded]
    return Answers(
        sum(part.rows for part in parts),
        scores=np.concatenate(scores) if scores else None,
        labels=labels,
        codes=np.concatenate(codes) if codes else None,
    )
