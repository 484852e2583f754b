"""The exceptions an author raises on purpose, and the one raised at an author's mistake."""

from deploycheck.evidence.errors import EvidenceError

__all__ = ["DefinitionError", "EvidenceError", "NotYet", "RoleError", "Undecidable", "needed"]


class Undecidable(Exception):
    """The evidence is sound but cannot answer the question. The control is INCONCLUSIVE."""


class RoleError(Exception):
    """The release gives no column a role that the evidence needs; told when the plan is made.

    :param role: the role, such as ``favourable``.
    :param message: what is missing and why it is needed.
    """

    def __init__(self, role: str, message: str) -> None:
        super().__init__(message)
        self.role = role
        self.message = message


class NotYet(Exception):
    """The release asks for something that is understood and not done yet; has its own code.

    :param code: the code, such as ``DC108``.
    :param message: what is not done yet.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class DefinitionError(TypeError):
    """A checker, collector or reporter is written wrongly; raised where it is defined."""


def needed(module: str, extra: str, why: str) -> EvidenceError:
    """The error for a library that is not installed, with the command that installs it.

    :param module: what cannot be imported.
    :param extra: the extra of deploycheck that brings it.
    :param why: what needs it.
    """
    return EvidenceError(
        f"{why} needs {module}, which is not installed",
        f"pip install 'deploycheck[{extra}]'",
        code="DC206",
    )
