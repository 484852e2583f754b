"""Bounds of the calibration slope and intercept: by the likelihood, and by the standard error.

By the likelihood a bound at level 1 − alpha is where twice the log likelihood, maximised over the
other of the two, has fallen z² below its maximum. By the standard error it lies z of these away.
The outer one decides. With few rows the estimate of a slope is biased away from 0: the likelihood
does not know that (its lower bound misses in 9 % at alpha 0.05, 50 rows and a slope of 2), while
the standard error grows with the estimate, and misses on the other side. From some 200 rows on they
are nearly one. Source: Cox, Biometrika 45 (1958) for slope and intercept; Venzon and Moolgavkar,
Applied Statistics 37 (1988) 87-94 for bounds by the likelihood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from deploycheck.stats.bounds import Bounds, Floats, as_level, as_number, as_side, normal_quantile
from deploycheck.stats.calibration import CLIP, LogisticCalibration, logistic_calibration

METHOD = "profile likelihood and standard error"
Which = Literal["slope", "intercept"]
_ROUNDS = 100
_TOLERANCE = 1e-11  # of a deviance
_NEAR = 1e-7  # of its root


@dataclass(frozen=True)
class CalibrationLine:
    """Estimates of slope and intercept with all that their likelihood needs.

    ``x`` are logits of the scores, ``y`` targets and ``w`` frequency weights, one for each row;
    ``best`` is the largest log likelihood.
    """

    found: LogisticCalibration
    x: Floats
    y: Floats
    w: Floats
    best: float

    def root(self, which: Which, value: float) -> float:
        """The signed root of the deviance: positive where the estimate lies above ``value``."""
        estimate, _ = self._estimate(which)
        if which == "slope":
            offset, along, start = value * self.x, np.ones_like(self.x), self.found.intercept
        else:
            offset, along, start = np.full_like(self.x, value), self.x, self.found.slope
        if value == estimate:
            return 0.0
        fallen = 2 * (self.best - _largest(offset, along, start, self.y, self.w))
        return float(np.copysign(max(fallen, 0.0) ** 0.5, estimate - value))

    def bounds(self, which: Which, alpha: float) -> Bounds:
        """The bounds of ``"slope"`` or ``"intercept"``, each at level 1 − alpha: the outer ones."""
        z = float(normal_quantile(as_level(alpha)))
        estimate, error = self._estimate(which)
        falls: Callable[[float], float] = partial(self.root, which)
        low = _where(lambda step: falls(estimate - step), z, error)
        high = _where(lambda step: -falls(estimate + step), z, error)
        return Bounds(estimate - max(low, z * error), estimate + max(high, z * error), METHOD)

    def pvalue(self, which: Which, bound: float, side: str = "max") -> float:
        """The p-value against "at most ``bound``" (side "max") or "at least": 1 above a half."""
        from scipy.special import ndtr

        limit, sign = as_number(bound, "bound"), 1.0 if as_side(side) == "max" else -1.0
        estimate, error = self._estimate(which)
        away = min(sign * self.root(which, limit), sign * (estimate - limit) / error)
        level = float(ndtr(-away))
        return level if level < 0.5 else 1.0

    def _estimate(self, which: Which) -> tuple[float, float]:
        if which == "slope":
            return self.found.slope, self.found.slope_se
        if which == "intercept":
            return self.found.intercept, self.found.intercept_se
        raise ValueError(f'there is "slope" and "intercept", and no {which!r}')


def calibration_line(scores: Any, target: Any, weights: Any = None) -> CalibrationLine:
    """Slope and intercept with their likelihood; arguments and errors as for
    :func:`~deploycheck.stats.calibration.logistic_calibration`.
    """
    found = logistic_calibration(scores, target, weights)
    s, y = (np.asarray(values, dtype=np.float64) for values in (scores, target))
    w = np.ones_like(s) if weights is None else np.asarray(weights, dtype=np.float64)
    used = w > 0
    clipped, y, w = np.clip(s[used], CLIP, 1 - CLIP), y[used], w[used]
    x = np.log(clipped) - np.log1p(-clipped)
    best = _likelihood(found.intercept + found.slope * x, y, w)
    return CalibrationLine(found, x, y, w, best)


def _largest(offset: Floats, along: Floats, start: float, y: Floats, w: Floats) -> float:
    """The largest log likelihood of offset + t · along over t, by Newton's method."""
    from scipy.special import expit

    t, best = start, _likelihood(offset + start * along, y, w)
    for _ in range(_ROUNDS):
        p = expit(offset + t * along)
        slope = float((w * (y - p) * along).sum())
        curve = float((w * p * (1 - p) * along * along).sum())
        if curve <= 0 or slope * slope / curve <= _TOLERANCE:
            break
        step, found = slope / curve, -np.inf
        for _ in range(_ROUNDS):  # halved where the likelihood would fall
            found = _likelihood(offset + (t + step) * along, y, w)
            if found >= best:
                break
            step /= 2
        if found < best:
            break
        t, best = t + step, found
    return best


def _likelihood(eta: Floats, y: Floats, w: Floats) -> float:
    return float((w * (y * eta - np.logaddexp(0, eta))).sum())


def _where(root: Callable[[float], float], z: float, scale: float) -> float:
    """The step above 0 at which a rising root, near step / scale, reaches z."""
    low, below = 0.0, -z
    high = z * scale
    for _ in range(_ROUNDS):
        above = root(high) - z
        if above >= 0:
            break
        low, below, high = high, above, 2 * high
    else:
        return float("inf")
    for _ in range(_ROUNDS):  # the secant, its older end halved where it stays (Illinois)
        if above - below <= 0 or high - low <= _NEAR * scale:
            break
        middle = high - above * (high - low) / (above - below)
        found = root(middle) - z
        if abs(found) <= _NEAR:
            return middle
        if found > 0:
            high, above, below = middle, found, below / 2
        else:
            low, below, above = middle, found, above / 2
    return high
