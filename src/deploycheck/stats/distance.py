"""Distances between two samples, each with the noise that stands between it and the truth.

A distance here is a norm of the difference of two distributions, or close to one; what is measured
is the norm of truth plus sampling error. By the triangle inequality the two differ by at most the
norm of the error alone. In the large-sample limit that error is Gaussian, and the norm of a
Gaussian has a normal upper tail beyond its median, which is at most its mean (Borell; Tsirelson,
Ibragimov and Sudakov). So each function gives ``center``, at least that median, and ``scale``, the
deviation of the tail: P(noise > center + z · scale) ≤ 1 − Φ(z) for z ≥ 0. This is what a
``Distance`` estimate takes. No resampling anywhere.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_whole

FEWEST_ROWS = 30
# Median of Kolmogorov's distribution, and the slope of a normal tail that from there on exceeds
# his down to levels of 1e-9.
KS_CENTER, KS_SCALE = 0.8276, 0.41


@dataclass(frozen=True)
class Noisy:
    """A distance in the data, and the noise about it; ``scale`` is greater than 0."""

    value: float
    center: float
    scale: float


@dataclass(frozen=True)
class Chi2:
    """Pearson's statistic of a table of two rows, with its degrees of freedom; ``n`` rows.

    ``inflation`` is by how much it varies more than a noncentral χ² does: 1 where little differs.
    """

    statistic: float
    df: int
    n: int
    inflation: float


@dataclass(frozen=True)
class Psi:
    """The population stability index; ``value`` is ``statistic`` / ``n``, n = m·n / (m + n).

    Where nothing changed, ``statistic`` ~ χ²(``df``) (Yurdakul and Naranjo, Journal of Risk Model
    Validation 14, 2020). ``inflation`` as for :class:`Chi2`.
    """

    value: float
    statistic: float
    df: int
    n: float
    inflation: float


def wasserstein(reference: Any, current: Any) -> Noisy:
    """The 1-Wasserstein distance of two samples in standard deviations (ddof 0) of the reference.

    One-dimensional arrays of finite numbers, at least 30 each. With F and G the two distribution
    functions, m and n rows, s the deviation of the reference:

    * center = √(2/π) ∫ √(F(1 − F)/m + G(1 − G)/n) dx / s, the mean of ∫ |error of F − G|;
    * scale² = var(reference)/m + var(current)/n, over s²: no 1-Lipschitz function of a variable
      varies more than the variable;
    * s has an error too: relative τ = √((kurtosis − 1)/(4m)), by the delta method. It moves the
      distance by value · τ, which is added to the center (times √(2/π)) and to the reference's
      part of the scale.

    Needs finite variances: with tails as heavy as a t distribution of two degrees of freedom the
    limit does not hold. O((m + n) log(m + n)). Raises ValueError for fewer rows, for what is no
    finite number, and for a constant reference, whose deviation is no unit.
    """
    x, y = _sample(reference, "reference"), _sample(current, "current")
    if x[0] == x[-1]:
        raise ValueError("the reference is constant; its standard deviation is no unit of distance")
    # Exact scaling by a power of two: squares neither overflow nor vanish, whatever the unit.
    _, exponent = np.frexp(max(abs(x[0]), abs(x[-1]), abs(y[0]), abs(y[-1])))
    x, y = np.ldexp(x, -int(exponent)), np.ldexp(y, -int(exponent))
    m, n = x.size, y.size
    points = np.sort(np.concatenate([x, y]), kind="stable")  # two runs: merged in linear time
    gaps = np.diff(points)
    f = np.searchsorted(x, points[:-1], side="right") / m
    g = np.searchsorted(y, points[:-1], side="right") / n
    center = (2 / np.pi) ** 0.5 * float(np.dot(np.sqrt(f * (1 - f) / m + g * (1 - g) / n), gaps))
    away = x - x.mean()
    variance = float(np.mean(away * away))
    if variance == 0:
        raise ValueError("the reference is constant; its standard deviation is no unit of distance")
    sd = variance**0.5
    value = float(np.dot(np.abs(f - g), gaps)) / sd
    kurtosis = float(np.mean((away / sd) ** 4))
    drift = value * (max(kurtosis - 1, 0) / (4 * m)) ** 0.5
    return Noisy(
        value=value,
        center=center / sd + (2 / np.pi) ** 0.5 * drift,
        scale=float(np.hypot(m**-0.5 + drift, y.std() / sd * n**-0.5)),
    )


def ks(reference: Any, current: Any) -> Noisy:
    """The largest difference of two empirical distribution functions, as Kolmogorov and Smirnov.

    One-dimensional arrays of finite numbers, at least 30 each. With s = √(1/m + 1/n), center =
    0.8276 s is the median of Kolmogorov's distribution and scale = 0.41 s a normal tail above his
    from there to levels of 1e-9; ties and lattices only lessen the noise. Raises ValueError for
    fewer rows and for what is no finite number.
    """
    x, y = _sample(reference, "reference"), _sample(current, "current")
    points = np.concatenate([x, y])
    f = np.searchsorted(x, points, side="right") / x.size
    g = np.searchsorted(y, points, side="right") / y.size
    spread = (1 / x.size + 1 / y.size) ** 0.5
    return Noisy(float(np.max(np.abs(f - g))), KS_CENTER * spread, KS_SCALE * spread)


def js(reference: Any, current: Any) -> Noisy:
    """The Jensen–Shannon distance, base 2, of two vectors of counts over the same categories.

    The square root of the divergence is a distance in a Hilbert space (Fuglede and Topsøe, 2004),
    and there the sampling error of k categories in m rows has k − 1 variances of 1 / (8 m ln 2).
    With v = (1/m + 1/n) / (8 ln 2): center = √((k − 1) ρ v), the root mean square of the noise;
    scale = √v. The factor ρ is the mean over categories of 1 + min(2 ln 2 − 1, 0.6 / e), e the
    expected rows of the smaller sample: rare categories, once seen, diverge more than the limit
    has it (by 1.34 at e = 1, 1.08 at 5 for Poisson counts). Categories that neither sample has are
    left out. Raises ValueError for what is no count, for vectors of different length, and where a
    sample has no rows.
    """
    a, b = _tables(reference, current)
    m, n = a.sum(), b.sum()
    p, q = a / m, b / n
    middle = (p + q) / 2
    divergence = (_relative(p, middle) + _relative(q, middle)) / 2
    v = (1 / m + 1 / n) / (8 * np.log(2))
    value = min(max(float(divergence) / float(np.log(2)), 0.0), 1.0) ** 0.5
    expected = (a + b) / (m + n) * min(m, n)
    rare = float(np.mean(1 + np.minimum(2 * np.log(2) - 1, 0.6 / expected)))
    return Noisy(value, float(((a.size - 1) * rare * v) ** 0.5), float(v**0.5))


def chi2(reference: Any, current: Any) -> Chi2:
    """Pearson's statistic of two vectors of counts over the same categories, not corrected.

    Categories that neither sample has are left out; one category alone gives 0 with df 0. Cramér's
    V of the table is √(statistic / n). Errors as for :func:`js`.
    """
    a, b = _tables(reference, current)
    m, n = a.sum(), b.sum()
    total = a + b
    # (a − m·t/N)² / (m·t/N) + (b − n·t/N)² / (n·t/N), added up in a form that cannot go below 0
    p, q, share = a / m, b / n, total / (m + n)
    gap = (p - q) / share
    effect = float(np.sum((p - q) * gap))
    first, second = m / (m + n), n / (m + n)
    slopes = gap * (2 - first * gap), -gap * (2 + second * gap)
    weight = float(m * n / (m + n))
    return Chi2(
        statistic=effect * weight,
        df=a.size - 1,
        n=int(m + n),
        inflation=_inflation((p, q), slopes, (m, n), effect / weight),
    )


def psi(reference: Any, current: Any) -> Psi:
    """The population stability index Σ (p − q) ln(p / q) of two vectors of counts in equal bins.

    Bins that neither sample has are left out. Where a bin of one sample is empty, half a row is
    added to every bin of both, since the index would be infinite; elsewhere counts stand as they
    are. Errors as for :func:`js`.
    """
    a, b = _tables(reference, current)
    m, n = float(a.sum()), float(b.sum())
    if np.any(a == 0) or np.any(b == 0):
        a, b = a + 0.5, b + 0.5
    p, q = a / a.sum(), b / b.sum()
    value = float(np.sum((p - q) * np.log(p / q)))
    weight = m * n / (m + n)
    slopes = np.log(p / q) + 1 - q / p, np.log(q / p) + 1 - p / q
    inflation = _inflation((p, q), slopes, (m, n), value / weight)
    return Psi(value, value * weight, a.size - 1, weight, inflation)


def _inflation(
    shares: tuple[Floats, Floats],
    slopes: tuple[Floats, Floats],
    rows: tuple[float, float],
    of: float,
) -> float:
    """The variance of an effect by the delta method, over that of λ / n, which is 4 · ``of``.

    A noncentral χ² is the limit where the shares nearly agree. Where they do not and one sample is
    small, a rare category varies more than the pooled share says.
    """
    if of <= 0:
        return 1.0
    variance = 0.0
    for share, slope, size in zip(shares, slopes, rows, strict=True):
        center = float(np.dot(share, slope))
        variance += float(np.dot(share, (slope - center) ** 2)) / size
    return max(1.0, variance / (4 * of))


def _relative(p: Floats, q: Floats) -> Floats:
    from scipy.special import rel_entr

    return np.asarray(np.sum(rel_entr(p, q)))


def _sample(values: Any, name: str) -> Floats:
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.dtype.kind not in "iuf":
        raise ValueError(f"the {name} must be a one-dimensional array of numbers")
    if raw.size < FEWEST_ROWS:
        raise ValueError(
            f"the {name} has {raw.size} values; a distance needs at least {FEWEST_ROWS}"
        )
    numbers = raw.astype(np.float64)
    if not np.all(np.isfinite(numbers)):
        raise ValueError(f"the {name} must be finite")
    return np.sort(numbers)


def _tables(reference: Any, current: Any) -> tuple[Floats, Floats]:
    """Counts of the categories that either sample has."""
    a, b = as_whole(reference, "counts of the reference"), as_whole(current, "counts of current")
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError("both samples need one count for each category")
    if a.sum() == 0 or b.sum() == 0:
        raise ValueError("a sample without rows has no distribution")
    some = (a + b) > 0
    return a[some], b[some]
