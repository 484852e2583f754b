"""How far a bound reaches where the variance is estimated: Student's t by Satterthwaite."""

from typing import Any

import numpy as np

from deploycheck.stats.bounds import Floats


def freedom(behind: float, n: int) -> float:
    """Degrees of freedom of a variance estimated from n units, ``behind`` of them in effect.

    2 n over the excess of the units' kurtosis over 1, at most n − 1; ``behind`` is n over the
    kurtosis. Source: Satterthwaite, Biometrics Bulletin 2 (1946).
    """
    excess = 1 / behind - 1 / n
    most = n - 1.0
    return most if most * excess <= 2 else max(2 / excess, 1.0)


def reach(alpha: float, degrees: float, n: int) -> float:
    """Standard errors with divisor n between a value and its bound, were it not skew."""
    from scipy.special import stdtrit

    return -float(stdtrit(degrees, alpha)) * float((n / (n - 1)) ** 0.5)


def tail(far: Any, degrees: float, n: int) -> Floats:
    """The alphas whose bounds reach ``far``."""
    from scipy.special import stdtr

    return np.asarray(stdtr(degrees, -far / (n / (n - 1)) ** 0.5))
