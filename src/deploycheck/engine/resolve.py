"""Runs checkers in lock step and fills in the numbers they left open.

Every job is advanced to its next request or its end; the requests of all jobs are answered
together, and the expressions of all jobs on one table are computed in one pass over it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, cast

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.estimates import Estimate
from deploycheck.authoring.figures import FIGURES, Figure
from deploycheck.authoring.params import Params
from deploycheck.engine.scan.drawable import undrawable
from deploycheck.engine.scan.failures import Failed, Junk, TimeLimit, failure
from deploycheck.engine.scan.fill import fill, is_estimate, open_numbers, unsound
from deploycheck.engine.scan.numbers import Ask, evaluate, the_table
from deploycheck.engine.scan.requests import REQUESTS, answer_all

__all__ = ["Failed", "Guard", "Job", "Junk", "TimeLimit", "measure"]

Guard = Callable[[Sequence[str]], AbstractContextManager[None]]
ESTIMATES = 100_000
MOST_FIGURES = 20


@dataclass(frozen=True)
class Job:
    """One checker with its parameters and evidence, under the caller's key."""

    key: str
    checker: Checker
    params: Params
    evidence: Mapping[str, object]


@dataclass(eq=False)
class _Run:
    """How far one job has come."""

    job: Job
    iterator: Iterator[Any] | None = None
    estimates: list[Estimate] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    waiting: Any = None
    ended: bool = False
    failed: Failed | None = None
    yielded: int = 0

    @property
    def key(self) -> str:
        return self.job.key

    def advance(self, answer: Any, guard: Guard) -> None:
        """Let the checker work until it asks, ends or fails; all of it is foreign."""
        self.waiting = None
        try:
            with guard((self.key,)):
                self._step(answer)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - checkers may raise anything, panics too
            self.fail(error, guard)
        else:
            if self.waiting is None and not self.ended:
                self.fail(Junk("the checker was stopped before it had ended"), guard)

    def _step(self, answer: Any) -> None:
        if self.iterator is None:
            self.iterator = self._started()
        nothing = object()
        item = next(self.iterator, nothing) if answer is None else self._sent(answer, nothing)
        while item is not nothing:
            self.yielded += 1
            if self.yielded > ESTIMATES:
                raise Junk(f"the checker yields more than {ESTIMATES:,} estimates and requests")
            if type(item) in REQUESTS:
                if not hasattr(self.iterator, "send"):
                    raise Junk("only a generator can receive the answer to a request")
                self.waiting = item
                return
            self._take(item)
            item = next(self.iterator, nothing)
        self.ended = True
        if not self.estimates:
            raise Junk("the checker yields no estimate at all")

    def _take(self, item: Any) -> None:
        """Keep an estimate or a figure.

        :raises Junk: it is neither, or not made as it must be.
        """
        if type(item) in FIGURES:
            fault = undrawable(item)
            if fault or len(self.figures) >= MOST_FIGURES:
                raise Junk(f"the checker yields a figure whose {fault or 'like are too many'}")
            self.figures.append(item)
            return
        if not is_estimate(item):
            raise Junk(f"the checker yields {_named(item)}, which is no estimate")
        if fault := unsound(item):
            raise Junk(f"the checker yields an estimate whose {fault}")
        self.estimates.append(cast("Estimate", item))

    def _started(self) -> Iterator[Any]:
        job = self.job
        made = job.checker(**job.checker.signature.arguments(job.params, job.evidence))
        try:
            return iter(made)
        except TypeError:
            _close(made)
            raise Junk(
                f"the checker returns {_named(made)}; it yields estimates, or returns several"
            ) from None

    def _sent(self, answer: Any, nothing: object) -> Any:
        try:
            return self.iterator.send(answer)  # type: ignore[union-attr]  # advance() asked for it
        except StopIteration:
            return nothing

    def fail(self, error: BaseException, guard: Guard) -> None:
        """Keep the first failure, drop what was yielded, end the generator."""
        self.failed = self.failed or failure(error)
        self.waiting = None
        self.estimates.clear()
        self.figures.clear()
        try:
            with guard((self.key,)):
                _close(self.iterator)
        except KeyboardInterrupt:
            raise
        except BaseException:  # noqa: BLE001 - the job has failed already, with the first error
            return


def measure(jobs: Sequence[Job], guard: Guard) -> dict[str, tuple[Estimate | Figure, ...] | Failed]:
    """What each job's checker measured, or why it could not; in the order of ``jobs``.

    Figures come after the estimates.

    Numbers that were narwhals expressions are plain Python numbers afterwards: one true or false
    for each row counts the rows where it is true (missing is not true), one with a single number
    is that number. Whatever else a checker gives as a number (``None``, NaN, numpy scalars,
    decimals) is passed on as it is, for the judge to refuse. Where the denominator of an
    expression turns out to be zero, the estimate becomes ``Undefined``.

    :param jobs: their keys are distinct.
    :param guard: entered around every piece of foreign work, with the keys of the jobs at work;
        may raise :class:`TimeLimit`.
    :raises KeyboardInterrupt: a person stopped the run. Nothing else that a checker, a plan of a
        query or a guard raises leaves this function: it becomes the ``Failed`` of its job.
    :raises ValueError: two jobs of one key.
    """
    runs = [_Run(job) for job in jobs]
    if len({run.key for run in runs}) != len(runs):
        raise ValueError("every job has a key of its own")
    for run in runs:
        run.advance(None, guard)
    while asking := [run for run in runs if run.waiting is not None]:
        answers = answer_all([(run.key, run.waiting) for run in asking], guard)
        for run, answer in zip(asking, answers, strict=True):
            if isinstance(answer, BaseException):
                run.fail(answer, guard)
            else:
                run.advance(answer, guard)
    _fill_in([run for run in runs if run.failed is None], guard)
    return {run.key: run.failed or (*run.estimates, *run.figures) for run in runs}


def _fill_in(runs: Sequence[_Run], guard: Guard) -> None:
    asks: list[Ask] = []
    asking: list[_Run] = []
    for run in runs:
        expressions = [e for estimate in run.estimates for e in open_numbers(estimate)]
        if not expressions:
            continue
        try:
            table = the_table(run.job.evidence.values())
        except Junk as error:
            run.fail(error, guard)
            continue
        asks.append(Ask(run.key, table, tuple(expressions)))
        asking.append(run)
    for run, numbers in zip(asking, evaluate(asks, guard), strict=True):
        if isinstance(numbers, BaseException):
            run.fail(numbers, guard)
        else:
            rest = iter(numbers)
            run.estimates = [fill(estimate, rest) for estimate in run.estimates]


def _named(item: Any) -> str:
    """The kind of a thing, for a message; never its text, which may be data or hostile."""
    return "nothing" if item is None else f"a {type(item).__name__[:80]}"


def _close(made: Any) -> None:
    close = getattr(made, "close", None)
    if callable(close):
        close()
