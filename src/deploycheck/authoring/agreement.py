"""What checkers of repeated answers share: which rows agree within a tolerance, and how far apart.

An answer that is no finite number agrees with nothing, not even with itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from deploycheck.authoring.estimates import Count, Estimate, Statistic, Undefined
from deploycheck.authoring.params import Params
from deploycheck.evidence.errors import EvidenceError
from deploycheck.evidence.predictor import Answers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MISMATCHES = "mismatches"
FARTHEST = "max_difference"
NO_DISTANCE = "labels were compared, and labels have no distance"
SHOWN = 10


class Tolerance(Params):
    """How far two scores of one row may be apart."""

    rtol: float = Field(
        1e-6,
        ge=0,
        lt=1,
        strict=True,
        description="Relative tolerance: two scores are equal where their difference is at most "
        "`atol` plus `rtol` times the earlier or stored score. Sums of 32-bit floats differ by "
        "about a millionth with the size of a batch.",
    )
    atol: float = Field(
        1e-6,
        ge=0,
        strict=True,
        description="Absolute tolerance, in the unit of the score; it counts near zero, where a "
        "probability in 32 bits ends in other digits with the size of a batch.",
    )


@dataclass
class Agreement:
    """Which of some rows agree, over one comparison or several.

    :param different: bool of shape (rows,): the row differed in some comparison.
    :param farthest: largest |difference| of two scores; ``None`` where labels were compared.
    :param lost: answers without a finite difference, such as NaN.
    """

    different: NDArray[np.bool_]
    farthest: float | None = None
    lost: int = 0

    @classmethod
    def of(cls, rows: int) -> Agreement:
        """All of ``rows`` rows agree, until they are compared."""
        import numpy as np

        return cls(np.zeros(rows, dtype=np.bool_))

    def scores(
        self,
        place: NDArray[np.int64],
        now: NDArray[np.float64],
        before: NDArray[np.float64],
        tolerance: Tolerance,
    ) -> None:
        """Compare two scores of each of the rows at ``place``."""
        import numpy as np

        with np.errstate(over="ignore", invalid="ignore"):
            apart = np.abs(now - before)
            near = apart <= tolerance.atol + tolerance.rtol * np.abs(before)
        finite = np.isfinite(apart)
        self.different[place] |= ~(near & finite)
        self.lost += int((~finite).sum())
        if finite.any():
            self.farthest = max(self.farthest or 0.0, float(apart[finite].max()))

    def texts(
        self, place: NDArray[np.int64], now: NDArray[np.object_], before: NDArray[np.object_]
    ) -> None:
        """Compare two labels of each of the rows at ``place``."""
        self.different[place] |= now != before

    def estimates(self, way: str = "") -> tuple[Estimate, Estimate]:
        """Mismatches and the largest difference, where there is one."""
        import numpy as np

        rows = len(self.different)
        where = {"way": way} if way else {}
        at = np.flatnonzero(self.different)
        told: tuple[str, ...] = ()
        if len(at):
            some = ", ".join(f"{place:,}" for place in at[:SHOWN].tolist())
            more = f" and {len(at) - SHOWN:,} more" if len(at) > SHOWN else ""
            told = (f"rows {some}{more} of those asked, counted from 0",)
        count = Count(MISMATCHES, len(at), of=rows, slice=where, details=told)
        if self.lost:
            reason = f"{self.lost:,} answers are no finite number, or too far apart for one"
            return count, Undefined(FARTHEST, rows, reason, self.farthest, slice=where)
        if self.farthest is None:
            return count, Undefined(FARTHEST, rows, NO_DISTANCE, slice=where)
        return count, Statistic(FARTHEST, self.farthest, of=rows, slice=where)


def label_texts(answers: Answers) -> NDArray[np.object_] | None:
    """The label of each row as text; ``None`` where the model answers scores alone."""
    import numpy as np

    if answers.codes is None:
        return None
    return np.array(answers.labels, dtype=object)[answers.codes]


def of_all(answers: Answers, rows: int) -> Answers:
    """``answers``, which are one for each of ``rows`` rows.

    :raises EvidenceError: they are not.
    """
    if answers.rows != rows:
        raise EvidenceError(
            f"the model answered {answers.rows:,} rows of {rows:,}",
            "one answer for each row",
            code="DC204",
        )
    return answers
