"""A confidence sequence for a mean whose errors have tails of a normal distribution at most.

With S the sum of errors and V its intrinsic time (rows · sigma²), exp(λS − λ²V/2) is a
supermartingale for every λ; averaged over λ from a normal distribution of variance 1 / rho, or from
its positive half, it ends in a boundary that S crosses ever with probability at most alpha:

    two sides   √((V + rho) ln((V + rho) / (rho alpha²)))
    one side    the s with 2 √(rho / (V + rho)) exp(s² / (2 (V + rho))) Φ(s / √(V + rho)) = 1/alpha.

Source: Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49 (2021) 1055-1080, section 3.2
(their normal mixtures); Robbins, Annals of Mathematical Statistics 41 (1970).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level, as_number
from deploycheck.stats.sequential.looks import Band, as_values, rows_after, running

_ROUNDS = 60


def two_sided_boundary(time: Any, alpha: float, rho: float) -> Floats:
    """How far |S| stays below at all times with probability 1 − alpha.

    ``time`` is an array of V ≥ 0, ``rho`` > 0; raises ValueError otherwise.
    """
    v, size = _times(time, rho)
    return np.asarray(np.sqrt((v + size) * np.log((v + size) / (size * as_level(alpha) ** 2))))


def one_sided_boundary(time: Any, alpha: float, rho: float) -> Floats:
    """How far S stays below at all times with probability 1 − alpha; errors as for two sides."""
    from scipy.special import log_ndtr

    v, size = _times(time, rho)
    enough = -np.log(as_level(alpha))
    # In units of √(V + rho), which leaves one unknown u: u²/2 + ln Φ(u) = target.
    target = enough - 0.5 * np.log(4 * size / (v + size))
    out, kept = np.zeros_like(target), np.sqrt(2 * (target + np.log(2)))
    for _ in range(_ROUNDS):
        middle = (out + kept) / 2
        short = middle**2 / 2 + log_ndtr(middle) < target
        out, kept = np.where(short, middle, out), np.where(short, kept, middle)
    return np.asarray(kept * np.sqrt(v + size))


def best_rho(time: float, alpha: float) -> float:
    """The rho whose two-sided boundary is narrowest at ``time``; with 2 alpha the one-sided one's.

    Howard and others (2021), section 3.5, up to their approximation of Lambert's W.
    """
    steps = -2 * np.log(as_number(alpha, "alpha"))
    if not (time > 0 and steps > 0):
        raise ValueError("time must be positive, and alpha lie between 0 and 1")
    return float(time / (steps + np.log1p(steps)))


@dataclass(frozen=True)
class SubGaussian:
    """The state of the sequence for errors of scale ``sigma``.

    Numbers within an interval of length w have sigma = w / 2 (Hoeffding). ``rho`` counts rows: at
    alpha 0.05 the bounds are narrowest after some six times as many.
    """

    alpha: float
    sigma: float
    rho: float = 100.0
    rows: int = 0
    total: float = 0.0

    def update(self, values: Any) -> tuple["SubGaussian", Band]:
        """The state after ``values``, and the bounds after each, each at 1 − alpha.

        Raises ValueError for values that are not finite, a sigma or rho that is not positive, and
        an alpha outside (0, 0.5).
        """
        sigma = as_number(self.sigma, "sigma")
        if sigma <= 0:
            raise ValueError(f"sigma must be positive, not {sigma:g}")
        batch = as_values(values)
        totals, rows = running(self.total, batch), rows_after(self.rows, batch)
        reach = sigma * one_sided_boundary(rows, self.alpha, self.rho) / rows
        center = totals / rows
        total = float(totals[-1]) if batch.size else self.total
        after = replace(self, rows=self.rows + batch.size, total=total)
        return after, Band(center - reach, center + reach)


def _times(time: Any, rho: float) -> tuple[Floats, float]:
    v, size = as_values(np.atleast_1d(time), 0.0), as_number(rho, "rho")
    if size <= 0:
        raise ValueError(f"rho must be positive, not {size:g}")
    return v, size
