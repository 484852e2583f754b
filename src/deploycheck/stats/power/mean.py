"""Power of the t test of a mean."""

from math import isnan, nan
from typing import Any

from deploycheck.stats.bounds import as_level, as_number, as_side
from deploycheck.stats.mean import checked_mean

_LARGEST_EXACT_T = 10_000  # beyond it the normal distribution is the t distribution to 1e-4


def power_mean(
    n: Any, sd: Any, bound: float, effect: float, alpha: float, side: str = "max"
) -> float:
    """The power of the t test of a mean: noncentral t up to 10,000 values, normal beyond.

    ``side="max"``: the lower bound lies at or above ``bound``; ``"min"``: the upper one at or below
    it.
    """
    truth, spread, size = checked_mean(effect, sd, n)
    limit, level = as_number(bound, "bound"), as_level(alpha)
    from scipy.special import nctdtr, ndtr, stdtrit

    shift = (truth - limit) / (spread / size**0.5)
    if as_side(side) == "min":
        shift = -shift
    reach = -float(stdtrit(size - 1, level))
    found = nan
    if size <= _LARGEST_EXACT_T:
        found = float(1 - nctdtr(size - 1, shift, reach))
    # So far from the bound that the noncentral t is not known, nothing depends on it.
    return float(ndtr(shift - reach)) if isnan(found) else found
