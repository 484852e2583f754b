"""Which bound decides about two proportions: where a score bound may be trusted, by enumeration.

Miettinen–Nurminen's and Koopman's scores are normal only in the limit. Enumerating every table of
two samples shows where they are not: the lower bound of p1 − p2 (or of p1 / p2) is passed too
often where the hits of the first or the misses of the second sample are few, because the score is
then skewed towards overstating the contrast; the smaller alpha, the worse (at 0.05/90, 16 times
alpha for 30 against 300 rows). So, for a lower bound at level 1 − alpha, z its normal quantile, w
the smaller of x1 and n2 − x2:

* **exact** always stands: two Clopper–Pearson bounds, each at alpha/2; for a ratio also that of
  the first sample's part of all hits (:mod:`deploycheck.stats.exact_ratio`);
* the **skewness-corrected score** may replace it where w ≥ 8 and n1, n2 ≥ max(30, 2.5 z²); a
  ratio also wants ten hits in each sample;
* the **plain score** may, where moreover w ≥ 5 z (z² − 1): 14 at alpha 0.05, 28 at 0.025;
* above alpha 0.05 the lattice of a small table weighs more than its skewness: the score is then
  taken at the smaller alpha whose normal density is 0.06 √(smallest of the four cells), at least
  0.05;
* the largest of the bounds allowed is the bound. What is allowed grows with alpha, so the bound is
  monotone in it; for a difference at alpha up to 0.05 it is monotone in the hits too.

An upper bound is the lower one with the samples swapped. Attained error on the enumerated grid:
at most alpha + 0.03, and at most 1.6 alpha for alpha up to 0.05 (``benchmarks/coverage``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Flags, Floats, normal_quantile
from deploycheck.stats.roots import decreasing_roots
from deploycheck.stats.scores import ScoreOf, TwoSamples

PLAIN, CORRECTED, EXACT = 0, 1, 2
FEWEST_SKEWING = 8
FEWEST_ROWS = 30
LATTICE = 0.06


@dataclass(frozen=True)
class Use:
    """Whether the score is allowed, plain or corrected, and its critical value."""

    allowed: Flags
    plain: Flags
    z: Floats

    def at(self, rows: NDArray[np.intp]) -> "Use":
        """The members with these positions."""
        return Use(self.allowed[rows], self.plain[rows], self.z[rows])


def score_use(pair: TwoSamples, alpha: Floats, fewest_hits: int, lattice: float = LATTICE) -> Use:
    """Where the score may bound the contrast from below, by the rule of this module."""
    from scipy.special import ndtr

    skewing = np.minimum(pair.x1, pair.n2 - pair.x2)
    cells = np.minimum(skewing, np.minimum(pair.n1 - pair.x1, pair.x2))
    density = lattice * np.sqrt(2 * np.pi * cells)
    with np.errstate(divide="ignore"):
        ceiling = ndtr(-np.sqrt(np.maximum(-2 * np.log(density), 0)))
    z = normal_quantile(np.minimum(alpha, np.maximum(ceiling, 0.05)))
    rows = np.minimum(pair.n1, pair.n2)
    hits = np.minimum(pair.x1, pair.x2)
    return Use(
        allowed=(skewing >= FEWEST_SKEWING)
        & (hits >= fewest_hits)
        & (rows >= np.maximum(FEWEST_ROWS, 2.5 * z * z)),
        plain=skewing >= 5 * z * (z * z - 1),
        z=z,
    )


def critical(use: Use, tilt: Floats) -> Floats:
    """What the score must reach: z, raised by the skewness where the plain score is not enough."""
    return use.z + np.where(use.plain, 0.0, tilt)


def chosen_lower(
    pair: TwoSamples,
    use: Use,
    score: ScoreOf,
    bracket: tuple[Floats, Floats],
    exact: Floats,
) -> tuple[Floats, Floats]:
    """The larger of the exact bound and the score bound where allowed, and which one it is.

    ``exact``, ``bracket`` and the answer are on the scale of ``score``'s first argument.
    """
    low, method = exact.copy(), np.full(exact.shape, float(EXACT))
    rows = np.flatnonzero(use.allowed)
    if rows.size:

        def clearance(points: Floats, members: NDArray[np.intp]) -> Floats:
            here = rows[members]
            at = score(points, pair.at(here))
            return at.clearance(critical(use.at(here), at.tilt(use.z[here])))

        found = decreasing_roots(clearance, bracket[0][rows], bracket[1][rows])
        better = found > exact[rows]
        low[rows] = np.where(better, found, exact[rows])
        method[rows] = np.where(better, np.where(use.plain[rows], PLAIN, CORRECTED), EXACT)
    return low, method
