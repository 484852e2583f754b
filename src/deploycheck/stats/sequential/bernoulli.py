"""A confidence sequence for a proportion by a mixture of likelihood ratios.

After s hits and f misses the likelihood ratio of a rate q against p, averaged over q from a beta
distribution cut off at p, is a supermartingale while the rate is at most p:

    M(p) = B(a + s, b + f) / B(a, b) · Ī_p(a + s, b + f) / Ī_p(a, b) · p^−s (1 − p)^−f,

B the beta function and Ī the upper tail of the beta distribution. The lower bound is the smallest p
with M(p) < 1 / alpha; the upper one follows with hits and misses exchanged. It holds for numbers
between 0 and 1 as well, s their sum, for each ratio is convex in them. Source: Robbins, Annals of
Mathematical Statistics 41 (1970) 1397-1409; Robbins and Siegmund, Annals of Statistics 2 (1974).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level
from deploycheck.stats.sequential.looks import Band, as_values, rows_after, running

_LEAST, _MOST = 1e-300, 1 - 1e-16
_ROUNDS, _HALVINGS = 10, 40
_SPREAD = 1.0


@dataclass(frozen=True)
class Proportion:
    """The state of the sequence: ``rows`` seen, with the sum ``total``.

    ``a`` and ``b`` are the beta distribution that the rate is sought with, 1 and 1 for all rates
    alike; the level holds for any.
    """

    alpha: float
    a: float = 1.0
    b: float = 1.0
    rows: int = 0
    total: float = 0.0

    def update(self, values: Any) -> tuple["Proportion", Band]:
        """The state after ``values`` in [0, 1], and the bounds after each, each at 1 − alpha.

        Raises ValueError for values outside [0, 1] or not finite, an alpha outside (0, 0.5), and a
        beta distribution without positive parameters.
        """
        level = as_level(self.alpha)
        batch = as_values(values, 0.0, 1.0)
        totals, rows = running(self.total, batch), rows_after(self.rows, batch)
        low = _lower(totals, rows, level, self.a, self.b)
        high = 1 - _lower(rows - totals, rows, level, self.b, self.a)
        total = float(totals[-1]) if batch.size else self.total
        return replace(self, rows=self.rows + batch.size, total=total), Band(low, high)


def log_evidence(total: Any, rows: Any, mean: float, a: float = 1.0, b: float = 1.0) -> Floats:
    """The log of M against "the mean is at most ``mean``", after rows that add up to ``total``.

    Arrays that broadcast. Against "at least": rows − total, 1 − mean, b and a. Raises ValueError
    unless 0 < mean < 1, and for a beta distribution without positive parameters.
    """
    if not 0 < mean < 1:
        raise ValueError(f"mean must lie between 0 and 1, not {mean!r}")
    if not (a > 0 and b > 0):
        raise ValueError("the beta distribution needs positive parameters")
    hits = np.asarray(total, dtype=np.float64)
    return _log_evidence(hits, np.asarray(rows) - hits, np.asarray(mean, dtype=np.float64), a, b)


def _log_evidence(hits: Floats, misses: Floats, p: Floats, a: float, b: float) -> Floats:
    from scipy.special import betaincc, betaln, xlog1py, xlogy

    with np.errstate(divide="ignore"):  # no tail left: no evidence
        tails = np.log(betaincc(a + hits, b + misses, p)) - np.log(betaincc(a, b, p))
    ratio = betaln(a + hits, b + misses) - betaln(a, b)
    return np.asarray(ratio + tails - xlogy(hits, p) - xlog1py(misses, -p))


def _lower(hits: Floats, rows: Floats, alpha: float, a: float, b: float) -> Floats:
    """The lower bounds, rounded outwards; hits of almost nothing have none."""
    if not (a > 0 and b > 0):
        raise ValueError("the beta distribution needs positive parameters")
    hits = np.clip(hits, 0.0, rows)  # sums may round beyond

    def beyond(p: Floats) -> Floats:
        return np.asarray(_log_evidence(hits, rows - hits, p, a, b) + np.log(alpha))

    # M is at most the largest ratio, and about that over the root of the rows.
    kept = _furthest(hits, rows, -np.log(alpha))
    out = _furthest(hits, rows, -np.log(alpha) + _SPREAD * np.log(rows + 2))
    above, below = beyond(out), beyond(kept)
    out, above = np.where(above >= 0, out, _LEAST), np.where(above >= 0, above, np.inf)
    before = np.zeros(hits.size)  # which end moved: 1 the lower, -1 the upper
    for _ in range(_ROUNDS):
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = out + (kept - out) * (above / (above - below))
        middle = np.where(np.isfinite(middle), middle, (out + kept) / 2)
        found = beyond(middle)
        moved = np.where(found >= 0, 1.0, -1.0)
        # The secant, its end that stays for a second time halved (Illinois).
        half = np.where(moved == before, 0.5, 1.0)
        low, before = moved > 0, moved
        out, above = np.where(low, middle, out), np.where(low, found, above * half)
        kept, below = np.where(low, kept, middle), np.where(low, below * half, found)
    return np.where((hits > 0) & (out > _LEAST), out, 0.0)


def _furthest(hits: Floats, rows: Floats, allowed: Any) -> Floats:
    """The smallest rate whose likelihood ratio against the best one has a log of ``allowed``."""
    from scipy.special import xlogy

    rate = hits / rows
    entropy = xlogy(rate, rate) + xlogy(1 - rate, 1 - rate)
    out, kept = np.full(rate.size, _LEAST), np.clip(rate, _LEAST, _MOST)
    for _ in range(_HALVINGS):
        middle = (out + kept) / 2
        apart = entropy - xlogy(rate, middle) - xlogy(1 - rate, 1 - middle)
        far = rows * apart > allowed
        out, kept = np.where(far, middle, out), np.where(far, kept, middle)
    return kept
