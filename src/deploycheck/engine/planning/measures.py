"""One required measure → rows needed, power with the rows that are given, what cannot pass."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deploycheck.authoring.groups import GroupParams
from deploycheck.authoring.sampling import Chosen, Sampling
from deploycheck.engine.planning.assumptions import Assumptions, Unplannable
from deploycheck.engine.planning.best import hopeless
from deploycheck.engine.planning.groups import Compared, compared
from deploycheck.engine.planning.parts import COMPARING, Asked, Given, Part, parts
from deploycheck.engine.planning.sizes import Sizes, Split, Uncounted
from deploycheck.engine.planning.words import NO_GOOD
from deploycheck.engine.requirement import Requirement
from deploycheck.engine.step import Step
from deploycheck.model.planned import PlannedMeasure

_DIGITS = 4  # of a power and of a value: more would be made up
_TAKEN_GROUPS = 2


@dataclass(frozen=True)
class Worked:
    """A planned measure and the powers of the bounds that it must clear."""

    told: PlannedMeasure
    powers: tuple[float, ...] | None = None


def sampling_of(step: Step, required: Requirement) -> Sampling | None:
    """The sampling model of a measure under the parameters of the control."""
    plan = required.measure.plan
    if isinstance(plan, Chosen):
        return plan.models.get(str(getattr(step.bound.params, plan.parameter, None)))
    return plan


def data_sets(step: Step, sampling: Sampling) -> tuple[str, ...]:
    """The data sets that a measure's rows come from."""
    found = {
        b.argument: b.need.subject
        for b in step.bound.bindings
        if b.need.collector.evidence.subject == "data"
    }
    names = sampling.data or tuple(found)[:1]
    return tuple(found[name] for name in names if name in found)


def splits_of(step: Step, sampling: Sampling) -> tuple[Split, ...]:
    """The columns of each split into groups; none where there are no groups."""
    params = step.bound.params
    return params.splits if sampling.by and isinstance(params, GroupParams) else ()


@dataclass(frozen=True)
class Measured:
    """Plans the measures of one control.

    :param wanted: the power that each measure shall have.
    """

    step: Step
    sizes: Sizes
    wanted: float

    def plan(self, required: Requirement) -> Worked:
        """Everything that can be said of one measure."""
        name, good = required.measure.name, required.good
        sampling = sampling_of(self.step, required)
        if sampling is None:
            why = "its check declares no sampling model"
            unit = required.measure.unit
            return Worked(PlannedMeasure.of(name=name, unit=unit, good=good, unplanned=why))
        assume = self.step.control.decide.assume
        assumed = Assumptions(assume, weighted=self.sizes.weighted)
        rows, why = self._rows(sampling)
        groups: list[Compared] = []

        def split(by: Split) -> Callable[[float], Given]:
            def given(share: float) -> Given:
                if rows is None:
                    return Given((), _TAKEN_GROUPS)
                groups.append(self._compared(sampling, by, share))
                return groups[-1].given

            return given

        def whole(_: float) -> Given:
            if rows is None or sampling.model in COMPARING:
                return Given(rows or (), 1)
            return Given((sum(rows),), 1)

        splits = [split(by) for by in splits_of(self.step, sampling)] or [whole]
        try:
            found = [
                part
                for asked in self._asked(required)
                for part in parts(sampling, asked, assumed, splits)
            ]
            return self._worked(required, sampling, found, assumed, rows, groups, why)
        except (Unplannable, Uncounted, ValueError) as error:
            why = why or (NO_GOOD if good is None else str(error))
        told = PlannedMeasure.of(
            name=name,
            unit=required.measure.unit,
            good=good,
            n=None if rows is None else sum(rows),
            assumed=tuple(assumed.notes.values()),
            unplanned=why,
        )
        return Worked(told)

    def _asked(self, required: Requirement) -> list[Asked]:
        alpha = 1 - self.step.control.decide.confidence
        sides = (("at_least", required.min), ("at_most", required.max))
        return [
            Asked(limit, side, required.good, alpha) for side, limit in sides if limit is not None
        ]

    def _rows(self, sampling: Sampling) -> tuple[tuple[int, ...] | None, str]:
        """Rows of each data set, or why they are not known."""
        names = data_sets(self.step, sampling)
        if not names:
            return None, "its rows are no data set"
        try:
            return tuple(self.sizes.rows(name) for name in names), ""
        except Uncounted as error:
            return None, f"rows not counted: {error}"

    def _compared(self, sampling: Sampling, by: Split, share: float) -> Compared:
        params = self.step.bound.params
        (name, *_) = data_sets(self.step, sampling)
        if not isinstance(params, GroupParams):
            raise Uncounted("the check takes no groups")
        return compared(params, by, self.sizes.groups(name, by), share)

    def _worked(
        self,
        required: Requirement,
        sampling: Sampling,
        found: Sequence[Part],
        assumed: Assumptions,
        rows: tuple[int, ...] | None,
        groups: Sequence[Compared],
        why: str,
    ) -> Worked:
        from deploycheck.stats.power import each_for_joint

        each = each_for_joint(self.wanted, len(found), dependent=True)
        needed, per_group = _needed(found, each)
        impossible = _too_small(sampling, groups) or hopeless(sampling, found)
        powers = None
        if rows is not None and required.good is not None:
            powers = (0.0,) * len(found) if impossible else tuple(map(_power, found))
        one_sided = bool(_side(required))
        passable = None
        if one_sided and rows is not None and not impossible:
            passable = _passable(found, each, required)
        compares = bool(splits_of(self.step, sampling)) or any(part.groups > 1 for part in found)
        told = PlannedMeasure.of(
            name=required.measure.name,
            unit=required.measure.unit,
            required=_side(required),
            good=required.good,
            rows=needed,
            per_group=per_group if compares else None,
            groups=_most(found, groups) if compares else None,
            n=None if rows is None else sum(rows),
            smallest=min((size for g in groups for size in g.sizes), default=None),
            power=None if powers is None else _rounded(math.prod(powers)),
            passable=passable,
            nothing_passes=rows is not None and one_sided and passable is None,
            assumed=tuple(assumed.notes.values()),
            impossible=impossible,
            unplanned=why or ("" if required.good is not None else NO_GOOD),
        )
        return Worked(told, powers)


def _side(required: Requirement) -> str:
    if required.min is not None and required.max is not None:
        return ""
    return "at_least" if required.min is not None else "at_most"


def _power(part: Part) -> float:
    if part.good is None or part.counted < 1:
        return 0.0
    return _passes(part.given, _whole(part), part.good)


# Many controls of a policy are alike, and the search for a number of rows takes a while.
@lru_cache(4096)
def _passes(design: Any, n: int, good: float) -> float:
    from deploycheck.stats.power import passes

    return float(passes(design, n, good))


@lru_cache(4096)
def _rows_of(design: Any, good: float, power: float) -> Any:
    from deploycheck.stats.power import rows_needed

    return rows_needed(design, good, power=power)


@lru_cache(4096)
def _nearest(design: Any, n: int, power: float) -> float | None:
    from deploycheck.stats.power import passable

    found = passable(design, n, power=power)
    return None if found is None else float(found)


def _whole(part: Part) -> int:
    return math.floor(part.counted + 1e-9)


def _needed(found: Sequence[Part], each: float) -> tuple[int | None, int | None]:
    """Rows in all, and rows of each group, so that every bound clears with the power ``each``."""
    most = per_group = 0
    for part in found:
        if part.good is None:
            return None, None
        needed = _rows_of(part.equal, part.good, each)
        largest = max(needed.groups) if part.groups > 1 else needed.total
        one = math.ceil(largest / part.share - 1e-9)
        per_group = max(per_group, one)
        most = max(most, one * part.groups * part.beside)
    return most, per_group


def _most(found: Sequence[Part], groups: Sequence[Compared]) -> int:
    counts = [g.given.groups for g in groups] or [part.groups * part.beside for part in found]
    return max(counts, default=0)


def _passable(found: Sequence[Part], each: float, required: Requirement) -> float | None:
    """The value nearest to the bound with which every bound clears with the power ``each``."""
    values: list[float] = []
    for part in found:
        value = _nearest(part.given, _whole(part), each) if part.counted >= 1 else None
        if value is None:
            return None
        values.append(part.value(value))
    return _rounded(max(values) if required.min is not None else min(values))


def _too_small(sampling: Sampling, groups: Sequence[Compared]) -> str:
    """Groups that the check will not assess, so that the control cannot pass."""
    small = [text for g in groups for text in g.small]
    if small:
        name, rows = small[0]
        more = f", and {len(small) - 1} more" if len(small) > 1 else ""
        return f"{name} has about {rows:,} of the rows that count, fewer than min_n{more}"
    least = 2 if sampling.model in {"range", "ratio_range"} else 1
    if any(len(g.sizes) < least for g in groups):
        return "there are fewer than two groups to compare" if least > 1 else "there is no group"
    return ""


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
