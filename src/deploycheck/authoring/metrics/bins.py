"""Scores as probabilities and bins of them, as checkers of calibration take them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.params import Params

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deploycheck.evidence.scores import Scores


class ScoreBins(Params):
    """Bins between 0 and 1, of equal width or with declared edges."""

    bins: int = Field(
        10, ge=1, le=100, strict=True, description="Bins of equal width between 0 and 1."
    )
    edges: tuple[Annotated[float, Field(gt=0, lt=1)], ...] | None = Field(
        None,
        min_length=1,
        max_length=99,
        description="Inner edges of the bins, increasing, instead of bins of equal width.",
    )

    @model_validator(mode="after")
    def _increasing(self) -> Self:
        edges = self.edges or ()
        if any(b <= a for a, b in pairwise(edges)):
            raise ValueError("edges: they do not increase")
        return self

    @property
    def cuts(self) -> list[float]:
        """All edges, 0 and 1 among them."""
        inner = self.edges or tuple(k / self.bins for k in range(1, self.bins))
        return [0.0, *inner, 1.0]


def target_of_probabilities(scores: Scores, lacking: str = "") -> NDArray[np.float64]:
    """What was true, 1 or 0 a row, where every score may be a probability.

    :param lacking: what scores that are none do not have either: "calibration".
    :raises EvidenceError: there is no target, or a score lies outside 0 to 1 (``DC203``).
    """
    if scores.target is None:
        raise EvidenceError(
            "the release has no target", "set `columns.target` in the release", "DC203"
        )
    if outside := int(((scores.scores < 0) | (scores.scores > 1)).sum()):
        raise EvidenceError(
            f"{outside:,} of {scores.rows:,} scores of {scores.name} lie outside 0 to 1: they are "
            "no probabilities" + (f", and have no {lacking}" if lacking else ""),
            "give the model's probability as the score",
            "DC203",
        )
    return scores.target
