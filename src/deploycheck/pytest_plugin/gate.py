"""The gate of a session: plans once, gathers verdicts from here or from workers, decides."""

import json
import os
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploycheck.engine import actions
from deploycheck.engine.cache import Cache
from deploycheck.engine.materials import Materials
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.problems import render
from deploycheck.engine.record import RecordError
from deploycheck.engine.run import Run
from deploycheck.engine.step import Plan, Step
from deploycheck.engine.wanted import UnknownReport, refuse_overwriting, wanted
from deploycheck.engine.watch import Watch
from deploycheck.engine.wording import SENTENCE, bounded
from deploycheck.model.decision import Decision
from deploycheck.model.verdict import Effect, Verdict
from deploycheck.pytest_plugin import opening
from deploycheck.pytest_plugin.nodes import ControlItem, PolicyFile, marker_names

ISOLATION = "pytest's process, shared with the project's own code; a release is decided by gate"
_SENT = "deploycheck_verdict"
_FILES = 10_000  # digests that are remembered by time stamps


def open_gate(config: pytest.Config) -> "Gate":
    """Read and plan everything before anything runs.

    :raises pytest.UsageError: with every mistake of every file.
    """
    shipped = getattr(config, "workerinput", {}).get("deploycheck")
    if hasattr(config, "workerinput") and shipped is None:
        raise pytest.UsageError("deploycheck: the controller sent this worker no plan")
    registry = opening.registry(config)
    if shipped is not None:
        paths = [Path(path) for path in shipped["paths"]]
        materials = Materials.from_json(shipped["materials"])
    else:
        paths = opening.policies(config)
        materials = opening.materials(config, paths)
    home = opening.home(config, materials.folder)
    cache = None if config.getoption("deploycheck_no_cache") else Cache(home / "cache")
    if cache is not None and shipped is None:
        materials = replace(materials, vouched=dict(cache.get("files", "digests") or {}))
    opening.add_arguments(config, paths)
    plan = opening.planned(materials, registry)
    if cache is not None and shipped is None and plan.store.files.known != materials.vouched:
        cache.put("files", "digests", dict(list(plan.store.files.known.items())[-_FILES:]))
    for name in sorted({name for step in plan.steps for name in marker_names(step)}):
        config.addinivalue_line("markers", f"{name}: controls of deploycheck")
    watch = Watch(opening.time_limit(config))
    measuring = Measuring(plan, watch, cache)
    if shipped is not None:
        return Gate(paths, plan, measuring)
    gate = Controller(config.rootpath, paths, plan, measuring, _run(config, plan, home, watch))
    gate.refuse_expired()
    return gate


def _run(config: pytest.Config, plan: Plan, home: Path, watch: Watch) -> Run:
    try:
        reports = wanted(
            plan.registry,
            opening.named_reports(config),
            config.getoption("deploycheck_out"),
            config.invocation_params.dir,
        )
        refuse_overwriting(reports, plan)
    except UnknownReport as error:
        raise pytest.UsageError(f"deploycheck: {error}") from None
    return Run(plan, home, reports, ISOLATION, watch)


class Gate:
    """What every process of a session does: collect controls and judge those it is given."""

    def __init__(self, paths: Sequence[Path], plan: Plan, measuring: Measuring) -> None:
        self.plan = plan
        self.measuring = measuring
        self.steps: dict[Path, tuple[Step, ...]] = {}
        for path, policy in zip(paths, plan.policies, strict=True):
            mine = tuple(s for s in plan.steps if s.policy == policy.policy)
            self.steps[path.resolve()] = mine
        self._selected: list[Step] | None = None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> PolicyFile | None:
        steps = self.steps.get(file_path.resolve())
        if steps is None:
            return None
        made: PolicyFile = PolicyFile.from_parent(
            parent, path=file_path, steps=steps, judge=self.judge
        )
        return made

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """A policy that several arguments lead to is judged once."""
        seen: set[str] = set()
        kept = []
        for item in items:
            if isinstance(item, ControlItem):
                if item.step.key in seen:
                    continue
                seen.add(item.step.key)
            kept.append(item)
        items[:] = kept

    def pytest_sessionfinish(self, session: pytest.Session) -> None:  # noqa: ARG002 - the hook's
        """Keep what was measured, in every process."""
        self.measuring.finish()

    def judge(self, item: ControlItem) -> Verdict:
        if self._selected is None:
            self._selected = [i.step for i in item.session.items if isinstance(i, ControlItem)]
        return self.measuring.verdict(item.step, self._selected)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Text, not an object, from a worker: it has to survive the trip."""
        report = yield
        if call.when == "setup" and isinstance(item, ControlItem) and item.verdict is not None:
            sent: Any = item.verdict
            if not isinstance(self, Controller):
                sent = item.verdict.model_dump_json(by_alias=True)
            setattr(report, _SENT, sent)
        return report


class Controller(Gate):
    """The one process that records, decides and writes."""

    def __init__(
        self, root: Path, paths: Sequence[Path], plan: Plan, measuring: Measuring, run: Run
    ) -> None:
        super().__init__(paths, plan, measuring)
        self.root = root
        self.paths = paths
        self.run = run
        self.verdicts: list[Verdict] = []
        self.problems: list[str] = []
        self.unrun: dict[str, str] = {}
        self.by_node: dict[str, str] = {}
        self.decision: Decision | None = None
        self.failure = ""

    @property
    def released(self) -> bool:
        """Whether the run ended in a recorded release."""
        return self.decision is not None and self.decision.decision is Effect.RELEASE

    def refuse_expired(self) -> None:
        """A policy that is not in force leaves a record that blocks, and nothing runs."""
        if not self.plan.expired:
            return
        texts = [problem.message for problem in self.plan.expired]
        unrun = dict.fromkeys((s.key for s in self.plan.steps), "; ".join(texts))
        try:
            self.run.begin()
            self.run.finish((), problems=texts, unrun=unrun)
        except RecordError as error:
            raise pytest.UsageError(f"deploycheck: {error}") from None
        raise pytest.UsageError(f"deploycheck:\n{render(self.plan.expired)}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Record the plan before anything is measured."""
        if session.config.getoption("collectonly"):
            return
        try:
            self.run.begin()
        except RecordError as error:
            raise pytest.UsageError(f"deploycheck: {error}") from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give a worker the plan's materials, so that all judge by the same bytes."""
        node.workerinput["deploycheck"] = {
            "paths": [str(path) for path in self.paths],
            "materials": json.loads(json.dumps(self.plan.materials.as_json())),
        }

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any, sched: Any) -> None:  # noqa: ARG002
        """A worker died; its control was being measured."""
        path, _, control = crashitem.partition("::")
        for step in self.steps.get((self.root / path).resolve(), ()):
            if step.control.id == control:
                self.unrun[step.key] = "its worker died while it was being measured"

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            if isinstance(item, ControlItem):
                self.unrun[item.step.key] = "it was deselected in this run"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        sent = getattr(report, _SENT, None)
        if sent is None:
            return
        delattr(report, _SENT)  # other plugins write reports down whole
        if isinstance(sent, Verdict):
            self.verdicts.append(sent)
            return
        try:
            self.verdicts.append(Verdict.model_validate_json(sent))
        except ValueError as error:
            self.problems.append(f"the verdict of {report.nodeid} cannot be read: {error}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Decide over everything that was planned; exit 0 is for RELEASE alone."""
        self.measuring.finish()
        if session.config.getoption("collectonly"):
            self.failure = "controls were only collected; nothing was evaluated or decided"
        else:
            try:
                self.decision = self.run.finish(
                    self.verdicts, problems=self.problems, unrun=self.unrun
                )
                self.run.warnings += self.run.tell(self.decision)
            except RecordError as error:
                self.failure = str(error)
        if not self.released and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.decision is None:
            terminalreporter.section("deploycheck: no decision", red=True)
            terminalreporter.line(self.failure or "the run ended before anything was decided")
            return
        colour = {"green": True} if self.released else {"red": True}
        terminalreporter.section(f"deploycheck: {self.decision.decision.value}", **colour)
        summary = self.plan.registry.reporter("summary")
        if summary is not None:
            for line in summary.render(self.decision).rstrip("\n").split("\n"):
                terminalreporter.line(line)
        for reporter, path in self.run.reports:
            if path in self.run.placed:
                terminalreporter.line(f"{reporter.name:9} {path}")
        terminalreporter.line(f"{'record':9} {self.run.record.folder}")
        folder = self.plan.materials.folder
        lines, warnings = actions.tell(self.plan.registry, self.decision, folder, os.environ)
        for line in lines:
            terminalreporter.line(line)
        for warning in (*warnings, *self.run.warnings):
            terminalreporter.line(f"warning: {bounded(warning, SENTENCE)}", yellow=True)
