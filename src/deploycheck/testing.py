"""For tests of plugins: policies are judged by the real engine, in this process, without records.

A checker's own test is a function call. What that cannot show is shown here: that a policy can
name the check, that wrong parameters are refused, and what verdict comes out.
"""

import gc
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploycheck import __version__, plugins
from deploycheck.authoring.checker import Checker
from deploycheck.authoring.collector import Collector
from deploycheck.authoring.columnar import kind_of
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.figures import Figure
from deploycheck.authoring.params import Params
from deploycheck.catalog.checks import example, page
from deploycheck.engine.canonical import digest
from deploycheck.engine.decide import decide
from deploycheck.engine.document import read
from deploycheck.engine.materials import Materials, Text
from deploycheck.engine.measuring import Measuring
from deploycheck.engine.plan import Plan, make_plan
from deploycheck.engine.problems import PolicyError, Problem
from deploycheck.engine.registry import Offer, Registry
from deploycheck.engine.resolve import Failed, Job
from deploycheck.engine.resolve import measure as resolved
from deploycheck.engine.watch import Watch
from deploycheck.evidence.table import Table
from deploycheck.model.base import parse_instant
from deploycheck.model.decision import Decision, PluginUsed, RunFacts
from deploycheck.model.release import Release
from deploycheck.model.verdict import Outcome, Verdict

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "AS_OF",
    "Judgement",
    "Outcome",
    "PolicyError",
    "Problem",
    "Verdict",
    "example",
    "judge",
    "judge_control",
    "measure",
    "page",
    "table",
]

# The clock of a test stands still, so that a test that passes today passes tomorrow.
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
_TESTS = PluginUsed(name="this test", version="0", trusted=False)
_CONTROL = {
    "id": "id: CONTROL",
    "title": "title: What is tested",
    "severity": "severity: high",
    "enforcement": "enforcement: overridable",
}


@dataclass(frozen=True)
class Judgement(Mapping[str, Verdict]):
    """The verdicts of one policy by the control's id, and the decision that follows from them.

    :param decision: what a reporter and ``deploycheck_decided`` are given.
    :param release: what was judged, as ``deploycheck_decided`` is given it.
    """

    decision: Decision
    release: Release

    def __getitem__(self, control: str) -> Verdict:
        for verdict in self.decision.verdicts:
            if verdict.control == control:
                return verdict
        raise KeyError(f"no control {control!r}; there is {', '.join(self)}")

    def __iter__(self) -> Iterator[str]:
        return (verdict.control for verdict in self.decision.verdicts)

    def __len__(self) -> int:
        return len(self.decision.verdicts)


def judge(
    policy: str | Path,
    folder: Path,
    *,
    release: str | Path = Path("release.yaml"),
    checkers: Iterable[Checker] | None = None,
    collectors: Iterable[Collector] | None = None,
    inputs: Mapping[str, str] | None = None,
    as_of: datetime | str = AS_OF,
    timeout: float = 60.0,
) -> Judgement:
    """Judge a release by a policy, as the gate does; nothing is recorded or reported.

    The checks run in the process of the test, so that a debugger and coverage see them. A model is
    asked in a process of its own, as always.

    :param policy: its text, which may be indented as a whole; or a ``Path``, taken from ``folder``.
    :param folder: the release's folder; nothing outside it is read as an artefact.
    :param release: likewise; ``release.yaml`` in the folder unless said.
    :param checkers: what is on offer beside the built-in checks. With neither this nor
        ``collectors``, every installed plugin is, as in the gate.
    :param collectors: makers of evidence beside the built-in ones.
    :param inputs: values for the policy's inputs, as ``--input`` gives them.
    :param as_of: the clock; a text such as ``2026-12-01T00:00:00Z`` will do. It stands at
        ``AS_OF`` unless said.
    :param timeout: seconds that a control may take.
    :raises PolicyError: the policy or the release cannot be used, or the policy is not in force.
        ``problems`` are all mistakes; the message shows each in its place, as the gate prints it.
    """
    own = None if checkers is None and collectors is None else (checkers or (), collectors or ())
    problems: list[Problem] = []
    texts = [
        _text(what, folder, name, problems)
        for what, name in ((release, "release.yaml"), (policy, "policy.yaml"))
    ]
    if problems:
        raise PolicyError(problems)
    plan = make_plan(
        Materials(
            folder=folder.absolute(),
            release=texts[0],
            policies=(texts[1],),
            inputs=dict(inputs or {}),
            as_of=parse_instant(as_of) if isinstance(as_of, str) else as_of,
            front_end="testing",
            run="test",
        ),
        plugins.registry() if own is None else _registry(*own),
    )
    gc.unfreeze()  # a plan is kept from the collector for the length of a run; tests make many
    if plan.expired:
        raise PolicyError(plan.expired)
    measuring = Measuring(plan, Watch(timeout))
    try:
        verdicts = list(measuring.verdicts(plan.steps))
    finally:
        measuring.finish()
    return Judgement(_decision(plan, verdicts), plan.release)


def judge_control(
    control: str,
    folder: Path,
    *,
    release: str | Path = Path("release.yaml"),
    checkers: Iterable[Checker] | None = None,
    collectors: Iterable[Collector] | None = None,
    as_of: datetime | str = AS_OF,
    timeout: float = 60.0,
) -> Verdict:
    """Judge a release by one control, of which ``check``, ``with`` and ``require`` are enough.

    ``judge_control(example(checker), folder)`` judges by the example of a checker's docstring.

    :param control: keys of a control, one to a line; those that every control has and a test does
        not care for are filled in.
    :raises PolicyError: as :func:`judge`.
    """
    text = textwrap.dedent(control).strip("\n")
    given = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    lines = [line for key, line in _CONTROL.items() if key not in given] + text.splitlines()
    listed = "\n    ".join(lines)
    judged = judge(
        f'policy: test\nversion: "1"\ncontrols:\n  - {listed}\n',
        folder,
        release=release,
        checkers=checkers,
        collectors=collectors,
        as_of=as_of,
        timeout=timeout,
    )
    return next(iter(judged.values()))


def measure(
    checker: Checker,
    params: Params | Mapping[str, Any] | None = None,
    /,
    **evidence: object,
) -> tuple[Estimate | Figure, ...]:
    """What a checker measures on evidence made by hand, as the engine completes it.

    Numbers that are expressions on a ``Table`` are computed, and requests are answered; an
    estimate whose denominator turns out to be zero is ``Undefined``. Figures come last.

    :param params: as a policy writes them below ``with``, or a ``Params``.
    :param evidence: one argument for each that the checker takes, a ``Seed`` and ``AsOf`` included.
    :raises TypeError: an argument is missing, or is none that the checker takes.
    :raises ValidationError: of pydantic: the parameters are not what the checker takes.
    :raises Exception: whatever the checker raises, such as an ``EvidenceError``; also where it
        yields nothing, or what is no estimate.
    """
    takes = checker.signature
    asked = {*takes.needs, *(n for n in (takes.seed, takes.clock) if n is not None)}
    if asked != set(evidence):
        names = ", ".join(sorted(asked)) or "no evidence"
        raise TypeError(f"{checker.id} takes {names}; given: {', '.join(sorted(evidence))}")
    given = params.model_dump() if isinstance(params, Params) else dict(params or {})
    job = Job(checker.id, checker, takes.params.model_validate(given), evidence)
    found = resolved([job], Watch(60.0))[job.key]
    if isinstance(found, Failed):
        raise found.error
    return found


def table(
    columns: "Mapping[str, Sequence[Any]] | pl.DataFrame",
    kinds: Mapping[str, str] | None = None,
    *,
    name: str = "test",
) -> Table:
    """A ``Table`` made of plain values; ``None`` is missing.

    A column without any value is text, as it is in a CSV file.

    :param columns: values by column, all of one length; or a Polars frame.
    :param kinds: ``integer``, ``float``, ``text`` or ``boolean`` of columns whose values do not
        say it, such as ``{"income": "float"}`` where no income is known.
    """
    import polars as pl

    types = {"integer": pl.Int64, "float": pl.Float64, "text": pl.String, "boolean": pl.Boolean}
    if isinstance(columns, pl.DataFrame):
        frame = columns
    else:
        frame = pl.DataFrame({column: _alike(values) for column, values in columns.items()})
    void = {column: "text" for column, kind in frame.schema.items() if kind == pl.Null}
    given = void | dict(kinds or {})
    made = frame.with_columns(pl.col(column).cast(types[kind]) for column, kind in given.items())
    known = {column: kind_of(kind) for column, kind in made.schema.items()}
    return Table(name, known, "", made.lazy())


def _alike(values: "Sequence[Any]") -> "Sequence[Any]":
    """Whole numbers beside others are such numbers, as they are in a file."""
    if any(type(value) is float for value in values):
        return [float(value) if type(value) is int else value for value in values]
    return values


def _registry(checkers: Iterable[Checker], collectors: Iterable[Collector]) -> Registry:
    made = Registry(builtin=plugins.builtins())
    made.add(Offer(_TESTS, checkers=tuple(checkers), collectors=tuple(collectors)))
    return made


def _text(what: str | Path, folder: Path, name: str, problems: list[Problem]) -> Text:
    if isinstance(what, Path):
        label = what.as_posix()
        return Text(label, label, read(folder / what, label, problems) or b"")
    if ":" not in what:
        kind = name.partition(".")[0]
        raise ValueError(f"{what[:80]!r} is no {kind}; a file is given as Path({what[:80]!r})")
    return Text(name, name, textwrap.dedent(what).lstrip("\n").encode())


def _decision(plan: Plan, verdicts: Sequence[Verdict]) -> Decision:
    decided = decide(plan, verdicts)
    made = Decision(
        decision=decided.effect,
        reasons=decided.reasons,
        policies=plan.policies_used,
        release=plan.release_used,
        counts=decided.counts,
        verdicts=decided.verdicts,
        run=RunFacts(
            id=plan.materials.run,
            as_of=plan.as_of,
            front_end=plan.materials.front_end,
            deploycheck=__version__,
            plugins=tuple(plan.registry.plugins),
        ),
    )
    return made.model_copy(update={"run": made.run.model_copy(update={"digest": digest(made)})})
