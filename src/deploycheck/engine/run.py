"""A run from its recorded plan to its recorded decision; both front ends end here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from deploycheck import __version__
from deploycheck.authoring.reporter import Reporter
from deploycheck.engine import facts
from deploycheck.engine.canonical import CanonicalError, digest, readable
from deploycheck.engine.decide import Decided, decide
from deploycheck.engine.durable import Staged
from deploycheck.engine.quiet import quiet
from deploycheck.engine.record import Record, RecordError
from deploycheck.engine.resolve import Guard
from deploycheck.engine.step import Plan
from deploycheck.engine.store import sha256
from deploycheck.model.decision import Decision, RunFacts
from deploycheck.model.verdict import Effect, Verdict

Wanted = Sequence[tuple[Reporter, Path]]


@dataclass
class Run:
    """One run of one plan.

    :param home: folder of the records, ``.deploycheck`` beside the release unless named.
    :param reports: which reports are wanted, and where.
    :param guard: entered around the work of each reporter.
    :param isolation: how the engine is kept apart from the candidate's code, for the reader.
    """

    plan: Plan
    home: Path
    reports: Wanted
    isolation: str
    guard: Guard
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    placed: list[Path] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    _plan_digest: str = ""

    @property
    def record(self) -> Record:
        return Record(self.home, self.plan.materials.run)

    def begin(self) -> None:
        """Record the plan; nothing is measured before.

        :raises RecordError: it cannot be recorded.
        """
        planned = self.plan.record()
        self._plan_digest = sha256(planned)
        self.record.plan(planned)

    def finish(
        self,
        verdicts: Iterable[Verdict],
        *,
        problems: Sequence[str] = (),
        unrun: Mapping[str, str] | None = None,
    ) -> Decision:
        """Decide, render, record and put the reports in place, in this order.

        A report that cannot be made or written stands against the release, so reports are staged
        before the decision is recorded, and nothing is announced before it is.

        :raises RecordError: the decision cannot be recorded; nothing was announced.
        """
        known = list(verdicts)
        against = list(problems)
        began = perf_counter()
        if not self._plan_digest:
            against.append("the plan was not recorded before the run")
        while True:
            decided = decide(self.plan, known, problems=against, unrun=unrun)
            decision, record, staged, failed = self._stage(self._decision(decided, began))
            new = [text for text in failed if text not in against]
            if not new or decision.decision is Effect.BLOCK:
                break
            _drop([record, *staged])
            against += new
        self.warnings += failed
        try:
            self.record.seal(record)
        except RecordError:
            _drop(staged)
            raise
        for part in staged:
            try:
                part.place()
                self.placed.append(part.path)
            except OSError as error:
                raise RecordError(
                    f"the report {part.path} cannot be put in place: {error.strerror or error}"
                ) from None
        return decision

    def _decision(self, decided: Decided, began: float) -> Decision:
        plan = self.plan
        run = RunFacts(
            id=plan.materials.run,
            as_of=plan.as_of,
            front_end=plan.materials.front_end,
            seconds={k: round(v, 3) for k, v in self.seconds.items()}
            | {"decide": round(perf_counter() - began, 3)},
            deploycheck=__version__,
            plugins=tuple(plan.registry.plugins),
            python=facts.python(),
            platform=facts.machine(),
            git=facts.git(plan.materials.folder),
            isolation="; ".join(
                (self.isolation, *(f"models: {told}" for told in plan.store.isolations()))
            ),
            plan_digest=self._plan_digest,
            notes=tuple(self.notes),
        )
        return Decision(
            decision=decided.effect,
            reasons=decided.reasons,
            policies=plan.policies_used,
            release=plan.release_used,
            counts=decided.counts,
            verdicts=decided.verdicts,
            run=run,
        )

    def _written(self, made: Decision) -> tuple[Decision, bytes]:
        """The decision with its digest, and as it is recorded.

        :raises RecordError: it holds what JSON cannot, such as a plugin's number beyond 2^53.
        """
        try:
            run = made.run.model_copy(update={"digest": digest(made)})
            decision = made.model_copy(update={"run": run})
            return decision, readable(decision).encode()
        except CanonicalError as error:
            raise RecordError(f"the decision cannot be written as JSON: {error}") from None

    def _stage(self, made: Decision) -> tuple[Decision, Staged, list[Staged], list[str]]:
        """The decision with its digest, its record and every wanted report, flushed beside their
        places; and why some reports are not.

        :raises RecordError: the record cannot be written.
        """
        decision, text = self._written(made)
        record = self.record.decision(text)
        staged: list[Staged] = []
        failed: list[str] = []
        # The JSON report is the record's text; it goes first, so that its bytes can go.
        for reporter, path in sorted(self.reports, key=lambda pair: pair[0].name != "json"):
            try:
                if reporter.name != "json":
                    text = b""
                staged.append(Staged(path, text or self._render(reporter, decision)))
            except KeyboardInterrupt:
                _drop([record, *staged])
                raise
            except OSError as error:
                failed.append(
                    f"the {reporter.name} report cannot be written to {path}: "
                    f"{error.strerror or error}"
                )
            except BaseException as error:  # noqa: BLE001 - a plugin's reporter may raise anything
                failed.append(
                    f"the {reporter.name} report cannot be made: {type(error).__name__}: {error}"
                )
        return decision, record, staged, failed

    def _render(self, reporter: Reporter, decision: Decision) -> bytes:
        with self.guard((f"report {reporter.name}",)), quiet():
            # str.encode raises a TypeError for what is no text.
            text = reporter.render(decision)
            if not isinstance(text, str):
                raise TypeError(f"it returned {type(text).__name__}, not text")
            return str.encode(text, "utf-8")

    def tell(self, decision: Decision) -> list[str]:
        """Tell plugins the outcome; what they raise is a warning and changes nothing.

        :return: the warnings.
        """
        warnings: list[str] = []
        hook: Any = self.plan.registry.hook
        if hook is None:
            return warnings
        for implementation in hook.deploycheck_decided.get_hookimpls():
            tell: Callable[..., Any] = implementation.function
            arguments = {"decision": decision, "release": self.plan.release}
            name = f"deploycheck_decided of {implementation.plugin_name}"
            try:
                with self.guard((name,)):
                    tell(**{name: arguments[name] for name in implementation.argnames})
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
                warnings.append(f"{name} raised {type(error).__name__}: {error}")
        return warnings


def _drop(staged: Sequence[Staged]) -> None:
    for part in staged:
        part.drop()
