"""Adjusted p-values of a family of tests."""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats


def bonferroni(p: Any) -> Floats:
    """Each p times their number, at most 1: family-wise error, under any dependence."""
    values = _checked(p)
    return np.minimum(values * values.size, 1)


def holm(p: Any) -> Floats:
    """Step-down family-wise adjustment, under any dependence; never above Bonferroni's.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    factor = np.arange(values.size, 0, -1)
    return _back(np.maximum.accumulate(values[order] * factor), order)


def benjamini_hochberg(p: Any) -> Floats:
    """Step-up adjustment of the false discovery rate, for independent or positively related tests.

    Source: Benjamini and Hochberg, JRSS B 57 (1995).
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * values.size / np.arange(1, values.size + 1)
    return _back(np.minimum.accumulate(scaled[::-1])[::-1], order)


def benjamini_yekutieli(p: Any) -> Floats:
    """Step-up adjustment of the false discovery rate under any dependence.

    Source: Benjamini and Yekutieli, Annals of Statistics 29 (2001).
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    ranks = np.arange(1, values.size + 1)
    scaled = values[order] * values.size * np.sum(1 / ranks) / ranks
    return _back(np.minimum.accumulate(scaled[::-1])[::-1], order)


def _back(sorted_values: Floats, order: Any) -> Floats:
    answer = np.empty_like(sorted_values)
    answer[order] = np.minimum(sorted_values, 1)
    return answer


def _checked(p: Any) -> Floats:
    raw = np.asarray(p)
    if raw.ndim != 1 or raw.size == 0 or raw.dtype.kind not in "iuf":
        raise ValueError("p must be a list of at least one p-value")
    values = raw.astype(np.float64)
    if not np.all((values >= 0) & (values <= 1)):  # NaN fails this too
        raise ValueError("p-values must lie between 0 and 1")
    return values
