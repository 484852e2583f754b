"""What became of a job that did not measure."""

from dataclasses import dataclass

from deploycheck.authoring.errors import EvidenceError, Undecidable

UNDECIDABLE = "undecidable"
_OUTCOMES = {"OutcomeException", "Skipped", "Exit", "Failed", "SkipTest"}
_RUNNERS = ("_pytest.", "pytest", "unittest")


@dataclass(frozen=True)
class Failed:
    """Why a job has no estimates.

    :param error: what was raised.
    :param code: ``DC301`` raised, ``DC302`` skipped or exited, ``DC303`` took too long, ``DC304``
        gave no usable estimate, the code of an :class:`EvidenceError`, or ``undecidable``.
    """

    error: BaseException
    code: str


class TimeLimit(BaseException):
    """A job took longer than it may.

    Not an ``Exception``: a checker's ``except Exception`` cannot swallow it.
    """


class Junk(Exception):
    """A checker gave something that is no estimate, or nothing."""


def failure(error: BaseException) -> Failed:
    """``error`` with the code that says what kind of failure it is."""
    return Failed(error, _code(error))


def _code(error: BaseException) -> str:
    match error:
        case TimeLimit():
            code = "DC303"
        case Junk():
            code = "DC304"
        case Undecidable():
            code = UNDECIDABLE
        case EvidenceError():
            code = error.code
        case SystemExit() | GeneratorExit():
            code = "DC302"
        case _:
            code = "DC302" if _is_outcome(error) else "DC301"
    return code


def _is_outcome(error: BaseException) -> bool:
    """Whether a test runner's skip, exit or fail; by name, because the engine knows no runner."""
    return any(
        kind.__name__ in _OUTCOMES and kind.__module__.startswith(_RUNNERS)
        for kind in type(error).__mro__
    )
