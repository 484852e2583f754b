"""Estimates that are made of shares of rows → numbers with bounds.

A share is of a whole number of independent rows, or worth a fractional number of them: under
sampling weights or repeated entities.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deploycheck.authoring.estimates import Difference, Group, Proportion, Range, Ratio, RatioRange
from deploycheck.engine.found import Found, Missing, Unjudgeable, counted, plain, rounded

SLACK = 1e-9  # of sums of floats


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of`` rows, worth ``effective`` independent ones; ``None`` is all of them."""

    hits: float
    of: int
    effective: float | None = None

    @property
    def rate(self) -> float:
        return self.hits / self.of

    @property
    def rows(self) -> float:
        """How many independent rows it is worth."""
        return self.of if self.effective is None else self.effective


def share(hits: Any, of: Any, effective: Any, what: str) -> Share:
    """A share as a checker gives it.

    :raises Unjudgeable: no numbers, more hits than rows, or worth more rows than there are.
    :raises Missing: of no rows.
    """
    if effective is None:
        return Share(*counted(hits, of, what))
    h, n = plain(hits, f"{what}: hits"), plain(of, f"{what}: rows")
    rows = plain(effective, f"{what}: effective rows")
    if n != int(n) or not 0 <= h <= n * (1 + SLACK):
        raise Unjudgeable("DC305", f"{what}: {h} of {n} is no proportion of rows")
    if n == 0:
        raise Missing("there are no rows to count")
    if not 0 < rows <= n * (1 + SLACK):
        raise Unjudgeable("DC305", f"{what}: {n} rows are not worth {rows} independent ones")
    return Share(min(h, n), int(n), min(rows, n))


def whole(estimate: Proportion) -> Share:
    """The share of a proportion; errors as for :func:`share`."""
    return share(estimate.hits, estimate.of, estimate.effective, estimate.name)


def two(estimate: Difference | Ratio) -> tuple[Share, Share]:
    """The shares of a difference or ratio.

    :raises Unjudgeable, Missing: as :func:`share`.
    """
    first = share(estimate.hits, estimate.of, estimate.effective, estimate.name)
    versus = estimate.versus_effective
    return first, share(estimate.versus_hits, estimate.versus_of, versus, estimate.name)


def by_shares(counts: Callable[..., Any], rates: Callable[..., Any]) -> Callable[..., Any]:
    """Calls ``counts(hits, of, …, *more)`` for whole rows, ``rates(rate, rows, …, *more)`` else."""

    def call(shares: Sequence[Share], *more: Any) -> Any:
        if all(part.effective is None for part in shares):
            return counts(*(number for part in shares for number in (part.hits, part.of)), *more)
        return rates(*(number for part in shares for number in (part.rate, part.rows)), *more)

    return call


def proportion(estimate: Proportion, alpha: float, _: float) -> Found:
    """A proportion, by Clopper–Pearson."""
    from deploycheck.stats import effective
    from deploycheck.stats.proportion import proportion_bounds

    part = whole(estimate)
    found = by_shares(proportion_bounds, effective.proportion_bounds)([part], alpha)
    value, low, high = part.rate, float(found.low), float(found.high)
    if estimate.scale == "f1":
        value, low, high = (2 * p / (1 + p) for p in (value, low, high))
    return _found((value, low, high), found.method, [part])


def difference(estimate: Difference, alpha: float, _: float) -> Found:
    """A difference of two proportions."""
    from deploycheck.stats import effective
    from deploycheck.stats.difference import difference_bounds

    parts = two(estimate)
    found = by_shares(difference_bounds, effective.difference_bounds)(parts, alpha)
    value = parts[0].rate - parts[1].rate
    low, high = float(found.low), float(found.high)
    if estimate.scale == "balanced":
        value, low, high = ((1 + d) / 2 for d in (value, low, high))
    return _found((value, low, high), found.method, parts)


def ratio(estimate: Ratio, alpha: float, _: float) -> Found:
    """A ratio of two proportions.

    :raises Missing: it is divided by zero.
    """
    from deploycheck.stats import effective
    from deploycheck.stats.ratio import ratio_bounds

    parts = two(estimate)
    if parts[1].hits == 0:
        raise Missing("the rate it is divided by is zero")
    found = by_shares(ratio_bounds, effective.ratio_bounds)(parts, alpha)
    value = parts[0].rate / parts[1].rate
    return _found((value, float(found.low), float(found.high)), found.method, parts)


def extreme(estimate: Range | RatioRange, alpha: float, corrected: float) -> Found:
    """The largest difference, or the smallest ratio, of the rates of two groups of a family.

    :param corrected: error probability that all pairs share on the side that can fail.
    :raises Missing: there are not two groups, or no group has a hit.
    """
    from deploycheck.stats import effective
    from deploycheck.stats import groups as plainly

    groups = estimate.groups
    sizes: dict[str, int] = {}
    for group in groups:
        sizes[group.family] = sizes.get(group.family, 0) + 1
    if not groups or min(sizes.values()) < 2:
        raise Missing("there are fewer than two groups to compare")
    parts = [_of(group, estimate.name) for group in groups]
    is_ratio = isinstance(estimate, RatioRange)
    if is_ratio and all(part.hits == 0 for part in parts):
        raise Missing("no group has a single hit, so there is no ratio")
    is_whole = all(part.effective is None for part in parts)
    module: Any = plainly if is_whole else effective
    bounds = module.ratio_range_bounds if is_ratio else module.range_bounds
    first_of = [part.hits if is_whole else part.rate for part in parts]
    rows = [part.rows for part in parts]
    families = [group.family for group in groups]
    found = bounds(first_of, rows, families, alpha, family_alpha=corrected)
    first, second = found.pair
    if parts[first].hits * parts[second].of < parts[second].hits * parts[first].of:
        first, second = second, first
    values = (float(found.value), float(found.low), float(found.high))
    return _found(values, found.method, parts, (groups[first], groups[second]))


def _of(group: Group, name: str) -> Share:
    return share(group.hits, group.of, group.effective, f"{name}, {dict(group.slice)}")


def _found(
    numbers: tuple[float, ...],
    method: str,
    parts: Sequence[Share],
    pair: tuple[Group, Group] | None = None,
) -> Found:
    value, low, high = map(rounded, numbers)
    is_whole = all(part.effective is None for part in parts)
    worth = None if is_whole else rounded(sum(part.rows for part in parts))
    return Found(value, low, high, method, sum(part.of for part in parts), pair, worth)
