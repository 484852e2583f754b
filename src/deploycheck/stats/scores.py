"""Score statistics of two independent proportions, at a given difference or ratio.

A *score* is how far the observed contrast lies above the one supposed, in standard errors taken
at the maximum-likelihood rates under that supposition.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deploycheck.stats.bounds import Floats


@dataclass(frozen=True)
class TwoSamples:
    """Checked counts of two independent samples, as float arrays of one shape."""

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats

    def swapped(self) -> "TwoSamples":
        """The same two samples, the second one first."""
        return TwoSamples(self.x2, self.n2, self.x1, self.n1)

    def at(self, where: NDArray[np.intp]) -> "TwoSamples":
        """The members with these positions."""
        return TwoSamples(self.x1[where], self.n1[where], self.x2[where], self.n2[where])


@dataclass(frozen=True)
class Score:
    """Observed minus supposed contrast, with variance and third central moment under the latter."""

    gap: Floats
    variance: Floats
    third: Floats

    def tilt(self, z: Floats) -> Floats:
        """What skewness adds to the critical value z, never less than nothing.

        The Cornish–Fisher term γ(z² − 1)/6 (Gart and Nam, Biometrics 44 (1988) and 46 (1990);
        Laud, Pharmaceutical Statistics 16 (2017)), taken only where it makes the bound safer.
        """
        cube = self.variance**1.5
        skewness: Floats = np.divide(self.third, cube, out=np.zeros_like(cube), where=cube > 0)
        return np.maximum(skewness * (z * z - 1) / 6, 0)

    def clearance(self, critical: Floats) -> Floats:
        """Positive where the score exceeds the critical value, bounded and smooth around it."""
        length = np.sqrt(self.gap * self.gap + critical * critical * self.variance)
        sine: Floats = np.divide(self.gap, length, out=np.zeros_like(length), where=length > 0)
        return np.asarray(sine - 0.5**0.5)


ScoreOf = Callable[[Floats, TwoSamples], Score]


def difference_score(delta: Floats, pair: TwoSamples) -> Score:
    """The score of Miettinen and Nurminen for p1 − p2 = delta, with their factor N/(N − 1)."""
    p1, p2 = rates_given_difference(delta, pair)
    v1, v2 = p1 * (1 - p1) / pair.n1, p2 * (1 - p2) / pair.n2
    total = pair.n1 + pair.n2
    return Score(
        gap=pair.x1 / pair.n1 - pair.x2 / pair.n2 - delta,
        # N/(N − 1); below two effective rows, which no score decides about, it stays at two
        variance=(v1 + v2) * (total / np.maximum(total - 1, total / 2)),
        third=v1 * (1 - 2 * p1) / pair.n1 - v2 * (1 - 2 * p2) / pair.n2,
    )


def ratio_score(log_ratio: Floats, pair: TwoSamples) -> Score:
    """The score of Koopman for p1 / p2 = exp(log_ratio)."""
    ratio = np.exp(log_ratio)
    p1, p2 = rates_given_ratio(ratio, pair)
    v1, v2 = p1 * (1 - p1) / pair.n1, p2 * (1 - p2) / pair.n2 * ratio * ratio
    return Score(
        gap=pair.x1 / pair.n1 - ratio * (pair.x2 / pair.n2),
        variance=v1 + v2,
        third=v1 * (1 - 2 * p1) / pair.n1 - v2 * ratio * (1 - 2 * p2) / pair.n2,
    )


def rates_given_difference(delta: Floats, pair: TwoSamples) -> tuple[Floats, Floats]:
    """The maximum-likelihood rates under p1 − p2 = delta, in closed form.

    The trigonometric root of the cubic likelihood equation (Miettinen and Nurminen, Statistics in
    Medicine 4 (1985), appendix), then two Newton steps: arccos alone loses half the digits where
    rates are small against 1/√n.
    """
    total = pair.n1 + pair.n2
    c2 = ((pair.n1 + 2 * pair.n2) * delta - total - pair.x1 - pair.x2) / total
    c1 = ((pair.n2 * delta - total - 2 * pair.x2) * delta + pair.x1 + pair.x2) / total
    c0 = pair.x2 * delta * (1 - delta) / total
    third = c2 / 3
    half = third**3 - c1 * third / 2 + c0 / 2
    square = np.maximum(third * third - c1 / 3, 0)
    root = np.where(half < 0, -1.0, 1.0) * np.sqrt(square)
    cube = root * square
    cosine = np.divide(half, cube, out=np.zeros_like(half), where=cube != 0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1, 1))) / 3
    low, high = np.maximum(0.0, -delta), np.minimum(1.0, 1 - delta)
    p2 = np.clip(2 * root * np.cos(angle) - third, low, high)
    value = ((p2 + c2) * p2 + c1) * p2 + c0
    for _ in range(2):
        slope = (3 * p2 + 2 * c2) * p2 + c1
        move = np.divide(value, slope, out=np.zeros_like(value), where=slope != 0)
        nearer = np.clip(p2 - move, low, high)
        left = ((nearer + c2) * nearer + c1) * nearer + c0
        better = np.abs(left) < np.abs(value)
        p2, value = np.where(better, nearer, p2), np.where(better, left, value)
    return np.clip(p2 + delta, 0, 1), p2


def rates_given_ratio(ratio: Floats, pair: TwoSamples) -> tuple[Floats, Floats]:
    """The maximum-likelihood rates under p1 / p2 = ratio, in closed form.

    The smaller root of a quadratic (Koopman, Biometrics 40 (1984)), its discriminant written as a
    sum of what cannot be negative, so that nothing cancels.
    """
    a, b = ratio * (pair.n1 + pair.x2), pair.n2 + pair.x1
    root = np.sqrt((a - b) ** 2 + 4 * ratio * (pair.n1 - pair.x1) * (pair.n2 - pair.x2))
    p2 = 2 * (pair.x1 + pair.x2) / (a + b + root)
    return np.clip(ratio * p2, 0, 1), np.clip(p2, 0, 1)
