"""A policy file is a collector of controls; a control is a test item."""

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from _pytest.outcomes import Failed  # `pytest.fail.Exception`, as a class to the type checker

from deploycheck.engine.step import Step
from deploycheck.engine.wording import SENTENCE, bounded
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Outcome, Verdict

Judge = Callable[["ControlItem"], Verdict]


class ControlBroken(Failed):
    """Carries a verdict through pytest's failure path.

    One of pytest's own failures, so that an error in the setup is told in the verdict's words and
    not by a hundred lines of pytest's code.
    """

    __module__ = "builtins"  # as pytest's own: its summary then shows the name alone

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(msg=explain(verdict), pytrace=False)
        self.verdict = verdict


class ControlWarning(UserWarning):
    """An advisory control does not hold; the decision is as if it did."""


class PolicyFile(pytest.File):
    """One policy; its children are its planned controls, all of them, in order."""

    def __init__(self, *, steps: tuple[Step, ...], judge: Judge, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.steps = steps
        self.judge = judge

    def collect(self) -> Iterator["ControlItem"]:
        for step in self.steps:
            yield ControlItem.from_parent(self, name=step.control.id, step=step, judge=self.judge)


class ControlItem(pytest.Item):
    """One control.

    It is measured in ``setup``, so that what could not be checked is an error and not a failure.
    """

    def __init__(self, *, step: Step, judge: Judge, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step
        self.judge = judge
        self.verdict: Verdict | None = None
        for name in marker_names(step):
            self.add_marker(_marker(name))

    def setup(self) -> None:
        self.verdict = self.judge(self)
        unchecked = {Outcome.ERROR, Outcome.NOT_EVALUATED}
        if self.verdict.outcome in unchecked and not self._advisory:
            raise ControlBroken(self.verdict)

    @property
    def _advisory(self) -> bool:
        return self.step.enforcement is Enforcement.ADVISORY

    def runtest(self) -> None:
        verdict = self.verdict
        if verdict is None:
            raise RuntimeError(f"{self.nodeid} was run before it was set up")
        if verdict.outcome is Outcome.PASS:
            return
        if verdict.outcome is Outcome.NOT_APPLICABLE:
            pytest.skip(f"N/A: {verdict.reason}")
        if verdict.outcome is Outcome.WAIVED:
            pytest.skip(f"WAIVED: {verdict.reason}")
        if not self._advisory:
            raise ControlBroken(verdict)
        self._warn(f"{verdict.control} (advisory) {verdict.outcome.value}: {verdict.reason}")

    def _warn(self, text: str) -> None:
        """Tell pytest's list of warnings, past its filters: ``-W error`` must not turn an advisory
        control into one that blocks.
        """
        line = int(self.step.location.rpartition(":")[2] or 1)
        message = warnings.WarningMessage(
            ControlWarning(text), ControlWarning, str(self.path), line
        )
        self.ihook.pytest_warning_recorded.call_historic(
            kwargs={
                "warning_message": message,
                "when": "runtest",
                "nodeid": self.nodeid,
                "location": None,
            }
        )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if not isinstance(excinfo.value, ControlBroken):
            return super().repr_failure(excinfo, style)
        return explain(excinfo.value.verdict)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        line = int(self.step.location.rpartition(":")[2] or 1)
        return self.path, line - 1, f"{self.name} {self.step.control.title}"


@cache
def _marker(name: str) -> pytest.MarkDecorator:
    """A registered marker; thousands of controls share a few."""
    made: pytest.MarkDecorator = getattr(pytest.mark, name)
    return made


def marker_names(step: Step) -> list[str]:
    """Family, frameworks and severity of a control, as markers."""
    control = step.control
    return [control.family, *control.maps, f"severity_{control.severity.value}"]


def explain(verdict: Verdict) -> str:
    """A failed control for the terminal: what, where, why, and what to do."""
    lines = [
        f"{verdict.outcome.value}  {bounded(verdict.control)}  {bounded(verdict.title)}",
        f"  at      {bounded(verdict.location)}",
        f"  reason  {bounded(verdict.reason, SENTENCE)}",
    ]
    if verdict.why:
        lines.append(f"  why     {bounded(verdict.why, SENTENCE)}")
    if fix := verdict.remediation or verdict.fix:
        lines.append(f"  fix     {bounded(fix, SENTENCE)}")
    about = verdict.code or verdict.check
    lines.append(f"  more    deploycheck explain {about}")
    return "\n".join(lines)
