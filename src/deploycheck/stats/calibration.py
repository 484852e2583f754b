"""How well scores stand for probabilities: binned calibration error, and slope and intercept."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_whole

CLIP = 1e-15  # what scores of 0 and 1 are taken for, whose logit would be infinite
_ROUNDS = 100
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Ece:
    """The expected calibration error of binned scores.

    ``value``, ``center``, ``scale`` and ``n`` are what a ``Distance`` takes. ``debiased`` is the
    value less its estimated bias, for display: the bounds are those of ``value``. The arrays have
    one member a bin: rows, mean score, mean target; ``nan`` in an empty bin.
    """

    value: float
    debiased: float
    center: float
    scale: float
    n: int
    rows: Floats
    mean_score: Floats
    mean_target: Floats


@dataclass(frozen=True)
class LogisticCalibration:
    """Slope and intercept of logit P(target = 1) = intercept + slope · logit(score).

    1 and 0 are perfect. Standard errors are those of maximum likelihood; with them, n values of
    standard deviation se · √n are what a ``Mean`` takes.
    """

    slope: float
    slope_se: float
    intercept: float
    intercept_se: float
    n: int


def ece(scores: Any, target: Any, weights: Any, edges: Any) -> Ece:
    """Σ over bins of (rows of the bin / rows) · |mean target − mean score|, with its noise.

    ``scores`` lie in [0, 1], ``target`` is 0 or 1, ``weights`` are whole numbers (how many rows
    each stands for) or None. ``edges`` rise from at most 0 to at least 1; a bin has its upper edge
    and not its lower one, the first has both.

    The error of target − score, added up by bin, is Gaussian in the limit, and the value is its
    norm: center = √(2/π) Σ σ_b and scale² = Σ σ_b², σ_b² the variance of the bin's sum over n, with
    one hit and one miss added so that a bin without hits is not taken as known. ``debiased``
    subtracts Σ (E|N(d_b, σ_b²)| − |d_b|): Kumar, Liang and Ma, NeurIPS 2019. Raises ValueError for
    what does not fit, and where there are no rows.
    """
    s, y, w = _checked(scores, target, weights)
    cuts = _edges(edges)
    n = float(w.sum())
    at = np.searchsorted(cuts[1:-1], s, side="left")
    bins = cuts.size - 1

    def total(values: Floats) -> Floats:
        return np.bincount(at, weights=w * values, minlength=bins).astype(np.float64)

    rows, hits, expected = total(np.ones_like(s)), total(y), total(s)
    gap = (hits - expected) / n
    square = total((y - s) ** 2)
    smoothed = (hits + 1) / (rows + 2)
    sigma = np.sqrt(np.maximum(square, rows * smoothed * (1 - smoothed))) / n
    value = float(np.abs(gap).sum())
    with np.errstate(invalid="ignore"):
        mean_score, mean_target = expected / rows, hits / rows
    return Ece(
        value=value,
        debiased=max(value - float(np.sum(_folded(gap, sigma) - np.abs(gap))), 0.0),
        center=(2 / np.pi) ** 0.5 * float(sigma.sum()),
        scale=float(np.sqrt(np.sum(sigma**2))),
        n=int(n),
        rows=rows,
        mean_score=mean_score,
        mean_target=mean_target,
    )


def logistic_calibration(scores: Any, target: Any, weights: Any = None) -> LogisticCalibration:
    """Cox's calibration slope and intercept by maximum likelihood.

    Arguments as for :func:`ece`; scores nearer than 1e-15 to 0 or 1 are taken as that far. Raises
    ValueError where there is no maximum: one class, scores all alike, or a score that separates
    the classes. Source: Cox, Biometrika 45 (1958).
    """
    s, y, w = _checked(scores, target, weights)
    used = w > 0
    clipped, y, w = np.clip(s[used], CLIP, 1 - CLIP), y[used], w[used]
    x = np.log(clipped) - np.log1p(-clipped)
    _has_maximum(x, y)
    center = float(np.average(x, weights=w))
    spread = float(np.sqrt(np.average((x - center) ** 2, weights=w)))
    z = (x - center) / spread
    a, b = _newton(z, y, w)
    p = _expit(a + b * z)
    v = w * p * (1 - p)
    i0, i1, i2 = float(v.sum()), float(np.dot(v, z)), float(np.dot(v, z * z))
    determinant = i0 * i2 - i1 * i1
    slope_var = i0 / determinant / spread**2
    shift = center / spread
    intercept_var = (i2 + 2 * shift * i1 + shift * shift * i0) / determinant
    return LogisticCalibration(
        slope=b / spread,
        slope_se=slope_var**0.5,
        intercept=float(a - b * shift),
        intercept_se=float(intercept_var**0.5),
        n=int(w.sum()),
    )


def _newton(z: Floats, y: Floats, w: Floats) -> tuple[float, float]:
    """Newton's method with halved steps where the likelihood would fall; the maximum is unique."""
    a = b = 0.0
    best = _likelihood(a, b, z, y, w)
    for _ in range(_ROUNDS):
        p = _expit(a + b * z)
        residual, v = w * (y - p), w * p * (1 - p)
        g0, g1 = float(residual.sum()), float(np.dot(residual, z))
        i0, i1, i2 = float(v.sum()), float(np.dot(v, z)), float(np.dot(v, z * z))
        determinant = i0 * i2 - i1 * i1
        if determinant <= 0:
            break
        step_a, step_b = (i2 * g0 - i1 * g1) / determinant, (i0 * g1 - i1 * g0) / determinant
        if g0 * step_a + g1 * step_b <= _TOLERANCE:
            # So near, one more step squares the error and the likelihood can no longer tell.
            return a + step_a, b + step_b
        size = 1.0
        while size > _TOLERANCE:
            found = _likelihood(a + size * step_a, b + size * step_b, z, y, w)
            if found >= best:
                break
            size /= 2
        a, b, best = a + size * step_a, b + size * step_b, found
    raise ValueError("the likelihood has no maximum that can be found")


def _likelihood(a: float, b: float, z: Floats, y: Floats, w: Floats) -> float:
    eta = a + b * z
    return float(np.dot(w, y * eta - np.logaddexp(0, eta)))


def _has_maximum(x: Floats, y: Floats) -> None:
    """Raises ValueError unless the classes overlap (Albert and Anderson, Biometrika 71, 1984)."""
    hit = x[y == 1]
    miss = x[y == 0]
    if hit.size == 0 or miss.size == 0:
        raise ValueError("the target has one class only; calibration has no slope")
    if x.min() == x.max():
        raise ValueError("all scores are alike; calibration has no slope")
    if miss.max() <= hit.min() or hit.max() <= miss.min():
        raise ValueError("the scores separate the classes; the calibration slope is infinite")


def _expit(eta: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(eta), dtype=np.float64)


def _folded(mean: Floats, sd: Floats) -> Floats:
    """E|N(mean, sd²)|."""
    from scipy.special import erf

    ratio = np.divide(mean, sd, out=np.zeros_like(mean), where=sd > 0)
    wide = sd * (2 / np.pi) ** 0.5 * np.exp(-ratio * ratio / 2) + mean * erf(ratio / 2**0.5)
    return np.where(sd > 0, wide, np.abs(mean))


def _checked(scores: Any, target: Any, weights: Any) -> tuple[Floats, Floats, Floats]:
    s, y = _numbers(scores, "scores"), _numbers(target, "target")
    w = np.ones_like(s) if weights is None else as_whole(weights, "weights")
    if s.shape != y.shape or w.shape != s.shape:
        raise ValueError("scores, target and weights must have one number for each row")
    if w.sum() == 0:
        raise ValueError("there are no rows")
    if np.any((s < 0) | (s > 1)):
        raise ValueError("scores must be probabilities, between 0 and 1")
    if np.any((y != 0) & (y != 1)):
        raise ValueError("the target must be 0 or 1")
    return s, y, w


def _numbers(values: Any, name: str) -> Floats:
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be a one-dimensional array of numbers")
    numbers = raw.astype(np.float64)
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"{name} must be finite")
    return numbers


def _edges(edges: Any) -> Floats:
    cuts = _numbers(edges, "edges")
    if cuts.size < 2 or np.any(np.diff(cuts) <= 0) or cuts[0] > 0 or cuts[-1] < 1:
        raise ValueError("edges must rise from at most 0 to at least 1")
    return cuts
