"""Steps → verdicts: collects evidence, measures together what shares a scan, judges, remembers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

from deploycheck.authoring.clock import AsOf
from deploycheck.authoring.errors import EvidenceError
from deploycheck.authoring.figures import Figure, as_json
from deploycheck.engine.cache import Cache
from deploycheck.engine.judge import Judged, judge
from deploycheck.engine.resolve import Failed, Job, TimeLimit, measure
from deploycheck.engine.scan.failures import UNDECIDABLE, failure
from deploycheck.engine.step import Plan, Step, control_digest, evidence_digest, seed_of
from deploycheck.engine.store import sha256
from deploycheck.engine.verdicts import verdict
from deploycheck.engine.watch import Watch
from deploycheck.evidence.table import Table
from deploycheck.model.measurement import Measurement
from deploycheck.model.verdict import Outcome, Verdict


@dataclass
class Measuring:
    """Makes the verdicts of one plan, each at most once.

    :param cache: results of earlier runs on the same content, or ``None``.
    :param dead: controls that killed an earlier process of this run, with the reason.
    :param apart: measure every control by itself, to find out which one kills the process.
    """

    plan: Plan
    watch: Watch
    cache: Cache | None = None
    dead: dict[str, str] = field(default_factory=dict)
    apart: bool = False
    _done: dict[str, Judged] = field(default_factory=dict)
    _keys: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.cache is not None:
            self.plan.store.memory = self.cache.bytes

    def verdicts(self, steps: Sequence[Step]) -> Iterator[Verdict]:
        """The verdicts of these controls, in their order."""
        for batch in self._batches(steps):
            self._settle(batch)
        for step in steps:
            yield self._told(step)

    def verdict(self, step: Step, beside: Sequence[Step] = ()) -> Verdict:
        """The verdict of one control; those ``beside`` it that share its scan are measured too."""
        scan = _scan(step)
        if step.key not in self._done and scan is not None and not self.apart:
            self._settle([s for s in beside if s.key not in self._done and _scan(s) == scan])
        if step.key not in self._done:
            self._settle([step])
        return self._told(step)

    def _told(self, step: Step) -> Verdict:
        """The verdict; rows that power is planned for are counted under the control's name."""
        planning = self.plan.planning
        if planning.asks(step) and not planning.knows(step):
            keys = self._planned_keys(step)
            kept = self.cache.get(*keys) if self.cache is not None and keys else None
            if kept is None or not planning.recall(step, kept):
                with self.watch((step.key,)):
                    planned = planning.declared(step)
                if self.cache is not None and keys and planned is not None:
                    self.cache.put(*keys, planned.model_dump(mode="json"))
        return verdict(self.plan, step, self._done[step.key])

    def _planned_keys(self, step: Step) -> tuple[str, str] | None:
        """What the planned power depends on: that of the verdict, and what the policy aims at."""
        keys = None if self.cache is None else self._keys.get(step.key) or self._cache_key(step)
        return None if keys is None else (keys[0], sha256({"of": keys[1], "aimed": step.aimed}))

    def _batches(self, steps: Sequence[Step]) -> list[list[Step]]:
        if self.apart:
            return [[step] for step in steps]
        by_scan: dict[Any, list[Step]] = {}
        for step in steps:
            by_scan.setdefault(_scan(step) or "", []).append(step)
        return list(by_scan.values())

    def _settle(self, steps: Sequence[Step]) -> None:
        """Judge these controls: without work where that is possible, else all together."""
        waiting = [s for s in steps if s.key not in self._done and not self._without_work(s)]
        waiting = [s for s in waiting if not self._remembered(s)]
        if not waiting:
            return
        evidence = self._keys[waiting[0].key][0] if waiting[0].key in self._keys else None
        if self.cache is None or evidence is None or _scan(waiting[0]) is None:
            self._work(waiting)
            return
        with self.cache.alone(evidence):
            self._work([s for s in waiting if not self._remembered(s)])

    def finish(self) -> None:
        """Keep what was measured for later runs, and end what evidence holds open."""
        self.plan.store.close()
        if self.cache is not None:
            self.cache.flush()

    def _without_work(self, step: Step) -> bool:
        if step.excused is not None:
            self._done[step.key] = Judged(Outcome.NOT_APPLICABLE, step.excused)
        elif step.broken is not None:
            self._done[step.key] = _error(step.broken, step.broken.code)
        elif step.key in self.dead:
            self._done[step.key] = Judged(Outcome.ERROR, self.dead[step.key], code="DC308")
        return step.key in self._done

    def _work(self, steps: Sequence[Step]) -> None:
        jobs = [job for step in steps if (job := self._job(step)) is not None]
        results = measure(jobs, self.watch) if jobs else {}
        for step in steps:
            if step.key in self._done:
                continue
            result = results[step.key]
            if isinstance(result, Failed):
                self._done[step.key] = _failed(result)
                continue
            judged = self._judge(step, result)
            figures = tuple(as_json(item) for item in result if isinstance(item, Figure))
            judged = replace(judged, figures=figures)
            self._done[step.key] = judged
            if (
                self.cache is not None
                and step.key in self._keys
                and judged.outcome is not Outcome.ERROR
            ):
                self.cache.put(*self._keys[step.key], _freeze(judged))

    def _judge(self, step: Step, result: Any) -> Judged:
        try:
            estimates = [item for item in result if not isinstance(item, Figure)]
            with self.watch((step.key,)):  # estimates may hold functions of the checker
                return judge(step, estimates, alarms=self.plan.alarms.get(step.policy, 1))
        except TimeLimit as error:
            return _error(error, "DC303")
        except Exception as error:  # noqa: BLE001 - a verdict that cannot be reached is ERROR
            said = f"what it measured cannot be judged: {type(error).__name__}: {error}"
            return Judged(Outcome.ERROR, said[:2000], code="DC307")

    def _job(self, step: Step) -> Job | None:
        """The control's work, its evidence collected; ``None`` after noting why it cannot be."""
        evidence: dict[str, Any] = {}
        try:
            with self.watch((step.key,)):
                for binding in step.bound.bindings:
                    evidence[binding.argument] = self.plan.store.collect(binding.need)
                if (name := step.bound.checker.signature.seed) is not None:
                    evidence[name] = seed_of(step, self.plan)
                if (name := step.bound.checker.signature.clock) is not None:
                    evidence[name] = _clock(self.plan)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - collectors may raise anything, panics too
            self._done[step.key] = _failed(failure(error))
            return None
        return Job(step.key, step.bound.checker, step.bound.params, evidence)

    def _cache_key(self, step: Step) -> tuple[str, str] | None:
        """What it is measured on and what it depends on; ``None`` where it may not be reused."""
        try:
            evidence = evidence_digest(step, self.plan)
        except EvidenceError:
            return None
        if evidence is None:
            return None
        key = sha256(
            {
                "measured": control_digest(step, self.plan),
                "kind": step.kind.value,
                "decide": step.control.decide.model_dump(mode="json"),
                "require": step.asked,
                "alarms": self.plan.alarms.get(step.policy, 1),
            }
        )
        return evidence, key

    def _remembered(self, step: Step) -> bool:
        if self.cache is None:
            return False
        keys = self._keys.get(step.key) or self._cache_key(step)
        if keys is None:
            return False
        self._keys[step.key] = keys
        kept = self.cache.get(*keys)
        judged = None if kept is None else _thaw(kept)
        if judged is not None:
            self._done[step.key] = judged
        return judged is not None


def _scan(step: Step) -> tuple[str, ...] | None:
    """The tables a control scans; controls on the same ones are measured in one pass."""
    needs = [b.need for b in step.bound.bindings]
    if not needs or any(need.collector.evidence is not Table for need in needs):
        return None
    return tuple(sorted({need.key for need in needs}))


def _clock(plan: Plan) -> AsOf:
    now = plan.as_of.astimezone(UTC)
    return AsOf(
        now.year, now.month, now.day, now.hour, now.minute, now.second, now.microsecond, UTC
    )


def _failed(failed: Failed) -> Judged:
    if failed.code == UNDECIDABLE:
        return Judged(Outcome.INCONCLUSIVE, str(failed.error) or "the evidence cannot decide it")
    return _error(failed.error, failed.code)


def _error(error: BaseException, code: str) -> Judged:
    text = str(error).strip() or "no message"
    if isinstance(error, EvidenceError) or code in {"DC303", "DC304"}:
        return Judged(Outcome.ERROR, text, code=code)
    verb = "tried to end the run with" if code == "DC302" else "raised"
    return Judged(
        Outcome.ERROR, f"the check {verb} {type(error).__name__}: {text[:2000]}", code=code
    )


def _freeze(judged: Judged) -> dict[str, Any]:
    return {
        "outcome": judged.outcome.value,
        "reason": judged.reason,
        "measurements": [m.model_dump(mode="json") for m in judged.measurements],
        "code": judged.code,
        "figures": list(judged.figures),
    }


def _thaw(kept: Any) -> Judged | None:
    try:
        outcome = Outcome(kept["outcome"])
        if outcome not in {Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE}:
            return None
        measurements = tuple(Measurement.model_validate(m) for m in kept["measurements"])
        figures = tuple(kept["figures"])
        return Judged(outcome, kept["reason"], measurements, kept["code"], figures)
    except (KeyError, TypeError, ValueError):
        return None
