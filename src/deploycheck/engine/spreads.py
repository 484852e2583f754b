"""Differences and ratios over groups of any measure, from each group's own bounds."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deploycheck.authoring.estimates import (
    Count,
    Member,
    Range,
    RatioRange,
    Spread,
    Statistic,
    Undefined,
)
from deploycheck.engine.found import Found, Missing, Unjudgeable, rounded
from deploycheck.engine.models import judged

At = Callable[..., Found]
_NO_MEMBERS = (Spread, Range, RatioRange, Count, Statistic)


@dataclass(frozen=True)
class _Group:
    """A member and the bounds of its estimate at any alpha."""

    member: Member
    at: At

    def found(self, alpha: float) -> Found:
        """Its value and bounds."""
        with _named(self.member):
            return self.at(alpha)


def spread(estimate: Spread, pairs: int, sampler: Callable[[Any], At]) -> At:
    """The bounds of a spread, at an alpha for all pairs alike and a corrected one for the extreme.

    :param pairs: ordered pairs of members of one family.
    :param sampler: gives the bounds of a member's estimate.
    :raises Unjudgeable: junk.
    :raises Missing: fewer than two members of a family, or one that says too little.
    """
    sizes: dict[str, int] = {}
    for member in estimate.members:
        sizes[member.family] = sizes.get(member.family, 0) + 1
    if not sizes or min(sizes.values()) < 2:
        raise Missing("there are fewer than two groups to compare")
    if estimate.how not in ("difference", "ratio"):
        raise Unjudgeable("DC304", f"{estimate.name}: how is neither difference nor ratio")
    groups = [_Group(member, _bounds(estimate, member, sampler)) for member in estimate.members]

    def at(alpha: float, corrected: float | None = None) -> Found:
        each = (alpha if corrected is None else corrected) / pairs
        with judged(estimate.name):
            return _found(estimate, groups, alpha, each)

    return at


def _bounds(estimate: Spread, member: Member, sampler: Callable[[Any], At]) -> At:
    with _named(member):
        if isinstance(member.estimate, Undefined):
            raise Missing(member.estimate.reason)
        if isinstance(member.estimate, _NO_MEMBERS):
            kind = type(member.estimate).__name__
            raise Unjudgeable("DC309", f"a {kind}, of which {estimate.name} cannot be made")
        return sampler(member.estimate)


@contextmanager
def _named(member: Member) -> Iterator[None]:
    """Says of which member nothing, or nothing sound, is known."""
    try:
        yield
    except Missing as error:
        raise Missing(f"{_where(member)}: {error}") from None
    except Unjudgeable as error:
        raise Unjudgeable(error.code, f"{_where(member)}: {error}") from None


def _found(estimate: Spread, groups: list[_Group], alpha: float, each: float) -> Found:
    from deploycheck.stats import spread as stats

    loose = [group.found(alpha) for group in groups]
    members = []
    for group, wide in zip(groups, loose, strict=True):
        low, high = _corrected(group, wide, alpha, each)
        value = float(wide.value)
        members.append(stats.Member(value, min(wide.low, value), max(wide.high, value), low, high))
    families = [group.member.family for group in groups]
    if estimate.how == "ratio":
        for group, wide in zip(groups, loose, strict=True):
            if not float(wide.value) > 0:
                where = _where(group.member)
                raise Missing(f"{where}: {wide.value} is not above zero, so there is no ratio")
        made = stats.ratio_spread(members, families)
    else:
        made = stats.difference_spread(members, families)
    first, second = made.pair
    if members[first].value < members[second].value:
        first, second = second, first
    n = [wide.n for wide in loose if wide.n is not None]
    return Found(
        rounded(made.value),
        rounded(made.low),
        rounded(made.high),
        _method(loose),
        sum(n) if len(n) == len(loose) else None,
        (groups[first].member, groups[second].member),
    )


def _corrected(group: _Group, wide: Found, alpha: float, each: float) -> tuple[float, float]:
    """The bounds of a member at the level of one of many pairs; infinite where there are none."""
    value = float(wide.value)
    try:
        found = wide if math.isclose(alpha, each) else group.found(each)
    except Missing:
        return -math.inf, math.inf
    return min(found.low, value), max(found.high, value)


def _method(loose: list[Found]) -> str:
    names = list(dict.fromkeys(found.method for found in loose))
    return f"MOVER of {names[0] if len(names) == 1 else 'each group'}; all pairs"


def _where(member: Member) -> str:
    return ", ".join(f"{key}: {value}" for key, value in member.slice.items()) or "all rows"
