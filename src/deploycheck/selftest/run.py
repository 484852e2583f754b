"""The self-test: many worlds without a fault, some with one, and what the policies say of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deploycheck.engine.problems import PolicyError
from deploycheck.engine.step import Plan
from deploycheck.model.verdict import Outcome
from deploycheck.selftest.faults import FAULTS, Fault, Inapplicable
from deploycheck.selftest.null import compared, drawn_again, holds, without_drift
from deploycheck.selftest.trial import Judge, Trial, sampled
from deploycheck.selftest.world import World

if TYPE_CHECKING:
    import numpy as np

ALPHA = 0.05  # of each bound on a share that is told
_BAD = frozenset({Outcome.FAIL, Outcome.ERROR, Outcome.INCONCLUSIVE})
Tell = Callable[[str, int, int], None]  # what is at work, how many are done, of how many


@dataclass(frozen=True)
class Share:
    """A share of trials with its one-sided bounds, each at 95 %, by Clopper and Pearson."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None


@dataclass(frozen=True)
class Alarms:
    """False alarms of one control.

    :param holds: whether the control holds in the data themselves; of one that does not, a FAIL is
        right and nothing is counted.
    :param fails: trials with a FAIL, where it holds, of those that it could be judged in.
    :param passes: the same with a PASS.
    :param error: why it could not be judged in the data themselves.
    """

    control: str
    check: str
    holds: bool
    fails: Share | None = None
    passes: Share | None = None
    error: str = ""


@dataclass(frozen=True)
class Caught:
    """What became of one fault.

    :param share: trials in which a control that passed before did not; ``None`` where the fault
        cannot be put into this release.
    :param by: which controls noticed it, and how often.
    :param why_not: why it was not tried.
    """

    fault: str
    title: str
    share: Share | None
    by: Mapping[str, int] = field(default_factory=dict)
    why_not: str = ""


@dataclass(frozen=True)
class Tested:
    """What the self-test found.

    :param runs: trials without a fault.
    :param any_fail: those in which any control alarmed falsely, of those in which one was judged.
    :param left_out: controls that no chance decides about.
    """

    runs: int
    any_fail: Share
    alarms: tuple[Alarms, ...]
    left_out: tuple[str, ...]
    faults: tuple[Caught, ...]


def share(hits: int, of: int) -> Share:
    """A share with its bounds; of no trials nothing is known."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    from deploycheck.stats.proportion import proportion_bounds

    found = proportion_bounds(hits, of, ALPHA)
    return Share(hits, of, float(found.low), float(found.high))


def selftest(
    plan: Plan, judge: Judge, world: World, *, runs: int, trials: int, seed: int, tell: Tell
) -> Tested:
    """Measure false alarms and caught faults on a user's own release.

    :param runs: worlds without a fault; ``trials``: of each fault.
    :param seed: where the draws begin; the same seed gives the same answer.
    :param tell: is told what is at work.
    :raises PolicyError: the release cannot be judged as it is.
    """
    tell("the release as it is", 0, 1)
    base = judge.verdicts(world)
    if base.refused:
        raise PolicyError([])
    any_fail, alarms = _alarms(plan, judge, world, base, runs, seed, tell)
    return Tested(
        runs=runs,
        any_fail=any_fail,
        alarms=alarms,
        left_out=tuple(s.control.id for s in plan.steps if not sampled(s)),
        faults=tuple(
            _caught(fault, plan, judge, world, base, trials, seed + at, tell)
            for at, fault in enumerate(FAULTS, 1)
        ),
    )


def _random(seed: int, at: int) -> np.random.Generator:
    import numpy as np

    return np.random.default_rng([seed, at])


def _alarms(
    plan: Plan, judge: Judge, world: World, base: Trial, runs: int, seed: int, tell: Tell
) -> tuple[Share, tuple[Alarms, ...]]:
    steps = [step for step in plan.steps if sampled(step)]
    pairs = compared(steps)
    right = {s.key: s.key in pairs or holds(base.verdicts[s.key]) for s in steps}
    usual = [key for key, fine in right.items() if fine and key not in pairs]
    seen: dict[Outcome, Counter[str]] = {outcome: Counter() for outcome in Outcome}
    failed, judged = 0, 0
    for at in range(runs):
        tell("without a fault", at, runs)
        found = _outcomes(judge, drawn_again(world, _random(seed, at)), usual)
        if pairs:
            alike = without_drift(world, set(pairs.values()), _random(seed, at + runs))
            found |= _outcomes(judge, alike, list(pairs))
        for key, outcome in found.items():
            seen[outcome][key] += 1
        failed += any(outcome is Outcome.FAIL for outcome in found.values())
        judged += any(outcome is not Outcome.ERROR for outcome in found.values())
    made = []
    for step in steps:
        control, of = step.control, runs - seen[Outcome.ERROR][step.key]
        fails, passes = (share(seen[o][step.key], of) for o in (Outcome.FAIL, Outcome.PASS))
        if right[step.key]:
            made.append(Alarms(control.id, control.check, True, fails, passes))
            continue
        verdict = base.verdicts[step.key]
        error = verdict.reason if verdict.outcome is Outcome.ERROR else ""
        made.append(Alarms(control.id, control.check, holds=False, error=error))
    return share(failed, judged), tuple(made)


def _outcomes(judge: Judge, world: World, keys: Sequence[str]) -> dict[str, Outcome]:
    if not keys:
        return {}
    trial = judge.verdicts(world, keys)
    return {key: trial.outcome(key) for key in keys}


def _caught(
    fault: Fault,
    plan: Plan,
    judge: Judge,
    world: World,
    base: Trial,
    trials: int,
    seed: int,
    tell: Tell,
) -> Caught:
    names = {step.key: step.control.id for step in plan.steps}
    good = [key for key, v in base.verdicts.items() if v.outcome is Outcome.PASS]
    judged = _judged(plan)
    if judged is None:
        return Caught(fault.name, fault.title, None, why_not="no data set is judged")
    times, seen = 1 if fault.once else trials, 0
    by: Counter[str] = Counter()
    for at in range(times):
        tell(fault.name, at, times)
        try:
            wrong = fault.make(world, judged, _random(seed, at))
        except Inapplicable as error:
            return Caught(fault.name, fault.title, None, why_not=str(error))
        trial = judge.verdicts(wrong)
        noticed = ["the plan"] if trial.refused else []
        noticed += [names[k] for k in good if not trial.refused and trial.outcome(k) in _BAD]
        by.update(noticed)
        seen += bool(noticed)
    return Caught(fault.name, fault.title, share(seen, times), dict(by.most_common()))


def _judged(plan: Plan) -> str | None:
    """The data set on which the model is judged: that of most controls that look at answers."""
    found = Counter(
        binding.need.subject
        for step in plan.steps
        for binding in step.bound.bindings
        if binding.need.collector.name in {"Predictions", "Scores"}
        and binding.need.subject in plan.release.data
    )
    if found:
        return found.most_common(1)[0][0]
    return "test" if "test" in plan.release.data else next(iter(plan.release.data), None)
