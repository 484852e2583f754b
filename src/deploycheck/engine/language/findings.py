"""Gathers the mistakes of one file, up to a number that a person can still read."""

from deploycheck.engine.language.place import Place, Source
from deploycheck.engine.problems import Problem

MOST = 100


class EnoughError(Exception):
    """So many mistakes were found that looking further helps nobody; they are told already."""


class Findings:
    """Adds problems of one file to a list that several files share."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.count = 0
        self._problems = problems

    def tell(self, code: str, message: str, place: Place, hint: str = "") -> None:
        """Add one mistake.

        :raises EnoughError: it is one too many; a last problem says that the rest is not told.
        """
        self.count += 1
        if self.count > MOST:
            message = f"this file has more than {MOST} mistakes; the others are not told"
            self._problems.append(Problem(code, message, place))
            raise EnoughError
        self._problems.append(Problem(code, message, place, hint))

    def mark(self, code: str, message: str, start: int, end: int, hint: str = "") -> None:
        """As :meth:`tell`, for a stretch of the text."""
        self.tell(code, message, self.source.at(start, end), hint)
