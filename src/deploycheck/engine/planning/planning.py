"""The planning of a run: of each control, and of the policy as a whole."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from deploycheck.engine.alarm import POWER
from deploycheck.engine.planning.alarms import alarm
from deploycheck.engine.planning.measures import Measured, data_sets, sampling_of, splits_of
from deploycheck.engine.planning.sizes import Sizes, Split
from deploycheck.engine.step import Step
from deploycheck.model.planned import Planned, PlannedMeasure
from deploycheck.model.policy import Kind

if TYPE_CHECKING:
    from deploycheck.engine.step import Plan

_DIGITS = 4
_EXACT = "exact: it needs no rows"


@dataclass
class Planning:
    """What is planned for the controls of one run, each at most once; data are read when asked."""

    plan: "Plan"
    _done: dict[str, Planned | None] = field(default_factory=dict)

    def of(self, step: Step) -> Planned | None:
        """What is planned for a control; ``None`` where it does not apply or cannot run."""
        if step.key not in self._done:
            idle = step.excused is not None or step.broken is not None
            self._done[step.key] = None if idle else self._tried(step)
        return self._done[step.key]

    def knows(self, step: Step) -> bool:
        """Whether it was planned before, so that asking costs nothing."""
        return step.key in self._done

    def recall(self, step: Step, kept: object) -> bool:
        """Take over what an earlier run on the same content planned; whether that can be used."""
        try:
            self._done[step.key] = Planned.model_validate(kept)
        except ValueError:
            return False
        return True

    def asks(self, step: Step) -> bool:
        """Whether the policy declares a good value, for which rows can be planned."""
        required = step.requirements.values()
        return step.kind is Kind.DEMONSTRATE and any(r.good is not None for r in required)

    def declared(self, step: Step) -> Planned | None:
        """As :meth:`of`; ``None`` where no good value is declared, and nothing is read then."""
        return self.of(step) if self.asks(step) else None

    def _tried(self, step: Step) -> Planned:
        """The planned control; what cannot be planned is said, and never ends a run."""
        try:
            return self._planned(step)
        except Exception as error:  # noqa: BLE001 - power is beside the verdict, which stands
            why = f"it cannot be planned: {type(error).__name__}: {error}"[:400]
            told = [PlannedMeasure.of(name=name, unplanned=why) for name in step.requirements]
            return Planned.of(wanted=step.control.decide.power, measures=tuple(told))

    @cached_property
    def sizes(self) -> Sizes:
        """Rows of the data sets; every split of every control is known before they are counted."""
        splits: dict[str, dict[Split, None]] = {}
        for step in self.plan.steps:
            if step.excused is not None or step.broken is not None:
                continue
            for required in step.requirements.values():
                sampling = sampling_of(step, required)
                if sampling is None or step.kind is Kind.EXACT:
                    continue
                for name in data_sets(step, sampling):
                    splits.setdefault(name, {}).update(dict.fromkeys(splits_of(step, sampling)))
        return Sizes(self.plan.store, splits)

    def _planned(self, step: Step) -> Planned:
        decide = step.control.decide
        if step.kind is Kind.EXACT:
            told = [PlannedMeasure.of(name=name, unplanned=_EXACT) for name in step.requirements]
            return Planned.of(wanted=decide.power, certain=True, measures=tuple(told))
        if step.kind is Kind.DETECT:
            count = self.plan.alarms.get(step.policy, 1)
            told = [alarm(step, self.sizes, r, count) for r in step.requirements.values()]
            return Planned.of(wanted=POWER, measures=tuple(told))
        from deploycheck.stats.power import each_for_joint

        count = len(step.requirements)
        each = each_for_joint(decide.power, count, dependent=True)
        measured = Measured(step, self.sizes, each)
        worked = [measured.plan(required) for required in step.requirements.values()]
        powers = [w.powers for w in worked]
        known = [p for each_one in powers if each_one is not None for p in each_one]
        whole = known if None not in powers else None
        return Planned.of(
            wanted=decide.power,
            power=None if whole is None else _rounded(math.prod(whole)),
            power_low=None if whole is None else _rounded(max(0.0, 1 - sum(1 - p for p in whole))),
            measures=tuple(w.told for w in worked),
        )


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
