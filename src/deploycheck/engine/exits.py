"""What a run's end means to a shell: one table for the gate."""

from enum import IntEnum

from deploycheck.model.decision import Decision
from deploycheck.model.policy import Enforcement
from deploycheck.model.verdict import Effect, Outcome


class Exit(IntEnum):
    """Exit codes of ``deploycheck gate``."""

    RELEASE = 0
    BLOCK = 1
    USAGE = 2
    INVALID = 4
    REVIEW = 10
    UNCHECKED = 11
    CRASH = 70


def exit_code(decision: Decision) -> Exit:
    """RELEASE 0, REVIEW 10, BLOCK 1, or 11 where it blocks because something was not checked."""
    if decision.decision is Effect.RELEASE:
        return Exit.RELEASE
    if decision.decision is Effect.REVIEW:
        return Exit.REVIEW
    unchecked = any(
        v.outcome in {Outcome.ERROR, Outcome.NOT_EVALUATED}
        and v.enforcement is not Enforcement.ADVISORY
        for v in decision.verdicts
    )
    measured = any(
        v.outcome in {Outcome.PASS, Outcome.WAIVED, Outcome.FAIL, Outcome.INCONCLUSIVE}
        and v.enforcement is not Enforcement.ADVISORY
        for v in decision.verdicts
    )
    return Exit.UNCHECKED if unchecked or not measured else Exit.BLOCK
