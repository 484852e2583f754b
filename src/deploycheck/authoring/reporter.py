"""``@reporter``: turns a decision into text. A pure function; every one tells the same facts."""

from collections.abc import Callable
from dataclasses import dataclass

from deploycheck.authoring.errors import DefinitionError
from deploycheck.model.decision import Decision

Render = Callable[[Decision], str]


@dataclass(frozen=True)
class Reporter:
    """``name`` is the option (``--json``), ``filename`` what it is called in ``--out``."""

    name: str
    filename: str
    render: Render

    def __call__(self, decision: Decision) -> str:
        return self.render(decision)


def reporter(filename: str) -> Callable[[Render], Reporter]:
    """Declare a reporter; the function's name is the name of the format.

    :param filename: the file it is written to in the folder of reports, such as ``report.html``.
    :raises DefinitionError: the name is not a plain file name.
    """
    if not isinstance(filename, str):
        raise DefinitionError("write @reporter with the name of its file: @reporter('name.txt')")
    if not filename or "/" in filename or "\\" in filename or filename.startswith("."):
        raise DefinitionError(f"{filename!r} is not a plain file name")
    return lambda render: Reporter(render.__name__, filename, render)
