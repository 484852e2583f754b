"""What every design shares: a requirement, the levels of its two bounds, and where truths may lie.

A *design* is all that power needs besides the number of rows and the truth: what is required of an
estimand, the error probabilities, and nuisance values such as a standard deviation.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal

from deploycheck.stats.bounds import as_level, as_number

Required = Literal["at_least", "at_most"]
LARGEST_ROWS = 10**12
Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Design(ABC):
    """One estimand held against one bound.

    :param limit: the bound, inclusive.
    :param required: whether the estimand must be ``at_least`` or ``at_most`` the limit.
    :param alpha: error probability of the bound that lets a release PASS.
    :param fail_alpha: error probability of the bound that makes it FAIL, where bounds share alpha;
        by default ``alpha``.

    Raises ValueError for what is no number, no level, and no requirement.
    """

    limit: float
    required: Required
    alpha: float = 0.05
    fail_alpha: float | None = None

    def __post_init__(self) -> None:
        as_number(self.limit, "limit")
        as_level(self.alpha)
        if self.fail_alpha is not None:
            as_level(self.fail_alpha, "fail_alpha")
        if self.required not in ("at_least", "at_most"):
            raise ValueError(f'required must be "at_least" or "at_most", not {self.required!r}')

    @property
    def span(self) -> Span:
        """The smallest and the largest true value there can be; either may be infinite."""
        return (0.0, 1.0)

    @property
    def step(self) -> float:
        """A length on the scale of the estimand from which to search for a true value."""
        return 1.0

    @property
    def fineness(self) -> float:
        """The part of a number of rows, or of ``step``, below which power is not known."""
        return 1e-5

    def sizes(self, n: int) -> tuple[int, ...]:
        """How ``n`` rows are spread over the groups of the design; none where it has no groups."""
        del n
        return ()

    def passes(self, n: Any, good: float) -> float:
        """The probability of PASS at ``n`` rows and the true value ``good``."""
        rows, truth = as_rows(n), self.checked(good)
        low, high = self.span
        if self.limit <= low if self.required == "at_least" else self.limit >= high:
            return 1.0  # nothing is required of it
        side = "max" if self.required == "at_least" else "min"
        return self.reaches(rows, truth, self.alpha, side)

    def fails(self, n: Any, true: float) -> float:
        """The probability of FAIL at ``n`` rows and the true value ``true``."""
        rows, truth = as_rows(n), self.checked(true)
        low, high = self.span
        if self.limit <= low if self.required == "at_least" else self.limit >= high:
            return 0.0
        side = "min" if self.required == "at_least" else "max"
        return self.reaches(rows, truth, self.fail_level, side)

    @property
    def fail_level(self) -> float:
        """The error probability of the bound that makes a release FAIL."""
        return self.alpha if self.fail_alpha is None else self.fail_alpha

    def checked(self, value: float) -> float:
        """A true value that the estimand can have; raises ValueError for any other."""
        number = as_number(value, "the true value")
        low, high = self.span
        if not low <= number <= high:
            raise ValueError(f"the true value must lie between {low:g} and {high:g}, not {number}")
        return number

    @abstractmethod
    def reaches(self, n: int, true: float, alpha: float, side: str) -> float:
        """The probability that the lower (``max``) or upper (``min``) bound reaches the limit."""


def as_rows(n: Any) -> int:
    """A whole number of rows from 1 to 10**12; raises ValueError for anything else."""
    rows = as_number(n, "n")
    if rows < 1 or rows != int(rows) or rows > LARGEST_ROWS:
        raise ValueError(f"n must be a whole number from 1 to 10**12, not {rows:g}")
    return int(rows)


def as_shares(shares: Any, fewest: int = 2) -> tuple[float, ...]:
    """Shares of groups scaled to add up to one; raises ValueError for what is not above zero."""
    numbers = tuple(as_number(share, "a share") for share in shares)
    if len(numbers) < fewest:
        raise ValueError(f"there must be at least {fewest} shares, not {len(numbers)}")
    if min(numbers) <= 0:
        raise ValueError("every share must be above zero")
    return tuple(number / sum(numbers) for number in numbers)


def spread_over(n: int, shares: tuple[float, ...]) -> tuple[int, ...]:
    """The rows of each group, rounded down: no group is planned with rows that it may not get."""
    return tuple(int(share * n + 1e-9) for share in shares)
