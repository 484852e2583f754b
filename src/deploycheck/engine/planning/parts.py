"""A measure's sampling model → the bounds that must clear, each with its design and its rows.

The designs are those of :mod:`deploycheck.stats.power`, which knows the power of each bound.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from deploycheck.authoring.sampling import Sampling
from deploycheck.engine.planning.assumptions import Assumptions


@dataclass(frozen=True)
class Asked:
    """What is asked of a measure, on one side.

    :param limit: the policy's bound.
    :param side: ``at_least`` or ``at_most``.
    :param good: the declared good value, or ``None``.
    :param alpha: error probability of the bound that must clear.
    """

    limit: float
    side: str
    good: float | None
    alpha: float

    @property
    def common(self) -> dict[str, Any]:
        return {"limit": self.limit, "required": self.side, "alpha": self.alpha}


@dataclass(frozen=True)
class Given:
    """The groups of one split of the rows.

    :param sizes: rows of each group that is compared; empty where they are not known.
    :param groups: how many there are, with those that are too small to be compared.
    """

    sizes: tuple[int, ...]
    groups: int

    @property
    def compared(self) -> int:
        """How many groups a comparison has; two, where there are not even two."""
        return max(2, len(self.sizes) or self.groups)


@dataclass(frozen=True)
class Part:
    """One bound that must clear.

    :param design: made of the shares that the groups have among the rows that are counted.
    :param good: the good value on the design's scale, or ``None``.
    :param share: what is counted in each row of data: positives, at a design effect.
    :param sizes: rows of data in each group; empty where they are not known.
    :param groups: how many groups it compares; 1 where it compares none.
    :param beside: how many such parts share the rows, each with a group of its own.
    :param value: from the design's scale to that of the measure.
    """

    design: Callable[[tuple[float, ...]], Any]
    good: float | None
    share: float
    sizes: tuple[int, ...]
    groups: int = 1
    beside: int = 1
    value: Callable[[float], float] = field(default=lambda found: found)

    @property
    def equal(self) -> Any:
        """The design with groups of one size."""
        return self.design((1 / self.groups,) * self.groups)

    @property
    def given(self) -> Any:
        """The design with the groups that are given."""
        total = sum(self.sizes)
        return self.design(tuple(size / total for size in self.sizes))

    @property
    def counted(self) -> float:
        """What is counted in the rows that are given."""
        return sum(self.sizes) * self.share


def parts(
    sampling: Sampling,
    asked: Asked,
    assumed: Assumptions,
    splits: Sequence[Callable[[float], Given]],
) -> list[Part]:
    """The bounds that a measure must clear on one side.

    :param splits: of each split of the rows into groups, takes the share of rows that is counted
        and gives the rows of its groups. Without groups, one split of one group.
    :raises Unplannable: something must be declared first.
    """
    shape = _SHAPES[sampling.model](asked, assumed)
    made: list[Part] = []
    for of in sampling.counted:
        share = assumed.share(of)
        for split in splits:
            made += _over(sampling, shape, share, assumed.effect, split(share))
    return made


@dataclass(frozen=True)
class Shape:
    """What a sampling model makes of a bound, before it is known how rows are spread.

    :param design: made of the shares of the groups that it compares.
    :param share: which part of the rows that count it counts.
    """

    design: Callable[[tuple[float, ...]], Any]
    good: float | None
    value: Callable[[float], float] = field(default=lambda found: found)
    share: float = 1.0


def _over(
    sampling: Sampling, shape: Shape, share: float, effect: float, given: Given
) -> list[Part]:
    """The bounds over the groups of one split: one that compares them, or one for each."""
    counted = share * shape.share / effect
    if sampling.model in COMPARING:
        groups = 2 if sampling.model == "difference" else given.compared
        return [Part(shape.design, shape.good, counted, given.sizes, groups, value=shape.value)]
    each: list[tuple[int, ...]] = [(size,) for size in given.sizes] or [()] * given.groups
    return [
        Part(shape.design, shape.good, counted, size, beside=len(each), value=shape.value)
        for size in each
    ]


def _proportion(asked: Asked, _: Assumptions) -> Shape:
    from deploycheck.stats.power import OneProportion

    return Shape(lambda _: OneProportion(**asked.common), asked.good)


def _jaccard(asked: Asked, assumed: Assumptions) -> Shape:
    """The proportion p of right ones among rows that are positive, or predicted so.

    A share (positives + predicted) / (1 + p) of the rows is among them.
    """
    positives = assumed.get("positives", what="the share of rows that are positive")
    predicted = assumed.given("predicted")
    if predicted is None:
        predicted = positives
        assumed.notes["predicted"] = "as many rows predicted positive as are"
    right = asked.limit if asked.good is None else asked.good
    either = min(1.0, (positives + predicted) / (1 + right))
    return replace(_proportion(asked, assumed), share=either)


def _f1(asked: Asked, assumed: Assumptions) -> Shape:
    """2p / (1 + p) of that proportion p."""

    def of(f1: float) -> float:
        return f1 / (2 - f1)

    good = None if asked.good is None else of(asked.good)
    found = _jaccard(replace(asked, limit=of(asked.limit), good=good), assumed)
    return replace(found, value=lambda found: 2 * found / (1 + found))


def _balanced(asked: Asked, assumed: Assumptions) -> Shape:
    """(1 + d) / 2 of the difference d of true- and false-positive rate, both errors alike."""
    from deploycheck.stats.power import TwoProportions

    positives = assumed.get("positives", what="the share of rows that are positive")
    assumed.notes["balanced"] = "recall equal to specificity"
    versus = 1 - (asked.limit if asked.good is None else asked.good)
    common = {**asked.common, "limit": 2 * asked.limit - 1}
    good = None if asked.good is None else 2 * asked.good - 1
    shares = (positives, 1 - positives)
    return Shape(
        lambda _: TwoProportions(versus=versus, shares=shares, **common),
        good,
        value=lambda found: (1 + found) / 2,
    )


def _difference(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import TwoProportions

    versus = assumed.get("rate", 0.5)
    return Shape(
        lambda shares: TwoProportions(versus=versus, shares=shares, **asked.common), asked.good
    )


def _range(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import RateRange

    rate = assumed.get("rate", 0.5)
    return Shape(lambda shares: RateRange(rate=rate, shares=shares, **asked.common), asked.good)


def _ratio_range(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import RateRatioRange

    rate = assumed.get("rate", what="the rate of the highest group")
    return Shape(
        lambda shares: RateRatioRange(rate=rate, shares=shares, **asked.common), asked.good
    )


def _paired(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import PairedDifference

    discordant = assumed.get("discordant", 1.0)
    return Shape(lambda _: PairedDifference(discordant=discordant, **asked.common), asked.good)


def _auc(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import OneArea

    positives = assumed.get("positives", what="the share of rows that are positive")
    return Shape(lambda _: OneArea(positives=positives, **asked.common), asked.good)


def _auc_difference(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import TwoAreas

    sd = assumed.get("sd", what="the standard error of an earlier run, times the root of its rows")
    positives = assumed.get("positives", 0.5)
    return Shape(lambda _: TwoAreas(sd=sd, positives=positives, **asked.common), asked.good)


def _mean(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import OneMean

    sd = assumed.get("sd", what="the standard deviation of what is averaged")
    return Shape(lambda _: OneMean(sd=sd, **asked.common), asked.good)


def _smooth(asked: Asked, assumed: Assumptions) -> Shape:
    from deploycheck.stats.power import SmoothValue

    sd = assumed.get("sd", what="the standard error of an earlier run, times the root of its rows")
    return Shape(lambda _: SmoothValue(sd=sd, **asked.common), asked.good)


# Those that compare groups, or data sets, with one another; the others hold in each by itself.
COMPARING = frozenset({"range", "ratio_range", "difference"})
_SHAPES: dict[str, Callable[[Asked, Assumptions], Shape]] = {
    "proportion": _proportion,
    "jaccard": _jaccard,
    "f1": _f1,
    "balanced": _balanced,
    "difference": _difference,
    "range": _range,
    "ratio_range": _ratio_range,
    "paired": _paired,
    "auc": _auc,
    "auc_difference": _auc_difference,
    "mean": _mean,
    "smooth": _smooth,
}
