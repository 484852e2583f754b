"""The engine's own process: ``gate`` starts it with ``python -I``; it does one task and ends."""

import contextlib
import gc
import json
import os
import select
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

from deploycheck import plugins
from deploycheck.cli.terminal import coloured, painted
from deploycheck.engine import actions
from deploycheck.engine.cache import Cache
from deploycheck.engine.exits import Exit, exit_code
from deploycheck.engine.judge import Judged
from deploycheck.engine.materials import gather
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import make_plan
from deploycheck.engine.problems import PolicyError, render
from deploycheck.engine.record import FOLDER, RecordError, new_run
from deploycheck.engine.registry import Registry
from deploycheck.engine.resolve import TimeLimit
from deploycheck.engine.run import Run, Wanted
from deploycheck.engine.step import Step
from deploycheck.engine.wanted import UnknownReport, refuse_overwriting, wanted
from deploycheck.engine.watch import Watch
from deploycheck.engine.wording import SENTENCE, bounded
from deploycheck.model.base import parse_instant
from deploycheck.model.decision import Decision

PLANNING = "the plan"
_LONGEST = 120  # characters of a title that are worth sending
_HUSH = 2.0  # seconds; who does not answer by then shows nothing any more
ISOLATION = "own process (python -I); the candidate's conftest, ini and cache are not read"


class Usage(Exception):
    """The task cannot be done as it is worded."""


def main() -> None:
    """Read the task from stdin, do it, tell the supervisor the exit code with its token."""
    gc.set_threshold(100_000, 50, 100)  # a run makes lasting objects; little of it is garbage
    pipe = int(sys.argv[1])
    os.set_inheritable(pipe, False)
    task = json.load(sys.stdin)
    token = task.pop("token")

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

    line = Line(pipe, token, task.pop("hush", None))
    try:
        with line.hushed_on_error():
            code = int(work(task, Watch(task["timeout"], line.beat, alone=True), line))
    except (Usage, UnknownReport) as error:
        code = _say(f"deploycheck gate: {error}", Exit.USAGE)
    except PolicyError as error:
        code = _say(render(error.problems, colour=coloured(sys.stderr)), Exit.INVALID)
    except RecordError as error:
        code = _say(f"deploycheck gate: {error}", Exit.UNCHECKED)
    except TimeLimit as error:
        code = _say(f"deploycheck gate: the plan: {error}", Exit.UNCHECKED)
    except KeyboardInterrupt:
        code = _say("deploycheck gate: interrupted; nothing was decided", Exit.CRASH)
    except Exception:  # noqa: BLE001 - a defect of deploycheck itself is exit 70, never a release
        traceback.print_exc()
        code = _say("deploycheck gate: this is a defect; nothing was decided", Exit.CRASH)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    line.tell(code=code)
    os._exit(code)  # threads and exit handlers of plugins have no say any more


class Line:
    """The line to the supervisor.

    :param token: makes a message one of the engine's own.
    :param answers: where the supervisor says that its progress is off the terminal; ``None``
        where it shows none.
    """

    def __init__(self, pipe: int, token: str, answers: int | None) -> None:
        self._pipe, self._token, self._answers = pipe, token, answers
        self._titles: dict[str, str] = {}
        self._at: Sequence[str] = ()
        self._left: Counter[str] = Counter()
        self.done: dict[str, Judged] = {}
        if answers is not None:
            os.set_inheritable(answers, False)

    def planned(self, steps: Sequence[Step]) -> None:
        """Take over what the controls are called."""
        self._titles = {step.key: f"{step.control.id} {step.control.title}" for step in steps}

    def beat(self, keys: Sequence[str]) -> None:
        """Say who is at work."""
        said: dict[str, Any] = {"at": list(keys)}
        if self._answers is not None:
            self._left.update(key for key in self._at if key in self._titles)
            self._at = keys
        if self._answers is not None and keys:
            more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
            said["title"] = self._titles.get(keys[0], keys[0])[:_LONGEST] + more
            # Its evidence is collected first, then it is measured; judged are all together.
            measured = {key for key, times in self._left.items() if times > 1}
            said |= {"done": len(measured | self.done.keys()), "planned": len(self._titles)}
        self._write(said)

    def tell(self, **said: int) -> None:
        """Say what only the engine itself may."""
        self._write({"token": self._token, **said})

    def hush(self) -> None:
        """Have the progress taken off the terminal, and wait until it is."""
        answers, self._answers = self._answers, None
        if answers is not None:
            self.tell(hush=1)
            select.select([answers], [], [], _HUSH)

    @contextlib.contextmanager
    def hushed_on_error(self) -> Iterator[None]:
        """Whatever is raised will be printed, so the terminal must be free."""
        try:
            yield
        except BaseException:
            self.hush()
            raise

    def _write(self, said: Mapping[str, Any]) -> None:
        os.write(self._pipe, json.dumps(said).encode() + b"\n")


def _end_with(supervisor: int) -> None:
    """End this process when its supervisor is gone: nobody would learn what it decides."""
    while os.getppid() == supervisor:
        time.sleep(1)
    os._exit(Exit.CRASH)


def _say(text: str, code: Exit) -> int:
    _print(text, sys.stderr)
    return int(code)


def _print(text: str, stream: TextIO | None) -> None:
    """Print, or not: what became of the output changes nothing that was decided."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=stream, flush=True)  # at once: a listener may end this process


def work(task: Mapping[str, Any], watch: Watch, line: Line) -> Exit:
    """Plan, record, measure, decide, report.

    :param line: is told the exit code when the decision is recorded and the reports stand;
        whatever happens to this process then changes nothing any more.
    """
    began = perf_counter()
    registry = plugins.registry()
    release, as_of = Path(task["release"]), parse_instant(task["as_of"])
    materials = gather(
        release,
        [Path(p) for p in task["policies"]],
        root=Path.cwd(),
        inputs=task["inputs"],
        as_of=as_of,
        front_end="gate",
        run=new_run(datetime.now(UTC)),
    )
    reports = wanted(registry, task["reports"], task["out"], Path.cwd())
    cache = _cache(task["cache"], materials.folder)
    try:
        with watch((PLANNING,)):
            plan = make_plan(materials, registry)
    except PolicyError:
        line.hush()
        _warn_of_old(reports)
        raise
    line.planned(plan.steps)
    home = Path(task["record"]) if task["record"] else materials.folder / FOLDER
    refuse_overwriting(reports, plan)
    run = Run(plan, home, reports, ISOLATION, watch)
    run.notes += [f"an earlier attempt died: {why}" for why in task["dead"].values()]
    run.seconds["plan"] = perf_counter() - began
    run.begin()
    if plan.expired:
        texts = [problem.message for problem in plan.expired]
        unrun = dict.fromkeys((s.key for s in plan.steps), "; ".join(texts))
        run.finish((), problems=texts, unrun=unrun)
        raise PolicyError(plan.expired)
    began = perf_counter()
    dead, apart = dict(task["dead"]), bool(task["apart"])
    measuring = Measuring(plan, watch, cache, dead=dead, apart=apart, _done=line.done)
    verdicts = list(measuring.verdicts(plan.steps))
    measuring.finish()
    run.seconds["measure"] = perf_counter() - began
    decision = run.finish(verdicts)
    code = exit_code(decision)
    line.tell(settled=code)
    line.hush()
    _announce(registry, run, decision)
    lines, warnings = actions.tell(registry, decision, materials.folder, os.environ)
    for text in lines:
        _print(text, sys.stdout)
    _warn([*warnings, *run.tell(decision)])
    return code


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        _print(f"warning: {bounded(warning, SENTENCE)}", sys.stderr)


def _warn_of_old(reports: Wanted) -> None:
    """Say that reports of an earlier run are none of this one, which decides nothing."""
    if old := [path for _, path in reports if path.exists()]:
        shown = bounded(", ".join(map(str, old)), SENTENCE)
        _print(f"warning: nothing was decided; these are of an earlier run: {shown}", sys.stderr)


def _cache(folder: str | None, release: Path) -> Cache | None:
    if folder is None:
        return None
    place, home = Path(folder).resolve(), release.resolve()
    # The candidate's tree is the checkout around the release, where there is one.
    tree = next((p for p in (home, *home.parents) if os.path.lexists(p / ".git")), home)
    if place.is_relative_to(tree):
        raise Usage(f"--cache {folder} lies in {tree}, where the candidate could write it")
    return Cache(place)


def _announce(registry: Registry, run: Run, decision: Decision) -> None:
    _warn(run.warnings)
    summary = registry.reporter("summary")
    if summary is not None:
        text = summary.render(decision).rstrip("\n")
        _print(painted(text, colour=coloured(sys.stdout)), sys.stdout)
    for reporter, path in run.reports:
        if path in run.placed:
            _print(f"{reporter.name:9} {path}", sys.stdout)
    _print(f"{'record':9} {run.record.folder}", sys.stdout)


if __name__ == "__main__":
    main()
