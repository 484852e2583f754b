"""Comparing models by scores of several folds or data sets, whose training data overlap or differ.

Scores of the folds of one data set are not independent: their training rows overlap. Student's t
on their differences calls equal models different far more often than it says. Three remedies:

* the corrected resampled t: the variance of the mean is taken at (1/J + n_test/n_train) S² instead
  of S²/J (Nadeau and Bengio, Machine Learning 52 (2003) 239–281, section 5), J differences with the
  sample variance S²;
* the combined 5×2cv F: five halvings, each half tested once, F = Σ d² / (2 Σ s²), with s² the
  variance of each halving, against F(10, 5) (Alpaydın, Neural Computation 11 (1999) 1885–1892);
* ranks over data sets that are independent of one another: Friedman's χ², the F of Iman and
  Davenport, and Nemenyi's critical difference of mean ranks (Demšar, JMLR 7 (2006) 1–30).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats, as_level, as_number

HALVINGS = 5


@dataclass(frozen=True)
class CorrectedMean:
    """The mean of correlated differences.

    ``sd`` is what ``n`` independent differences would have to vary by for their mean to be as
    uncertain; with it, Student's t with n − 1 degrees of freedom is the corrected resampled t.
    """

    mean: float
    sd: float
    n: int

    @property
    def statistic(self) -> float:
        """The mean over its standard error; infinite, or 0, where the differences do not vary."""
        if self.sd == 0:
            return float(np.sign(self.mean) * np.inf) if self.mean else 0.0
        return self.mean / self.sd * float(self.n**0.5)

    @property
    def pvalue(self) -> float:
        """Of both sides, against a mean of zero."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.n - 1, -abs(self.statistic)))


@dataclass(frozen=True)
class FTest:
    """An F statistic with its degrees of freedom and the p-value of larger ones."""

    statistic: float
    df: tuple[int, int]
    pvalue: float


@dataclass(frozen=True)
class Ranking:
    """Ranks of k models over N data sets.

    :param ranks: mean rank of each model; 1 is best, ties share their mean.
    :param chi2: Friedman's statistic, without a correction for ties.
    :param f: Iman and Davenport's statistic, less conservative, and what decides.
    """

    ranks: Floats
    chi2: float
    f: FTest
    n: int

    def critical_difference(self, alpha: float) -> float:
        """From which difference on two mean ranks differ, for all pairs at once (Nemenyi).

        Source: Demšar 2006, section 3.2.2: q √(k (k + 1) / (6 N)), q the upper alpha quantile of
        the studentised range of k over √2.
        """
        from scipy.stats import studentized_range

        k = self.ranks.size
        q = float(studentized_range.ppf(1 - as_level(alpha), k, np.inf)) / 2**0.5
        return q * float((k * (k + 1) / (6 * self.n)) ** 0.5)


def corrected_mean(differences: Any, test_share: float) -> CorrectedMean:
    """The mean of differences over J folds or random splits, corrected for what they share.

    :param differences: shape (J,), of both models on the same fold; J is at least 2.
    :param test_share: rows tested in each fold, as a share of all rows: 1/k for k folds.
    :raises ValueError: fewer than two differences, or a share that is not between 0 and 1.
    """
    values = _finite(differences, "differences", 1)
    share = as_number(test_share, "test_share")
    if values.size < 2:
        raise ValueError("at least two differences are needed")
    if not 0 < share < 1:
        raise ValueError(f"test_share must lie between 0 and 1, not {share:g}")
    # Of numbers that are all alike the deviation may be a rounding error, and no zero.
    spread = float(values.std(ddof=1)) if np.ptp(values) > 0 else 0.0
    factor = 1 + values.size * share / (1 - share)
    return CorrectedMean(float(values.mean()), spread * factor**0.5, values.size)


def five_by_two(differences: Any) -> FTest:
    """The combined 5×2cv F test that two models do not differ.

    :param differences: shape (5, 2), one row a halving.
    :raises ValueError: another shape, or halvings whose halves all agree exactly.
    """
    values = _finite(differences, "differences", 2)
    if values.shape != (HALVINGS, 2):
        raise ValueError(f"differences must have the shape (5, 2), not {values.shape}")
    within = float(((values - values.mean(axis=1, keepdims=True)) ** 2).sum())
    if within == 0:
        raise ValueError("the halves of every halving agree exactly; their variance is unknown")
    return _f(float((values**2).sum()) / (2 * within), (2 * HALVINGS, HALVINGS))


def ranking(scores: Any) -> Ranking:
    """Ranks models over independent data sets, and tests that all of them are alike.

    :param scores: shape (data sets, models), larger being better.
    :raises ValueError: fewer than two data sets or models.
    """
    table = _finite(scores, "scores", 2)
    n, k = table.shape
    if n < 2 or k < 2:
        raise ValueError("at least two data sets and two models are needed")
    from scipy.stats import rankdata

    ranks = np.asarray(rankdata(-table, axis=1), dtype=np.float64).mean(axis=0)
    chi2 = 12 * n / (k * (k + 1)) * (float((ranks**2).sum()) - k * (k + 1) ** 2 / 4)
    rest = n * (k - 1) - chi2
    statistic = (n - 1) * chi2 / rest if rest > 1e-9 * n else float("inf")
    return Ranking(ranks, chi2, _f(max(statistic, 0.0), (k - 1, (k - 1) * (n - 1))), n)


def _f(statistic: float, df: tuple[int, int]) -> FTest:
    from scipy.special import fdtrc

    return FTest(statistic, df, float(fdtrc(*df, statistic)))


def _finite(values: Any, name: str, dimensions: int) -> Floats:
    raw = np.asarray(values)
    if raw.ndim != dimensions or raw.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be numbers in {dimensions} dimensions")
    numbers = raw.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} must be finite")
    return numbers
