"""Designs of means, areas under the curve, smooth functions and effects measured through noise.

Their powers are the approximations that stand beside their bounds; each nuisance value is one that
data or experience give: a deviation, the share of positives, the noise at some number of rows.
"""

from dataclasses import dataclass
from math import inf

from deploycheck.stats.auc import power_area
from deploycheck.stats.auc_difference import AreaDifference, power_auc_difference
from deploycheck.stats.bounded import power_bounded_mean
from deploycheck.stats.bounds import as_number
from deploycheck.stats.noise import power_distance
from deploycheck.stats.noncentral import power_noncentral
from deploycheck.stats.power.design import Design, Span, as_rows
from deploycheck.stats.power.mean import power_mean


@dataclass(frozen=True, kw_only=True)
class OneMean(Design):
    """The mean of numbers with the deviation ``sd``; decided by Student's t."""

    sd: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive(self.sd, "sd")

    @property
    def span(self) -> Span:
        """Every number."""
        return (-inf, inf)

    @property
    def step(self) -> float:
        """One deviation."""
        return self.sd

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """Noncentral t."""
        return power_mean(n, self.sd, self.limit, true, alpha, side) if n > 1 else 0.0


class SmoothValue(OneMean):
    """A smooth function of means whose standard error at n rows is ``sd`` / √n; as for a mean."""


@dataclass(frozen=True, kw_only=True)
class OneBoundedMean(Design):
    """The mean of numbers between ``low`` and ``high`` with the deviation ``sd``.

    A true mean so near an end that no such deviation is possible has the largest one possible.
    """

    sd: float
    low: float
    high: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if as_number(self.sd, "sd") < 0:
            raise ValueError("sd must not be negative")
        if not as_number(self.low, "low") < as_number(self.high, "high"):
            raise ValueError("low must lie below high")

    @property
    def span(self) -> Span:
        """From the one end to the other."""
        return (self.low, self.high)

    @property
    def fineness(self) -> float:
        """The normal approximation tells no finer."""
        return 1e-3

    @property
    def step(self) -> float:
        """The distance of the ends."""
        return self.high - self.low

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """By the normal approximation of the sample mean."""
        if n < 2:
            return 0.0
        sd = min(self.sd, ((true - self.low) * (self.high - true)) ** 0.5)
        given = (true, sd, n, self.low, self.high)
        return power_bounded_mean(*given, self.limit, true, alpha, side)


@dataclass(frozen=True, kw_only=True)
class OneArea(Design):
    """An area under the ROC curve, with the share ``positives`` of rows that are positive."""

    positives: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _share(self.positives, "positives")

    def sizes(self, n: int) -> tuple[int, ...]:
        """The positive rows and the negative ones."""
        return _classes(n, self.positives)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """By the normal approximation and the variance of Newcombe's method 5."""
        m, rest = self.sizes(n)
        return power_area(m, rest, self.limit, true, alpha, side) if min(m, rest) > 1 else 0.0


_FEW_OF_A_CLASS = 30


@dataclass(frozen=True, kw_only=True)
class TwoAreas(Design):
    """The difference of two areas on the same rows, its standard error at n rows ``sd`` / √n.

    ``positives`` is the share of positive rows, ``differing`` that of rows which the two score
    differently.
    """

    sd: float
    positives: float = 0.5
    differing: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive(self.sd, "sd")
        _share(self.positives, "positives")
        if not 0 <= as_number(self.differing, "differing") <= 1:
            raise ValueError("differing must lie between 0 and 1")

    @property
    def span(self) -> Span:
        """From the worst to the best."""
        return (-1.0, 1.0)

    def sizes(self, n: int) -> tuple[int, ...]:
        """The positive rows and the negative ones."""
        return _classes(n, self.positives)

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """By the normal approximation and the variance given, wider with few rows of a class.

        There the areas' own bounds decide, which nothing here knows: by simulation (areas of 0.9,
        scores that agree to 0.9) they are up to twice as wide at 30 rows of the smaller class, and
        a third wider at 60.
        """
        m, rest = self.sizes(n)
        if min(m, rest) < 2:
            return 0.0
        wider = 1 + _FEW_OF_A_CLASS / min(m, rest)
        found = AreaDifference(
            value=true,
            variance=(self.sd * wider) ** 2 / n,
            m=m,
            n=rest,
            skewness=0.0,
            differing=self.differing * n,
        )
        return power_auc_difference(found, self.limit, true, alpha, side)


@dataclass(frozen=True, kw_only=True)
class NoisyDistance(Design):
    """A distance seen through noise, with ``center`` and ``scale`` as measured ``at`` some rows.

    Both shrink with the root of the rows; where a reference does not grow with them they shrink
    less, and power is overstated.
    """

    center: float
    scale: float
    at: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if as_number(self.center, "center") < 0:
            raise ValueError("center must not be negative")
        _positive(self.scale, "scale")
        as_rows(self.at)

    @property
    def span(self) -> Span:
        """From no distance on."""
        return (0.0, inf)

    @property
    def step(self) -> float:
        """One deviation of the noise that was measured."""
        return self.scale

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """The least power that the noise allows."""
        part = (self.at / n) ** 0.5
        noise = (self.center * part, self.scale * part)
        return power_distance(*noise, self.limit, true, alpha, side)


@dataclass(frozen=True, kw_only=True)
class NoncentralEffect(Design):
    """An effect with a noncentral chi-squared statistic: Cramér's V (root 2), PSI (root 1).

    :param df: degrees of freedom.
    :param per_row: what a row adds to the n of the statistic: 1 for Cramér's V; m·n / (m + n)² for
        the PSI of m and n rows, a quarter for two halves.
    :param inflation: by how much the statistic varies more than its model.
    """

    df: int
    root: int = 2
    per_row: float = 1.0
    inflation: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _positive(self.per_row, "per_row")

    @property
    def span(self) -> Span:
        """From no effect on."""
        return (0.0, inf)

    @property
    def step(self) -> float:
        """A tenth, which is a small effect."""
        return 0.1

    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """By the noncentral chi-squared distribution."""
        size = n * self.per_row
        effects = (self.limit, true, alpha, side, self.inflation)
        return power_noncentral(self.df, size, self.root, *effects)


def _positive(value: float, name: str) -> None:
    if as_number(value, name) <= 0:
        raise ValueError(f"{name} must be above zero")


def _share(value: float, name: str) -> None:
    if not 0 < as_number(value, name) < 1:
        raise ValueError(f"{name} must be a share between 0 and 1")


def _classes(n: int, positives: float) -> tuple[int, ...]:
    m = int(positives * n + 1e-9)
    return (m, n - m)
