"""What checkers on gaps between groups share: rates compared, and the rows of each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.estimates import Estimate, Range, RatioRange, Undefined
from deploycheck.authoring.groups import Assessed, GroupParams, Rate, assess
from deploycheck.evidence.coded import Coded, combined

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def rate_gap(
    groups: Assessed, difference: str, ratio: str, rate: str, words: str
) -> Iterator[Estimate]:
    """The gap of one rate over the groups of a split, and the rate of every group.

    :param difference: name of the measure highest − lowest.
    :param ratio: name of the measure lowest ÷ highest.
    :param rate: name of the measure that is the rate itself.
    :param words: the rate in words, for reasons.
    """
    place = {"by": groups.by}
    compared = tuple(each.group() for each in groups.compared)
    if len(compared) < 2:
        yield groups.incomparable(difference, words)
        yield groups.incomparable(ratio, words)
    else:
        yield Range(difference, compared, slice=place)
        if any(each.hits for each in groups.compared):
            yield RatioRange(ratio, compared, slice=place)
        else:
            rows = sum(each.of for each in groups.compared)
            yield Undefined(ratio, rows, f"the {words} is zero in every group", slice=place)
    yield from groups.notes(difference, words)
    yield from groups.notes(ratio, words)
    yield from groups.rates(rate)


@dataclass(frozen=True)
class Part:
    """The rows of one group.

    :param rows: their numbers, int64, increasing.
    :param counted: rows, or the sum of their frequency weights.
    """

    slice: Mapping[str, str]
    rows: NDArray[np.int64]
    counted: int


def parts(
    groups: Mapping[str, Coded],
    split: tuple[str, ...],
    rows: int,
    weights: NDArray[np.int64] | None = None,
) -> list[Part]:
    """The rows of each combination of values of ``split`` that occurs, in order of the values.

    :raises EvidenceError: a column that was not collected, or more than 10,000 combinations.
    """
    import numpy as np

    slices, codes = combined(groups, split, rows)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(slices) + 1))
    made = []
    for place, values in enumerate(slices):
        at = order[ends[place] : ends[place + 1]]
        counted = len(at) if weights is None else int(weights[at].sum())
        made.append(Part(values, at, counted))
    return made


@dataclass(frozen=True)
class Sorted:
    """The groups of a split by what may be said of them, and their rows."""

    assessed: Assessed
    parts: tuple[Part, ...]

    @property
    def compared(self) -> list[Part]:
        return [self.part(rate.slice) for rate in self.assessed.compared]

    @property
    def others(self) -> list[tuple[Part, str]]:
        """Groups that are too small or excluded, each with the reason."""
        known = (*self.assessed.small, *self.assessed.excluded)
        return [(self.part(rate.slice), reason) for rate, reason in known]

    def part(self, where: Mapping[str, str]) -> Part:
        return next(part for part in self.parts if part.slice == where)

    def unsaid(self, names: Sequence[str], basis: str) -> Iterator[Estimate]:
        """What is said, under each of ``names``, of the groups that are not compared.

        :param basis: what was counted of them, in words.
        """
        for name in names:
            yield from self.assessed.notes(name, basis)

    def incomparable(self, names: Sequence[str], why: str = "") -> Iterator[Estimate]:
        """Says under each of ``names`` that there are not two groups to compare."""
        yield from (self.assessed.incomparable(name, why) for name in names)


def sort_parts(
    params: GroupParams,
    split: tuple[str, ...],
    found: Sequence[Part],
    basis: Mapping[int, int] | None = None,
) -> Sorted:
    """Groups sorted by what may be said of them, by the rows that count.

    :param basis: by place in ``found``, the rows that a measure rests on where these are not all
        rows of the group: the smaller class of an AUC.
    """
    rates = [
        Rate(part.slice, 0, part.counted if basis is None else basis[place], part.counted)
        for place, part in enumerate(found)
    ]
    return Sorted(assess(params, split, rates), tuple(found))


def repeated(part: Part, weights: NDArray[np.int64] | None, most: int) -> NDArray[np.int64]:
    """The rows of a group, each as often as its frequency weight says.

    :param most: rows beyond which that is refused.
    :raises EvidenceError: the weights sum to more.
    """
    import numpy as np

    if part.counted > most:
        raise EvidenceError(
            f"a group of {part.counted:,} rows is more than can be resampled, {most:,}",
            "draw a sample, or divide the weights",
            "DC203",
        )
    return part.rows if weights is None else np.repeat(part.rows, weights[part.rows])
